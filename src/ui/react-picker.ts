// Which emoji goes to a message: common ones first, all others by their short code, or typed themselves.
import { SHORT_CODES, withEmoji } from '../client/short-codes.ts';
import { isEmoji } from '../protocol/emoji.ts';
import { keyHints } from './bound-keys.ts';
import { editComposer } from './composer.ts';
import {
  below,
  inputRow,
  listRows,
  type OverlayArea,
  type OverlayView,
  title,
} from './list-rows.ts';
import { moveSelection, type Overlay } from './overlay.ts';
import { inputEdit, type ListPress, stepOf } from './overlay-press.ts';
import { safeText, safeTemplate as t } from './safe-text.ts';
import type { ScreenState } from './screen-state.ts';
import { answering } from './selection-answer.ts';
import { type Row, span } from './spans.ts';
import { fuzzyScore } from './switcher.ts';
import type { ScreenActions } from './talk.ts';

type ReactOverlay = Extract<Overlay, { kind: 'react' }>;

const COMMON = ['thumbsup', 'heart', 'joy', 'tada', 'open_mouth', 'cry', 'eyes', 'check'].map(
  (name) => `:${name}:`,
);
const CODES: readonly string[] = [...new Set([...COMMON, ...SHORT_CODES])];

interface Choice {
  /** Null: it was typed itself. */
  readonly code: string | null;
  readonly emoji: string;
}

/** What fits what is typed, the closest first. */
function choicesFor(query: string): readonly Choice[] {
  const typed = query.trim();
  if (isEmoji(typed)) return [{ code: null, emoji: typed }];
  return CODES.map((code) => ({ code, score: fuzzyScore(code, typed.replaceAll(':', '')) }))
    .filter(({ score }) => score !== null)
    .sort((a, b) => (b.score ?? 0) - (a.score ?? 0))
    .map(({ code }) => ({ code, emoji: withEmoji(code) }));
}

/** The list, and where one types. The code stands left of the emoji, whose width terminals disagree about. */
export function reactView(
  { keys }: ScreenState,
  overlay: ReactOverlay,
  area: OverlayArea,
): OverlayView {
  const key = keyHints(keys, 'beside-input');
  const head = title(
    t`React with`,
    t`type letters or an emoji, ${key('choose')}, ${key('close')}; again takes it back`,
    area.cells,
  );
  const input = inputRow(overlay.query, t` > `, area.cells);
  const choices = choicesFor(overlay.query.text);
  const rest = below([...head, input.row, []], area);
  const first = Math.max(0, overlay.selected - rest.rows);
  const items = choices
    .slice(first, first + 2 * rest.rows)
    .map(({ code, emoji }): Row[] => [[span(t`${safeText(code ?? '')} ${safeText(emoji)}`)]]);
  const list = listRows(items, overlay.selected - first, rest);
  const found = items.length === 0 ? [[span(t`   no emoji is called that`, 'dim')]] : list;
  return {
    rows: [...head, input.row, [], ...found],
    cursor: { row: head.length, column: input.column },
  };
}

/** Enter reacts, or takes the same reaction back. */
export function reactKey(
  actions: ScreenActions,
  overlay: ReactOverlay,
  { event, action }: ListPress,
): void {
  const { store } = actions;
  const choices = choicesFor(overlay.query.text);
  const by = stepOf(action);
  if (by !== 0) {
    const selected = moveSelection(overlay.selected, by, choices.length);
    store.setOverlay({ ...overlay, selected });
  } else if (action === 'choose') {
    const choice = choices[overlay.selected];
    if (choice === undefined) return;
    store.setOverlay(null);
    void react(actions, overlay, choice.emoji);
  } else {
    const edit = inputEdit(store.state.keys, event);
    if (edit === null) return;
    store.setOverlay({ ...overlay, query: editComposer(overlay.query, edit), selected: 0 });
  }
}

function react({ store, ask }: ScreenActions, { id }: ReactOverlay, emoji: string): Promise<void> {
  return answering(store, async () => {
    const { message } = await ask({ do: 'message', id });
    const own = store.state.self?.fingerprint;
    const earlier = message?.reactions?.find((reaction) => reaction.emoji === emoji);
    const on = earlier?.from.every((peer) => peer !== own) ?? true;
    await ask({ do: 'react', id, emoji, on });
    return null;
  });
}
