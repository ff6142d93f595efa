// One whole screen as rows, from the store's state and a size. Pure but for the scroll positions of the composer
// and the messages; React only puts the rows in their places.
import type { Surroundings } from './banner-rows.ts';
import { bannerRows } from './banner-rows.ts';
import { hintKey, keyHints, shownKeys } from './bound-keys.ts';
import { completionRows } from './completion-rows.ts';
import { type ComposerLayout, layoutComposer } from './composer-layout.ts';
import { composerSpans } from './composer-status.ts';
import type { Conversation } from './conversation.ts';
import type { CursorCell, PlacedPicture } from './frame-sink.ts';
import { type Layout, LEAST_COLUMNS, LEAST_ROWS, layoutFor } from './layout.ts';
import type { OverlayArea } from './list-rows.ts';
import { NOTE_GUTTER } from './message-body.ts';
import { entryRows, messageSource, olderRows } from './message-rows.ts';
import { overlayView } from './overlay-rows.ts';
import { silenceWords } from './room-words.ts';
import { type SafeText, safeTemplate as t } from './safe-text.ts';
import type { ScreenState } from './screen-state.ts';
import { intentRows, selectionBar } from './selection-rows.ts';
import { sidebarRows } from './sidebar-rows.ts';
import { blanks, type Row, span } from './spans.ts';
import { headerRow, statusRow } from './status-rows.ts';
import { conversationName } from './switcher.ts';
import { anchorShown, type ViewportSource, visibleSlice } from './viewport.ts';
import { cellWidth, mostCells, truncate } from './width.ts';

export interface Frame {
  readonly header: Row;
  readonly sidebar: readonly Row[];
  readonly main: readonly Row[];
  readonly status: Row;
  readonly composer: readonly Row[];
  readonly cursor: CursorCell | null;
  readonly picture: PlacedPicture | null;
  readonly layout: Layout;
}

/** What depends on the moment and the machine, not on events. */
export type Moment = Surroundings;

/** Null where the terminal is too small for a conversation. */
export function frameOf(state: ScreenState, moment: Moment): Frame | null {
  const layout = layoutFor(state.size);
  if (layout.kind === 'too-small') return null;
  const conversation = activeConversation(state);
  const prompt = promptOf(state, layout);
  const input = composerOf(conversation, prompt, layout);
  const intent = intentRows(conversation, keyHints(state.keys));
  const height = layout.bodyRows(intent.length + input.rows.length);
  const area = { cells: layout.overlay, rows: height };
  const overlay = state.overlay === null ? null : overlayView(state, state.overlay, area);
  const hint =
    conversation.composer.text === '' ? emptyHint(state, layout.columns - cellWidth(prompt)) : null;
  const inputTop = layout.rows - input.rows.length;
  const inputCursor = {
    row: inputTop + input.cursor.row,
    column: cellWidth(prompt) + input.cursor.column,
  };
  const overlayCursor = overlay?.cursor ?? null;
  const picture = overlay?.picture ?? null;
  return {
    header: headerRow(state),
    sidebar: layout.sidebar === 0 ? [] : sidebarRows(state, layout.sidebar - 1, height),
    main:
      overlay?.rows ?? withCompletion(state, messagePane(state, moment, { layout, height }), area),
    status: statusRow(state, {
      countdownMs: moment.countdownMs,
      sidebar: layout.sidebar > 0,
      typed: overlay === null ? composerSpans(conversation.composer.text, input) : [],
    }),
    composer: [
      ...intent,
      ...input.rows.map((row, index) => [
        span(index === 0 ? prompt : blanks(cellWidth(prompt)), 'accent'),
        hint === null ? span(row) : span(hint, 'dim'),
      ]),
    ],
    cursor: overlay === null ? inputCursor : overlayCursor && inOverlay(overlayCursor, layout),
    picture: picture && { ...picture, at: inOverlay(picture.at, layout) },
    layout,
  };
}

/** A cell of what lies over the messages, on the screen. */
function inOverlay({ row, column }: CursorCell, { sidebar }: Layout): CursorCell {
  return { row: 1 + row, column: sidebar + column };
}

/** What Tab offers lies over the newest lines. */
function withCompletion({ completion }: ScreenState, pane: readonly Row[], area: OverlayArea) {
  if (completion === null) return pane;
  const rows = completionRows(completion, area);
  return [...pane.slice(0, pane.length - rows.length), ...rows];
}

function helpHint({ keys }: ScreenState): SafeText {
  return t`${shownKeys(keys.keysOf, 'help') ?? t`/help`} for help`;
}

/** What stands where nothing is typed: why nothing would go out, else where help is. */
function emptyHint(state: ScreenState, cells: number): SafeText {
  // Of a message that is selected it is said above what keys do.
  if (state.overlay !== null || activeConversation(state).selection !== null) return t``;
  return truncate(silenceOf(state) ?? helpHint(state), cells);
}

