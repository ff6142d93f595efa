// A QR code as terminal lines: two rows of modules in one row of text, without colours.
import { encode } from 'uqr';
import { type SafeText, safeTemplate } from '../ui/safe-text.ts';

/** Modules of light around the code. */
const BORDER = 2;
/** Any mask is valid; trying all eight would take longer than the rest of `lanchat id`. */
const MASK = 3;

/** Upper and lower module of a cell: light, light; light, dark; and so on. */
const CELLS = {
  both: safeTemplate`█`,
  upper: safeTemplate`▀`,
  lower: safeTemplate`▄`,
  none: safeTemplate` `,
} as const;

/**
 * Light modules are drawn and dark ones left empty: right where text is light on dark; on a light
 * terminal it is the inverse, which readers take as well.
 */
export function qrLines(payload: string): SafeText[] {
  const { data, size } = encode(payload, { border: BORDER, ecc: 'L', maskPattern: MASK });
  const isLight = (x: number, y: number) => y < size && data[y]?.[x] !== true;
  const lines: SafeText[] = [];
  for (let y = 0; y < size; y += 2) {
    let line = safeTemplate``;
    for (let x = 0; x < size; x += 1) {
      line = safeTemplate`${line}${cell(isLight(x, y), isLight(x, y + 1))}`;
    }
    lines.push(line);
  }
  return lines;
}

function cell(upper: boolean, lower: boolean): SafeText {
  if (upper) return lower ? CELLS.both : CELLS.upper;
  return lower ? CELLS.lower : CELLS.none;
}
