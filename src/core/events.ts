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
  /** How long messages of the private conversation stay, in seconds; absent: they do. */
  readonly expireSeconds?: number;
}

export interface Room {
  /** With its `#`, normalized. */
  readonly name: string;
  /** Everybody this client would give its key to, itself included; newest knowledge. */
  readonly members: readonly PeerId[];
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

/** A person, or a room with its `#`. */
export type Destination = { readonly peer: PeerId } | { readonly room: string };

/** `action`: what its writer does; `sticker`: its text names a drawing; `change`: of the conversation, not said by anybody. */
export const MESSAGE_KINDS = ['action', 'sticker', 'poll', 'change'] as const;
export type MessageKind = (typeof MESSAGE_KINDS)[number];

/** One emoji, and who reacted with it, in the order in which they did. */
export interface Reaction {
  readonly emoji: string;
  readonly from: readonly PeerId[];
}

export interface Poll {
  /** Untrusted text, as are the choices. */
  readonly question: string;
  readonly choices: readonly string[];
  readonly anonymous: boolean;
  readonly closed: boolean;
  /** How many chose each, as far as this client knows: of somebody else's anonymous poll nothing until it is closed. */
  readonly votes: readonly number[];
  /** Who chose each; absent where the poll is anonymous. */
  readonly voters?: readonly (readonly PeerId[])[];
  /** What we chose. */
  readonly own: number | null;
}

export const CHANGES = [
  'created',
  'added',
  'removed',
  'left',
  'renamed',
  'topic',
  'granted',
  'revoked',
  'read-only',
  'timer',
  'transferred',
  'closed',
] as const;

/** What became of a conversation. */
export interface Change {
  readonly what: (typeof CHANGES)[number];
  readonly who: readonly Who[];
  /** A new name or topic: untrusted; of a timer its seconds, absent where it was taken off. */
  readonly text?: string;
}

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
  /** Absent: a text. The text of a poll is its question, that of a change empty. */
  readonly kind?: MessageKind;
  /** The message it answers, of the same conversation; it may not be here. */
  readonly reply?: MessageId;
  /** When it was edited last, ISO 8601: the text is the new one. */
  readonly edited?: string;
  /** Its writer deleted it for all: nothing of it is left. */
  readonly deleted?: true;
  /** Whom it names. */
  readonly mentions?: readonly PeerId[];
  readonly reactions?: readonly Reaction[];
  /** When it disappears here, ISO 8601, as far as this machine's clock is right. */
  readonly expires?: string;
  readonly poll?: Poll;
  readonly change?: Change;
}

export type CoreEvent =
  /** Every subscription is live and the roster has been read: from now on nothing is missed. */
  | { readonly type: 'synced' }
  | { readonly type: 'self'; readonly nick: string; readonly fingerprint: PeerId }
  | { readonly type: 'person'; readonly person: Person }
  | { readonly type: 'room'; readonly room: Room }
  | { readonly type: 'room-left'; readonly room: string }
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
