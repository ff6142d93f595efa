// Private rooms that somebody handed us and whose log has not let us in yet: few, for a while, and never in the way.
import type { PeerId } from '../protocol/ids.ts';
import { isEntered } from './private-members.ts';
import type { OwnRoom } from './private-state.ts';
import { ownRoom } from './private-state.ts';
import { leaveRoom } from './rooms.ts';
import { declineRoom } from './rooms-left.ts';
import { monotonicOf, runningMs } from './running-time.ts';
import type { CoreState } from './state.ts';

/** The rest of a log that is on its way has come by then; running time. */
const UNFINISHED_MS = 10 * 60_000;
/** One of each person, and so many in all: of strangers, and of people whom we know. */
const MAX_UNFINISHED = 8;

/** Whether somebody may hand us one more whose log has not come to its end. */
export function hasPlaceForUnfinished(
  core: CoreState,
  { from, isRequest }: { readonly from: PeerId; readonly isRequest: boolean },
): boolean {
  const unfinished = [...core.rooms.values()].flatMap((room) => {
    return room.private === null || isEntered(core, room) ? [] : room.private;
  });
  if (unfinished.some(({ letInBy }) => letInBy === from)) return false;
  return unfinished.filter((inner) => inner.isRequest === isRequest).length < MAX_UNFINISHED;
}

/** Nobody of that room but who handed it to us knows of us yet. */
export function dropUnfinished(core: CoreState, { room, inner }: OwnRoom): void {
  if (inner.letInBy !== null) declineRoom(core, inner.letInBy, { room: room.roomId });
  leaveRoom(core, room);
}

/** Those whose rest never came. */
export function tendUnfinished(core: CoreState): void {
  for (const room of core.rooms.values()) {
    const own = ownRoom(room);
    if (own === null || isEntered(core, room)) continue;
    if (runningMs(core) - own.inner.sinceRunMs >= UNFINISHED_MS) dropUnfinished(core, own);
  }
}

/** When it is dropped, monotonic ms; null: never. */
export function unfinishedDueMs(core: CoreState, { room, inner }: OwnRoom): number | null {
  if (isEntered(core, room)) return null;
  return monotonicOf(core, inner.sinceRunMs + UNFINISHED_MS);
}
