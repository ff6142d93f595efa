// The frame table: every message between client and relay, bytes ↔ typed values. No IO, no crypto.
import { ByteReader, ByteWriter, textFromUtf8, utf8FromText } from './bytes.ts';
import { CODES, type Code, codeFromNumber } from './codes.ts';
import { ProtocolError } from './errors.ts';
import { type FileFrame, readFileFrame, writeFileFrame } from './file-frames.ts';
import { idBytes, PeerId, TopicId } from './ids.ts';
import {
  MAX_ANNOUNCEMENT_BYTES,
  MAX_CARD_BYTES,
  MAX_FRAME_BYTES,
  MAX_IDS_PER_GET,
  MAX_PRESENCE_ENTRIES,
  MAX_ROSTER_ENTRIES,
  MAX_RSEQS_PER_ACK,
  SEALED_CHUNK_BYTES,
} from './limits.ts';
import { PUBLIC_KEY_BYTES, SIGNATURE_BYTES } from './sizes.ts';

/** What the relay announces in CHALLENGE. */
export interface AnnouncedLimits {
  /** Largest frame body, type and req after login, in bytes. */
  readonly frameBytes: number;
  /** Topics one connection may subscribe. */
  readonly topics: number;
  /** Blobs the mailbox keeps for a person; 0 where there is no mailbox. */
  readonly mailboxBlobs: number;
}

/** A signed join or leave of a public room (PROTOCOL.md, Rooms). The relay can't check it; members do. */
export interface JoinProof {
  readonly seq: bigint;
  readonly standing: Standing;
  readonly signature: Uint8Array;
}

/** `left`; `joined`; `guest`: speaks for a moment (`lanchat send '#room'`), is given no key and not listed. */
export type Standing = (typeof STANDINGS)[number];

export interface PresenceEntry {
  readonly id: PeerId;
  readonly online: boolean;
  readonly cardSeq: bigint;
  readonly bundleSeq: bigint;
}

export interface RosterEntry {
  readonly id: PeerId;
  /** The relay's word: whether this member's connection is subscribed now. */
  readonly here: boolean;
  readonly join: JoinProof;
}

/** A blob for the relay to pass on; the token is new at each sealing. */
export interface Submission {
  readonly token: Uint8Array;
  /** How long the relay may keep it; 0, of a private blob: it is passed on now or refused. */
  readonly ttlSeconds: number;
  readonly blob: Uint8Array;
}

export type ObjectKind = 'card' | 'bundle';

/** `req` is the client's, non-zero, and echoed in the answer; 0 from the relay's own accord. */
export type Frame = { readonly req: number } & (
  | {
      readonly type: 'hello';
      readonly minVersion: number;
      readonly maxVersion: number;
      readonly nonce: Uint8Array;
    }
  | ({ readonly type: 'challenge' } & Challenge)
  | { readonly type: 'auth'; readonly card: Uint8Array; readonly signature: Uint8Array }
  /** As AUTH, on a connection of its own that carries one file: nobody is told of it, and it replaces no other. */
  | { readonly type: 'carry'; readonly card: Uint8Array; readonly signature: Uint8Array }
  | { readonly type: 'ready'; readonly queued: number; readonly timeMs: bigint }
  | { readonly type: 'publish'; readonly kind: ObjectKind; readonly object: Uint8Array }
  | { readonly type: 'get'; readonly kind: ObjectKind; readonly ids: readonly PeerId[] }
  | { readonly type: 'found'; readonly kind: ObjectKind; readonly objects: readonly Uint8Array[] }
  | ({ readonly type: 'send' } & Submission)
  | ({ readonly type: 'fanout' } & Submission)
  | { readonly type: 'done' }
  | { readonly type: 'deliver'; readonly rseq: bigint; readonly blob: Uint8Array }
  /** These blobs of the mailbox are stored at the reader's end: forget them. Not answered; `req` is 0. */
  | { readonly type: 'ack'; readonly rseqs: readonly bigint[] }
  /** A page of the mailbox, above `after`; answered by DELIVERs and then `done` (there is more) or `drained`. */
  | { readonly type: 'fetch'; readonly after: bigint }
  /** Nothing lies in the mailbox above the `after` of FETCH. */
  | { readonly type: 'drained' }
  | {
      readonly type: 'sub';
      readonly topic: TopicId;
      readonly cursor: bigint;
      readonly join: JoinProof;
    }
  | { readonly type: 'unsub'; readonly topic: TopicId; readonly join: JoinProof }
  | {
      readonly type: 'presence';
      readonly complete: boolean;
      readonly entries: readonly PresenceEntry[];
    }
  | {
      readonly type: 'roster';
      readonly topic: TopicId;
      readonly complete: boolean;
      readonly head: bigint;
      readonly entries: readonly RosterEntry[];
    }
  | {
      readonly type: 'announce';
      readonly seq: bigint;
      readonly text: string;
      readonly signature: Uint8Array;
    }
  /** Nobody else is told that this client is here. Before AUTH it counts from the login on, and is not answered. */
  | { readonly type: 'hide'; readonly hidden: boolean }
  | FileFrame
  /** Who we are, on a connection between two people's machines: a signature over it (crypto/file-proof.ts). */
  | { readonly type: 'prove'; readonly signature: Uint8Array }
  | { readonly type: 'end'; readonly code: Code }
  | { readonly type: 'error'; readonly code: Code }
  | { readonly type: 'ping' }
);

