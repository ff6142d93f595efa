// A run of numbered items as rows: where it stands, and what waits behind its gaps. Knows no items.
import * as v from 'valibot';
import { bytesFromHex, hexFromBytes } from '../protocol/bytes.ts';
import { sequenceNumber } from '../protocol/cbor.ts';
import { forget, save } from './durable.ts';
import { bytesField } from './restored-row.ts';
import type { HeldItem, Sequence } from './sequence.ts';
import { newSequence } from './sequence.ts';
import type { CoreState } from './state.ts';

/** By which a repeat is told from another text under its number, after a restart too. */
const STORED_DIGESTS = 32;

/** Where a sequence stands, in the row of whatever it belongs to. */
export const sequenceSchema = v.object({
  next: sequenceNumber,
  skipped: v.array(v.strictTuple([sequenceNumber, sequenceNumber])),
  floor: v.nullable(sequenceNumber),
  digests: v.array(v.strictTuple([sequenceNumber, bytesField])),
  // Rows of before have none.
  read: v.optional(sequenceNumber, 0),
});

export type StoredSequence = v.InferOutput<typeof sequenceSchema>;

export function storedSequence({
  next,
  skipped,
  floor,
  digests,
  readUpTo,
}: Sequence<unknown>): StoredSequence {
  const last = [...digests].slice(-STORED_DIGESTS);
  return {
    ...{ next, skipped, floor: Number.isFinite(floor) ? floor : null },
    digests: last.map(([seq, digest]) => [seq, bytesFromHex(digest)]),
    read: readUpTo,
  };
}

/** Without what it held: rows of their own bring that back. What is older than its digests is told by number alone. */
export function sequenceFrom<Item>({
  next,
  skipped,
  floor,
  digests,
  read,
}: StoredSequence): Sequence<Item> {
  return {
    ...newSequence<Item>(next),
    ...{ skipped, floor: floor ?? Number.POSITIVE_INFINITY, readUpTo: read },
    digests: new Map(digests.map(([seq, digest]) => [seq, hexFromBytes(digest)])),
  };
}

/**
 * Gives each held item a row `place/<seq>`, and takes away those of items that have been handed on: what
 * waits is acknowledged already, and must not die with the process.
 */
export function saveHeld<Item>(
  core: CoreState,
  { place, sequence }: { readonly place: string; readonly sequence: Sequence<Item> },
  read: (item: Item) => object,
): void {
  const { held, kept } = sequence;
  for (const [seq, { item }] of held) {
    if (kept.has(seq)) continue;
    kept.add(seq);
    save(core, `${place}/${seq}`, () => read(item));
  }
  for (const seq of kept) {
    if (held.has(seq)) continue;
    kept.delete(seq);
    forget(core, `${place}/${seq}`);
  }
}

/** The sequence is forgotten: so are the rows of what it held. */
export function forgetHeld(core: CoreState, place: string, { kept }: Sequence<unknown>): void {
  for (const seq of kept) forget(core, `${place}/${seq}`);
  kept.clear();
}

/** Puts back an item that a row brought. */
export function restoreHeld<Item>(
  sequence: Sequence<Item>,
  seq: number,
  held: HeldItem<Item>,
): void {
  if (sequence.held.has(seq)) return;
  sequence.held.set(seq, held);
  sequence.kept.add(seq);
  sequence.heldBytes += held.sizeBytes;
  sequence.heldSinceMs ??= held.arrivedAtMs;
}
