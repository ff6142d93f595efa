// What waits for others: records stay until acknowledged, and are sealed again when they may be lost.

import { sealDirect } from '../crypto/direct.ts';
import { CryptoError } from '../crypto/errors.ts';
import { conversationOf } from '../crypto/identity.ts';
import { TOKEN_BYTES } from '../protocol/frames.ts';
import type { MessageId } from '../protocol/ids.ts';
import { MAX_HAVE_RANGES, MAX_HAVE_STREAMS, RECORD_LIFETIME_MS } from '../protocol/limits.ts';
import { type Have, MAX_WANTS, type Note } from '../protocol/note.ts';
import { pad } from '../protocol/padding.ts';
import { encodeDirectPayload, encodeDirectRecord, RECORD_TYPES } from '../protocol/record.ts';
import { bundleRetryAtMs, hasFreshBundle, wantBundle } from './directory.ts';
import type { MessageReason, MessageState } from './events.ts';
import { emit, later, request, soon } from './link.ts';
import { received } from './sequence.ts';
import type { Answer, CoreState, OutRecord, Peer } from './state.ts';

/** Sealing takes an encapsulation and two DH: about 1 ms. */
const SEAL_COST_MS = 1;
/** A record that a later one has overtaken waits this long for its own acknowledgement. */
const OVERTAKEN_MS = 5_000;
/** The oldest record is sealed again after these waits, then hourly. */
const RETRY_MS = [15_000, 60_000, 4 * 60_000, 16 * 60_000, 60 * 60_000];
/** A refused acknowledgement goes again after this long, not at once and for ever. */
const REFUSED_ACK_MS = 1_000;
/** Kept by the relay at most as long as we keep it ourselves. */
const TTL_SECONDS = RECORD_LIFETIME_MS / 1000;
const NO_RECORD = new Uint8Array(0);

export interface ToSend {
  readonly id: MessageId;
  readonly type: number;
  readonly content: Uint8Array;
}

/** Puts a record at the end of a person's outbox. The caller has checked sizes and trust. */
export function enqueue(core: CoreState, peer: Peer, { id, type, content }: ToSend): OutRecord {
  const seq = peer.nextSeq++;
  const record: OutRecord = {
    ...{ id, seq, type },
    bytes: encodeRecord(core, peer, { id, type, content, seq }),
    queuedAtMs: core.env.nowMs(),
    phase: 'queued',
    sealings: 0,
    transmitted: false,
    sealedAtMs: 0,
    sealedBundleSeq: 0n,
    overtakenAtMs: null,
    shown: 'pending',
    shownReason: null,
  };
  peer.records.push(record);
  core.dirty.add(peer.id);
  return record;
}

function encodeRecord(core: CoreState, peer: Peer, record: ToSend & { readonly seq: number }) {
  return encodeDirectRecord({
    type: record.type,
    conversation: conversationOf(core.me.id, peer.id),
    messageId: record.id,
    stream: core.stream,
    seq: record.seq,
    timeMs: core.env.wallMs(),
    content: record.content,
  });
}

/**
 * Takes back a record that never went out, whatever the relay said of it since: another under its
 * number would be a forgery. The
 * number stays, with nothing under it, since one left out would look like a loss. False where too late.
 */
export function withdraw(core: CoreState, peer: Peer, id: MessageId): boolean {
  const record = peer.records.find((candidate) => candidate.id === id);
  if (record === undefined || record.transmitted || record.shown !== 'pending') return false;
  show(core, record, 'failed', 'cancelled');
  record.type = RECORD_TYPES.void;
  const empty = { id, type: record.type, content: NO_RECORD, seq: record.seq };
  record.bytes = encodeRecord(core, peer, empty);
  return true;
}

/** Moves what can move for each peer that something happened to; called at the end of each step. */
export function pumpOutboxes(core: CoreState): void {
  for (const id of core.dirty) {
    const peer = core.peers.get(id);
    if (peer !== undefined) pump(core, peer);
  }
  core.dirty.clear();
}

function pump(core: CoreState, peer: Peer): void {
  if (!core.link.online || peer.sealing) return;
  const record = peer.records.find((candidate) => candidate.phase === 'queued');
  const isIdle = record === undefined && !isControlDue(core, peer);
  if (isIdle && !mayBeLost(peer)) return;
  if (!peer.online) {
    tellAbsent(core, peer);
    return;
  }
  if (!hasFreshBundle(core, peer)) {
    wantBundle(core, peer);
    return;
  }
  if (isIdle) return;
  peer.sealing = true;
  const isKey = record?.type === RECORD_TYPES.roomKey;
  const queue = isKey && !hasText(peer) ? later : soon;
  queue(core, SEAL_COST_MS, () => sealNext(core, peer));
}

