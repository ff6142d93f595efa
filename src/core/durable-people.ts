// What is kept of people over restarts: numbers, orders, what waits to go out, whom turn keys were given to.
import { idBytes, type PeerId, type StreamId } from '../protocol/ids.ts';
import { encodeDirectRecord } from '../protocol/record.ts';
import { forget, save } from './durable.ts';
import { forgetHeld, saveHeld, storedSequence } from './durable-sequence.ts';
import type { OutRecord, Peer } from './peer-state.ts';
import { runTimeOf } from './running-time.ts';
import type { CoreState } from './state.ts';

/** People with rows: everybody in a large room, for years, and anybody who writes under ever new names. */
const MAX_KEPT = 5_000;

/** Keeps where we and this person stand. A stranger may be forgotten for it: the one used least. */
export function savePeer(core: CoreState, peer: Peer): void {
  const isNew = !core.kept.delete(peer.id);
  core.kept.add(peer.id);
  peer.used = ++core.lastUsed;
  save(core, peerPlace(peer.id), () => peerRow(peer));
  if (!isNew) return;
  for (const stream of peer.incoming.streams.keys()) saveRun(core, peer, stream);
  for (const kid of peer.turns.kids) core.turnKids.set(kid, peer.id);
  if (core.kept.size > MAX_KEPT) forgetOneUnused(core);
}

function peerRow({ stream, nextSeq, incoming, turns, ...peer }: Peer): object {
  return {
    ...{ stream: idBytes(stream), nextSeq, used: peer.used, quiet: peer.quiet },
    boot: incoming.lastBoot.toString(),
    k: incoming.lastK < 0 ? null : incoming.lastK,
    recordBoot: incoming.recordBoot.toString(),
    recordK: incoming.recordK < 0 ? null : incoming.recordK,
    bundle: peer.provenBundleSeq.toString(),
    owes: incoming.owes,
    ...(peer.status !== '' && { status: peer.status }),
    // Their rows come back in any order.
    streams: [...incoming.streams.keys()].map(idBytes),
    kids: turns.kids.map(idBytes),
    reads: peer.reads.theirs.map(({ stream, shown, read, told }) => [
      ...[idBytes(stream), shown, read, told],
    ]),
    awaited:
      peer.reads.awaited === null
        ? null
        : [idBytes(peer.reads.awaited.stream), peer.reads.awaited.ranges.flat()],
  };
}

/** Nobody outside can bring it about that somebody whom we wrote to or verified is forgotten for others. */
function forgetOneUnused(core: CoreState): void {
  for (const id of core.kept) {
    const pin = core.pins.get(id);
    if (pin !== null && (pin.contacted || pin.trust === 'verified')) continue;
    core.kept.delete(id);
    forget(core, peerPlace(id));
    const peer = core.peers.get(id);
    if (peer === undefined) return;
    for (const stream of peer.incoming.streams.keys()) forgetRun(core, peer, stream);
    for (const kid of peer.turns.kids) core.turnKids.delete(kid);
    for (const record of peer.records) forgetOut(core, peer, record);
    return;
  }
}

/** Where one of the person's streams stands, and what of it waits behind a gap. */
export function saveRun(core: CoreState, peer: Peer, stream: StreamId): void {
  const sequence = peer.incoming.streams.get(stream);
  if (sequence === undefined || !core.kept.has(peer.id)) return;
  save(core, runPlace(peer.id, stream), () => storedSequence(sequence));
  saveHeld(core, { place: heldPlace(peer.id, stream), sequence }, (record) => ({
    bytes: encodeDirectRecord(record),
  }));
}

/** Before the stream is taken out of the person's entry. */
export function forgetRun(core: CoreState, peer: Peer, stream: StreamId): void {
  const sequence = peer.incoming.streams.get(stream);
  forget(core, runPlace(peer.id, stream));
  if (sequence !== undefined) forgetHeld(core, heldPlace(peer.id, stream), sequence);
}

export function saveOut(core: CoreState, peer: Peer, record: OutRecord): void {
  save(core, outPlace(peer.id, record), () => ({
    bytes: record.bytes,
    // The running time then: an age in a row would stand still while the row is not written.
    queuedRunMs: runTimeOf(core, record.queuedAtMs),
    mayBeOut: record.mayBeOut,
    shown: record.shown,
    reason: record.shownReason,
    mailbox: record.mailbox === null ? null : idBytes(record.mailbox),
  }));
}

/** It was acknowledged, or has failed. */
export function forgetOut(core: CoreState, peer: Peer, record: OutRecord): void {
  forget(core, outPlace(peer.id, record));
}

function peerPlace(id: PeerId): string {
  return `peer/${id}`;
}

function runPlace(id: PeerId, stream: StreamId): string {
  return `run/${id}/${stream}`;
}

function heldPlace(id: PeerId, stream: StreamId): string {
  return `held/${id}/${stream}`;
}

function outPlace(id: PeerId, { stream, seq }: Pick<OutRecord, 'stream' | 'seq'>): string {
  return `out/${id}/${stream}/${seq}`;
}
