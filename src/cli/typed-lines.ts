// Lines from a person, and lines before them, for the plain interface. At a terminal what is half typed stays whole when
// lines arrive; a pipe, or a terminal that can't move its cursor, is read as it comes. Knows no session.
import { createInterface, type Interface } from 'node:readline';
import { PassThrough, Writable } from 'node:stream';
import { type SafeText, safeText, safeTemplate as t, typedText } from '../ui/safe-text.ts';
import type { Input } from './context.ts';
import { fitted, type Show } from './lines.ts';
import type { Output } from './output.ts';
import { rawMode } from './secret-line.ts';

/** What is typed goes on in the next line. Two of them at the end stand for one. */
const GOES_ON = /(?<!\\)\\$/u;
const ESCAPED_END = /\\\\$/u;
/** Lines that ↑ brings back. */
const HISTORY_LINES = 200;
const PASTE_ON = '\x1b[?2004h';
const PASTE_START = '\x1b[200~';
const PASTE_MARK = /(\x1b\[20[01]~)/u;
const PASTE_OFF = '\x1b[?2004l';
/** All that readline writes besides text: where the cursor goes, and what is erased after it. */
const READLINE_SEQUENCE = /(\x1b\[\d*[A-DGJK]|[\r\n])/u;

/** What Tab offers for a line up to the cursor: the word it is for, and what may stand in its place. */
export type Complete = (before: string) => {
  readonly word: string;
  readonly candidates: readonly string[];
};

/** Whoever opens it closes it. */
export interface TypedLines {
  /** One message each: lines that go on are one text. Ends with the input. */
  readonly texts: AsyncIterable<string>;
  readonly show: Show;
  /** Where what is typed goes, for the prompt; empty where that is nowhere. */
  setPlace(label: SafeText): void;
  close(): void;
}

export interface TypedLinesOptions {
  readonly stdin: Input;
  readonly output: Output;
  /** `dumb`: the kernel edits the line, and there is no prompt. */
  readonly terminal: 'none' | 'dumb' | 'append-only' | 'erasing';
  readonly complete: Complete;
}

export function openTypedLines(options: TypedLinesOptions): TypedLines {
  const { terminal } = options;
  return terminal === 'append-only' || terminal === 'erasing'
    ? new TerminalLines(options, terminal === 'erasing')
    : new PipedLines(options);
}

/** Puts lines together that go on. */
class Continued {
  #before: string[] = [];

  get isOpen(): boolean {
    return this.#before.length > 0;
  }

  /** The whole text, or null while it goes on. */
  take(line: string): string | null {
    if (!GOES_ON.test(line)) return this.#whole(line.replace(ESCAPED_END, '\\'));
    this.hold(line.slice(0, -1));
    return null;
  }

  hold(line: string): void {
    this.#before.push(line);
  }

  drop(): void {
    this.#before = [];
  }

  #whole(last: string): string {
    const text = [...this.#before, last].join('\n');
    this.drop();
    return text;
  }
}

class PipedLines implements TypedLines {
  readonly texts = new PassThrough({ objectMode: true });
  readonly #output: Output;
  readonly #reader: Interface;

  constructor({ stdin, output }: TypedLinesOptions) {
    this.#output = output;
    this.#reader = createInterface({ input: stdin, terminal: false });
    const continued = new Continued();
    this.#reader.on('line', (line) => {
      const text = continued.take(line);
      if (text !== null) this.texts.write(text);
    });
    this.#reader.on('close', () => {
      if (continued.isOpen) this.texts.write(continued.take('') ?? '');
      this.texts.end();
    });
  }

  readonly show: Show = (...lines) => {
    this.#output.human(...fitted(lines, this.#output.columns));
  };

  setPlace(): void {}

  close(): void {
    this.#reader.close();
  }
}

/** What readline echoes, on its way to the terminal: pasted text must not drive it. */
class Echo extends Writable {
  readonly #output: Output;

  constructor(output: Output) {
    super({ decodeStrings: false });
    this.#output = output;
  }

  get columns(): number | undefined {
    return this.#output.columns ?? undefined;
  }

  override _write(chunk: unknown, _encoding: BufferEncoding, done: () => void): void {
    const parts = String(chunk).split(READLINE_SEQUENCE);
    // Every second part is a sequence that the expression knows.
    this.#output.write(parts.map((part, at) => (at % 2 === 0 ? typedText(part) : part)).join(''));
    done();
  }
}

class TerminalLines implements TypedLines {
  readonly texts = new PassThrough({ objectMode: true });
  readonly #stdin: Input;
  readonly #output: Output;
  readonly #reader: Interface;
  readonly #erases: boolean;
  readonly #continued = new Continued();
  readonly #complete: Complete;
  /** Between the terminal and readline, which would throw when it gives back one that has gone. */
  readonly #keys = new PassThrough();
  readonly #decoder = new TextDecoder();
  #isInPaste = false;
  readonly #hangUp = () => this.close();
  #place: SafeText = t``;
  #isPasting = false;
  #pastedLines = 0;
  #isLeaving = false;
  #isClosed = false;

