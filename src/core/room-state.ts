// What a client knows of the rooms it is in: plain data. No clock, socket or disk.
import type { ReceiverChain, SenderChain } from '../crypto/room-chain.ts';
import type { JoinProof } from '../protocol/frames.ts';
import type {
  MessageId,
  PeerId,
  RelayId,
  RoomId,
  SenderKeyId,
  StreamId,
  TopicId,
} from '../protocol/ids.ts';
import type { RoomRecord } from '../protocol/record.ts';
import type { PrivateRoom } from './private-state.ts';
import type { Sequence } from './sequence.ts';
import type { Age } from './state.ts';

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
  /** Without the `#`; of a private room `+` and the digits of its ID. */
  readonly name: string;
  /** As commands and events name it: `#name`, or of a private room its name. */
  readonly label: string;
  /** Null where anybody may join. */
  readonly private: PrivateRoom | null;
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
  /** Somebody may have no key of it: members, or who of them may read, are others than when it was given last. */
  owesKeys: boolean;
  /** When we last spoke, in this run. */
  spokenAtMs: number | null;
  nextSeq: number;
  outbox: RoomOut[];
  readonly chains: Map<SenderKeyId, PeerChain>;
  waiting: WaitingBlob[];
  waitingBytes: number;
  readonly wanted: Map<SenderKeyId, WantedKey>;
  /** Order of messages by sender and stream, `ID/stream`. */
  readonly sequences: Map<string, Sequence<RoomArrival>>;
}

/** A message's place in a chain. */
export interface ChainPlace {
  readonly skid: SenderKeyId;
  readonly index: number;
}

export interface RoomArrival {
  readonly from: PeerId;
  readonly record: RoomRecord;
  /** The record as it came. */
  readonly bytes: Uint8Array;
  /** Where in its writer's chain; null where an earlier version of lanchat held it. */
  readonly at: ChainPlace | null;
}
