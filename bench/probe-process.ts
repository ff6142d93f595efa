// A paced probe in a process of its own: sends a message every few ms and times its way to a subscriber.
import type { TLSSocket } from 'node:tls';
import * as v from 'valibot';
import { ready } from '../src/crypto/sodium.ts';
import { walkFrames } from './frame-walk.ts';
import { deliveredIndex, fanoutFrames, renewTokens, sealedChain, skidOf } from './room-traffic.ts';
import { connectTo, type TargetName, targetName } from './targets.ts';
import { serveRequests } from './worker.ts';

const request = v.variant('do', [
  v.object({ do: v.literal('connect'), target: targetName, port: v.number(), first: v.number() }),
  v.object({ do: v.literal('start'), target: targetName }),
  /** Answers with the milliseconds that each probe took. */
  v.object({ do: v.literal('stop') }),
]);

const INTERVAL_MS = 7;

interface Probe {
  readonly number: number;
  readonly sending: TLSSocket;
  readonly frames: Uint8Array;
  readonly frameBytes: number;
  /** When the message at this place in the chain was last sent and has not arrived. */
  readonly sentAtMs: Map<number, number>;
}

const probes = new Map<TargetName, Probe>();
let latenciesMs: number[] = [];
let timer: NodeJS.Timeout | null = null;
let sent = 0;

async function connect(target: TargetName, port: number, first: number): Promise<void> {
  await ready();
  const blobs = sealedChain(first);
  const skid = skidOf(blobs);
  const frames = fanoutFrames(blobs);
  const sending = await connectTo({ target, port, role: 'send', number: first });
  const frameBytes = frames.length / blobs.length;
  const probe = { number: first, sending, frames, frameBytes, sentAtMs: new Map() };
  probes.set(target, probe);
  const walk = walkFrames((bytes, from, end) => {
    const index = deliveredIndex(bytes, { from, end, skid });
    if (index !== null) arrived(probe, index);
  });
  await connectTo({ target, port, role: 'subscribe', number: first + 1 }, walk);
}

function arrived({ sentAtMs }: Probe, index: number): void {
  const startMs = sentAtMs.get(index);
  if (startMs === undefined) return;
  sentAtMs.delete(index);
  latenciesMs.push(performance.now() - startMs);
}

function send({ number, sending, frames, frameBytes, sentAtMs }: Probe): void {
  const index = sent++ % (frames.length / frameBytes);
  const frame = Buffer.from(frames.subarray(index * frameBytes, (index + 1) * frameBytes));
  renewTokens(frame, frameBytes, number);
  sentAtMs.set(index, performance.now());
  sending.write(frame);
}

serveRequests(request, async (asked) => {
  switch (asked.do) {
    case 'connect':
      await connect(asked.target, asked.port, asked.first);
      return [];
    case 'start': {
      const probe = probes.get(asked.target);
      if (probe === undefined) throw new Error('not connected');
      latenciesMs = [];
      probe.sentAtMs.clear();
      timer = setInterval(() => send(probe), INTERVAL_MS);
      return [];
    }
    case 'stop':
      if (timer !== null) clearInterval(timer);
      return latenciesMs;
    default:
      return asked satisfies never;
  }
});
