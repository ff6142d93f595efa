// The note of a private message: acknowledgements and control parts, made anew at every sealing.
import * as v from 'valibot';
import { PREKEY_BYTES } from './bundle.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import { byteString, decodeCbor, encodeCbor, mapOf, sequenceNumber } from './cbor.ts';
import { ProtocolError } from './errors.ts';
import { idBytes, Kid, RoomId, SenderKeyId, StreamId } from './ids.ts';
import { MAX_HAVE_RANGES, MAX_HAVE_STREAMS, MAX_NOTE_BYTES, MAX_TURN_PREKEYS } from './limits.ts';
import { SIGNATURE_BYTES } from './sizes.ts';

/** What arrived of one stream: everything up to `upTo`, and the ranges (both ends included) beyond it. */
export interface Have {
  readonly stream: StreamId;
  readonly upTo: number;
  readonly ranges: readonly (readonly [from: number, to: number])[];
}

/** "Give me the key of this chain": with the asker's join, so that a relay can't hide a joiner. */
export interface Want {
  readonly room: RoomId;
  readonly skid: SenderKeyId;
  /** A JoinProof as in SUB, 73 bytes. */
  readonly join: Uint8Array;
}

/** Where somebody is typing: in a room, or (null) in private. */
export interface Typing {
  readonly room: RoomId | null;
}

export interface Note {
  /** The sender's run; together with `k` it orders the notes of one sender. */
  readonly boot: bigint;
  /** Rises with each sealing of this run. */
  readonly k: number;
  /** The lowest sequence number that may still come: a gap below it is final. */
  readonly low: number;
  /** The sender's newest bundle. */
  readonly bundleSeq: bigint;
  readonly have: readonly Have[];
  /** Turn prekeys of the sender that messages came under when they were gone: seal those anew. */
  readonly lost: readonly Kid[];
  /** A turn prekey for the reader alone, with its signature, TURN_BYTES; null: none is given now. */
  readonly turn: Uint8Array | null;
  /** The sender doesn't want it shown that messages were delivered to them. */
  readonly quiet: boolean;
  readonly wants: readonly Want[];
  /** The sender is writing to the reader just now. Left out: they don't say. */
  readonly typing?: Typing;
}

/** Wants in one note: with the most ranges they stay below MAX_NOTE_BYTES, where no turn key is given. */
export const MAX_WANTS = 8;
/** Lost keys in one note: as many as one person is given. */
export const MAX_LOST = MAX_TURN_PREKEYS;
/** `n u64 ‖ stream8 ‖ next u64 ‖ pub ‖ signature` (crypto/signed-objects.ts). */
export const TURN_BYTES = 8 + StreamId.sizeBytes + 8 + PREKEY_BYTES + SIGNATURE_BYTES;

// Keys reserved for later issues, in `ctl`: `want-log`.
const schema = mapOf({
  have: v.optional(
    v.pipe(
      v.array(
        v.strictTuple([
          byteString(8),
          sequenceNumber,
          v.pipe(v.array(sequenceNumber), v.maxLength(2 * MAX_HAVE_RANGES)),
        ]),
      ),
      v.maxLength(MAX_HAVE_STREAMS),
    ),
  ),
  lost: v.optional(v.pipe(v.array(byteString(Kid.sizeBytes)), v.maxLength(MAX_LOST))),
  turn: v.optional(byteString(TURN_BYTES)),
  quiet: v.optional(v.boolean()),
  ctl: v.optional(
    mapOf({
      want: v.optional(
        v.pipe(
          v.array(mapOf({ room: byteString(32), skid: byteString(16), join: byteString(73) })),
          v.maxLength(MAX_WANTS),
        ),
      ),
      typing: v.optional(v.union([v.literal(true), byteString(32)])),
    }),
  ),
});

/**
 * `boot u64 ‖ k u64 ‖ low u64 ‖ bseq u64 ‖ CBOR{have, lost, turn, quiet, ctl}`: at most MAX_NOTE_BYTES.
 * Throws RangeError above that: a note that gives a turn key has no place for wants.
 */
export function encodeNote(note: Note): Uint8Array {
  const bytes = new ByteWriter()
    .u64(note.boot)
    .u64(BigInt(note.k))
    .u64(BigInt(note.low))
    .u64(note.bundleSeq)
    .raw(encodeCbor(contentOf(note)))
    .finish();
  if (bytes.length > MAX_NOTE_BYTES) throw new RangeError('note too long');
  return bytes;
}

/** What is empty is left out. */
function contentOf({ have, lost, turn, quiet, wants, typing }: Note): object {
  const haves = have.map(({ stream, upTo, ranges }) => [idBytes(stream), upTo, ranges.flat()]);
  const want = wants.map(({ room, skid, join }) => ({
    room: idBytes(room),
    skid: idBytes(skid),
    join,
  }));
  return {
    ...(have.length > 0 && { have: haves }),
    ...(lost.length > 0 && { lost: lost.map(idBytes) }),
    ...(turn !== null && { turn }),
    ...(quiet && { quiet }),
    ...((want.length > 0 || typing !== undefined) && {
      ctl: {
        ...(want.length > 0 && { want }),
        ...(typing !== undefined && { typing: typing.room === null ? true : idBytes(typing.room) }),
      },
    }),
  };
}

/** Throws ProtocolError. */
export function decodeNote(bytes: Uint8Array): Note {
  if (bytes.length > MAX_NOTE_BYTES) throw new ProtocolError('note too long');
  const reader = new ByteReader(bytes);
  const boot = reader.u64();
  const k = reader.sequenceNumber();
  const low = reader.sequenceNumber();
  const bundleSeq = reader.u64();
  const { have = [], lost = [], turn, quiet, ctl } = decodeCbor(schema, reader.rest());
  return {
    boot,
    k,
    low,
    bundleSeq,
    have: have.map(([stream, upTo, bounds]) => decodeHave(stream, upTo, bounds)),
    lost: lost.map(Kid.fromBytes),
    turn: turn ?? null,
    quiet: quiet ?? false,
    wants: (ctl?.want ?? []).map(({ room, skid, join }) => ({
      room: RoomId.fromBytes(room),
      skid: SenderKeyId.fromBytes(skid),
      join,
    })),
    ...(ctl?.typing !== undefined && { typing: decodeTyping(ctl.typing) }),
  };
}

function decodeTyping(typing: Uint8Array | true): Typing {
  return { room: typing === true ? null : RoomId.fromBytes(typing) };
}

function decodeHave(stream: Uint8Array, upTo: number, bounds: readonly number[]): Have {
  const ranges: [number, number][] = [];
  let above = upTo;
  for (let index = 0; index < bounds.length; index += 2) {
    const from = bounds[index];
    const to = bounds[index + 1];
    if (from === undefined || to === undefined || from <= above || to < from) {
      throw new ProtocolError('ranges out of order');
    }
    ranges.push([from, to]);
    above = to;
  }
  return { stream: StreamId.fromBytes(stream), upTo, ranges };
}
