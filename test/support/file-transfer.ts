/** Files that messages carry, and how it stands with them. */
import type { FileTransfer, SharedFile } from '../../src/client/api.ts';
import { FileId } from '../../src/protocol/ids.ts';
import { messageId, peerId } from './fake-session.ts';

export function fileId(digit: string): FileId {
  const id = FileId.parse(digit.repeat(32));
  if (id === null) throw new Error(`not a hex digit: ${digit}`);
  return id;
}

/** What opens it, its hash and its picture, which nobody but the client may see. */
export const FILE_SECRETS = ['5e'.repeat(32), '4a'.repeat(32), 'iVBORw0KGgo='] as const;

export function sharedFile(change: Partial<SharedFile> = {}): SharedFile {
  const [key, hash, thumbnail] = FILE_SECRETS;
  return {
    ...{ id: fileId('7'), key, hash, thumbnail, size: 2_345_678, name: 'photo.png' },
    ...{ type: 'image/png', width: 640, height: 480 },
    ...change,
  };
}

/** Of a file that goes to bela, unless said otherwise. */
export function transfer(change: Partial<FileTransfer> = {}): FileTransfer {
  return {
    ...{ file: fileId('7'), id: messageId('1'), conversation: { peer: peerId('b') } },
    ...{ direction: 'out', name: 'photo.png', size: 1_000, state: 'moving', bytes: 0 },
    ...{ bytesPerSecond: null, reason: null, path: null, warning: null, via: null },
    ...change,
  };
}
