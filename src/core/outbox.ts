// What waits for others: records stay until acknowledged, and are queued again when they may be lost. Seals nothing.
import { conversationOf } from '../crypto/identity.ts';
import { messageIdOf } from '../crypto/message-id.ts';
import type { Kid, MessageId } from '../protocol/ids.ts';
import { RECORD_LIFETIME_MS } from '../protocol/limits.ts';
import type { Have } from '../protocol/note.ts';
import { encodeDirectRecord, isUpkeep, RECORD_TYPES } from '../protocol/record.ts';
import { bundleRetryAtMs, bundleSeqOf, staleBundle } from './directory.ts';
import { forgetOut, saveOut, savePeer } from './durable-people.ts';
import { type MessageReason, type MessageState, stateRank } from './events.ts';
import { heldBackUntilMs, hiddenDelayMs, mayBeByItself } from './hidden-delay.ts';
import { tellReceipt } from './link.ts';
import type { OutRecord, Peer } from './peer-state.ts';
import { isBlocked } from './people.ts';
import { awaitRead, stopAwaiting } from './read-marks.ts';
import { renewStream } from './rollback.ts';
import type { CoreState } from './state.ts';
import { isTold } from './told-records.ts';
import { bootOf, dropTurn, turnToGive } from './turn-keys.ts';
import { chooseKey, HEARD_MS, isAway, isHeardHidden, isStoredFor } from './which-key.ts';

/** A record that a later one has overtaken waits this long for its own acknowledgement. */
const OVERTAKEN_MS = 5_000;
/** The oldest record is sealed again after these waits, then hourly. */
const RETRY_MS = [15_000, 60_000, 4 * 60_000, 16 * 60_000, 60 * 60_000];
const NO_CONTENT = new Uint8Array(0);

export interface ToSend {
  readonly type: number;
  readonly content: Uint8Array;
}

/** Puts a record at the end of a person's outbox. The caller has checked sizes and trust. */
export function enqueue(core: CoreState, peer: Peer, { type, content }: ToSend): OutRecord {
  const { stream } = peer;
  const seq = peer.nextSeq++;
  const place = conversationOf(core.me.id, peer.id);
  const id = messageIdOf({ from: core.me.id, place, stream, seq });
  const byItself = core.isByItself && mayBeByItself(type);
  const isHeldBack = byItself && hiddenDelayMs(core, peer) > 0;
  const record: OutRecord = {
    ...{ id, stream, seq, type, byItself },
    bytes: encodeRecord(core, peer, { id, type, content, stream, seq }),
    queuedAtMs: core.env.nowMs(),
    phase: 'queued',
    ...{ sealings: 0, transmitted: false, mayBeOut: !isHeldBack && mayGoNow(core, peer) },
    ...{ sealed: null, mailbox: null, notBeforeMs: 0 },
    overtakenAtMs: null,
    shown: 'pending',
    shownReason: null,
  };
  peer.records.push(record);
  core.noted?.push(record);
  if (type === RECORD_TYPES.text) awaitRead(peer.reads, stream, seq);
  // The key to give with it is on disk with it, and costs no commit of its own later.
  if (!isUpkeep(type) && peer.online) turnToGive(core, peer);
  savePeer(core, peer);
  saveOut(core, peer, record);
  core.dirty.add(peer.id);
  return record;
}

/** What `run` returns, and what it puts into outboxes of people. */
export function noting<T>(
  core: CoreState,
  run: () => T,
): { readonly reply: T; readonly records: OutRecord[] } {
  const records: OutRecord[] = [];
  core.noted = records;
  try {
    return { reply: run(), records };
  } finally {
    core.noted = null;
  }
}

/** Then its row says from the start that it may be out: no second commit is needed before it is sealed. */
function mayGoNow(core: CoreState, peer: Peer): boolean {
  const { online, presenceComplete, mailboxBlobs } = core.link;
  return online && (!presenceComplete || peer.online || mailboxBlobs > 0);
}

function encodeRecord(
  core: CoreState,
  peer: Peer,
  record: ToSend & Pick<OutRecord, 'id' | 'stream' | 'seq'>,
): Uint8Array {
  return encodeDirectRecord({
    type: record.type,
    conversation: conversationOf(core.me.id, peer.id),
    messageId: record.id,
    stream: record.stream,
    seq: record.seq,
    timeMs: core.env.wallMs(),
    content: record.content,
  });
}

/**
 * Takes back a record that never went out, in this run or, as its row says, in an earlier one: another under its
 * number would be a forgery. The number stays, with nothing under it, since one left out would look like a loss.
 * False where too late.
 */
export function withdraw(core: CoreState, peer: Peer, id: MessageId): boolean {
  const record = peer.records.find((candidate) => candidate.id === id);
  if (record === undefined || record.transmitted || record.shown !== 'pending') return false;
  show(core, record, { state: 'failed', reason: 'cancelled' });
  stopAwaiting(peer.reads, record.stream, record.seq);
  record.type = RECORD_TYPES.void;
  return replace(core, peer, { record, content: NO_CONTENT });
}

