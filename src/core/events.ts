// What the core tells whoever drives it: plain JSON values. Every text from another person is untrusted.
import type { FileState } from '../protocol/file-content.ts';
import type { FileId, MessageId, PeerId } from '../protocol/ids.ts';

/** `new`: first seen in this run; `known`: pinned earlier; `verified`: a person compared the safety number. */
export type Trust = 'new' | 'known' | 'verified';

/** What was compared: seven words, sixty digits, or a scanned code. */
export type VerifiedBy = 'words' | 'digits' | 'code';

/** How another person appears beside what they wrote. */
export interface Who {
  /** Cleaned by protocol/nickname.ts, still untrusted text. Empty while the card is not yet here. */
  readonly nick: string;
  readonly fingerprint: PeerId;
  readonly trust: Trust;
  /** What this profile calls them: it stands for the nick wherever people are shown. */
  readonly petname?: string;
  /** What they say is kept and acknowledged, and not shown. */
  readonly ignored?: true;
}

/** The profile's own. */
export interface Self {
  readonly nick: string;
  readonly fingerprint: PeerId;
  /** Nobody but the relay is told that we are here. */
  readonly hidden?: true;
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
  readonly favourite?: true;
  /** One's own words about them. */
  readonly note?: string;
  /** Nothing of theirs is heard, and nothing goes to them: `online` is false then. */
  readonly blocked?: true;
  /** Their words about themselves, cleaned by protocol/one-line.ts, still untrusted text. */
  readonly status?: string;
  /** How long messages of the private conversation stay, in seconds; absent: they do. */
  readonly expireSeconds?: number;
  /** Of the private conversation; absent: as everywhere. */
  readonly notifyLevel?: NotifyLevel;
}

/** What of a conversation its person is told of; `nothing` also counts nothing as unread. */
export type NotifyLevel = 'all' | 'mentions' | 'nothing';

export type Room = PublicRoom | PrivateRoomInfo;

export interface PublicRoom {
  /** With its `#`, normalized. */
  readonly name: string;
  readonly kind: 'public';
  /** Everybody this client would give its key to, itself included; newest knowledge. */
  readonly members: readonly PeerId[];
  /** Absent: as everywhere. */
  readonly notifyLevel?: NotifyLevel;
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
  readonly notifyLevel?: NotifyLevel;
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

/**
 * Never more than what happened: `relayed` when the relay has it, `delivered` when the other client opened it, `read`
 * when it says that its person saw it. In the order of a message's life.
 */
export const MESSAGE_STATES = ['pending', 'relayed', 'delivered', 'read', 'failed'] as const;
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

/** A person, or a room: `#name`, or of a private one `+` and 64 hex digits. */
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
  'titled',
  'topic',
  'granted',
  'revoked',
  'read-only',
  'read-write',
  'timer',
  'transferred',
  'closed',
  'key-changed',
] as const;

/** What became of a conversation. */
export interface Change {
  readonly what: (typeof CHANGES)[number];
  /** Of a changed key: who bore the name before, and who bears it now. */
  readonly who: readonly Who[];
  /** A new name or topic: untrusted; of a timer its seconds, absent where it was taken off; of a key the trust in the old one. */
  readonly text?: string;
}

/** A file that a message carries. All of it is its sender's word until the content is here. */
export interface SharedFile {
  /** Its name at relays. */
  readonly id: FileId;
  /** 64 hex digits: what opens it. */
  readonly key: string;
  /** 64 hex digits: SHA-256 of the content. */
  readonly hash: string;
  /** Bytes. */
  readonly size: number;
  /** Untrusted text, never a path. */
  readonly name: string;
  /** `image/png`; untrusted. */
  readonly type?: string;
  /** Pixels. */
  readonly width?: number;
  readonly height?: number;
  /** How long it plays. */
  readonly durationMs?: number;
  /** It was spoken for this message. */
  readonly voice?: true;
  /** How loud it is, in 32 equal parts: 0 to 7 each. */
  readonly waveform?: readonly number[];
  /** A PNG, base64. */
  readonly thumbnail?: string;
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
  /** With it the text may be empty. */
  readonly file?: SharedFile;
}

/** Why a comparison by words has ended without a word, or without the same ones. */
export const WORDS_REASONS = [
  /** One of the two did not want it, or no longer. */
  'declined',
  'timeout',
  /** One of the two saw other words. */
  'different',
  /** What was shown is not what had been committed to. */
  'mismatch',
  /** A second try while one was open. */
  'repeated',
  /** Answered by somebody else than the one it was opened with. */
  'relayed',
] as const;
export type WordsReason = (typeof WORDS_REASONS)[number];

/** How a comparison by words stands. `same`: our person found them so, and it is on disk. */
export type WordsState =
  | { readonly state: 'waiting' | 'asked' | 'same' }
  | {
      readonly state: 'compare';
      readonly words: readonly string[];
      /** The same as numbers, three digits a word. */
      readonly digits: string;
    }
  | { readonly state: 'failed'; readonly reason: WordsReason };

export type CoreEvent =
  /** Every subscription is live and the roster has been read: from now on nothing is missed. */
  | { readonly type: 'synced' }
  | ({ readonly type: 'self' } & Self)
  | { readonly type: 'person'; readonly person: Person }
  | { readonly type: 'room'; readonly room: Room }
  | { readonly type: 'room-left'; readonly room: string }
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
  /** Somebody writes to us just now; `room` is null in private. */
  | { readonly type: 'typing'; readonly from: Who; readonly room: string | null }
  /** Answers the question who has read a message of ours in a room. */
  | { readonly type: 'who-read'; readonly id: MessageId; readonly who: Who }
  /** Of a file that one of us two sent the other, as they say it stands. */
  | { readonly type: 'file-state'; readonly from: PeerId; readonly state: FileState }
  | ({ readonly type: 'words'; readonly peer: Who } & WordsState)
  | { readonly type: 'announcement'; readonly text: string }
  /** Something a person should know: the same identity twice, a record forged, a file that could not be saved. */
  | { readonly type: 'error'; readonly code: string; readonly message: string };
