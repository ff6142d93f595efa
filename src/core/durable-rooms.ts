// What a room keeps over restarts, as rows: where it was read up to, chains, orders, what waits to go out.
import { idBytes, type SenderKeyId } from '../protocol/ids.ts';
import { forget, save } from './durable.ts';
import { forgetHeld, saveHeld, storedSequence } from './durable-sequence.ts';
import type { RoomOut, RoomState } from './room-state.ts';
import { runTimeOf } from './running-time.ts';
import type { CoreState } from './state.ts';

/** Guests leave nothing behind: a visit ends with the process. */
function isKept({ standing }: RoomState): boolean {
  return standing === 'joined';
}

export function saveRoom(core: CoreState, room: RoomState): void {
  if (!isKept(room)) return;
  save(core, `room/${room.name}`, () => ({
    stream: idBytes(room.stream),
    nextSeq: room.nextSeq,
    cursor: readCursor(room).toString(),
    relay: room.cursorOf === null ? null : idBytes(room.cursorOf),
  }));
}

/** Blobs that wait for a key are in memory only: they are asked for again after a restart. */
function readCursor({ cursor, waiting }: RoomState): bigint {
  let upTo = cursor;
  for (const { rseq } of waiting) if (rseq > 0n && rseq <= upTo) upTo = rseq - 1n;
  return upTo;
}

/** Before anything sealed under it goes out: an index is never used twice. */
export function saveOwnChain(core: CoreState, room: RoomState): void {
  if (!isKept(room)) return;
  save(core, `room-own/${room.name}`, () => {
    const { own } = room;
    if (own === null) return null;
    const { skid, index, chainKey, signPublic, signSecret } = own.chain;
    return {
      ...{ skid: idBytes(skid), index, chainKey, signPublic, signSecret },
      madeAt: own.madeAt,
    };
  });
}

/** Apart from the chain, which changes with each message: they can be hundreds. */
export function saveHolders(core: CoreState, room: RoomState): void {
  if (!isKept(room)) return;
  save(core, `room-holders/${room.name}`, () => {
    const { own } = room;
    if (own === null) return null;
    return {
      skid: idBytes(own.chain.skid),
      holders: Array.from(own.holders, ([peer, record]) => [idBytes(peer), idBytes(record)]),
    };
  });
}

export function saveChain(core: CoreState, room: RoomState, skid: SenderKeyId): void {
  if (!isKept(room)) return;
  save(core, chainPlace(room, skid), () => {
    const peerChain = room.chains.get(skid);
    if (peerChain === undefined) return null;
    const { index, chainKey, signPublic, skipped } = peerChain.chain;
    return {
      ...{ skid: idBytes(skid), index, chainKey, signPublic, owner: idBytes(peerChain.owner) },
      skipped: Array.from(skipped, ([at, { messageKey, skippedAtMs }]) => [
        ...[at, messageKey],
        runTimeOf(core, skippedAtMs),
      ]),
    };
  });
}

function chainPlace(room: RoomState, skid: SenderKeyId): string {
  return `room-chain/${room.name}/${skid}`;
}

/** `run` is `ID/stream`. */
export function saveRun(core: CoreState, room: RoomState, run: string): void {
  if (!isKept(room)) return;
  const sequence = room.sequences.get(run);
  save(core, `room-run/${room.name}/${run}`, () => {
    const current = room.sequences.get(run);
    return current === undefined ? null : storedSequence(current);
  });
  const place = `room-held/${room.name}/${run}`;
  if (sequence !== undefined)
    saveHeld(core, { place, sequence }, ({ bytes: held, at }) => ({
      bytes: held,
      ...(at === null ? {} : { at: [idBytes(at.skid), at.index] }),
    }));
}

/** The sender has too many runs, or is no member any more. */
export function forgetRun(core: CoreState, room: RoomState, run: string): void {
  const sequence = room.sequences.get(run);
  room.sequences.delete(run);
  if (!isKept(room)) return;
  forget(core, `room-run/${room.name}/${run}`);
  if (sequence !== undefined) forgetHeld(core, `room-held/${room.name}/${run}`, sequence);
}

export function forgetChain(core: CoreState, room: RoomState, skid: SenderKeyId): void {
  room.chains.delete(skid);
  if (isKept(room)) forget(core, chainPlace(room, skid));
}

export function saveOut(core: CoreState, room: RoomState, out: RoomOut): void {
  if (!isKept(room)) return;
  save(core, outPlace(room, out), () => ({ id: idBytes(out.id), bytes: out.bytes }));
}

export function forgetOut(core: CoreState, room: RoomState, out: RoomOut): void {
  if (isKept(room)) forget(core, outPlace(room, out));
}

function outPlace(room: RoomState, { seq }: RoomOut): string {
  return `room-out/${room.name}/${seq}`;
}

/** The person left: nothing of the room stays but its history. */
export function forgetRoomRows(core: CoreState, room: RoomState): void {
  if (!isKept(room)) return;
  forget(core, `room/${room.name}`);
  forget(core, `room-own/${room.name}`);
  forget(core, `room-holders/${room.name}`);
  for (const skid of [...room.chains.keys()]) forgetChain(core, room, skid);
  for (const run of [...room.sequences.keys()]) forgetRun(core, room, run);
  for (const out of room.outbox) forgetOut(core, room, out);
}

/** Everything of it goes to disk: a visit has become a stay. */
export function saveWholeRoom(core: CoreState, room: RoomState): void {
  saveRoom(core, room);
  saveOwnChain(core, room);
  saveHolders(core, room);
  for (const skid of room.chains.keys()) saveChain(core, room, skid);
  for (const run of room.sequences.keys()) saveRun(core, room, run);
  for (const out of room.outbox) saveOut(core, room, out);
}
