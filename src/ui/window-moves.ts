// Going from one window to another, by its number, its place or what is unread there. Knows no keys.
import type { Conversation } from './conversation.ts';
import type { ScreenStore } from './store.ts';
import { nextUnreadOf, walkedWindows } from './window-order.ts';

/** To window 1, 2, 3 …; false: there is none of that number. */
export function goToWindow(store: ScreenStore, number: number): boolean {
  const target = store.state.order[number - 1];
  if (target !== undefined) store.open(target);
  return target !== undefined;
}

/** To the next window or the one before, round at the ends. */
export function goBy(store: ScreenStore, by: 1 | -1): void {
  const walked = walkedWindows(store.state);
  const at = walked.indexOf(store.state.active);
  const next = walked[(at + by + walked.length) % walked.length];
  if (next !== undefined) store.open(next);
}

/** Mentions, private messages and groups first, then whatever is unread; false: nothing is. */
export function goToUnreadWindow(store: ScreenStore): boolean {
  const { conversations, order, rooms } = store.state;
  const next = nextUnreadOf(order, (key) => {
    const { unread = 0, mentions = 0 }: Partial<Conversation> = conversations.get(key) ?? {};
    return { unread, mentions, kind: rooms.get(key)?.kind };
  });
  if (next !== null) store.open(next);
  return next !== null;
}
