// Applies what history knows of conversations to the store: windows for them, and what is unread in each.
import type { Conversation } from '../client/api.ts';
import { PeerId } from '../protocol/ids.ts';
import { keyOf, meetStored } from './message-line.ts';
import { placeUnread } from './scrollback.ts';
import type { ScreenStore } from './store.ts';

/** Whoever makes keys by the thousand must not fill the sidebar; all others are found by name or search. */
const MAX_PRIVATE = 200;

/** The most recent first, as history tells them. Rooms that were left stay closed. */
export function applyConversations(
  store: ScreenStore,
  conversations: readonly Conversation[],
): void {
  const { state } = store;
  let opened = 0;
  for (const conversation of conversations) {
    const key = keyOf(conversation.with);
    const isPrivate = PeerId.parse(key) !== null;
    if (!isPrivate && !state.rooms.has(key) && !state.conversations.has(key)) continue;
    if (isPrivate && !state.conversations.has(key)) {
      opened += 1;
      if (opened > MAX_PRIVATE) continue;
    }
    if (conversation.last !== null) {
      meetStored(store, conversation.last.from);
      store.noteSaid(key, Date.parse(conversation.last.time));
    }
    applyUnread(store, conversation);
  }
  if (store.isLookedAt) store.markSeen();
  store.notifyNow();
}

function applyUnread(store: ScreenStore, { with: whom, last, unread }: Conversation): void {
  store.change(store.conversation(keyOf(whom)), (record) => {
    record.kept = true;
    if (unread === 0 || last === null) return;
    // What arrived since the screen opened has been counted already, here and there.
    record.unread = Math.max(record.unread, unread);
    record.owed = { last: last.id, count: unread };
    placeUnread(record);
  });
}
