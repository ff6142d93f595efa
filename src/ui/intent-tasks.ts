// Lines that answer or edit a message: begun with it selected, carried out by Enter, dropped by Esc.
import { withEmoji } from '../client/short-codes.ts';
import { editComposer } from './composer.ts';
import type { ConversationKey, ConversationRecord, Intent } from './conversation.ts';
import { type MessageEntry, wordsOf } from './message-body.ts';
import { quoteWords } from './message-words.ts';
import { safeTemplate as t } from './safe-text.ts';
import type { ScreenStore } from './store.ts';
import { attempt, type ScreenActions, sayWords } from './talk.ts';

/** The next line answers the message, or changes it, and says so above it. The selection ends. */
export function begin(store: ScreenStore, kind: Intent['kind'], entry: MessageEntry): void {
  dropIntent(store);
  const { people, self } = store.state;
  const name = entry.own ? (self?.nick ?? t`you`) : people.label(entry.from);
  const quote = quoteWords(name, {
    text: wordsOf(entry),
    ...(entry.look?.shape.kind === 'deleted' ? { deleted: true } : {}),
  });
  store.change(store.active, (record) => {
    record.intent = { kind, id: entry.id, quote, draft: record.composer.text };
    record.selection = null;
    // A slash is doubled, as for anything said that begins with one.
    if (kind === 'edit') putText(record, entry.text.replace(/^\//, '//'));
  });
  store.notifyNow();
}

function putText(record: ConversationRecord, text: string): void {
  const { composer } = record;
  const all = { start: 0, end: composer.text.length };
  record.composer = editComposer(composer, { type: 'replace', ...all, text });
}

/** Esc: what stood in the line before an edit stands there again. False: there was nothing to drop. */
export function dropIntent(store: ScreenStore): boolean {
  const { intent } = store.active;
  if (intent === null) return false;
  store.change(store.active, (record) => {
    record.intent = null;
    if (intent.kind === 'edit') putText(record, intent.draft);
  });
  store.notifyNow();
  return true;
}

/**
 * In its turn, all of it as it was typed: an `@name` at the beginning addresses nobody else. What was refused comes
 * back with what it was for.
 */
export function carryOut(actions: ScreenActions, intent: Intent, typed: string): void {
  const { store, lines } = actions;
  const here = store.state.active;
  const text = typed.trimEnd().replace(/^\/\//, '/');
  lines.add(async () => {
    if (await isDone(actions, here, { intent, text })) return;
    const conversation = store.conversation(here);
    store.giveBack(here, text.replace(/^\//, '//'));
    if (conversation.intent !== null) return;
    store.change(conversation, (record) => {
      record.intent = intent;
    });
    store.notifyNow();
  });
}

async function isDone(
  actions: ScreenActions,
  here: ConversationKey,
  { intent, text }: { readonly intent: Intent; readonly text: string },
): Promise<boolean> {
  const { id } = intent;
  if (intent.kind === 'reply') return sayWords(actions, here, { text, reply: id });
  return (await attempt(actions, { do: 'edit', id, text: withEmoji(text) })) !== null;
}
