// Entering a private room: one that we made, or that its owner let us into. Signs nothing.
import { privateTopicOf } from '../crypto/room-log.ts';
import type { PeerId, RoomId } from '../protocol/ids.ts';
import { saveOperations, savePrivate } from './durable-private.ts';
import { saveWholeRoom } from './durable-rooms.ts';
import { earlyKeysOf } from './early-keys.ts';
import { isFollowed } from './private-members.ts';
import type { PrivateRoom, ReadFrom } from './private-state.ts';
import type { RoomLog } from './room-log.ts';
import type { RoomState } from './room-state.ts';
import { FROM_THE_BEGINNING, newRoom, subscribe } from './rooms.ts';
import { noteReturn } from './rooms-left.ts';
import { runningMs } from './running-time.ts';
import type { CoreState } from './state.ts';

/** Its key in `CoreState.rooms`, and how commands name it. */
export function privateName(id: RoomId): string {
  return `+${id}`;
}

export interface Admission {
  readonly id: RoomId;
  readonly secret: Uint8Array;
  readonly log: RoomLog;
  readonly expected: number;
  /** Null: ourselves. */
  readonly letInBy: PeerId | null;
  /** Null: from the beginning of what the relay has. */
  readonly from: ReadFrom | null;
  readonly isRequest: boolean;
  /** No person of ours said yes to it, or not just now. */
  readonly isUnasked: boolean;
}

/** Takes up a room that we made, or that its owner let us into. Its log may yet have to come to its end. */
export function admit(core: CoreState, admission: Admission): RoomState {
  const { id, secret, log, expected, letInBy, from, isRequest, isUnasked } = admission;
  const name = privateName(id);
  const inner: PrivateRoom = {
    ...{ letInBy, sinceRunMs: runningMs(core) },
    ...{ secret, log, expected, pen: null, nextPen: null, fork: null, isRequest, strikes: [] },
    ...{
      unaskedAtMs: isUnasked ? core.env.nowMs() : null,
      invited: new Map(),
      heir: null,
      promisedAtMs: null,
      isStirred: true,
      isExpelled: false,
      early: earlyKeysOf(core, id),
      doubts: new Map(),
      answeredAtMs: new Map(),
    },
  };
  const place = { name, label: name, roomId: id, topic: privateTopicOf(secret), private: inner };
  const room = newRoom(core, { ...place, standing: 'joined' });
  room.cursor = from?.cursor ?? FROM_THE_BEGINNING;
  room.cursorOf = from?.relay ?? core.link.relayId;
  core.rooms.set(name, room);
  noteReturn(core, id);
  saveWholeRoom(core, room);
  savePrivate(core, room);
  saveOperations(core, room, 0);
  room.changed = true;
  enterWhereLetIn(core, room);
  return room;
}

/** Reads and hears the room from now on, where its log has let us in. */
export function enterWhereLetIn(core: CoreState, room: RoomState): void {
  const { online, enterAtMs } = core.link;
  if (room.join === null && online && enterAtMs === null && isFollowed(core, room)) {
    subscribe(core, room);
  }
}
