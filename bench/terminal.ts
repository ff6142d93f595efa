// A program in a pseudo-terminal, and when it wrote what. Shows nothing: what counts is time and bytes.
import { spawn } from '@lydell/node-pty';
import { pause } from './bench.ts';

export interface TerminalOptions {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** 80×24 unless said otherwise. */
  readonly size?: TerminalSize;
}

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

export const USUAL_SIZE: TerminalSize = { columns: 80, rows: 24 };
export const LARGE_SIZE: TerminalSize = { columns: 200, rows: 50 };

export function sizeText({ columns, rows }: TerminalSize): string {
  return `${columns}×${rows}`;
}

/** After so long without a byte a program has painted what it wanted to. */
const QUIET_MS = 250;
const POLL_MS = 10;
/** What hasn't come after so long won't. */
const PATIENCE_MS = 60_000;

/** `close()` kills the program and resolves once it has gone. */
export class TimedTerminal {
  readonly startedMs = performance.now();
  readonly #pty;
  readonly #chunks: { readonly atMs: number; readonly bytes: number }[] = [];
  readonly #waiting = new Set<() => void>();
  readonly #gone: Promise<void>;
  #output = '';
  #exited = false;

  constructor({ file, args, env, size = USUAL_SIZE }: TerminalOptions) {
    this.#pty = spawn(file, [...args], {
      name: 'xterm-256color',
      cols: size.columns,
      rows: size.rows,
      env: { ...env },
    });
    this.#pty.onData((text) => {
      this.#chunks.push({ atMs: performance.now(), bytes: Buffer.byteLength(text) });
      this.#output += text;
      for (const look of [...this.#waiting]) look();
    });
    this.#gone = new Promise((resolve) => {
      this.#pty.onExit(() => {
        this.#exited = true;
        for (const look of [...this.#waiting]) look();
        resolve();
      });
    });
  }

  get pid(): number {
    return this.#pty.pid;
  }

  get output(): string {
    return this.#output;
  }

  get bytesWritten(): number {
    return this.#chunks.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** When the first or the last byte so far came. */
  firstByteMs(): number {
    return this.#chunks[0]?.atMs ?? Number.NaN;
  }

  lastByteMs(): number {
    return this.#chunks.at(-1)?.atMs ?? Number.NaN;
  }

  type(bytes: string): void {
    this.#pty.write(bytes);
  }

  /** Resolves to the time at which the output so far first matched. Rejects where the program ends or a minute goes by before. */
  when(matches: (output: string) => boolean): Promise<number> {
    return new Promise((resolve, reject) => {
      const settle = () => {
        clearTimeout(timer);
        this.#waiting.delete(look);
      };
      const fail = (what: string) => {
        settle();
        reject(new Error(`${what}: ${JSON.stringify(this.#output.slice(-200))}`));
      };
      const look = () => {
        if (matches(this.#output)) {
          settle();
          resolve(performance.now());
        } else if (this.#exited) fail('it ended and said');
      };
      const timer = setTimeout(() => fail('a minute went by, and it shows'), PATIENCE_MS);
      this.#waiting.add(look);
      look();
    });
  }

  /** Resolves when nothing has been written for a while. */
  async quiet(quietMs = QUIET_MS): Promise<void> {
    while (!(performance.now() - this.lastByteMs() >= quietMs) && !this.#exited)
      await pause(POLL_MS);
  }

  /** Resolves when the program has ended by itself. */
  ended(): Promise<void> {
    return this.#gone;
  }

  /** Forgets the output so far. */
  clear(): void {
    this.#chunks.length = 0;
    this.#output = '';
  }

  async close(): Promise<void> {
    if (!this.#exited) this.#pty.kill('SIGKILL');
    await this.#gone;
  }
}
