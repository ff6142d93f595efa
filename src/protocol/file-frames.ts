// The frames of connections that carry a file: bytes ↔ typed values (PROTOCOL.md, Files). No IO, no crypto.
import type { ByteReader, ByteWriter } from './bytes.ts';
import { ProtocolError } from './errors.ts';
import { FileId, idBytes, MeetingId } from './ids.ts';
import { MAX_FILE_CHUNKS, SEALED_CHUNK_BYTES } from './limits.ts';

export type FileFrame =
  /** The relay is to keep this file; answered by HAVE, how much of it is there. */
  | {
      readonly type: 'keep';
      readonly file: FileId;
      readonly chunks: number;
      readonly ttlSeconds: number;
    }
  /** CHUNKs of a kept file from `from` on, as HAVEs let them come. */
  | { readonly type: 'take'; readonly file: FileId; readonly from: number }
  /** Joined with the other connection that names this meeting; DONE when it is there. */
  | { readonly type: 'meet'; readonly meeting: MeetingId }
  /** The relay forgets a file that it keeps for us. */
  | { readonly type: 'drop'; readonly file: FileId }
  | { readonly type: 'chunk'; readonly index: number; readonly sealed: Uint8Array }
  /** Chunks 0 to `count` − 1 are here: the next may come. */
  | { readonly type: 'have'; readonly count: number };

/** The body. */
export function writeFileFrame(writer: ByteWriter, frame: FileFrame): void {
  switch (frame.type) {
    case 'keep':
      writer.raw(idBytes(frame.file)).u32(frame.chunks).u32(frame.ttlSeconds);
      return;
    case 'take':
      writer.raw(idBytes(frame.file)).u32(frame.from);
      return;
    case 'meet':
      writer.raw(idBytes(frame.meeting));
      return;
    case 'drop':
      writer.raw(idBytes(frame.file));
      return;
    case 'chunk':
      writer.u32(frame.index).fixed(frame.sealed, SEALED_CHUNK_BYTES);
      return;
    case 'have':
      writer.u32(frame.count);
      return;
    default:
      frame satisfies never;
  }
}

/** All but `req`. Throws ProtocolError. */
export function readFileFrame(reader: ByteReader, type: FileFrame['type']): FileFrame {
  switch (type) {
    case 'keep': {
      const [file, chunks] = [readFile(reader), readChunkCount(reader)];
      if (chunks === 0) throw new ProtocolError('a file without chunks');
      return { type, file, chunks, ttlSeconds: reader.u32() };
    }
    case 'take':
      return { type, file: readFile(reader), from: readChunkCount(reader) };
    case 'meet':
      return { type, meeting: MeetingId.fromBytes(reader.take(MeetingId.sizeBytes)) };
    case 'drop':
      return { type, file: readFile(reader) };
    case 'chunk':
      return { type, index: reader.u32(), sealed: reader.take(SEALED_CHUNK_BYTES) };
    case 'have':
      return { type, count: readChunkCount(reader) };
    default:
      return type satisfies never;
  }
}

function readFile(reader: ByteReader): FileId {
  return FileId.fromBytes(reader.take(FileId.sizeBytes));
}

function readChunkCount(reader: ByteReader): number {
  const count = reader.u32();
  if (count > MAX_FILE_CHUNKS) throw new ProtocolError('file too long');
  return count;
}
