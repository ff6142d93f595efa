// The content of records that change what was said, of polls and of timers: strict CBOR, every size bounded.
import * as v from 'valibot';
import { byteString, decodeCbor, mapOf, sequenceNumber, textOf } from './cbor.ts';
import { lifetimeField, mentionsField, messageIdField } from './content.ts';
import { isEmoji } from './emoji.ts';
import { RoomId } from './ids.ts';
import {
  MAX_CHOICE_BYTES,
  MAX_CHOICES,
  MAX_QUESTION_BYTES,
  MAX_TEXT_BYTES,
  MAX_TIMER_SECONDS,
  MIN_CHOICES,
  MIN_TIMER_SECONDS,
} from './limits.ts';

/** Votes that one poll can have had: more than people are in any room. */
const MAX_COUNT = 1_000_000;
/** Times that a timer was set: far from where numbers end, so that it can always be set once more. */
const MAX_TIMER_TURNS = 2 ** 40;

const choice = v.pipe(sequenceNumber, v.maxValue(MAX_CHOICES - 1));

/** An empty text would be a deletion that doesn't say so. */
const editSchema = mapOf({
  id: messageIdField,
  text: v.pipe(textOf(MAX_TEXT_BYTES), v.minLength(1)),
  mentions: v.exactOptional(mentionsField),
});

const deleteSchema = mapOf({ id: messageIdField });

const reactSchema = mapOf({
  id: messageIdField,
  emoji: v.pipe(v.string(), v.check(isEmoji)),
  on: v.boolean(),
});

/** `seconds` 0: messages stay. Of two timers the one of the higher `turn` holds, of equals that of the greater ID. */
const timerSchema = mapOf({
  seconds: v.union([
    v.literal(0),
    v.pipe(sequenceNumber, v.minValue(MIN_TIMER_SECONDS), v.maxValue(MAX_TIMER_SECONDS)),
  ]),
  turn: v.pipe(sequenceNumber, v.maxValue(MAX_TIMER_TURNS)),
});

const pollSchema = mapOf({
  question: v.pipe(textOf(MAX_QUESTION_BYTES), v.minLength(1)),
  choices: v.pipe(
    v.array(v.pipe(textOf(MAX_CHOICE_BYTES), v.minLength(1))),
    v.minLength(MIN_CHOICES),
    v.maxLength(MAX_CHOICES),
  ),
  anonymous: v.boolean(),
  /** It disappears so long after it was asked or arrived. */
  expires: v.exactOptional(lifetimeField),
});

const voteSchema = mapOf({ id: messageIdField, choice });

const secretVoteSchema = mapOf({
  room: v.pipe(byteString(RoomId.sizeBytes), v.transform(RoomId.fromBytes)),
  id: messageIdField,
  choice,
});

/** `counts`: of an anonymous poll, how many chose each. */
const closePollSchema = mapOf({
  id: messageIdField,
  counts: v.exactOptional(
    v.pipe(
      v.array(v.pipe(sequenceNumber, v.maxValue(MAX_COUNT))),
      v.minLength(MIN_CHOICES),
      v.maxLength(MAX_CHOICES),
    ),
  ),
});

export type EditContent = v.InferOutput<typeof editSchema>;
export type PollContent = v.InferOutput<typeof pollSchema>;
export type TimerContent = v.InferOutput<typeof timerSchema>;

/** All of these throw ProtocolError. */
export function decodeEdit(bytes: Uint8Array): EditContent {
  return decodeCbor(editSchema, bytes);
}

export function decodeDelete(bytes: Uint8Array): v.InferOutput<typeof deleteSchema> {
  return decodeCbor(deleteSchema, bytes);
}

export function decodeReact(bytes: Uint8Array): v.InferOutput<typeof reactSchema> {
  return decodeCbor(reactSchema, bytes);
}

export function decodeTimer(bytes: Uint8Array): TimerContent {
  return decodeCbor(timerSchema, bytes);
}

export function decodePoll(bytes: Uint8Array): PollContent {
  return decodeCbor(pollSchema, bytes);
}

export function decodeVote(bytes: Uint8Array): v.InferOutput<typeof voteSchema> {
  return decodeCbor(voteSchema, bytes);
}

export function decodeSecretVote(bytes: Uint8Array): v.InferOutput<typeof secretVoteSchema> {
  return decodeCbor(secretVoteSchema, bytes);
}

export function decodeClosePoll(bytes: Uint8Array): v.InferOutput<typeof closePollSchema> {
  return decodeCbor(closePollSchema, bytes);
}
