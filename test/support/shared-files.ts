/** Files that messages carry, and how it stands with them, as a client tells it. */
import type { FileTransfer, Message, SharedFile } from '../../src/client/api.ts';
import { FileId } from '../../src/protocol/ids.ts';
import { messageId, peerId } from './fake-session.ts';
import { message } from './screen-store.ts';

export function fileId(n: number): FileId {
  const id = FileId.parse(n.toString(16).padStart(32, '0'));
  if (id === null) throw new Error(`not an id: ${n}`);
  return id;
}

/** What opens a file, its hash, and its small copy where it has one: nobody but the client may see them. */
export const FILE_SECRETS = ['5e'.repeat(32), '4a'.repeat(32), 'iVBORw0KGgo='] as const;

/** A picture of 2.4 MB, unless said otherwise. */
export function sharedFile(change: Partial<SharedFile> = {}): SharedFile {
  const [key, hash] = FILE_SECRETS;
  return {
    ...{ id: fileId(7), key, hash, size: 2_400_000, name: 'photo.png' },
    ...{ type: 'image/png', width: 1920, height: 1080 },
    ...change,
  };
}

/** Of ravi in #lobby, without a word. */
export function fileMessage(
  file: Partial<SharedFile> = {},
  change: Partial<Message> = {},
): Message {
  return message({ text: '', file: sharedFile(file), ...change });
}

/** Ours, to ravi alone. */
export function ownFileMessage(file: Partial<SharedFile> = {}): Message {
  const from = { nick: 'me', fingerprint: peerId('e'), trust: 'known' } as const;
  return fileMessage(file, { from, room: null, peer: peerId('b'), state: 'delivered' });
}

/** Of 1,000 bytes that go to bela, unless said otherwise. */
export function transfer(change: Partial<FileTransfer> = {}): FileTransfer {
  return {
    ...{ file: fileId(7), id: messageId('1'), conversation: { peer: peerId('b') } },
    ...{ direction: 'out', name: 'photo.png', size: 1_000, state: 'moving', bytes: 0 },
    ...{ bytesPerSecond: null, reason: null, path: null, warning: null, via: null },
    ...change,
  };
}

/** Of the file of a message. Offered, unless said otherwise. */
export function transferOf(
  { id, file, room, peer, from, state }: Message,
  change: Partial<FileTransfer> = {},
): FileTransfer {
  return transfer({
    ...{ file: file?.id ?? fileId(7), id, name: file?.name ?? '', size: file?.size ?? 0 },
    conversation: room === null ? { peer: peer ?? from.fingerprint } : { room },
    ...{ direction: state === null ? 'in' : 'out', state: 'offered' },
    ...change,
  });
}
