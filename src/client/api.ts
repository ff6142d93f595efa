// Commands and events: the one language that the screen, headless commands and the profile's socket speak.
// Plain JSON values only. Every text that came from another person is untrusted: clean it before a terminal.
import type {
  CoreEvent,
  Destination,
  InvitationInfo,
  Message,
  MessageReason,
  Person,
  Room,
  Self,
  VerifiedBy,
} from '../core/events.ts';
import { LanchatError } from '../protocol/errors.ts';
import type { MessageId, PeerId } from '../protocol/ids.ts';
import type { ConversationSettings } from './conversation-settings.ts';
import type { FileCommand, FileEvent, FileReplies } from './file-transfer.ts';
import type { Preferences } from './preferences.ts';
import type { StorageProblem } from './storage-problem.ts';

export type {
  Change,
  Destination,
  InvitationInfo,
  Message,
  MessageReason,
  MessageState,
  NotifyLevel,
  Person,
  Poll,
  Room,
  Self,
  SharedFile,
  Trust,
  VerifiedBy,
  Who,
  WordsReason,
} from '../core/events.ts';
export type { ConversationSettings } from './conversation-settings.ts';
export type { FileTransfer } from './file-transfer.ts';
export type { Preferences } from './preferences.ts';
export type { StorageProblem } from './storage-problem.ts';

export interface RelayChoice {
  /** As advertised: untrusted text. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** Whole where it is pinned; the first 16 hex digits that mDNS claimed otherwise. */
  readonly fingerprint: string;
  readonly pinned: boolean;
}

/** `searching`: no relay found yet; `choosing`: several, or a stranger, and the person must say which. */
export type LinkState = 'searching' | 'choosing' | 'connecting' | 'online' | 'offline' | 'ended';

export interface Link {
  readonly state: LinkState;
  /** `host:port` of the relay in use or tried. */
  readonly relay: string | null;
  /** The relay's whole fingerprint, once its key is proven. */
  readonly fingerprint: string | null;
  /** Why it is not online: a code of protocol/codes.ts or of transport errors. */
  readonly reason: string | null;
  /** Milliseconds until the next try, where one is planned. */
  readonly retryInMs: number | null;
  /** In state `choosing`. */
  readonly choices: readonly RelayChoice[];
}

export type ClientEvent =
  | Exclude<CoreEvent, { type: 'synced' | 'file-state' }>
  /** How it stands with a file; while it moves, several times a second. */
  | FileEvent
  | { readonly type: 'link'; readonly link: Link }
  /** Every subscription is live and the roster has been read: from now on nothing is missed. */
  | { readonly type: 'ready'; readonly relay: string; readonly fingerprint: string }
  | { readonly type: 'disconnected'; readonly reason: string }
  | { readonly type: 'reconnected' }
  /** Edited, deleted for all, reacted to, voted in: as it is now, once that is on disk. */
  | { readonly type: 'message-changed'; readonly message: StoredMessage }
  /** A message was deleted here, or has disappeared; `id` null: the whole conversation was. */
  | {
      readonly type: 'deleted';
      readonly conversation: Destination;
      readonly id: MessageId | null;
      /** How many went. */
      readonly messages: number;
    }
  /** The disk takes nothing: what is typed and what arrives waits until it does. Null: it does again. */
  | { readonly type: 'storage'; readonly problem: StorageProblem | null }
  /** Something is set otherwise from now on, by whichever process. */
  | { readonly type: 'settings'; readonly settings: Preferences };

/** A message as history holds it. */
export interface StoredMessage extends Message {
  /** Why it failed or waits; null where it doesn't. */
  readonly reason: MessageReason | null;
  /** What an edited message said before, oldest first, and until when (ISO 8601). */
  readonly originals?: readonly { readonly text: string; readonly until: string }[];
}

/** The most messages of one page, whatever its limit. */
export const MAX_PAGE_MESSAGES = 500;

export interface MessagePage {
  /** Oldest first; newest first from `search`. */
  readonly messages: readonly StoredMessage[];
  /** Whether there are more in the direction asked for. */
  readonly more: boolean;
}

/** Whether history holds no message of the id that was asked for. */
export function isUnknownMessage(error: unknown): boolean {
  return error instanceof LanchatError && error.code === 'unknown-message';
}

/** A conversation that history knows. */
export interface Conversation {
  readonly with: Destination;
  readonly last: StoredMessage | null;
  /** Messages of others after the last `mark-read`. */
  readonly unread: number;
}

