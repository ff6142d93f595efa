// Opens what others sealed to us, acknowledges it, and hands its records on in order. Knows no rooms.
import { openDirect } from '../crypto/direct.ts';
import { conversationOf, type PeerKeys } from '../crypto/identity.ts';
import { messageIdOf } from '../crypto/message-id.ts';
import type { Turn } from '../crypto/signed-objects.ts';
import { hash } from '../crypto/transcript.ts';
import { phrase } from '../language/translate.ts';
import { equalBytes } from '../protocol/bytes.ts';
import { decodeHeader } from '../protocol/envelope.ts';
import { LanchatError } from '../protocol/errors.ts';
import type { Kid, StreamId } from '../protocol/ids.ts';
import type { Note, Want } from '../protocol/note.ts';
import { unpad } from '../protocol/padding.ts';
import {
  type DirectPayload,
  type DirectRecord,
  decodeDirectPayload,
  isUpkeep,
  RECORD_TYPES,
} from '../protocol/record.ts';
import { claimBundle, hasOpenClaim } from './directory.ts';
import { forgetRun, savePeer, saveRun } from './durable-people.ts';
import { hiddenDelayMs } from './hidden-delay.ts';
import { emit } from './link.ts';
import { mailboxPrekey } from './mailbox-keys.ts';
import { peerOf } from './new-state.ts';
import { takeHave, takeLost } from './outbox.ts';
import { livePrekey } from './own-keys.ts';
import type { OwnTurn, Peer } from './peer-state.ts';
import { isBlocked, whoOf } from './people.ts';
import type { Sequence } from './sequence.ts';
import { accept, cutBack, newSequence, release, shortDigest } from './sequence.ts';
import type { CoreState } from './state.ts';
import { admits } from './strangers.ts';
import { ownTurn, takeLostUse, takeTurn, takeTurnUse, turnToGive } from './turn-keys.ts';
import { takeTyping } from './typing.ts';
import { isAway } from './which-key.ts';

/** An acknowledgement waits this long for a message to ride on, and goes alone at most once a second. */
const ACK_DELAY_MS = 300;
const ACK_INTERVAL_MS = 1_000;
/** Records ahead of a gap wait this long for it to be filled: sealing again takes their sender 15 s at first. */
const GAP_PATIENCE_MS = 30_000;
/** Sealings, to everybody, between two that one person is given signed: keys for the largest room, and more. */
const MAX_UNSIGNED = 2_000;
/** Runs of one peer whose numbers are remembered. */
const MAX_STREAMS = 16;
/** What may wait behind gaps in all; beyond it nothing more waits. */
const MAX_HELD_BYTES = 32 * 1024 * 1024;

/** What a private message brings, in its sender's order. */
export interface Received {
  readonly peer: Peer;
  readonly sender: PeerKeys;
  readonly records: readonly DirectRecord[];
  readonly wants: readonly Want[];
}

/**
 * Opens a private blob. Null where it can't be opened or makes no sense: its sender learns from the
 * missing acknowledgement, and nobody else can be blamed, so nothing is told.
 */
export function receiveDirect(core: CoreState, blob: Uint8Array): Received | null {
  const opened = open(core, blob);
  if (opened === null) return null;
  const { sender, payload, turn, isLive } = opened;
  if (sender.id === core.me.id) return null;
  const peer = peerOf(core, sender.id);
  if (isBlocked(core, sender.id)) return fromBlocked(peer, { sender, payload });
  peer.keys ??= sender;
  if (peer.card === null) core.fetches.cards.add(peer.id);
  if (turn !== null) takeTurnUse(core, turn);
  // Nobody away can seal to a key in our memory.
  if (isLive && isAway(core, peer)) peer.heardHiddenAtMs = core.env.nowMs();
  takeNote(core, peer, payload.note);
  takeTyping(core, peer, payload.note);
  const records = takeRecord(core, peer, payload);
  return { peer, sender, records, wants: payload.note.wants };
}

/** What of somebody blocked is heard all the same: who else is in a private room, so that nobody taken out is given keys. */
export function isHeardOfBlocked({ type }: Pick<DirectRecord, 'type'>): boolean {
  return type === RECORD_TYPES.roomOperations || type === RECORD_TYPES.roomStrike;
}

/** Signed inside, and harmless when it comes again: it takes no number and is not acknowledged. */
function fromBlocked(
  peer: Peer,
  { sender, payload }: Pick<Opened, 'sender' | 'payload'>,
): Received | null {
  const { record } = payload;
  if (record === null || !isHeardOfBlocked(record)) return null;
  return { peer, sender, records: [{ ...record, content: record.content.slice() }], wants: [] };
}

