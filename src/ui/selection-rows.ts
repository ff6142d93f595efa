// What stands on the screen for a selected message and for a line that answers or edits one. Pure.
import { type Conversation, type Entry, indexOfMessage, type Selection } from './conversation.ts';
import { safeTemplate as t } from './safe-text.ts';
import { canEdit } from './selection.ts';
import { type Row, span } from './spans.ts';

/** Below the messages: what came of the last key, a question, or which keys there are. */
export function selectionBar(
  entries: readonly Entry[],
  { id, asks, said }: Selection,
  below: number,
): Row {
  if (said !== null) return [span(t` ${said}`, 'strong')];
  const entry = entries[indexOfMessage(entries, id)];
  const isOwn = entry?.kind === 'message' && entry.own;
  if (asks === 'delete') {
    const words = isOwn
      ? t` Delete it? h: here only · a: for all who have it · Esc: no`
      : t` Delete it? h: here, others keep theirs · Esc: no`;
    return [span(words, 'warn')];
  }
  // The most used first: a narrow screen cuts the end.
  const keys = canEdit(entry)
    ? t` r reply · e edit · d delete · + react · c copy · i info · Enter · Esc`
    : t` r reply · + react · c copy · d delete · i info · Enter · Esc`;
  const newer = below === 0 ? t`` : t` · ${below} newer below`;
  return [span(keys, 'accent'), span(newer, 'dim')];
}

/** Above the line that is typed: what it answers or changes. */
export function intentRows({ intent }: Pick<Conversation, 'intent'>): readonly Row[] {
  if (intent === null) return [];
  const words = intent.kind === 'reply' ? t` Answer (Esc drops it) > ` : t` Edit (Esc drops it) > `;
  return [[span(words, 'accent'), span(intent.quote, 'dim')]];
}