/** A newer bundle is said to be out: its owner came back, and what went into the connection before may be lost. */
function mayBeLost({ records, claimedBundleSeq }: Peer): boolean {
  return records.some((r) => r.phase === 'relayed' && r.sealedBundleSeq < claimedBundleSeq);
}

/** A message behind keys must not wait for a whole room's keys: their person's go first then. */
function hasText(peer: Peer): boolean {
  return peer.records.some((r) => r.phase === 'queued' && r.type !== RECORD_TYPES.roomKey);
}

/** Once the roster is read: until then nobody is known to be away. */
function tellAbsent(core: CoreState, peer: Peer): void {
  if (!core.link.presenceComplete) return;
  for (const record of peer.records) {
    if (record.phase === 'queued' && record.sealings === 0) {
      show(core, record, 'pending', 'not-here');
    }
  }
}

function sealNext(core: CoreState, peer: Peer): void {
  peer.sealing = false;
  core.dirty.add(peer.id);
  // The connection may have changed since this was queued: then the bundle is fetched first.
  if (!core.link.online || !peer.online || !hasFreshBundle(core, peer)) return;
  const record = peer.records.find((candidate) => candidate.phase === 'queued') ?? null;
  if (record === null && !isControlDue(core, peer)) return;
  const blob = seal(core, peer, record);
  if (blob === null) return;
  noteSent(core, peer);
  if (record !== null) {
    record.phase = 'sent';
    record.sealings++;
    record.transmitted = true;
    record.sealedAtMs = core.env.nowMs();
    record.sealedBundleSeq = peer.bundle?.seq ?? 0n;
    record.overtakenAtMs = null;
  }
  const token = core.env.random(TOKEN_BYTES);
  request(core, { type: 'send', token, ttlSeconds: TTL_SECONDS, blob }, (answer) => {
    takeAnswer(core, peer, record, answer);
  });
}

function seal(core: CoreState, peer: Peer, record: OutRecord | null): Uint8Array | null {
  if (peer.bundle === null) return null;
  const payload = encodeDirectPayload(record?.bytes ?? NO_RECORD, nextNote(core, peer));
  try {
    return sealDirect({
      sender: core.me,
      recipient: peer.id,
      recipientPrekey: peer.bundle.publicKey,
      padded: pad(payload),
      random: core.env.random,
    });
  } catch (error) {
    if (!(error instanceof CryptoError)) throw error;
    // A prekey that its owner made unusable: theirs to mend with the next bundle.
    peer.bundle = null;
    peer.bundleMissedAtMs = core.env.nowMs();
    return null;
  }
}

function nextNote(core: CoreState, peer: Peer): Note {
  core.noteCounter++;
  return {
    boot: core.boot,
    k: core.noteCounter,
    low: peer.records[0]?.seq ?? peer.nextSeq,
    bundleSeq: core.bundleSeq,
    have: haveOf(peer),
    wants: peer.wants.slice(0, MAX_WANTS),
  };
}

/** What arrived from this peer, its newest streams. */
function haveOf(peer: Peer): Have[] {
  const streams = [...peer.incoming.streams].slice(-MAX_HAVE_STREAMS);
  return streams.map(([stream, sequence]) => ({
    stream,
    ...received(sequence, MAX_HAVE_RANGES),
  }));
}

/** Every note carries the acknowledgements and wants that were due. */
function noteSent(core: CoreState, peer: Peer): void {
  peer.wants = peer.wants.slice(MAX_WANTS);
  peer.incoming.ackDueAtMs = null;
  peer.incoming.lastAckAtMs = core.env.nowMs();
}

function isControlDue(core: CoreState, peer: Peer): boolean {
  const { ackDueAtMs } = peer.incoming;
  return peer.wants.length > 0 || (ackDueAtMs !== null && ackDueAtMs <= core.env.nowMs());
}

