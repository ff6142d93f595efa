// Where one is and where something is unread, on the screen. Draws nothing.
import { listing } from './command-text.ts';
import type { ConversationKey } from './conversation.ts';
import { notifyLevelOf } from './notify-level.ts';
import { type SafeText, safeTemplate as t } from './safe-text.ts';
import type { ScreenState } from './screen-state.ts';
import { conversationName } from './switcher.ts';
import type { ScreenActions } from './talk.ts';
import { goToUnreadWindow } from './window-moves.ts';

/** `/where`: every window by its number, and what is unread there. */
export function where({ store }: ScreenActions): void {
  const { state } = store;
  const lines = state.order.map((key, at) => t`${at + 1}: ${windowWords(state, key)}`);
  store.note(listing(t`You are in ${conversationName(state, state.active)}. Windows:`, lines));
}

function windowWords(state: ScreenState, key: ConversationKey): SafeText {
  const name = conversationName(state, key);
  const { unread = 0, mentions = 0 } = state.conversations.get(key) ?? {};
  if (notifyLevelOf(state, key) === 'nothing') return t`${name}, muted`;
  if (unread === 0) return name;
  if (mentions === 0) return t`${name}, unread: ${unread}`;
  return t`${name}, unread: ${unread}, of which name you: ${mentions}`;
}

/** `/next`, as the key does: mentions, private messages and groups first, then whatever is unread. */
export function next({ store }: ScreenActions): void {
  if (!goToUnreadWindow(store)) store.note(t`Nothing is unread.`);
}
