// The state of a client: plain data that the other files of core/ change in place. No clock, socket or disk.
import type { Identity } from '../crypto/identity.ts';
import type { Prekey } from '../crypto/prekey.ts';
import type { Card } from '../crypto/signed-objects.ts';
import type { Frame } from '../protocol/frames.ts';
import type { Kid, PeerId, RelayId, RoomId } from '../protocol/ids.ts';
import type { Disappearing } from './disappearing.ts';
import type { Disclosure } from './disclosure.ts';
import type { HistoryWrite, StateRow } from './durable.ts';
import type { CoreEvent, Message, NotifyLevel, VerifiedBy } from './events.ts';
import type { OutRecord, OwnTurn, Peer } from './peer-state.ts';
import type { EarlyKey, Invitation } from './private-state.ts';
import type { RoomState } from './room-state.ts';
import type { Asked } from './who-read.ts';
import type { Words } from './words-attempt.ts';

/** What the world gives: clocks and randomness, injected so that every run can be repeated. */
export interface Env {
  /** Monotonic milliseconds: decides everything that takes time. */
  nowMs(): number;
  /** This machine's wall clock, ms since 1970: shown to people, decides nothing. */
  wallMs(): number;
  random(sizeBytes: number): Uint8Array;
}

/** A person this profile has met. */
export interface Pin {
  readonly id: PeerId;
  readonly nick: string;
  readonly trust: 'known' | 'verified';
  readonly firstSeenMs: number;
  /** We wrote to them: nobody can bring that about from outside. */
  readonly contacted: boolean;
  /** The name, also borne by another pinned ID, that the user let this ID bear. */
  readonly acceptedNick: string | null;
  /** What this profile calls them, which nobody else hears of; null: by their own name. */
  readonly petname: string | null;
  readonly favourite: boolean;
  readonly note: string | null;
  /** What they say is kept, and not shown. */
  readonly ignored: boolean;
  /** Nothing of theirs is heard, and nothing goes to them. */
  readonly blocked: boolean;
}

/** What a person set about somebody. */
export type PinChange = Partial<
  Pick<Pin, 'petname' | 'favourite' | 'note' | 'ignored' | 'blocked'>
>;

/** Everybody ever pinned; the owner of the profile keeps it on disk. */
export interface PinBook {
  /** The profile's folder had no list of them, not even an empty one, when it was opened. */
  readonly isMissing: boolean;
  get(id: PeerId): Pin | null;
  all(): readonly Pin[];
  see(card: Card, nowMs: number): Pin;
  verify(id: PeerId, nowMs: number, by: VerifiedBy): void;
  contact(id: PeerId): void;
  acceptNick(id: PeerId, nick: string): void;
  /** Of somebody seen. Who is in it is never evicted. */
  change(id: PeerId, change: PinChange): void;
}

/** What the driver must do, in this order: durable, then wire, then screen. */
export type Effect =
  | {
      readonly type: 'save-identity';
      readonly nick?: string;
      readonly cardSeq?: bigint;
      /** The least that numbers go on from where the database is lost. */
      readonly bundleSeq?: bigint;
    }
  | { readonly type: 'save-rooms'; readonly rooms: readonly string[] }
  /** Everything that has changed (core/durable.ts) is committed before what follows. */
  | { readonly type: 'save' }
  | { readonly type: 'transmit'; readonly frame: Frame }
  | { readonly type: 'emit'; readonly event: CoreEvent };

/** A slice of work; `cost` is about its milliseconds, so that a driver can yield between slices. */
export interface Job {
  readonly cost: number;
  run(): void;
}

/** One's own live prekey, oldest first; memory only. */
export interface LivePrekey {
  readonly prekey: Prekey;
  readonly madeAtMs: number;
}

/** An age of the profile (core/running-time.ts): what ran, and what the wall clock says lay between runs. */
export interface Age {
  readonly runMs: number;
  readonly idleMs: number;
}

/** One's own mailbox prekey, on disk, oldest first. */
export interface MailboxPrekey {
  readonly prekey: Prekey;
  /** 32 bytes: what its row holds. */
  readonly seed: Uint8Array;
  readonly madeAt: Age;
  replacedAt: Age | null;
  /** Those that handed it out, and may still hold what was sealed to it. */
  readonly relays: Set<RelayId>;
}

