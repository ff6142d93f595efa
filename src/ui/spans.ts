// Rows as styled pieces of safe text, and the only place that turns a style into SGR bytes.
import { closedText, closedWithin } from './bidi.ts';
import { linkTo } from './frame-row.ts';
import { type SafeText, safeText, sliceSafe } from './safe-text.ts';
import { cellWidth, truncate } from './width.ts';

/** What a piece of text means; its look is a theme's (theme.ts), and never by colour alone. */
export type Tone =
  | 'text'
  | 'dim'
  | 'strong'
  | 'italic'
  | 'code'
  /** A line of code between fences: broken where it is full, never at its blanks. */
  | 'block'
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
  /** A part of a picture: every character is a cell, and these SGR parameters stand in place of the tone's. */
  readonly sgr?: string;
  /** What a terminal that draws links goes to: what the text says itself, and nothing else. */
  readonly target?: string;
}

/** One terminal row, left to right. */
export type Row = readonly Span[];

/** SGR parameters of each tone; empty: as the terminal is. */
export type Palette = Readonly<Record<Tone, string>>;

export interface Paint {
  /** Exactly this many cells are used where `fill` is set, at most this many otherwise. */
  readonly cells: number;
  readonly palette: Palette;
  readonly fill?: Tone;
  /** Whether the terminal draws links. */
  readonly links?: boolean;
}

/** Bold, dim and inverse stay where there is no colour (NO_COLOR forbids colour only). */
export const PLAIN_PALETTE: Palette = {
  text: '',
  dim: '2',
  strong: '1',
  italic: '3',
  code: '',
  block: '',
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
export function paintRow(row: Row, paint: Paint): string {
  if (!row.some(({ sgr }) => sgr !== undefined)) return paintSpans(row, paint);
  const known = paintedPictures.get(row);
  if (known?.cells === paint.cells) return known.painted;
  const painted = paintSpans(row, paint);
  paintedPictures.set(row, { cells: paint.cells, painted });
  return painted;
}

/** A picture's rows stay the same objects, have a colour for every cell, and are in every frame while it is looked at. */
const paintedPictures = new WeakMap<Row, { readonly cells: number; readonly painted: string }>();

function paintSpans(row: Row, { cells, palette, fill, links = false }: Paint): string {
  let left = cells;
  let painted = '';
  for (const [index, { text, tone, target, sgr }] of row.entries()) {
    if (left <= 0) break;
    if (sgr !== undefined) {
      const part = sliceSafe(text, 0, left);
      left -= part.length;
      painted += withSgr(part, sgr);
      continue;
    }
    const shown = truncate(text, left);
    left -= cellWidth(shown);
    // What is filled up has another column behind it.
    const isLast = index === row.length - 1 && fill === undefined;
    const styled = withSgr(isLast ? closedWithin(shown) : closedText(shown), palette[tone]);
    painted += links && target !== undefined ? linkTo(target, styled) : styled;
  }
  if (fill !== undefined && left > 0) painted += withSgr(blanks(left), palette[fill]);
  return painted;
}

function withSgr(text: SafeText, codes: string): string {
  return codes === '' || text === '' ? text : `\x1b[${codes}m${text}\x1b[0m`;
}
