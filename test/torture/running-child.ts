// A process that a kill run has started: its reports, whole lines only, its orders, its end. Knows no message.
import { type ChildProcess, spawn } from 'node:child_process';

/** Enough of what a process that ended by itself had to say. */
const MAX_ERROR_CHARACTERS = 4_000;

export interface ChildOwner<Report> {
  readonly onReport: (report: Report) => void;
  /** It ended, and nobody had killed it: what it printed on stderr. */
  readonly onCrash: (why: string) => void;
}

export class RunningChild<Report> {
  readonly #child: ChildProcess;
  readonly #closed: Promise<void>;
  #unread = '';
  #errors = '';
  #isKilled = false;

  /** Runs `script` with this Node. */
  constructor(script: string, args: readonly string[], owner: ChildOwner<Report>) {
    const child = spawn(process.execPath, [script, ...args], { stdio: 'pipe' });
    this.#child = child;
    // Orders to a process that was just killed.
    child.stdin.on('error', () => undefined);
    child.stdout.setEncoding('utf8').on('data', (text: string) => this.#take(text, owner.onReport));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#errors = (this.#errors + text).slice(-MAX_ERROR_CHARACTERS);
    });
    this.#closed = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => {
        if (!this.#isKilled) owner.onCrash(`${signal ?? code}: ${this.#errors.trim()}`);
        resolve();
      });
    });
  }

  order(order: object): void {
    this.#child.stdin?.write(`${JSON.stringify(order)}\n`);
  }

  /** SIGKILL. Resolves when it is gone, and everything that it had reported has been taken. */
  kill(): Promise<void> {
    this.#isKilled = true;
    this.#child.kill('SIGKILL');
    return this.#closed;
  }

  /** What a kill has cut off in the middle of a line is nothing that was reported. */
  #take(text: string, onReport: (report: Report) => void): void {
    const lines = (this.#unread + text).split('\n');
    this.#unread = lines.pop() ?? '';
    for (const line of lines) onReport(JSON.parse(line));
  }
}