export type FrameType = Frame['type'];
export type FrameOf<T extends FrameType> = Extract<Frame, { type: T }>;

/** What the relay's first frame says; `signed` is the part of its body that its signature covers. */
export interface Challenge {
  readonly version: number;
  readonly relayKey: Uint8Array;
  readonly nonce: Uint8Array;
  readonly limits: AnnouncedLimits;
  readonly signature: Uint8Array;
}

/**
 * Type bytes. Reserved for later issues and refused today: 13 LIST, and the join-code slot of HELLO,
 * CHALLENGE, AUTH and READY (a slot byte that must be 0).
 */
export const FRAME_TYPES = {
  hello: 0x01,
  challenge: 0x02,
  auth: 0x03,
  ready: 0x04,
  carry: 0x05,
  publish: 0x10,
  get: 0x11,
  found: 0x12,
  send: 0x20,
  fanout: 0x21,
  done: 0x22,
  deliver: 0x30,
  ack: 0x31,
  fetch: 0x32,
  drained: 0x33,
  sub: 0x40,
  unsub: 0x41,
  presence: 0x42,
  roster: 0x43,
  announce: 0x44,
  hide: 0x45,
  keep: 0x50,
  take: 0x51,
  meet: 0x52,
  drop: 0x53,
  chunk: 0x54,
  have: 0x55,
  prove: 0x56,
  end: 0x7d,
  ping: 0x7e,
  error: 0x7f,
} as const satisfies Record<FrameType, number>;

export const TOKEN_BYTES = 16;
export const NONCE_BYTES = 32;
/** Bytes before a frame's body: `u32 len ‖ u8 type ‖ u32 req`; `len` counts type, req and body. */
export const FRAME_HEADER_BYTES = 9;
const LENGTH_BYTES = 4;
const NO_SLOT = 0;
/** `ID32 ‖ online u8 ‖ card seq u64 ‖ bundle seq u64`, and `ID32 ‖ here u8 ‖ join73`. */
const PRESENCE_ENTRY_BYTES = 49;
const ROSTER_ENTRY_BYTES = 106;
/** By their byte, on the wire and under a join's signature. */
export const STANDINGS = ['left', 'joined', 'guest'] as const;
const OBJECT_KINDS = ['card', 'bundle'] as const;

/** The whole frame, length included. Throws RangeError on values of ours that no frame can hold. */
export function encodeFrame(frame: Frame): Uint8Array {
  const writer = new ByteWriter(likelySize(frame)).raw(new Uint8Array(FRAME_HEADER_BYTES));
  writeBody(writer, frame);
  const bytes = writer.finish();
  const length = bytes.length - LENGTH_BYTES;
  if (length > MAX_FRAME_BYTES) throw new RangeError(`frame of ${length} bytes`);
  // The header goes in last: a body of 64 KiB is copied once.
  const header = new ByteWriter().u32(length).u8(FRAME_TYPES[frame.type]).u32(frame.req);
  bytes.set(header.finish());
  return bytes;
}

/** A whole CHUNK but for its sealed bytes, which follow it. */
export const CHUNK_HEAD_BYTES = FRAME_HEADER_BYTES + 4;

