// Brings people back from the rows of an earlier run (durable-people.ts). Bad rows cost themselves alone.
import * as v from 'valibot';
import { byteString, decodeCbor, sequenceNumber } from '../protocol/cbor.ts';
import { ProtocolError } from '../protocol/errors.ts';
import { Kid, PeerId, RelayId, StreamId } from '../protocol/ids.ts';
import { MAX_STATUS_BYTES } from '../protocol/limits.ts';
import { cleanLine } from '../protocol/one-line.ts';
import { decodeDirectRecord } from '../protocol/record.ts';
import { forget, type StateRow } from './durable.ts';
import { restoreHeld, sequenceFrom, sequenceSchema } from './durable-sequence.ts';
import { MESSAGE_REASONS, MESSAGE_STATES } from './events.ts';
import { mayBeByItself } from './hidden-delay.ts';
import { newPeer, peerOf } from './new-state.ts';
import type { OutRecord, Peer } from './peer-state.ts';
import { countOf, MAX_AWAITED, owesRead, type ReadMarks } from './read-marks.ts';
import { bytesField, isRestored, u64Field } from './restored-row.ts';
import { monotonicOf } from './running-time.ts';
import type { CoreState } from './state.ts';

const markSchema = v.strictTuple([
  byteString(StreamId.sizeBytes),
  sequenceNumber,
  sequenceNumber,
  sequenceNumber,
]);

/** A stream, and both ends of each range. */
const awaitedSchema = v.strictTuple([byteString(StreamId.sizeBytes), v.array(sequenceNumber)]);

const peerSchema = v.object({
  stream: byteString(StreamId.sizeBytes),
  nextSeq: sequenceNumber,
  used: sequenceNumber,
  quiet: v.boolean(),
  boot: u64Field,
  k: v.nullable(sequenceNumber),
  recordBoot: u64Field,
  recordK: v.nullable(sequenceNumber),
  bundle: u64Field,
  owes: v.boolean(),
  status: v.optional(v.string(), ''),
  streams: v.array(byteString(StreamId.sizeBytes)),
  kids: v.array(byteString(Kid.sizeBytes)),
  // Rows of before have neither.
  reads: v.optional(v.array(markSchema), []),
  awaited: v.optional(v.nullable(awaitedSchema), null),
});

const outSchema = v.object({
  bytes: bytesField,
  queuedRunMs: sequenceNumber,
  mayBeOut: v.boolean(),
  shown: v.picklist(MESSAGE_STATES),
  reason: v.nullable(v.picklist(MESSAGE_REASONS)),
  mailbox: v.nullable(byteString(RelayId.sizeBytes)),
});

const heldSchema = v.object({ bytes: bytesField });

/** In the order in which rows need each other: what is held belongs to a run. */
const KINDS = ['peer', 'run', 'held', 'out'] as const;

interface PlacedRow {
  readonly place: string;
  readonly kind: (typeof KINDS)[number];
  readonly id: PeerId;
  /** Of an `out` or a `run`; empty in a person's own row. */
  readonly stream: string;
  readonly seq: number;
  readonly value: Uint8Array;
}

/**
 * After the time (running-time.ts), by which what waits ages. Where a person's own row is gone, our numbers for
 * them start anew under another stream, and what waits goes out under its own.
 */
export function restorePeople(core: CoreState, rows: readonly StateRow[]): void {
  const orders = new Map<PeerId, readonly StreamId[]>();
  const placed = rows.flatMap((row) => placedRow(row) ?? []);
  for (const kind of KINDS) {
    for (const row of placed) {
      if (row.kind !== kind) continue;
      if (!isRestored(() => restoreRow(core, row, orders))) forget(core, row.place);
    }
  }
  for (const peer of core.peers.values()) settle(core, peer, orders.get(peer.id) ?? []);
  keepInOrder(core);
}

function placedRow({ place, value }: StateRow): PlacedRow | null {
  const [name, owner = '', stream = '', seq = ''] = place.split('/');
  const kind = KINDS.find((known) => known === name);
  const id = PeerId.parse(owner);
  if (kind === undefined || id === null || value === null) return null;
  return { place, kind, id, stream, seq: Number(seq), value };
}

/** Throws ProtocolError. */
function restoreRow(
  core: CoreState,
  row: PlacedRow,
  orders: Map<PeerId, readonly StreamId[]>,
): void {
  if (row.kind === 'peer') {
    orders.set(row.id, restorePeer(core, row));
    return;
  }
  const stream = StreamId.parse(row.stream);
  if (stream === null) throw new ProtocolError('no stream');
  const peer = peerOf(core, row.id);
  if (row.kind === 'run') {
    peer.incoming.streams.set(stream, sequenceFrom(decodeCbor(sequenceSchema, row.value)));
  } else if (row.kind === 'held') restoreHeldRecord(core, peer, row);
  else peer.records.push(restoreOut(core, row));
}

