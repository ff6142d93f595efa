// Tells what its owner did to a private room, from the day on that we are in it.
import { messageIdOf } from '../crypto/message-id.ts';
import { idBytes, type PeerId, StreamId } from '../protocol/ids.ts';
import type { Change as Operation } from '../protocol/room-operation.ts';
import { journal } from './durable.ts';
import type { Change, Message } from './events.ts';
import { writeKeyLinesOf } from './key-lines.ts';
import { emit } from './link.ts';
import { isBlocked, whoOf } from './people.ts';
import type { Applied } from './room-log.ts';
import type { RoomState } from './room-state.ts';
import type { CoreState } from './state.ts';

interface ToTell {
  readonly wasIn: boolean;
  /** The owner. */
  readonly by: PeerId;
  readonly applied: readonly Applied[];
}

/** No stream of anybody's: operations have numbers of their own. */
export const LOG_STREAM = StreamId.fromBytes(new Uint8Array(StreamId.sizeBytes));

/** Operations from before we came in (`wasIn`) are not told: the newcomer sees the room as it is. */
export function tellChanges(
  core: CoreState,
  room: RoomState,
  { wasIn, by, applied }: ToTell,
): void {
  // The last that a newcomer is handed is what let them in.
  const from = wasIn ? 0 : (room.private?.expected ?? 0) - 1;
  for (const { n, change, who } of applied) {
    if (change.kind === 'add') for (const id of who) writeKeyLinesOf(core, room, id);
    // It has no effect.
    if (change.kind === 'title' && room.private?.log.group === true) continue;
    // Who is in it must be seen, whoever says so; words of somebody blocked are not.
    if ((change.kind === 'title' || change.kind === 'topic') && isBlocked(core, by)) continue;
    const told = n >= from ? toldAs(core, change, who) : null;
    if (told !== null) tell(core, room, { n, by, change: told });
  }
}

/** It stands in history like what is said there, and is nobody's message to answer. */
function tell(
  core: CoreState,
  { label, roomId }: RoomState,
  { n, by, change }: { readonly n: number; readonly by: PeerId; readonly change: Change },
): void {
  const place = { from: by, place: idBytes(roomId), stream: LOG_STREAM, seq: n + 1 };
  const message: Message = {
    id: messageIdOf(place),
    time: new Date(core.env.wallMs()).toISOString(),
    ...{ sentTime: null, room: label, peer: null, from: whoOf(core, by) },
    ...{ text: '', kind: 'change', change, state: null },
  };
  journal(core, { type: 'message', message });
  emit(core, { type: 'message', message });
}

/** Null where it had no effect. */
function toldAs(core: CoreState, change: Operation, who: readonly PeerId[]): Change | null {
  const people = who.map((id) => whoOf(core, id));
  const about = (what: Change['what'], text?: string): Change => {
    return { what, who: people, ...(text === undefined ? {} : { text }) };
  };
  const ofPeople = (what: Change['what']) => (who.length === 0 ? null : about(what));
  switch (change.kind) {
    case 'create':
      return about('created', change.title);
    case 'add':
      return ofPeople('added');
    case 'remove':
      return ofPeople(change.left ? 'left' : 'removed');
    case 'title':
      return about('titled', change.text);
    case 'topic':
      return about('topic', change.text);
    case 'grant':
      return ofPeople('granted');
    case 'revoke':
      return ofPeople('revoked');
    case 'read-only':
      return about(change.on ? 'read-only' : 'read-write');
    case 'timer':
      return about('timer', change.seconds === null ? undefined : String(change.seconds));
    case 'transfer':
      return ofPeople('transferred');
    case 'close':
      return about('closed');
    default:
      return change satisfies never;
  }
}
