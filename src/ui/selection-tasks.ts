// What is done with the selected message, and the commands that select. Every answer stands below the messages, where
// whoever selects looks.
import type { CommandName } from './commands.ts';
import { withShownLinks } from './links.ts';
import { isLong, type MessageEntry } from './message-body.ts';
import { safeTemplate as t } from './safe-text.ts';
import { type Chosen, firstChoice, messagesShown, nextChoice, selectedEntry } from './selection.ts';
import { answer, answering } from './selection-answer.ts';
import type { ScreenStore } from './store.ts';
import type { ScreenActions } from './talk.ts';
import { scrollBy } from './viewport.ts';

const IN_PLACE: readonly CommandName[] = ['select', 'unfold', 'unread', 'goto'];

/** Whether the command concerns what is read now, so that the newest line is not gone to. */
export function keepsPlace(name: CommandName): boolean {
  return IN_PLACE.includes(name);
}

/** Null changes nothing. */
export function choose(store: ScreenStore, chosen: Chosen | null): void {
  if (chosen === null) return;
  store.change(store.active, (record) => {
    record.selection = chosen.selection;
    record.anchor = chosen.anchor;
  });
  store.notifyNow();
}

/** Moves the selection; where there is none, the newest message on the screen is selected. */
export function step(actions: ScreenActions, by: -1 | 1): void {
  const { store, history } = actions;
  const area = actions.area();
  if (area === null) return;
  const { active } = store;
  const next = active.selection === null ? firstChoice(active, area) : nextChoice(active, by, area);
  if (next !== null) choose(store, next);
  else if (by > 0 && active.aside === null) endSelection(actions);
  if (by < 0) history.older();
  else history.newer();
}

/** `/select`: for terminals that keep Alt and Ctrl with arrows to themselves. */
export function select(actions: ScreenActions): void {
  if (actions.store.active.selection !== null) return;
  step(actions, -1);
  if (actions.store.active.selection === null) actions.store.note(t`There is no message here.`);
}

/** The screen stays where it is, unless the newest line is on it anyway. */
export function endSelection({ store, area: areaOf }: ScreenActions): void {
  const { active } = store;
  store.change(active, (record) => {
    record.selection = null;
  });
  const area = areaOf();
  if (area === null) return;
  const move = { lines: 0, rows: area.rows, stays: active.aside !== null };
  store.scrollTo(scrollBy(area.source, active.anchor, move));
}

/** For all who get word of it. */
export function unsend({ store, ask }: ScreenActions, { id }: MessageEntry): Promise<void> {
  return answering(store, async () => {
    await ask({ do: 'unsend', id });
    return t`Deleted here, and for all who get word of it.`;
  });
}

/** Its words, or the name of its file, as they stand on the screen: without controls, so that pasting them drives nothing, and links as what they lead to. */
export function copy(
  { store, copy: put }: ScreenActions,
  { text, look }: MessageEntry,
): Promise<void> {
  const words = text === '' && look?.file !== undefined ? look.file.name : text;
  return answering(store, () => put(withShownLinks(words)));
}

/** All that is known of it. */
export function showInfo({ store, ask }: ScreenActions, { id }: MessageEntry): Promise<void> {
  return answering(store, async () => {
    const { message } = await ask({ do: 'message', id });
    if (message === null) return t`It is not kept here any more.`;
    if (store.active.selection?.id === id) store.setOverlay({ kind: 'info', message, top: 0 });
    return null;
  });
}

/** To the message that it answers. */
export function goToQuoted(
  { store, ask, history }: ScreenActions,
  { id, look }: MessageEntry,
): Promise<void> {
  return answering(store, async () => {
    const reply = look?.reply ?? null;
    if (reply === null) return t`It answers no message.`;
    const { message } = await ask({ do: 'message', id: reply });
    if (message === null) return t`The message that it answers is not kept here.`;
    await history.goTo(message, () => store.active.selection?.id === id);
    return null;
  });
}

/** Shows a long message whole, or folds it again; false: it isn't long. */
export function toggleFold(store: ScreenStore, entry: MessageEntry): boolean {
  let isToggled = false;
  store.change(store.active, ({ unfolded }, cells) => {
    isToggled = isLong(entry, cells);
    if (!isToggled) return;
    if (!unfolded.delete(entry.id)) unfolded.add(entry.id);
  });
  if (isToggled) store.notifyNow();
  return isToggled;
}

/** `/unfold`: the selected message, else the newest long one on the screen. */
export function unfold({ store, area: areaOf }: ScreenActions): void {
  const area = areaOf();
  if (area === null) return;
  const selected = selectedEntry(store.active);
  const entries = selected === null ? messagesShown(store.active, area).toReversed() : [selected];
  if (!entries.some((entry) => toggleFold(store, entry))) {
    answer(store, t`There is no long message here.`);
  }
}
