// Brings rooms back from the rows of an earlier run (durable-rooms.ts). Bad rows cost themselves alone.
import * as v from 'valibot';
import { newReceiverChain, type ReceiverChain, type SenderChain } from '../crypto/room-chain.ts';
import { equalBytes } from '../protocol/bytes.ts';
import { byteString, decodeCbor, sequenceNumber } from '../protocol/cbor.ts';
import { ProtocolError } from '../protocol/errors.ts';
import {
  idBytes,
  MessageId,
  PeerId,
  RelayId,
  RoomId,
  SenderKeyId,
  StreamId,
} from '../protocol/ids.ts';
import { parseRoomName } from '../protocol/nickname.ts';
import { decodeRoomRecord } from '../protocol/record.ts';
import { forget, type StateRow } from './durable.ts';
import { restoreHeld, sequenceFrom, sequenceSchema } from './durable-sequence.ts';
import { bytesField, isRestored, u64Field } from './restored-row.ts';
import type { OwnChain, RoomArrival, RoomState } from './room-state.ts';
import { ageSchema, monotonicOf } from './running-time.ts';
import type { CoreState } from './state.ts';

const roomSchema = v.object({
  stream: byteString(StreamId.sizeBytes),
  nextSeq: sequenceNumber,
  cursor: u64Field,
  relay: v.nullable(byteString(RelayId.sizeBytes)),
});

const chainEntries = {
  skid: byteString(SenderKeyId.sizeBytes),
  index: sequenceNumber,
  chainKey: byteString(32),
  signPublic: byteString(32),
};

const ownChainSchema = v.object({
  ...chainEntries,
  signSecret: byteString(64),
  madeAt: ageSchema,
});

const holdersSchema = v.object({
  skid: byteString(SenderKeyId.sizeBytes),
  holders: v.array(v.strictTuple([byteString(PeerId.sizeBytes), byteString(MessageId.sizeBytes)])),
});

const chainSchema = v.object({
  ...chainEntries,
  owner: byteString(PeerId.sizeBytes),
  skipped: v.array(v.strictTuple([sequenceNumber, byteString(32), sequenceNumber])),
});

const outSchema = v.object({ id: byteString(MessageId.sizeBytes), bytes: bytesField });
const heldSchema = v.object({
  bytes: bytesField,
  at: v.optional(v.strictTuple([byteString(SenderKeyId.sizeBytes), sequenceNumber])),
});

/** Rows of rooms, kept until their rooms are entered. Those of none that can be entered are deleted. */
export function restoreRooms(core: CoreState, rows: readonly StateRow[]): void {
  for (const row of rows) {
    const [kind, name] = row.place.split('/');
    if (kind === undefined || name === undefined || !kind.startsWith('room')) continue;
    const known = core.storedRooms.get(name);
    if (known === undefined) core.storedRooms.set(name, [row]);
    else known.push(row);
  }
  for (const [name, rowsOfRoom] of core.storedRooms) {
    const hasMain = rowsOfRoom.some(({ place }) => place === `room/${name}`);
    if (hasMain && (parseRoomName(name) === name || privateIdOf(name) !== null)) continue;
    core.storedRooms.delete(name);
    for (const { place } of rowsOfRoom) forget(core, place);
  }
}

/** Of a stored private room's name; null where it is none. */
export function privateIdOf(name: string): RoomId | null {
  return name.startsWith('+') ? RoomId.parse(name.slice(1)) : null;
}

/**
 * Puts what the rows of this room say into `room`, which is fresh. A row that makes no sense costs itself;
 * without the room's own row nothing is taken: numbers start anew then.
 */
export function restoreRoom(core: CoreState, room: RoomState): void {
  const rows = core.storedRooms.get(room.name);
  core.storedRooms.delete(room.name);
  if (rows === undefined) return;
  const main = rows.find(({ place }) => place === `room/${room.name}`);
  if (main === undefined || !isRestored(() => restoreMain(room, main))) {
    for (const { place } of rows) forget(core, place);
    return;
  }
  // In the order of their places, held items come before the runs that they belong to.
  for (const kind of [
    'room-own',
    'room-holders',
    'room-chain',
    'room-run',
    'room-held',
    'room-out',
  ]) {
    for (const row of rows) {
      if (!row.place.startsWith(`${kind}/`)) continue;
      if (!isRestored(() => restorePart(core, room, row))) forget(core, row.place);
    }
  }
  room.outbox.sort((a, b) => a.seq - b.seq);
}

const nothing = new Uint8Array(0);