/** Returns the person's streams in their order. */
function restorePeer(core: CoreState, { id, value }: PlacedRow): readonly StreamId[] {
  const row = decodeCbor(peerSchema, value);
  const peer = newPeer(id, StreamId.fromBytes(row.stream));
  peer.nextSeq = row.nextSeq;
  peer.used = row.used;
  peer.quiet = row.quiet;
  peer.status = cleanLine(row.status, MAX_STATUS_BYTES);
  peer.provenBundleSeq = row.bundle;
  peer.incoming.lastBoot = row.boot;
  peer.incoming.lastK = row.k ?? -1;
  peer.incoming.recordBoot = row.recordBoot;
  peer.incoming.recordK = row.recordK ?? -1;
  peer.incoming.owes = row.owes;
  peer.turns.kids = row.kids.map(Kid.fromBytes);
  for (const kid of peer.turns.kids) core.turnKids.set(kid, id);
  restoreReads(core, peer.reads, row);
  core.peers.set(id, peer);
  return row.streams.map(StreamId.fromBytes);
}

/** What was read and not told of is told now. */
function restoreReads(
  core: CoreState,
  marks: ReadMarks,
  { reads, awaited }: Pick<v.InferOutput<typeof peerSchema>, 'reads' | 'awaited'>,
): void {
  marks.theirs = reads.map(([stream, shown, read, told]) => ({
    ...{ stream: StreamId.fromBytes(stream), shown, read, told },
  }));
  if (owesRead(marks)) marks.dueAtMs = core.env.nowMs();
  if (awaited === null) return;
  const [stream, bounds] = awaited;
  const ranges: [number, number][] = [];
  for (let at = 0; at + 1 < bounds.length; at += 2)
    ranges.push([bounds[at] ?? 0, bounds[at + 1] ?? 0]);
  if (countOf(ranges) > MAX_AWAITED) throw new ProtocolError('more than were awaited');
  marks.awaited = { stream: StreamId.fromBytes(stream), ranges };
}

function restoreHeldRecord(core: CoreState, peer: Peer, { stream, seq, value }: PlacedRow): void {
  const sequence = peer.incoming.streams.get(StreamId.parse(stream) ?? peer.stream);
  const record = decodeDirectRecord(decodeCbor(heldSchema, value).bytes);
  if (sequence === undefined || record.seq !== seq) throw new ProtocolError('nothing to hold it');
  const item = { ...record, content: record.content.slice() };
  const sizeBytes = item.content.length;
  restoreHeld(sequence, seq, { item, arrivedAtMs: core.env.nowMs(), sizeBytes });
  core.heldBytes += sizeBytes;
}

/** It may have gone out, or not, as its row says; where it doesn't lie in a mailbox it goes again. */
function restoreOut(core: CoreState, { stream, seq, value }: PlacedRow): OutRecord {
  const row = decodeCbor(outSchema, value);
  const record = decodeDirectRecord(row.bytes);
  if (record.seq !== seq || record.stream !== stream) throw new ProtocolError('another record');
  const mailbox = row.mailbox === null ? null : RelayId.fromBytes(row.mailbox);
  return {
    ...{ id: record.messageId, stream: record.stream, seq, type: record.type, bytes: row.bytes },
    // Nobody remembers: who hides rather waits.
    byItself: mayBeByItself(record.type),
    queuedAtMs: monotonicOf(core, row.queuedRunMs),
    phase: mailbox === null ? 'queued' : 'waiting',
    sealings: Number(row.mayBeOut),
    ...{ transmitted: row.mayBeOut, mayBeOut: row.mayBeOut },
    ...{ sealed: null, mailbox, notBeforeMs: 0, overtakenAtMs: null },
    shown: row.shown,
    shownReason: row.reason,
  };
}

/** Puts in order what rows bring in any; what is owed is due. */
function settle(core: CoreState, peer: Peer, order: readonly StreamId[]): void {
  const { incoming, records } = peer;
  for (const stream of order) {
    const sequence = incoming.streams.get(stream);
    incoming.streams.delete(stream);
    if (sequence !== undefined) incoming.streams.set(stream, sequence);
  }
  const isPresent = ({ stream }: OutRecord) => Number(stream === peer.stream);
  records.sort((a, b) => isPresent(a) - isPresent(b) || a.seq - b.seq);
  if (incoming.owes) incoming.ackDueAtMs = core.env.nowMs();
  core.dirty.add(peer.id);
}

/** The one used least goes first, if somebody has to. */
function keepInOrder(core: CoreState): void {
  for (const peer of [...core.peers.values()].sort((a, b) => a.used - b.used)) {
    core.kept.add(peer.id);
    core.lastUsed = Math.max(core.lastUsed, peer.used);
  }
}