/** Other content for a record that never went out. False where too late. */
export function replace(
  core: CoreState,
  peer: Peer,
  { record, content }: { readonly record: OutRecord; readonly content: Uint8Array },
): boolean {
  if (record.transmitted) return false;
  record.bytes = encodeRecord(core, peer, { ...record, content });
  saveOut(core, peer, record);
  return true;
}

/** It is given up, and its sender told why. */
export function fail(
  core: CoreState,
  peer: Peer,
  { record, reason }: { readonly record: OutRecord; readonly reason: MessageReason },
): void {
  peer.records = peer.records.filter((candidate) => candidate !== record);
  forgetOut(core, peer, record);
  stopAwaiting(peer.reads, record.stream, record.seq);
  show(core, record, { state: 'failed', reason });
}

/** Tells a state once, and never one that is behind what was told. What is nobody's message is only noted. */
export function show(
  core: CoreState,
  record: OutRecord,
  { state, reason }: { readonly state: MessageState; readonly reason: MessageReason | null },
): void {
  const repeats = record.shown === state && record.shownReason === reason;
  const falls = stateRank(state) < stateRank(record.shown);
  if (record.shown === 'failed' || repeats || falls) return;
  record.shown = state;
  record.shownReason = reason;
  if (isTold(record.type)) tellReceipt(core, { id: record.id, state, reason });
}

/** What the peer says has arrived: those records are done; what they overtook may be lost. */
export function takeHave(core: CoreState, peer: Peer, have: readonly Have[]): void {
  const done = new Set<OutRecord>();
  for (const { stream, upTo, ranges } of have) {
    const highest = ranges.at(-1)?.[1] ?? upTo;
    // They have read what we don't know to have written: it is no answer to what we say now.
    if (stream === peer.stream && highest >= peer.nextSeq) {
      renewStream(core, peer);
      continue;
    }
    for (const record of peer.records) {
      const { seq } = record;
      if (record.stream !== stream) continue;
      const arrived = seq <= upTo || ranges.some(([from, to]) => from <= seq && seq <= to);
      if (arrived && record.transmitted) done.add(record);
      else if (seq < highest) record.overtakenAtMs ??= core.env.nowMs();
    }
  }
  for (const record of done) {
    show(core, record, { state: peer.quiet ? 'relayed' : 'delivered', reason: null });
    forgetOut(core, peer, record);
  }
  if (done.size > 0) peer.records = peer.records.filter((record) => !done.has(record));
  core.dirty.add(peer.id);
}

/** Turn keys of the peer that our records came under when they were gone. */
export function takeLost(peer: Peer, lost: readonly Kid[]): void {
  for (const kid of lost) {
    dropTurn(peer, kid);
    for (const record of peer.records) {
      if (record.sealed?.kid === kid) record.phase = 'queued';
    }
  }
}

/** Queues again what went to a key in memory, where that or the way to it may be gone. */
export function queueLost(core: CoreState, peer: Peer): void {
  for (const record of peer.records) {
    if (record.phase === 'waiting' && isLost(core, peer, record)) record.phase = 'queued';
  }
}

/**
 * A higher bundle: its owner has connected anew since, and what lay in the connection before is lost. What
 * lies in a mailbox is there whoever comes and goes, but at no other relay.
 */
function isLost(core: CoreState, peer: Peer, { sealed, mailbox }: OutRecord): boolean {
  if (mailbox !== null) return mailbox !== core.link.relayId;
  if (sealed === null || core.leaving) return true;
  if (isAway(core, peer) && !isHeardHidden(core, peer)) return true;
  return bootOf(peer) > sealed.boot || bundleSeqOf(peer) > sealed.bundleSeq;
}

/** Whether a newer bundle is claimed than the one known when records went to keys in memory: it is fetched then. */
export function mayBeLost({ records, claimedBundleSeq, online }: Peer): boolean {
  if (!online) return false;
  return records.some(
    ({ phase, mailbox, sealed }) =>
      phase === 'waiting' && mailbox === null && (sealed?.bundleSeq ?? 0n) < claimedBundleSeq,
  );
}

/** Everybody for whom something waits, or to whom an acknowledgement is owed, is looked at again. */
export function wakeOutboxes(core: CoreState): void {
  for (const peer of core.peers.values()) {
    const { id, records, incoming } = peer;
    if (incoming.owes) incoming.ackDueAtMs ??= core.env.nowMs() + hiddenDelayMs(core, peer);
    if (records.length > 0 || incoming.ackDueAtMs !== null) core.dirty.add(id);
  }
}

/** The next to be sealed; a mailbox that refused a record is left alone for a while. */
export function nextQueued(core: CoreState, peer: Peer): OutRecord | null {
  const now = core.env.nowMs();
  const isDue = (record: OutRecord) =>
    (peer.online || record.notBeforeMs <= now) && heldBackUntilMs(core, peer, record) <= now;
  return peer.records.find((record) => record.phase === 'queued' && isDue(record)) ?? null;
}