function silenceOf({ rooms, active, self, people }: ScreenState): SafeText | null {
  const room = rooms.get(active);
  if (room === undefined) return active.startsWith('+') ? t`/part closes this window` : null;
  if (room.kind === 'public' || self === null) return null;
  return silenceWords(room, self.fingerprint, people);
}

/** All that fits below the least size. */
export const TOO_SMALL_TEXT: SafeText = t`lanchat needs ${LEAST_COLUMNS}×${LEAST_ROWS}`;

function activeConversation(state: ScreenState): Conversation {
  const found = state.conversations.get(state.active);
  // The store opens a conversation before it makes it the active one.
  if (found === undefined) throw new Error('the active conversation does not exist');
  return found;
}

function promptOf(state: ScreenState, layout: Layout): SafeText {
  const cells = layout.columns < 60 ? 10 : 18;
  return t`${truncate(conversationName(state, state.active), cells)}> `;
}

function composerOf(conversation: Conversation, prompt: SafeText, layout: Layout): ComposerLayout {
  const input = layoutComposer(conversation.composer, {
    cells: layout.columns - mostCells(prompt),
    maxRows: layout.maxComposerRows,
    top: conversation.composerTop,
  });
  conversation.composerTop = input.top;
  return input;
}

/** Cells in which the composer's text wraps, for the arrow keys. */
export function composerCells(state: ScreenState): number {
  const layout = layoutFor(state.size);
  if (layout.kind === 'too-small') return 2;
  return layout.columns - mostCells(promptOf(state, layout));
}

interface Pane {
  readonly layout: Layout;
  readonly height: number;
}

/** Newest at the bottom, lanchat's standing words below them. */
function messagePane(state: ScreenState, moment: Moment, { layout, height }: Pane): readonly Row[] {
  const conversation = activeConversation(state);
  const banner = bannerRows(state, moment, layout.measure).slice(0, Math.floor(height / 2));
  const source = messageSource(conversation, layout.measure);
  const scrolled = conversation.anchor.kind === 'line';
  const rows = height - banner.length - Number(scrolled);
  const slice = visibleSlice(source, conversation.anchor, rows);
  // The line that stays put does so from what was shown last, whatever made it stand there.
  conversation.anchor = anchorShown(source, conversation.anchor, slice);
  const shown = slice.spans.flatMap(({ index, from, to }) =>
    entryRows(state, { conversation, index }, layout.measure).slice(from, to),
  );
  // Of an empty conversation, too, it is said whether that is all.
  if (conversation.entries.length === 0)
    shown.push(...olderRows(conversation, keyHints(state.keys)).slice(0, rows));
  const blank: Row[] = Array.from({ length: rows - shown.length }, () => []);
  const below = scrolled ? [belowRow(state, slice.itemsBelow, layout.measure)] : [];
  return [...blank, ...shown, ...banner, ...below];
}

function belowRow(state: ScreenState, count: number, cells: number): Row {
  const { selection, entries } = activeConversation(state);
  if (selection !== null) {
    const key = keyHints(state.keys);
    return selectionBar(entries, selection, { below: count, cells, key });
  }
  return [NOTE_GUTTER, span(belowText(state, count), 'dim')];
}

function belowText(state: ScreenState, count: number): SafeText {
  const { intent } = activeConversation(state);
  const { cameFrom, active, keys } = state;
  const back = hintKey(keys.keysOf, 'back');
  const more = moreWords(activeConversation(state), count);
  // The key drops what is answered first.
  if (intent !== null || back === null) return more;
  if (cameFrom === null) return t`${more} · ${back} goes there`;
  if (cameFrom.key === active) return t`${more} · ${back} goes back`;
  return t`${more} · ${back} goes back to ${conversationName(state, cameFrom.key)}`;
}

/** What lanchat said last is not missed by who reads further up. */
function moreWords({ aside, entries }: Conversation, count: number): SafeText {
  const last = (aside?.tail ?? entries).at(-1);
  if (last?.kind === 'notice' && (aside !== null || count > 0)) return last.text;
  if (aside !== null) return t`newer below`;
  return count === 0 ? t`more below` : t`${count} newer below`;
}

/** The active conversation's lines for scrolling, and how many rows a page has. */
export function scrollArea(
  state: ScreenState,
  moment: Moment,
): { readonly source: ViewportSource<number>; readonly rows: number } | null {
  const layout = layoutFor(state.size);
  if (layout.kind === 'too-small') return null;
  const conversation = activeConversation(state);
  const input = composerOf(conversation, promptOf(state, layout), layout);
  const intent = intentRows(conversation, keyHints(state.keys));
  const height = layout.bodyRows(intent.length + input.rows.length);
  const banner = bannerRows(state, moment, layout.measure).slice(0, Math.floor(height / 2));
  const rows = Math.max(1, height - banner.length - 1);
  return { source: messageSource(conversation, layout.measure), rows };
}
