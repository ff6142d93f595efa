// Opens what others sealed to us, acknowledges it, and hands its records on in order. Knows no rooms.
import { openDirect } from '../crypto/direct.ts';
import { conversationOf, type PeerKeys } from '../crypto/identity.ts';
import { hash } from '../crypto/transcript.ts';
import { equalBytes, hexFromBytes } from '../protocol/bytes.ts';
import { decodeHeader } from '../protocol/envelope.ts';
import { LanchatError } from '../protocol/errors.ts';
import type { StreamId } from '../protocol/ids.ts';
import type { Note, Want } from '../protocol/note.ts';
import { unpad } from '../protocol/padding.ts';
import { type DirectPayload, type DirectRecord, decodeDirectPayload } from '../protocol/record.ts';
import { claimBundle } from './directory.ts';
import { emit } from './link.ts';
import { peerOf } from './new-state.ts';
import { takeHave } from './outbox.ts';
import { livePrekey } from './own-keys.ts';
import { whoOf } from './people.ts';
import { accept, newSequence, release } from './sequence.ts';
import type { CoreState, Peer, Sequence } from './state.ts';

/** An acknowledgement waits this long for a message to ride on, and goes alone at most once a second. */
const ACK_DELAY_MS = 300;
const ACK_INTERVAL_MS = 1_000;
/** Records ahead of a gap wait this long for it to be filled: sealing again takes their sender 15 s at first. */
const GAP_PATIENCE_MS = 30_000;
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
  const { sender, payload } = opened;
  if (sender.id === core.me.id) return null;
  const peer = peerOf(core, sender.id);
  peer.keys ??= sender;
  if (peer.card === null) core.fetches.cards.add(peer.id);
  const isNewest = takeNote(core, peer, payload.note);
  const records = payload.record === null ? [] : takeRecord(core, peer, payload.record, payload);
  return { peer, sender, records, wants: isNewest ? payload.note.wants : [] };
}

function open(
  core: CoreState,
  blob: Uint8Array,
): { readonly sender: PeerKeys; readonly payload: DirectPayload } | null {
  try {
    const header = decodeHeader(blob);
    const prekey = header.kind === 'direct' ? livePrekey(core, header.kid) : null;
    if (prekey === null) return null;
    const opened = openDirect(blob, { me: core.me, prekey });
    if (opened === null) return null;
    const payload = decodeDirectPayload(unpad(opened.padded));
    const { record } = payload;
    if (record !== null && !isOurs(core, opened.sender, record)) return null;
    return { sender: opened.sender, payload };
  } catch (error) {
    if (error instanceof LanchatError) return null;
    throw error;
  }
}

/** A record names its two people: one sealed for somebody else can't be passed on as if to us. */
function isOurs(core: CoreState, sender: PeerKeys, record: DirectRecord): boolean {
  return equalBytes(record.conversation, conversationOf(core.me.id, sender.id));
}

/** Whether the note is above every one before: only then its control parts count. */
function takeNote(core: CoreState, peer: Peer, note: Note): boolean {
  takeHave(core, peer, note.have);
  const { incoming } = peer;
  const isNewest =
    note.boot > incoming.lastBoot || (note.boot === incoming.lastBoot && note.k > incoming.lastK);
  if (!isNewest) return false;
  incoming.lastBoot = note.boot;
  incoming.lastK = note.k;
  if (note.bundleSeq > peer.provenBundleSeq) peer.provenBundleSeq = note.bundleSeq;
  claimBundle(peer, note.bundleSeq);
  return true;
}

function takeRecord(
  core: CoreState,
  peer: Peer,
  record: DirectRecord,
  { recordBytes, note }: DirectPayload,
): DirectRecord[] {
  const now = core.env.nowMs();
  const { incoming } = peer;
  const sequence = streamOf(core, peer, record.stream, note.low);
  const item = { ...record, content: record.content.slice() };
  const digest = hexFromBytes(hash('record', recordBytes));
  const arrival = { seq: record.seq, item, digest, sizeBytes: item.content.length };
  const before = sequence.heldBytes;
  const kind = accept(sequence, arrival, now);
  core.heldBytes += sequence.heldBytes - before;
  incoming.ackDueAtMs ??= Math.max(now + ACK_DELAY_MS, incoming.lastAckAtMs + ACK_INTERVAL_MS);
  core.dirty.add(peer.id);
  if (kind === 'forged') {
    alarmForged(core, peer);
    return [item];
  }
  return releaseFrom(core, peer, sequence, note.low);
}

function streamOf(
  core: CoreState,
  peer: Peer,
  stream: StreamId,
  low: number,
): Sequence<DirectRecord> {
  const { streams } = peer.incoming;
  const known = streams.get(stream);
  if (known !== undefined) return known;
  const sequence = newSequence<DirectRecord>(low);
  streams.set(stream, sequence);
  for (const [oldest, { heldBytes }] of streams) {
    if (streams.size <= MAX_STREAMS) break;
    streams.delete(oldest);
    core.heldBytes -= heldBytes;
  }
  return sequence;
}

function releaseFrom(
  core: CoreState,
  peer: Peer,
  sequence: Sequence<DirectRecord>,
  low: number,
): DirectRecord[] {
  const before = sequence.heldBytes;
  const patienceMs = core.heldBytes > MAX_HELD_BYTES ? 0 : GAP_PATIENCE_MS;
  const released = release(sequence, { low, nowMs: core.env.nowMs(), patienceMs });
  core.heldBytes += sequence.heldBytes - before;
  return released.map(({ item, missing }) => {
    if (missing > 0) emit(core, { type: 'gap', from: whoOf(core, peer.id), room: null, missing });
    return item;
  });
}

/** Records behind a gap that nobody filled in time. */
export function releaseOverdue(core: CoreState, peer: Peer): DirectRecord[] {
  const streams = [...peer.incoming.streams.values()];
  return streams.flatMap((sequence) => releaseFrom(core, peer, sequence, 0));
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
  const message = `two different messages of ${nick} bear one number; both are shown`;
  emit(core, { type: 'error', code: 'forged', message });
}
