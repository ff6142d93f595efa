// What private rooms do at each step: records about them, and what follows from a log that says more.

import type { PeerId } from '../protocol/ids.ts';
import { type DirectRecord, RECORD_TYPES } from '../protocol/record.ts';
import { takeInvitation, takeInvitationAnswer, takeTransfer, takeWelcome } from './invitations.ts';
import { actOnStrikes, answerWantLog, takeOperations, takeStrike } from './operations.ts';
import { silence } from './private-members.ts';
import { enterWhereLetIn } from './private-rooms.ts';
import { ownRoom } from './private-state.ts';
import { tellArrivals } from './room-arrivals.ts';
import { recheckRoom } from './room-inbox.ts';
import { failWaiting } from './room-outbox.ts';
import type { RoomState } from './room-state.ts';
import { leaveRoom } from './rooms.ts';
import type { CoreState } from './state.ts';

/** The log of a private room says more, or something else, than at the step before. */
export function settleStirred(core: CoreState, room: RoomState): void {
  const own = ownRoom(room);
  if (own?.inner.isStirred !== true) return;
  actOnStrikes(core, own);
  tellArrivals(core, room, recheckRoom(core, own));
  if (own.inner.isExpelled) {
    leaveRoom(core, room);
    return;
  }
  const why = silence(core, room);
  if (why !== null && why !== 'room-request') failWaiting(core, room);
  enterWhereLetIn(core, room);
}

/** What is said of private rooms; of another type, nothing. Throws ProtocolError. */
export function takeOfRoom(core: CoreState, from: PeerId, { type, content }: DirectRecord): void {
  if (type === RECORD_TYPES.roomOperations) {
    takeOperations(core, from, content);
    // What follows in this step may let us in again.
    for (const room of core.rooms.values()) {
      if (room.private?.isExpelled === true) settleStirred(core, room);
    }
  }
  if (type === RECORD_TYPES.roomStrike) takeStrike(core, from, content);
  if (type === RECORD_TYPES.roomInvitation) takeInvitation(core, from, content);
  if (type === RECORD_TYPES.roomAnswer) takeInvitationAnswer(core, from, content);
  if (type === RECORD_TYPES.roomWelcome) takeWelcome(core, from, content);
  if (type === RECORD_TYPES.roomTransfer) takeTransfer(core, from, content);
  if (type === RECORD_TYPES.roomWantLog) answerWantLog(core, from, content);
}
