// Finds the window somebody means from a few letters of its name. Pure.
import { PeerId } from '../protocol/ids.ts';
import type { ComposerState } from './composer.ts';
import type { ConversationKey } from './conversation.ts';
import { foldForMatch } from './fold.ts';
import type { Overlay } from './overlay.ts';
import type { SafeText } from './safe-text.ts';
import type { ScreenState } from './screen-state.ts';

type SwitcherOverlay = Extract<Overlay, { kind: 'switcher' }>;

export interface SwitcherItem {
  readonly key: ConversationKey;
  readonly name: SafeText;
  /** The window's number, or null for a person without a window yet. */
  readonly number: number | null;
}

/** Windows and people whose names hold the letters in order, the closest first. */
export function switcherItems(state: ScreenState, query: string): readonly SwitcherItem[] {
  const scored: { readonly item: SwitcherItem; readonly score: number }[] = [];
  for (const item of allItems(state)) {
    const score = fuzzyScore(item.name, query);
    if (score !== null) scored.push({ item, score });
  }
  // Stable: without letters the windows stay in their order, unread ones before the rest.
  return scored.sort((a, b) => b.score - a.score).map(({ item }) => item);
}

function allItems(state: ScreenState): SwitcherItem[] {
  const windows = state.order.map((key, index) => ({
    key,
    name: conversationName(state, key),
    number: index + 1,
  }));
  const unread = windows.filter(({ key }) => (state.conversations.get(key)?.unread ?? 0) > 0);
  const rest = windows.filter((item) => !unread.includes(item));
  const others = state.people
    .list()
    .filter(({ fingerprint }) => fingerprint !== state.self?.fingerprint)
    .filter(({ blocked }) => blocked !== true)
    .filter(({ fingerprint }) => !state.conversations.has(fingerprint))
    .map(({ fingerprint }) => ({
      key: fingerprint,
      name: state.people.label(fingerprint),
      number: null,
    }));
  return [...unread, ...rest, ...others];
}

/** The switcher with what is typed; the closest is selected. */
export function switcherFor(state: ScreenState, query: ComposerState): SwitcherOverlay {
  return { kind: 'switcher', query, selected: switcherItems(state, query.text)[0]?.key ?? null };
}

/** Where the selected one stands now; −1: it is there no more. */
export function selectedItem(
  items: readonly SwitcherItem[],
  { selected }: Pick<SwitcherOverlay, 'selected'>,
): number {
  return items.findIndex(({ key }) => key === selected);
}

/** A room's label, or the person's. */
export function conversationName(state: ScreenState, key: ConversationKey): SafeText {
  const peer = PeerId.parse(key);
  return peer === null ? state.people.rooms.label(key) : state.people.label(peer);
}

/** Higher is closer; null where the letters aren't there in order. */
export function fuzzyScore(name: string, query: string): number | null {
  const haystack = foldForMatch(name);
  const needle = foldForMatch(query).replace(/\s/g, '');
  if (needle === '') return 0;
  let score = 0;
  let at = -1;
  for (const letter of needle) {
    const found = haystack.indexOf(letter, at + 1);
    if (found === -1) return null;
    const startsWord = found === 0 || /[^\p{L}\p{N}]/u.test(haystack.charAt(found - 1));
    score += found === at + 1 ? 3 : 0;
    score += startsWord ? 2 : 0;
    at = found;
  }
  return score - haystack.length / 100;
}
