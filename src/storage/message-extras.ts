// What a stored message has besides its words, where it has any of it: its types, bounds and bytes. Decides nothing.
import * as v from 'valibot';
import { utf8FromText } from '../protocol/bytes.ts';
import { byteString, mapOf, sequenceNumber } from '../protocol/cbor.ts';
import { type FileContent, fileField } from '../protocol/file-content.ts';
import { idBytes, MessageId, PeerId, StreamId } from '../protocol/ids.ts';
import {
  MAX_CHOICE_BYTES,
  MAX_CHOICES,
  MAX_EMOJI_BYTES,
  MAX_MENTIONS,
  MAX_TEXT_BYTES,
} from '../protocol/limits.ts';
import { textField } from './record-fields.ts';

/** Of one message: a flood of them must not make its row grow without end. */
export const MAX_EMOJI = 64;
export const MAX_REACTIONS = 1_024;
/** Votes in one poll: about as many as people fit into a room. */
export const MAX_VOTES = 1_024;
/** Earlier texts of an edited message; together no longer than the longest. */
export const MAX_ORIGINALS = 16;

/** People that one change of a conversation names. */
const MAX_WHO = 64;
/** Generous: what was shown must be stored. Only bounds, not rules about words. */
const MAX_WORD_LENGTH = 64;
const MAX_NAME_LENGTH = 256;
const MAX_CHANGE_TEXT_BYTES = 1_000;

export interface StoredReaction {
  readonly emoji: string;
  /** In the order in which they did. */
  readonly from: readonly PeerId[];
}

/** Where something stands among what its author said: what comes late must not undo what came after it. */
export interface Place {
  readonly stream: StreamId;
  readonly seq: number;
}

export interface StoredVote extends Place {
  readonly voter: PeerId;
  readonly choice: number;
}

/** Its question is the message's text. */
export interface StoredPoll {
  readonly choices: readonly string[];
  readonly anonymous: boolean;
  readonly closed: boolean;
  readonly votes: readonly StoredVote[];
  /** Its author's word, of an anonymous one that is closed. */
  readonly counts: readonly number[] | null;
}

export interface StoredChange {
  readonly what: string;
  /** The names as they were then: untrusted text. */
  readonly who: readonly { readonly fingerprint: PeerId; readonly nick: string }[];
  readonly text: string | null;
}

/** What an edited message said until `timeMs`. */
export interface Original {
  readonly text: string;
  readonly timeMs: number;
}

/** Each is left out where there is nothing of it. */
export interface MessageExtras {
  /** Absent: a text. */
  readonly kind?: string;
  readonly reply?: MessageId;
  readonly mentions?: readonly PeerId[];
  /** The last edit. */
  readonly edited?: Place & { readonly timeMs: number };
  /** Oldest first. */
  readonly originals?: readonly Original[];
  /** By its author, for all. */
  readonly deleted?: true;
  readonly reactions?: readonly StoredReaction[];
  readonly expiresMs?: number;
  readonly poll?: StoredPoll;
  readonly change?: StoredChange;
  readonly file?: FileContent;
}

const time = v.pipe(v.number(), v.safeInteger());
const word = v.pipe(v.string(), v.maxLength(MAX_WORD_LENGTH));
const peer = v.pipe(byteString(PeerId.sizeBytes), v.transform(PeerId.fromBytes));
const message = v.pipe(byteString(MessageId.sizeBytes), v.transform(MessageId.fromBytes));
const stream = v.pipe(byteString(StreamId.sizeBytes), v.transform(StreamId.fromBytes));
const upTo = <T>(item: v.GenericSchema<unknown, T>, max: number) =>
  v.pipe(v.array(item), v.minLength(1), v.maxLength(max));

const edited = v.pipe(
  v.strictTuple([time, stream, sequenceNumber]),
  v.transform(([timeMs, of, seq]) => ({ timeMs, stream: of, seq })),
);

const originals = v.pipe(
  upTo(
    v.pipe(
      v.strictTuple([v.string(), time]),
      v.transform(([text, timeMs]): Original => ({ text, timeMs })),
    ),
    MAX_ORIGINALS,
  ),
  v.check((list) => bytesOf(list) <= MAX_TEXT_BYTES),
);

