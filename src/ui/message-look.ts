// What a message is besides its words, ready for the screen: a poll, a sticker, an answer, what became of it.
// Every text of others is cleaned here.
import type { Change, Message } from '../client/api.ts';
import type { MessageId, PeerId } from '../protocol/ids.ts';
import { type ShownFile, shownFile } from './file-words.ts';
import { changeWords, choiceLines, fateWords, keyChangeOf, pollWords } from './message-words.ts';
import type { RoomCallers } from './room-words.ts';
import { type SafeText, safeTemplate as t } from './safe-text.ts';
import { stickerRows } from './stickers.ts';

export type Shape =
  | { readonly kind: 'text' }
  /** `actor`: who does it. */
  | { readonly kind: 'action'; readonly actor: SafeText }
  | { readonly kind: 'sticker'; readonly rows: readonly SafeText[] }
  | { readonly kind: 'poll'; readonly choices: readonly SafeText[]; readonly stands: SafeText }
  /** Of the conversation: lanchat says it, nobody else. */
  | { readonly kind: 'change'; readonly words: SafeText; readonly key?: KeyChangeLook }
  | { readonly kind: 'deleted' };

/** What a line of its own shows of a changed key. */
export interface KeyChangeLook {
  readonly nick: SafeText;
  readonly was: PeerId;
  readonly now: PeerId;
  readonly wasVerified: boolean;
}

export interface Look {
  readonly shape: Shape;
  readonly reply: MessageId | null;
  /** What became of it, in lanchat's words; null: nothing. */
  readonly fate: SafeText | null;
  /** `@name` of those whom it names, who stand out. */
  readonly named: readonly SafeText[];
  /** What it carries. */
  readonly file?: ShownFile;
}

/** Of a text with nothing to it. */
export const PLAIN_LOOK: Look = { shape: { kind: 'text' }, reply: null, fate: null, named: [] };

/** `actor`: how its writer is called. */
export function lookOf(
  message: Message,
  {
    actor,
    people,
    self,
  }: { actor: SafeText; people: Pick<RoomCallers, 'label' | 'meet'>; self: SafeText | null },
): Look {
  const { reply = null, mentions = [], deleted, file } = message;
  const fate = deleted ? null : fateWords(message);
  const names = mentions.map((peer) => t`@${people.label(peer)}`);
  const named = self === null ? names : [...names, t`@${self}`];
  const shape = shapeOf(message, actor, people);
  const look: Look = { shape, reply: deleted ? null : reply, fate, named };
  return file === undefined || deleted ? look : { ...look, file: shownFile(file) };
}

function shapeOf(
  { kind, text, deleted, poll, change }: Message,
  actor: SafeText,
  people: Pick<RoomCallers, 'meet'>,
): Shape {
  if (deleted) return { kind: 'deleted' };
  if (poll !== undefined) {
    return { kind: 'poll', choices: choiceLines(poll), stands: pollWords(poll) };
  }
  if (change !== undefined) return changeShape(change, actor, people);
  if (kind === 'action') return { kind, actor };
  return kind === 'sticker' ? { kind, rows: stickerRows(text) } : { kind: 'text' };
}

function changeShape(change: Change, actor: SafeText, people: Pick<RoomCallers, 'meet'>): Shape {
  const words = changeWords(change, actor, { people });
  const changed = keyChangeOf(change);
  if (changed === null) return { kind: 'change', words };
  const { who, ...keys } = changed;
  return { kind: 'change', words, key: { ...keys, nick: people.meet(who) } };
}
