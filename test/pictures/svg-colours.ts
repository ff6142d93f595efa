// The colours of a picture: a class each for those of lanchat's dark theme, which are those of its light one where people
// have light pages.
import { BUILT_IN_THEMES, THEMED_TONES, type ThemedTone } from '../../src/ui/theme.ts';
import type { Colour, Style } from './grid.ts';

/** As a `class` or, where no theme has a say, as a `fill`. */
export interface Fill {
  readonly kind: 'class' | 'fill';
  readonly value: string;
}

interface Theme {
  readonly paper: string;
  readonly ink: string;
  readonly edge: string;
  /** As lanchat's theme of that name has them, in its order. */
  readonly tones: readonly string[];
}

const TONES = THEMED_TONES.filter((tone) => toneColour('dark', tone) !== null);

// Every one of them can be read on the paper: at least 4.5 to 1 (tested).
export const THEMES: Readonly<Record<'light' | 'dark', Theme>> = {
  light: {
    ...{ paper: '#ffffff', ink: '#1f2328', edge: '#d0d7de' },
    tones: TONES.map((tone) => toneColour('light', tone) ?? '#1f2328'),
  },
  dark: {
    ...{ paper: '#0d1117', ink: '#e6edf3', edge: '#30363d' },
    tones: TONES.map((tone) => toneColour('dark', tone) ?? '#e6edf3'),
  },
};

function toneColour(theme: 'light' | 'dark', tone: ThemedTone): string | null {
  const colour = BUILT_IN_THEMES[theme].looks[tone]?.text;
  return colour?.kind === 'rgb' ? hex(colour.rgb) : null;
}

const INK: Fill = { kind: 'class', value: 'i' };
const PAPER: Fill = { kind: 'class', value: 'p' };

/** What text and what stands behind it are painted with; no background: the paper itself. */
export function fillsOf(style: Style): { readonly text: Fill; readonly behind: Fill | null } {
  const text = style.foreground === 'default' ? INK : fillOf(style.foreground);
  const behind = style.background === 'default' ? null : fillOf(style.background);
  return style.inverse ? { text: behind ?? PAPER, behind: text } : { text, behind };
}

function fillOf(colour: Exclude<Colour, 'default'>): Fill {
  if (typeof colour === 'string') {
    const tone = THEMES.dark.tones.indexOf(`#${colour}`);
    return tone < 0 ? { kind: 'fill', value: `#${colour}` } : { kind: 'class', value: `c${tone}` };
  }
  if (colour < 16)
    throw new Error(`colour ${colour} is as each terminal has it: no picture can show it`);
  return { kind: 'fill', value: fixedColour(colour) };
}

/** xterm's cube of 216 colours and its 24 greys: the same in every theme. */
function fixedColour(index: number): string {
  if (index >= 232) return hex(Array.from({ length: 3 }, () => 8 + (index - 232) * 10));
  const at = index - 16;
  const steps = [Math.floor(at / 36), Math.floor(at / 6) % 6, at % 6];
  return hex(steps.map((step) => (step === 0 ? 0 : 55 + step * 40)));
}

function hex(parts: readonly number[]): string {
  return `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}

/** One file for both: it follows whoever looks at it. */
export const STYLE_SHEET = [
  'text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}',
  '.b{font-weight:700}.d{opacity:.7}.t{font-style:italic}.u{text-decoration:underline}',
  rules(THEMES.light),
  `@media(prefers-color-scheme:dark){${rules(THEMES.dark)}}`,
].join('');

function rules({ paper, ink, edge, tones }: Theme): string {
  const classes = tones.map((colour, index) => `.c${index}{fill:${colour}}`).join('');
  return `.p{fill:${paper}}.i{fill:${ink}}.e{fill:none;stroke:${edge}}${classes}`;
}