/** Writes the head of chunk `index`, from nobody's request, to the beginning of `bytes`. */
export function encodeChunkHead(bytes: Uint8Array, index: number): void {
  const length = CHUNK_HEAD_BYTES - LENGTH_BYTES + SEALED_CHUNK_BYTES;
  const head = new ByteWriter().u32(length).u8(FRAME_TYPES.chunk).u32(0).u32(index);
  bytes.set(head.finish());
}

/** Of the whole frame: exact for the long ones. */
function likelySize(frame: Frame): number {
  switch (frame.type) {
    case 'found':
      return frame.objects.reduce((sum, { length }) => sum + 4 + length, FRAME_HEADER_BYTES + 3);
    case 'send':
    case 'fanout':
      return FRAME_HEADER_BYTES + TOKEN_BYTES + 4 + frame.blob.length;
    case 'deliver':
      return FRAME_HEADER_BYTES + 8 + frame.blob.length;
    case 'chunk':
      return FRAME_HEADER_BYTES + 4 + SEALED_CHUNK_BYTES;
    case 'presence':
      return FRAME_HEADER_BYTES + 3 + PRESENCE_ENTRY_BYTES * frame.entries.length;
    case 'roster':
      return FRAME_HEADER_BYTES + 27 + ROSTER_ENTRY_BYTES * frame.entries.length;
    default:
      return FRAME_HEADER_BYTES + 256;
  }
}

/** The signed part of a CHALLENGE body: everything but the signature. */
export function encodeChallengeFields(challenge: Omit<Challenge, 'signature'>): Uint8Array {
  return new ByteWriter()
    .u8(challenge.version)
    .u8(NO_SLOT)
    .fixed(challenge.relayKey, PUBLIC_KEY_BYTES)
    .fixed(challenge.nonce, NONCE_BYTES)
    .u32(challenge.limits.frameBytes)
    .u16(challenge.limits.topics)
    .u32(challenge.limits.mailboxBlobs)
    .finish();
}

/** The body of a HELLO, which the relay's signature covers. */
export function encodeHelloBody(hello: Omit<FrameOf<'hello'>, 'type' | 'req'>): Uint8Array {
  return new ByteWriter()
    .u8(hello.minVersion)
    .u8(hello.maxVersion)
    .fixed(hello.nonce, NONCE_BYTES)
    .u8(NO_SLOT)
    .finish();
}

function writeBody(writer: ByteWriter, frame: Frame): void {
  switch (frame.type) {
    case 'hello':
      writer.raw(encodeHelloBody(frame));
      return;
    case 'challenge':
      writer.raw(encodeChallengeFields(frame)).fixed(frame.signature, SIGNATURE_BYTES);
      return;
    case 'auth':
    case 'carry':
      writer.lp(frame.card).fixed(frame.signature, SIGNATURE_BYTES).u8(NO_SLOT);
      return;
    case 'ready':
      writer.u32(frame.queued).u64(frame.timeMs).u8(NO_SLOT);
      return;
    case 'publish':
      writer.u8(OBJECT_KINDS.indexOf(frame.kind)).raw(frame.object);
      return;
    case 'get':
      writer.u8(OBJECT_KINDS.indexOf(frame.kind)).u16(frame.ids.length);
      for (const id of frame.ids) writer.raw(idBytes(id));
      return;
    case 'found':
      writer.u8(OBJECT_KINDS.indexOf(frame.kind)).u16(frame.objects.length);
      for (const object of frame.objects) writer.lp(object);
      return;
    case 'send':
    case 'fanout':
      writer.fixed(frame.token, TOKEN_BYTES).u32(frame.ttlSeconds).raw(frame.blob);
      return;
    case 'deliver':
      writer.u64(frame.rseq).raw(frame.blob);
      return;
    case 'ack':
      writer.u16(frame.rseqs.length);
      for (const rseq of frame.rseqs) writer.u64(rseq);
      return;
    case 'fetch':
      writer.u64(frame.after);
      return;
    case 'sub':
      writer.raw(idBytes(frame.topic)).u64(frame.cursor);
      writeJoin(writer, frame.join);
      return;
    case 'unsub':
      writer.raw(idBytes(frame.topic));
      writeJoin(writer, frame.join);
      return;
    case 'presence':
      writer.u8(frame.complete ? 1 : 0).u16(frame.entries.length);
      for (const entry of frame.entries) writePresence(writer, entry);
      return;
    case 'roster':
      writer
        .raw(idBytes(frame.topic))
        .u8(frame.complete ? 1 : 0)
        .u64(frame.head);
      writer.u16(frame.entries.length);
      for (const entry of frame.entries) writeRosterEntry(writer, entry);
      return;
    case 'announce':
      writer.u64(frame.seq).fixed(frame.signature, SIGNATURE_BYTES).raw(utf8FromText(frame.text));
      return;
    case 'hide':
      writer.u8(frame.hidden ? 1 : 0);
      return;
    case 'keep':
    case 'take':
    case 'meet':
    case 'drop':
    case 'chunk':
    case 'have':
      writeFileFrame(writer, frame);
      return;
    case 'prove':
      writer.fixed(frame.signature, SIGNATURE_BYTES);
      return;
    case 'end':
    case 'error':
      writer.u16(CODES[frame.code]);
      return;
    case 'done':
    case 'drained':
    case 'ping':
      return;
    default:
      frame satisfies never;
  }
}

