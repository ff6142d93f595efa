// What is sealed: the record of a private message with its note, and the record of a room message.
import { ByteReader, ByteWriter } from './bytes.ts';
import { ProtocolError } from './errors.ts';
import { idBytes, MessageId, StreamId } from './ids.ts';
import { MAX_PADDED_BYTES } from './limits.ts';
import { decodeNote, encodeNote, type Note } from './note.ts';
import { HASH_BYTES } from './sizes.ts';

/**
 * Record types. 0x01–0x3f travel only as private messages, 0x40–0x7f only in rooms; the other way round
 * is refused, so that nobody moves a sentence from one to the other.
 */
export const RECORD_TYPES = {
  text: 0x01,
  /** Taken back before it was sent: holds the place of its sequence number. */
  void: 0x02,
  /** Theirs were read up to a number. */
  read: 0x03,
  edit: 0x05,
  delete: 0x06,
  react: 0x07,
  /** How long messages of this private conversation stay. */
  timer: 0x08,
  /** What its writer says of themselves; the newest counts. */
  status: 0x09,
  /** In an anonymous poll: to its author alone. */
  secretVote: 0x0a,
  /** Who has read a message of mine in a room? */
  whoRead: 0x0b,
  /** Who answers has. */
  hasRead: 0x0c,
  roomKey: 0x10,
  /** Of private rooms (room-content.ts). */
  roomOperations: 0x12,
  roomStrike: 0x13,
  roomInvitation: 0x14,
  roomAnswer: 0x15,
  roomWelcome: 0x16,
  roomTransfer: 0x17,
  /** Of a comparison by words: what is committed to, the answer, and what it was. */
  wordsCommit: 0x18,
  wordsReply: 0x19,
  wordsReveal: 0x1a,
  roomWantLog: 0x1b,
  /** How it stands with a file that the other sent, or was sent (file-content.ts). */
  fileState: 0x22,
  roomText: 0x40,
  roomEdit: 0x41,
  roomDelete: 0x42,
  roomReact: 0x43,
  poll: 0x44,
  vote: 0x45,
  closePoll: 0x47,
} as const;

/** What keeps rooms going: nothing that two people say to each other. */
const UPKEEP: ReadonlySet<number> = new Set([
  RECORD_TYPES.roomKey,
  RECORD_TYPES.roomOperations,
  RECORD_TYPES.roomStrike,
  RECORD_TYPES.roomWelcome,
  RECORD_TYPES.roomWantLog,
]);

export function isUpkeep(type: number): boolean {
  return UPKEEP.has(type);
}

const LAST_DIRECT_TYPE = 0x3f;
const LAST_ROOM_TYPE = 0x7f;
const CONVERSATION_BYTES = 16;

/** How far a private room's log its writer knew, and what it held: the number of the last operation, and 32 bytes. */
export interface LogHead {
  readonly n: number;
  readonly hash: Uint8Array;
}

/** Of a public room, which has no log. */
export const NO_LOG: LogHead = { n: 0, hash: new Uint8Array(HASH_BYTES) };

export interface RecordFields {
  readonly type: number;
  readonly messageId: MessageId;
  readonly stream: StreamId;
  /** From 1, per stream and person, or per stream and room. */
  readonly seq: number;
  /** The sender's wall clock, ms since 1970: a note for people, decides nothing. */
  readonly timeMs: number;
  readonly content: Uint8Array;
}

/** The same bytes at every sealing (PROTOCOL.md, Private messages). */
export interface DirectRecord extends RecordFields {
  /** `H("conv"; both IDs sorted)[:16]`: binds the record to its two people. */
  readonly conversation: Uint8Array;
}

/** The head is that of the last sealing; all else is the same at every one. */
export interface RoomRecord extends RecordFields {
  readonly head: LogHead;
}

export interface DirectPayload {
  /** Null in control messages. */
  readonly record: DirectRecord | null;
  /** The record's bytes as they came, to recognise a repeat that differs. */
  readonly recordBytes: Uint8Array;
  readonly note: Note;
}

export function encodeDirectRecord(record: DirectRecord): Uint8Array {
  const writer = new ByteWriter().u8(record.type).u8(0);
  writer.fixed(record.conversation, CONVERSATION_BYTES);
  return writeFields(writer, record).raw(record.content).finish();
}

/** `lp(record) ‖ note`, not yet padded. An empty record makes a control message. */
export function encodeDirectPayload(recordBytes: Uint8Array, note: Note): Uint8Array {
  return new ByteWriter().lp(recordBytes).raw(encodeNote(note)).finish();
}

/** Throws ProtocolError, also on a room's record type. */
export function decodeDirectPayload(bytes: Uint8Array): DirectPayload {
  const reader = new ByteReader(bytes);
  const recordBytes = reader.lp(MAX_PADDED_BYTES);
  const note = decodeNote(reader.rest());
  const record = recordBytes.length === 0 ? null : decodeDirectRecord(recordBytes);
  return { record, recordBytes, note };
}

/** Throws ProtocolError, also on a room's record type. */
export function decodeDirectRecord(bytes: Uint8Array): DirectRecord {
  const reader = new ByteReader(bytes);
  const type = reader.u8();
  reader.u8();
  if (type === 0 || type > LAST_DIRECT_TYPE) throw new ProtocolError('not a private record type');
  const conversation = reader.take(CONVERSATION_BYTES);
  return { type, conversation, ...readFields(reader), content: reader.rest() };
}

export function encodeRoomRecord(record: RoomRecord): Uint8Array {
  const writer = new ByteWriter().u8(record.type).u8(0);
  const { head, content } = record;
  return writeFields(writer, record).u32(head.n).fixed(head.hash, HASH_BYTES).raw(content).finish();
}

/** Throws ProtocolError, also on a private record type. */
export function decodeRoomRecord(bytes: Uint8Array): RoomRecord {
  const reader = new ByteReader(bytes);
  const type = reader.u8();
  reader.u8();
  if (type <= LAST_DIRECT_TYPE || type > LAST_ROOM_TYPE) {
    throw new ProtocolError('not a room record type');
  }
  const fields = readFields(reader);
  const head = { n: reader.u32(), hash: reader.take(HASH_BYTES).slice() };
  return { type, ...fields, head, content: reader.rest() };
}

function writeFields(writer: ByteWriter, record: RecordFields): ByteWriter {
  return writer
    .raw(idBytes(record.messageId))
    .raw(idBytes(record.stream))
    .u64(BigInt(record.seq))
    .u64(BigInt(record.timeMs));
}

function readFields(reader: ByteReader): Omit<RecordFields, 'type' | 'content'> {
  const messageId = MessageId.fromBytes(reader.take(MessageId.sizeBytes));
  const stream = StreamId.fromBytes(reader.take(StreamId.sizeBytes));
  const seq = reader.sequenceNumber();
  if (seq === 0) throw new ProtocolError('sequence numbers begin at 1');
  return { messageId, stream, seq, timeMs: reader.sequenceNumber() };
}