function takeAnswer(core: CoreState, peer: Peer, record: OutRecord | null, answer: Answer): void {
  core.dirty.add(peer.id);
  const refused = answer?.type === 'error' ? answer.code : null;
  if (refused === 'not-here') peer.online = false;
  // An acknowledgement that didn't go is owed until the peer is here again.
  if (record === null && answer?.type !== 'done') {
    peer.incoming.ackDueAtMs ??= core.env.nowMs() + REFUSED_ACK_MS;
  }
  if (record === null || record.phase !== 'sent') return;
  if (answer?.type === 'done') {
    record.phase = 'relayed';
    show(core, record, 'relayed', null);
    return;
  }
  record.phase = 'queued';
  if (refused === 'not-here') {
    record.sealings--;
    show(core, record, 'pending', 'not-here');
    return;
  }
  if (refused === null) return;
  // An earlier sealing may be out and yet be acknowledged: this one's refusal only waits.
  if (record.sealings > 1) record.phase = 'relayed';
  else fail(core, peer, record, 'refused');
}

function fail(core: CoreState, peer: Peer, record: OutRecord, reason: MessageReason): void {
  peer.records = peer.records.filter((candidate) => candidate !== record);
  show(core, record, 'failed', reason);
}

/** Tells a state once, and never one that is behind what was told. Keys and voids are nobody's message. */
function show(
  core: CoreState,
  record: OutRecord,
  state: MessageState,
  reason: MessageReason | null,
): void {
  const repeats = record.shown === state && record.shownReason === reason;
  const falls = state === 'pending' && record.shown !== 'pending';
  if (record.type !== RECORD_TYPES.text || record.shown === 'failed' || repeats || falls) return;
  record.shown = state;
  record.shownReason = reason;
  emit(core, { type: 'receipt', id: record.id, state, reason });
}

/** What the peer says has arrived: those records are done; what they overtook may be lost. */
export function takeHave(core: CoreState, peer: Peer, have: readonly Have[]): void {
  const ours = have.find(({ stream }) => stream === core.stream);
  if (ours === undefined) return;
  const arrived = (seq: number) =>
    seq <= ours.upTo || ours.ranges.some(([from, to]) => from <= seq && seq <= to);
  const highest = ours.ranges.at(-1)?.[1] ?? ours.upTo;
  for (const record of peer.records) {
    if (record.transmitted && arrived(record.seq)) show(core, record, 'delivered', null);
    else if (record.seq < highest) record.overtakenAtMs ??= core.env.nowMs();
  }
  peer.records = peer.records.filter((r) => !r.transmitted || !arrived(r.seq));
  core.dirty.add(peer.id);
}

/** Seals again what has waited too long, and gives up what has waited a week. */
export function tendOutbox(core: CoreState, peer: Peer): void {
  const now = core.env.nowMs();
  for (const record of [...peer.records]) {
    if (now - record.queuedAtMs >= RECORD_LIFETIME_MS) fail(core, peer, record, 'expired');
    else if (record.phase === 'relayed' && resealAtMs(peer, record) <= now) record.phase = 'queued';
  }
  core.dirty.add(peer.id);
}

function resealAtMs(peer: Peer, record: OutRecord): number {
  const overtaken = record.overtakenAtMs;
  const byOvertaking = overtaken === null ? Number.POSITIVE_INFINITY : overtaken + OVERTAKEN_MS;
  if (peer.records[0] !== record || !peer.online) return byOvertaking;
  const wait = RETRY_MS[Math.min(record.sealings - 1, RETRY_MS.length - 1)] ?? 0;
  return Math.min(byOvertaking, record.sealedAtMs + wait);
}

/** When this peer's outbox has something to do by itself, monotonic ms; null: never. */
export function outboxDueMs(core: CoreState, peer: Peer): number | null {
  const due: number[] = [];
  const { ackDueAtMs } = peer.incoming;
  const retry = bundleRetryAtMs(peer);
  // Where the relay was asked, its answer comes first and no clock.
  const isAsked = core.fetches.bundlesAsked || core.fetches.cardsAsked;
  if (ackDueAtMs !== null && peer.online && core.link.online && !peer.sealing && !isAsked) {
    due.push(Math.max(ackDueAtMs, retry ?? ackDueAtMs));
  }
  if (retry !== null && peer.online && peer.records.length > 0 && !isAsked) due.push(retry);
  for (const record of peer.records) {
    due.push(record.queuedAtMs + RECORD_LIFETIME_MS);
    if (record.phase === 'relayed' && core.link.online) due.push(resealAtMs(peer, record));
  }
  return due.length === 0 ? null : Math.min(...due);
}
