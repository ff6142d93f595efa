/** The rows of a screen as they go to the terminal. */
import { frameOf } from '../../src/ui/frame.ts';
import { paintRow, type Row } from '../../src/ui/spans.ts';
import { BUILT_IN_THEMES, paletteOf } from '../../src/ui/theme.ts';
import { stillMoment } from './ink-screen.tsx';
import type { TestScreen } from './screen-store.ts';

const DARK = paletteOf(BUILT_IN_THEMES.dark, 'true');

/** The rows of a frame as they go to the terminal, each to the cell. */
export function painted({ store }: Pick<TestScreen, 'store'>): string[] {
  const frame = frameOf(store.state, stillMoment);
  if (frame === null) throw new Error('too small');
  const { layout, header, sidebar, main, status, composer } = frame;
  const paint = (row: Row, cells: number) => paintRow(row, { cells, palette: DARK, fill: 'text' });
  const left = layout.sidebar === 0 ? 0 : layout.sidebar - 1;
  return [
    paint(header, layout.columns),
    ...main.map((row, at) => {
      const beside = left === 0 ? '' : `${paint(sidebar[at] ?? [], left)}|`;
      return beside + paint(row, layout.main);
    }),
    paint(status, layout.columns),
    ...composer.map((row) => paint(row, layout.columns)),
  ];
}
