// Cleans text that others wrote before a terminal may see it; knows nothing of React, screens or the network.
import { phrase } from '../language/translate.ts';

declare const safe: unique symbol;

/** Text without control, bidi-control, separator or tag characters: safe to write to a terminal. */
export type SafeText = string & { readonly [safe]: true };

export type SafeTextOptions = {
  /** Longest result in UTF-16 units; a longer text ends in `…`. Default 65,536. */
  readonly maxLength?: number;
  /** Keep line feeds (and turn CR, CRLF, NEL, U+2028 and U+2029 into them). Default: a space. */
  readonly multiline?: boolean;
};

const DEFAULT_MAX_LENGTH = 65_536;

/** Zalgo stays within its row; Tibetan stacks and Hebrew with cantillation need up to six. */
const MAX_MARKS_PER_BASE = 6;

/** Nothing in it to clean: ASCII, and what lanchat's own rows are drawn with. */
const PLAIN = /^[ -~·…│─]*$/;

// Every alternative stops at the next introducer, so hostile input costs linear time. An unfinished
// sequence loses its introducer only: its text stays visible.
const ESCAPE_SEQUENCE = new RegExp(
  [
    '(?:\\x1b[PX\\]^_]|[\\x90\\x98\\x9d-\\x9f])[^\\x07\\x1b\\x80-\\x9f]*(?:\\x07|\\x1b\\\\|\\x9c)',
    '(?:\\x1b\\[|\\x9b)[0-?]*[ -/]*[@-~]',
    '\\x1b[ -/]*[0-~]',
  ].join('|'),
  'g',
);
const LINE_BREAK = /\r\n?|[\n\v\f\x85\u2028\u2029]/g;
// Invisible and harmless by themselves: they go without a trace. Joiners are judged on their own;
// Arabic and Egyptian format characters that take part in the script stay.
const INVISIBLE =
  /(?![\p{M}\p{L}\u200c\u200d\u202a-\u202e\u2066-\u2069\ufff9-\ufffb\u{e0000}-\u{e007f}\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}\u{13430}-\u{1343f}])[\p{Cf}\p{Default_Ignorable_Code_Point}]+/gu;
// What could only have been meant to deceive leaves one visible mark a run.
const FORBIDDEN =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}\u202a-\u202e\u2066-\u2069\ufff9-\ufffb\u{e0000}-\u{e007f}]+/gu;
// A joiner means something between letters of a joining script and between pictographs; anywhere
// else it only makes two equal-looking names differ.
const IDLE_JOINER =
  /[\u200c\u200d](?![\p{L}\p{Extended_Pictographic}])|(?<![\p{L}\p{M}\p{Extended_Pictographic}\p{Emoji_Modifier}])[\u200c\u200d]|(?<=[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}])[\u200c\u200d]/gu;
const EXCESS_MARKS = new RegExp(`(\\p{M}{${MAX_MARKS_PER_BASE}})\\p{M}+`, 'gu');
const TAB = '    ';
const TRAILING_JOINERS = /[\u200c\u200d]+$/;

/** The only place that makes the brand. */
function brand(text: string): SafeText {
  return text as SafeText;
}

/**
 * Cleans what a peer, a relay, a file or a flag gave us. Whole escape sequences go; every other
 * control, bidi control, separator, tag character and lone surrogate is replaced or dropped;
 * combining marks are capped. Joiners stay where they join. Idempotent; never throws.
 */
export function safeText(remote: string, options: SafeTextOptions = {}): SafeText {
  const { maxLength = DEFAULT_MAX_LENGTH, multiline = false } = options;
  if (PLAIN.test(remote)) return brand(capLength(remote, maxLength));
  // Indentation stays where lines do.
  const spaced = multiline ? remote.replaceAll('\t', TAB) : remote;
  const joined = dropControls(spaced, multiline).replace(IDLE_JOINER, '');
  return brand(capLength(joined.replace(EXCESS_MARKS, '$1'), maxLength));
}

/**
 * Cleans what the person at this keyboard types or pastes: as `safeText` with line feeds, but every
 * joiner stays, because a joiner typed as a key of its own gets its neighbour only later.
 */
export function typedText(text: string): string {
  return PLAIN.test(text) ? text : dropControls(text, true);
}

/** Our own words around safe parts: the literal comes from source code or a catalogue of ours, so it needs no cleaning. */
export function safeTemplate(
  literals: TemplateStringsArray,
  ...parts: readonly (SafeText | number)[]
): SafeText {
  return brand(phrase(literals, ...parts));
}

/** A part of a safe text by UTF-16 offsets; an end inside a surrogate pair moves before the pair. */
export function sliceSafe(text: SafeText, start: number, end: number): SafeText {
  return brand(text.slice(pairStart(text, start), pairStart(text, end)));
}

// Line feeds are judged by LINE_BREAK, so they are taken out of `FORBIDDEN` by splitting at them.
function dropControls(text: string, multiline: boolean): string {
  const stripped = text
    .replace(ESCAPE_SEQUENCE, '')
    .replace(LINE_BREAK, multiline ? '\n' : ' ')
    .replaceAll('\t', ' ')
    .replace(INVISIBLE, '');
  return stripped
    .split('\n')
    .map((line) => line.replace(FORBIDDEN, '\ufffd'))
    .join('\n');
}

function capLength(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  if (maxLength < 1) return '';
  return `${text.slice(0, pairStart(text, maxLength - 1)).replace(TRAILING_JOINERS, '')}…`;
}

function pairStart(text: string, offset: number): number {
  const before = text.charCodeAt(offset - 1);
  const after = text.charCodeAt(offset);
  const splitsPair = before >= 0xd800 && before < 0xdc00 && after >= 0xdc00 && after < 0xe000;
  return splitsPair ? offset - 1 : offset;
}

const UNSAFE_IN_JSON =
  /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}\u{e0000}-\u{e007f}]/gu;

/**
 * JSON on one line in which every control, bidi, separator and tag character is written `\uXXXX`
 * (astral ones as two), so that `lanchat … --json` can't drive the terminal it is read in. A reader
 * gets the same value. A value that JSON can't hold (undefined, a function) is `null`.
 */
export function jsonSafe(value: unknown): string {
  const json: string | undefined = JSON.stringify(value);
  return (json ?? 'null').replace(UNSAFE_IN_JSON, escapeUnits);
}

function escapeUnits(character: string): string {
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}
