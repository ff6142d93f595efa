// What private rooms and invitations keep over restarts, as rows: the log in stretches, and what only we know of it.
import { penSeed } from '../crypto/room-log.ts';
import { bytesFromHex } from '../protocol/bytes.ts';
import { idBytes } from '../protocol/ids.ts';
import { forget, save } from './durable.ts';
import type { RoomState } from './room-state.ts';
import type { CoreState } from './state.ts';

/** Operations in a row: a long log is few rows, and another operation rewrites little. */
const OPERATIONS_A_ROW = 64;

export function savePrivate(core: CoreState, { name, private: inner }: RoomState): void {
  if (inner === null) return;
  save(core, `room-private/${name}`, () => {
    const { secret, expected, pen, nextPen, fork, isRequest, strikes, invited, heir } = inner;
    const { letInBy, sinceRunMs } = inner;
    const unasked = inner.unaskedAtMs !== null;
    return {
      ...{ secret, expected, fork, isRequest, unasked, sinceRunMs },
      letInBy: letInBy === null ? null : idBytes(letInBy),
      pen: pen === null ? null : penSeed(pen),
      nextPen: nextPen === null ? null : penSeed(nextPen),
      strikes: strikes.map(({ by, target, head }) => {
        return [idBytes(by), idBytes(target), head.n, head.hash];
      }),
      invited: Array.from(invited, ([id, invitation]) => [idBytes(id), bytesFromHex(invitation)]),
      heir: heir === null ? null : idBytes(heir),
    };
  });
}

/** The operations from number `from` on are new. */
export function saveOperations(core: CoreState, room: RoomState, from: number): void {
  const inner = room.private;
  if (inner === null) return;
  const last = inner.log.operations.length - 1;
  for (let row = rowOf(from); row <= rowOf(last); row++) {
    save(core, operationsPlace(room, row), () => {
      const first = row * OPERATIONS_A_ROW;
      return { ops: inner.log.operations.slice(first, first + OPERATIONS_A_ROW) };
    });
  }
}

function rowOf(n: number): number {
  return Math.floor(n / OPERATIONS_A_ROW);
}

/** In the order of their numbers, as places sort. */
function operationsPlace({ name }: RoomState, row: number): string {
  return `room-ops/${name}/${String(row).padStart(4, '0')}`;
}

export function forgetPrivateRows(core: CoreState, room: RoomState): void {
  if (room.private === null) return;
  forget(core, `room-private/${room.name}`);
  const last = rowOf(room.private.log.operations.length - 1);
  for (let row = 0; row <= last; row++) forget(core, operationsPlace(room, row));
}

/** As it is in `core.invitations`; one that is not there is deleted. */
export function saveInvitation(core: CoreState, key: string): void {
  save(core, `invitation/${key}`, () => {
    const known = core.invitations.get(key);
    if (known === undefined) return null;
    const { from, invitation, title, timeMs, isAccepted } = known;
    return { from: idBytes(from), invitation, title, timeMs, isAccepted };
  });
}
