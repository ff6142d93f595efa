// Tells what was said in a room, where its writer is heard there.
import { emit } from './link.ts';
import { whoOf } from './people.ts';
import { isHeard } from './private-members.ts';
import type { RoomArrival, RoomState } from './room-state.ts';
import type { CoreState } from './state.ts';
import { takeContent } from './take-content.ts';

/** In its writers' order. What somebody had no right to write is a gap. */
export function tellArrivals(
  core: CoreState,
  room: RoomState,
  arrivals: readonly RoomArrival[],
): void {
  for (const arrival of arrivals) {
    const { from, record } = arrival;
    if (isHeard(room, arrival)) takeContent(core, { from, room: room.label, record });
    else emit(core, { type: 'gap', from: whoOf(core, from), room: room.label, missing: 1 });
  }
}
