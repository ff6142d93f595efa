// A message and its conversation as history keeps them, and their bytes. Knows no keys and no database.
import * as v from 'valibot';
import { ByteReader, ByteWriter, textFromUtf8, utf8FromText } from '../protocol/bytes.ts';
import { byteString, decodeCbor, encodeCbor } from '../protocol/cbor.ts';
import { idBytes, MessageId, PeerId, RoomId } from '../protocol/ids.ts';
import { MAX_ROOM_NAME_BYTES, MAX_TEXT_BYTES } from '../protocol/limits.ts';
import { extrasOf, extrasSchema, type MessageExtras } from './message-extras.ts';
import { textField } from './record-fields.ts';

/** A person, or a room: `#name`, of a private one `+` and its digits. */
export type Conversation = { readonly peer: PeerId } | { readonly room: string };

export interface StoredMessage extends MessageExtras {
  readonly id: MessageId;
  /** This machine's clock at receipt or sending. */
  readonly timeMs: number;
  /** The sender's clock, where it is worth telling. */
  readonly sentTimeMs: number | null;
  readonly conversation: Conversation;
  /** The name as it was then: untrusted text. */
  readonly from: { readonly fingerprint: PeerId; readonly nick: string };
  /** At most 60,000 bytes of UTF-8, untrusted. */
  readonly text: string;
  /** Of our own messages; null on those of others. */
  readonly state: string | null;
  readonly reason: string | null;
}

/** Generous: what was shown must be stored. Only a bound, not a rule about names. */
const MAX_NAME_LENGTH = 256;
const MAX_WORD_LENGTH = 64;
/** `#name`, or of a private room `+` and its digits. */
const MAX_ROOM_BYTES = 1 + Math.max(MAX_ROOM_NAME_BYTES, 2 * RoomId.sizeBytes);

const time = v.pipe(v.number(), v.safeInteger());
const word = v.nullable(v.pipe(v.string(), v.maxLength(MAX_WORD_LENGTH)));

const peerOrRoom = v.pipe(
  v.union([byteString(PeerId.sizeBytes), textField(MAX_ROOM_BYTES)]),
  v.transform(
    (either): Conversation =>
      typeof either === 'string' ? { room: either } : { peer: PeerId.fromBytes(either) },
  ),
);

const entries = [
  byteString(MessageId.sizeBytes),
  time,
  v.nullable(time),
  peerOrRoom,
  byteString(PeerId.sizeBytes),
  v.pipe(v.string(), v.maxLength(MAX_NAME_LENGTH)),
  word,
  word,
] as const;

/** A list, not a map: names of fields would be half of a short message. */
const fieldsSchema = v.union([v.strictTuple(entries), v.strictTuple([...entries, extrasSchema])]);

/** `lp(text) ‖ CBOR` of everything else. Throws RangeError on a message that could not be read back. */
export function encodeMessage(message: StoredMessage): Uint8Array {
  const { timeMs, sentTimeMs, conversation, from, state, reason } = message;
  const extras = extrasOf(message);
  const fields = [
    ...[idBytes(message.id), timeMs, sentTimeMs, peerOrRoomOf(conversation)],
    ...[idBytes(from.fingerprint), from.nick, state, reason],
    ...(extras === null ? [] : [extras]),
  ];
  const text = utf8FromText(message.text);
  if (text.length > MAX_TEXT_BYTES || !v.is(fieldsSchema, fields)) {
    throw new RangeError('message out of bounds');
  }
  const rest = encodeCbor(fields);
  return new ByteWriter(4 + text.length + rest.length).lp(text).raw(rest).finish();
}

/** Throws ProtocolError on anything that `encodeMessage` doesn't make. */
export function decodeMessage(bytes: Uint8Array): StoredMessage {
  const reader = new ByteReader(bytes);
  const text = textFromUtf8(reader.lp(MAX_TEXT_BYTES));
  const [id, timeMs, sentTimeMs, conversation, from, nick, state, reason, extras] = decodeCbor(
    fieldsSchema,
    reader.rest(),
  );
  return {
    id: MessageId.fromBytes(id),
    ...{ timeMs, sentTimeMs, conversation, text, state, reason },
    from: { fingerprint: PeerId.fromBytes(from), nick },
    ...extras,
  };
}

/** Only its text, which comes first: a search reads every message. Throws ProtocolError. */
export function decodeMessageText(bytes: Uint8Array): string {
  return textFromUtf8(new ByteReader(bytes).lp(MAX_TEXT_BYTES));
}

/** What a conversation's row says besides what its messages do. */
export interface ConversationState {
  readonly conversation: Conversation;
  /** Messages of others in later rows than `readRow`. */
  readonly unread: number;
  readonly readRow: number;
  /** Its newest row when it was written, whatever was deleted since. */
  readonly lastRow: number;
}

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const stateSchema = v.pipe(
  v.strictTuple([peerOrRoom, count, count, count]),
  v.transform(
    ([conversation, unread, readRow, lastRow]): ConversationState => ({
      ...{ conversation, unread, readRow, lastRow },
    }),
  ),
);

export function encodeConversation(state: ConversationState): Uint8Array {
  const { conversation, unread, readRow, lastRow } = state;
  return encodeCbor([peerOrRoomOf(conversation), unread, readRow, lastRow]);
}

/** Strict CBOR. Throws ProtocolError on anything else. */
export function decodeConversation(bytes: Uint8Array): ConversationState {
  return decodeCbor(stateSchema, bytes);
}

/** One text for each conversation, to be hashed. */
export function conversationText(conversation: Conversation): string {
  return 'peer' in conversation ? `peer/${conversation.peer}` : `room/${conversation.room}`;
}

function peerOrRoomOf(conversation: Conversation): Uint8Array | string {
  return 'peer' in conversation ? idBytes(conversation.peer) : conversation.room;
}
