// Turns terminal input bytes, cut anywhere, into key events; knows no bindings and no screen.
import type { CursorCell } from './frame-sink.ts';
import { cursorReport, decodeCsi, decodeSs3, type KeyEvent, keyPress } from './key-sequences.ts';
import { type Schedule, scheduleBehindReads } from './schedule.ts';

export type KeyDecoderOptions = {
  readonly onKey: (event: KeyEvent) => void;
  /** A whole reply string of the terminal (OSC, DCS …), its introducer and its end with it. */
  readonly onReply?: (reply: string) => void;
  /** What the terminal says of itself in a control sequence: its attributes, a size. */
  readonly onReport?: (sequence: string) => void;
  /** Where the terminal says that its cursor stands. */
  readonly onCursorReport?: (cell: CursorCell) => void;
  /** How long an ESC waits for the rest of its sequence before it counts as the Esc key. */
  readonly escapeTimeoutMs?: number;
  /** The same of what no key begins with: the rest of a reply that a slow line cuts must not end as typed text. */
  readonly replyTimeoutMs?: number;
  /** How long an open paste may stay silent before what came of it is handed on. */
  readonly pasteTimeoutMs?: number;
  readonly schedule?: Schedule;
};

/** Far above the 60,000 bytes a message may have; what exceeds it is dropped. */
const MAX_PASTE_LENGTH = 262_144;
/** The longest CSI that terminals send is under 32 characters. */
const MAX_CSI_LENGTH = 64;
/** A reply string (OSC, DCS …) beyond this is given up. */
const MAX_STRING_LENGTH = 4_096;

