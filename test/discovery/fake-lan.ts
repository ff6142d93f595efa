/** An Ethernet of in-memory UDP sockets. Each host is a `Network`; loopback stays on its host. */
import type { RemoteInfo } from 'node:dgram';
import { EventEmitter } from 'node:events';
import type { NetworkInterface } from '../../src/discovery/interfaces.ts';
import type { Network } from '../../src/discovery/mdns-links.ts';
import type { UdpSocket } from '../../src/discovery/mdns-socket.ts';

export function ipv4Interface(
  address: string,
  more: Partial<NetworkInterface> = {},
): NetworkInterface {
  return {
    name: 'eth0',
    address,
    netmask: '255.255.255.0',
    family: 'IPv4',
    internal: false,
    generation: '2.1',
    ...more,
  };
}

export const loopback = ipv4Interface('127.0.0.1', {
  name: 'lo',
  netmask: '255.0.0.0',
  internal: true,
});

function systemError(code: string): Error {
  return Object.assign(new Error(code), { code });
}

export class FakeLan {
  readonly hosts: FakeHost[] = [];
  /** Every packet that was sent on the Ethernet, in order. */
  readonly sent: { packet: Buffer; from: string }[] = [];

  host(address: string): FakeHost {
    const host = new FakeHost(this, [ipv4Interface(address)]);
    this.hosts.push(host);
    return host;
  }

  /** Delivers bytes to everybody who joined the group, as if `from` had sent them. */
  inject(packet: Uint8Array, from: string): void {
    for (const host of this.hosts) host.deliver(Buffer.from(packet), from, 'lan');
  }
}

export class FakeHost implements Network {
  readonly sockets: FakeSocket[] = [];
  /** Set to make a step fail with a system error's code. */
  readonly faults: { bind?: string; join?: string; send?: string; stuck?: boolean } = {};
  addresses: NetworkInterface[];
  readonly #lan: FakeLan;

  constructor(lan: FakeLan, addresses: NetworkInterface[]) {
    this.#lan = lan;
    this.addresses = addresses;
  }

  readonly interfaces = (): NetworkInterface[] => this.addresses;

  readonly createSocket = (): UdpSocket => {
    const socket = new FakeSocket(this);
    this.sockets.push(socket);
    return socket;
  };

  get open(): FakeSocket[] {
    return this.sockets.filter((socket) => !socket.closed);
  }

  transmit(packet: Buffer, from: string): void {
    if (from.startsWith('127.')) {
      this.deliver(packet, from, 'loopback');
      return;
    }
    this.#lan.sent.push({ packet, from });
    this.#lan.inject(packet, from);
  }

  deliver(packet: Buffer, from: string, segment: 'lan' | 'loopback'): void {
    const remote: RemoteInfo = { address: from, family: 'IPv4', port: 5353, size: packet.length };
    // As on Linux: what one socket of a host joined, all of them hear.
    const joined = this.open.flatMap((socket) => [...socket.joined]);
    const hears = joined.some((ip) => ip.startsWith('127.') === (segment === 'loopback'));
    if (!hears) return;
    for (const socket of this.open) queueMicrotask(() => socket.receive(packet, remote));
  }
}

class FakeSocket extends EventEmitter implements UdpSocket {
  readonly joined = new Set<string>();
  closed = false;
  #outgoing = '';
  readonly #host: FakeHost;

  constructor(host: FakeHost) {
    super();
    this.#host = host;
  }

  bind(): void {
    queueMicrotask(() => {
      if (this.closed) return;
      const code = this.#host.faults.bind;
      if (code === undefined) this.emit('listening');
      else this.emit('error', systemError(code));
    });
  }

  address(): { port: number } {
    return { port: 5353 };
  }

  send(
    packet: Uint8Array,
    _port: number,
    _address: string,
    done: (error: Error | null) => void,
  ): void {
    const { send, stuck } = this.#host.faults;
    if (stuck) return;
    if (send === undefined) this.#host.transmit(Buffer.from(packet), this.#outgoing);
    queueMicrotask(() => done(send === undefined ? null : systemError(send)));
  }

  receive(packet: Buffer, from: RemoteInfo): void {
    if (!this.closed) this.emit('message', packet, from);
  }

  setMulticastTTL(): void {}
  setMulticastLoopback(): void {}

  setMulticastInterface(address: string): void {
    this.#outgoing = address;
  }

  addMembership(_group: string, address: string): void {
    const code = this.#host.faults.join;
    if (code !== undefined) throw systemError(code);
    this.joined.add(address);
  }

  dropMembership(_group: string, address: string): void {
    this.joined.delete(address);
  }

  close(): void {
    this.closed = true;
  }
}
