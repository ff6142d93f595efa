// Leaving while others depend on the relay that is hosted here: the question, as rows, and what its keys do.
import { keyHints } from './bound-keys.ts';
import {
  below,
  listRows,
  type OverlayArea,
  type OverlayView,
  paragraph,
  title,
} from './list-rows.ts';
import { moveSelection, type Overlay } from './overlay.ts';
import { type ListAction, stepOf } from './overlay-press.ts';
import { type SafeText, safeTemplate as t } from './safe-text.ts';
import type { ScreenState } from './screen-state.ts';
import { type Row, span } from './spans.ts';
import type { ScreenActions } from './talk.ts';

type Leaving = Extract<Overlay, { kind: 'leaving' }>;
type Choice = 'leave' | 'stop' | 'stay';

/** The first is what Ctrl+C does as well: nobody is cut off by haste. */
const CHOICES: readonly { readonly choice: Choice; readonly words: SafeText }[] = [
  { choice: 'leave', words: t`Leave, and let the relay run on` },
  { choice: 'stop', words: t`Leave, and stop the relay` },
  { choice: 'stay', words: t`Stay` },
];

/** From here on there is room for an empty row. */
const ROOMY_ROWS = 8;

/** Leaves; where others depend on a relay hosted here, asks first. */
export async function leaveOrAsk({ store, quit, dependents }: ScreenActions): Promise<void> {
  if (store.state.hosting === 'no') return quit({ stopRelay: null });
  const others = await dependents();
  if (others === 0) quit({ stopRelay: true });
  else store.setOverlay({ kind: 'leaving', others, selected: 0 });
}

export function leavingView(
  { keys }: ScreenState,
  { others, selected }: Leaving,
  area: OverlayArea,
): OverlayView {
  const key = keyHints(keys);
  const [up, down] = [key('list-up'), key('list-down')];
  const head = [
    ...title(t`Leave?`, t`${up} ${down}, ${key('choose')}, ${key('close')}: stay`, area.cells),
    ...paragraph(dependWords(others), area.cells),
    ...(area.rows < ROOMY_ROWS ? [] : [[]]),
  ];
  const items = CHOICES.map(({ words }): Row[] => [[span(words)]]);
  return { rows: [...head, ...listRows(items, selected, below(head, area))], cursor: null };
}

function dependWords(others: number): SafeText {
  return others === 1
    ? t`1 person depends on the relay that you host.`
    : t`${others} people depend on the relay that you host.`;
}

export function leavingKey(
  { store, quit }: ScreenActions,
  overlay: Leaving,
  action: ListAction,
): void {
  const step = stepOf(action);
  if (step !== 0) {
    const selected = moveSelection(overlay.selected, step, CHOICES.length);
    store.setOverlay({ ...overlay, selected });
    return;
  }
  if (action !== 'choose') return;
  const choice = CHOICES[overlay.selected]?.choice ?? 'stay';
  if (choice === 'stay') store.setOverlay(null);
  else quit({ stopRelay: choice === 'stop' });
}
