// What stands on the screen for a selected message and for a line that answers or edits one. Pure.
import type { KeyHints } from './bound-keys.ts';
import { type Conversation, type Entry, indexOfMessage, type Selection } from './conversation.ts';
import { type SafeText, safeTemplate as t } from './safe-text.ts';
import { canEdit } from './selection.ts';
import { type Row, span } from './spans.ts';
import { cellWidth } from './width.ts';

// From the most words to the fewest: no key is cut.
function keyForms(key: KeyHints): readonly SafeText[] {
  const [reply, react, copy] = [key('reply'), key('react'), key('copy')];
  const [erase, info, unfold] = [key('delete'), key('info'), key('unfold')];
  const [save, end] = [key('save'), key('end-selection')];
  return [
    t` ${reply} reply · ${react} react · ${copy} copy · ${save} save · ${erase} delete · ${info} info · ${unfold} · ${end}`,
    t` ${reply} reply · ${react} react · ${copy} · ${erase} · ${info} · ${unfold} · ${end}`,
    t` ${reply} reply · ${react} react · ${copy} · ${erase} · ${info} · ${end}`,
    t` ${reply} · ${react} · ${copy} · ${erase} · ${info} · ${end}`,
  ];
}

function editableForms(key: KeyHints): readonly SafeText[] {
  const [reply, edit, erase] = [key('reply'), key('edit'), key('delete')];
  const [react, copy, info] = [key('react'), key('copy'), key('info')];
  const [unfold, end] = [key('unfold'), key('end-selection')];
  const save = key('save');
  return [
    t` ${reply} reply · ${edit} edit · ${erase} delete · ${react} react · ${copy} copy · ${save} save · ${info} info · ${unfold} · ${end}`,
    t` ${reply} reply · ${edit} edit · ${erase} · ${react} react · ${copy} · ${info} · ${unfold} · ${end}`,
    t` ${reply} reply · ${edit} edit · ${erase} · ${react} · ${copy} · ${info} · ${end}`,
    t` ${reply} · ${edit} · ${erase} · ${react} · ${copy} · ${info} · ${end}`,
  ];
}

function deleteOwnForms(key: KeyHints): readonly SafeText[] {
  const [here, all, no] = [key('delete-here'), key('delete-for-all'), key('end-selection')];
  return [
    t` Delete it? ${here}: here only · ${all}: for all who have it · ${no}: no`,
    t` Delete? ${here}: here · ${all}: for all · ${no}: no`,
    t` ${here}: here · ${all}: for all · ${no}`,
  ];
}

function deleteOthersForms(key: KeyHints): readonly SafeText[] {
  const [here, no] = [key('delete-here'), key('end-selection')];
  return [
    t` Delete it? ${here}: here, others keep theirs · ${no}: no`,
    t` Delete? ${here}: here only · ${no}: no`,
    t` ${here}: delete here · ${no}: no`,
  ];
}

function fitting(forms: readonly SafeText[], cells: number): SafeText {
  return forms.find((words) => cellWidth(words) <= cells) ?? forms.at(-1) ?? t``;
}

/** Below the messages: what came of the last key, a question, or which keys there are. */
export function selectionBar(
  entries: readonly Entry[],
  { id, asks, said }: Selection,
  { below, cells, key }: { readonly below: number; readonly cells: number; readonly key: KeyHints },
): Row {
  if (said !== null) return [span(t` ${said}`, 'strong')];
  const entry = entries[indexOfMessage(entries, id)];
  const isOwn = entry?.kind === 'message' && entry.own;
  if (asks === 'delete') {
    const forms = isOwn ? deleteOwnForms(key) : deleteOthersForms(key);
    return [span(fitting(forms, cells), 'warn')];
  }
  const keys = fitting(canEdit(entry) ? editableForms(key) : keyForms(key), cells);
  const newer = below === 0 ? t`` : t` · ${below} newer below`;
  const fits = cellWidth(keys) + cellWidth(newer) <= cells;
  return [span(keys, 'accent'), ...(fits ? [span(newer, 'dim')] : [])];
}

/** Above the line that is typed: what it answers or changes. */
export function intentRows(
  { intent }: Pick<Conversation, 'intent'>,
  key: KeyHints,
): readonly Row[] {
  if (intent === null) return [];
  const drops = key('back');
  const words =
    intent.kind === 'reply' ? t` Answer (${drops} drops it) > ` : t` Edit (${drops} drops it) > `;
  return [[span(words, 'accent'), span(intent.quote, 'dim')]];
}
