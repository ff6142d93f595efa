// What the commands about what is kept here do: searching it, deleting of it, writing it out, how long it stays.
import {
  type Destination,
  MAX_PAGE_MESSAGES,
  type Session,
  type StoredMessage,
} from '../client/api.ts';
import { phrase } from '../language/translate.ts';
import { UsageError } from '../protocol/errors.ts';
import { keyHints } from './bound-keys.ts';
import { listing, splitFirst } from './command-text.ts';
import { EMPTY_COMPOSER } from './composer.ts';
import {
  type Conversation,
  type ConversationKey,
  type Entry,
  indexOfMessage,
} from './conversation.ts';
import { type Exported, type ExportFormatName, exportFormatOf } from './export-wish.ts';
import { saidWords } from './file-words.ts';
import { wordsOf } from './message-body.ts';
import { destinationOf, meetStored } from './message-line.ts';
import type { SearchOutcome, SearchOverlay } from './overlay.ts';
import { applyPreferences } from './preference-tasks.ts';
import { type SafeText, safeText, safeTemplate as t } from './safe-text.ts';
import { answering } from './selection-answer.ts';
import {
  changeOf,
  ownChangeOf,
  ownSettingLine,
  requireOwn,
  SETTINGS,
  settingLesson,
  settingLine,
  settingOf,
} from './settings.ts';
import { conversationName } from './switcher.ts';
import { attempt, type ScreenActions } from './talk.ts';
import { faultWords, messageCount } from './words.ts';

const MAX_QUOTED_LENGTH = 40;

/** `/search WORDS`: everywhere. */
export async function search(actions: ScreenActions, args: string): Promise<void> {
  if (args !== '') return startSearch(actions, args, null);
  actions.store.note(t`/search WORDS: which words?`, 'warning');
}

/** Opens the list of what holds these words, in one conversation or (null) in all. */
export async function startSearch(
  actions: ScreenActions,
  query: string,
  scope: ConversationKey | null,
): Promise<void> {
  const { store } = actions;
  const running: SearchOverlay = {
    ...{ kind: 'search', query, scope, outcome: { kind: 'running' } },
    ...{ selected: 0, armed: false, problem: null },
  };
  store.setOverlay(running);
  const outcome = await outcomeOf(actions, running);
  // It was closed meanwhile, or another search was begun.
  if (store.state.overlay === running) store.setOverlay({ ...running, outcome });
}

async function outcomeOf(
  { store, ask }: ScreenActions,
  { query, scope }: SearchOverlay,
): Promise<SearchOutcome> {
  const conversation = scope === null ? null : destinationOf(scope);
  try {
    const found = await ask({ do: 'search', query, conversation, limit: MAX_PAGE_MESSAGES });
    for (const { from } of found.messages) meetStored(store, from);
    const hits = found.messages.map((message) => ({ message, text: safeText(saidWords(message)) }));
    return { kind: 'found', hits, more: found.more };
  } catch (error) {
    return { kind: 'failed', why: faultWords(error) };
  }
}

/** `/delete`: the newest message of ours. `/delete all`: once that is confirmed, all of the conversation; `/delete all yes`: at once. */
export async function remove(
  actions: ScreenActions,
  args: string,
  here: ConversationKey,
): Promise<void> {
  const { store } = actions;
  if (args === 'all yes') return forget(actions, here);
  if (args === 'all') {
    store.setOverlay({ kind: 'forget', key: here, input: EMPTY_COMPOSER });
    return;
  }
  if (args !== '') {
    store.note(
      t`/delete takes your last message here, /delete all the conversation; for any other /search it, then d.`,
      'warning',
    );
    return;
  }
  const entries = store.conversation(here).entries;
  const chosen = actions.chosen == null ? -1 : indexOfMessage(entries, actions.chosen);
  const entry = entries[chosen];
  if (entry?.kind === 'message') await removeHere(actions, entry);
  else await removeNewest(actions, here);
}

async function removeNewest(actions: ScreenActions, here: ConversationKey): Promise<void> {
  const last = newestOwn(actions.store.conversation(here));
  if (last !== null) return removeHere(actions, last);
  const deletes = keyHints(actions.store.state.keys)('delete-found');
  const none = t`No message of yours is here; /search finds any, and ${deletes} deletes it.`;
  actions.store.note(none, 'warning');
}

/** Here only, and says what that means. */
export function removeHere({ store, ask }: ScreenActions, entry: OwnEntry): Promise<void> {
  return answering(store, async () =>
    removedWords(await removeMessage(ask, entry), wordsOf(entry)),
  );
}

type OwnEntry = Extract<Entry, { kind: 'message' }>;

export function newestOwn({ entries, aside }: Conversation): OwnEntry | null {
  const isOwn = (entry: Entry): entry is OwnEntry =>
    entry.kind === 'message' && entry.own && entry.look?.shape.kind !== 'change';
  return (aside?.tail ?? entries).findLast(isOwn) ?? entries.findLast(isOwn) ?? null;
}

type Removed = 'taken-back' | 'on-its-way' | 'deleted' | 'gone-already';

/** Deletes it here, and takes it back where it has not gone out. Throws what the client does. */
export async function removeMessage(
  ask: Session['request'],
  { id, state }: Pick<StoredMessage, 'id' | 'state'>,
): Promise<Removed> {
  const takenBack = state === 'pending' && (await ask({ do: 'cancel', id })).cancelled;
  const { deletedFrom } = await ask({ do: 'delete-message', id });
  if (takenBack) return 'taken-back';
  if (deletedFrom === null) return 'gone-already';
  return state === 'pending' ? 'on-its-way' : 'deleted';
}

