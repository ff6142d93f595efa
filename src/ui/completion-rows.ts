// The list that Tab opens, as rows over the last ones of the conversation. Pure.
import { type BoundKeys, keyHints } from './bound-keys.ts';
import type { Candidate, Completion } from './completion.ts';
import { listRows, type OverlayArea } from './list-rows.ts';
import { type SafeText, safeText, safeTemplate as t } from './safe-text.ts';
import { blanks, type Row, span } from './spans.ts';
import { cellWidth, truncate, wrap } from './width.ts';

const MAX_ROWS = 6;
const MAX_LABEL_CELLS = 34;
/** Below so many, names stand without what else is typed. */
const NARROW_CELLS = 56;

/** Below a line that parts it from what was said; a third of a small screen at most. */
export function completionRows(completion: Completion, area: OverlayArea): readonly Row[] {
  const most = Math.min(MAX_ROWS, Math.max(2, Math.floor(area.rows / 3)));
  const { candidates, selected } = completion;
  const isNarrow = area.cells < NARROW_CELLS;
  const named = candidates.map((each) => ({ ...each, name: isNarrow ? nameOf(each) : each.label }));
  const widest = Math.max(...named.map(({ name }) => cellWidth(name)));
  const names = Math.min(widest, MAX_LABEL_CELLS, Math.floor(area.cells / 2));
  const items = named.map(({ name, label, about }, index): Row[] => {
    const shown = truncate(name, names);
    const room = area.cells - names - 6;
    const isWhole = shown === label && cellWidth(about) <= room;
    if (index === selected && !isWhole) return wholeRows({ label, about }, area.cells, most);
    const gap = blanks(names - cellWidth(shown) + 2);
    return [[span(shown), span(t`${gap}${truncate(about, room)}`, 'dim')]];
  });
  const edge: Row = [span(safeText('─'.repeat(area.cells - 1)), 'dim')];
  const rows = items.reduce((sum, item) => sum + item.length, 0);
  return [edge, ...listRows(items, selected, { cells: area.cells, rows: Math.min(most, rows) })];
}

/** `/search` of `/search [in:ROOM] WORDS`, where there is no room for more beside what it does. */
function nameOf({ text, label }: Candidate): SafeText {
  return text.startsWith('/') ? safeText(text.trim()) : label;
}

/** The selected one is told of in full, whatever that takes of the rows there are. */
function wholeRows(
  { label, about }: Pick<Candidate, 'label' | 'about'>,
  cells: number,
  most: number,
): Row[] {
  const heads = wrap(label, cells - 4).map((row): Row => [span(row)]);
  const means = wrap(about, cells - 6).map((row): Row => [span(t`  ${row}`)]);
  return [...heads, ...means].slice(0, most);
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
