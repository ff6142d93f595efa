// Tells what its owner did to a private room, from the day on that we are in it.
import type { PeerId } from '../protocol/ids.ts';
import type { Change } from '../protocol/room-operation.ts';
import type { RoomChange } from './events.ts';
import { emit } from './link.ts';
import { whoOf } from './people.ts';
import type { Applied } from './room-log.ts';
import type { RoomState } from './room-state.ts';
import type { CoreState } from './state.ts';

/** Operations from before we came in (`wasIn`) are not told: the newcomer sees the room as it is. */
export function tellChanges(
  core: CoreState,
  room: RoomState,
  { wasIn, applied }: { readonly wasIn: boolean; readonly applied: readonly Applied[] },
): void {
  let isIn = wasIn;
  for (const { change, who } of applied) {
    isIn ||= who.includes(core.me.id);
    const told = isIn ? toldAs(core, change, who) : null;
    if (told !== null) emit(core, { type: 'room-change', room: room.label, change: told });
  }
}

/** Null where it had no effect. */
function toldAs(core: CoreState, change: Change, who: readonly PeerId[]): RoomChange | null {
  const people = who.map((id) => whoOf(core, id));
  const about = (what: RoomChange['what'], text: string | null = null): RoomChange => {
    return { what, who: people, text };
  };
  const ofPeople = (what: RoomChange['what']) => (who.length === 0 ? null : about(what));
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
      return about('timer', change.seconds === null ? null : String(change.seconds));
    case 'transfer':
      return ofPeople('transferred');
    case 'close':
      return about('closed');
    default:
      return change satisfies never;
  }
}
