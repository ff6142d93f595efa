// `/files`: the files of a conversation or of all, newest first, with how each stands; as rows, and what its keys do.
import { MAX_PAGE_MESSAGES } from '../client/api.ts';
import { keyHints } from './bound-keys.ts';
import type { ConversationKey } from './conversation.ts';
import { putTransfer } from './file-arrivals.ts';
import { factsRow, fittingWords } from './file-rows.ts';
import { cancelledWords } from './file-tasks.ts';
import { openFile } from './file-viewing.ts';
import { cleanTransfer, joined, shownFile, standOf, type Transfer } from './file-words.ts';
import { below, listedRow, type OverlayArea, paragraph, title } from './list-rows.ts';
import { destinationOf, keyOf, meetStored } from './message-line.ts';
import type { FilesOverlay, ListedFile } from './overlay.ts';
import { type ListAction, movedSelection } from './overlay-press.ts';
import { type SafeText, safeTemplate as t } from './safe-text.ts';
import type { ScreenState } from './screen-state.ts';
import { fileName, sizeWords } from './shared-file-words.ts';
import { type Row, span } from './spans.ts';
import { conversationName } from './switcher.ts';
import type { ScreenActions } from './talk.ts';
import { cellWidth, truncate } from './width.ts';
import { calendarDay, clockTime, faultWords } from './words.ts';

/** What it is, and how it stands. */
const ROWS_A_FILE = 2;
/** Left of every listed row. */
const LIST_MARGIN_CELLS = 3;

/** `/files`: those of the conversation it was typed in; `/files all`. */
export function files(actions: ScreenActions, args: string, here: ConversationKey): Promise<void> {
  return openFiles(actions, args === 'all' ? null : here);
}

/** `scope` null: all conversations. */
async function openFiles(actions: ScreenActions, scope: ConversationKey | null): Promise<void> {
  const { store } = actions;
  const running: FilesOverlay = {
    ...{ kind: 'files', scope, outcome: { kind: 'running' }, selected: 0, said: null },
  };
  store.setOverlay(running);
  const outcome = await outcomeOf(actions, scope);
  // It was closed meanwhile, or opened anew.
  if (store.state.overlay === running) store.setOverlay({ ...running, outcome });
}

async function outcomeOf(
  { store, ask }: ScreenActions,
  scope: ConversationKey | null,
): Promise<FilesOverlay['outcome']> {
  const conversation = scope === null ? null : destinationOf(scope);
  try {
    const found = await ask({ do: 'files', conversation, limit: MAX_PAGE_MESSAGES });
    return {
      kind: 'found',
      files: found.files.map(({ transfer, message }) => {
        putTransfer(store, transfer);
        if (message !== null) meetStored(store, message.from);
        const shown = message?.file === undefined ? null : shownFile(message.file);
        return { transfer: cleanTransfer(transfer), message, shown };
      }),
    };
  } catch (error) {
    return { kind: 'failed', why: faultWords(error) };
  }
}

/** At most as many rows as `area` has, the selected file among them. */
export function filesRows(
  state: ScreenState,
  overlay: FilesOverlay,
  area: OverlayArea,
): readonly Row[] {
  const { outcome, said, selected } = overlay;
  const why = outcome.kind === 'failed' ? outcome.why : said;
  const head = [
    ...title(headingOf(state, overlay), keysOf(state, overlay), area.cells),
    ...(why === null ? [] : paragraph(why, area.cells)),
  ];
  if (outcome.kind !== 'found') return head;
  const left = below(head, area);
  const fit = Math.max(1, Math.floor(left.rows / ROWS_A_FILE));
  const start = Math.max(0, selected - fit + 1);
  const rows = outcome.files
    .slice(start, start + fit)
    .flatMap((listed, index) =>
      listedRows(state, listed, area.cells).map((row, line) =>
        listedRow(row, { selected: start + index === selected, first: line === 0 }, area),
      ),
    );
  return [...head, ...rows];
}

function headingOf(state: ScreenState, { scope, outcome }: FilesOverlay): SafeText {
  const where = scope === null ? t`everywhere` : conversationName(state, scope);
  if (outcome.kind === 'running') return t`Files: ${where} …`;
  if (outcome.kind === 'found' && outcome.files.length === 0) return t`No files: ${where}`;
  return t`Files: ${where}`;
}

function keysOf(state: ScreenState, { scope, outcome }: FilesOverlay): SafeText {
  const key = keyHints(state.keys);
  const [view, close] = [key('other-view'), key('close')];
  const other = scope === null ? t`${view}: here only` : t`${view}: everywhere`;
  if (outcome.kind !== 'found' || outcome.files.length === 0) return t`${other}, ${close}`;
  const [choose, show, stop] = [key('choose'), key('view-file'), key('stop-file')];
  return t`${choose} saves it or goes there, ${show} shows, ${stop} stops it, ${other}, ${close}`;
}

