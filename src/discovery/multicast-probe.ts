// Two small experiments with UDP on this machine. They send nothing that an mDNS program reads.
import { randomUUID } from 'node:crypto';
import type { NetworkInterface } from './interfaces.ts';
import type { Network } from './mdns-links.ts';
import { MDNS_GROUP, MDNS_PORT, type UdpSocket } from './mdns-socket.ts';
import { errorCode } from './problem.ts';

/** What became of a packet sent to the mDNS group on one interface, and heard by its sender. */
export type MulticastResult =
  | { readonly kind: 'heard' | 'not-heard' }
  | { readonly kind: 'join-refused' | 'send-refused'; readonly code: string };

/**
 * Joins the mDNS group on an interface, sends 36 bytes to it on a port that nothing else uses and
 * waits at most `timeoutMs` for them to come back.
 */
export function probeMulticast(
  on: NetworkInterface,
  { network, timeoutMs }: { network: Network; timeoutMs: number },
): Promise<MulticastResult> {
  const token = randomUUID();
  return withSocket<MulticastResult>(
    network,
    timeoutMs,
    { kind: 'not-heard' },
    (socket, settle) => {
      socket.on('error', (error) => settle({ kind: 'send-refused', code: errorCode(error) }));
      socket.on('message', (packet) => {
        if (packet.toString('latin1') === token) settle({ kind: 'heard' });
      });
      socket.on('listening', () => {
        let step: 'join-refused' | 'send-refused' = 'join-refused';
        try {
          socket.addMembership(MDNS_GROUP, on.address);
          step = 'send-refused';
          socket.setMulticastInterface(on.address);
          socket.setMulticastTTL(1);
          socket.setMulticastLoopback(true);
          socket.send(Buffer.from(token), socket.address().port, MDNS_GROUP, (error) => {
            if (error) settle({ kind: 'send-refused', code: errorCode(error) });
          });
        } catch (error) {
          settle({ kind: step, code: errorCode(error) });
        }
      });
      socket.bind(0, '0.0.0.0');
    },
  );
}

/** Tries to share the mDNS port as discovery does; null if that works, else the system's code. */
export function probeMdnsPort(network: Network): Promise<string | null> {
  return withSocket<string | null>(network, 1_000, null, (socket, settle) => {
    socket.on('error', (error) => settle(errorCode(error)));
    socket.on('listening', () => settle(null));
    socket.bind(MDNS_PORT, '0.0.0.0');
  });
}

function withSocket<Result>(
  network: Network,
  timeoutMs: number,
  otherwise: Result,
  use: (socket: UdpSocket, settle: (result: Result) => void) => void,
): Promise<Result> {
  return new Promise((resolve) => {
    const socket = network.createSocket({ type: 'udp4', reuseAddr: true });
    let settled = false;
    const settle = (result: Result) => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      closeQuietly(socket);
      resolve(result);
    };
    const timer = setTimeout(() => settle(otherwise), timeoutMs);
    use(socket, settle);
  });
}

function closeQuietly(socket: UdpSocket): void {
  try {
    socket.close();
  } catch {
    // A socket that failed to open can't be closed, and needn't be.
  }
}