export interface CoreState {
  readonly env: Env;
  readonly me: Identity;
  readonly pins: PinBook;
  nick: string;
  cardSeq: bigint;
  /** The last used of the numbers that never fall: bundles, joins, changed cards. */
  lastSeq: bigint;
  /** The database is older than the identity file beside it (core/rollback.ts). */
  isRolledBack: boolean;
  boot: bigint;
  /** Of the newest bundle published. */
  bundleSeq: bigint;
  noteCounter: number;
  prekeys: LivePrekey[];
  mailboxKeys: MailboxPrekey[];
  /** Every turn key of ours that lives, oldest first. */
  readonly turnKeys: Map<Kid, OwnTurn>;
  /** Whom each turn key was given to, also when it is gone. */
  readonly turnKids: Map<Kid, PeerId>;
  /** We don't want `delivered` shown. */
  quiet: boolean;
  /** Nobody else is to be told that we are here (core/hidden.ts). */
  hidden: boolean;
  /** Of when that was set last, monotonic ms. */
  hiddenSinceMs: number;
  /** What happens now follows from what came, or from a clock, and is no command of a person's. */
  isByItself: boolean;
  /** What we say of ourselves (core/status-line.ts); empty: nothing. */
  status: string;
  /** The process is about to end: everything goes to keys that outlive their owners' runs. */
  leaving: boolean;
  readonly time: RunningTime;
  readonly link: Link;
  readonly peers: Map<PeerId, Peer>;
  /** Those with rows, the one used least first. */
  readonly kept: Set<PeerId>;
  /** The last `Peer.used` given. */
  lastUsed: number;
  readonly fetches: Fetches;
  readonly metNow: Set<PeerId>;
  /** Pinned IDs by the skeleton of their names. */
  readonly namesakes: Map<string, Set<PeerId>>;
  /** The skeleton under which each pinned ID stands there. */
  readonly skeletons: Map<PeerId, string>;
  /** Whom each petname is of, by its skeleton. */
  readonly petnames: Map<string, PeerId>;
  /** Alarms already given: key changes, `was>now`, and forks. */
  readonly told: Set<string>;
  /** By the skeleton of a name: changes of key under it that have left lines in this run. */
  readonly keyLines: Map<string, Set<string>>;
  readonly rooms: Map<string, RoomState>;
  /** Conversations with a level of their own: a fingerprint, or a room as people see it named. */
  notifyLevels: ReadonlyMap<string, NotifyLevel>;
  /** Rows of the rooms that an earlier run was in, until they are entered. */
  readonly storedRooms: Map<string, StateRow[]>;
  /** Keys of rooms that we aren't in, or not yet; oldest first, memory only. */
  earlyKeys: (EarlyKey & { readonly room: RoomId })[];
  /** Private rooms that we left by our own word, oldest first. */
  roomsLeft: RoomId[];
  /** Questions whether we come into a private room, by `invitationKey`, oldest first. */
  readonly invitations: Map<string, Invitation>;
  readonly requests: Map<number, (answer: Answer) => void>;
  /** Where what goes into outboxes of people is noted; null: nobody asks. */
  noted: OutRecord[] | null;
  readonly urgent: Job[];
  readonly background: Job[];
  /** Peers whose outbox may have something to do. */
  readonly dirty: Set<PeerId>;
  /** Peers with something that a clock may move. */
  readonly active: Set<PeerId>;
  /** Of all records that wait behind a gap. */
  heldBytes: number;
  /** What came of people whom we never wrote to, in this hour. */
  strangers: { sinceMs: number; bytes: number; records: number; isTold: boolean };
  /** What others may learn of our person. */
  disclosure: Disclosure;
  readonly asked: Asked;
  readonly words: Words;
  readonly disappearing: Disappearing;
  /** Messages whose senders' names are not known yet, in order. */
  readonly unnamed: UnnamedMessage[];
  /** Rows to write at the next commit, by place; null deletes. */
  readonly unsaved: Map<string, () => Uint8Array | null>;
  /** What history is told at the next commit. */
  readonly journal: HistoryWrite[];
  readonly effects: Effect[];
}

/** How long the profile has run in all (core/running-time.ts). */
export interface RunningTime {
  /** Added to the monotonic clock it gives the running time. */
  baseMs: number;
  idleMs: number;
  /** The running time that is on disk. */
  savedRunMs: number;
}

export interface UnnamedMessage {
  readonly from: PeerId;
  readonly message: Omit<Message, 'from'>;
  readonly untilMs: number;
}

export interface Link {
  relayId: RelayId | null;
  /** Ed25519, 32 bytes: what announcements are signed with. */
  relayKey: Uint8Array | null;
  /** Rooms that the relay lets one client be in. */
  topics: number;
  /** Blobs that the relay keeps for somebody away; 0: none. */
  mailboxBlobs: number;
  /** What waited in our mailbox has been read. */
  drained: boolean;
  readonly fetching: Fetching;
  /** Our own bundle at the relay has been looked at: nothing goes out before (core/rollback.ts). */
  ownChecked: boolean;
  /** Rooms are entered then at the latest, though the mailbox, with their keys, is not read to its end; null: they are. */
  enterAtMs: number | null;
  /** Counts connections; the number of the present or last one. */
  session: number;
  online: boolean;
  presenceComplete: boolean;
  synced: boolean;
  lastRequest: number;
  announcementSeq: bigint;
  /** Of the card that the relay was last given. */
  cardSeq: bigint;
  /** What the relay was told of whether we hide. */
  hidden: boolean;
}

/** How far our mailbox has been read (core/mailbox.ts). */
export interface Fetching {
  /** A page is under way. */
  asked: boolean;
  /** The highest number since the round began. */
  upTo: bigint;
  /** Pages of this round. */
  pages: number;
  rounds: number;
  /** Not read again before, monotonic ms. */
  againAtMs: number;
  /** Numbers to acknowledge at the end of the step. */
  taken: bigint[];
}

export interface Fetches {
  readonly cards: Set<PeerId>;
  readonly bundles: Set<PeerId>;
  cardsAsked: boolean;
  bundlesAsked: boolean;
}

/** What the relay answers to a request; null when the connection ended first. */
export type Answer = Extract<Frame, { type: 'done' | 'drained' | 'error' | 'found' }> | null;
