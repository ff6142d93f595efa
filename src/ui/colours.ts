// Colours as a terminal takes them: how many it has, and a colour as SGR bytes at that depth. Knows no theme.

/** None, the sixteen that a person's terminal defines, 256, or any. */
export type ColourDepth = 'none' | '16' | '256' | 'true';

export type Colour =
  /** The terminal's own text or ground. */
  | { readonly kind: 'default' }
  /** 0–255; the first sixteen are as the person's terminal defines them. */
  | { readonly kind: 'index'; readonly index: number }
  /** `at16`: which of the sixteen stands for it; null: none of them does. */
  | { readonly kind: 'rgb'; readonly rgb: Rgb; readonly at16: number | null };

/** Red, green, blue, each 0–255. */
export type Rgb = readonly [number, number, number];

type Environment = Readonly<Record<string, string | undefined>>;

/** What the environment says of the terminal. NO_COLOR with any value wins over all (no-color.org). */
export function colourDepth(env: Environment): ColourDepth {
  const { NO_COLOR = '', COLORTERM = '', TERM = '', STY = '', WT_SESSION = '' } = env;
  if (NO_COLOR !== '' || /^(?:dumb|vt\d+)|-m(?:ono)?$/.test(TERM)) return 'none';
  const is256 = TERM.includes('256color');
  // GNU screen hands on what its own terminal said of itself, and takes no true colour.
  if (STY !== '') return is256 ? '256' : '16';
  if (/^(?:truecolor|24bit)$/i.test(COLORTERM) || TERM.endsWith('-direct') || WT_SESSION !== '') {
    return 'true';
  }
  return is256 ? '256' : '16';
}

/** SGR parameters for text of that colour, or for what is behind it; empty where the depth has none for it. */
export function colourSgr(colour: Colour, depth: ColourDepth, part: 'text' | 'ground'): string {
  if (depth === 'none') return '';
  const base = part === 'text' ? 30 : 40;
  switch (colour.kind) {
    case 'default':
      return String(base + 9);
    case 'index':
      return indexSgr(depth === '16' ? amongSixteen(colour.index) : colour.index, base);
    case 'rgb':
      if (depth === 'true') return `${base + 8};2;${colour.rgb.join(';')}`;
      if (depth === '256') return indexSgr(nearestOf256(colour.rgb), base);
      return colour.at16 === null ? '' : indexSgr(colour.at16, base);
    default:
      return colour satisfies never;
  }
}

function indexSgr(index: number, base: number): string {
  if (index < 8) return String(base + index);
  return index < 16 ? String(base + 60 + index - 8) : `${base + 8};5;${index}`;
}

/** `#rrggbb` or `rrggbb`, or null. */
export function rgbOf(hex: string): Rgb | null {
  const [, red, green, blue] = /^#?([\da-f]{2})([\da-f]{2})([\da-f]{2})$/i.exec(hex) ?? [];
  if (red === undefined || green === undefined || blue === undefined) return null;
  return [Number.parseInt(red, 16), Number.parseInt(green, 16), Number.parseInt(blue, 16)];
}

/** What xterm shows for the sixteen; terminals and people differ, so it serves for finding the nearest only. */
const SIXTEEN: readonly Rgb[] = [
  [0, 0, 0],
  [205, 0, 0],
  [0, 205, 0],
  [205, 205, 0],
  [0, 0, 238],
  [205, 0, 205],
  [0, 205, 205],
  [229, 229, 229],
  [127, 127, 127],
  [255, 0, 0],
  [0, 255, 0],
  [255, 255, 0],
  [92, 92, 255],
  [255, 0, 255],
  [0, 255, 255],
  [255, 255, 255],
];

const CUBE_STEPS = [0, 95, 135, 175, 215, 255] as const;
const CUBE_START = 16;
const GREY_START = 232;

function amongSixteen(index: number): number {
  return index < 16 ? index : nearestOf16(rgbOfIndex(index));
}

/** The one of the sixteen that comes nearest, as xterm shows them. */
export function nearestOf16(rgb: Rgb): number {
  const distances = SIXTEEN.map((each) => distance(each, rgb));
  return distances.indexOf(Math.min(...distances));
}

/** Never one of the sixteen: those are whatever the terminal says. */
function nearestOf256(rgb: Rgb): number {
  const [red, green, blue] = rgb.map(nearestStep);
  const cube = CUBE_START + 36 * (red ?? 0) + 6 * (green ?? 0) + (blue ?? 0);
  const mean = (rgb[0] + rgb[1] + rgb[2]) / 3;
  const grey = GREY_START + Math.max(0, Math.min(23, Math.round((mean - 8) / 10)));
  return distance(rgbOfIndex(grey), rgb) < distance(rgbOfIndex(cube), rgb) ? grey : cube;
}

function nearestStep(value: number): number {
  const distances = CUBE_STEPS.map((step) => Math.abs(step - value));
  return distances.indexOf(Math.min(...distances));
}

/** Of the cube and the greys; xterm, 16–255. */
function rgbOfIndex(index: number): Rgb {
  if (index >= GREY_START) {
    const grey = 8 + 10 * (index - GREY_START);
    return [grey, grey, grey];
  }
  const cell = index - CUBE_START;
  const step = (place: number) => CUBE_STEPS[Math.floor(cell / place) % 6] ?? 0;
  return [step(36), step(6), step(1)];
}

function distance(a: Rgb, b: Rgb): number {
  return (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2;
}

/** 0 (black) to 1 (white), as WCAG 2 has it. */
export function luminance(rgb: Rgb): number {
  const [red = 0, green = 0, blue = 0] = rgb.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
