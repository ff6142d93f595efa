// Puts what is said, and what changes it, into the outbox of a person or a room. Checks everything first; tells nobody.
import { phrase } from '../language/translate.ts';
import { UsageError } from '../protocol/errors.ts';
import type { MessageId, PeerId, StreamId } from '../protocol/ids.ts';
import type { Destination } from './events.ts';
import { requireRoom } from './find-room.ts';
import { peerOf } from './new-state.ts';
import { enqueue, type ToSend } from './outbox.ts';
import { type Silence, silence } from './private-members.ts';
import { noteContacted, requireReachable } from './reach.ts';
import { enqueueRoom } from './room-outbox.ts';
import type { RoomState } from './room-state.ts';
import type { CoreState } from './state.ts';

/** Records that wait for one person, or in one room: what a script can pile up. */
const MAX_WAITING_RECORDS = 1_000;

/** What goes to a person or to a room: the type of its record in each. */
export interface Posting {
  readonly direct: number;
  readonly room: number;
  readonly content: Uint8Array;
}

/** As it lies in the outbox. */
export interface Posted {
  readonly id: MessageId;
  readonly stream: StreamId;
  readonly seq: number;
  /** With a room's normalized name. */
  readonly where: Destination;
}

/** Throws UsageError as `postTo` and `postIn`. */
export function post(core: CoreState, to: Destination, { direct, room, content }: Posting): Posted {
  return 'peer' in to
    ? postTo(core, to.peer, { type: direct, content })
    : postIn(core, to.room, { type: room, content });
}

/** Throws UsageError `blocked`, `key-changed`, `unknown-person`, `outbox-full`; then nothing has changed. */
export function postTo(core: CoreState, to: PeerId, sent: ToSend): Posted {
  requireReachable(core, to);
  const peer = peerOf(core, to);
  requireRoomFor(peer.records.length);
  const { id, stream, seq } = enqueue(core, peer, sent);
  noteContacted(core, to);
  return { id, stream, seq, where: { peer: to } };
}

/** Throws UsageError `bad-room`, `not-in-room`, `ambiguous-room`, `outbox-full`, and each `Silence`; then nothing has changed. */
export function postIn(core: CoreState, name: string, sent: ToSend): Posted {
  const room = requireRoom(core, name);
  requireVoice(core, room);
  requireRoomFor(room.outbox.length);
  const { stream } = room;
  const { id, seq } = enqueueRoom(core, room, sent);
  return { id, stream, seq, where: { room: room.label } };
}

const SILENCES: Readonly<Record<Silence, string>> = {
  'room-frozen': phrase`its owner signed two histories of this room; leave it, and make another`,
  'room-request': phrase`you were put into this group by somebody you never wrote to; accept it first`,
  'not-in-room': phrase`you are not in this room`,
  'room-closed': phrase`its owner has closed this room`,
  'room-read-only': phrase`only its owner and its moderators write in this room`,
};

function requireVoice(core: CoreState, room: RoomState): void {
  const why = silence(core, room);
  if (why !== null) throw new UsageError(why, SILENCES[why]);
}

function requireRoomFor(waiting: number): void {
  if (waiting < MAX_WAITING_RECORDS) return;
  throw new UsageError(
    'outbox-full',
    phrase`${waiting} messages wait already; let them go out first`,
  );
}
