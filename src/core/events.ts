// What the core tells whoever drives it: plain JSON values. Every text from another person is untrusted.
import type { MessageId, PeerId } from '../protocol/ids.ts';

/** `new`: first seen in this run; `known`: pinned earlier; `verified`: a person compared the safety number. */
export type Trust = 'new' | 'known' | 'verified';

/** How another person appears beside what they wrote. */
export interface Who {
  /** Cleaned by protocol/nickname.ts, still untrusted text. Empty while the card is not yet here. */
  readonly nick: string;
  readonly fingerprint: PeerId;
  readonly trust: Trust;
}

export interface Person extends Who {
  readonly online: boolean;
  /** Others listed or pinned carry this nickname (or a look-alike): show `nick·4f2a`, never pick one. */
  readonly ambiguous: boolean;
  /**
   * A pinned person's name under a new ID, not yet accepted by `trust` or `verify`: the pinned IDs.
   * Where one of them is verified, sending to this person is refused until then.
   */
  readonly keyChangedFrom: readonly PeerId[];
}

export type Room = PublicRoom | PrivateRoomInfo;

export interface PublicRoom {
  /** With its `#`, normalized. */
  readonly name: string;
  readonly kind: 'public';
  /** Everybody this client would give its key to, itself included; newest knowledge. */
  readonly members: readonly PeerId[];
}

/** Of a private room, or of a group: people who were chosen, without a title. */
export interface PrivateRoomInfo {
  /** `+` and 64 hex digits. */
  readonly name: string;
  readonly kind: 'private' | 'group';
  /** As its log says, in the order of joining; ourselves among them. */
  readonly members: readonly PeerId[];
  /** Cleaned by protocol/nickname.ts, still its owner's words; empty in a group. */
  readonly title: string;
  /** Untrusted text. */
  readonly topic: string;
  readonly owner: PeerId;
  readonly moderators: readonly PeerId[];
  /** Owner only: whom we asked in, and have not heard from. */
  readonly invited: readonly PeerId[];
  /** Only its owner and its moderators write there. */
  readonly readOnly: boolean;
  /** What is said disappears after this long; null: it stays. */
  readonly expireSeconds: number | null;
  /** Its owner signed two histories: nobody can tell who is in it, and nothing is said there any more. */
  readonly frozen?: true;
  /** Its owner ended it. */
  readonly closed?: true;
  /** Somebody whom we don't know put us into it: nothing goes out there until a person accepts. */
  readonly request?: true;
}

/** A question whether we come into a private room. */
export interface InvitationInfo {
  /** The room's name, as commands take it. */
  readonly room: string;
  readonly title: string;
  readonly from: Who;
  /** ISO 8601, when it came. */
  readonly time: string;
  /** We said yes; its owner has not let us in yet. */
  readonly accepted: boolean;
}

/** What its owner did to a private room, as its timeline tells. */
export interface RoomChange {
  readonly what:
    | 'created'
    | 'added'
    | 'removed'
    | 'left'
    | 'titled'
    | 'topic'
    | 'granted'
    | 'revoked'
    | 'read-only'
    | 'read-write'
    | 'timer'
    | 'transferred'
    | 'closed';
  /** Whom it is about; empty where it is about the room. */
  readonly who: readonly Who[];
  /** The title, the topic, the seconds: untrusted text. */
  readonly text: string | null;
}

/**
 * Never more than what happened: `relayed` when the relay has it, `delivered` when the other client opened it. In
 * the order of a message's life.
 */
export const MESSAGE_STATES = ['pending', 'relayed', 'delivered', 'failed'] as const;
export type MessageState = (typeof MESSAGE_STATES)[number];

/** A rank that a message's state never falls back from: what failed stays failed. */
export function stateRank(state: MessageState): number {
  return MESSAGE_STATES.indexOf(state);
}

/** Why a message has not gone yet, or never will. */
export const MESSAGE_REASONS = [
  'not-here',
  'key-changed',
  'expired',
  'cancelled',
  'refused',
] as const;
export type MessageReason = (typeof MESSAGE_REASONS)[number];

export interface Message {
  readonly id: MessageId;
  /** ISO 8601, this machine's clock at receipt or sending. */
  readonly time: string;
  /** The sender's clock where it differs from ours by more than a few minutes: a note, never an order. */
  readonly sentTime: string | null;
  /** The room, or null for a private message. */
  readonly room: string | null;
  /** The other person of a private conversation; null in rooms. */
  readonly peer: PeerId | null;
  readonly from: Who;
  readonly text: string;
  /** Of our own messages; null on those of others. */
  readonly state: MessageState | null;
}

export type CoreEvent =
  /** Every subscription is live and the roster has been read: from now on nothing is missed. */
  | { readonly type: 'synced' }
  | { readonly type: 'self'; readonly nick: string; readonly fingerprint: PeerId }
  | { readonly type: 'person'; readonly person: Person }
  | { readonly type: 'room'; readonly room: Room }
  | { readonly type: 'room-left'; readonly room: string }
  | { readonly type: 'room-change'; readonly room: string; readonly change: RoomChange }
  | { readonly type: 'invitation'; readonly invitation: InvitationInfo }
  | { readonly type: 'joined' | 'left'; readonly room: string; readonly who: Who }
  /** Received, or sent by this profile (from whichever of its processes). */
  | { readonly type: 'message'; readonly message: Message }
  | {
      readonly type: 'receipt';
      readonly id: MessageId;
      readonly state: MessageState;
      readonly reason: MessageReason | null;
    }
  | {
      readonly type: 'key-changed';
      readonly nick: string;
      readonly was: PeerId;
      readonly now: PeerId;
      /** What the old ID was: `known` or `verified`. */
      readonly trust: Trust;
    }
  | {
      readonly type: 'gap';
      readonly from: Who;
      readonly room: string | null;
      readonly missing: number;
    }
  | { readonly type: 'announcement'; readonly text: string }
  /** Something a person should know: the same identity twice, a record forged, a file that could not be saved. */
  | { readonly type: 'error'; readonly code: string; readonly message: string };
