// Tells people that their private messages were read, and takes that they read ours (PROTOCOL.md, Read).
import { conversationOf } from '../crypto/identity.ts';
import { messageIdOf } from '../crypto/message-id.ts';
import { equalBytes } from '../protocol/bytes.ts';
import { encodeCbor } from '../protocol/cbor.ts';
import { idBytes, type PeerId, StreamId } from '../protocol/ids.ts';
import { decodeRead, decodeWhoRead, type ReadContent } from '../protocol/receipt-content.ts';
import { type DirectRecord, decodeDirectRecord, RECORD_TYPES } from '../protocol/record.ts';
import { mayTell } from './disclosure.ts';
import { savePeer } from './durable-people.ts';
import { tellReceipt } from './link.ts';
import { enqueue, replace, withdraw } from './outbox.ts';
import type { OutRecord, Peer } from './peer-state.ts';
import { markShown, owesRead, type ReadMark, takeAwaited } from './read-marks.ts';
import type { CoreState } from './state.ts';
import { takeHasRead, takeQuestion } from './who-read.ts';

/** Each is a private message: somebody who reads as fast as others write must not double the traffic. */
const INTERVAL_MS = 2_000;

/** A message of theirs was handed to people. */
export function noteShown(core: CoreState, peer: Peer, { stream, seq }: DirectRecord): void {
  markShown(peer.reads, stream, seq);
  savePeer(core, peer);
}

/** Our person has seen all that was shown of this conversation. What must not be told is not even noted. */
export function noteRead(core: CoreState, id: PeerId): void {
  const peer = core.peers.get(id);
  if (peer === undefined || !mayTell(core, 'sendRead', id)) return;
  const { reads } = peer;
  for (const mark of reads.theirs) mark.read = mark.shown;
  if (!owesRead(reads)) return;
  reads.dueAtMs ??= Math.max(core.env.nowMs(), reads.lastAtMs + INTERVAL_MS);
  savePeer(core, peer);
  core.dirty.add(id);
}

/** Puts what is due into outboxes; called at the end of each step, before they move. */
export function sendReads(core: CoreState): void {
  for (const id of core.dirty) {
    const peer = core.peers.get(id);
    const dueAtMs = peer?.reads.dueAtMs ?? null;
    if (peer === undefined || dueAtMs === null || dueAtMs > core.env.nowMs()) continue;
    peer.reads.dueAtMs = null;
    if (mayTell(core, 'sendRead', id)) sendRead(core, peer);
  }
}

/** What may not be told any more, and has not gone out, is told to nobody. */
export function takeBackReads(core: CoreState): void {
  for (const peer of core.peers.values()) {
    if (mayTell(core, 'sendRead', peer.id)) continue;
    const told = peer.records.filter(({ type }) => type === RECORD_TYPES.read);
    for (const { id } of told) withdraw(core, peer, id);
  }
}

/** One that has not gone out says more instead; of several streams, one at a time. */
function sendRead(core: CoreState, peer: Peer): void {
  const { reads } = peer;
  const mark = reads.theirs.find(({ read, told }) => read > told);
  if (mark === undefined) return;
  mark.told = mark.read;
  reads.lastAtMs = core.env.nowMs();
  if (owesRead(reads)) reads.dueAtMs = reads.lastAtMs + INTERVAL_MS;
  const { stream, read } = mark;
  const content = encodeCbor({ stream: idBytes(stream), upTo: read });
  const waiting = unsentRead(peer, mark);
  if (waiting !== undefined) replace(core, peer, { record: waiting, content });
  else enqueue(core, peer, { type: RECORD_TYPES.read, content });
  savePeer(core, peer);
}

/** Our record that says how far this stream was read, where it has not gone out. */
function unsentRead({ records }: Peer, { stream }: ReadMark): OutRecord | undefined {
  return records.find(
    ({ type, transmitted, bytes }) =>
      type === RECORD_TYPES.read &&
      !transmitted &&
      equalBytes(decodeRead(decodeDirectRecord(bytes).content).stream, idBytes(stream)),
  );
}

/** Takes a record of reading, in private or in a room; of any other type, nothing. Throws ProtocolError. */
export function takeReceipts(core: CoreState, peer: Peer, { type, content }: DirectRecord): void {
  if (type === RECORD_TYPES.read) takeRead(core, peer, decodeRead(content));
  if (type === RECORD_TYPES.whoRead) takeQuestion(core, peer, decodeWhoRead(content));
  if (type === RECORD_TYPES.hasRead) takeHasRead(core, peer, decodeWhoRead(content));
}

/**
 * They have read ours up to a number. What they never acknowledged, or we never sent, they can't have read; a number
 * that was never given says that they know another sender of that stream, or make it up.
 */
function takeRead(core: CoreState, peer: Peer, { stream, upTo }: ReadContent): void {
  const named = StreamId.fromBytes(stream);
  if (named !== peer.stream || upTo >= peer.nextSeq) return;
  const waits = new Set(peer.records.filter((r) => r.stream === named).map(({ seq }) => seq));
  const range = { stream: named, upTo };
  const read = takeAwaited(peer.reads, range, (seq) => !waits.has(seq));
  const place = conversationOf(core.me.id, peer.id);
  for (const seq of read) {
    const id = messageIdOf({ from: core.me.id, place, stream: named, seq });
    tellReceipt(core, { id, state: 'read', reason: null });
  }
  if (read.length > 0) savePeer(core, peer);
}
