// How it stands with a file, as JSON (CLI.md). Asks nobody.
import type { FileTransfer, StoredMessage } from '../client/api.ts';
import type { Directory } from '../ui/people.ts';
import { conversationFields } from './message-records.ts';
import type { JsonRecord } from './output.ts';

/** How many seconds are left at this pace; null where it doesn't move. */
export function secondsLeft({ state, size, bytes, bytesPerSecond }: FileTransfer): number | null {
  if (state !== 'moving' || bytesPerSecond === null || bytesPerSecond <= 0) return null;
  return Math.ceil(Math.max(0, size - bytes) / bytesPerSecond);
}

/** The `file` object of CLI.md. `message`: the one that carries it, where it is known. */
export function fileRecord(
  transfer: FileTransfer,
  names: Directory,
  message: StoredMessage | null = null,
): JsonRecord {
  const { file, id, direction, name, size, state, bytes, bytesPerSecond } = transfer;
  const { reason, path, warning, conversation } = transfer;
  return {
    ...{ type: 'file', id, file, direction },
    ...conversationFields(conversation, names),
    ...(message === null ? {} : { from: message.from, time: message.time }),
    ...{ name, size, state, bytes },
    rate: bytesPerSecond === null ? null : Math.round(bytesPerSecond),
    left: secondsLeft(transfer),
    ...(message?.file?.type === undefined ? {} : { mime: message.file.type }),
    ...(reason === null ? {} : { reason }),
    ...(path === null ? {} : { path }),
    ...(warning === null ? {} : { warning }),
  };
}
