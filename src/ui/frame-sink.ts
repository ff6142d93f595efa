// Receives whole frames from Ink and writes only the rows that changed; knows rows, not their meaning.
import { Writable } from 'node:stream';
import type { PictureSequence } from '../media/picture-sequence.ts';
import { closedRow, filterRow, rowPrefix } from './frame-row.ts';
import { boundaryAtOrBefore } from './width.ts';

export type ScreenSize = { readonly columns: number; readonly rows: number };
/** A cell, both from 0. */
export type CursorCell = { readonly row: number; readonly column: number };

/** A picture over a part of the frame whose rows are blank there. */
export interface PlacedPicture {
  readonly sequence: PictureSequence;
  /** Its upper left cell. */
  readonly at: CursorCell;
}

/** The part of a terminal's stream that the sink uses; `process.stdout` fits. */
export type FrameOutput = {
  write(text: string): boolean;
  on(event: 'drain' | 'error', listener: () => void): unknown;
  off(event: 'drain' | 'error', listener: () => void): unknown;
};

export type FrameSinkOptions = ScreenSize & {
  readonly output: FrameOutput;
  /** All rows that stand on the screen already (the skeleton's): only differences are written. */
  readonly screen?: readonly string[];
  /** The terminal is gone (EPIPE, EIO); the sink writes nothing any more. */
  readonly onGone?: () => void;
};

const BEGIN_SYNC = '\x1b[?2026h';
const END_SYNC = '\x1b[?2026l';
const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';

/** Below this a shorter row isn't worth an address in its middle. */
const MIN_SHARED_PREFIX = 8;

/**
 * Give it to `render(tree, { debug: true, stdout: sink })`. Every frame becomes at most one write, in
 * a microtask, so that a cursor set in the same commit is in it. Rows are filtered: nothing but SGR
 * and http(s) hyperlinks passes, whatever the frame holds. While the terminal is slow, frames are
 * skipped and only the newest is kept. Pictures go beside the rows, as a type that only pixels make. The alternate screen and the modes belong to `Terminal`.
 */
export class FrameSink extends Writable {
  /** Ink writes cursor modes into what it takes for a terminal, and here they would be a frame. */
  readonly isTTY = false;
  columns: number;
  rows: number;
  readonly #output: FrameOutput;
  readonly #onGone: () => void;
  /** What the terminal shows; null where that is unknown. */
  #shown: (string | null)[];
  #frame: readonly string[];
  /** The frame of the last paint, so that rows Ink gave again cost one comparison. */
  #painted: readonly string[];
  #cursor: CursorCell | null = null;
  /** The cursor sequence last written, to leave it out while nothing moved it. */
  #shownCursor = '';
  /** The row at whose end the terminal's cursor stands, by the terminal's own count; null: elsewhere. */
  #endedRow: number | null = null;
  #scheduled = false;
  #blocked = false;
  #done = false;
  /** Goes out before the next frame's rows. */
  #aside = '';
  #picture: PlacedPicture | null = null;
  /** What stands on the screen; null: none. */
  #shownPicture: PlacedPicture | null = null;

