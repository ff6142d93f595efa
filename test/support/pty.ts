// Runs a program in a pseudo-terminal and shows its screen as a terminal would; for tests only.
import { type IPty, spawn } from '@lydell/node-pty';
import unicode11 from '@xterm/addon-unicode11';
import xterm from '@xterm/headless';
import { type Grid, gridOf } from '../pictures/grid.ts';

export type PtyOptions = {
  readonly file: string;
  readonly args: readonly string[];
  readonly columns: number;
  readonly rows: number;
  /** The whole environment but PATH and TERM: nothing of the test run leaks in (CI, NO_COLOR …). */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
};

export type PtyExit = { readonly exitCode: number; readonly signal: number };

const waitTimeoutMs = 10_000;

/** One program at a pseudo-terminal. `close()` ends it. */
export class PtySession {
  readonly #pty: IPty;
  readonly #terminal: InstanceType<typeof xterm.Terminal>;
  readonly #changed = new Set<() => void>();
  readonly exited: Promise<PtyExit>;
  #output = '';
  #hasExited = false;
  /** Exited, and all of its output is on the screen. */
  #isDrained = false;

  constructor(options: PtyOptions) {
    const { file, args, columns, rows, env = {}, cwd } = options;
    this.#terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
    this.#terminal.loadAddon(new unicode11.Unicode11Addon());
    this.#terminal.unicode.activeVersion = '11';
    this.#pty = spawn(file, [...args], {
      name: env.TERM ?? 'xterm-256color',
      cols: columns,
      rows,
      env: { PATH: process.env.PATH, TERM: 'xterm-256color', LANG: 'C.UTF-8', ...env },
      ...(cwd === undefined ? {} : { cwd }),
    });
    this.#pty.onData((data) => {
      this.#output += data;
      this.#terminal.write(data, () => this.#notify());
    });
    // A terminal answers queries; a program under test must cope with that.
    this.#terminal.onData((reply) => {
      if (!this.#hasExited) this.#pty.write(reply);
    });
    this.exited = new Promise((resolve) => {
      this.#pty.onExit(({ exitCode, signal = 0 }) => {
        this.#hasExited = true;
        resolve({ exitCode, signal });
        this.#terminal.write('', () => {
          this.#isDrained = true;
          this.#notify();
        });
      });
    });
  }

  get pid(): number {
    return this.#pty.pid;
  }

  /** The visible rows, trailing spaces cut. A line keeps cells beyond a narrower edge, which nobody sees. */
  get screen(): string[] {
    const { buffer, rows, cols } = this.#terminal;
    return Array.from(
      { length: rows },
      (_, row) =>
        buffer.active.getLine(buffer.active.baseY + row)?.translateToString(true, 0, cols) ?? '',
    );
  }

  /** The same with its colours, for pictures. */
  get grid(): Grid {
    const isCursorShown =
      this.#output.lastIndexOf('\x1b[?25l') <= this.#output.lastIndexOf('\x1b[?25h');
    return gridOf(this.#terminal, isCursorShown);
  }

  /** The cursor's cell, both from 0. */
  get cursor(): { row: number; column: number } {
    const { cursorY, cursorX } = this.#terminal.buffer.active;
    return { row: cursorY, column: cursorX };
  }

  /** What stands left of the cursor in its row, by the terminal's own count of cells. */
  get textLeftOfCursor(): string {
    const { baseY, cursorY, cursorX } = this.#terminal.buffer.active;
    const line = this.#terminal.buffer.active.getLine(baseY + cursorY);
    return line?.translateToString(false, 0, cursorX) ?? '';
  }

  get isAlternateScreen(): boolean {
    return this.#terminal.buffer.active.type === 'alternate';
  }

  get modes(): InstanceType<typeof xterm.Terminal>['modes'] {
    return this.#terminal.modes;
  }

  /** Everything that the program has written, as text. */
  get output(): string {
    return this.#output;
  }

  get bytesWritten(): number {
    return Buffer.byteLength(this.#output);
  }

  type(input: string): void {
    this.#pty.write(input);
  }

  resize(columns: number, rows: number): void {
    this.#terminal.resize(columns, rows);
    this.#pty.resize(columns, rows);
  }

  /** Resolves as soon as the condition holds after something was written; rejects with the screen. */
  waitFor(condition: (session: PtySession) => boolean, what = 'the screen'): Promise<void> {
    if (condition(this)) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const fail = (why: string): void => {
        settle();
        reject(new Error(`${why} before ${what}; it shows:\n${this.screen.join('\n')}`));
      };
      const check = (): void => {
        if (condition(this)) {
          settle();
          resolve();
        } else if (this.#isDrained) fail('the program ended');
      };
      const timer = setTimeout(() => fail(`${waitTimeoutMs} ms went by`), waitTimeoutMs);
      const settle = (): void => {
        clearTimeout(timer);
        this.#changed.delete(check);
      };
      this.#changed.add(check);
    });
  }

  /** Waits until some row contains the text. */
  waitForText(text: string): Promise<void> {
    return this.waitFor(({ screen }) => screen.some((row) => row.includes(text)), text);
  }

  /** Resolves once nothing has been written for so long; for programs that make pictures or measure. */
  quiet(quietMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.#changed.delete(again);
        resolve();
      };
      let timer = setTimeout(done, quietMs);
      const again = (): void => {
        clearTimeout(timer);
        timer = setTimeout(done, quietMs);
      };
      this.#changed.add(again);
    });
  }

  /** Kills the program if it still runs, and waits for its end. */
  async close(): Promise<void> {
    if (!this.#hasExited) this.#pty.kill('SIGKILL');
    await this.exited;
    this.#terminal.dispose();
  }

  #notify(): void {
    for (const check of [...this.#changed]) check();
  }
}
