// Which message keys and commands are about: choosing one of those on the screen, and keeping it there. Pure changes
// of one conversation; knows no keys and no session.
import { type Conversation, type Entry, indexOfMessage, type Selection } from './conversation.ts';
import type { MessageEntry } from './message-body.ts';
import { headingHeight, isSelectable } from './message-rows.ts';
import { type ViewportAnchor, type ViewportSource, visibleSlice } from './viewport.ts';

/** The conversation's lines, and the rows for them while something is selected. */
export interface SelectionArea {
  readonly source: ViewportSource<number>;
  readonly rows: number;
}

/** A message chosen, and the anchor that keeps it in its row from then on. */
export interface Chosen {
  readonly selection: Selection;
  readonly anchor: ViewportAnchor<number>;
}

/** Whether our message can be given other words. */
export function canEdit(entry: Entry | undefined): entry is MessageEntry {
  if (!isSelectable(entry) || !entry.own) return false;
  const kind = entry.look?.shape.kind ?? 'text';
  return kind === 'text' || kind === 'action';
}

/** The selected message; null: nothing is selected. */
export function selectedEntry({ entries, selection }: Conversation): MessageEntry | null {
  const entry = selection === null ? undefined : entries[indexOfMessage(entries, selection.id)];
  return isSelectable(entry) ? entry : null;
}

/** The newest message on the screen; null: there is none. */
export function firstChoice(conversation: Conversation, area: SelectionArea): Chosen | null {
  const index = shownMessages(conversation, area).at(-1);
  return index === undefined ? null : chosen(conversation, index, area);
}

/** The next older (−1) or newer (1) message than the selected one, scrolled to where that is needed; null: none. */
export function nextChoice(
  conversation: Conversation,
  by: -1 | 1,
  area: SelectionArea,
): Chosen | null {
  const { entries, selection } = conversation;
  if (selection === null) return null;
  let index = indexOfMessage(entries, selection.id) + by;
  while (index >= 0 && index < entries.length && !isSelectable(entries[index])) index += by;
  return isSelectable(entries[index]) ? chosen(conversation, index, area) : null;
}

/** After scrolling: the selected message where it is still on the screen, else the nearest that is. */
export function choiceAfterScroll(conversation: Conversation, area: SelectionArea): Chosen | null {
  const { entries, selection } = conversation;
  if (selection === null) return null;
  const shown = shownMessages(conversation, area);
  const now = indexOfMessage(entries, selection.id);
  const nearest = shown.includes(now) ? now : now > (shown.at(-1) ?? 0) ? shown.at(-1) : shown[0];
  const entry = entries[nearest ?? -1];
  if (nearest === undefined || !isSelectable(entry)) return null;
  const row = rowOf(conversation, nearest, area);
  const anchor = row === null ? conversation.anchor : anchorAt(conversation, nearest, row);
  return { selection: freshSelection(entry), anchor };
}

/** Oldest first. */
export function messagesShown(conversation: Conversation, area: SelectionArea): MessageEntry[] {
  const shown = shownMessages(conversation, area).map((index) => conversation.entries[index]);
  return shown.filter(isSelectable);
}

function freshSelection({ id }: MessageEntry): Selection {
  return { id, asks: 'what', said: null };
}

/** Only what has been seen can be chosen: messages with a row of their own on the screen, not their name alone. */
function shownMessages(conversation: Conversation, area: SelectionArea): number[] {
  return shownSlice(conversation, area)
    .spans.filter(
      ({ index, to }) =>
        isSelectable(conversation.entries[index]) && to > headingHeight(conversation, index),
    )
    .map(({ index }) => index);
}

function shownSlice({ anchor }: Conversation, { source, rows }: SelectionArea) {
  // At the newest line there is no row yet that says what lies below.
  return visibleSlice(source, anchor, anchor.kind === 'bottom' ? rows + 1 : rows);
}

/** In which row of the screen a message begins; null: it begins above or below it. */
function rowOf(conversation: Conversation, index: number, area: SelectionArea): number | null {
  const { spans, blankRows } = shownSlice(conversation, area);
  const heading = headingHeight(conversation, index);
  let row = blankRows;
  for (const span of spans) {
    if (span.index === index) {
      return span.from <= heading && heading < span.to ? row + heading - span.from : null;
    }
    row += span.to - span.from;
  }
  return null;
}

function chosen(conversation: Conversation, index: number, area: SelectionArea): Chosen | null {
  const entry = conversation.entries[index];
  if (!isSelectable(entry)) return null;
  const heading = headingHeight(conversation, index);
  const body = area.source.heightAt(index) - heading;
  const now = rowOf(conversation, index, area);
  const isWhole = now !== null && now + body <= area.rows;
  const row = isWhole ? now : rowToShow({ conversation, index, heading, body }, area);
  return { selection: freshSelection(entry), anchor: anchorAt(conversation, index, row) };
}

interface Place {
  readonly conversation: Conversation;
  readonly index: number;
  readonly heading: number;
  readonly body: number;
}

/** At the edge where it comes from, with its name where there is room for that. */
function rowToShow({ conversation, index, heading, body }: Place, area: SelectionArea): number {
  const top = Math.min(heading, area.rows - 1);
  const first = shownSlice(conversation, area).spans[0];
  const isAbove = first !== undefined && index <= first.index;
  return isAbove ? top : Math.max(top, area.rows - body);
}

function anchorAt(conversation: Conversation, index: number, row: number): ViewportAnchor<number> {
  const key = conversation.entries[index]?.seq ?? 0;
  return { kind: 'line', key, line: headingHeight(conversation, index), row };
}
