// What a change makes of a stored message: whether its author may do that to it, and what stays. Pure.
import type { MessageId, PeerId } from '../protocol/ids.ts';
import { MAX_TEXT_BYTES } from '../protocol/limits.ts';
import {
  bytesOf,
  MAX_EMOJI,
  MAX_ORIGINALS,
  MAX_REACTIONS,
  MAX_VOTES,
  type MessageExtras,
  type Original,
  type Place,
  type StoredPoll,
  type StoredReaction,
  type StoredVote,
} from './message-extras.ts';
import { type Conversation, conversationText, type StoredMessage } from './stored-message.ts';

/** Emoji of one person on one message: nobody takes the places of all others. */
const MAX_EMOJI_EACH = 16;

export type Deed =
  | { readonly type: 'edit'; readonly text: string; readonly mentions: readonly PeerId[] }
  | { readonly type: 'unsend' }
  | { readonly type: 'react'; readonly emoji: string; readonly on: boolean }
  /** `secret`: told to nobody but the poll's author. */
  | { readonly type: 'vote'; readonly choice: number; readonly secret: boolean }
  | { readonly type: 'close-poll'; readonly counts: readonly number[] | null };

export interface MessageChange extends Place {
  readonly id: MessageId;
  readonly by: PeerId;
  /** It is this profile's own doing. */
  readonly own: boolean;
  readonly conversation: Conversation;
  readonly timeMs: number;
  readonly deed: Deed;
}

/**
 * The message as the change leaves it; null where it leaves it as it is: made in another conversation, by somebody who may
 * not do it, too late, repeated, or beyond what one message holds. What only its own author may do: editing it, deleting it
 * for all, closing its poll.
 */
export function changed(message: StoredMessage, change: MessageChange): StoredMessage | null {
  const isHere = conversationText(message.conversation) === conversationText(change.conversation);
  if (!isHere || message.deleted || message.kind === 'change') return null;
  const { deed } = change;
  const isAuthor = message.from.fingerprint === change.by;
  switch (deed.type) {
    case 'edit':
      return isAuthor ? edited(message, change, deed) : null;
    case 'unsend':
      return isAuthor ? unsent(message) : null;
    case 'react':
      return reacted(message, change.by, deed);
    case 'vote':
      return voted(message, change, deed);
    case 'close-poll':
      return isAuthor ? closed(message, deed.counts) : null;
    default:
      return deed satisfies never;
  }
}

function edited(
  message: StoredMessage,
  { timeMs, stream, seq }: MessageChange,
  { text, mentions }: Extract<Deed, { type: 'edit' }>,
): StoredMessage | null {
  const isText = message.kind === undefined || message.kind === 'action';
  if (!isText || message.text === text || isLate(message.edited, { stream, seq })) return null;
  const { mentions: _before, ...rest } = message;
  const originals = withOriginal(message.originals ?? [], { text: message.text, timeMs });
  return {
    ...rest,
    ...{ text, originals, edited: { timeMs, stream, seq } },
    ...(mentions.length === 0 ? {} : { mentions }),
  };
}

/** It was made before what is there already. */
function isLate(there: Place | undefined, { stream, seq }: Place): boolean {
  return there?.stream === stream && seq < there.seq;
}

/** The first stays, since it is what people answered; of the others the newest. */
function withOriginal(before: readonly Original[], added: Original): readonly Original[] {
  const originals = [...before, added];
  const isTooMuch = () => originals.length > MAX_ORIGINALS || bytesOf(originals) > MAX_TEXT_BYTES;
  while (isTooMuch() && originals.length > 1) originals.splice(1, 1);
  return originals;
}

/** A mark stays where it was: what was answered must not seem to have never been. */
function unsent({ id, timeMs, sentTimeMs, conversation, from, ...rest }: StoredMessage) {
  const { state, reason } = rest;
  return {
    ...{ id, timeMs, sentTimeMs, conversation, from, state, reason },
    ...{ text: '', deleted: true as const },
  };
}

function reacted(
  message: StoredMessage,
  by: PeerId,
  { emoji, on }: Extract<Deed, { type: 'react' }>,
): StoredMessage | null {
  const before = message.reactions ?? [];
  const had = before.some((reaction) => reaction.emoji === emoji && reaction.from.includes(by));
  if (had === on || (on && !hasRoom(before, by, emoji))) return null;
  const others = before.map((reaction) => {
    if (reaction.emoji !== emoji) return reaction;
    const from = reaction.from.filter((peer) => peer !== by);
    return { emoji, from: on ? [...from, by] : from };
  });
  const isNew = on && !before.some((reaction) => reaction.emoji === emoji);
  const all = isNew ? [...others, { emoji, from: [by] }] : others;
  const reactions = all.filter(({ from }) => from.length > 0);
  const { reactions: _before, ...rest } = message;
  return reactions.length === 0 ? rest : { ...rest, reactions };
}

function hasRoom(reactions: readonly StoredReaction[], by: PeerId, emoji: string): boolean {
  const isKnown = reactions.some((reaction) => reaction.emoji === emoji);
  const count = reactions.reduce((sum, { from }) => sum + from.length, 0);
  const own = reactions.filter(({ from }) => from.includes(by)).length;
  return (isKnown || reactions.length < MAX_EMOJI) && count < MAX_REACTIONS && own < MAX_EMOJI_EACH;
}

/** Of an anonymous poll only its author hears of votes, but for one's own. */
function voted(
  message: StoredMessage,
  change: MessageChange,
  { choice, secret }: Extract<Deed, { type: 'vote' }>,
): StoredMessage | null {
  const { poll } = message;
  if (poll === undefined || poll.closed || choice >= poll.choices.length) return null;
  if (secret !== poll.anonymous || (secret && !change.own && message.state === null)) return null;
  const { by, stream, seq } = change;
  const before = poll.votes.find(({ voter }) => voter === by);
  if (before?.choice === choice || isLate(before, change)) return null;
  if (before === undefined && poll.votes.length >= MAX_VOTES) return null;
  const vote: StoredVote = { voter: by, choice, stream, seq };
  const votes = [...poll.votes.filter(({ voter }) => voter !== by), vote];
  return { ...message, poll: { ...poll, votes } };
}

/** Whoever asked anonymously forgets who chose what, once it is counted. */
function closed(message: StoredMessage, counts: readonly number[] | null): StoredMessage | null {
  const { poll, from } = message;
  if (poll === undefined || poll.closed) return null;
  if (!poll.anonymous) return { ...message, poll: { ...poll, closed: true } };
  const isFitting = counts?.length === poll.choices.length;
  const ofAuthor = ({ voter }: StoredVote) => voter === from.fingerprint;
  const votes = message.state === null ? poll.votes : poll.votes.filter(ofAuthor);
  const ended: StoredPoll = { ...poll, closed: true, votes, counts: isFitting ? counts : null };
  return { ...message, poll: ended };
}

/** How many chose each, as far as it is known here. */
export function countsOf({ choices, votes, counts }: StoredPoll): readonly number[] {
  return counts ?? choices.map((_, index) => votes.filter(({ choice }) => choice === index).length);
}

/** Whether it goes by itself: nothing that outlives it may hold it. */
export function isDisappearing({ expiresMs }: MessageExtras): boolean {
  return expiresMs !== undefined;
}