  constructor({ output, columns, rows, screen = [], onGone = () => {} }: FrameSinkOptions) {
    super({ decodeStrings: false });
    this.#output = output;
    this.#onGone = onGone;
    this.columns = columns;
    this.rows = rows;
    this.#frame = screen;
    // A skeleton of another size says nothing about this screen.
    const known = screen.length === rows;
    this.#shown = Array.from({ length: rows }, (_, row) =>
      known ? filterRow(screen[row] ?? '') : null,
    );
    this.#painted = known ? screen : [];
    output.on('drain', this.#drained);
    output.on('error', this.#failed);
  }

  /** Where the terminal's cursor stands, for input methods; null hides it. */
  setCursor(cursor: CursorCell | null): void {
    this.#cursor = cursor;
    this.#schedule();
  }

  /** Drawn behind the next rows, and again whenever a row under it was written; null takes it away. */
  setPicture(picture: PlacedPicture | null): void {
    this.#picture = picture;
    this.#schedule();
  }

  /** Takes a new size, tells Ink, and writes every row anew. */
  resize({ columns, rows }: ScreenSize): void {
    this.columns = columns;
    this.rows = rows;
    this.emit('resize');
    this.repaint();
  }

  /** Writes every row anew: the screen's content is no longer known (resume, Ctrl+L). */
  repaint(): void {
    this.#shown = Array.from({ length: this.rows }, () => null);
    this.#painted = [];
    this.#shownCursor = '';
    this.#endedRow = null;
    this.#schedule();
  }

  /** Writes it once before the next rows; what it leaves in that row is written over at once. */
  writeAside(sequence: string, row: number): void {
    this.#aside += sequence;
    this.#shown[row] = null;
    this.#painted = [];
    this.#schedule();
  }

  /** Writes nothing any more and lets go of the output. The error listener stays: EPIPE may be late. */
  close(): void {
    this.#done = true;
    this.#output.off('drain', this.#drained);
  }

  override _write(frame: string, _encoding: BufferEncoding, done: () => void): void {
    // Ink ends its stream with an empty write; that is no frame.
    if (frame !== '') {
      this.#frame = frame.split('\n');
      this.#schedule();
    }
    done();
  }

  readonly #drained = (): void => {
    this.#blocked = false;
    this.#schedule();
  };

