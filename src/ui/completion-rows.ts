// The list that Tab opens, as rows over the last ones of the conversation. Pure.
import { type BoundKeys, keyHints } from './bound-keys.ts';
import type { Completion } from './completion.ts';
import { listRows, type OverlayArea } from './list-rows.ts';
import { type SafeText, safeText, safeTemplate as t } from './safe-text.ts';
import { blanks, type Row, span } from './spans.ts';
import { cellWidth, truncate } from './width.ts';

const MAX_ROWS = 6;
const MAX_LABEL_CELLS = 34;

/** Below a line that parts it from what was said; a third of a small screen at most. */
export function completionRows(completion: Completion, area: OverlayArea): readonly Row[] {
  const most = Math.min(MAX_ROWS, Math.max(2, Math.floor(area.rows / 3)));
  const { candidates, selected } = completion;
  const widest = Math.max(...candidates.map(({ label }) => cellWidth(label)));
  const labels = Math.min(widest, MAX_LABEL_CELLS, Math.floor(area.cells / 2));
  const items = candidates.map(({ label, about }): Row[] => {
    const shown = truncate(label, labels);
    const gap = blanks(labels - cellWidth(shown) + 2);
    return [[span(shown), span(t`${gap}${truncate(about, area.cells - labels - 6)}`, 'dim')]];
  });
  const edge: Row = [span(safeText('─'.repeat(area.cells - 1)), 'dim')];
  return [
    edge,
    ...listRows(items, selected, { cells: area.cells, rows: Math.min(most, items.length) }),
  ];
}

/** What keys do while it is open. */
export function completionHint({ candidates }: Completion, keys: BoundKeys): SafeText {
  const key = keyHints(keys, 'beside-input');
  const [tab, down, takes, closes] = [
    key('complete'),
    key('list-down'),
    key('choose'),
    key('close'),
  ];
  return t` ${candidates.length} fit · ${tab} ${down} next · ${takes} takes · ${closes} closes`;
}