const PASTE_END = '\x1b[201~';
/** Esc or Ctrl+C, and nothing else. */
const ONLY_ENDING_KEYS = /^[\x1b\x03]+$/;
const PRINTABLE_RUN = /^[^\x00-\x1f\x7f-\x9f]+/;
const CSI = /^\x1b\[([0-?]*[ -/]*)([@-~])/;
const CSI_BEGUN = /^\x1b\[[0-?]/;
const CSI_PREFIX = /^\x1b\[[0-?]*[ -/]*$/;
// A reply string ends at BEL or ST. Any other control ends it too: Enter and Ctrl+C always arrive.
const REPLY_STRING = /^\x1b[P\]_^X][^\x00-\x1f\x9c]*(\x07|\x1b\\|\x9c)?/;
/** No key: Alt+] is followed by nothing for longer than its digit takes. */
const REPLY_BEGUN = /^\x1b\]\d/;

/**
 * Feeds bytes in, hands events out in order, synchronously. Owns one timer; `close()` ends it.
 * Replies of the terminal (device attributes, cursor position, colours) are no keys. Memory is bounded
 * whatever arrives.
 */
export class KeyDecoder {
  readonly #options: Required<KeyDecoderOptions>;
  readonly #utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
  #pending = '';
  #paste: string | null = null;
  /**
   * The open paste fell silent: what came was handed on, and what comes is handed on as text whenever it pauses. Nothing
   * says whether that is the rest of the paste on a slow line, in which a line end must not send and a word not run, or
   * keys, since the end of the paste was lost. So nothing of it is a key until the end comes, but for Esc or Ctrl+C alone
   * between two pauses, as only a person presses them: either ends the paste, and the keyboard is never lost for good.
   */
  #isLate = false;
  #cancelTimer: (() => void) | null = null;

  constructor(options: KeyDecoderOptions) {
    const defaults = {
      ...{
        escapeTimeoutMs: 50,
        replyTimeoutMs: 1_000,
        pasteTimeoutMs: 1_000,
        schedule: scheduleBehindReads,
      },
      ...{ onCursorReport: () => {}, onReply: () => {}, onReport: () => {} },
    };
    this.#options = { ...defaults, ...options };
  }

  push(bytes: Uint8Array): void {
    this.#stopTimer();
    this.#pending += this.#utf8.decode(bytes, { stream: true });
    this.#drain();
    const { escapeTimeoutMs, replyTimeoutMs, pasteTimeoutMs } = this.#options;
    if (this.#paste !== null) {
      const pauseMs = this.#isLate ? escapeTimeoutMs : pasteTimeoutMs;
      this.#startTimer(pauseMs, () => this.#pausePaste());
    } else if (this.#pending !== '') {
      const isReply = REPLY_BEGUN.test(this.#pending) || CSI_BEGUN.test(this.#pending);
      this.#startTimer(isReply ? replyTimeoutMs : escapeTimeoutMs, () => this.#resolvePending());
    }
  }

  close(): void {
    this.#stopTimer();
    this.#pending = '';
    this.#paste = null;
    this.#isLate = false;
  }

  #startTimer(delayMs: number, run: () => void): void {
    this.#cancelTimer = this.#options.schedule(() => {
      this.#cancelTimer = null;
      run();
    }, delayMs);
  }

  #stopTimer(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
  }

  #drain(): void {
    while (this.#pending !== '') {
      const length = this.#paste === null ? this.#readKey(this.#pending) : this.#readPaste();
      if (length === 0) return;
      this.#pending = this.#pending.slice(length);
    }
  }

  /** Reads one event from the start of `input`; returns its length, or 0 if more input is needed. */
  #readKey(input: string): number {
    const text = PRINTABLE_RUN.exec(input)?.[0];
    if (text !== undefined) {
      this.#options.onKey({ kind: 'text', text });
      return text.length;
    }
    if (input.startsWith('\x1b')) return this.#readEscape(input, false);
    this.#emit(controlKey(input.charAt(0), false));
    return 1;
  }

  #readEscape(input: string, alt: boolean): number {
    const next = input[1];
    if (next === undefined) return 0;
    if (next === '[') return this.#readCsi(input, alt);
    if (next === 'O') return this.#readSs3(input, alt);
    if (next === '\x1b') return this.#readDoubleEscape(input);
    if ('P]_^X'.includes(next)) return this.#readString(input);
    const character = String.fromCodePoint(input.codePointAt(1) ?? 0);
    this.#emit(PRINTABLE_RUN.test(character) ? altKey(character) : controlKey(character, true));
    return 1 + character.length;
  }

  #readCsi(input: string, alt: boolean): number {
    // The Linux console sends its function keys as ESC [ [ A.
    if (input.startsWith('\x1b[[')) {
      if (input.length < 4) return 0;
      const index = 'ABCDE'.indexOf(input.charAt(3));
      if (index >= 0) this.#options.onKey(keyPress(`f${index + 1}`, { alt }));
      return 4;
    }
    const found = CSI.exec(input);
    if (!found) {
      if (CSI_PREFIX.test(input) && input.length <= MAX_CSI_LENGTH) return 0;
      // Broken or endless: what was read of it goes, the character that broke it stays.
      return csiLengthBeforeFault(input);
    }
    const [sequence, parameters = '', final = ''] = found;
    if (parameters === '200' && final === '~') this.#paste = '';
    else {
      const cell = cursorReport(parameters, final);
      if (cell !== null) this.#options.onCursorReport(cell);
      if (final === 'c' || final === 't') this.#options.onReport(sequence);
      this.#emit(decodeCsi(parameters, final, alt));
    }
    return sequence.length;
  }

  #readSs3(input: string, alt: boolean): number {
    const final = input[2];
    if (final === undefined) return 0;
    const event = decodeSs3(final, alt);
    if (event) {
      this.#options.onKey(event);
      return 3;
    }
    this.#emit(altKey('O'));
    return 2;
  }

  #readDoubleEscape(input: string): number {
    const third = input[2];
    if (third === undefined) return 0;
    if (third === '[' || third === 'O') {
      const length = this.#readEscape(input.slice(1), true);
      return length === 0 ? 0 : length + 1;
    }
    this.#options.onKey(keyPress('escape'));
    return 1;
  }

  #readString(input: string): number {
    const [sequence = '', terminator] = REPLY_STRING.exec(input) ?? [];
    if (terminator !== undefined) {
      this.#options.onReply(sequence);
      return sequence.length;
    }
    const rest = input.slice(sequence.length);
    const mayEndYet = rest === '' || rest === '\x1b';
    if (!mayEndYet || sequence.length > MAX_STRING_LENGTH) return sequence.length;
    return 0;
  }

  #readPaste(): number {
    const end = this.#pending.indexOf(PASTE_END);
    // A terminator may be cut: its possible beginning waits for the next bytes.
    const length = end === -1 ? this.#pending.length - cutTerminator(this.#pending) : end;
    const room = MAX_PASTE_LENGTH - (this.#paste?.length ?? 0);
    this.#paste = (this.#paste ?? '') + this.#pending.slice(0, Math.min(length, room));
    if (end === -1) return length;
    this.#handPaste();
    this.#endPaste();
    return end + PASTE_END.length;
  }

  #handPaste(): void {
    const text = (this.#paste ?? '').replace(/\r\n?/g, '\n').replace(/\p{Cs}/gu, '');
    this.#paste = '';
    const late = this.#isLate ? { late: true as const } : {};
    if (text !== '') this.#options.onKey({ kind: 'paste', text, ...late });
  }

  #endPaste(): void {
    this.#paste = null;
    this.#isLate = false;
  }

  /** What may be the beginning of its end goes on waiting. */
  #pausePaste(): void {
    const [key] = this.#isLate ? (ONLY_ENDING_KEYS.exec(this.#paste + this.#pending) ?? []) : [];
    if (key === undefined) {
      this.#handPaste();
      this.#isLate = true;
    } else {
      this.#endPaste();
      this.#pending = '';
      this.#options.onKey(
        key.endsWith('\x03') ? keyPress('c', { ctrl: true }) : keyPress('escape'),
      );
    }
  }

  /** The rest of a sequence didn't come: an ESC was the Esc key, ESC and a character were Alt. */
  #resolvePending(): void {
    const input = this.#pending;
    this.#pending = '';
    if (/^\x1b+$/.test(input)) for (const _ of input) this.#options.onKey(keyPress('escape'));
    else if (/^\x1b[[OP\]_^X]$/.test(input)) this.#emit(altKey(input.charAt(1)));
  }

  #emit(event: KeyEvent | null): void {
    if (event) this.#options.onKey(event);
  }
}

