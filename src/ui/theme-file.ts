// The file in which a person says what has which colour: read, with what is wrong in it. Knows no disk, no terminal.
import { type Colour, nearestOf16, rgbOf } from './colours.ts';
import { nearest } from './nearest.ts';
import { type SafeText, safeText, safeTemplate as t } from './safe-text.ts';
import {
  BUILT_IN_NAMES,
  type BuiltInName,
  type Look,
  THEMED_TONES,
  type ThemedTone,
} from './theme.ts';

/** What a file of colours may have: hundreds of times what it needs. */
export const MAX_THEME_FILE_BYTES = 65_536;

export interface ThemeProblem {
  readonly line: number;
  /** What is wrong and what to do, without a full stop. */
  readonly text: SafeText;
}

export interface ReadTheme {
  /** What it changes; null: dark or light, as the terminal is. */
  readonly base: BuiltInName | null;
  readonly looks: Partial<Readonly<Record<ThemedTone, Look>>>;
  /** In the order of their lines. */
  readonly problems: readonly ThemeProblem[];
}

export interface ThemeFile extends ReadTheme {
  /** Where it is looked for; null: nowhere, as nothing is read from the disk. */
  readonly path: SafeText | null;
  readonly isThere: boolean;
}

const COLOUR_NAMES = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];
const BRIGHT = /^bright[- ]/;
const BASE = 'base';
const TAKES = t`colours are names, #rrggbb or 0 to 255`;

/**
 * Lines `name = colour` or `name = colour on colour`, and `base = dark` for what the rest is like; `#` and a blank begin
 * a comment. A line with anything wrong in it is left out, and so is what an earlier line has said. Never throws.
 */
export function readThemeFile(text: string): ReadTheme {
  const problems: ThemeProblem[] = [];
  const looks: Partial<Record<ThemedTone, Look>> = {};
  const lineOf = new Map<string, number>();
  let base: BuiltInName | null = null;
  text.split(/\r\n|[\n\r]/u).forEach((row, index) => {
    const line = index + 1;
    const content = row.replace(/^\s*#.*$|\s#(?:\s.*)?$/u, '').trim();
    if (content === '') return;
    const read = readLine(content);
    const earlier = 'name' in read ? lineOf.get(read.name) : undefined;
    if ('why' in read) problems.push({ line, text: read.why });
    else if (earlier !== undefined) {
      const why = t`line ${earlier} says it of ${safeText(read.name)} already; take one out`;
      problems.push({ line, text: why });
    } else {
      lineOf.set(read.name, line);
      if (read.name === BASE) base = read.base;
      else looks[read.name] = read.look;
    }
  });
  return { base, looks, problems };
}

type ReadLine =
  | { readonly name: typeof BASE; readonly base: BuiltInName }
  | { readonly name: ThemedTone; readonly look: Look }
  | { readonly why: SafeText };

function readLine(content: string): ReadLine {
  const [, typed = '', typedValue = ''] = /^([^=]*)=(.*)$/u.exec(content) ?? [];
  const name = typed.trim().toLowerCase();
  const value = typedValue.trim().toLowerCase();
  if (name === '') return { why: t`this is no "name = colour"` };
  if (name === BASE) return readBase(value);
  const tone = THEMED_TONES.find((each) => each === name);
  if (tone === undefined) return { why: unknownName(name) };
  const [text = '', ground, ...rest] = value.split(/\son\s/u).map((part) => part.trim());
  if (rest.length > 0) return { why: t`two colours are enough: "white on blue"` };
  const textColour = colourOf(text);
  if (textColour === null) return { why: noColour(text) };
  if (ground === undefined) return { name: tone, look: { text: textColour, ground: null } };
  const groundColour = colourOf(ground);
  if (groundColour === null) return { why: noColour(ground) };
  return { name: tone, look: { text: textColour, ground: groundColour } };
}

function readBase(value: string): ReadLine {
  const base = BUILT_IN_NAMES.find((each) => each === value);
  if (base !== undefined) return { name: BASE, base };
  return { why: t`base takes one of ${safeText(BUILT_IN_NAMES.join(', '))}` };
}

function unknownName(name: string): SafeText {
  const quoted = safeText(name, { maxLength: 40 });
  const meant = nearest(name, [...THEMED_TONES, BASE]);
  if (meant !== null) return t`nothing is called "${quoted}"; did you mean ${safeText(meant)}?`;
  const names = safeText([BASE, ...THEMED_TONES].join(', '));
  return t`nothing is called "${quoted}"; there are ${names}`;
}

function noColour(text: string): SafeText {
  if (text === '') return t`a colour is missing; ${TAKES}`;
  return t`"${safeText(text, { maxLength: 40 })}" is no colour; ${TAKES}`;
}

function colourOf(text: string): Colour | null {
  if (text === 'default') return { kind: 'default' };
  if (text === 'grey' || text === 'gray') return { kind: 'index', index: 8 };
  const named = COLOUR_NAMES.indexOf(text.replace(BRIGHT, ''));
  if (named !== -1) return { kind: 'index', index: named + (BRIGHT.test(text) ? 8 : 0) };
  const rgb = text.startsWith('#') ? rgbOf(text) : null;
  if (rgb !== null) return { kind: 'rgb', rgb, at16: nearestOf16(rgb) };
  const index = /^\d{1,3}$/.test(text) ? Number(text) : Number.NaN;
  return index <= 255 ? { kind: 'index', index } : null;
}
