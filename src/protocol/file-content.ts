// What is said of files inside sealed boxes: the file that a text carries, and how it stands with one.
import * as v from 'valibot';
import { byteString, decodeCbor, encodeCbor, mapOf, sequenceNumber, textOf } from './cbor.ts';
import { ProtocolError } from './errors.ts';
import { FileId, idBytes, MeetingId } from './ids.ts';
import {
  CHUNK_BYTES,
  MAX_DURATION_MS,
  MAX_FILE_ADDRESS_BYTES,
  MAX_FILE_ADDRESSES,
  MAX_FILE_CHUNKS,
  MAX_FILE_NAME_BYTES,
  MAX_FILE_TYPE_BYTES,
  MAX_THUMBNAIL_BYTES,
} from './limits.ts';
import { HASH_BYTES } from './sizes.ts';

export const FILE_KEY_BYTES = 32;

export const MAX_PIXELS = 1_000_000;
export const WAVEFORM_PARTS = 32;
export const WAVEFORM_LOUDEST = 7;

/** A file that a text carries. All of it is its sender's word until the content is here and its hash holds. */
export const fileField = mapOf({
  /** Seals the content; the relay knows the file by its hash. */
  key: byteString(FILE_KEY_BYTES),
  /** SHA-256 of the content. */
  hash: byteString(HASH_BYTES),
  size: v.pipe(sequenceNumber, v.maxValue(MAX_FILE_CHUNKS * CHUNK_BYTES)),
  /** Untrusted text; never a path. */
  name: v.pipe(textOf(MAX_FILE_NAME_BYTES), v.minLength(1)),
  /** `image/png`; a claim. */
  type: v.exactOptional(textOf(MAX_FILE_TYPE_BYTES)),
  width: v.exactOptional(v.pipe(sequenceNumber, v.maxValue(MAX_PIXELS))),
  height: v.exactOptional(v.pipe(sequenceNumber, v.maxValue(MAX_PIXELS))),
  /** How long it plays. */
  durationMs: v.exactOptional(v.pipe(sequenceNumber, v.maxValue(MAX_DURATION_MS))),
  /** It was spoken for this message. */
  voice: v.exactOptional(v.literal(true)),
  /** How loud it is, in so many equal parts: 0 to 7 each. */
  waveform: v.exactOptional(
    v.pipe(
      byteString(WAVEFORM_PARTS),
      v.check((parts) => parts.every((part) => part <= WAVEFORM_LOUDEST)),
    ),
  ),
  /** A PNG of a few kilobytes. */
  thumbnail: v.exactOptional(
    v.pipe(
      v.custom<Uint8Array>(
        (value) => value instanceof Uint8Array && value.length <= MAX_THUMBNAIL_BYTES,
      ),
      v.transform((bytes): Uint8Array => new Uint8Array(bytes)),
    ),
  ),
});

export type FileContent = v.InferOutput<typeof fileField>;

/**
 * `want`: its reader asks the sender for it. `kept`: the relay has it, or is being given it. `ready`: the sender waits at a
 * meeting, or at addresses of its own machine. `got`: its reader has it whole. `no`: whoever says so is done with it.
 */
const STANDS = ['want', 'kept', 'ready', 'got', 'no'] as const;

const stateSchema = mapOf({
  file: v.pipe(byteString(FileId.sizeBytes), v.transform(FileId.fromBytes)),
  is: v.picklist(STANDS),
  meeting: v.exactOptional(
    v.pipe(byteString(MeetingId.sizeBytes), v.transform(MeetingId.fromBytes)),
  ),
  /** Beside `want`: it may come straight from the sender's machine. */
  direct: v.exactOptional(v.literal(true)),
  /** `ADDRESS:PORT` of the sender's machine, where it lets the reader come straight; hints, never trust. */
  at: v.exactOptional(
    v.pipe(v.array(textOf(MAX_FILE_ADDRESS_BYTES)), v.maxLength(MAX_FILE_ADDRESSES)),
  ),
});

export type FileState = v.InferOutput<typeof stateSchema>;

export function encodeFileState({ file, is, meeting, direct, at }: FileState): Uint8Array {
  return encodeCbor({
    ...{ file: idBytes(file), is },
    ...(meeting === undefined ? {} : { meeting: idBytes(meeting) }),
    ...(direct === undefined ? {} : { direct }),
    ...(at === undefined ? {} : { at }),
  });
}

/** Throws ProtocolError. */
export function decodeFileState(bytes: Uint8Array): FileState {
  const state = decodeCbor(stateSchema, bytes);
  if ((state.is === 'ready') !== (state.meeting !== undefined)) {
    throw new ProtocolError('a file is ready at a meeting');
  }
  return state;
}

/** How many chunks a content of so many bytes makes: an empty one makes one. */
export function chunksOf(size: number): number {
  return Math.max(1, Math.ceil(size / CHUNK_BYTES));
}

/** How many bytes of the content are in chunk `index`, from 0. */
export function chunkLength(size: number, index: number): number {
  return Math.min(CHUNK_BYTES, size - index * CHUNK_BYTES);
}
