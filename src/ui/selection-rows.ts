// What stands on the screen for a selected message and for a line that answers or edits one. Pure.
import { type Conversation, type Entry, indexOfMessage, type Selection } from './conversation.ts';
import { type SafeText, safeTemplate as t } from './safe-text.ts';
import { canEdit } from './selection.ts';
import { type Row, span } from './spans.ts';
import { cellWidth } from './width.ts';

// From the most words to the fewest: no key is cut.
const KEYS: readonly SafeText[] = [
  t` r reply · + react · c copy · d delete · i info · Enter · Esc`,
  t` r reply · + react · c · d · i · Enter · Esc`,
  t` r reply · + react · c · d · i · Esc`,
  t` r · + · c · d · i · Esc`,
];
const EDITABLE_KEYS: readonly SafeText[] = [
  t` r reply · e edit · d delete · + react · c copy · i info · Enter · Esc`,
  t` r reply · e edit · d · + react · c · i · Enter · Esc`,
  t` r reply · e edit · d · + · c · i · Esc`,
  t` r · e · d · + · c · i · Esc`,
];

const DELETE_OWN: readonly SafeText[] = [
  t` Delete it? h: here only · a: for all who have it · Esc: no`,
  t` Delete? h: here · a: for all · Esc: no`,
  t` h: here · a: for all · Esc`,
];
const DELETE_OTHERS: readonly SafeText[] = [
  t` Delete it? h: here, others keep theirs · Esc: no`,
  t` Delete? h: here only · Esc: no`,
  t` h: delete here · Esc: no`,
];

function fitting(forms: readonly SafeText[], cells: number): SafeText {
  return forms.find((words) => cellWidth(words) <= cells) ?? forms.at(-1) ?? t``;
}

/** Below the messages: what came of the last key, a question, or which keys there are. */
export function selectionBar(
  entries: readonly Entry[],
  { id, asks, said }: Selection,
  { below, cells }: { readonly below: number; readonly cells: number },
): Row {
  if (said !== null) return [span(t` ${said}`, 'strong')];
  const entry = entries[indexOfMessage(entries, id)];
  const isOwn = entry?.kind === 'message' && entry.own;
  if (asks === 'delete') {
    return [span(fitting(isOwn ? DELETE_OWN : DELETE_OTHERS, cells), 'warn')];
  }
  const keys = fitting(canEdit(entry) ? EDITABLE_KEYS : KEYS, cells);
  const newer = below === 0 ? t`` : t` · ${below} newer below`;
  const fits = cellWidth(keys) + cellWidth(newer) <= cells;
  return [span(keys, 'accent'), ...(fits ? [span(newer, 'dim')] : [])];
}

/** Above the line that is typed: what it answers or changes. */
export function intentRows({ intent }: Pick<Conversation, 'intent'>): readonly Row[] {
  if (intent === null) return [];
  const words = intent.kind === 'reply' ? t` Answer (Esc drops it) > ` : t` Edit (Esc drops it) > `;
  return [[span(words, 'accent'), span(intent.quote, 'dim')]];
}
