// One run of numbered items: puts them in order, recognises repeats, says how many are missing. Knows no keys.
import { hexFromBytes } from '../protocol/bytes.ts';

/** Items held behind a gap, and remembered digests: what one sender can make us keep of one run. */
const MAX_HELD = 256;
const MAX_HELD_BYTES = 1024 * 1024;
const MAX_DIGESTS = 512;
/** Open ranges: twice what an honest sender, who has at most 1,000 records on the way, can leave. */
const MAX_SKIPPED_RANGES = 1_024;

/** A run of numbered items from one sender: order, repeats and gaps. */
export interface Sequence<Item> {
  /** Everything below has been delivered, or given up as a gap. */
  next: number;
  readonly held: Map<number, HeldItem<Item>>;
  /** Numbers whose held items have rows. */
  readonly kept: Set<number>;
  /** When the longest-held item arrived; null where none is held. */
  heldSinceMs: number | null;
  heldBytes: number;
  /** Ranges given up (both ends included, ascending), but welcome if they still come. */
  skipped: [from: number, to: number][];
  /** The lowest number given up that `skipped` no longer holds: nothing from it on counts as received. */
  floor: number;
  /** Our person has seen what was delivered up to there, and that may be told (who-read.ts). */
  readUpTo: number;
  /** Digests of what came lately, to tell a repeat from a forgery. */
  readonly digests: Map<number, string>;
}

export interface HeldItem<Item> {
  readonly item: Item;
  readonly arrivedAtMs: number;
  readonly sizeBytes: number;
}

export function newSequence<Item>(next: number): Sequence<Item> {
  return {
    next,
    held: new Map(),
    kept: new Set(),
    heldSinceMs: null,
    heldBytes: 0,
    skipped: [],
    floor: Number.POSITIVE_INFINITY,
    readUpTo: 0,
    digests: new Map(),
  };
}

/** Enough to tell two texts apart, 128 bits: many are kept. `digest`: 32 bytes. */
export function shortDigest(digest: Uint8Array): string {
  return hexFromBytes(digest.subarray(0, 16));
}

/** `repeat`: seen before; `forged`: the same number with other bytes; both can't be from an honest sender. */
export type Arrival = 'new' | 'repeat' | 'forged';

export interface Numbered<Item> {
  readonly seq: number;
  readonly item: Item;
  /** Stands for the item's bytes. */
  readonly digest: string;
  readonly sizeBytes: number;
}

/**
 * Tells what number `seq` is and takes its item if it is new. A forged item is not taken: the caller
 * shows it with an alarm.
 */
export function accept<Item>(
  sequence: Sequence<Item>,
  { seq, item, digest, sizeBytes }: Numbered<Item>,
  nowMs: number,
): Arrival {
  const known = sequence.digests.get(seq);
  if (known !== undefined) return known === digest ? 'repeat' : 'forged';
  if (seq < sequence.next && !isSkipped(sequence, seq)) return 'repeat';
  remember(sequence, seq, digest);
  sequence.held.set(seq, { item, arrivedAtMs: nowMs, sizeBytes });
  sequence.heldBytes += sizeBytes;
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

/**
 * Takes out what may be shown: up to the first gap that may yet be filled, unless too much waits behind it, and to the first
 * item that is not `isReady`. Of those that are not ready and too many, the first are lost.
 */
export function release<Item>(
  sequence: Sequence<Item>,
  patience: Patience,
  isReady: (item: Item) => boolean = () => true,
): Released<Item>[] {
  const released: Released<Item>[] = [];
  forgetBelow(sequence, patience.low);
  const seqs = [...sequence.held.keys()].sort((a, b) => a - b);
  for (const seq of seqs) {
    if (seq > sequence.next && seq > patience.low && !isImpatient(sequence, patience)) break;
    const held = sequence.held.get(seq);
    if (held === undefined) continue;
    const ready = isReady(held.item);
    if (!ready && !isFull(sequence)) break;
    sequence.held.delete(seq);
    sequence.heldBytes -= held.sizeBytes;
    if (!ready) continue;
    const missing = Math.max(0, seq - sequence.next);
    // One that comes late has not been seen with those around it.
    sequence.readUpTo = Math.min(sequence.readUpTo, seq - 1);
    if (missing > 0) skip(sequence, sequence.next, seq - 1);
    fill(sequence, seq);
    sequence.next = Math.max(sequence.next, seq + 1);
    sequence.heldSinceMs = oldestArrivalMs(sequence);
    released.push({ item: held.item, missing });
  }
  return released;
}

/** Whether the item of this number has been delivered. */
export function isReceived<Item>(sequence: Sequence<Item>, seq: number): boolean {
  return seq < Math.min(sequence.next, sequence.floor) && !isSkipped(sequence, seq);
}

/** What has arrived, as a note tells it: everything up to `upTo`, and ranges beyond. Never more than that. */
export function received<Item>(
  sequence: Sequence<Item>,
  maxRanges: number,
): { readonly upTo: number; readonly ranges: readonly (readonly [number, number])[] } {
  // Numbers given up as a gap still count as not received: their sender may yet send them.
  const { skipped, next, floor } = sequence;
  const firstOpen = Math.min(skipped[0]?.[0] ?? next, floor);
  const ranges: [number, number][] = [];
  skipped.forEach(([, to], index) => {
    const last = (skipped[index + 1]?.[0] ?? next) - 1;
    if (to < last) ranges.push([to + 1, last]);
  });
  for (const seq of [...sequence.held.keys()].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === seq - 1) last[1] = seq;
    else ranges.push([seq, seq]);
  }
  return { upTo: firstOpen - 1, ranges: ranges.slice(0, maxRanges) };
}

