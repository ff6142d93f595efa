// Makes the state of a client at its start, and the entries of its maps.
import type { Identity } from '../crypto/identity.ts';
import { MessageId, type PeerId, StreamId } from '../protocol/ids.ts';
import type { CoreState, Env, Peer, PinBook } from './state.ts';

/** Rooms of one profile, however many a relay would let in: each is a subscription at every login. */
export const MAX_ROOMS = 64;
/** Strangers kept: anybody on the LAN can appear under new IDs for ever. */
const MAX_PEERS = 10_000;
const WITHOUT_CARD = 4;

export interface Start {
  readonly env: Env;
  readonly me: Identity;
  readonly pins: PinBook;
  readonly nick: string;
  /** The last used, from the profile; 0 before the first. */
  readonly cardSeq: bigint;
  readonly bundleSeq: bigint;
}

export function newState({ env, me, pins, nick, cardSeq, bundleSeq }: Start): CoreState {
  return {
    ...{ env, me, pins, nick, cardSeq },
    stream: StreamId.fromBytes(env.random(StreamId.sizeBytes)),
    lastSeq: bundleSeq,
    boot: 0n,
    bundleSeq: 0n,
    noteCounter: 0,
    prekeys: [],
    link: {
      relayId: null,
      relayKey: null,
      topics: MAX_ROOMS,
      session: 0,
      online: false,
      presenceComplete: false,
      synced: false,
      lastRequest: 0,
      announcementSeq: 0n,
      cardSeq: 0n,
    },
    peers: new Map(),
    fetches: { cards: new Set(), bundles: new Set(), cardsAsked: false, bundlesAsked: false },
    metNow: new Set(),
    namesakes: new Map(),
    skeletons: new Map(),
    told: new Set(),
    rooms: new Map(),
    requests: new Map(),
    urgent: [],
    background: [],
    dirty: new Set(),
    active: new Set(),
    heldBytes: 0,
    unnamed: [],
    effects: [],
  };
}

export function newMessageId(core: CoreState): MessageId {
  return MessageId.fromBytes(core.env.random(MessageId.sizeBytes));
}

/** The entry of `id`, made where there is none. */
export function peerOf(core: CoreState, id: PeerId): Peer {
  const known = core.peers.get(id);
  if (known !== undefined) return known;
  if (core.peers.size >= MAX_PEERS) dropOneStranger(core);
  const peer: Peer = {
    id,
    online: false,
    card: null,
    keys: null,
    claimedCardSeq: 0n,
    claimedBundleSeq: 0n,
    provenBundleSeq: 0n,
    bundle: null,
    bundleMissedAtMs: null,
    nextSeq: 1,
    records: [],
    sealing: false,
    incoming: { streams: new Map(), lastBoot: 0n, lastK: -1, ackDueAtMs: null, lastAckAtMs: 0 },
    wants: [],
  };
  core.peers.set(id, peer);
  return peer;
}

/**
 * The oldest for whom nothing waits, of those without a card first: a relay, or one connection with
 * many identities, can name any number. Somebody here with a card goes last.
 */
function dropOneStranger(core: CoreState): void {
  let victim: Peer | null = null;
  let best = 0;
  for (const peer of core.peers.values()) {
    if (peer.records.length > 0) continue;
    const dispensable = dispensability(peer);
    if (dispensable > best) victim = peer;
    best = Math.max(best, dispensable);
    if (best === WITHOUT_CARD) break;
  }
  if (victim === null) return;
  core.peers.delete(victim.id);
  core.dirty.delete(victim.id);
  core.active.delete(victim.id);
  core.fetches.cards.delete(victim.id);
  core.fetches.bundles.delete(victim.id);
  for (const { heldBytes } of victim.incoming.streams.values()) core.heldBytes -= heldBytes;
}

function dispensability({ card, incoming, online }: Peer): number {
  if (card === null) return WITHOUT_CARD;
  if (online) return 1;
  return incoming.streams.size > 0 ? 2 : 3;
}