function writeJoin(writer: ByteWriter, join: JoinProof): void {
  writer.u64(join.seq).u8(STANDINGS.indexOf(join.standing)).fixed(join.signature, SIGNATURE_BYTES);
}

/** `seq u64 ‖ standing u8 ‖ sig64`, 73 bytes: as in SUB, for distributions and wants. */
export function encodeJoinProof(join: JoinProof): Uint8Array {
  const writer = new ByteWriter();
  writeJoin(writer, join);
  return writer.finish();
}

/** Throws ProtocolError. */
export function decodeJoinProof(bytes: Uint8Array): JoinProof {
  const reader = new ByteReader(bytes);
  const join = readJoin(reader);
  reader.end();
  return join;
}

function writePresence(writer: ByteWriter, entry: PresenceEntry): void {
  writer
    .raw(idBytes(entry.id))
    .u8(entry.online ? 1 : 0)
    .u64(entry.cardSeq)
    .u64(entry.bundleSeq);
}

function writeRosterEntry(writer: ByteWriter, entry: RosterEntry): void {
  writer.raw(idBytes(entry.id)).u8(entry.here ? 1 : 0);
  writeJoin(writer, entry.join);
}

const TYPE_BY_CODE = new Map<number, FrameType>();
for (const type of Object.keys(FRAME_TYPES)) {
  if (isFrameType(type)) TYPE_BY_CODE.set(FRAME_TYPES[type], type);
}

function isFrameType(name: string): name is FrameType {
  return name in FRAME_TYPES;
}

/**
 * Reads `u8 type ‖ u32 req ‖ body`, without the length field. Byte fields are views into `bytes`.
 * Throws ProtocolError on anything that `encodeFrame` would not have written.
 */
export function decodeFrame(bytes: Uint8Array): Frame {
  const reader = new ByteReader(bytes);
  const type = TYPE_BY_CODE.get(reader.u8());
  if (type === undefined) throw new ProtocolError('unknown frame type');
  const req = reader.u32();
  const frame = readBody(reader, type, req);
  reader.end();
  return frame;
}

