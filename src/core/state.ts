// The state of a client: plain data that the other files of core/ change in place. No clock, socket or disk.

import type { Identity, PeerKeys } from '../crypto/identity.ts';
import type { Prekey } from '../crypto/prekey.ts';
import type { ReceiverChain, SenderChain } from '../crypto/room-chain.ts';
import type { Card } from '../crypto/signed-objects.ts';
import type { Frame, JoinProof } from '../protocol/frames.ts';
import type {
  Kid,
  MessageId,
  PeerId,
  RelayId,
  RoomId,
  SenderKeyId,
  StreamId,
  TopicId,
} from '../protocol/ids.ts';
import type { DirectRecord, RoomRecord } from '../protocol/record.ts';
import type { HistoryWrite, StateRow } from './durable.ts';
import type { CoreEvent, Message, MessageReason, MessageState } from './events.ts';

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
}

/** Everybody ever pinned; the owner of the profile keeps it on disk. */
export interface PinBook {
  get(id: PeerId): Pin | null;
  all(): readonly Pin[];
  see(card: Card, nowMs: number): Pin;
  verify(id: PeerId, nowMs: number): void;
  contact(id: PeerId): void;
  acceptNick(id: PeerId, nick: string): void;
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

/** A turn prekey of ours, for one person alone; memory only. */
export interface OwnTurn {
  readonly prekey: Prekey;
  readonly peer: PeerId;
  readonly n: bigint;
  readonly madeAtMs: number;
  /** A message has come under it. */
  isUsed: boolean;
}

/** A turn prekey that somebody gave us; memory only. */
export interface TheirTurn extends KnownPrekey {
  readonly boot: bigint;
  readonly n: bigint;
  readonly receivedAtMs: number;
}

/** Turn prekeys between us and one person. */
export interface TurnKeys {
  /** Oldest first. */
  own: OwnTurn[];
  /** Of the newest in this run. */
  lastN: bigint;
  /** Of those given lately, oldest first, also when they are gone; in the peer's row. */
  kids: Kid[];
  /** Gone ones that messages came under: named in the next note. */
  lost: Kid[];
  theirs: TheirTurn | null;
}

export interface KnownPrekey {
  readonly kid: Kid;
  /** 1,280 bytes. */
  readonly publicKey: Uint8Array;
}

export interface KnownBundle {
  readonly seq: bigint;
  readonly boot: bigint;
  /** Null where its owner publishes none. */
  readonly live: KnownPrekey | null;
  readonly mailbox: KnownPrekey | null;
  readonly fetchedAtMs: number;
  /** The connection (`Link.session`) that fetched it. */
  readonly session: number;
}

/** How a record was sealed last, and what was known of its recipient then. */
export interface Sealing {
  readonly kid: Kid;
  /** Under a live or turn key, which dies with its owner's run. */
  readonly inMemory: boolean;
  readonly boot: bigint;
  readonly bundleSeq: bigint;
  readonly atMs: number;
  /** It never went to a relay before, whatever that said of it. */
  readonly isFirst: boolean;
}

/**
 * A record that its recipient has not acknowledged yet. `queued`: to be sealed as soon as a key is there. `sent`: at
 * the relay, which has not answered; `sealed` says how, and `mailbox` is null. `waiting`: nothing is done until
 * its time to be sealed again (outbox.ts); the relay has taken it, or refused what may be taken later. A record that
 * lies in a mailbox is `waiting`, or `queued` again; `sealed` is null where an earlier run put it there.
 */
export interface OutRecord {
  readonly id: MessageId;
  readonly stream: StreamId;
  readonly seq: number;
  type: number;
  bytes: Uint8Array;
  /** Monotonic, and below zero where an earlier run queued it. */
  readonly queuedAtMs: number;
  phase: 'queued' | 'sent' | 'waiting';
  /** Those that the relay took, or may have taken, since its recipient came last. */
  sealings: number;
  /** It went to a relay, whatever that said of it. */
  transmitted: boolean;
  /** What its row says of that: true from the start where it can go at once, so that sealing costs no second commit. */
  mayBeOut: boolean;
  /** In this run. */
  sealed: Sealing | null;
  /** The relay in whose mailbox for its recipient it lies. */
  mailbox: RelayId | null;
  /** A mailbox that refused it is left alone until then, while its recipient is away. */
  notBeforeMs: number;
  /** When a later record was acknowledged and this one not. */
  overtakenAtMs: number | null;
  /** What the person was told. */
  shown: MessageState;
  shownReason: MessageReason | null;
}

/** A run of numbered items from one sender: order, repeats and gaps. */
export interface Sequence<Item> {
  /** Everything below has been delivered, or given up as a gap. */
  next: number;
  readonly held: Map<number, HeldItem<Item>>;
  /** Numbers whose held items have rows. */
  readonly kept: Set<number>;
  /** When the longest-held item arrived; null where none is held. */
  heldSinceMs: number | null;
  heldBytes: number;
  /** Ranges given up (both ends included, ascending), but welcome if they still come. */
  skipped: [from: number, to: number][];
  /** The lowest number given up that `skipped` no longer holds: nothing from it on counts as received. */
  floor: number;
  /** Digests of what came lately, to tell a repeat from a forgery. */
  readonly digests: Map<number, string>;
}

export interface HeldItem<Item> {
  readonly item: Item;
  readonly arrivedAtMs: number;
  readonly sizeBytes: number;
}

export interface Incoming {
  /** Oldest first. */
  readonly streams: Map<StreamId, Sequence<DirectRecord>>;
  /** Of the newest note that brought a record, signed or not: `k` as far as it can be believed. */
  recordBoot: bigint;
  recordK: number;
  /** Of the last note that was signed. */
  lastBoot: bigint;
  lastK: number;
  ackDueAtMs: number | null;
  lastAckAtMs: number;
  /** Records that came in this run: which of them an acknowledgement on its way covers. */
  arrivals: number;
  /** Some of a conversation came since the last note: the next one gives a turn key. */
  isConversing: boolean;
  /** No acknowledgement has reached the relay since the last record came: one is due at the next start. */
  owes: boolean;
}

/** Somebody the relay or a message named. */
export interface Peer {
  readonly id: PeerId;
  online: boolean;
  card: Card | null;
  /** From the card, or from a message that its sender proved. */
  keys: PeerKeys | null;
  /** The relay's claims, until proven. */
  claimedCardSeq: bigint;
  claimedBundleSeq: bigint;
  /** Of a bundle that its owner named inside a box: nothing is sealed to an older one. */
  provenBundleSeq: bigint;
  bundle: KnownBundle | null;
  /** When a GET last brought no bundle: not asked again at once. */
  bundleMissedAtMs: number | null;
  /** When `online` last became true. */
  onlineSinceMs: number;
  /** The relay, asked to keep something for them, knew nobody of this ID: not asked again until then. */
  unknownUntilMs: number;
  /** Our numbers for this person: new where the state behind them is. */
  stream: StreamId;
  nextSeq: number;
  records: OutRecord[];
  sealing: boolean;
  incoming: Incoming;
  readonly turns: TurnKeys;
  /** They don't want `delivered` shown. */
  quiet: boolean;
  /** Counts when the row was last written, so that the one used least goes first. */
  used: number;
  /** Chains of ours that this peer asked for, to put in the next note, with when. */
  wants: { readonly room: RoomId; readonly skid: SenderKeyId; readonly join: Uint8Array }[];
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
  /** Alarms already given: key changes, `was>now`, and forks. */
  readonly told: Set<string>;
  readonly rooms: Map<string, RoomState>;
  /** Rows of the rooms that an earlier run was in, until they are entered. */
  readonly storedRooms: Map<string, StateRow[]>;
  readonly requests: Map<number, (answer: Answer) => void>;
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

/** Somebody whose signed join or leave was checked. */
export interface Member {
  readonly id: PeerId;
  join: JoinProof;
  /** Connected and subscribed: the relay's word, or shown by the member's own key. */
  here: boolean;
  /** When `here` last became false. */
  goneAtMs: number;
}

/** The relay's word about a member, until its signature is checked: nothing is given or shown before. */
export interface Claim {
  readonly here: boolean;
  /** It came, or left, while we were here; not just named in the list that a connection begins with. */
  readonly isNews: boolean;
  readonly join: JoinProof;
  readonly sinceMs: number;
}

export interface RoomOut {
  readonly id: MessageId;
  readonly bytes: Uint8Array;
  readonly seq: number;
  readonly queuedAtMs: number;
  phase: 'queued' | 'sent';
  /** The relay could not keep it: it goes again then. Monotonic ms. */
  notBeforeMs: number;
  /** Whether the relay may have had it, in this run or an earlier one. */
  transmitted: boolean;
  /** As it went, to go again unchanged while its chain is current. */
  sealed: {
    readonly skid: SenderKeyId;
    readonly token: Uint8Array;
    readonly blob: Uint8Array;
  } | null;
}

/** Our chain in a room, and to whom it went. */
export interface OwnChain {
  chain: SenderChain;
  readonly madeAt: Age;
  /** The record that carries the key to each member. */
  readonly holders: Map<PeerId, MessageId>;
  /** When each member's `want` was last answered. */
  readonly answeredAtMs: Map<PeerId, number>;
}

/** Another member's chain. */
export interface PeerChain {
  readonly owner: PeerId;
  chain: ReceiverChain;
}

/** A blob under a chain whose key is not here yet. */
export interface WaitingBlob {
  readonly blob: Uint8Array;
  readonly skid: SenderKeyId;
  readonly rseq: bigint;
  readonly sinceMs: number;
}

export interface WantedKey {
  asked: number;
  nextAtMs: number;
  /** Whose chain it is, looked up before the first asking; null: no member's. */
  owner: PeerId | null;
}

export interface RoomState {
  /** Without the `#`. */
  readonly name: string;
  readonly roomId: RoomId;
  readonly topic: TopicId;
  /** `joined`: remembered and listed; `guest`: we only speak. */
  standing: 'joined' | 'guest';
  join: JoinProof | null;
  /** Our numbers here: new where the state behind them is, as after leaving. */
  stream: StreamId;
  readonly members: Map<PeerId, Member>;
  /** What waits to be checked, the newest of each. */
  readonly unproven: Map<PeerId, Claim>;
  /** Those whose check is queued. */
  readonly proving: Set<PeerId>;
  rosterComplete: boolean;
  /** The relay didn't let us in; tried again then, monotonic ms. Null: it did, or has not answered. */
  enterAgainAtMs: number | null;
  /** The member list changed since the person was told. */
  changed: boolean;
  /** The newest rseq seen, for SUB after a reconnect; 0: from now on. */
  cursor: bigint;
  /** The relay whose number that is. */
  cursorOf: RelayId | null;
  /** Until then what comes may have been sealed before its sender knew of us: no loss. Monotonic ms. */
  newcomerUntilMs: number;
  own: OwnChain | null;
  nextSeq: number;
  outbox: RoomOut[];
  readonly chains: Map<SenderKeyId, PeerChain>;
  waiting: WaitingBlob[];
  waitingBytes: number;
  readonly wanted: Map<SenderKeyId, WantedKey>;
  /** Order of messages by sender and stream, `ID/stream`. */
  readonly sequences: Map<string, Sequence<RoomArrival>>;
}

export interface RoomArrival {
  readonly from: PeerId;
  readonly record: RoomRecord;
  /** The record as it came. */
  readonly bytes: Uint8Array;
}
