// What a process that was killed between two steps has left of files: each entry is made to fit its message, before anything is done with it.
import { LanchatError } from '../protocol/errors.ts';
import type { MessageId } from '../protocol/ids.ts';
import { MAX_PAGE_MESSAGES } from './api.ts';
import type { FileEntry, FileLedger } from './file-ledger.ts';
import type { History } from './history.ts';

/** Nothing is done with what is over, whatever became of its message. */
const OPEN: ReadonlySet<FileEntry['state']> = new Set(['wanted', 'unsent', 'kept', 'failed']);

/** A file whose message was never sent, or is gone, is wanted and given no more. Never throws: what can't be read stays as it is. */
export function mendLedger(ledger: FileLedger, history: History): void {
  for (const entry of ledger.all()) {
    if (!OPEN.has(entry.state)) continue;
    try {
      mend(ledger, history, entry);
    } catch (error) {
      if (!(error instanceof LanchatError)) throw error;
    }
  }
}

function mend(ledger: FileLedger, history: History, entry: FileEntry): void {
  const id = entry.id ?? messageOf(history, entry);
  const message = id === null ? null : history.message(id);
  const isOther = message?.file !== undefined && message.file.id !== entry.file.id;
  if (message === null || isOther) {
    // The number that it was to have is another message's, or will be.
    ledger.note({ ...entry, id: null, state: 'cancelled', reason: null });
  } else if (message.deleted === true) {
    ledger.note({ ...entry, state: 'cancelled', reason: null });
  } else if (entry.id === null) {
    ledger.note({ ...entry, id });
  }
}

/** The one that was on the disk before its entry knew of it is among the last. */
function messageOf(history: History, { conversation, file }: FileEntry): MessageId | null {
  const newest = { do: 'history', conversation, before: null, limit: MAX_PAGE_MESSAGES } as const;
  const { messages } = history.page(newest);
  return messages.find((message) => message.file?.id === file.id)?.id ?? null;
}