function listedRows(state: ScreenState, listed: ListedFile, cells: number): readonly Row[] {
  const room = cells - LIST_MARGIN_CELLS - 1;
  const transfer = transferNow(state, listed);
  const own = transfer.direction === 'out';
  const words = standOf(transfer, { own, saving: [], who: whoOf(state, listed) });
  const stand = fittingWords(words, room);
  const origin = t` · ${originOf(state, listed)}`;
  const fits = cellWidth(stand) + cellWidth(origin) <= room;
  return [
    listed.shown === null
      ? [span(t`${sizeWords(transfer.size)}: `), span(transfer.name, 'strong')]
      : [...factsRow(listed.shown, room)],
    [span(truncate(stand, room)), ...(fits ? [span(origin, 'dim')] : [])],
  ];
}

/** What has been heard since the list was asked for counts more. */
function transferNow({ transfers }: ScreenState, { transfer }: ListedFile): Transfer {
  return (transfer.id === null ? null : transfers.get(transfer.id)) ?? transfer;
}

function whoOf({ people }: ScreenState, { transfer, message }: ListedFile): SafeText | null {
  const { conversation, direction } = transfer;
  if ('peer' in conversation) return people.label(conversation.peer);
  return direction === 'out' || message === null ? null : people.label(message.from.fingerprint);
}

function originOf(state: ScreenState, { transfer, message }: ListedFile): SafeText {
  const parts = [conversationName(state, keyOf(transfer.conversation))];
  if ('room' in transfer.conversation && message !== null) {
    const { fingerprint } = message.from;
    parts.push(transfer.direction === 'out' ? t`you` : state.people.label(fingerprint));
  }
  const timeMs = message === null ? Number.NaN : Date.parse(message.time);
  if (!Number.isNaN(timeMs)) parts.push(t`${calendarDay(timeMs)} ${clockTime(timeMs)}`);
  return joined(parts);
}

/** Enter saves what is not here, and goes to the message of any other. */
export function filesKey(actions: ScreenActions, overlay: FilesOverlay, action: ListAction): void {
  const { store } = actions;
  if (action === 'other-view') {
    void openFiles(actions, overlay.scope === null ? store.state.active : null);
    return;
  }
  if (overlay.outcome.kind !== 'found') return;
  const listed = overlay.outcome.files[overlay.selected];
  if (listed === undefined) return;
  if (action === 'choose') choose(actions, overlay, listed);
  else if (action === 'view-file') void look(actions, listed);
  else if (action === 'stop-file') void telling(actions, () => stop(actions, listed));
  else {
    const count = overlay.outcome.files.length;
    const size = Math.max(1, Math.floor((store.state.size.rows - 6) / ROWS_A_FILE));
    const selected = movedSelection(overlay.selected, action, { count, size });
    store.setOverlay({ ...overlay, selected, said: null });
  }
}

function choose(actions: ScreenActions, overlay: FilesOverlay, listed: ListedFile): void {
  const { store } = actions;
  const { direction, state } = transferNow(store.state, listed);
  const isToTake = direction === 'in' && !['done', 'moving', 'waiting'].includes(state);
  if (isToTake) void telling(actions, () => take(actions, listed));
  else if (listed.message !== null) {
    void actions.history.goTo(listed.message, () => store.state.overlay === overlay);
  }
}

async function take({ store, ask }: ScreenActions, { transfer }: ListedFile): Promise<SafeText> {
  const { id } = transfer;
  if (id === null) return t`The message of this file is gone.`;
  store.transfers.ask(id);
  putTransfer(store, (await ask({ do: 'get-file', id })).transfer);
  return t`Asked for ${fileName(transfer.name)}.`;
}

async function stop({ store, ask }: ScreenActions, { transfer }: ListedFile): Promise<SafeText> {
  const { id } = transfer;
  if (id === null) return cancelledWords(transfer, false);
  const { cancelled } = await ask({ do: 'cancel-file', id });
  store.notifySoon();
  return cancelledWords(transfer, cancelled);
}

/** Over the list, which Esc does not come back to. */
function look(actions: ScreenActions, listed: ListedFile): Promise<void> {
  const now = transferNow(actions.store.state, listed);
  return telling(actions, () => openFile(actions, listed.message, now));
}

/** What came of it stands above the list, as long as that is open. */
async function telling(
  { store }: ScreenActions,
  task: () => Promise<SafeText | null>,
): Promise<void> {
  const said = await task().catch(faultWords);
  if (said === null) return;
  const { overlay } = store.state;
  if (overlay?.kind === 'files') store.setOverlay({ ...overlay, said });
  else store.note(said);
}
