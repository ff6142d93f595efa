// The colours of a picture: a class each for those that a theme chooses, in light and in dark.
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
  /** The first eight; the bright ones are the same, because lanchat uses none. */
  readonly ansi: readonly string[];
}

// Every one of them can be read on the paper: at least 4.5 to 1 (tested).
export const THEMES: Readonly<Record<'light' | 'dark', Theme>> = {
  light: {
    ...{ paper: '#ffffff', ink: '#1f2328', edge: '#d0d7de' },
    ansi: [
      ...['#24292f', '#cf222e', '#116329', '#7d4e00'],
      ...['#0550ae', '#8250df', '#0f6674', '#57606a'],
    ],
  },
  dark: {
    ...{ paper: '#0d1117', ink: '#e6edf3', edge: '#30363d' },
    ansi: [
      ...['#8b949e', '#ff7b72', '#56d364', '#e3b341'],
      ...['#79c0ff', '#d2a8ff', '#56d4dd', '#c9d1d9'],
    ],
  },
};

const INK: Fill = { kind: 'class', value: 'i' };
const PAPER: Fill = { kind: 'class', value: 'p' };

/** What text and what stands behind it are painted with; no background: the paper itself. */
export function fillsOf(style: Style): { readonly text: Fill; readonly behind: Fill | null } {
  const text = style.foreground === 'default' ? INK : fillOf(style.foreground);
  const behind = style.background === 'default' ? null : fillOf(style.background);
  return style.inverse ? { text: behind ?? PAPER, behind: text } : { text, behind };
}

function fillOf(colour: Exclude<Colour, 'default'>): Fill {
  if (typeof colour === 'string') return { kind: 'fill', value: `#${colour}` };
  if (colour < 16) return { kind: 'class', value: `c${colour % 8}` };
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

function rules({ paper, ink, edge, ansi }: Theme): string {
  const classes = ansi.map((colour, index) => `.c${index}{fill:${colour}}`).join('');
  return `.p{fill:${paper}}.i{fill:${ink}}.e{fill:none;stroke:${edge}}${classes}`;
}
