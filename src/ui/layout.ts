// How the screen is divided at each size. Cells and rows only; knows no content.
import type { ScreenSize } from './frame-sink.ts';

export interface Layout {
  readonly kind: 'screen';
  readonly columns: number;
  readonly rows: number;
  /** Cells of the sidebar with its border; 0: none, the switcher stands in for it. */
  readonly sidebar: number;
  /** Cells right of it. */
  readonly main: number;
  /** Cells of it that what lies over the messages takes: no bar runs away from the words beside it. */
  readonly overlay: number;
  /** Cells that a line of text may take: longer ones are hard to read. */
  readonly measure: number;
  /** Rows between header and status line while the composer takes `composerRows`. */
  readonly bodyRows: (composerRows: number) => number;
  readonly maxComposerRows: number;
}

export const LEAST_COLUMNS = 30;
export const LEAST_ROWS = 8;
const WIDEST_MEASURE = 110;

/** Too small for a conversation: one line says so. */
export interface TooSmall {
  readonly kind: 'too-small';
  readonly columns: number;
  readonly rows: number;
}

/** What stands where on a terminal of this size, or that it is too small. */
export function layoutFor({ columns, rows }: ScreenSize): Layout | TooSmall {
  if (columns < LEAST_COLUMNS || rows < LEAST_ROWS) return { kind: 'too-small', columns, rows };
  const sidebar = sidebarCells(columns);
  const main = columns - sidebar;
  return {
    kind: 'screen',
    columns,
    rows,
    sidebar,
    main,
    overlay: Math.min(main, WIDEST_MEASURE + 1),
    measure: Math.min(main - 1, WIDEST_MEASURE),
    // Header and status line take one row each.
    bodyRows: (composerRows) => rows - 2 - composerRows,
    maxComposerRows: Math.min(5, Math.floor((rows - 2) / 3)),
  };
}

function sidebarCells(columns: number): number {
  if (columns >= 160) return 28;
  if (columns >= 120) return 24;
  return columns >= 70 ? 18 : 0;
}
