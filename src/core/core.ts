// The sans-IO client: one input in, effects out, state changed in place. Wires the concerns together.
import { verifyAnnouncement } from '../crypto/login.ts';
import { decodeHeader } from '../protocol/envelope.ts';
import { LanchatError } from '../protocol/errors.ts';
import type { Frame, FrameOf } from '../protocol/frames.ts';
import type { RelayId } from '../protocol/ids.ts';
import { type DirectRecord, RECORD_TYPES } from '../protocol/record.ts';
import { flushFetches, forgetPresence, hasAllCards, takePresence } from './directory.ts';
import { disappearDueMs, sweepDisappearing } from './disappearing.ts';
import { tendDoubts } from './doubts.ts';
import { isOnlyRelayed, isUnsaved } from './durable.ts';
import { takeFileState } from './file-states.ts';
import { tellHidden } from './hidden.ts';
import {
  inboxDueMs,
  isHeardOfBlocked,
  type Received,
  receiveDirect,
  releaseOverdue,
} from './inbox.ts';
import { invitationsDueMs, tellInvitations } from './invitations.ts';
import { abandonRequests, emit, runJobs, settle } from './link.ts';
import {
  closeMailbox,
  flushTaken,
  mailboxDueMs,
  openMailbox,
  takeStored,
  tendMailbox,
} from './mailbox.ts';
import { MAX_ROOMS } from './new-state.ts';
import { outboxDueMs, tendOutbox, wakeOutboxes } from './outbox.ts';
import { prekeysDueMs, publishAboveOwn, publishChangedCard, tendPrekeys } from './own-keys.ts';
import type { Peer } from './peer-state.ts';
import { isBlocked, tellLostPins } from './people.ts';
import { isFollowed } from './private-members.ts';
import { ownRoom } from './private-state.ts';
import { settleStirred, takeOfRoom } from './private-steps.ts';
import { noteShown, sendReads, takeReceipts } from './receipts.ts';
import { tellArrivals } from './room-arrivals.ts';
import { openWaiting, receiveRoom, releaseOverdueRoom, roomDueMs } from './room-inbox.ts';
import { takeKey, tendChains } from './room-keys.ts';
import { pumpRoom } from './room-outbox.ts';
import { forgetRosters, proveMembers, takeRoster, tellRoom } from './room-roster.ts';
import { answerWant, tendWants } from './room-wants.ts';
import { roomOfTopic, subscribe, takeHead } from './rooms.ts';
import { tendTime, timeDueMs } from './running-time.ts';
import { pumpOutboxes } from './sealing.ts';
import type { CoreState, Effect } from './state.ts';
import { takeStatus } from './status-line.ts';
import { takeContent } from './take-content.ts';
import { tellNamed, unnamedDueMs } from './tell-message.ts';
import { tendUnfinished } from './unfinished-rooms.ts';
import { tendWords, wordsDueMs } from './words.ts';
import { takeWords } from './words-inbox.ts';

/** A relay that withholds the end of a mailbox must not keep us out of rooms. */
const MAILBOX_PATIENCE_MS = 10_000;

export interface ConnectedRelay {
  readonly relayId: RelayId;
  /** Ed25519, 32 bytes, proven. */
  readonly relayKey: Uint8Array;
  /** Rooms that it lets one client be in, as announced in CHALLENGE. */
  readonly topics: number;
  /** Blobs that it keeps for somebody away; 0: it keeps none. */
  readonly mailboxBlobs: number;
}

export type Input =
  /** Logged in: READY has been received from a relay whose key is proven. */
  | ({ readonly type: 'connected' } & ConnectedRelay)
  | { readonly type: 'disconnected' }
  | { readonly type: 'frame'; readonly frame: Frame }
  /** The time of `nextWakeMs` has come. */
  | { readonly type: 'tick' }
  /** Run waiting jobs worth about `budgetMs`. */
  | { readonly type: 'work'; readonly budgetMs: number };

/** Changes `core` in place and returns what the driver must do, in order. */
export function step(core: CoreState, input: Input): readonly Effect[] {
  core.isByItself = true;
  switch (input.type) {
    case 'connected':
      connect(core, input);
      break;
    case 'disconnected':
      disconnect(core);
      break;
    case 'frame':
      takeFrame(core, input.frame);
      break;
    case 'tick':
      tick(core);
      break;
    case 'work':
      runJobs(core, input.budgetMs);
      break;
    default:
      input satisfies never;
  }
  return finish(core);
}

