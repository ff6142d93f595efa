// What a backup is made of: its records, one a chunk, and their bytes. Knows no keys and no file.
import * as v from 'valibot';
import { byteString, decodeCbor, encodeCbor, sequenceNumber } from '../protocol/cbor.ts';
import { idBytes, PeerId } from '../protocol/ids.ts';
import { MAX_NICK_BYTES } from '../protocol/limits.ts';
import { SEED_BYTES } from '../protocol/sizes.ts';
import { type Pin, pinFormat } from './pins-file.ts';
import { textField, timeMsField, u64Field } from './record-fields.ts';
import { type PinnedRelay, pinnedRelay } from './relays-file.ts';
import type { Settings } from './settings.ts';
import { settingsFormat } from './settings-file.ts';
import { decodeMessage, encodeMessage, type StoredMessage } from './stored-message.ts';

/** A list goes on in another record once it is this long: whoever reads holds one at a time. */
const LIST_BYTES = 64 * 1024;
/** Above a list that the message with most to it has filled, and above the settings of the most rooms. */
export const MAX_RECORD_BYTES = 256 * 1024;

/** Who a profile is, and what was set in it. No streams, chains or prekeys: two machines would use them twice. */
export interface BackupHead {
  readonly id: PeerId;
  /** Secret, 32 bytes; the caller wipes it. */
  readonly seed: Uint8Array;
  readonly nick: string;
  readonly cardSeq: bigint;
  readonly bundleSeq: bigint;
  readonly createdMs: number;
  readonly settings: Settings;
  /** When the backup was made, by that machine's clock. */
  readonly madeMs: number;
  /** False: what was said was left out, not absent. */
  readonly hasHistory: boolean;
}

/** Some of a list, in its order. */
export type BackupPart =
  | { readonly type: 'pins'; readonly pins: readonly Pin[] }
  | { readonly type: 'relays'; readonly relays: readonly PinnedRelay[] }
  | { readonly type: 'messages'; readonly messages: readonly StoredMessage[] };

export interface BackupContents {
  readonly head: BackupHead;
  /** Least recently seen first. */
  readonly pins: readonly Pin[];
  /** Least recently used first. */
  readonly relays: readonly PinnedRelay[];
  /** In order of arrival; read once, while it is written. */
  readonly messages: Iterable<StoredMessage>;
}

/** Of each list. */
export type BackupCounts = Readonly<Record<BackupPart['type'], number>>;

export type BackupRecord =
  | { readonly type: 'head'; readonly head: BackupHead }
  | { readonly type: BackupPart['type']; readonly items: readonly Uint8Array[] }
  | { readonly type: 'end'; readonly counts: BackupCounts };

const headSchema = v.strictObject({
  id: v.pipe(byteString(PeerId.sizeBytes), v.transform(PeerId.fromBytes)),
  seed: byteString(SEED_BYTES),
  nick: textField(MAX_NICK_BYTES),
  cardSeq: u64Field,
  bundleSeq: u64Field,
  createdMs: timeMsField,
  settings: settingsFormat.schema,
  madeMs: timeMsField,
  hasHistory: v.boolean(),
});

const countsSchema = v.strictObject({
  pins: sequenceNumber,
  relays: sequenceNumber,
  messages: sequenceNumber,
});

const item = v.custom<Uint8Array>((value) => value instanceof Uint8Array);

const recordSchema: v.GenericSchema<unknown, BackupRecord> = v.variant('type', [
  v.strictObject({ type: v.literal('head'), head: headSchema }),
  v.strictObject({ type: v.picklist(['pins', 'relays', 'messages']), items: v.array(item) }),
  v.strictObject({ type: v.literal('end'), counts: countsSchema }),
]);

/** All records of a backup, in order. Throws RangeError on what could not be read back. */
export function* recordsOf(contents: BackupContents): IterableIterator<BackupRecord> {
  const { head, pins, relays, messages } = contents;
  yield { type: 'head', head };
  const counts = {
    pins: yield* listOf('pins', pins, (pin) => encodeCbor(pinFormat.encode(pin))),
    relays: yield* listOf('relays', relays, encodeCbor),
    messages: yield* listOf('messages', messages, encodeMessage),
  };
  yield { type: 'end', counts };
}

/** Returns how many there were. */
function* listOf<T>(
  type: BackupPart['type'],
  values: Iterable<T>,
  encodeItem: (value: T) => Uint8Array,
): Generator<BackupRecord, number> {
  let count = 0;
  let items: Uint8Array[] = [];
  let sizeBytes = 0;
  for (const value of values) {
    const bytes = encodeItem(value);
    items.push(bytes);
    count += 1;
    sizeBytes += bytes.length;
    if (sizeBytes < LIST_BYTES) continue;
    yield { type, items };
    items = [];
    sizeBytes = 0;
  }
  if (items.length > 0) yield { type, items };
  return count;
}

/** At most MAX_RECORD_BYTES, strict CBOR. That of a head holds the seed; the caller wipes it. */
export function encodeBackupRecord(record: BackupRecord): Uint8Array {
  if (record.type !== 'head') return encodeCbor(record);
  const { id, cardSeq, bundleSeq, settings, ...rest } = record.head;
  const head = {
    ...rest,
    id: idBytes(id),
    cardSeq: cardSeq.toString(),
    bundleSeq: bundleSeq.toString(),
    settings: settingsFormat.encode(settings),
  };
  return encodeCbor({ type: 'head', head });
}

/** Throws ProtocolError on anything that isn't exactly one record. */
export function decodeBackupRecord(bytes: Uint8Array): BackupRecord {
  return decodeCbor(recordSchema, bytes);
}

/** What a list's record holds. Throws ProtocolError. */
export function partOf(type: BackupPart['type'], items: readonly Uint8Array[]): BackupPart {
  switch (type) {
    case 'pins':
      return { type, pins: items.map((bytes) => decodeCbor(pinFormat.schema, bytes)) };
    case 'relays':
      return { type, relays: items.map((bytes) => decodeCbor(pinnedRelay, bytes)) };
    case 'messages':
      return { type, messages: items.map(decodeMessage) };
    default:
      return type satisfies never;
  }
}
