// Which room is meant: `#name`, or of a private one `+title`, `+` and the digits of its ID. Never picks one of several.
import { phrase } from '../language/translate.ts';
import { UsageError } from '../protocol/errors.ts';
import { cleanTitle, parseRoomName } from '../protocol/nickname.ts';
import { isEntered } from './private-members.ts';
import type { RoomState } from './room-state.ts';
import type { CoreState } from './state.ts';

const MIN_PREFIX_DIGITS = 8;

/** Null where we are in none of that name. Throws UsageError `bad-room`, `ambiguous-room`. */
export function findRoom(core: CoreState, query: string): RoomState | null {
  if (!query.startsWith('+')) return core.rooms.get(requireRoomName(query)) ?? null;
  const wanted = query.slice(1).trim().toLowerCase();
  const exact = core.rooms.get(`+${wanted}`);
  if (exact !== undefined && isEntered(core, exact)) return exact;
  const found = [...core.rooms.values()].filter(
    (room) => isEntered(core, room) && isCalled(room, wanted),
  );
  return onlyOne(found, query);
}

/**
 * One whose log has not let us in yet, by its digits alone: what it says of itself is nobody's word so far. Null where
 * there is none. Throws UsageError `ambiguous-room`.
 */
export function findUnfinished(core: CoreState, query: string): RoomState | null {
  const wanted = query.trim().toLowerCase();
  if (!wanted.startsWith('+') || wanted.length <= MIN_PREFIX_DIGITS) return null;
  const found = [...core.rooms.values()].filter(
    (room) => room.name.startsWith(wanted) && !isEntered(core, room),
  );
  return onlyOne(found, query);
}

function onlyOne(found: readonly RoomState[], query: string): RoomState | null {
  if (found.length < 2) return found[0] ?? null;
  const names = found.map(({ label }) => label.slice(0, 1 + MIN_PREFIX_DIGITS)).join(', ');
  throw new UsageError(
    'ambiguous-room',
    phrase`${found.length} rooms fit ${query}: ${names}; use one of these`,
  );
}

function isCalled({ name, private: inner }: RoomState, wanted: string): boolean {
  if (inner === null || wanted === '') return false;
  if (wanted.length >= MIN_PREFIX_DIGITS && name.startsWith(`+${wanted}`)) return true;
  // A stranger's must not pass for one of ours.
  if (inner.isRequest) return false;
  return cleanTitle(inner.log.title).toLowerCase() === wanted;
}

/** Throws UsageError `not-in-room`, and as `findRoom`. */
export function requireRoom(core: CoreState, name: string): RoomState {
  const room = findRoom(core, name);
  if (room !== null) return room;
  throw notInRoom(name);
}

/** Nobody joins a private room by themselves. */
export function notInRoom(name: string): UsageError {
  const message = phrase`you are not in ${name}`;
  return new UsageError(
    'not-in-room',
    name.startsWith('+') ? message : phrase`${message}; join it first`,
  );
}

/** Throws UsageError `bad-room`. */
export function requireRoomName(name: string): string {
  const parsed = parseRoomName(name);
  if (parsed !== null) return parsed;
  throw new UsageError(
    'bad-room',
    phrase`a room has letters and digits, and _ . -, at most 48 bytes, such as #ward-3`,
  );
}
