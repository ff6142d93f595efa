// Makes the state of a client at its start, and the entries of its maps.
import type { Identity } from '../crypto/identity.ts';
import { type PeerId, StreamId } from '../protocol/ids.ts';
import type { Peer } from './peer-state.ts';
import { newReadMarks } from './read-marks.ts';
import type { CoreState, Env, PinBook } from './state.ts';
import { newTypingMarks } from './typing-marks.ts';

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
    lastSeq: bundleSeq,
    isRolledBack: false,
    boot: 0n,
    bundleSeq: 0n,
    noteCounter: 0,
    prekeys: [],
    mailboxKeys: [],
    turnKeys: new Map(),
    turnKids: new Map(),
    ...{ quiet: false, hidden: false, hiddenSinceMs: 0, isByItself: false, status: '' },
    leaving: false,
    time: { baseMs: -env.nowMs(), idleMs: 0, savedRunMs: 0 },
    link: {
      relayId: null,
      relayKey: null,
      topics: MAX_ROOMS,
      mailboxBlobs: 0,
      drained: true,
      fetching: { asked: false, upTo: 0n, pages: 0, rounds: 0, againAtMs: 0, taken: [] },
      session: 0,
      online: false,
      presenceComplete: false,
      ownChecked: false,
      enterAtMs: null,
      synced: false,
      lastRequest: 0,
      announcementSeq: 0n,
      cardSeq: 0n,
      hidden: false,
    },
    peers: new Map(),
    kept: new Set(),
    lastUsed: 0,
    fetches: { cards: new Set(), bundles: new Set(), cardsAsked: false, bundlesAsked: false },
    metNow: new Set(),
    namesakes: new Map(),
    skeletons: new Map(),
    petnames: new Map(),
    told: new Set(),
    keyLines: new Map(),
    rooms: new Map(),
    notifyLevels: new Map(),
    storedRooms: new Map(),
    earlyKeys: [],
    roomsLeft: [],
    invitations: new Map(),
    requests: new Map(),
    noted: null,
    urgent: [],
    background: [],
    dirty: new Set(),
    active: new Set(),
    heldBytes: 0,
    strangers: { sinceMs: env.nowMs(), bytes: 0, records: 0, isTold: false },
    disclosure: { sendRead: true, sendTyping: true, exceptions: new Map() },
    asked: { questions: new Map(), answeredAtMs: new Map() },
    words: { open: new Map(), begunAtMs: new Map() },
    disappearing: { timers: new Map(), due: new Map(), nextAgeMs: null },
    unnamed: [],
    unsaved: new Map(),
    journal: [],
    effects: [],
  };
}

/** The entry of `id`, made where there is none. */
export function peerOf(core: CoreState, id: PeerId): Peer {
  const known = core.peers.get(id);
  if (known !== undefined) return known;
  if (core.peers.size - core.kept.size >= MAX_PEERS) dropOneStranger(core);
  const peer = newPeer(id, StreamId.fromBytes(core.env.random(StreamId.sizeBytes)));
  core.peers.set(id, peer);
  return peer;
}

export function newPeer(id: PeerId, stream: StreamId): Peer {
  return {
    id,
    online: false,
    card: null,
    keys: null,
    claimedCardSeq: 0n,
    claimedBundleSeq: 0n,
    provenBundleSeq: 0n,
    bundle: null,
    bundleMissedAtMs: null,
    ...{ onlineSinceMs: 0, heardHiddenAtMs: null, spokenAtMs: null },
    unknownUntilMs: 0,
    stream,
    nextSeq: 1,
    records: [],
    sealing: false,
    incoming: {
      streams: new Map(),
      ...{ lastBoot: 0n, lastK: -1, recordBoot: 0n, recordK: -1 },
      ...{ ackDueAtMs: null, lastAckAtMs: 0, arrivals: 0, isConversing: false, owes: false },
    },
    turns: { own: [], lastN: 0n, kids: [], lost: [], theirs: null },
    ...{ quiet: false, status: '' },
    reads: newReadMarks(),
    typing: newTypingMarks(),
    used: 0,
    wants: [],
  };
}

/**
 * The oldest for whom nothing waits, of those without a card first: a relay, or one connection with
 * many identities, can name any number. Somebody here with a card goes last; those with rows stay.
 */
function dropOneStranger(core: CoreState): void {
  let victim: Peer | null = null;
  let best = 0;
  for (const peer of core.peers.values()) {
    if (core.kept.has(peer.id)) continue;
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