/** Ends every step and every command: moves what can move, and hands over the effects. */
export function finish(core: CoreState): readonly Effect[] {
  core.isByItself = true;
  for (const room of core.rooms.values()) {
    proveMembers(core, room);
    settleStirred(core, room);
    pumpRoom(core, room);
    tellRoom(core, room);
  }
  for (const id of core.dirty) core.active.add(id);
  enterRooms(core);
  sendReads(core);
  pumpOutboxes(core);
  flushFetches(core);
  tellNamed(core);
  tellInvitations(core);
  tellSynced(core);
  // Behind what it acknowledges, which the save below puts on disk first.
  flushTaken(core);
  tendTime(core);
  if (isOnlyRelayed(core)) core.effects.push({ type: 'save' });
  else if (isUnsaved(core)) core.effects.unshift({ type: 'save' });
  // What comes next from outside of a step is a command.
  core.isByItself = false;
  return core.effects.splice(0);
}

/** Acknowledgements that are owed go now: this process is about to end. */
export function hurryAcknowledgements(core: CoreState): void {
  // They would tell that we were here.
  if (core.hidden) return;
  for (const peer of activePeers(core)) {
    if (peer.incoming.ackDueAtMs !== null) peer.incoming.ackDueAtMs = core.env.nowMs();
    if (peer.reads.dueAtMs !== null) peer.reads.dueAtMs = core.env.nowMs();
    core.dirty.add(peer.id);
  }
}

/** Whether somebody who is here has yet to hear that we have what they sent. */
export function owesAcknowledgements(core: CoreState): boolean {
  if (core.hidden) return false;
  const isOwed = ({ id, online, incoming }: Peer) =>
    online && incoming.ackDueAtMs !== null && !isBlocked(core, id);
  return activePeers(core).some(isOwed);
}

/** Whether `work` has something to do. */
export function hasWork(core: CoreState): boolean {
  return core.urgent.length + core.background.length > 0;
}

/** When to send `tick`, monotonic ms; null: nothing waits for a clock. */
export function nextWakeMs(core: CoreState): number | null {
  const due = [prekeysDueMs(core), unnamedDueMs(core), timeDueMs(core), mailboxDueMs(core)];
  due.push(wordsDueMs(core), invitationsDueMs(core));
  due.push(disappearDueMs(core));
  if (core.link.online) due.push(core.link.enterAtMs);
  for (const room of core.rooms.values()) due.push(roomDueMs(core, room));
  for (const peer of activePeers(core)) {
    const dueMs = peerDueMs(core, peer);
    due.push(dueMs);
    if (dueMs === null) core.active.delete(peer.id);
  }
  const times = due.filter((time) => time !== null);
  return times.length === 0 ? null : Math.min(...times);
}

function peerDueMs(core: CoreState, peer: Peer): number | null {
  const due = [outboxDueMs(core, peer), inboxDueMs(peer), peer.reads.dueAtMs];
  const times = due.filter((time) => time !== null);
  return times.length === 0 ? null : Math.min(...times);
}

function activePeers(core: CoreState): Peer[] {
  return [...core.active].flatMap((id) => core.peers.get(id) ?? []);
}

/** Rooms wait for the mailbox: the keys to what their logs hold are in it. */
function enterRooms(core: CoreState): void {
  const { link } = core;
  const now = core.env.nowMs();
  if (!link.online || (link.enterAtMs !== null && !link.drained && now < link.enterAtMs)) return;
  const isFirst = link.enterAtMs !== null;
  link.enterAtMs = null;
  for (const room of core.rooms.values()) {
    const isDue = room.enterAgainAtMs !== null && now >= room.enterAgainAtMs;
    if (isFirst || isDue) subscribe(core, room);
  }
}

function connect(core: CoreState, relay: ConnectedRelay): void {
  const { link } = core;
  const { relayId, relayKey, topics, mailboxBlobs } = relay;
  if (link.relayId !== null && link.relayId !== relayId) forgetRelay(core);
  link.relayId = relayId;
  link.relayKey = relayKey;
  link.topics = Math.min(topics, MAX_ROOMS);
  link.session++;
  link.presenceComplete = false;
  link.synced = false;
  // Before it is online: one bundle is published below, not two.
  tendPrekeys(core);
  link.online = true;
  tellLostPins(core);
  publishAboveOwn(core);
  publishChangedCard(core);
  tellHidden(core);
  openMailbox(core, mailboxBlobs);
  link.enterAtMs = core.env.nowMs() + MAILBOX_PATIENCE_MS;
  wakeOutboxes(core);
}

/** Another relay: joins of before mean nothing there. */
function forgetRelay(core: CoreState): void {
  core.link.announcementSeq = 0n;
  for (const room of core.rooms.values()) {
    room.members.clear();
    room.unproven.clear();
  }
}