const reactions = v.pipe(
  upTo(
    v.pipe(
      v.strictTuple([textField(MAX_EMOJI_BYTES), upTo(peer, MAX_REACTIONS)]),
      v.transform(([emoji, from]): StoredReaction => ({ emoji, from })),
    ),
    MAX_EMOJI,
  ),
  v.check((list) => list.reduce((sum, { from }) => sum + from.length, 0) <= MAX_REACTIONS),
);

const poll = v.pipe(
  v.strictTuple([
    upTo(textField(MAX_CHOICE_BYTES), MAX_CHOICES),
    v.boolean(),
    v.boolean(),
    v.pipe(
      v.array(v.strictTuple([peer, sequenceNumber, stream, sequenceNumber])),
      v.maxLength(MAX_VOTES),
    ),
    v.nullable(upTo(sequenceNumber, MAX_CHOICES)),
  ]),
  v.transform(
    ([choices, anonymous, closed, votes, counts]): StoredPoll => ({
      ...{ choices, anonymous, closed, counts },
      votes: votes.map(([voter, choice, of, seq]) => ({ voter, choice, stream: of, seq })),
    }),
  ),
);

const change = v.pipe(
  v.strictTuple([
    word,
    v.pipe(
      v.array(v.strictTuple([peer, v.pipe(v.string(), v.maxLength(MAX_NAME_LENGTH))])),
      v.maxLength(MAX_WHO),
    ),
    v.nullable(textField(MAX_CHANGE_TEXT_BYTES)),
  ]),
  v.transform(
    ([what, who, text]): StoredChange => ({
      what,
      who: who.map(([fingerprint, nick]) => ({ fingerprint, nick })),
      text,
    }),
  ),
);

/** A map: most messages have none of these, and none has all. */
export const extrasSchema = mapOf({
  kind: v.exactOptional(word),
  reply: v.exactOptional(message),
  mentions: v.exactOptional(upTo(peer, MAX_MENTIONS)),
  edited: v.exactOptional(edited),
  originals: v.exactOptional(originals),
  deleted: v.exactOptional(v.literal(true)),
  reactions: v.exactOptional(reactions),
  expiresMs: v.exactOptional(time),
  poll: v.exactOptional(poll),
  change: v.exactOptional(change),
  file: v.exactOptional(fileField),
});

/** As CBOR has it; null where there is nothing. */
export function extrasOf(extras: MessageExtras): Readonly<Record<string, unknown>> | null {
  const fields: Record<string, unknown> = {};
  const { kind, reply, mentions, deleted, expiresMs, file } = extras;
  if (kind !== undefined) fields.kind = kind;
  if (reply !== undefined) fields.reply = idBytes(reply);
  if (mentions !== undefined) fields.mentions = mentions.map(idBytes);
  if (deleted !== undefined) fields.deleted = deleted;
  if (expiresMs !== undefined) fields.expiresMs = expiresMs;
  if (file !== undefined) fields.file = file;
  addChanges(fields, extras);
  return Object.keys(fields).length === 0 ? null : fields;
}

function addChanges(fields: Record<string, unknown>, extras: MessageExtras): void {
  const { edited: last, originals: texts, reactions: given, poll: asked, change: done } = extras;
  if (last !== undefined) fields.edited = [last.timeMs, idBytes(last.stream), last.seq];
  if (texts !== undefined) fields.originals = texts.map(({ text, timeMs }) => [text, timeMs]);
  if (given !== undefined) {
    fields.reactions = given.map(({ emoji, from }) => [emoji, from.map(idBytes)]);
  }
  if (asked !== undefined) {
    const votes = asked.votes.map((vote) => [
      ...[idBytes(vote.voter), vote.choice, idBytes(vote.stream), vote.seq],
    ]);
    fields.poll = [asked.choices, asked.anonymous, asked.closed, votes, asked.counts];
  }
  if (done !== undefined) {
    const who = done.who.map(({ fingerprint, nick }) => [idBytes(fingerprint), nick]);
    fields.change = [done.what, who, done.text];
  }
}

/** What these texts take, as UTF-8. */
export function bytesOf(texts: readonly Original[]): number {
  return texts.reduce((sum, { text }) => sum + utf8FromText(text).length, 0);
}
