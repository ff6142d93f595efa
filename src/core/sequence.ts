// One run of numbered items: puts them in order, recognises repeats, says how many are missing. Knows no keys.
import type { Sequence } from './state.ts';

/** Held, remembered and given-up items of one run: what one sender can make us keep. */
const MAX_HELD = 256;
const MAX_DIGESTS = 512;

export function newSequence<Item>(next: number): Sequence<Item> {
  return { next, held: new Map(), heldSinceMs: null, skipped: new Set(), digests: new Map() };
}

/** `repeat`: seen before; `forged`: the same number with other bytes; both can't be from an honest sender. */
export type Arrival = 'new' | 'repeat' | 'forged';

/**
 * Tells what number `seq` is and takes its item if it is new. `digest` stands for its bytes. A forged
 * item is not taken: the caller shows it with an alarm.
 */
export function accept<Item>(
  sequence: Sequence<Item>,
  { seq, item, digest }: { readonly seq: number; readonly item: Item; readonly digest: string },
  nowMs: number,
): Arrival {
  const known = sequence.digests.get(seq);
  if (known !== undefined) return known === digest ? 'repeat' : 'forged';
  if (seq < sequence.next && !sequence.skipped.has(seq)) return 'repeat';
  remember(sequence, seq, digest);
  sequence.held.set(seq, item);
  sequence.heldSinceMs ??= nowMs;
  return 'new';
}

/** What may be shown now: items in order, and how many numbers before each are missing for good. */
export interface Released<Item> {
  readonly item: Item;
  readonly missing: number;
}

export interface Patience {
  /** The lowest number that may still come: a gap below it is final. */
  readonly low: number;
  readonly nowMs: number;
  /** How long items wait for a gap before them to be filled. */
  readonly patienceMs: number;
}

/** Takes out what may be shown: up to the first gap that may yet be filled, unless too many wait behind it. */
export function release<Item>(sequence: Sequence<Item>, patience: Patience): Released<Item>[] {
  const released: Released<Item>[] = [];
  // A number below `low` will not come any more: it is no longer open, and takes no range in a note.
  for (const seq of sequence.skipped) if (seq < patience.low) sequence.skipped.delete(seq);
  const seqs = [...sequence.held.keys()].sort((a, b) => a - b);
  for (const seq of seqs) {
    if (seq > sequence.next && seq > patience.low && !isImpatient(sequence, patience)) break;
    const item = sequence.held.get(seq);
    sequence.held.delete(seq);
    if (item === undefined) continue;
    const missing = Math.max(0, seq - sequence.next);
    skip(sequence, seq);
    sequence.skipped.delete(seq);
    sequence.next = Math.max(sequence.next, seq + 1);
    released.push({ item, missing });
  }
  // What is left waits for a gap of its own.
  if (released.length > 0) sequence.heldSinceMs = patience.nowMs;
  if (sequence.held.size === 0) sequence.heldSinceMs = null;
  return released;
}

/** What has arrived, as a note tells it: everything up to `upTo`, and ranges beyond. */
export function received<Item>(
  sequence: Sequence<Item>,
  maxRanges: number,
): { readonly upTo: number; readonly ranges: readonly (readonly [number, number])[] } {
  // Numbers given up as a gap still count as not received: their sender may yet send them.
  const open = [...sequence.skipped].sort((a, b) => a - b);
  const firstOpen = open[0] ?? sequence.next;
  const ranges: [number, number][] = [];
  open.forEach((seq, index) => {
    const to = (open[index + 1] ?? sequence.next) - 1;
    if (seq < to) ranges.push([seq + 1, to]);
  });
  for (const seq of [...sequence.held.keys()].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === seq - 1) last[1] = seq;
    else ranges.push([seq, seq]);
  }
  return { upTo: firstOpen - 1, ranges: ranges.slice(0, maxRanges) };
}

function isImpatient<Item>(
  { held, heldSinceMs }: Sequence<Item>,
  { nowMs, patienceMs }: Patience,
): boolean {
  return held.size > MAX_HELD || (heldSinceMs !== null && nowMs - heldSinceMs >= patienceMs);
}

/** Notes the numbers before `seq` as given up, the newest MAX_HELD of them. */
function skip<Item>(sequence: Sequence<Item>, seq: number): void {
  const from = Math.max(sequence.next, seq - MAX_HELD);
  for (let missing = from; missing < seq; missing++) sequence.skipped.add(missing);
  for (const oldest of sequence.skipped) {
    if (sequence.skipped.size <= MAX_HELD) break;
    sequence.skipped.delete(oldest);
  }
}

function remember<Item>(sequence: Sequence<Item>, seq: number, digest: string): void {
  sequence.digests.set(seq, digest);
  if (sequence.digests.size <= MAX_DIGESTS) return;
  for (const oldest of sequence.digests.keys()) {
    sequence.digests.delete(oldest);
    return;
  }
}
