// Branded identifiers: lowercase hex strings, so that they work as map keys and one can't pass as another.
import { bytesFromHex, hexFromBytes } from './bytes.ts';
import { ProtocolError } from './errors.ts';

declare const brand: unique symbol;
type Id<Name extends string> = string & { readonly [brand]: Name };

/** 64 hex digits: `H("id"; ed, x)`, the fingerprint people see. */
export type PeerId = Id<'PeerId'>;
/** 64 hex digits: `H("relay"; R_pk)`. */
export type RelayId = Id<'RelayId'>;
/** 64 hex digits. */
export type RoomId = Id<'RoomId'>;
/** 32 hex digits: the name under which the relay knows a room. */
export type TopicId = Id<'TopicId'>;
/** 32 hex digits: the first 16 bytes of a PeerId, the address on a private frame. */
export type PeerPrefix = Id<'PeerPrefix'>;
/** 32 hex digits: the fingerprint of a prekey. */
export type Kid = Id<'Kid'>;
/** 32 hex digits: a sender chain in a room. */
export type SenderKeyId = Id<'SenderKeyId'>;
/** 32 hex digits, random. */
export type MessageId = Id<'MessageId'>;
/** 16 hex digits, random: one unbroken run of sequence numbers. */
export type StreamId = Id<'StreamId'>;
/** 32 hex digits: `H("file"; key)[:16]`, the name under which a relay keeps a file. */
export type FileId = Id<'FileId'>;
/** 32 hex digits, random: where two connections that carry a file find each other. */
export type MeetingId = Id<'MeetingId'>;

interface IdKind<T> {
  readonly sizeBytes: number;
  /** From exactly `sizeBytes` bytes. Throws ProtocolError otherwise. */
  fromBytes(bytes: Uint8Array): T;
  /** From hex in either case, or null where the text is anything else. */
  parse(text: string): T | null;
}

function idKind<T extends string>(sizeBytes: number): IdKind<T> {
  const pattern = new RegExp(`^[0-9a-f]{${2 * sizeBytes}}$`);
  return {
    sizeBytes,
    fromBytes(bytes) {
      if (bytes.length !== sizeBytes) throw new ProtocolError(`an id of ${bytes.length} bytes`);
      return hexFromBytes(bytes) as T;
    },
    parse(text) {
      const lower = text.toLowerCase();
      return pattern.test(lower) ? (lower as T) : null;
    },
  };
}

export const PeerId = idKind<PeerId>(32);
export const RelayId = idKind<RelayId>(32);
export const RoomId = idKind<RoomId>(32);
export const TopicId = idKind<TopicId>(16);
export const PeerPrefix = idKind<PeerPrefix>(16);
export const Kid = idKind<Kid>(16);
export const SenderKeyId = idKind<SenderKeyId>(16);
export const MessageId = idKind<MessageId>(16);
export const StreamId = idKind<StreamId>(8);
export const FileId = idKind<FileId>(16);
export const MeetingId = idKind<MeetingId>(16);

/** The bytes of any id. */
export function idBytes(id: Id<string>): Uint8Array {
  return bytesFromHex(id);
}

/** `ID[:16]`, the address on a private frame (PROTOCOL.md, Private messages). */
export function peerPrefix(id: PeerId): PeerPrefix {
  return id.slice(0, 32) as PeerPrefix;
}