/** How long a record that was sealed waits before it is sealed again, ms. */
export function retryAfterMs({ sealings }: OutRecord): number {
  return RETRY_MS[Math.min(Math.max(sealings, 1), RETRY_MS.length) - 1] ?? 0;
}

/** Queues again what has waited too long, and gives up what has waited a week. */
export function tendOutbox(core: CoreState, peer: Peer): void {
  const now = core.env.nowMs();
  for (const record of [...peer.records]) {
    if (now - record.queuedAtMs >= RECORD_LIFETIME_MS)
      fail(core, peer, { record, reason: 'expired' });
    else if (record.phase === 'waiting' && resealAtMs(peer, record) <= now) {
      record.phase = 'queued';
      doubtKeys(peer, record);
    }
  }
  core.dirty.add(peer.id);
}

/**
 * Nobody has answered: the owner of the key may have lost every memory of it, and so can't say that it is
 * gone, while the relay hides that they have another.
 */
function doubtKeys(peer: Peer, { sealed }: OutRecord): void {
  if (sealed?.inMemory !== true) return;
  dropTurn(peer, sealed.kid);
  staleBundle(peer);
}

/** What lies in a mailbox is read when its owner comes: that long they have. */
function resealAtMs(peer: Peer, record: OutRecord): number {
  const { overtakenAtMs, sealed, mailbox } = record;
  const byOvertaking =
    overtakenAtMs === null ? Number.POSITIVE_INFINITY : overtakenAtMs + OVERTAKEN_MS;
  if (peer.records[0] !== record || !peer.online) return byOvertaking;
  const sealedAtMs = sealed?.atMs ?? 0;
  const sinceMs = mailbox === null ? sealedAtMs : Math.max(sealedAtMs, peer.onlineSinceMs);
  return Math.min(byOvertaking, sinceMs + retryAfterMs(record));
}

/** When this peer's outbox has something to do by itself, monotonic ms; null: never. */
export function outboxDueMs(core: CoreState, peer: Peer): number | null {
  const due: number[] = [];
  const now = core.env.nowMs();
  for (const record of peer.records) {
    due.push(record.queuedAtMs + RECORD_LIFETIME_MS);
    if (!core.link.online) continue;
    if (record.phase === 'waiting') due.push(resealAtMs(peer, record));
    if (record.phase === 'waiting' && isHeardHidden(core, peer))
      due.push((peer.heardHiddenAtMs ?? 0) + HEARD_MS);
    const readyAtMs = Math.max(record.notBeforeMs, heldBackUntilMs(core, peer, record));
    if (record.phase === 'queued' && readyAtMs > now) due.push(readyAtMs);
  }
  const sealing = sealingDueMs(core, peer);
  if (sealing !== null) due.push(sealing);
  return due.length === 0 ? null : Math.min(...due);
}

/** What waits for a bundle that was missed, for an acknowledgement's time, or for a mailbox to be there. */
function sealingDueMs(core: CoreState, peer: Peer): number | null {
  const { ackDueAtMs } = peer.incoming;
  if (!core.link.online || peer.sealing || isBlocked(core, peer.id)) return null;
  const waits = nextQueued(core, peer) !== null || mayBeLost(peer);
  if (ackDueAtMs === null && !waits) return null;
  if (peer.unknownUntilMs > core.env.nowMs()) return peer.unknownUntilMs;
  const choice = chooseKey(core, peer, 'control');
  if (choice === 'unsure' || choice === 'away') return null;
  // Where the relay was asked, its answer comes first and no clock.
  const isAsked = core.fetches.bundlesAsked || core.fetches.cardsAsked;
  if (choice !== 'fetch' && !waits) return ackDueAtMs;
  if (isAsked) return null;
  const retryAtMs = bundleRetryAtMs(peer);
  if (waits || ackDueAtMs === null) return retryAtMs;
  return Math.max(ackDueAtMs, retryAtMs ?? ackDueAtMs);
}

/**
 * Whether something waits for its reader that would be lost with this process's end: sealed to a key in
 * memory or not at all, and yet to be acknowledged.
 */
export function isFleeting(core: CoreState): boolean {
  if (!core.link.online || core.link.mailboxBlobs === 0) return false;
  for (const peer of core.peers.values()) {
    if (peer.records.length === 0 || isBlocked(core, peer.id)) continue;
    if (isStoredFor(core, peer) && hasFleeting(core, peer)) return true;
  }
  return false;
}

function hasFleeting(core: CoreState, peer: Peer): boolean {
  const now = core.env.nowMs();
  return peer.records.some((record) => {
    const { mailbox, notBeforeMs } = record;
    const isReady = notBeforeMs <= now && heldBackUntilMs(core, peer, record) <= now;
    return mailbox !== core.link.relayId && isReady;
  });
}

/** Nobody answers any more: everything that waits goes to keys that outlive their owners' runs. */
export function sealForFarewell(core: CoreState): void {
  core.leaving = true;
  wakeOutboxes(core);
}

/** Whether others may see that what they wrote was delivered here; the next notes say so. */
export function setQuiet(core: CoreState, quiet: boolean): void {
  core.quiet = quiet;
}
