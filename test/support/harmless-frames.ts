// What must hold of every row of the screen, whatever text has come: it drives nothing, and keeps to its cells.
import { expect } from 'vitest';
import { END_OF_RIGHT_TO_LEFT } from '../../src/ui/bidi.ts';
import { filterRow } from '../../src/ui/frame-row.ts';
import { cellWidth } from '../../src/ui/width.ts';
import { drivingPart, STACKED_MARKS } from './hostile-text.ts';

export interface SeenFrame {
  readonly rows: readonly string[];
  readonly columns: number;
}

export const FRAME_SIZES = [
  { columns: 40, rows: 15 },
  { columns: 80, rows: 24 },
  { columns: 200, rows: 50 },
];

const SGR = /\x1b\[[0-9;]*m/g;

export function expectHarmless(frames: readonly SeenFrame[]): void {
  for (const { rows, columns } of frames) {
    for (const row of rows) {
      const shown = row.replace(SGR, '').replaceAll(END_OF_RIGHT_TO_LEFT, '');
      expect(drivingPart(shown)).toBeNull();
      expect(shown).not.toMatch(STACKED_MARKS);
      expect(shown).not.toContain('\n');
      expect(cellWidth(shown)).toBeLessThanOrEqual(columns);
      // The second wall has nothing to do, but for joiners that a cut left alone.
      expect(filterRow(row).replaceAll('\u200d', '')).toBe(row.replaceAll('\u200d', ''));
    }
  }
}
