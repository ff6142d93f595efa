// What becomes of files, as lines, and which news of them is worth one. Asks nobody.
import type { FileTransfer } from '../client/api.ts';
import type { FileId, MessageId } from '../protocol/ids.ts';
import { type SafeText, safeText, safeTemplate as t } from '../ui/safe-text.ts';
import { fileName, percentOf, reasonWords, sizeWords } from '../ui/shared-file-words.ts';
import { ownLine } from './lines.ts';

/** Files whose last state is remembered. */
const MAX_REMEMBERED = 1_000;

/** Tells states that are new from those that were told. */
export class FileNews {
  readonly #told = new Map<FileId, string>();
  readonly #ignored = new Set<MessageId>();
  readonly #progress: boolean;

  /** `progress`: how far it has come is news, too. */
  constructor({ progress }: { readonly progress: boolean }) {
    this.#progress = progress;
  }

  /** Nothing of the file of this message is told from now on. */
  ignore(message: MessageId): void {
    this.#ignored.add(message);
    const [oldest] = this.#ignored;
    if (this.#ignored.size > MAX_REMEMBERED && oldest !== undefined) this.#ignored.delete(oldest);
  }

  isIgnored({ id }: FileTransfer): boolean {
    return id !== null && this.#ignored.has(id);
  }

  /** Whether this is to be told; it counts as told then. */
  take({ file, state, reason }: FileTransfer): boolean {
    const now = `${state} ${reason}`;
    const isNew = this.#told.get(file) !== now;
    this.#told.set(file, now);
    const [oldest] = this.#told.keys();
    if (this.#told.size > MAX_REMEMBERED && oldest !== undefined) this.#told.delete(oldest);
    return isNew || this.#progress;
  }
}

/** What happened to a file; null where that is no line: of what is offered the message itself speaks. */
export function fileLine(transfer: FileTransfer, progress: boolean): SafeText | null {
  const words = fileWords(transfer, progress);
  return words === null ? null : ownLine(t`file ${words}: ${fileName(transfer.name)}`);
}

/** The name stands behind all of it: it is somebody else's words. */
function fileWords(transfer: FileTransfer, progress: boolean): SafeText | null {
  const { id, direction, size, bytes, state, reason, path } = transfer;
  const which = safeText(id?.slice(0, 8) ?? '');
  switch (state) {
    case 'done':
      return direction === 'out'
        ? t`${which} has arrived`
        : t`${which} is in ${safeText(path ?? '')}`;
    case 'kept':
      return t`${which} is kept by the relay`;
    case 'failed':
      return t`${which} failed (${reasonWords(reason ?? 'refused')})`;
    case 'cancelled':
      return t`${which} is cancelled`;
    case 'moving':
      if (!progress) return null;
      return t`${which} is at ${percentOf(transfer)} %, ${sizeWords(bytes)} of ${sizeWords(size)}`;
    case 'reading':
    case 'offered':
    case 'waiting':
      return null;
    default:
      return state satisfies never;
  }
}
