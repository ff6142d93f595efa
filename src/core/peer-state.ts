// What a client knows of people, and what lies between it and each of them: plain data. No clock, socket or disk.
import type { PeerKeys } from '../crypto/identity.ts';
import type { Prekey } from '../crypto/prekey.ts';
import type { Card } from '../crypto/signed-objects.ts';
import type {
  Kid,
  MessageId,
  PeerId,
  RelayId,
  RoomId,
  SenderKeyId,
  StreamId,
} from '../protocol/ids.ts';
import type { DirectRecord } from '../protocol/record.ts';
import type { MessageReason, MessageState } from './events.ts';
import type { ReadMarks } from './read-marks.ts';
import type { Sequence } from './sequence.ts';
import type { TypingMarks } from './typing-marks.ts';

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
  /** It was left in their mailbox: they were away, or hid. */
  readonly isKept: boolean;
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
  /** No person had a hand in it: who hides holds it back (hidden-delay.ts). */
  readonly byItself: boolean;
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
  /** How far it has come; of a message, what the person was told. */
  shown: MessageState;
  shownReason: MessageReason | null;
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
  /** When they last wrote while the relay called them away: they hide, and were here. */
  heardHiddenAtMs: number | null;
  /** When something of a conversation last went to them. */
  spokenAtMs: number | null;
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
  /** Their words about themselves, cleaned; empty: none. */
  status: string;
  readonly reads: ReadMarks;
  /** In memory only. */
  readonly typing: TypingMarks;
  /** Counts when the row was last written, so that the one used least goes first. */
  used: number;
  /** Chains of ours that this peer asked for, to put in the next note, with when. */
  wants: { readonly room: RoomId; readonly skid: SenderKeyId; readonly join: Uint8Array }[];
}
