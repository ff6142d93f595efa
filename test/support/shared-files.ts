/** Files of messages and how they stand, as a client tells them. */
import type { FileTransfer, Message, SharedFile } from '../../src/client/api.ts';
import { FileId } from '../../src/protocol/ids.ts';
import { peerId } from './fake-session.ts';
import { message } from './screen-store.ts';

export function fileId(n: number): FileId {
  const id = FileId.parse(n.toString(16).padStart(32, '0'));
  if (id === null) throw new Error('not an id');
  return id;
}

/** A picture of 2.4 MB, unless said otherwise. */
export function sharedFile(change: Partial<SharedFile> = {}): SharedFile {
  return {
    ...{ id: fileId(1), key: '1'.repeat(64), hash: '2'.repeat(64) },
    ...{ size: 2_400_000, name: 'photo.png', type: 'image/png', width: 1920, height: 1080 },
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

/** Of the file of a message, as it stands. Offered, unless said otherwise. */
export function transferOf(
  { id, file, room, peer, from, state }: Message,
  change: Partial<FileTransfer> = {},
): FileTransfer {
  return {
    ...{ file: file?.id ?? fileId(1), id, name: file?.name ?? '', size: file?.size ?? 0 },
    conversation: room === null ? { peer: peer ?? from.fingerprint } : { room },
    direction: state === null ? 'in' : 'out',
    ...{ state: 'offered', bytes: 0, bytesPerSecond: null, reason: null, path: null },
    ...{ warning: null, via: null, ...change },
  };
}

/** Ours, to ravi alone. */
export function ownFileMessage(file: Partial<SharedFile> = {}): Message {
  const from = { nick: 'me', fingerprint: peerId('e'), trust: 'known' } as const;
  return fileMessage(file, { from, room: null, peer: peerId('b'), state: 'delivered' });
}