/**
 * Forgets everything from number `next` on, which was not its sender's, and counts as new whatever is above the last
 * that is known to have come, or `low`. Returns how many bytes were held of it.
 */
export function cutBack<Item>(sequence: Sequence<Item>, next: number, low: number): number {
  const before = sequence.heldBytes;
  for (const [seq, { sizeBytes }] of sequence.held) {
    if (seq < next) continue;
    sequence.held.delete(seq);
    sequence.heldBytes -= sizeBytes;
  }
  let last = low - 1;
  for (const seq of sequence.digests.keys()) {
    if (seq >= next) sequence.digests.delete(seq);
    else if (seq > last) last = seq;
  }
  sequence.next = Math.min(next, last + 1);
  const below = sequence.skipped.filter(([from]) => from < sequence.next);
  sequence.skipped = below.map(([from, to]) => [from, Math.min(to, sequence.next - 1)]);
  sequence.heldSinceMs = oldestArrivalMs(sequence);
  return before - sequence.heldBytes;
}

function isImpatient<Item>(
  { held, heldBytes, heldSinceMs }: Sequence<Item>,
  { nowMs, patienceMs }: Patience,
): boolean {
  if (isFull({ held, heldBytes })) return true;
  return heldSinceMs !== null && nowMs - heldSinceMs >= patienceMs;
}

function isFull<Item>({ held, heldBytes }: Pick<Sequence<Item>, 'held' | 'heldBytes'>): boolean {
  return held.size > MAX_HELD || heldBytes > MAX_HELD_BYTES;
}

/** By each item's own arrival: a newer one must not make an older one wait anew. */
function oldestArrivalMs<Item>({ held }: Sequence<Item>): number | null {
  let oldest: number | null = null;
  for (const { arrivedAtMs } of held.values()) {
    if (oldest === null || arrivedAtMs < oldest) oldest = arrivedAtMs;
  }
  return oldest;
}

function isSkipped<Item>({ skipped }: Sequence<Item>, seq: number): boolean {
  return skipped.some(([from, to]) => from <= seq && seq <= to);
}

/**
 * Notes a gap as given up. Where there are too many, the oldest is forgotten: it can no longer be filled,
 * but `floor` keeps it from ever being called received.
 */
function skip<Item>(sequence: Sequence<Item>, from: number, to: number): void {
  sequence.skipped.push([from, to]);
  if (sequence.skipped.length <= MAX_SKIPPED_RANGES) return;
  const forgotten = sequence.skipped.shift();
  if (forgotten !== undefined) sequence.floor = Math.min(sequence.floor, forgotten[0]);
}

/** A number given up has come after all. */
function fill<Item>(sequence: Sequence<Item>, seq: number): void {
  const index = sequence.skipped.findIndex(([from, to]) => from <= seq && seq <= to);
  const range = sequence.skipped[index];
  if (range === undefined) return;
  const [from, to] = range;
  const rest: [number, number][] = [];
  if (from < seq) rest.push([from, seq - 1]);
  if (seq < to) rest.push([seq + 1, to]);
  sequence.skipped.splice(index, 1, ...rest);
}

/** Numbers below `low` will not come any more: they are no longer open, and take no range in a note. */
function forgetBelow<Item>(sequence: Sequence<Item>, low: number): void {
  if (sequence.floor < low) sequence.floor = Number.POSITIVE_INFINITY;
  const stillOpen: [number, number][] = [];
  for (const [from, to] of sequence.skipped) {
    if (to >= low) stillOpen.push([Math.max(from, low), to]);
  }
  sequence.skipped = stillOpen;
}

function remember<Item>(sequence: Sequence<Item>, seq: number, digest: string): void {
  sequence.digests.set(seq, digest);
  if (sequence.digests.size <= MAX_DIGESTS) return;
  for (const oldest of sequence.digests.keys()) {
    sequence.digests.delete(oldest);
    return;
  }
}