  readonly #failed = (): void => {
    if (this.#done) return;
    this.close();
    this.#onGone();
  };

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      if (!this.#blocked && !this.#done) this.#paint();
    });
  }

  #paint(): void {
    const picture = this.#fittingPicture();
    const aside = this.#aside + this.#takeAway(picture);
    this.#aside = '';
    const changes = this.#changes();
    const drawn = this.#drawn(picture, changes);
    const appended = aside === '' && drawn === '' ? this.#appended(changes) : null;
    for (const { row, wanted } of changes) this.#shown[row] = wanted;
    const cursor = this.#cursorSequence();
    const beside = aside + drawn;
    if (changes.length === 0 && beside === '' && cursor === this.#shownCursor) return;
    this.#shownCursor = cursor;
    this.#endedRow = this.#rowEndedAt(this.#cursor);
    const written = aside + changes.map(rowChange).join('') + drawn;
    const whole = written === '' ? cursor : BEGIN_SYNC + HIDE_CURSOR + written + cursor + END_SYNC;
    this.#blocked = !this.#output.write(appended ?? whole);
  }

  /** One that would reach beyond the screen belongs to a frame of another size, and would scroll this one. */
  #fittingPicture(): PlacedPicture | null {
    if (this.#picture === null) return null;
    const { at, sequence } = this.#picture;
    const isInside =
      at.row + sequence.cells.height <= this.rows &&
      at.column + sequence.cells.width <= this.columns;
    return isInside ? this.#picture : null;
  }

  /** What takes the shown picture away, where another or none is wanted: its rows are written over as well. */
  #takeAway(wanted: PlacedPicture | null): string {
    const shown = this.#shownPicture;
    if (shown === null || isSamePlace(shown, wanted)) return '';
    this.#shownPicture = null;
    const { at, sequence } = shown;
    this.#shown.fill(null, at.row, at.row + sequence.cells.height);
    this.#painted = [];
    return sequence.erase;
  }

  #drawn(picture: PlacedPicture | null, changes: readonly RowChange[]): string {
    if (picture === null) return '';
    const { at, sequence } = picture;
    const isUnder = (row: number) => row >= at.row && row < at.row + sequence.cells.height;
    const isWhole = this.#shownPicture !== null && !changes.some(({ row }) => isUnder(row));
    this.#shownPicture = picture;
    return isWhole ? '' : `\x1b[${at.row + 1};${at.column + 1}H${sequence.draw}`;
  }

  #changes(): RowChange[] {
    const changes: RowChange[] = [];
    for (let row = 0; row < this.rows; row += 1) {
      const raw = this.#frame[row] ?? '';
      if (raw === this.#painted[row]) continue;
      const wanted = filterRow(raw);
      const shown = this.#shown[row] ?? null;
      if (wanted !== shown) changes.push({ row, shown, wanted });
    }
    this.#painted = this.#frame;
    return changes;
  }

  /** What was typed at the end of a row, where that is all there is to write; null: it isn't. */
  #appended(changes: readonly RowChange[]): string | null {
    const [change, ...others] = changes;
    if (change === undefined || others.length > 0 || change.row !== this.#endedRow) return null;
    if (this.#cursor?.row !== change.row || !endsAt(change.wanted, this.#cursor.column))
      return null;
    return textBehind(change.shown, change.wanted);
  }

  #rowEndedAt(cursor: CursorCell | null): number | null {
    if (cursor === null) return null;
    return endsAt(this.#shown[cursor.row] ?? '', cursor.column) ? cursor.row : null;
  }

  // Terminals disagree about the width of some clusters, so behind text that isn't plain ASCII the
  // cursor is placed by writing the row up to it once more and letting the terminal count.
  #cursorSequence(): string {
    if (!this.#cursor) return HIDE_CURSOR;
    const row = clamp(this.#cursor.row, this.rows);
    const column = clamp(this.#cursor.column, this.columns);
    const prefix = rowPrefix(this.#shown[row] ?? '', column);
    if (prefix === null) return `\x1b[${row + 1};${column + 1}H${SHOW_CURSOR}`;
    return `\x1b[${row + 1};1H${closedRow(prefix)}${SHOW_CURSOR}`;
  }
}

function isSamePlace(a: PlacedPicture, b: PlacedPicture | null): boolean {
  return a.sequence === b?.sequence && a.at.row === b.at.row && a.at.column === b.at.column;
}

function clamp(cell: number, limit: number): number {
  return Math.max(0, Math.min(Math.trunc(cell), limit - 1));
}

type RowChange = {
  readonly row: number;
  readonly shown: string | null;
  readonly wanted: string;
};

/** Whether a row that isn't plain ASCII ends at this cell: there the cursor needs no more than its text. */
function endsAt(row: string, column: number): boolean {
  return rowPrefix(row, column) === row;
}

/** The plain text that `wanted` has behind all of `shown`; null where that is not the whole difference. */
function textBehind(shown: string | null, wanted: string): string | null {
  if (shown === null || !wanted.startsWith(shown)) return null;
  const text = wanted.slice(shown.length);
  const lastStyle = shown.slice(shown.lastIndexOf('\x1b') + 1);
  const isStyled = text.includes('\x1b') || (lastStyle !== shown && !/^\[0?m/.test(lastStyle));
  // What melts into the cluster before it is written with that.
  return isStyled || boundaryAtOrBefore(wanted, shown.length) !== shown.length ? null : text;
}

// Erases before writing: with auto-wrap off, erasing behind a full row would take its last cell.
function rowChange({ row, shown, wanted }: RowChange): string {
  const shared = sharedAscii(shown ?? '', wanted);
  if (shared < MIN_SHARED_PREFIX) return `\x1b[${row + 1};1H\x1b[2K${closedRow(wanted)}`;
  return `\x1b[${row + 1};${shared + 1}H\x1b[K${closedRow(wanted.slice(shared))}`;
}

/** Length of the plain ASCII that both rows begin with, short of a base that marks may follow. */
function sharedAscii(shown: string, wanted: string): number {
  let length = 0;
  while (length < shown.length && shown[length] === wanted[length] && isPlain(wanted, length)) {
    length += 1;
  }
  const followed = [shown, wanted].some((row) => length < row.length && !isPlain(row, length));
  return followed ? Math.max(0, length - 1) : length;
}

function isPlain(row: string, index: number): boolean {
  const code = row.charCodeAt(index);
  return code >= 0x20 && code < 0x7f;
}

/**
 * The sink as Ink's `stdout` option is typed. Ink uses only what a sink has (`write`, `columns`,
 * `rows`, `on`, `off`), while its type asks for a whole terminal stream.
 */
export function inkOutput(sink: FrameSink): NodeJS.WriteStream;
export function inkOutput(sink: Writable): Writable {
  return sink;
}
