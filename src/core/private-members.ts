// Whose word counts in a private room, and who may write there: read from its log. Changes nothing.
import type { PeerId, SenderKeyId } from '../protocol/ids.ts';
import { cleanTitle } from '../protocol/nickname.ts';
import type { LogHead } from '../protocol/record.ts';
import type { PrivateRoom } from './private-state.ts';
import { isPrivileged } from './room-log.ts';
import type { ChainPlace, RoomState } from './room-state.ts';
import type { CoreState } from './state.ts';
import { struckFrom } from './strikes.ts';

/** Whether somebody's word counts in a room: anybody's in a public one. */
export function isMember({ private: inner }: Pick<RoomState, 'private'>, id: PeerId): boolean {
  return inner === null || inner.log.members.has(id);
}

/** Whether the room is more than a promise: in a private one its log is here, and has let us in. */
export function isEntered(core: CoreState, { private: inner }: RoomState): boolean {
  return inner === null || (hasArrived(inner) && inner.log.members.has(core.me.id));
}

/** Whether we hear what is said there: not where a stranger put us, until a person accepts; it waits at the relay. */
export function isFollowed(core: CoreState, room: RoomState): boolean {
  return isEntered(core, room) && room.private?.isRequest !== true;
}

/** Whether all that a newcomer is handed has come. */
export function hasArrived({ log, expected }: PrivateRoom): boolean {
  return log.heads.length >= expected;
}

/**
 * Whether what somebody wrote there is shown: of a member what they may write now; of who was taken out what came before
 * (`endOfChain`), unless they had no right to write even then.
 */
export function isHeard(
  room: RoomState,
  { from, at }: { readonly from: PeerId; readonly at: ChainPlace | null },
): boolean {
  const { private: inner } = room;
  if (inner === null) return true;
  const { log } = inner;
  if (log.members.has(from)) return isPrivileged(log, from) || !log.readOnly;
  if (log.silenced.has(from) || at === null) return false;
  const end = endOfChain(room, from, at.skid);
  return end === null || at.index < end;
}

/** Why we can't write there now; null: we can. */
export function silence(core: CoreState, room: RoomState): Silence | null {
  const { private: inner } = room;
  if (inner === null) return null;
  if (inner.fork !== null) return 'room-frozen';
  if (inner.isRequest) return 'room-request';
  if (!isEntered(core, room)) return 'not-in-room';
  if (inner.log.closed) return 'room-closed';
  return inner.log.readOnly && !isPrivileged(inner.log, core.me.id) ? 'room-read-only' : null;
}
export type Silence =
  | 'room-frozen'
  | 'room-request'
  | 'not-in-room'
  | 'room-closed'
  | 'room-read-only';

/**
 * The first index of a member's chain that doesn't count; null: all do. What somebody said before they were taken out is
 * still theirs, also for who was away.
 */
export function endOfChain(
  { private: inner }: RoomState,
  owner: PeerId,
  skid: SenderKeyId,
): number | null {
  if (inner === null) return null;
  const end = inner.log.ends.get(owner)?.get(skid);
  if (end !== undefined) return end;
  return inner.log.members.has(owner) ? null : 0;
}

/**
 * Whether a member wrote it while they were out: they knew the room as it was before it let them in again. Under a chain
 * that their removal names it counts as far as that says.
 */
export function isFromOutside(
  { private: inner }: RoomState,
  owner: PeerId,
  head: LogHead,
): boolean {
  return inner !== null && head.n < (inner.log.added.get(owner) ?? 0);
}

/** Whom our keys go to in a private room, here or not: every member whom no moderator has struck. */
export function readers(core: CoreState, inner: PrivateRoom): PeerId[] {
  const struck = struckFrom(inner);
  return [...inner.log.members].filter((id) => id !== core.me.id && !struck.has(id));
}

/** For sentences: its title, where it has one. */
export function nameOf({ label, private: inner }: RoomState): string {
  const title = inner === null ? '' : cleanTitle(inner.log.title);
  return title === '' ? label : `+${title}`;
}