function restoreMain(room: RoomState, { value }: StateRow): void {
  const { stream, nextSeq, cursor, relay } = decodeCbor(roomSchema, value ?? nothing);
  room.stream = StreamId.fromBytes(stream);
  room.nextSeq = nextSeq;
  room.cursor = cursor;
  // The relay's numbers mean nothing at another one.
  room.cursorOf = relay === null ? null : RelayId.fromBytes(relay);
}

function restorePart(core: CoreState, room: RoomState, row: StateRow): void {
  const value = row.value ?? nothing;
  const [kind, , ...rest] = row.place.split('/');
  switch (kind) {
    case 'room-own':
      room.own = restoreOwn(room, value);
      return;
    case 'room-holders':
      restoreHolders(room, value);
      return;
    case 'room-chain':
      restoreChain(core, room, value);
      return;
    case 'room-run':
      room.sequences.set(rest.join('/'), sequenceFrom(decodeCbor(sequenceSchema, value)));
      return;
    case 'room-held':
      restoreHeldItem(core, room, { rest, value });
      return;
    case 'room-out':
      restoreOut(core, room, { seq: Number(rest[0]), value });
      return;
    default:
      return;
  }
}

function restoreOwn(room: RoomState, value: Uint8Array): OwnChain {
  const own = decodeCbor(ownChainSchema, value);
  const { index, chainKey, signPublic, signSecret } = own;
  const skid = SenderKeyId.fromBytes(own.skid);
  const chain: SenderChain = {
    ...{ room: room.roomId, topic: room.topic, skid, index },
    ...{ chainKey, signPublic, signSecret },
  };
  return {
    chain,
    madeAt: own.madeAt,
    holders: new Map(),
    answeredAtMs: new Map(),
  };
}

/** Without them, everybody is given the key again, which they know already. */
function restoreHolders({ own }: RoomState, value: Uint8Array): void {
  const { skid, holders } = decodeCbor(holdersSchema, value);
  if (own?.chain.skid !== SenderKeyId.fromBytes(skid)) throw new ProtocolError('another chain');
  for (const [peer, record] of holders) {
    own.holders.set(PeerId.fromBytes(peer), MessageId.fromBytes(record));
  }
}

function restoreChain(core: CoreState, room: RoomState, value: Uint8Array): void {
  const { index, chainKey, signPublic, ...stored } = decodeCbor(chainSchema, value);
  if (chainKey.every((byte) => byte === 0)) throw new ProtocolError('a wiped key');
  const skid = SenderKeyId.fromBytes(stored.skid);
  const fresh = newReceiverChain({
    ...{ room: room.roomId, topic: room.topic, skid, index },
    ...{ chainKey, signPublic },
  });
  const chain: ReceiverChain = {
    ...fresh,
    skipped: new Map(
      stored.skipped.map(([at, messageKey, runMs]) => [
        at,
        { messageKey, skippedAtMs: monotonicOf(core, runMs) },
      ]),
    ),
  };
  room.chains.set(skid, { owner: PeerId.fromBytes(stored.owner), chain });
}

function restoreHeldItem(
  core: CoreState,
  room: RoomState,
  { rest, value }: { readonly rest: readonly string[]; readonly value: Uint8Array },
): void {
  const [owner = '', stream = '', seq = ''] = rest;
  const sequence = room.sequences.get(`${owner}/${stream}`);
  const from = PeerId.parse(owner);
  if (sequence === undefined || from === null) throw new ProtocolError('nothing to hold it');
  const { bytes: held, at } = decodeCbor(heldSchema, value);
  const record = decodeRoomRecord(held);
  const item: RoomArrival = {
    ...{ from, record, bytes: held },
    at: at === undefined ? null : { skid: SenderKeyId.fromBytes(at[0]), index: at[1] },
  };
  const sizeBytes = record.content.length;
  restoreHeld(sequence, Number(seq), { item, arrivedAtMs: core.env.nowMs(), sizeBytes });
}

/** It may have gone out, or not: it goes again, and whoever has it knows its number. */
function restoreOut(
  core: CoreState,
  room: RoomState,
  { seq, value }: { readonly seq: number; readonly value: Uint8Array },
): void {
  const out = decodeCbor(outSchema, value);
  const record = decodeRoomRecord(out.bytes);
  if (record.seq !== seq || !equalBytes(idBytes(record.messageId), out.id)) {
    throw new ProtocolError('another message');
  }
  const queuedAtMs = core.env.nowMs();
  const id = MessageId.fromBytes(out.id);
  room.outbox.push({
    id,
    bytes: out.bytes,
    seq,
    queuedAtMs,
    phase: 'queued',
    notBeforeMs: 0,
    transmitted: true,
    sealed: null,
  });
}
