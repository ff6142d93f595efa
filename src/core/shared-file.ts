// A file that a message carries: as it is sealed in a record, and as people's programs see it. Holds no content.
import { fileIdAmongAll, fileIdOf } from '../crypto/file-chunks.ts';
import { bytesFromHex, hexFromBytes } from '../protocol/bytes.ts';
import type { FileContent } from '../protocol/file-content.ts';
import { type FileId, idBytes, type PeerId } from '../protocol/ids.ts';
import type { SharedFile } from './events.ts';

/** `from`: who sent it. */
export function sharedFile(content: FileContent, from: PeerId): SharedFile {
  const { key, hash, thumbnail, waveform, ...file } = content;
  return {
    ...{ id: fileIdFrom(from, fileIdOf(key)), key: hexFromBytes(key) },
    ...{ hash: hexFromBytes(hash), ...file },
    ...(thumbnail === undefined ? {} : { thumbnail: Buffer.from(thumbnail).toString('base64') }),
    ...(waveform === undefined ? {} : { waveform: [...waveform] }),
  };
}

/** By its name on the wire, as it is told of. */
export function fileIdFrom(from: PeerId, file: FileId): FileId {
  return fileIdAmongAll(idBytes(from), file);
}

/** Its name on the wire. */
export function fileIdOnWire({ key }: SharedFile): FileId {
  return fileIdOf(bytesFromHex(key));
}

export function fileContent(shared: SharedFile): FileContent {
  const { id: _id, key, hash, thumbnail, waveform, ...file } = shared;
  return {
    ...{ key: bytesFromHex(key), hash: bytesFromHex(hash), ...file },
    ...(thumbnail === undefined
      ? {}
      : { thumbnail: new Uint8Array(Buffer.from(thumbnail, 'base64')) }),
    ...(waveform === undefined ? {} : { waveform: Uint8Array.from(waveform) }),
  };
}
