// A file that a message carries: as it is sealed in a record, and as people's programs see it. Holds no content.
import { fileIdOf } from '../crypto/file-chunks.ts';
import { bytesFromHex, hexFromBytes } from '../protocol/bytes.ts';
import type { FileContent } from '../protocol/file-content.ts';
import type { SharedFile } from './events.ts';

export function sharedFile({ key, hash, thumbnail, waveform, ...file }: FileContent): SharedFile {
  return {
    ...{ id: fileIdOf(key), key: hexFromBytes(key), hash: hexFromBytes(hash), ...file },
    ...(thumbnail === undefined ? {} : { thumbnail: Buffer.from(thumbnail).toString('base64') }),
    ...(waveform === undefined ? {} : { waveform: [...waveform] }),
  };
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
