// How far files have come, on stderr: one line that is written over on a terminal, lines with -v, nothing with -q.
import type { FileTransfer } from '../client/api.ts';
import { type SafeText, safeText, safeTemplate as t } from '../ui/safe-text.ts';
import {
  fileName,
  lengthWords,
  percentOf,
  reasonWords,
  sizeWords,
} from '../ui/shared-file-words.ts';
import { cellWidth, truncate } from '../ui/width.ts';
import { FileNews } from './file-lines.ts';
import { secondsLeft } from './file-records.ts';
import type { Output } from './output.ts';

/** A terminal over a slow line is not kept busy with it. */
const SHOWN_EVERY_MS = 200;
/** With -v a line each so many percent. */
const TOLD_EVERY_PERCENT = 10;
const BAR_CELLS = 10;
const MIN_NAME_CELLS = 8;

export class FileProgress {
  readonly #output: Output;
  readonly #news = new FileNews({ progress: false });
  #shownMs = Number.NEGATIVE_INFINITY;
  #toldPercent = 0;

  constructor(output: Output) {
    this.#output = output;
  }

  /** `among`: `2/5`, where it is one of several; else empty. */
  show(transfer: FileTransfer, among: string): void {
    const isNew = this.#news.take(transfer);
    this.#tell(transfer, isNew);
    const columns = this.#output.statusColumns;
    const nowMs = performance.now();
    if (columns === null || (!isNew && nowMs - this.#shownMs < SHOWN_EVERY_MS)) return;
    this.#shownMs = nowMs;
    this.#output.status(statusLine(transfer, among, columns - 1));
  }

  clear(): void {
    this.#output.status(t``);
  }

  #tell(transfer: FileTransfer, isNew: boolean): void {
    const percent = percentOf(transfer);
    if (isNew) this.#toldPercent = 0;
    if (!isNew && percent < this.#toldPercent + TOLD_EVERY_PERCENT) return;
    this.#toldPercent = percent - (percent % TOLD_EVERY_PERCENT);
    this.#output.detail(t`lanchat: ${joined(factsOf(transfer))}: ${fileName(transfer.name)}`);
  }
}

/** What fits into so many cells: the name gives way first, then what stands last. */
function statusLine(transfer: FileTransfer, among: string, cells: number): SafeText {
  const before = among === '' ? t`` : t`${safeText(among)} `;
  for (let facts = factsOf(transfer); facts.length > 0; facts = facts.slice(0, -1)) {
    const end = t`  ${joined(facts)}`;
    const left = cells - cellWidth(before) - cellWidth(end);
    if (left < MIN_NAME_CELLS) continue;
    return t`${before}${truncate(fileName(transfer.name), left)}${end}`;
  }
  return truncate(fileName(transfer.name), cells);
}

/** What matters most first: as figures, which a bar only repeats. */
function factsOf(transfer: FileTransfer): readonly SafeText[] {
  const { state, size, bytes, bytesPerSecond, reason } = transfer;
  const percent = percentOf(transfer);
  const full = Math.floor((percent * BAR_CELLS) / 100);
  const bar = safeText(`[${'#'.repeat(full)}${'-'.repeat(BAR_CELLS - full)}]`);
  const amount = t`${sizeWords(bytes)} of ${sizeWords(size)}`;
  switch (state) {
    case 'reading':
      return [t`reading it, ${percent} %`, bar];
    case 'offered':
    case 'waiting':
      return [reason === null ? t`waiting` : t`waiting: ${reasonWords(reason)}`, amount];
    case 'kept':
      return [t`kept by the relay`, sizeWords(size)];
    case 'done':
      return [t`done`, sizeWords(size)];
    case 'failed':
      return [reason === null ? t`failed` : t`failed: ${reasonWords(reason)}`];
    case 'cancelled':
      return [t`cancelled`];
    case 'moving': {
      const seconds = secondsLeft(transfer);
      const rate = bytesPerSecond === null ? [] : [t`${sizeWords(bytesPerSecond)}/s`];
      const left = seconds === null ? [] : [t`${lengthWords(seconds * 1_000)} left`];
      return [t`${percent} %`, amount, ...left, ...rate, bar];
    }
    default:
      return state satisfies never;
  }
}

function joined(parts: readonly SafeText[]): SafeText {
  const [first = t``, ...rest] = parts;
  return rest.reduce((text, part) => t`${text}  ${part}`, first);
}
