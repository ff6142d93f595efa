// Where one is and where something is unread, on the screen. Draws nothing.
import { listing } from './command-text.ts';
import type { ConversationKey } from './conversation.ts';
import { isRoomName } from './room-names.ts';
import { type SafeText, safeTemplate as t } from './safe-text.ts';
import type { ScreenState } from './screen-state.ts';
import { conversationName } from './switcher.ts';
import type { ScreenActions } from './talk.ts';

/** `/where`: every window by its number, and what is unread there. */
export function where({ store }: ScreenActions): void {
  const { state } = store;
  const lines = state.order.map((key, at) => t`${at + 1}: ${windowWords(state, key)}`);
  store.note(listing(t`You are in ${conversationName(state, state.active)}. Windows:`, lines));
}

function windowWords(state: ScreenState, key: ConversationKey): SafeText {
  const name = conversationName(state, key);
  const { unread = 0, mentions = 0 } = state.conversations.get(key) ?? {};
  if (state.rooms.get(key)?.muted === true) return t`${name}, muted`;
  if (unread === 0) return name;
  if (mentions === 0) return t`${name}, unread: ${unread}`;
  return t`${name}, unread: ${unread}, of which name you: ${mentions}`;
}

/** `/next`, and a key: mentions, private messages and groups first, then whatever is unread. */
export function next(actions: ScreenActions): void {
  if (!nextUnread(actions)) actions.store.note(t`Nothing is unread.`);
}

/** Whether there was something. */
export function nextUnread({ store }: Pick<ScreenActions, 'store'>): boolean {
  const { conversations, order, rooms } = store.state;
  const unread = order.filter((key) => (conversations.get(key)?.unread ?? 0) > 0);
  const addressed = unread.find(
    (key) =>
      !isRoomName(key) ||
      rooms.get(key)?.kind === 'group' ||
      (conversations.get(key)?.mentions ?? 0) > 0,
  );
  const found = addressed ?? unread[0];
  if (found !== undefined) store.open(found);
  return found !== undefined;
}
