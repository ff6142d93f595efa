// Private rooms that we left by our own word: whoever still counts us in, and hands us what is done or said there, hears
// it again. The leave itself may have come to nobody who is in the room by now.
import * as v from 'valibot';
import { byteString, decodeCbor, encodeCbor } from '../protocol/cbor.ts';
import { idBytes, type PeerId, RoomId } from '../protocol/ids.ts';
import { RECORD_TYPES } from '../protocol/record.ts';
import { INVITATION_BYTES } from '../protocol/room-content.ts';
import { enqueueAutomatic } from './automatic.ts';
import { save } from './durable.ts';
import type { CoreState } from './state.ts';

export const ROOMS_LEFT_PLACE = 'rooms-left';
/** Of which we know that we left them, the newest. */
const MAX_LEFT = 256;
/** Stands where an answer answers no invitation. */
const NO_INVITATION = new Uint8Array(INVITATION_BYTES);
const leftSchema = v.object({ rooms: v.array(byteString(RoomId.sizeBytes)) });

export function noteLeft(core: CoreState, room: RoomId): void {
  core.roomsLeft = [...core.roomsLeft.filter((id) => id !== room), room].slice(-MAX_LEFT);
  saveLeft(core);
}

/** We are in it again, or on the way there. */
export function noteReturn(core: CoreState, room: RoomId): void {
  if (!core.roomsLeft.includes(room)) return;
  core.roomsLeft = core.roomsLeft.filter((id) => id !== room);
  saveLeft(core);
}

function saveLeft(core: CoreState): void {
  save(core, ROOMS_LEFT_PLACE, () => ({ rooms: core.roomsLeft.map(idBytes) }));
}

/** Throws ProtocolError. */
export function restoreLeft(core: CoreState, value: Uint8Array): void {
  core.roomsLeft = decodeCbor(leftSchema, value).rooms.map(RoomId.fromBytes);
}

/** Or who handed it to us would count us in. */
export function declineRoom(
  core: CoreState,
  to: PeerId,
  { room, invitation = NO_INVITATION }: { readonly room: RoomId; readonly invitation?: Uint8Array },
): void {
  const content = encodeCbor({ room: idBytes(room), invitation, accept: false });
  enqueueAutomatic(core, to, { type: RECORD_TYPES.roomAnswer, content });
}

/** Of a room that we never were in nobody learns so. */
export function tellLeft(core: CoreState, to: PeerId, room: RoomId): void {
  if (core.roomsLeft.includes(room)) declineRoom(core, to, { room });
}
