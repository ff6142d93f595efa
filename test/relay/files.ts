// Files and meetings as the relay sees them: names, counts and sealed chunks that say nothing.
import type { Frame } from '../../src/protocol/frames.ts';
import { FileId, MeetingId } from '../../src/protocol/ids.ts';
import { SEALED_CHUNK_BYTES } from '../../src/protocol/limits.ts';

function numbered(number: number): Uint8Array {
  const bytes = new Uint8Array(16).fill(0x66);
  new DataView(bytes.buffer).setUint32(0, number);
  return bytes;
}

/** A meeting of its own for each number. */
export const meeting = (number = 1): MeetingId => MeetingId.fromBytes(numbered(number));

/** A file of its own for each number. */
export const file = (number = 1): FileId => FileId.fromBytes(numbered(number));

/** Chunk `index` of such a file: other bytes for each. */
export function chunk(index: number, filler = 0): Frame & { readonly type: 'chunk' } {
  const sealed = new Uint8Array(SEALED_CHUNK_BYTES).fill((index * 7 + filler) & 0xff);
  new DataView(sealed.buffer).setUint32(0, index);
  return { type: 'chunk', req: 0, index, sealed };
}