interface Opened {
  readonly sender: PeerKeys;
  readonly payload: DirectPayload;
  readonly turn: OwnTurn | null;
  /** Under a key that is in memory only. */
  readonly isLive: boolean;
}

function open(core: CoreState, blob: Uint8Array): Opened | null {
  try {
    const header = decodeHeader(blob);
    if (header.kind !== 'direct') return null;
    const turn = ownTurn(core, header.kid);
    const live = turn?.prekey ?? livePrekey(core, header.kid);
    const prekey = live ?? mailboxPrekey(core, header.kid);
    if (prekey === null) {
      nameLost(core, header.kid);
      return null;
    }
    const opened = openDirect(blob, { me: core.me, prekey });
    // Only the person it was given to may use a turn key.
    if (opened === null || (turn !== null && turn.peer !== opened.sender.id)) return null;
    const payload = decodeDirectPayload(unpad(opened.padded));
    const { record } = payload;
    if (record !== null && !isOurs(core, opened.sender, record)) return null;
    return { sender: opened.sender, payload, turn, isLive: live !== null };
  } catch (error) {
    if (error instanceof LanchatError) return null;
    throw error;
  }
}

/** Its sender hears of it with the next note, which is due. */
function nameLost(core: CoreState, kid: Kid): void {
  const peer = takeLostUse(core, kid);
  if (peer === null) return;
  const { incoming } = peer;
  // Anybody who was given it once can make up a message under it.
  const readyAtMs = core.env.nowMs() + hiddenDelayMs(core, peer);
  incoming.ackDueAtMs = Math.max(readyAtMs, incoming.lastAckAtMs + ACK_INTERVAL_MS);
  core.dirty.add(peer.id);
}

/** A record names its two people: one sealed for somebody else can't be passed on as if to us. */
function isOurs(core: CoreState, sender: PeerKeys, record: DirectRecord): boolean {
  return equalBytes(record.conversation, conversationOf(core.me.id, sender.id));
}

/**
 * What a note says of its place counts where it is signed, and is above every one before. What has arrived, and
 * which keys are gone, is true however late it is told; that somebody is quiet is believed of anybody.
 */
function takeNote(core: CoreState, peer: Peer, note: Note): void {
  const signed = takeTurn(core, peer, note);
  if (signed !== null) {
    peer.quiet = note.quiet;
    if (note.bundleSeq > peer.provenBundleSeq) peer.provenBundleSeq = note.bundleSeq;
    correctRun(core, peer, { ...signed, low: note.low });
    savePeer(core, peer);
  } else if (note.quiet && !peer.quiet) {
    peer.quiet = true;
    if (core.kept.has(peer.id)) savePeer(core, peer);
  }
  claimBundle(peer, note.bundleSeq);
  takeHave(core, peer, note.have);
  takeLost(peer, note.lost);
}

/**
 * The sender says, signed, which number comes next: what bears it or a higher one, and came under no later note, was
 * made by somebody who stole our prekey, or by a later state of the sender's that they have lost. Either way what
 * they say from now on is no repeat.
 */
function correctRun(
  core: CoreState,
  peer: Peer,
  { stream, next, low }: Turn & Pick<Note, 'low'>,
): void {
  const { incoming } = peer;
  const { lastBoot, lastK, recordBoot, recordK } = incoming;
  const isLatest = lastBoot > recordBoot || (lastBoot === recordBoot && lastK > recordK);
  const sequence = incoming.streams.get(stream);
  // A newer run of theirs may have spoken since, as far as anybody claims.
  if (!isLatest || hasOpenClaim(peer) || sequence === undefined || sequence.next <= next) return;
  core.heldBytes -= cutBack(sequence, next, low);
  saveRun(core, peer, stream);
  const { nick } = whoOf(core, peer.id);
  const message = phrase`what came last of ${nick} bears numbers that ${nick} does not know: they use an older copy of their profile, or somebody else wrote it`;
  emit(core, { type: 'error', code: 'forged', message });
}

/** A thief of our prekey can claim any `k`: no more than an honest sender reaches before it signs again is believed. */
function markRecord({ incoming }: Peer, { boot, k }: Note): void {
  const { lastBoot, lastK } = incoming;
  if (boot < incoming.recordBoot || boot > lastBoot) return;
  const believed = boot === lastBoot ? Math.min(k, lastK + MAX_UNSIGNED) : k;
  if (boot === incoming.recordBoot && believed <= incoming.recordK) return;
  incoming.recordBoot = boot;
  incoming.recordK = believed;
}

