// The order in which windows stand in the sidebar, and that none moves while a person goes from one to the next.
import type { Room } from '../client/api.ts';
import type { SidebarGroup } from '../client/preferences.ts';
import { PeerId } from '../protocol/ids.ts';
import type { Conversation, ConversationKey } from './conversation.ts';
import { notifyLevelOf } from './notify-level.ts';
import { compareRanks } from './ranks.ts';
import { isRoomName } from './room-names.ts';
import type { ScreenState } from './screen-state.ts';

/** Whoever goes through windows presses the next key sooner than this. */
const CALM_MS = 3_000;

type Windows = Pick<ScreenState, 'conversations' | 'order' | 'people' | 'preferences' | 'rooms'>;

/**
 * Favourites first, then where one is named, what is unread, and what was said last; muted rooms at the end. Windows keep
 * their numbers wherever they stand. Sorted when something has changed and nobody goes through them, never by itself.
 */
export class WindowOrder {
  readonly #state: () => Windows;
  readonly #now: () => number;
  readonly #lastMs = new Map<ConversationKey, number>();
  #sorted: readonly ConversationKey[] = [];
  /** The windows that are sorted. */
  #of: readonly ConversationKey[] = [];
  #isStale = true;
  #wentMs = Number.NEGATIVE_INFINITY;

  constructor({ state, now }: { readonly state: () => Windows; readonly now: () => number }) {
    this.#state = state;
    this.#now = now;
  }

  /** Something was said there at that time. */
  said(key: ConversationKey, timeMs: number): void {
    if (timeMs <= (this.#lastMs.get(key) ?? Number.NEGATIVE_INFINITY)) return;
    this.#lastMs.set(key, timeMs);
    this.#isStale = true;
  }

  /** What is unread, or who is a favourite, may be otherwise now. */
  touch(): void {
    this.#isStale = true;
  }

  /** Somebody went to another window. */
  went(): void {
    this.#wentMs = this.#now();
    this.#isStale = true;
  }

  /** All windows; the same array as long as nothing moved. */
  shown(): readonly ConversationKey[] {
    const { order } = this.#state();
    const isCalm = Math.abs(this.#now() - this.#wentMs) >= CALM_MS;
    if (this.#isStale && (isCalm || this.#sorted.length === 0)) this.#sort(order);
    else if (this.#of !== order) this.#keep(order);
    return this.#sorted;
  }

  #sort(order: readonly ConversationKey[]): void {
    const ranks = new Map(order.map((key) => [key, this.#rank(key)]));
    const rank = (key: ConversationKey) => ranks.get(key) ?? NO_RANK;
    this.#sorted = order.toSorted((a, b) => compareRanks(rank(b), rank(a)));
    this.#of = order;
    this.#isStale = false;
    for (const key of this.#lastMs.keys()) if (!ranks.has(key)) this.#lastMs.delete(key);
  }

  /** Everything where it is, without what was closed, new windows behind it. */
  #keep(order: readonly ConversationKey[]): void {
    const open = new Set(order);
    const kept = this.#sorted.filter((key) => open.has(key));
    const before = new Set(kept);
    this.#sorted = [...kept, ...order.filter((key) => !before.has(key))];
    this.#of = order;
  }

  #rank(key: ConversationKey): readonly number[] {
    const { conversations, people } = this.#state();
    const peer = PeerId.parse(key);
    const isFavourite = peer !== null && people.get(peer)?.favourite === true;
    const { unread = 0, mentions = 0 }: Partial<Conversation> = conversations.get(key) ?? {};
    return [
      Number(isFavourite),
      Number(mentions > 0),
      Number(unread > 0),
      Number(notifyLevelOf(this.#state(), key) !== 'nothing'),
      this.#lastMs.get(key) ?? 0,
    ];
  }
}

const NO_RANK: readonly number[] = [];

/** What is unread in a conversation, and what kind of room it is; of a person's there is none. */
export interface UnreadThere {
  readonly unread: number;
  readonly mentions: number;
  readonly kind: Room['kind'] | undefined;
}

/** Where to read on: mentions, private messages and groups first, then whatever is unread; null: nothing is. */
export function nextUnreadOf(
  keys: readonly ConversationKey[],
  there: (key: ConversationKey) => UnreadThere,
): ConversationKey | null {
  const unread = keys.filter((key) => there(key).unread > 0);
  const addressed = unread.find((key) => {
    const { mentions, kind } = there(key);
    return !isRoomName(key) || kind === 'group' || mentions > 0;
  });
  return addressed ?? unread[0] ?? null;
}

/** The part of the sidebar in which a window stands. */
export function groupOf(key: ConversationKey): SidebarGroup {
  if (key.startsWith('#')) return 'rooms';
  return key.startsWith('+') ? 'private' : 'people';
}

/** The windows as they stand in the sidebar from top to bottom, without what is collapsed there, but with the one shown. */
export function walkedWindows({
  windows,
  preferences,
  active,
}: Pick<ScreenState, 'windows' | 'preferences' | 'active'>): readonly ConversationKey[] {
  const shown = windows.shown();
  return (['rooms', 'private', 'people'] as const).flatMap((group) =>
    shown.filter(
      (key) => groupOf(key) === group && (key === active || !preferences.collapsed.includes(group)),
    ),
  );
}
