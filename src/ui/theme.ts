// The themes that are built in, and what a theme makes of each tone on a terminal of some depth. Knows no terminal, no file.
import { type Colour, type ColourDepth, colourSgr, rgbOf } from './colours.ts';
import { type Palette, PLAIN_PALETTE, type Tone } from './spans.ts';

/** The colours of a tone. Bold, italic and underlined stay as they are without colours. */
export interface Look {
  readonly text: Colour | null;
  /** Behind it; null: as the tone is, the terminal's own or turned round. */
  readonly ground: Colour | null;
}

/** What a theme may colour: all but the paper of a QR code, which must be black on white. */
export const THEMED_TONES = [
  ...(['text', 'dim', 'strong', 'italic', 'code', 'block', 'link', 'accent'] as const),
  ...(['good', 'warn', 'alarm', 'selected', 'bar'] as const),
  ...(['person-0', 'person-1', 'person-2', 'person-3', 'person-4', 'person-5'] as const),
] as const satisfies readonly Tone[];
export type ThemedTone = (typeof THEMED_TONES)[number];

export type Looks = Partial<Readonly<Record<ThemedTone, Look>>>;

export interface Theme {
  /** Where there are no colours, and for tones that have none. */
  readonly plain: Palette;
  readonly looks: Looks;
}

export const BUILT_IN_NAMES = ['dark', 'light', 'high-contrast'] as const;
export type BuiltInName = (typeof BUILT_IN_NAMES)[number];

/** The second of each pair is which of the sixteen stands for it; null: none does, so that it is faint instead. */
const DARK = colours({
  dim: ['9aa0a6', null],
  code: ['8fd3e8', 14],
  block: ['8fd3e8', 14],
  accent: ['62c9f0', 14],
  good: ['7ed491', 10],
  warn: ['f2c55c', 11],
  alarm: ['ff8a80', 9],
  'person-0': ['6fc3ff', 14],
  'person-1': ['f29fd8', 13],
  'person-2': ['b9a6ff', 12],
  'person-3': ['7fd88f', 10],
  'person-4': ['f0c560', 11],
  'person-5': ['ff9a8d', 9],
});

/** Of the sixteen only those that can be read on white: yellow and cyan can't. */
const LIGHT = colours({
  dim: ['5c5f63', null],
  code: ['00596b', 4],
  block: ['00596b', 4],
  accent: ['005a87', 4],
  good: ['1b632b', 2],
  warn: ['7a4f00', 5],
  alarm: ['b3201a', 1],
  'person-0': ['005a87', 4],
  'person-1': ['8a2a76', 5],
  'person-2': ['4f3fb0', 4],
  'person-3': ['1b632b', 2],
  'person-4': ['7a4f00', 5],
  'person-5': ['a8281f', 1],
});

/**
 * `high-contrast` takes no colour at all, because none of the sixteen stands out from every ground: the terminal's own
 * text, bold, underlined, turned round, and nothing faint.
 */
export const BUILT_IN_THEMES: Readonly<Record<BuiltInName, Theme>> = {
  dark: { plain: PLAIN_PALETTE, looks: DARK },
  light: { plain: PLAIN_PALETTE, looks: LIGHT },
  'high-contrast': { plain: { ...PLAIN_PALETTE, dim: '' }, looks: {} },
};

const FAINT = '2';
const INVERSE = '7';

/** How each tone looks with that theme at that depth. */
export function paletteOf({ plain, looks }: Theme, depth: ColourDepth): Palette {
  const palette = { ...plain, paper: paperSgr(depth) };
  for (const tone of THEMED_TONES) {
    const look = looks[tone];
    if (look !== undefined) palette[tone] = toneSgr(plain[tone], look, depth);
  }
  return palette;
}

function toneSgr(plain: string, { text, ground }: Look, depth: ColourDepth): string {
  const codes = [text, ground].map((colour, index) =>
    colour === null ? '' : colourSgr(colour, depth, index === 0 ? 'text' : 'ground'),
  );
  const coloured = codes.filter((code) => code !== '');
  if (coloured.length === 0) return plain;
  // A colour of its own takes the place of faint, and a ground of its own that of turned round.
  const kept = plain
    .split(';')
    .filter((code) => code !== FAINT && (code !== INVERSE || ground === null));
  return [...kept, ...coloured].filter((code) => code !== '').join(';');
}

/** Black on white, whatever the sixteen are; with sixteen only, the nearest there is. */
function paperSgr(depth: ColourDepth): string {
  if (depth === 'none') return PLAIN_PALETTE.paper;
  return depth === '16' ? '30;47' : '38;5;16;48;5;231';
}

function colours(of: Partial<Record<ThemedTone, readonly [string, number | null]>>): Looks {
  const looks: Partial<Record<ThemedTone, Look>> = {};
  for (const tone of THEMED_TONES) {
    const [hex, at16] = of[tone] ?? [];
    const rgb = hex === undefined ? null : rgbOf(hex);
    if (rgb !== null)
      looks[tone] = { text: { kind: 'rgb', rgb, at16: at16 ?? null }, ground: null };
  }
  return looks;
}
