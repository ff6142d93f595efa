// A QR code as rows of half blocks, black on white with its quiet zone, whatever the theme's colours are.
import { encode } from 'uqr';
import { safeText } from './safe-text.ts';
import { type Row, span } from './spans.ts';

/** Modules of light around the code: less than the standard's four, so that it fits beside the digits. */
const QUIET_ZONE = 2;

/** Two rows of modules stand in one row of text. */
export function qrRows(payload: string): readonly Row[] {
  const { data, size } = encode(payload, { border: QUIET_ZONE, ecc: 'L' });
  const isDark = (x: number, y: number) => data[y]?.[x] === true;
  const rows: Row[] = [];
  for (let y = 0; y < size; y += 2) {
    let text = '';
    for (let x = 0; x < size; x += 1) {
      const lower = y + 1 < size && isDark(x, y + 1);
      if (isDark(x, y)) text += lower ? '█' : '▀';
      else text += lower ? '▄' : ' ';
    }
    rows.push([span(safeText(text), 'paper')]);
  }
  return rows;
}