/** What was typed in a conversation and not sent. */
export interface Draft {
  readonly conversation: Destination;
  readonly text: string;
}

/** Null takes a name or a note away. */
export interface ContactChange {
  readonly petname?: string | null;
  readonly favourite?: boolean;
  readonly note?: string | null;
  readonly ignored?: boolean;
  readonly blocked?: boolean;
}

export type Command =
  | FileCommand
  | { readonly do: 'snapshot' }
  /** `@nick`, a nickname, or a fingerprint: whole, or 8 digits and more among pinned people. */
  | { readonly do: 'find-person'; readonly query: string }
  /** `#name`, or of a private room `+title` or `+` and its first 8 digits and more: those that we are in. Throws `ambiguous-room`. */
  | { readonly do: 'find-room'; readonly query: string }
  | {
      readonly do: 'send';
      readonly to: Destination;
      readonly text: string;
      /** `sticker`: the text is its name. */
      readonly kind?: 'action' | 'sticker';
      /** Throws `unknown-message` where that is not in this conversation. */
      readonly reply?: MessageId;
      /** Besides those whom `@name` in the text names, where that fits one person. */
      readonly mentions?: readonly PeerId[];
    }
  /** Our own message says something else from now on. */
  | { readonly do: 'edit'; readonly id: MessageId; readonly text: string }
  /** Deletes our own message for all who still have it. */
  | { readonly do: 'unsend'; readonly id: MessageId }
  | {
      readonly do: 'react';
      readonly id: MessageId;
      readonly emoji: string;
      /** False: takes it back. */
      readonly on: boolean;
    }
  /** How many seconds messages of a private conversation stay, for both; null: for good. */
  | { readonly do: 'timer'; readonly with: Destination; readonly seconds: number | null }
  | {
      readonly do: 'poll';
      readonly room: string;
      readonly question: string;
      readonly choices: readonly string[];
      readonly anonymous: boolean;
    }
  /** `choice`: from 0. The last vote counts. */
  | { readonly do: 'vote'; readonly id: MessageId; readonly choice: number }
  | { readonly do: 'close-poll'; readonly id: MessageId }
  /** Takes back a message that is still pending. */
  | { readonly do: 'cancel'; readonly id: MessageId }
  | { readonly do: 'join' | 'leave'; readonly room: string }
  /** Waits until the relay has what a command made for others (`Made`), or for so long, at most `MAX_AWAIT_MS`. */
  | {
      readonly do: 'await-relayed';
      readonly batch: number;
      readonly timeoutMs: number;
    }
  /** Speak in a room without joining it (`lanchat send '#room'`); ends with the process that asked. */
  | { readonly do: 'visit'; readonly room: string }
  /** Ends a visit; a room that was joined meanwhile stays. */
  | { readonly do: 'end-visit'; readonly room: string }
  /** Makes a private room with us alone in it. Throws `bad-title`, `bad-timer`, `too-many-topics`. */
  | {
      readonly do: 'room-create';
      readonly title: string;
      readonly readOnly: boolean;
      /** Null: what is said stays. */
      readonly expireSeconds: number | null;
    }
  /** The group of just these people and us, made where we own none. */
  | { readonly do: 'room-group'; readonly peers: readonly PeerId[] }
  /** Owner only. They come in once a person there has said yes. */
  | { readonly do: 'room-invite'; readonly room: string; readonly peers: readonly PeerId[] }
  /** Those that wait for an answer of ours. */
  | { readonly do: 'invitations' }
  /** Whether we come in, or stay in a group that a stranger made. */
  | { readonly do: 'room-answer'; readonly room: string; readonly accept: boolean }
  /** The owner anybody else, a moderator members. */
  | { readonly do: 'room-remove'; readonly room: string; readonly peers: readonly PeerId[] }
  | { readonly do: 'room-title'; readonly room: string; readonly title: string }
  | { readonly do: 'room-topic'; readonly room: string; readonly topic: string }
  | {
      readonly do: 'room-moderator';
      readonly room: string;
      readonly peer: PeerId;
      readonly on: boolean;
    }
  /** Theirs once their client has answered. */
  | { readonly do: 'room-transfer'; readonly room: string; readonly peer: PeerId }
  | {
      readonly do: 'room-set';
      readonly room: string;
      readonly readOnly?: boolean | undefined;
      readonly expireSeconds?: number | null | undefined;
    }
  /** For everybody, for good: what was said stays to be read. */
  | { readonly do: 'room-close'; readonly room: string }
  /** Somebody began to type: give out room keys ahead of the first message. */
  | { readonly do: 'prepare'; readonly room: string }
  | { readonly do: 'nick'; readonly nick: string }
  | { readonly do: 'safety-number'; readonly peer: PeerId }
  /** Records `verified`. With digits only if they match, else error `digits-differ`. */
  | { readonly do: 'verify'; readonly peer: PeerId; readonly digits: string | null }
  /**
   * Asks somebody who is here to compare seven words, or agrees where they have asked; event `words` says how it goes.
   * Where a comparison is open, only says again how it stands.
   */
  | { readonly do: 'words-start'; readonly peer: PeerId }
  /** Whether both see the same words: then records `verified`. `false` also ends what has no words yet. */
  | { readonly do: 'words-answer'; readonly peer: PeerId; readonly same: boolean }
  /** Accepts a changed key as the person's, without having compared it. */
  | { readonly do: 'trust'; readonly peer: PeerId }
  | {
      readonly do: 'choose-relay';
      readonly host: string;
      readonly port: number;
      readonly fingerprint: string | null;
    }
  /** Try the link now. */
  | { readonly do: 'retry' }
  /** Look for a relay, where this client was opened only to read what is on disk. */
  | { readonly do: 'go-online' }
  /** The page of a conversation that ends before message `before`; null: its last. Throws `unknown-message`. */
  | {
      readonly do: 'history';
      readonly conversation: Destination;
      readonly before: MessageId | null;
      readonly limit: number;
    }
  /** As above, the page that begins after message `after`; null: its first. */
  | {
      readonly do: 'history';
      readonly conversation: Destination;
      readonly after: MessageId | null;
      readonly limit: number;
    }
  /** Everything after this message, in order of arrival. Throws `unknown-message`. */
  | { readonly do: 'since'; readonly id: MessageId; readonly limit: number }
  /** Messages that hold all these words, newest first; everywhere, or in one conversation. */
  | {
      readonly do: 'search';
      readonly query: string;
      readonly conversation: Destination | null;
      readonly limit: number;
    }
  /** The first message of a conversation that came at this time (milliseconds, this machine's clock) or later. */
  | {
      readonly do: 'first-since';
      readonly conversation: Destination;
      readonly timeMs: number;
    }
  /** One message. */
  | { readonly do: 'message'; readonly id: MessageId }
  /** What history knows, the most recent first. */
  | { readonly do: 'conversations' }
  /** Everything in it has been seen: others hear of it as far as the settings let them. */
  | { readonly do: 'mark-read'; readonly conversation: Destination }
  /** Our person is writing there just now. */
  | { readonly do: 'typing'; readonly to: Destination }
  /** Asks who is present in its room whether they have read a message of ours; events `who-read` say who has. */
  | { readonly do: 'who-read'; readonly id: MessageId }
  /** Here, and nowhere else. */
  | { readonly do: 'delete-message'; readonly id: MessageId }
  | { readonly do: 'delete-conversation'; readonly conversation: Destination }
  /** What one says of oneself to people one knows, one line; empty: nothing any more. Null: only tells. */
  | { readonly do: 'status'; readonly text: string | null }
  /** What one sets about somebody, for oneself; nothing in it: only tells. On disk once it is answered. */
  | { readonly do: 'contact'; readonly peer: PeerId; readonly change: ContactChange }
  /** What was typed and not sent, as it was kept. */
  | { readonly do: 'drafts' }
  /** Keeps what is typed there, for the next start; empty: nothing. On disk once it is answered. */
  | { readonly do: 'draft'; readonly conversation: Destination; readonly text: string }
  | { readonly do: 'settings' }
  /** Where this profile goes by itself. */
  | { readonly do: 'remembered' }
  | { readonly do: 'set'; readonly change: Partial<Preferences> }
  /** What is set for one conversation alone; without a change, how it stands. A level only of a room that this profile is in. */
  | {
      readonly do: 'conversation-settings';
      readonly with: Destination;
      readonly change: Partial<ConversationSettings>;
    };

