// What keys and events do to a comparison by words. It opens only where its person asked for it.
import type { PeerId } from '../protocol/ids.ts';
import { comparisonWords, type WordsEvent } from './comparison.ts';
import type { Overlay } from './overlay.ts';
import type { ListAction } from './overlay-press.ts';
import type { ScreenStore } from './store.ts';
import { attempt, type ScreenActions } from './talk.ts';

type Comparison = Extract<Overlay, { kind: 'comparison' }>;

/** Asks somebody to compare words, or agrees where they have asked. */
export async function compareByWords(actions: ScreenActions, peer: PeerId): Promise<void> {
  const { store } = actions;
  // Before it is asked for: events of it come first.
  store.setOverlay({ kind: 'comparison', peer, sas: null });
  if ((await attempt(actions, { do: 'words-start', peer })) !== null) return;
  if (openWith(store, peer) !== null) store.setOverlay(null);
}

export function comparisonKey(
  actions: ScreenActions,
  overlay: Comparison,
  action: ListAction,
): void {
  const { peer, sas } = overlay;
  if (action !== 'no' && (action !== 'yes' || sas === null)) return;
  actions.store.setOverlay(null);
  void attempt(actions, { do: 'words-answer', peer, same: action === 'yes' });
}

/** A question of somebody's is a line: it takes no keys from who types. */
export function applyWords(store: ScreenStore, event: WordsEvent): void {
  const open = openWith(store, event.peer.fingerprint);
  const words = comparisonWords(event, store.meet(event.peer));
  switch (event.state) {
    case 'asked':
      store.note(words, 'warning');
      return;
    case 'waiting':
      return;
    case 'compare': {
      const { words: list, digits } = event;
      if (open !== null) store.setOverlay({ ...open, sas: { words: list, digits } });
      return;
    }
    case 'same':
      if (open !== null) store.setOverlay(null);
      store.note(words);
      return;
    case 'failed':
      if (open !== null) store.setOverlay(null);
      store.note(words, 'warning');
      return;
    default:
      event satisfies never;
  }
}

function openWith({ state }: ScreenStore, peer: PeerId): Comparison | null {
  const { overlay } = state;
  return overlay?.kind === 'comparison' && overlay.peer === peer ? overlay : null;
}
