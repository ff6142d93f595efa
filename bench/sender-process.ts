// Senders in a process of their own: as fast as their messages come back, or at a steady pace.
import type { TLSSocket } from 'node:tls';
import * as v from 'valibot';
import { ready } from '../src/crypto/sodium.ts';
import { walkFrames } from './frame-walk.ts';
import { deliveredIndex, fanoutFrames, renewTokens, sealedChain, skidOf } from './room-traffic.ts';
import { connectTo, type TargetName, targetName } from './targets.ts';
import { serveRequests } from './worker.ts';

const request = v.variant('do', [
  v.object({ do: v.literal('connect'), target: targetName, port: v.number(), first: v.number() }),
  v.object({
    do: v.literal('send'),
    target: targetName,
    /** Messages a second of all senders together; null: as fast as they go. */
    perSecond: v.nullable(v.number()),
  }),
  v.object({ do: v.literal('stop') }),
]);

const SENDERS = 4;
/** Frames in one write of a sender that doesn't wait: nearly a full TLS record. */
const BATCH_FRAMES = 16;
/** Messages under way: enough that the server is never without, or all would wait in the kernel's buffers. */
const WINDOW = 1_500;
const PACE_MS = 10;

interface Sender {
  readonly number: number;
  readonly socket: TLSSocket;
  readonly frames: Uint8Array;
  readonly frameBytes: number;
  at: number;
}

interface Side {
  readonly senders: Sender[];
  /** Sent, and not yet back at the subscriber of this process. */
  underWay: number;
}

const sides: Record<TargetName, Side> = {
  relay: { senders: [], underWay: 0 },
  bare: { senders: [], underWay: 0 },
};
let pumped: Side | null = null;
let timer: NodeJS.Timeout | null = null;

async function connect(target: TargetName, port: number, first: number): Promise<void> {
  await ready();
  const side = sides[target];
  const skids: Buffer[] = [];
  for (let number = first; number < first + SENDERS; number++) {
    const blobs = sealedChain(number);
    skids.push(skidOf(blobs));
    const frames = fanoutFrames(blobs);
    const socket = await connectTo({ target, port, role: 'send', number });
    socket.on('drain', () => pump(side));
    const frameBytes = frames.length / blobs.length;
    side.senders.push({ number, socket, frames, frameBytes, at: 0 });
  }
  const walk = walkFrames((bytes, from, end) => {
    if (skids.some((skid) => deliveredIndex(bytes, { from, end, skid }) !== null)) side.underWay--;
  });
  await connectTo({ target, port, role: 'subscribe', number: first + SENDERS }, (bytes) => {
    walk(bytes);
    pump(side);
  });
}

function send(side: Side, sender: Sender, count: number): void {
  const { socket, frames, frameBytes, number } = sender;
  const bytes = count * frameBytes;
  if (sender.at + bytes > frames.length) sender.at = 0;
  const batch = Buffer.from(frames.subarray(sender.at, sender.at + bytes));
  sender.at += bytes;
  renewTokens(batch, frameBytes, number);
  side.underWay += count;
  socket.write(batch);
}

function pump(side: Side): void {
  if (side !== pumped) return;
  for (let blocked = false; !blocked; ) {
    blocked = true;
    for (const sender of side.senders) {
      if (sender.socket.writableNeedDrain || side.underWay >= WINDOW) continue;
      send(side, sender, BATCH_FRAMES);
      blocked = false;
    }
  }
}

function pace(side: Side, perSecond: number): NodeJS.Timeout {
  const startMs = performance.now();
  let sent = 0;
  return setInterval(() => {
    const due = ((performance.now() - startMs) * perSecond) / 1_000;
    for (; sent < due; sent++) {
      const sender = side.senders[sent % SENDERS];
      if (sender !== undefined) send(side, sender, 1);
    }
  }, PACE_MS);
}

serveRequests(request, async (asked) => {
  switch (asked.do) {
    case 'connect':
      await connect(asked.target, asked.port, asked.first);
      return [];
    case 'send': {
      const side = sides[asked.target];
      if (asked.perSecond === null) {
        pumped = side;
        pump(side);
      } else timer = pace(side, asked.perSecond);
      return [];
    }
    case 'stop':
      pumped = null;
      if (timer !== null) clearInterval(timer);
      timer = null;
      return [];
    default:
      return asked satisfies never;
  }
});