function disconnect(core: CoreState): void {
  core.link.online = false;
  core.link.ownChecked = false;
  core.link.presenceComplete = false;
  closeMailbox(core);
  abandonRequests(core);
  forgetPresence(core);
  forgetRosters(core);
}

function takeFrame(core: CoreState, frame: Frame): void {
  switch (frame.type) {
    case 'done':
    case 'drained':
    case 'error':
    case 'found':
      settle(core, frame.req, frame);
      return;
    case 'presence':
      takePresence(core, frame.entries);
      if (frame.complete) completePresence(core);
      return;
    case 'roster': {
      const room = roomOfTopic(core, frame.topic);
      if (room === null) return;
      if (frame.complete) takeHead(core, room, frame.head);
      if (frame.complete) core.requests.delete(frame.req);
      takeRoster(core, room, frame);
      return;
    }
    case 'deliver':
      deliver(core, frame);
      return;
    case 'announce':
      announce(core, frame);
      return;
    default:
      // Frames of the transport (login, ping, end) and of a client end with the driver.
      return;
  }
}

/** Whoever the list does not name is away: what waits for them says so. */
function completePresence(core: CoreState): void {
  core.link.presenceComplete = true;
  wakeOutboxes(core);
}

function tellSynced(core: CoreState): void {
  const { link } = core;
  if (link.synced || !link.online || !link.presenceComplete || !link.drained) return;
  if (!hasAllCards(core)) return;
  for (const room of core.rooms.values()) {
    const isAwaited = !room.rosterComplete && room.enterAgainAtMs === null;
    if (isAwaited && isFollowed(core, room)) return;
  }
  link.synced = true;
  emit(core, { type: 'synced' });
}

/** Only the relay whose key is pinned speaks to everybody, and each time once. */
function announce(core: CoreState, frame: FrameOf<'announce'>): void {
  const { relayId, relayKey, announcementSeq } = core.link;
  if (relayId === null || relayKey === null || frame.seq <= announcementSeq) return;
  const claim = { publicKey: relayKey, signature: frame.signature };
  if (!verifyAnnouncement(claim, relayId, frame)) return;
  core.link.announcementSeq = frame.seq;
  emit(core, { type: 'announcement', text: frame.text });
}

function deliver(core: CoreState, { blob, rseq }: FrameOf<'deliver'>): void {
  try {
    if (decodeHeader(blob).kind === 'room') {
      const received = receiveRoom(core, { blob, rseq });
      if (received !== null) tellArrivals(core, received.room, received.arrivals);
      return;
    }
    if (rseq > 0n) takeStored(core, rseq);
    const received = receiveDirect(core, blob);
    if (received !== null) takeReceived(core, received);
  } catch (error) {
    // A blob that makes no sense costs itself: the relay and its sender may be hostile, others are not.
    if (!(error instanceof LanchatError)) throw error;
  }
}

function takeReceived(core: CoreState, { peer, sender, records, wants }: Received): void {
  for (const record of records) takeRecord(core, peer, record);
  for (const want of wants) answerWant(core, sender, want);
}

/** A type of a later version is acknowledged, and shows nothing. */
function takeRecord(core: CoreState, peer: Peer, record: DirectRecord): void {
  takeContent(core, { from: peer.id, room: null, record });
  try {
    if (record.type === RECORD_TYPES.text) noteShown(core, peer, record);
    if (record.type === RECORD_TYPES.status) takeStatus(core, peer, record.content);
    takeReceipts(core, peer, record);
    takeFileState(core, peer, record);
    takeWords(core, peer, record);
    takeOfRoom(core, peer.id, record);
    if (record.type !== RECORD_TYPES.roomKey || peer.keys === null) return;
    const taken = takeKey(core, peer.keys, record.content);
    if (taken !== null) tellArrivals(core, taken.room, openWaiting(core, taken.room, taken.skid));
  } catch (error) {
    if (!(error instanceof LanchatError)) throw error;
  }
}

function tick(core: CoreState): void {
  sweepDisappearing(core);
  tendPrekeys(core);
  tendMailbox(core);
  tendWords(core);
  tendUnfinished(core);
  for (const room of core.rooms.values()) {
    tendWants(core, room);
    const own = ownRoom(room);
    if (own !== null) tendDoubts(core, own);
    tendChains(core, room);
    tellArrivals(core, room, releaseOverdueRoom(core, room));
  }
  for (const peer of activePeers(core)) {
    tendOutbox(core, peer);
    // Of somebody blocked since, nothing that waited behind a gap is shown either.
    const isHeard = isBlocked(core, peer.id) ? isHeardOfBlocked : () => true;
    for (const record of releaseOverdue(core, peer).filter(isHeard)) takeRecord(core, peer, record);
  }
}
