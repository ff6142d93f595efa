// A search's hits, and the question before a conversation is deleted, as rows. Pure.
import { type KeyHints, keyHints } from './bound-keys.ts';
import {
  below,
  inputRow,
  listedRow,
  type OverlayArea,
  type OverlayView,
  paragraph,
  title,
} from './list-rows.ts';
import { keyOfMessage } from './message-line.ts';
import type { Hit, Overlay, SearchOverlay } from './overlay.ts';
import { type SafeText, safeText, sliceSafe, safeTemplate as t } from './safe-text.ts';
import type { ScreenState } from './screen-state.ts';
import { type Row, span } from './spans.ts';
import { conversationName } from './switcher.ts';
import { cellWidth } from './width.ts';
import { calendarDay, clockTime, messageCount } from './words.ts';

/** Where and when it was said, and the words. */
const ROWS_A_HIT = 2;
/** Left of every listed row. */
const LIST_MARGIN_CELLS = 3;

/** At most as many rows as `area` has, the selected hit among them. */
export function searchRows(
  state: ScreenState,
  overlay: SearchOverlay,
  area: OverlayArea,
): readonly Row[] {
  const head: Row[] = [
    [span(t` ${headingOf(overlay)}`, 'strong')],
    ...keyRows(overlay, area.cells, keyHints(state.keys)),
    [],
  ];
  if (overlay.outcome.kind !== 'found') return head;
  return [...head, ...hitRows(state, overlay, below(head, area))];
}

function headingOf({ query, outcome }: SearchOverlay): SafeText {
  const words = t`"${safeText(query, { maxLength: 60 })}"`;
  switch (outcome.kind) {
    case 'running':
      return t`Searching for ${words} …`;
    case 'failed':
      return t`Searching for ${words} failed`;
    case 'found': {
      const { length } = outcome.hits;
      if (length === 0) return t`Nothing holds ${words}`;
      if (outcome.more) return t`The newest ${length} that hold ${words}, and there are more`;
      return t`${messageCount(length)} ${length === 1 ? t`holds` : t`hold`} ${words}`;
    }
    default:
      return outcome satisfies never;
  }
}

/** What went wrong, what a second press does, or which keys there are. */
function keyRows(
  { outcome, armed, problem, scope }: SearchOverlay,
  cells: number,
  key: KeyHints,
): Row[] {
  const why = outcome.kind === 'failed' ? outcome.why : problem;
  if (why !== null) return paragraph(why, cells);
  const [deletes, view, close] = [key('delete-found'), key('other-view'), key('close')];
  if (armed) return [[span(t` ${deletes} again deletes it; others keep theirs`, 'warn')]];
  const other = scope === null ? t`${view}: here only` : t`${view}: everywhere`;
  const isEmpty = outcome.kind !== 'found' || outcome.hits.length === 0;
  const keys = isEmpty
    ? t`${other}, ${close}`
    : t`${key('choose')}, ${deletes} deletes, ${other}, ${close}`;
  return [[span(t` ${keys}`, 'dim')]];
}

/** Only those that fit are laid out: there may be hundreds, of long texts. */
function hitRows(
  state: ScreenState,
  { query, outcome, selected }: SearchOverlay,
  area: OverlayArea,
): Row[] {
  if (outcome.kind !== 'found') return [];
  const shown = Math.max(1, Math.floor(area.rows / ROWS_A_HIT));
  const start = Math.max(0, Math.min(selected, outcome.hits.length - 1) - shown + 1);
  return outcome.hits.slice(start, start + shown).flatMap((hit, index) => {
    const isSelected = start + index === selected;
    return [originRow(state, hit), excerptRow(hit.text, query, area.cells)].map((row, line) =>
      listedRow(row, { selected: isSelected, first: line === 0 }, area),
    );
  });
}

/** A nickname has no blanks and no brackets, so nobody passes for somebody else. */
function originRow(state: ScreenState, { message }: Hit): Row {
  const { time, room, from, state: own } = message;
  const timeMs = Date.parse(time);
  const when = t`${calendarDay(timeMs)} ${clockTime(timeMs)}  `;
  const where = conversationName(state, keyOfMessage(message));
  if (own !== null) return [span(when, 'dim'), span(where, 'strong'), span(t`  (you)`, 'dim')];
  if (room === null) return [span(when, 'dim'), span(where, 'strong')];
  return [
    span(when, 'dim'),
    span(where, 'strong'),
    span(t`  ${state.people.label(from.fingerprint)}`),
  ];
}

/** The text from a little before the first of the words that stands in it as it was typed. */
function excerptRow(text: SafeText, query: string, cells: number): Row {
  const [start, end] = placeOf(text, query);
  const room = cells - LIST_MARGIN_CELLS;
  // Two thirds of the row are for what follows.
  const lead = cellWidth(text.slice(0, 4 * room)) <= room ? 0 : start - Math.floor(room / 3);
  const word = text.indexOf(' ', lead) + 1;
  const from = lead <= 0 ? 0 : word === 0 || word > start ? lead : word;
  const cut = from === 0 ? t`` : t`… `;
  return [
    span(t`${cut}${sliceSafe(text, from, start)}`),
    span(sliceSafe(text, start, end), 'strong'),
    // More than fits at any width.
    span(sliceSafe(text, end, end + 4 * cells)),
  ];
}

/** Accents and compatible forms are found, too, but not marked: their place is not worth the cost. */
function placeOf(text: string, query: string): readonly [number, number] {
  const haystack = text.toLowerCase();
  for (const word of query.toLowerCase().split(/\s+/u)) {
    const at = word === '' ? -1 : haystack.indexOf(word);
    if (at !== -1) return [at, at + word.length];
  }
  return [0, 0];
}

/** The question before a whole conversation is deleted. */
export function forgetView(
  state: ScreenState,
  overlay: Extract<Overlay, { kind: 'forget' }>,
  area: OverlayArea,
): OverlayView {
  const name = conversationName(state, overlay.key);
  const what = t`All that is kept here of ${name} will be gone for good. Others keep theirs.`;
  const no = keyHints(state.keys, 'beside-input')('close');
  const head = [
    ...title(t`Delete ${name} here?`, t`${no}: no`, area.cells),
    ...paragraph(what, area.cells),
    [],
  ];
  const input = inputRow(overlay.input, t` Type yes: `, area.cells);
  return {
    rows: [...head, input.row],
    cursor: { row: head.length, column: input.column },
  };
}
