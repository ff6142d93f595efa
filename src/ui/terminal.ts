// Owns the terminal: modes, raw input, title, signals, and putting everything back, whatever happens.
import { clipboardSequence } from './clipboard.ts';
import type { FrameOutput, ScreenSize } from './frame-sink.ts';
import { type SafeText, safeText } from './safe-text.ts';
import { truncate } from './width.ts';

/** What is used of `process`; a test gives a fake. */
export type HostProcess = {
  readonly pid: number;
  readonly platform: string;
  on(event: 'exit', listener: () => void): unknown;
  on(event: 'uncaughtExceptionMonitor', listener: () => void): unknown;
  on(event: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown;
  off(event: string, listener: () => void): unknown;
  off(event: string, listener: (signal: NodeJS.Signals) => void): unknown;
  kill(pid: number, signal: NodeJS.Signals): unknown;
};

export type TerminalInput = {
  readonly isTTY?: boolean;
  setRawMode?(raw: boolean): unknown;
  on(event: 'data', listener: (bytes: Uint8Array) => void): unknown;
  on(event: 'end' | 'error', listener: () => void): unknown;
  off(event: 'data', listener: (bytes: Uint8Array) => void): unknown;
  off(event: 'end' | 'error', listener: () => void): unknown;
  pause(): unknown;
  resume(): unknown;
};

export type TerminalOutput = FrameOutput & {
  readonly columns?: number;
  readonly rows?: number;
};

export type TerminalOptions = {
  readonly stdin: TerminalInput;
  readonly stdout: TerminalOutput;
  readonly host: HostProcess;
  /** Bytes typed; for a `KeyDecoder`. */
  readonly onInput: (bytes: Uint8Array) => void;
  readonly onResize: (size: ScreenSize) => void;
  /** The terminal was left for a while (Ctrl+Z) and its content is unknown: repaint. */
  readonly onResume: () => void;
  /**
   * SIGTERM, SIGINT or SIGHUP came, or the terminal is gone (null). The terminal is restored already;
   * end the program. Without this handler a signal ends the process as if it had not been caught.
   */
  readonly onEnd?: (signal: NodeJS.Signals | null) => void;
};

const END_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

// The same modes as enterModes and leaveModes of bin/skeleton.js, which can't be imported from here.
const ENTER_SCREEN = '\x1b[22;0t\x1b[?1049h\x1b[?7l\x1b[?2004h\x1b[?1004h';
const LEAVE_SCREEN =
  '\x1b[?2026l\x1b]8;;\x1b\\\x1b[m\x1b[?1004l\x1b[?2004l\x1b[?7h\x1b[?25h\x1b[?1049l\x1b[23;0t';
/** How long after the end of a program that had the terminal its Ctrl+C may still come. */
const LATE_SIGNAL_MS = 200;
const MAX_TITLE_CELLS = 60;
const MAX_NOTICE_CELLS = 200;

/** How the person's terminal shows a notice outside its window; `bell` works everywhere. */
export type NoticeStyle = 'osc9' | 'osc99' | 'osc777' | 'bell';

/**
 * `enter()` once, `close()` at the end. Every other way out (exit, uncaught exception, signal,
 * hang-up) restores the terminal as well; restoring twice writes nothing.
 */
export class Terminal {
  readonly #options: TerminalOptions;
  #entered = false;
  #gone = false;
  #ended = false;
  #interruptible: NodeJS.Timeout | undefined;

  /** For the `FrameSink`: frames pass only while the screen is ours, never onto the shell's. */
  readonly frames: FrameOutput;

  constructor(options: TerminalOptions) {
    const { stdout } = options;
    this.#options = options;
    this.frames = {
      write: (text) => (this.#entered && !this.#gone ? stdout.write(text) : true),
      on: (event, listener) => stdout.on(event, listener),
      off: (event, listener) => stdout.off(event, listener),
    };
  }

  /** 80×24 where the system doesn't tell. */
  get size(): ScreenSize {
    const { columns, rows } = this.#options.stdout;
    return { columns: columns || 80, rows: rows || 24 };
  }

  /** `adopt`: the skeleton has already set the modes and painted, so nothing is written. */
  enter({ adopt = false }: { readonly adopt?: boolean } = {}): void {
    const { stdin, stdout, host } = this.#options;
    host.on('exit', this.#restore);
    host.on('uncaughtExceptionMonitor', this.#restore);
    for (const signal of END_SIGNALS) host.on(signal, this.#endBySignal);
    host.on('SIGTSTP', this.#stop);
    host.on('SIGCONT', this.#continued);
    // Not the stream's `resize`: of a size that went and came back it says nothing, while the terminal
    // has cut its rows. Node's own listener, which reads the size, was there first.
    host.on('SIGWINCH', this.#resized);
    stdin.on('data', this.#options.onInput);
    stdin.on('end', this.#lost);
    stdin.on('error', this.#lost);
    stdout.on('error', this.#lost);
    this.#take(adopt ? '' : ENTER_SCREEN);
  }

  /** Puts the terminal back and lets go of every listener but those for late errors of a closed pipe. */
  close(): void {
    const { stdin, host } = this.#options;
    this.#restore();
    host.off('exit', this.#restore);
    host.off('uncaughtExceptionMonitor', this.#restore);
    for (const signal of END_SIGNALS) host.off(signal, this.#endBySignal);
    host.off('SIGTSTP', this.#stop);
    host.off('SIGCONT', this.#continued);
    host.off('SIGWINCH', this.#resized);
    stdin.off('data', this.#options.onInput);
    stdin.off('end', this.#lost);
    stdin.pause();
    this.#ended = true;
  }

  /** Ctrl+Z: leaves the terminal to the shell, and takes it again when the job is continued. */
  suspend(): void {
    const { host, onResume, onResize } = this.#options;
    if (!this.#entered || host.platform === 'win32') return;
    this.#restore();
    host.off('SIGTSTP', this.#stop);
    host.off('SIGCONT', this.#continued);
    // The whole group, as the kernel does it: `npm start` and its shell must stop as well. The call
    // returns when the job is continued, or at once where job control doesn't exist.
    host.kill(0, 'SIGTSTP');
    host.on('SIGTSTP', this.#stop);
    host.on('SIGCONT', this.#continued);
    this.#take(ENTER_SCREEN);
    onResize(this.size);
    onResume();
  }

  /**
   * Gives the terminal to another program until `use` settles, and takes it again then. Keys, frames and signals of the
   * keyboard are that program's meanwhile. Null where the screen isn't ours to give.
   */
  async lend<T>(use: () => Promise<T>): Promise<T | null> {
    const { host, stdin, onResize, onResume } = this.#options;
    if (!this.#entered || this.#gone) return null;
    this.#restore();
    stdin.pause();
    // Ctrl+C there is no end of ours; Ctrl+Z stops both, as one job.
    clearTimeout(this.#interruptible);
    host.off('SIGINT', this.#endBySignal);
    host.off('SIGINT', ignored);
    host.on('SIGINT', ignored);
    host.off('SIGTSTP', this.#stop);
    host.off('SIGCONT', this.#continued);
    try {
      return await use();
    } finally {
      if (this.#ended) host.off('SIGINT', ignored);
      else {
        // The Ctrl+C that ended the other program may reach this one after its end. From now on Ctrl+C is a key.
        this.#interruptible = setTimeout(() => {
          host.off('SIGINT', ignored);
          if (!this.#ended) host.on('SIGINT', this.#endBySignal);
        }, LATE_SIGNAL_MS).unref();
        host.on('SIGTSTP', this.#stop);
        host.on('SIGCONT', this.#continued);
        this.#take(ENTER_SCREEN);
        onResize(this.size);
        onResume();
      }
    }
  }

  /** The window's title until the terminal is restored. */
  setTitle(title: SafeText): void {
    this.#write(`\x1b]2;${truncate(title, MAX_TITLE_CELLS)}\x1b\\`);
  }

  /** Asks the terminal something that it answers on its input; null: nothing. */
  ask(query: string | null): void {
    if (query !== null) this.#write(query);
  }

  /** One notice outside the window. */
  notify(style: NoticeStyle, notice: SafeText): void {
    this.#write(noticeSequence(style, notice));
  }

  /** Asks the terminal to put it on the clipboard; false where it is too long for that. Nothing answers. */
  copy(text: SafeText): boolean {
    const sequence = clipboardSequence(text);
    if (sequence !== null) this.#write(sequence);
    return sequence !== null;
  }

  #take(modes: string): void {
    this.#entered = true;
    this.#rawMode(true);
    this.#options.stdin.resume();
    if (modes !== '') this.#write(modes);
  }

  readonly #restore = (): void => {
    if (!this.#entered) return;
    this.#write(LEAVE_SCREEN);
    this.#entered = false;
    this.#rawMode(false);
  };

  #rawMode(raw: boolean): void {
    try {
      this.#options.stdin.setRawMode?.(raw);
    } catch {
      // The terminal has hung up (EIO): there is nothing left to put back.
    }
  }

  #write(text: string): void {
    if (this.#entered && !this.#gone) this.#options.stdout.write(text);
  }

  readonly #resized = (): void => this.#options.onResize(this.size);

  readonly #stop = (): void => this.suspend();

  // Continued after a stop that couldn't be caught (SIGSTOP): the shell has reset the terminal. Raw
  // mode goes off first, since Node believes that it still is on and would do nothing.
  readonly #continued = (): void => {
    if (!this.#entered) return;
    this.#rawMode(false);
    this.#take(ENTER_SCREEN);
    this.#options.onResize(this.size);
    this.#options.onResume();
  };

  readonly #endBySignal = (signal: NodeJS.Signals): void => {
    const { host, onEnd } = this.#options;
    this.#restore();
    if (onEnd) this.#end(signal);
    else {
      this.close();
      host.kill(host.pid, signal);
    }
  };

  readonly #lost = (): void => {
    this.#gone = true;
    this.#restore();
    this.#end(null);
  };

  /** A hang-up comes as a signal and as errors of both streams; the program ends once. */
  #end(signal: NodeJS.Signals | null): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#options.onEnd?.(signal);
  }
}

const ignored = (): void => {};

/** What would end a field, or what a desktop may take for markup; each with what looks like it. */
const NOT_IN_NOTICES: Readonly<Record<string, string>> = {
  ';': ',',
  '<': '‹',
  '>': '›',
  '&': '＆',
};

/** What makes the terminal show it. The text is one line. */
export function noticeSequence(style: NoticeStyle, notice: SafeText): string {
  const plain = notice.replace(/[;<>&]/g, (character) => NOT_IN_NOTICES[character] ?? '');
  const text = truncate(safeText(plain), MAX_NOTICE_CELLS);
  switch (style) {
    case 'osc9':
      return `\x1b]9;${text}\x1b\\`;
    case 'osc99':
      return `\x1b]99;;${text}\x1b\\`;
    case 'osc777':
      return `\x1b]777;notify;lanchat;${text}\x1b\\`;
    case 'bell':
      return '\x07';
    default:
      return style satisfies never;
  }
}
