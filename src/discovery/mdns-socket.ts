// The one gate between UDP port 5353 and the mDNS library: bounds what comes in and goes out, and turns
// every socket error into a problem, because the library would throw it where nobody catches. It looks no
// further into a packet than its header.
import type { RemoteInfo, SocketOptions } from 'node:dgram';
import { EventEmitter } from 'node:events';
import { type DiscoveryProblemKind, errorCode, socketProblemKind } from './problem.ts';

/** What is needed of a `dgram.Socket`; tests stand in for it. */
export interface UdpSocket {
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'message', listener: (packet: Buffer, from: RemoteInfo) => void): unknown;
  on(event: 'listening', listener: () => void): unknown;
  bind(port: number, address: string): unknown;
  address(): { port: number };
  send(
    packet: Uint8Array,
    port: number,
    address: string,
    done: (error: Error | null) => void,
  ): unknown;
  setMulticastTTL(ttl: number): unknown;
  setMulticastLoopback(on: boolean): unknown;
  setMulticastInterface(address: string): unknown;
  addMembership(group: string, address: string): unknown;
  dropMembership(group: string, address: string): unknown;
  close(): unknown;
}

export type CreateUdpSocket = (options: SocketOptions) => UdpSocket;

export const MDNS_PORT = 5353;
export const MDNS_GROUP = '224.0.0.251';

/** An Ethernet frame's worth: ours take under 600 bytes, and longer ones cost more than they say. */
const MAX_PACKET_BYTES = 1500;
/** More in one packet is somebody making work: the worst that passes costs about a millisecond. */
const MAX_QUESTIONS = 16;
const MAX_RECORDS = 64;
/** A busy LAN of hundreds of machines shows some tens a second; a flood costs a tenth of a core. */
const RECEIVE_PER_SECOND = 100;
/** Everybody hears each answer, so a few a second serve any number of askers. */
const SEND_PER_SECOND = 10;
const BIND_RETRY_MS = 5_000;
const HEADER_BYTES = 12;

/**
 * Has the shape of a `dgram.Socket` as far as multicast-dns uses one, and owns the real one.
 * It never emits `error`: problems go to `onProblem`, each kind once in its lifetime. A port that
 * is held is tried again every 5 s until `close()`.
 */
export class MdnsSocket extends EventEmitter {
  readonly #create: CreateUdpSocket;
  readonly #onProblem: (kind: DiscoveryProblemKind, code: string) => void;
  readonly #reported = new Set<DiscoveryProblemKind>();
  readonly #receiving = new Budget(RECEIVE_PER_SECOND);
  readonly #sending = new Budget(SEND_PER_SECOND);
  #socket: UdpSocket | null = null;
  #retry: NodeJS.Timeout | null = null;
  #closed = false;
  #bound = false;

  constructor(
    create: CreateUdpSocket,
    onProblem: (kind: DiscoveryProblemKind, code: string) => void,
  ) {
    super();
    this.#create = create;
    this.#onProblem = onProblem;
  }

  /** `done` is called once the first attempt has ended, well or not. */
  bind(port: number, address: string, done: () => void): void {
    if (this.#closed) return;
    this.#closeSocket();
    let settled = false;
    const settle = () => {
      if (settled) return;
      settled = true;
      done();
    };
    const socket = this.#create({ type: 'udp4', reuseAddr: true });
    this.#socket = socket;
    socket.on('message', (packet, from) => this.#receive(packet, from));
    socket.on('listening', () => {
      if (this.#socket !== socket) return;
      this.#bound = true;
      this.emit('listening');
      settle();
    });
    socket.on('error', (error) => {
      this.#report(error);
      if (this.#socket !== socket || this.#bound) return;
      this.#closeSocket();
      this.#retry = setTimeout(() => this.bind(port, address, settle), BIND_RETRY_MS);
      settle();
    });
    this.#attempt(() => socket.bind(port, address));
  }

  /** `done` is always called; an error goes to `onProblem`, not to it. */
  send(
    packet: Uint8Array,
    offset: number,
    length: number,
    port: number,
    address: string,
    done: () => void,
  ): void {
    const socket = this.#socket;
    if (socket === null || !this.#bound || !this.#sending.take()) {
      done();
      return;
    }
    const part = packet.subarray(offset, offset + length);
    const sent = this.#attempt(() =>
      socket.send(part, port, address, (error) => {
        if (error) this.#report(error);
        done();
      }),
    );
    if (!sent) done();
  }

  address(): { port: number } {
    return { port: MDNS_PORT };
  }

  setMulticastTTL(ttl: number): void {
    this.#attempt(() => this.#socket?.setMulticastTTL(ttl));
  }

  setMulticastLoopback(on: boolean): void {
    this.#attempt(() => this.#socket?.setMulticastLoopback(on));
  }

  setMulticastInterface(address: string): void {
    this.#attempt(() => this.#socket?.setMulticastInterface(address));
  }

  /** Throws where the interface refuses, so that the library tries again every 5 s. */
  addMembership(group: string, address: string): void {
    try {
      this.#socket?.addMembership(group, address);
    } catch (error) {
      this.#reportAs('no-multicast', error);
      throw error;
    }
  }

  dropMembership(group: string, address: string): void {
    this.#socket?.dropMembership(group, address);
  }

  /** Safe to call twice. */
  close(done?: () => void): void {
    this.#closed = true;
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#closeSocket();
    if (done !== undefined) queueMicrotask(done);
  }

  #receive(packet: Buffer, from: RemoteInfo): void {
    if (this.#closed || !isReasonable(packet) || !this.#receiving.take()) return;
    try {
      this.emit('message', packet, from);
    } catch {
      // The library trips over some malformed records; that packet is lost and nothing else.
    }
  }

  #closeSocket(): void {
    const socket = this.#socket;
    this.#socket = null;
    this.#bound = false;
    try {
      socket?.close();
    } catch {
      // A socket that failed to open can't be closed, and needn't be.
    }
  }

  #attempt(action: () => unknown): boolean {
    try {
      action();
      return true;
    } catch (error) {
      this.#report(error);
      return false;
    }
  }

  #report(error: unknown): void {
    this.#reportAs(socketProblemKind(error), error);
  }

  #reportAs(kind: DiscoveryProblemKind, error: unknown): void {
    if (this.#closed || this.#reported.has(kind)) return;
    this.#reported.add(kind);
    this.#onProblem(kind, errorCode(error));
  }
}

// Counts come from the header, so that a packet claiming thousands of records is never decoded.
function isReasonable(packet: Buffer): boolean {
  if (packet.length < HEADER_BYTES || packet.length > MAX_PACKET_BYTES) return false;
  const records = packet.readUInt16BE(6) + packet.readUInt16BE(8) + packet.readUInt16BE(10);
  return packet.readUInt16BE(4) <= MAX_QUESTIONS && records <= MAX_RECORDS;
}

/** A token bucket that holds two seconds' worth. */
class Budget {
  readonly #perSecond: number;
  #tokens: number;
  #filledAtMs = performance.now();

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
    this.#tokens = perSecond * 2;
  }

  take(): boolean {
    const nowMs = performance.now();
    const refill = ((nowMs - this.#filledAtMs) / 1000) * this.#perSecond;
    this.#tokens = Math.min(this.#tokens + refill, this.#perSecond * 2);
    this.#filledAtMs = nowMs;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