  constructor({ stdin, output, complete }: TypedLinesOptions, erases: boolean) {
    this.#stdin = stdin;
    this.#output = output;
    this.#erases = erases;
    this.#complete = complete;
    stdin.on('data', this.#feed);
    stdin.on('end', this.#hangUp);
    this.#reader = createInterface({
      ...{ input: this.#keys, output: new Echo(output), terminal: true, prompt: '' },
      ...{ historySize: HISTORY_LINES, removeHistoryDuplicates: true },
      completer: (line: string) => this.#completed(line),
    });
    this.#keys.on('keypress', this.#hearKey);
    this.#reader.on('line', (line) => this.#take(line));
    this.#reader.on('SIGINT', () => this.#interrupted());
    this.#reader.on('SIGTSTP', () => this.#suspend());
    this.#reader.on('close', this.#hangUp);
    // Of a terminal that has gone.
    stdin.on('error', this.#hangUp);
    process.once('exit', this.#leaveTerminal);
    this.#enterTerminal();
  }

  /**
   * A character at a time: of several at once readline takes the rest as pasted, and puts them at the end of the
   * line wherever the cursor is.
   */
  readonly #feed = (chunk: Uint8Array | string): void => {
    const text = typeof chunk === 'string' ? chunk : this.#decoder.decode(chunk, { stream: true });
    for (const part of text.split(PASTE_MARK)) {
      if (PASTE_MARK.test(part)) this.#isInPaste = part === PASTE_START;
      // A pasted tab completes nothing.
      const keys = this.#isInPaste ? part.replaceAll('\t', ' ') : part;
      for (const key of keys) this.#keys.write(key);
    }
  };

  /** Above what is half typed; a terminal that only appends gets that once more below. */
  readonly show: Show = (...lines) => {
    if (lines.length === 0) return;
    const text = fitted(lines, this.#output.columns)
      .map((line) => `${line}\n`)
      .join('');
    if (this.#isClosed || (!this.#erases && this.#reader.line === '')) {
      this.#output.write(text);
      return;
    }
    const before = this.#erases ? this.#erasure() : '\n';
    this.#output.write(`${before}${text}${'\n'.repeat(this.#rowsToGoUp())}`);
    this.#reader.prompt(true);
  };

  /** So many readline goes up before it writes the prompt anew: where the cursor was when it did so last. */
  #rowsToGoUp(): number {
    const rows: unknown = Reflect.get(this.#reader, 'prevRows');
    return typeof rows === 'number' ? rows : this.#reader.getCursorPos().rows;
  }

  /** Of the prompt and what is typed behind it. */
  #erasure(): string {
    const { rows } = this.#reader.getCursorPos();
    return `${rows > 0 ? `\x1b[${rows}A` : ''}\r\x1b[J`;
  }

  setPlace(label: SafeText): void {
    if (label === this.#place) return;
    this.#place = label;
    this.#setPrompt();
    if (this.#erases && !this.#isClosed) this.#reader.prompt(true);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    // Whatever comes now begins a row of its own.
    if (this.#erases) this.#output.write(this.#erasure());
    else if (this.#reader.line !== '') this.#output.write('\n');
    process.removeListener('exit', this.#leaveTerminal);
    this.#stdin.removeListener('error', this.#hangUp);
    this.#stdin.removeListener('data', this.#feed);
    this.#stdin.removeListener('end', this.#hangUp);
    this.#stdin.pause();
    this.#leaveTerminal();
    this.#reader.close();
    this.texts.end();
  }

  readonly #leaveTerminal = (): void => {
    rawMode(this.#stdin, false);
    this.#output.write(PASTE_OFF);
  };

  #enterTerminal(): void {
    rawMode(this.#stdin, true);
    this.#output.write(PASTE_ON);
  }

  /** Until the shell brings it to the front again. */
  #suspend(): void {
    this.#leaveTerminal();
    process.once('SIGCONT', () => {
      if (this.#isClosed) return;
      this.#enterTerminal();
      this.#reader.prompt(true);
    });
    process.kill(process.pid, 'SIGTSTP');
  }

  readonly #hearKey = (_text: unknown, key: { readonly name?: string } | undefined): void => {
    if (key?.name === 'paste-start') {
      this.#isPasting = true;
      this.#pastedLines = 0;
    } else if (key?.name === 'paste-end') {
      this.#isPasting = false;
      if (this.#pastedLines > 0) {
        this.show(t`-- What was pasted is not sent: Enter sends all of it, Ctrl+C drops it.`);
      }
    }
  };

  #take(line: string): void {
    this.#isLeaving = false;
    if (this.#isPasting) {
      this.#pastedLines += 1;
      this.#continued.hold(line);
    } else {
      const text = this.#continued.take(line);
      if (text !== null) this.texts.write(text);
    }
    this.#setPrompt();
    if (this.#erases) this.#reader.prompt();
  }

  #setPrompt(): void {
    if (!this.#erases) return;
    const prompt = this.#continued.isOpen ? t`… ` : t`${this.#place}> `;
    this.#reader.setPrompt(prompt);
  }

  #interrupted(): void {
    const isEmpty = this.#reader.line === '' && !this.#continued.isOpen;
    if (isEmpty && this.#isLeaving) {
      this.close();
      return;
    }
    this.#continued.drop();
    this.#setPrompt();
    this.#reader.write(null, { ctrl: true, name: 'e' });
    this.#reader.write(null, { ctrl: true, name: 'u' });
    this.#isLeaving = isEmpty;
    this.show(
      isEmpty
        ? t`-- Ctrl+C once more, or /quit, leaves lanchat.`
        : t`-- What was typed is dropped.`,
    );
  }

  /** Several that fit are a line of their own: readline would draw a table of them. */
  #completed(line: string): [string[], string] {
    const { word, candidates } = this.#complete(line);
    const [first = ''] = candidates;
    const common = candidates.reduce(commonStart, first);
    if (candidates.length < 2 || common.length > word.length) return [[common], word];
    const list = candidates.map((candidate) => candidate.trim()).join(', ');
    this.show(t`-- ${candidates.length} fit: ${safeText(list)}`);
    return [[], word];
  }
}

/** What two texts begin with alike, in either case: the first as it is. */
function commonStart(a: string, b: string): string {
  let length = 0;
  while (length < a.length && a[length]?.toLowerCase() === b[length]?.toLowerCase()) length += 1;
  return a.slice(0, length);
}
