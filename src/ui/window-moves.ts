// Going from one window to another, by its number, its place or what is unread there. Knows no keys.
import { isRoomName } from './room-names.ts';
import type { ScreenStore } from './store.ts';
import { walkedWindows } from './window-order.ts';

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

/** Mentions, private messages and groups first, then whatever is unread. */
export function goToUnreadWindow(store: ScreenStore): void {
  const { conversations, order, rooms } = store.state;
  const unread = order.filter((key) => (conversations.get(key)?.unread ?? 0) > 0);
  const addressed = unread.find(
    (key) =>
      !isRoomName(key) ||
      rooms.get(key)?.kind === 'group' ||
      (conversations.get(key)?.mentions ?? 0) > 0,
  );
  const next = addressed ?? unread[0];
  if (next !== undefined) store.open(next);
}
