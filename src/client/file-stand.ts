// How it stands with a file, as people's programs are told: made of what the ledger has and what moves just now. Pure.
import type { Message } from '../core/events.ts';
import type { SharedFile } from './api.ts';
import type { FileCarrying } from './file-carrying.ts';
import { type FileEntry, isPastKeeping } from './file-ledger.ts';
import type { FileStand, FileTransfer } from './file-transfer.ts';

export function transferOf(
  entry: FileEntry,
  carrying: Pick<FileCarrying, 'movingOf' | 'whyWaiting'>,
): FileTransfer {
  const { file, id, conversation, direction, path, warning } = entry;
  const moving = carrying.movingOf(file.id);
  const state = standOf(entry, moving !== null);
  const isWhole = state === 'done' || state === 'kept';
  return {
    ...{ file: file.id, id, conversation, direction, name: file.name, size: file.size },
    ...{ state, path, warning, bytes: isWhole ? file.size : (moving?.bytes ?? 0) },
    bytesPerSecond: moving?.pace.bytesPerSecond ?? null,
    via: moving?.via ?? null,
    reason: entry.reason ?? (state === 'waiting' ? carrying.whyWaiting(entry) : null),
  };
}

/** Of one of ours of which nobody has been told. */
export function transferWhileRead(
  reading: Pick<FileTransfer, 'file' | 'conversation' | 'name' | 'path'>,
  { bytes, size }: Pick<FileTransfer, 'bytes' | 'size'>,
): FileTransfer {
  return {
    ...{ ...reading, id: null, direction: 'out', state: 'reading', bytes, size },
    ...{ bytesPerSecond: null, via: null, reason: null, warning: null },
  };
}

function standOf(entry: FileEntry, isMoving: boolean): FileStand {
  const { state } = entry;
  if (state === 'kept' && isPastKeeping(entry)) return 'waiting';
  if (state !== 'wanted' && state !== 'unsent')
    return isMoving && state === 'kept' ? 'moving' : state;
  return isMoving ? 'moving' : 'waiting';
}

/** As it is noted when its message comes. */
export function newIncoming(message: Message, file: SharedFile): FileEntry {
  const { id, room, peer, from } = message;
  const other = peer ?? from.fingerprint;
  return {
    ...{ file, id, conversation: room === null ? { peer: other } : { room }, direction: 'in' },
    ...{ from: from.fingerprint, state: 'offered', reason: null, path: null, stamp: null },
    ...{ folder: null, temporary: false, warning: null, atMs: Date.now() },
  };
}

export function isSame(a: FileEntry['conversation'], b: FileEntry['conversation']): boolean {
  if ('peer' in a) return 'peer' in b && a.peer === b.peer;
  return 'room' in b && a.room === b.room;
}
