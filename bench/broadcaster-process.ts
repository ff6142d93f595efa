// The floor of the relay: a bare TLS broadcaster. What comes in during one turn of the event loop goes out
// as one shared buffer in one write a subscriber. No login, no topics, no queues of its own, no answers.
import tls, { type TLSSocket } from 'node:tls';
import * as v from 'valibot';
import { createCertificate } from '../src/crypto/certificate.ts';
import { FRAME_TYPES } from '../src/protocol/frames.ts';
import { CONGESTED_BYTES } from '../src/relay/limits.ts';
import { walkFrames } from './frame-walk.ts';
import { DELIVER_OVERHEAD_BYTES, FANOUT_OVERHEAD_BYTES } from './room-traffic.ts';
import { serveRequests } from './worker.ts';

const subscribers = new Set<TLSSocket>();
const senders = new Set<TLSSocket>();
let blobs: Uint8Array[] = [];
let rseq = 0n;

function accept(socket: TLSSocket): void {
  socket.on('error', () => {});
  if (socket.alpnProtocol !== 'idle') subscribe(socket);
  if (socket.alpnProtocol !== 'send') {
    socket.resume();
    return;
  }
  senders.add(socket);
  socket.on('close', () => senders.delete(socket));
  const walk = walkFrames((bytes, from, end) => {
    if (blobs.length === 0) setImmediate(flush);
    blobs.push(bytes.subarray(from + FANOUT_OVERHEAD_BYTES, end));
  });
  socket.on('data', walk);
}

function subscribe(socket: TLSSocket): void {
  subscribers.add(socket);
  socket.on('close', () => subscribers.delete(socket));
  socket.on('drain', resumeSenders);
}

function flush(): void {
  const frames = deliverFrames(blobs);
  blobs = [];
  for (const socket of subscribers) socket.write(frames);
  if (isCongested()) for (const socket of senders) socket.pause();
}

function deliverFrames(pending: readonly Uint8Array[]): Buffer {
  const size = pending.reduce((sum, blob) => sum + DELIVER_OVERHEAD_BYTES + blob.length, 0);
  const frames = Buffer.allocUnsafeSlow(size);
  let at = 0;
  for (const blob of pending) {
    at = frames.writeUInt32BE(DELIVER_OVERHEAD_BYTES - 4 + blob.length, at);
    at = frames.writeUInt8(FRAME_TYPES.deliver, at);
    at = frames.writeUInt32BE(0, at);
    at = frames.writeBigUInt64BE(++rseq, at);
    frames.set(blob, at);
    at += blob.length;
  }
  return frames;
}

/** As the relay: when most subscribers have this much unread, senders wait. */
function isCongested(): boolean {
  let congested = 0;
  for (const { writableLength } of subscribers) if (writableLength > CONGESTED_BYTES) congested++;
  return congested * 2 > subscribers.size;
}

function resumeSenders(): void {
  if (!isCongested()) for (const socket of senders) socket.resume();
}

const server = tls.createServer(
  {
    ...createCertificate(),
    minVersion: 'TLSv1.3',
    ALPNProtocols: ['subscribe', 'send', 'idle'],
    noDelay: true,
  },
  accept,
);

serveRequests(v.object({ do: v.literal('listen') }), () => {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') throw new Error('not a TCP address');
      resolve([address.port]);
    });
  });
});