function altKey(character: string): KeyEvent {
  const name = character.toLowerCase();
  const shift = name !== character;
  return keyPress(name === ' ' ? 'space' : name, { alt: true, shift, typed: character });
}

const CONTROL_NAMES: Readonly<Record<string, string>> = {
  '\r': 'enter',
  '\t': 'tab',
  '\b': 'backspace',
  '\x7f': 'backspace',
};

/** The key of a C0 control or DEL; C1 controls are none. LF is Ctrl+J: in raw mode Enter sends CR. */
function controlKey(character: string, alt: boolean): KeyEvent | null {
  const name = CONTROL_NAMES[character];
  if (name !== undefined) return keyPress(name, { alt });
  const code = character.charCodeAt(0);
  if (code >= 0x20) return null;
  if (code === 0) return keyPress('space', { ctrl: true, alt });
  return keyPress(String.fromCharCode(code + 0x40).toLowerCase(), { ctrl: true, alt });
}

function csiLengthBeforeFault(input: string): number {
  return /^\x1b\[[0-?]*[ -/]*/.exec(input)?.[0].length ?? 2;
}

function cutTerminator(input: string): number {
  for (let length = PASTE_END.length - 1; length > 0; length -= 1) {
    if (input.endsWith(PASTE_END.slice(0, length))) return length;
  }
  return 0;
}
