// Brings private rooms and invitations back from the rows of an earlier run (durable-private.ts). A room without its log
// is none; every other bad row costs itself alone.
import * as v from 'valibot';
import { penFromSeed, privateTopicOf } from '../crypto/room-log.ts';
import { hexFromBytes } from '../protocol/bytes.ts';
import { byteString, decodeCbor, sequenceNumber } from '../protocol/cbor.ts';
import { PeerId, RoomId } from '../protocol/ids.ts';
import { INVITATION_BYTES } from '../protocol/room-content.ts';
import { forget, type StateRow } from './durable.ts';
import { saveInvitation } from './durable-private.ts';
import { invitationKey, type PrivateRoom } from './private-state.ts';
import { privateIdOf, restoreRoom } from './restore-rooms.ts';
import { bytesField, isRestored } from './restored-row.ts';
import { extendLog, type RoomLog } from './room-log.ts';
import { newRoom } from './rooms.ts';
import { runningMs } from './running-time.ts';
import type { CoreState } from './state.ts';

const id = byteString(PeerId.sizeBytes);
const privateSchema = v.object({
  secret: byteString(32),
  expected: v.pipe(v.number(), v.safeInteger()),
  pen: v.nullable(byteString(32)),
  nextPen: v.nullable(byteString(32)),
  fork: v.nullable(bytesField),
  isRequest: v.boolean(),
  unasked: v.exactOptional(v.boolean()),
  strikes: v.array(v.strictTuple([id, id, v.pipe(v.number(), v.safeInteger()), byteString(32)])),
  invited: v.array(v.strictTuple([id, byteString(INVITATION_BYTES)])),
  heir: v.nullable(id),
  letInBy: v.optional(v.nullable(id), null),
  sinceRunMs: v.optional(sequenceNumber),
});
const operationsSchema = v.object({ ops: v.array(bytesField) });
const invitationSchema = v.object({
  from: id,
  invitation: byteString(INVITATION_BYTES),
  title: v.string(),
  timeMs: v.number(),
  isAccepted: v.boolean(),
});

const nothing = new Uint8Array(0);

/**
 * Takes up every private room that an earlier run was in, whatever this run is for: operations that came while it is not
 * loaded would be acknowledged and lost. After the rows were read (restore-rooms.ts).
 */
export function enterStoredPrivate(core: CoreState): void {
  for (const [name, rows] of [...core.storedRooms]) {
    const id = privateIdOf(name);
    if (id === null) continue;
    const inner = restorePrivate(core, id, rows);
    if (inner === null) {
      core.storedRooms.delete(name);
      for (const { place } of rows) forget(core, place);
      continue;
    }
    if (inner.nextPen !== null) inner.promisedAtMs = core.env.nowMs();
    if (inner.unaskedAtMs !== null) inner.unaskedAtMs = core.env.nowMs();
    const place = { name, label: name, roomId: id, topic: privateTopicOf(inner.secret) };
    const room = newRoom(core, { ...place, private: inner, standing: 'joined' });
    core.rooms.set(name, room);
    restoreRoom(core, room);
    room.changed = true;
  }
}

/** Null where the rows make no room. */
function restorePrivate(
  core: CoreState,
  room: RoomId,
  rows: readonly StateRow[],
): PrivateRoom | null {
  let restored: PrivateRoom | null = null;
  isRestored(() => {
    const main = rows.find(({ place }) => place.startsWith('room-private/'));
    const log = restoreLog(room, rows);
    if (main !== undefined && log !== null) {
      restored = privateFrom(core, log, main.value ?? nothing);
    }
  });
  return restored;
}

/** It was checked before it was stored, and its rows open only whole. */
function restoreLog(room: RoomId, rows: readonly StateRow[]): RoomLog | null {
  const batch = rows
    .filter(({ place }) => place.startsWith('room-ops/'))
    .sort((a, b) => (a.place < b.place ? -1 : 1))
    .flatMap(({ value }) => decodeCbor(operationsSchema, value ?? nothing).ops);
  const extension = extendLog({ room, log: null }, batch, { checked: true });
  return extension.kind === 'extended' ? extension.log : null;
}

function privateFrom(core: CoreState, log: RoomLog, bytes: Uint8Array): PrivateRoom {
  const { secret, expected, pen, nextPen, fork, isRequest, ...rest } = decodeCbor(
    privateSchema,
    bytes,
  );
  return {
    ...{ secret, log, expected, fork, isRequest },
    letInBy: rest.letInBy === null ? null : PeerId.fromBytes(rest.letInBy),
    sinceRunMs: rest.sinceRunMs ?? runningMs(core),
    pen: pen === null ? null : penFromSeed(pen),
    nextPen: nextPen === null ? null : penFromSeed(nextPen),
    strikes: rest.strikes.map(([by, target, n, hash]) => ({
      by: PeerId.fromBytes(by),
      target: PeerId.fromBytes(target),
      head: { n, hash },
    })),
    invited: new Map(
      rest.invited.map(([who, invitation]) => [PeerId.fromBytes(who), hexFromBytes(invitation)]),
    ),
    heir: rest.heir === null ? null : PeerId.fromBytes(rest.heir),
    ...{
      promisedAtMs: null,
      unaskedAtMs: rest.unasked === true ? 0 : null,
      isStirred: true,
      isExpelled: false,
      early: [],
      doubts: new Map(),
      answeredAtMs: new Map(),
    },
  };
}

export function restoreInvitations(core: CoreState, rows: readonly StateRow[]): void {
  for (const { place, value } of rows) {
    if (!place.startsWith('invitation/')) continue;
    const [, digits = ''] = place.split('/');
    const room = RoomId.parse(digits);
    const isWhole = isRestored(() => {
      const { from, ...rest } = decodeCbor(invitationSchema, value ?? nothing);
      if (room === null) return;
      const known = { ...rest, room, from: PeerId.fromBytes(from), tellAtMs: null };
      const key = invitationKey(known);
      core.invitations.set(key, known);
      // An earlier version kept one a room.
      if (place === `invitation/${key}`) return;
      forget(core, place);
      saveInvitation(core, key);
    });
    if (!isWhole || room === null) forget(core, place);
  }
}