function readBody(reader: ByteReader, type: FrameType, req: number): Frame {
  switch (type) {
    case 'hello': {
      const [minVersion, maxVersion] = [reader.u8(), reader.u8()];
      const nonce = reader.take(NONCE_BYTES);
      readNoSlot(reader);
      return { type, req, minVersion, maxVersion, nonce };
    }
    case 'challenge':
      return { type, req, ...readChallenge(reader) };
    case 'auth':
    case 'carry': {
      const card = reader.lp(MAX_CARD_BYTES);
      const signature = reader.take(SIGNATURE_BYTES);
      readNoSlot(reader);
      return { type, req, card, signature };
    }
    case 'ready': {
      const queued = reader.u32();
      const timeMs = reader.u64();
      readNoSlot(reader);
      return { type, req, queued, timeMs };
    }
    case 'publish':
      return { type, req, kind: readKind(reader), object: reader.rest() };
    case 'get': {
      const kind = readKind(reader);
      return { type, req, kind, ids: readList(reader, MAX_IDS_PER_GET, readPeerId) };
    }
    case 'found': {
      const kind = readKind(reader);
      const objects = readList(reader, MAX_IDS_PER_GET, (r) => r.lp(MAX_FRAME_BYTES));
      return { type, req, kind, objects };
    }
    case 'send':
    case 'fanout': {
      const token = reader.take(TOKEN_BYTES);
      return { type, req, token, ttlSeconds: reader.u32(), blob: reader.rest() };
    }
    case 'deliver':
      return { type, req, rseq: reader.u64(), blob: reader.rest() };
    case 'ack':
      return { type, req, rseqs: readList(reader, MAX_RSEQS_PER_ACK, (r) => r.u64()) };
    case 'fetch':
      return { type, req, after: reader.u64() };
    case 'sub': {
      const topic = readTopic(reader);
      return { type, req, topic, cursor: reader.u64(), join: readJoin(reader) };
    }
    case 'unsub':
      return { type, req, topic: readTopic(reader), join: readJoin(reader) };
    case 'presence': {
      const complete = readFlag(reader);
      const entries = readList(reader, MAX_PRESENCE_ENTRIES, readPresence);
      return { type, req, complete, entries };
    }
    case 'roster': {
      const topic = readTopic(reader);
      const complete = readFlag(reader);
      const head = reader.u64();
      const entries = readList(reader, MAX_ROSTER_ENTRIES, readRosterEntry);
      return { type, req, topic, complete, head, entries };
    }
    case 'announce': {
      const seq = reader.u64();
      const signature = reader.take(SIGNATURE_BYTES);
      if (reader.remaining > MAX_ANNOUNCEMENT_BYTES)
        throw new ProtocolError('announcement too long');
      return { type, req, seq, signature, text: textFromUtf8(reader.rest()) };
    }
    case 'hide':
      return { type, req, hidden: readFlag(reader) };
    case 'keep':
    case 'take':
    case 'meet':
    case 'drop':
    case 'chunk':
    case 'have':
      return { req, ...readFileFrame(reader, type) };
    case 'prove':
      return { type, req, signature: reader.take(SIGNATURE_BYTES) };
    case 'end':
    case 'error':
      return { type, req, code: codeFromNumber(reader.u16()) };
    case 'done':
    case 'drained':
    case 'ping':
      return { type, req };
    default:
      return type satisfies never;
  }
}

function readChallenge(reader: ByteReader): Challenge {
  const version = reader.u8();
  readNoSlot(reader);
  const relayKey = reader.take(PUBLIC_KEY_BYTES);
  const nonce = reader.take(NONCE_BYTES);
  const limits = { frameBytes: reader.u32(), topics: reader.u16(), mailboxBlobs: reader.u32() };
  return { version, relayKey, nonce, limits, signature: reader.take(SIGNATURE_BYTES) };
}

function readPresence(reader: ByteReader): PresenceEntry {
  const id = readPeerId(reader);
  const online = readFlag(reader);
  return { id, online, cardSeq: reader.u64(), bundleSeq: reader.u64() };
}

function readRosterEntry(reader: ByteReader): RosterEntry {
  const id = readPeerId(reader);
  return { id, here: readFlag(reader), join: readJoin(reader) };
}

function readJoin(reader: ByteReader): JoinProof {
  const seq = reader.u64();
  const standing = STANDINGS[reader.u8()];
  if (standing === undefined) throw new ProtocolError('standing');
  return { seq, standing, signature: reader.take(SIGNATURE_BYTES) };
}

function readList<T>(reader: ByteReader, max: number, readItem: (reader: ByteReader) => T): T[] {
  const count = reader.u16();
  if (count > max) throw new ProtocolError('list too long');
  const items: T[] = [];
  for (let index = 0; index < count; index++) items.push(readItem(reader));
  return items;
}

function readPeerId(reader: ByteReader): PeerId {
  return PeerId.fromBytes(reader.take(PeerId.sizeBytes));
}

function readTopic(reader: ByteReader): TopicId {
  return TopicId.fromBytes(reader.take(TopicId.sizeBytes));
}

function readKind(reader: ByteReader): ObjectKind {
  const kind = OBJECT_KINDS[reader.u8()];
  if (kind === undefined) throw new ProtocolError('object kind');
  return kind;
}

function readFlag(reader: ByteReader): boolean {
  const value = reader.u8();
  if (value > 1) throw new ProtocolError('flag');
  return value === 1;
}

function readNoSlot(reader: ByteReader): void {
  if (reader.u8() !== NO_SLOT) throw new ProtocolError('join-code slot');
}