function takeRecord(
  core: CoreState,
  peer: Peer,
  { record, recordBytes, note }: DirectPayload,
): DirectRecord[] {
  if (record === null || !admits(core, peer, record)) return [];
  markRecord(peer, note);
  const { stream, seq } = record;
  const run = { stream, low: note.low };
  const sequence = streamOf(core, peer, run);
  const place = conversationOf(core.me.id, peer.id);
  const number = { from: peer.id, place, stream, seq };
  // Whatever name its sender gave it.
  const item = { ...record, messageId: messageIdOf(number), content: record.content.slice() };
  const digest = hash('record', recordBytes);
  const arrival = { seq, item, digest: shortDigest(digest), sizeBytes: item.content.length };
  const before = sequence.heldBytes;
  const kind = accept(sequence, arrival, core.env.nowMs());
  core.heldBytes += sequence.heldBytes - before;
  oweAcknowledgement(core, peer, record);
  if (kind === 'forged') {
    alarmForged(core, peer);
    return [{ ...item, messageId: messageIdOf(number, digest) }];
  }
  return releaseFrom(core, peer, run);
}

function oweAcknowledgement(core: CoreState, peer: Peer, record: DirectRecord): void {
  const { incoming } = peer;
  const now = core.env.nowMs();
  const delayMs = hiddenDelayMs(core, peer) + ACK_DELAY_MS;
  incoming.ackDueAtMs ??= Math.max(now + delayMs, incoming.lastAckAtMs + ACK_INTERVAL_MS);
  incoming.arrivals++;
  incoming.owes = true;
  if (!isUpkeep(record.type)) {
    incoming.isConversing = true;
    // The next turn's key, kept in this step's commit.
    if (peer.online) turnToGive(core, peer);
  }
  savePeer(core, peer);
  core.dirty.add(peer.id);
}

/** A stream of theirs, and the lowest number that may still come of it. */
interface Run {
  readonly stream: StreamId;
  readonly low: number;
}

function streamOf(core: CoreState, peer: Peer, { stream, low }: Run): Sequence<DirectRecord> {
  const { streams } = peer.incoming;
  const known = streams.get(stream);
  if (known !== undefined) return known;
  const sequence = newSequence<DirectRecord>(low);
  streams.set(stream, sequence);
  for (const [oldest, { heldBytes }] of streams) {
    if (streams.size <= MAX_STREAMS) break;
    forgetRun(core, peer, oldest);
    streams.delete(oldest);
    core.heldBytes -= heldBytes;
  }
  return sequence;
}

function releaseFrom(core: CoreState, peer: Peer, { stream, low }: Run): DirectRecord[] {
  const sequence = peer.incoming.streams.get(stream);
  if (sequence === undefined) return [];
  const before = sequence.heldBytes;
  const patienceMs = core.heldBytes > MAX_HELD_BYTES ? 0 : GAP_PATIENCE_MS;
  const released = release(sequence, { low, nowMs: core.env.nowMs(), patienceMs });
  core.heldBytes += sequence.heldBytes - before;
  saveRun(core, peer, stream);
  return released.map(({ item, missing }) => {
    if (missing > 0) emit(core, { type: 'gap', from: whoOf(core, peer.id), room: null, missing });
    return item;
  });
}

/** Records behind a gap that nobody filled in time. */
export function releaseOverdue(core: CoreState, peer: Peer): DirectRecord[] {
  const waiting = [...peer.incoming.streams].filter(([, { heldSinceMs }]) => heldSinceMs !== null);
  return waiting.flatMap(([stream]) => releaseFrom(core, peer, { stream, low: 0 }));
}

/** When `releaseOverdue` has something to do for this peer, monotonic ms; null: nothing is held. */
export function inboxDueMs(peer: Peer): number | null {
  let due: number | null = null;
  for (const { heldSinceMs } of peer.incoming.streams.values()) {
    if (heldSinceMs === null) continue;
    due = Math.min(due ?? Number.POSITIVE_INFINITY, heldSinceMs + GAP_PATIENCE_MS);
  }
  return due;
}

function alarmForged(core: CoreState, peer: Peer): void {
  const { nick } = whoOf(core, peer.id);
  const message = phrase`two different messages of ${nick} bear one number; both are shown`;
  emit(core, { type: 'error', code: 'forged', message });
}
