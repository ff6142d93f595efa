// Where a command's words go: data on stdout for people or as JSON lines, everything else on stderr.
// Knows no command. Writes no colour at all, so NO_COLOR holds by itself.
import { jsonSafe, type SafeText, safeText } from '../ui/safe-text.ts';
import { cellWidth } from '../ui/width.ts';

/** One line of `--json`; `v` is put before it. */
export interface JsonRecord {
  readonly type: string;
  readonly [field: string]: unknown;
}

export interface OutputOptions {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
}

export type Sink = NodeJS.WritableStream & {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly writableLength?: number;
};

/** Of a terminal that doesn't tell. */
const USUAL_COLUMNS = 80;
const NOTHING = safeText('');

/** Owns how stdout and stderr are written to; the streams themselves belong to the process. */
export class Output {
  /** Set once more when the flags have been read. */
  options: OutputOptions = { json: false, quiet: false, verbose: false };
  readonly #stdout: Sink;
  readonly #stderr: Sink;
  readonly #gone = new AbortController();
  #isFull = false;
  /** Of the line that stands on the terminal of stderr without its end. */
  #statusCells = 0;
  /** All who wait for stdout wait together. */
  #draining: Promise<void> | null = null;

  constructor(streams: { stdout: Sink; stderr: Sink }) {
    this.#stdout = streams.stdout;
    this.#stderr = streams.stderr;
    // A reader that left (`| head -1`) is no fault of ours; any other error ends the command.
    this.#stdout.on('error', (error) => this.#gone.abort(error));
    this.#stdout.on('drain', () => {
      this.#isFull = false;
    });
    this.#stderr.on('error', () => {});
  }

  /** Aborted once nobody reads stdout any more; its reason is the system's error. */
  get readerGone(): AbortSignal {
    return this.#gone.signal;
  }

  /** Written, and not yet taken from this process. */
  get unreadBytes(): number {
    return this.#stdout.writableLength ?? 0;
  }

  /** Nobody is waited for any more, and nothing more is written to stdout: `reason` says why. */
  abandon(reason: Error): void {
    this.#gone.abort(reason);
  }

  /** Whether stdout shows lines to a person, not to a pipe. */
  get isTerminal(): boolean {
    return this.#stdout.isTTY === true;
  }

  /** Of the terminal that stdout is now; null where it is none. */
  get columns(): number | null {
    return this.isTerminal ? this.#stdout.columns || USUAL_COLUMNS : null;
  }

  /** Text of ours that is already laid out: help. */
  write(text: string): void {
    this.#write(text);
  }

  /** One piece of data: `record` with --json, else `human`. */
  data(record: JsonRecord, human: SafeText): void {
    if (this.options.json) this.json(record);
    else this.#write(`${human}\n`);
  }

  /** One line of JSON on stdout, whatever the options. */
  json(record: JsonRecord): void {
    this.#write(`${jsonSafe({ v: 1, ...record })}\n`);
  }

  /** Content of a file on stdout, byte for byte. */
  bytes(chunk: Uint8Array): void {
    this.#write(chunk);
  }

  /** How wide a line may be that is written over and over; null: nobody is to see one. */
  get statusColumns(): number | null {
    const { quiet, verbose } = this.options;
    if (quiet || verbose || this.#stderr.isTTY !== true) return null;
    return this.#stderr.columns || USUAL_COLUMNS;
  }

  /** Puts a line, shorter than the terminal is wide, in the place of the one before; empty: takes that away. */
  status(line: SafeText): void {
    if (line === '' && this.#statusCells === 0) return;
    const cells = cellWidth(line);
    const blanks = ' '.repeat(Math.max(0, this.#statusCells - cells));
    this.#statusCells = cells;
    // No escape sequence: not every terminal that shows a line knows one.
    this.#stderr.write(`\r${line}${blanks}${line === '' ? '\r' : ''}`);
  }

  /** Lines for a person on stdout; nothing with --json. */
  human(...lines: readonly SafeText[]): void {
    if (this.options.json) return;
    for (const line of lines) this.#write(`${line}\n`);
  }

  /** What a person may want to know beside the data; nothing with -q. */
  note(line: SafeText): void {
    if (!this.options.quiet) this.#line(line);
  }

  /** Only with -v. */
  detail(line: SafeText): void {
    if (this.options.verbose) this.#line(line);
  }

  /** Asks the person at the terminal, whatever the options: the answer follows on the same line. */
  question(text: SafeText): void {
    this.#clearStatus();
    this.#stderr.write(text);
  }

  /** The one line that says why a command failed. */
  complaint(line: SafeText): void {
    this.#line(`lanchat: ${line}`);
  }

  /** Resolves once stdout takes more, or never will: what is written in between would fill our memory. */
  drained(): Promise<void> {
    const { signal } = this.#gone;
    if (!this.#isFull || signal.aborted) return Promise.resolve();
    this.#draining ??= new Promise<void>((resolve) => {
      const go = () => {
        this.#stdout.removeListener('drain', go);
        signal.removeEventListener('abort', go);
        this.#draining = null;
        resolve();
      };
      this.#stdout.once('drain', go);
      signal.addEventListener('abort', go, { once: true });
    });
    return this.#draining;
  }

  /** Returns once all that was written has left this process, or can't. */
  async flush(): Promise<void> {
    const { aborted } = this.#gone.signal;
    await Promise.all((aborted ? [this.#stderr] : [this.#stdout, this.#stderr]).map(flushed));
  }

  #line(text: string): void {
    this.#clearStatus();
    this.#stderr.write(`${text}\n`);
  }

  /** Before anything else is written where it may stand. */
  #clearStatus(): void {
    if (this.#statusCells > 0) this.status(NOTHING);
  }

  #write(text: string | Uint8Array): void {
    if (this.isTerminal) this.#clearStatus();
    if (!this.#gone.signal.aborted) this.#isFull = !this.#stdout.write(text);
  }
}

function flushed(stream: Sink): Promise<void> {
  if (!stream.writable) return Promise.resolve();
  return new Promise((resolve) => {
    stream.once('error', () => resolve());
    stream.write('', () => resolve());
  });
}
