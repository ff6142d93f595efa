// What each CSI and SS3 sequence of a terminal means as a key; pure tables, no buffering.
import type { CursorCell } from './frame-sink.ts';

export type KeyEvent =
  /** Printable characters as typed, possibly several; never a control. */
  | { readonly kind: 'text'; readonly text: string }
  /**
   * A key that types nothing: a lower-case character with ctrl or alt, or one of enter, escape, tab,
   * space, backspace, delete, insert, up, down, left, right, home, end, pageup, pagedown, f1 … f12.
   */
  | {
      readonly kind: 'key';
      readonly name: string;
      readonly ctrl: boolean;
      readonly alt: boolean;
      readonly shift: boolean;
      /** The character that came behind an ESC: Alt with it, or the Esc key and then it, which are the same bytes. */
      readonly typed?: string;
    }
  /**
   * A bracketed paste, line ends as LF, otherwise raw: clean it before use. Whole, unless it fell silent before its end:
   * `late` is what came after that, be it the rest of the paste or keys.
   */
  | { readonly kind: 'paste'; readonly text: string; readonly late?: true }
  /** The window is looked at, or no longer. */
  | { readonly kind: 'focus' }
  | { readonly kind: 'blur' };

type Modifiers = {
  readonly ctrl?: boolean;
  readonly alt?: boolean;
  readonly shift?: boolean;
  readonly typed?: string;
};

/** A key that was pressed, with nothing held unless `modifiers` says so. */
export function keyPress(name: string, modifiers: Modifiers = {}): KeyEvent {
  const { ctrl = false, alt = false, shift = false, typed } = modifiers;
  return { kind: 'key', name, ctrl, alt, shift, ...(typed === undefined ? {} : { typed }) };
}

const LETTER_KEYS: Readonly<Record<string, string>> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  H: 'home',
  F: 'end',
  P: 'f1',
  Q: 'f2',
  R: 'f3',
  S: 'f4',
};

const NUMBER_KEYS: Readonly<Record<number, string>> = {
  1: 'home',
  2: 'insert',
  3: 'delete',
  4: 'end',
  5: 'pageup',
  6: 'pagedown',
  7: 'home',
  8: 'end',
  11: 'f1',
  12: 'f2',
  13: 'f3',
  14: 'f4',
  15: 'f5',
  17: 'f6',
  18: 'f7',
  19: 'f8',
  20: 'f9',
  21: 'f10',
  23: 'f11',
  24: 'f12',
};

// Kitty's keyboard protocol: https://sw.kovidgoyal.net/kitty/keyboard-protocol/
const CODE_POINT_KEYS: Readonly<Record<number, string>> = {
  8: 'backspace',
  9: 'tab',
  13: 'enter',
  27: 'escape',
  32: 'space',
  127: 'backspace',
  57348: 'insert',
  57349: 'delete',
  57350: 'left',
  57351: 'right',
  57352: 'up',
  57353: 'down',
  57354: 'pageup',
  57355: 'pagedown',
  57356: 'home',
  57357: 'end',
  57414: 'enter',
  57417: 'left',
  57418: 'right',
  57419: 'up',
  57420: 'down',
  57421: 'pageup',
  57422: 'pagedown',
  57423: 'home',
  57424: 'end',
  57425: 'insert',
  57426: 'delete',
};
const KEYPAD_START = 57399;
const KEYPAD_CHARACTERS = '0123456789./*-+';

const KEY_RELEASE = 3;

/**
 * The key that `ESC [ parameters final` stands for; null for a reply of the terminal and for
 * anything unknown. `alt` is set when another ESC stood before it.
 */
export function decodeCsi(parameters: string, final: string, alt: boolean): KeyEvent | null {
  if (parameters === '' && final === 'I') return { kind: 'focus' };
  if (parameters === '' && final === 'O') return { kind: 'blur' };
  if (parameters === '' && final === 'Z') return keyPress('tab', { alt, shift: true });
  // Replies carry a private marker or an intermediate byte; keys never do.
  if (!/^[0-9:;]*$/.test(parameters)) return null;
  const fields = parameters.split(';').map((field) => field.split(':').map(Number));
  const [first = 0] = fields[0] ?? [];
  const [modifiers = 1, event = 1] = fields[1] ?? [];
  if (event === KEY_RELEASE) return null;
  if (final === 'u') return codePointKey(fields, modifiers);
  if (final === '~' && first === 27) return codePointKey([fields[2] ?? []], modifiers);
  // `CSI row ; column R` is a cursor position report.
  if (final === 'R' && parameters !== '') return null;
  const name = final === '~' ? NUMBER_KEYS[first] : LETTER_KEYS[final];
  return name === undefined ? null : keyPress(name, modifiersOf(modifiers, alt));
}

/** The cell, from 0, that `CSI row ; column R` reports, or null. */
export function cursorReport(parameters: string, final: string): CursorCell | null {
  const [, row, column] = /^(\d{1,5});(\d{1,5})$/.exec(parameters) ?? [];
  if (final !== 'R' || row === undefined || column === undefined) return null;
  return { row: Number(row) - 1, column: Number(column) - 1 };
}

/** The key that `ESC O final` stands for (application mode, keypad), or null. */
export function decodeSs3(final: string, alt: boolean): KeyEvent | null {
  if (final === 'M') return keyPress('enter', { alt });
  const name = LETTER_KEYS[final];
  return name === undefined ? null : keyPress(name, { alt });
}

function modifiersOf(parameter: number, alt: boolean): Modifiers {
  const bits = Math.max(0, parameter - 1);
  return { shift: (bits & 1) !== 0, alt: alt || (bits & 2) !== 0, ctrl: (bits & 4) !== 0 };
}

// CSI code:shifted:base ; modifiers:event ; text u
function codePointKey(fields: readonly number[][], parameter: number): KeyEvent | null {
  const [code = 0, shifted] = fields[0] ?? [];
  const modifiers = modifiersOf(parameter, false);
  const name = CODE_POINT_KEYS[code];
  const typed = !modifiers.ctrl && !modifiers.alt;
  if (name !== undefined && !(name === 'space' && typed)) return keyPress(name, modifiers);
  const character = KEYPAD_CHARACTERS[code - KEYPAD_START] ?? printable(code);
  if (character === null) return null;
  if (!typed) return keyPress(character.toLowerCase(), modifiers);
  const text = (fields[2] ?? []).map(printable).join('');
  if (text !== '') return { kind: 'text', text };
  const upper = modifiers.shift ? (printable(shifted ?? 0) ?? character.toUpperCase()) : character;
  return { kind: 'text', text: upper };
}

function printable(code: number): string | null {
  const isControl = code < 0x20 || (code >= 0x7f && code < 0xa0);
  const isPrivate = code >= 0xe000 && code <= 0xf8ff;
  const isSurrogate = code >= 0xd800 && code < 0xe000;
  if (isControl || isPrivate || isSurrogate || code > 0x10ffff) return null;
  return String.fromCodePoint(code);
}
