// Rows as styled pieces of safe text, and the only place that turns a style into SGR bytes.
import { closedText } from './bidi.ts';
import { type SafeText, safeText } from './safe-text.ts';
import { cellWidth, truncate } from './width.ts';

/** What a piece of text means; its look is chosen here alone, and never by colour alone. */
export type Tone =
  | 'text'
  | 'dim'
  | 'strong'
  | 'italic'
  | 'code'
  | 'link'
  | 'accent'
  | 'good'
  | 'warn'
  | 'alarm'
  | 'selected'
  | 'bar'
  | 'paper'
  | 'person-0'
  | 'person-1'
  | 'person-2'
  | 'person-3'
  | 'person-4'
  | 'person-5';

export interface Span {
  readonly text: SafeText;
  readonly tone: Tone;
}

/** One terminal row, left to right. */
export type Row = readonly Span[];

export interface Paint {
  /** Exactly this many cells are used where `fill` is set, at most this many otherwise. */
  readonly cells: number;
  readonly colour: boolean;
  readonly fill?: Tone;
}

/** Bold, dim and inverse stay where there is no colour (NO_COLOR forbids colour only). */
const PLAIN_SGR: Readonly<Record<Tone, string>> = {
  text: '',
  dim: '2',
  strong: '1',
  italic: '3',
  code: '',
  link: '4',
  accent: '1',
  good: '',
  warn: '1',
  alarm: '1;7',
  selected: '7',
  bar: '7',
  paper: '7',
  'person-0': '1',
  'person-1': '1',
  'person-2': '1',
  'person-3': '1',
  'person-4': '1',
  'person-5': '1',
};

// The sixteen colours of the person's own theme; `paper` is fixed, because a QR must be black on white.
const COLOUR_SGR: Readonly<Record<Tone, string>> = {
  ...PLAIN_SGR,
  code: '36',
  accent: '1;36',
  good: '32',
  warn: '1;33',
  alarm: '1;7;31',
  bar: '7',
  paper: '38;5;16;48;5;231',
  'person-0': '1;36',
  'person-1': '1;35',
  'person-2': '1;34',
  'person-3': '1;32',
  'person-4': '1;33',
  'person-5': '1;31',
};

const PERSON_TONES = [
  'person-0',
  'person-1',
  'person-2',
  'person-3',
  'person-4',
  'person-5',
] as const;

/** Text of one colour. */
export function span(text: SafeText, tone: Tone = 'text'): Span {
  return { text, tone };
}

/** The same colour for the same key everywhere; a hint for the eye, never what tells people apart. */
export function personTone(fingerprint: string): Tone {
  return (
    PERSON_TONES[Number.parseInt(fingerprint.slice(0, 2), 16) % PERSON_TONES.length] ?? 'strong'
  );
}

/** In cells. */
export function rowWidth(row: Row): number {
  return row.reduce((cells, { text }) => cells + cellWidth(text), 0);
}

/** `count` blanks. */
export function blanks(count: number): SafeText {
  return safeText(' '.repeat(Math.max(0, count)));
}

/** The row as bytes for one line of the screen: clipped to `cells`, filled where asked. */
export function paintRow(row: Row, { cells, colour, fill }: Paint): string {
  const sgr = colour ? COLOUR_SGR : PLAIN_SGR;
  let left = cells;
  let painted = '';
  for (const { text, tone } of row) {
    if (left <= 0) break;
    const shown = truncate(text, left);
    left -= cellWidth(shown);
    painted += withSgr(closedText(shown), sgr[tone]);
  }
  if (fill !== undefined && left > 0) painted += withSgr(blanks(left), sgr[fill]);
  return painted;
}

function withSgr(text: SafeText, codes: string): string {
  return codes === '' || text === '' ? text : `\x1b[${codes}m${text}\x1b[0m`;
}