/** What became of a message that was to go; `text` is quoted, cut short. */
export function removedWords(removed: Removed, text: string): SafeText {
  const quoted = t`"${safeText(text, { maxLength: MAX_QUOTED_LENGTH })}"`;
  switch (removed) {
    case 'taken-back':
      return t`Taken back before it went out, and deleted here: ${quoted}`;
    case 'on-its-way':
      return t`Deleted here, but it is on its way already: ${quoted}`;
    case 'deleted':
      return t`Deleted here; others keep theirs: ${quoted}`;
    case 'gone-already':
      return t`It was deleted already: ${quoted}`;
    default:
      return removed satisfies never;
  }
}

/** All that is kept of a conversation. */
export async function forget(actions: ScreenActions, key: ConversationKey): Promise<void> {
  const { store } = actions;
  const conversation = destinationOf(key);
  const reply = await attempt(actions, { do: 'delete-conversation', conversation });
  if (reply === null) return;
  store.note(forgottenWords(conversationName(store.state, key), reply.deleted));
}

/** That all of a conversation is gone: how many messages that were. */
export function forgottenWords(name: SafeText, deleted: number): SafeText {
  return t`Deleted here: ${messageCount(deleted)} of ${name}. Others keep theirs.`;
}

/** `/export [FORMAT] FILE`, of the conversation it was typed in, or of the message selected there. */
export async function exportHere(
  actions: ScreenActions,
  args: string,
  here: ConversationKey,
): Promise<void> {
  const { store, exportTo, chosen = null } = actions;
  const [format, file] = formatAndFile(args);
  if (file === '') {
    store.note(t`/export [text|jsonl|html] FILE: into which file?`, 'warning');
    return;
  }
  try {
    const written = await exportTo({
      ...{ conversation: destinationOf(here), only: chosen, format, file },
    });
    store.note(exportedWords(conversationName(store.state, here), written));
  } catch (error) {
    store.note(faultWords(error), 'warning');
  }
}

/** Into which file a conversation went, and that everybody who has the file can read it. */
export function exportedWords(name: SafeText, { file, messages }: Exported): SafeText {
  const path = safeText(file, { maxLength: 300 });
  return t`${name} is written out, not encrypted: ${path}, ${messageCount(messages)}`;
}

/** Where no format is named, the file's ending says which. */
export function formatAndFile(args: string): readonly [ExportFormatName, string] {
  const [first, rest] = splitFirst(args);
  const named = exportFormatOf(first.toLowerCase());
  if (named !== null) return [named, rest];
  if (/\.html?$/iu.test(args)) return ['html', args];
  return [/\.jsonl$/iu.test(args) ? 'jsonl' : 'text', args];
}

/** Shows the settings, or one, or changes one; with `here` at the end, of the conversation it was typed in. */
export async function set(
  actions: ScreenActions,
  args: string,
  here: ConversationKey,
): Promise<void> {
  const { store, ask } = actions;
  try {
    const place = { destination: destinationOf(here), label: conversationName(store.state, here) };
    const [first = t``, ...more] = await settingLines(ask, args, place);
    const all = [first, ...more];
    const head = t`Settings; /set NAME tells of one, /set NAME VALUE changes it:`;
    store.note(args === '' ? listing(head, all) : listing(first, more));
    await applyPreferences(actions);
  } catch (error) {
    store.note(faultWords(error), 'warning');
  }
}

/** A conversation, and how it is called here. */
export interface SettingPlace {
  readonly destination: Destination;
  readonly label: SafeText;
}

/**
 * One line a setting: of all, or of the one that `args` changes; several of one that is only named; for all conversations or with `here` behind it
 * for `place`. Throws UsageError, and what the client does.
 */
export async function settingLines(
  ask: Session['request'],
  args: string,
  place: SettingPlace | null,
): Promise<readonly SafeText[]> {
  const [name, rest] = splitFirst(args);
  const value = rest.replace(/\s*\bhere$/u, '');
  if (value !== rest) return [await ownLine(ask, place, [name, value])];
  const named = name === '' ? null : settingOf(name);
  const change = named === null || rest === '' ? null : changeOf(named, rest);
  const preferences = await (change === null
    ? ask({ do: 'settings' })
    : ask({ do: 'set', change }));
  if (named !== null && rest === '') return settingLesson(named, preferences);
  const shown = named === null ? SETTINGS : [named];
  return shown.map((setting) => settingLine(setting, preferences));
}

async function ownLine(
  ask: Session['request'],
  place: SettingPlace | null,
  [name, value]: readonly [string, string],
): Promise<SafeText> {
  const setting = settingOf(name);
  requireOwn(setting);
  if (place === null) {
    const message = phrase`"here" means a conversation, and you are in none: /join #room or /query NAME first`;
    throw new UsageError('bad-arguments', message);
  }
  const { destination, label } = place;
  const change = value === '' ? {} : ownChangeOf(setting, value);
  const settings = await ask({ do: 'conversation-settings', with: destination, change });
  return ownSettingLine(setting, settings, label);
}

/** Lines of before are read by scrolling here; the plain interface has a command for them. */
export function history({ store }: ScreenActions): void {
  store.note(t`${keyHints(store.state.keys)('page-up')} shows what was said before.`);
}
