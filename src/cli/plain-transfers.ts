// What becomes of files, in the plain interface: where one begins, each quarter, its end, and how an offered one is taken.
import type { FileTransfer, Message } from '../client/api.ts';
import type { FileId } from '../protocol/ids.ts';
import type { Directory } from '../ui/people.ts';
import { type SafeText, safeText, safeTemplate as t } from '../ui/safe-text.ts';
import {
  fileName,
  percentOf,
  reasonWords,
  sizeWords,
  warningWords,
} from '../ui/shared-file-words.ts';
import { FileNews, fileLine } from './file-lines.ts';
import { ownLine, type Show } from './lines.ts';

/** What moves fast is heard to begin and to end. */
const BETWEEN_QUARTERS_MS = 2_000;
const MAX_REMEMBERED = 1_000;

interface Told {
  readonly quarter: number;
  readonly timeMs: number;
}

export interface PlainTransfersOptions {
  readonly show: Show;
  readonly people: Directory;
  /** Of a conversation of which only ends are said now. */
  readonly isSilent: (transfer: FileTransfer) => boolean;
  readonly nowMs: () => number;
}

export class PlainTransfers {
  readonly #options: PlainTransfersOptions;
  readonly #news = new FileNews({ progress: false });
  readonly #told = new Map<FileId, Told>();

  constructor(options: PlainTransfersOptions) {
    this.#options = options;
  }

  /** Of somebody ignored nothing is said, of their files neither. */
  notice({ id, from, file }: Message): void {
    if (file !== undefined && from.ignored === true) this.#news.ignore(id);
  }

  take(transfer: FileTransfer): void {
    const isNew = this.#news.take(transfer);
    if (this.#isIgnored(transfer)) return;
    const isEnd = ['done', 'failed', 'cancelled'].includes(transfer.state);
    if (!isEnd && this.#options.isSilent(transfer)) return;
    const line = isNew ? stateLine(transfer) : this.#quarterLine(transfer);
    if (line === null) return;
    this.#remember(transfer);
    this.#options.show(line, ...warningLines(transfer));
  }

  #quarterLine(transfer: FileTransfer): SafeText | null {
    const told = this.#told.get(transfer.file);
    if (transfer.state !== 'moving' || told === undefined) return null;
    if (quarterOf(transfer) <= told.quarter) return null;
    if (this.#options.nowMs() - told.timeMs < BETWEEN_QUARTERS_MS) return null;
    return fileLine(transfer, true);
  }

  #remember(transfer: FileTransfer): void {
    this.#told.set(transfer.file, {
      quarter: quarterOf(transfer),
      timeMs: this.#options.nowMs(),
    });
    const [oldest] = this.#told.keys();
    if (this.#told.size > MAX_REMEMBERED && oldest !== undefined) this.#told.delete(oldest);
  }

  #isIgnored(transfer: FileTransfer): boolean {
    const { conversation, direction } = transfer;
    if (this.#news.isIgnored(transfer)) return true;
    if (direction === 'out' || 'room' in conversation) return false;
    return this.#options.people.get(conversation.peer)?.ignored === true;
  }
}

function quarterOf(transfer: FileTransfer): number {
  return Math.floor(percentOf(transfer) / 25);
}

function stateLine(transfer: FileTransfer): SafeText | null {
  const { id, state, reason, name, size } = transfer;
  const which = safeText(id?.slice(0, 8) ?? '');
  if (state === 'offered') {
    const words = t`file ${which} is offered, ${sizeWords(size)}; /save ${which} takes it`;
    return ownLine(t`${words}: ${fileName(name)}`);
  }
  if (state !== 'waiting') return fileLine(transfer, true);
  if (reason === null) return null;
  return ownLine(t`file ${which} waits (${reasonWords(reason)}): ${fileName(name)}`);
}

function warningLines({ state, direction, warning }: FileTransfer): readonly SafeText[] {
  if (state !== 'done' || direction === 'out' || warning === null) return [];
  return [ownLine(warningWords(warning))];
}