export interface Snapshot {
  readonly self: Self;
  readonly link: Link;
  /** Whether every subscription is live and the roster has been read. */
  readonly ready: boolean;
  readonly people: readonly Person[];
  readonly rooms: readonly Room[];
  /** Nothing of this profile is on the disk, and nothing of it is left at the end. */
  readonly ephemeral: boolean;
  /** Why the disk takes nothing now; null: it does. */
  readonly storageProblem: StorageProblem | null;
}

/** What became of a change: `receipt` events tell how its record stands. */
export interface Changed {
  /** Null: nobody else has to hear of it. */
  readonly id: MessageId | null;
  /** Where the message is. */
  readonly in: Destination;
}

/** The longest that `await-relayed` waits: who wants more asks again. */
export const MAX_AWAIT_MS = 10_000;

/** What a command on a private room made for others, each for one person: `await-relayed` says how it stands. */
export interface Made {
  /** The number of the command among those of this run. */
  readonly batch: number;
  readonly letters: number;
}

/** What each command answers. A refusal is a LanchatError with a stable code. */
export interface Replies extends FileReplies {
  readonly snapshot: Snapshot;
  readonly 'find-person': { readonly matches: readonly Person[] };
  /** Its one name; null: we are in none that is called so. */
  readonly 'find-room': { readonly room: string | null };
  readonly send: { readonly id: MessageId };
  readonly edit: Changed;
  readonly unsend: Changed;
  readonly react: Changed;
  readonly timer: { readonly id: MessageId };
  readonly poll: { readonly id: MessageId };
  readonly vote: Changed;
  readonly 'close-poll': Changed;
  readonly cancel: { readonly cancelled: boolean };
  readonly join: { readonly room: string };
  /** Letters only of a private room: of a public one the relay tells. */
  readonly leave: { readonly room: string } & Made;
  /** How many the relay has not taken yet, and how many it will not. */
  readonly 'await-relayed': { readonly waiting: number; readonly refused: number };
  readonly visit: { readonly room: string };
  readonly 'end-visit': Record<string, never>;
  readonly 'room-create': { readonly room: string } & Made;
  readonly 'room-group': { readonly room: string } & Made;
  readonly 'room-invite': Made;
  readonly invitations: { readonly invitations: readonly InvitationInfo[] };
  readonly 'room-answer': { readonly room: string } & Made;
  readonly 'room-remove': Made;
  readonly 'room-title': Made;
  readonly 'room-topic': Made;
  readonly 'room-moderator': Made;
  readonly 'room-transfer': Made;
  readonly 'room-set': Made;
  readonly 'room-close': Made;
  readonly prepare: Record<string, never>;
  readonly nick: { readonly nick: string };
  readonly 'safety-number': {
    readonly digits: string;
    readonly qr: string;
    readonly person: Person;
  };
  readonly verify: { readonly person: Person };
  readonly 'words-start': Record<string, never>;
  readonly 'words-answer': Record<string, never>;
  readonly trust: { readonly person: Person };
  readonly 'choose-relay': Record<string, never>;
  readonly retry: Record<string, never>;
  readonly 'go-online': Record<string, never>;
  readonly history: MessagePage;
  readonly since: MessagePage;
  readonly search: MessagePage;
  /** Null: there is none. */
  readonly 'first-since': { readonly message: StoredMessage | null };
  /** Null: history holds none of this ID. */
  readonly message: { readonly message: StoredMessage | null };
  readonly conversations: { readonly conversations: readonly Conversation[] };
  readonly 'mark-read': Record<string, never>;
  readonly typing: Record<string, never>;
  /** How many were asked. */
  readonly 'who-read': { readonly asked: number };
  /** Where it was; null: there was none. */
  readonly 'delete-message': { readonly deletedFrom: Destination | null };
  readonly 'delete-conversation': { readonly deleted: number };
  readonly status: { readonly text: string };
  readonly contact: {
    readonly person: Person;
    /** ISO 8601, by this machine's clock then. */
    readonly firstSeen: string;
    /** When and how their key was compared; absent: it was not. `by` null: an older lanchat recorded it. */
    readonly verified?: { readonly at: string; readonly by: VerifiedBy | null };
  };
  /** The one changed last at the end. */
  readonly drafts: { readonly drafts: readonly Draft[] };
  readonly draft: Record<string, never>;
  readonly settings: Preferences;
  readonly remembered: {
    /** With their `#`, in the order of joining. */
    readonly rooms: readonly string[];
    /** Whole fingerprints of the relays it has pinned, the one used last at the end. */
    readonly relays: readonly string[];
  };
  readonly set: Preferences;
  readonly 'conversation-settings': ConversationSettings;
}

/** A client in this process, or the one of the process that owns the profile, behind its socket. */
export interface Session {
  request<C extends Command>(command: C): Promise<Replies[C['do']]>;
  /** Calls back for every event from now on; returns the way to stop. */
  subscribe(listener: (event: ClientEvent) => void): () => void;
  /** Ends our part: the whole client where it is ours, the connection to its owner otherwise. */
  close(): Promise<void>;
}
