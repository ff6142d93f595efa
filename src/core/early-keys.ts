// Keys of chains that come before we know that their owner, or we, are in the room: kept, in memory only, until the log
// says so. Opens none.
import type { PeerId, RoomId } from '../protocol/ids.ts';
import { doubt, isBehind } from './doubts.ts';
import { type EarlyKey, ownRoom } from './private-state.ts';
import type { RoomState } from './room-state.ts';
import type { CoreState } from './state.ts';

/** Of one private room that we are in. */
const MAX_EARLY = 64;
/** Of all rooms that we aren't in, or not yet. */
const MAX_EARLY_ELSEWHERE = 512;
/** Of one person, in each of the two: theirs must not push out those of others. */
const MAX_EARLY_OF_ONE = 8;

/** Its owner is no member, or no more, as far as we know: perhaps the operation that lets them in is still on its way. */
export function keepEarly(core: CoreState, room: RoomState, key: EarlyKey): void {
  const own = ownRoom(room);
  if (own === null || own.inner.log.members.has(key.owner.id)) return;
  const { inner } = own;
  inner.early = withEarly(inner.early, { ...key, bytes: key.bytes.slice() }, MAX_EARLY);
  // Who was taken out can bring any number of names that know the secret: none is answered unasked.
  if (isBehind(inner)) doubt(core, own, { of: key.owner.id, head: null });
}

/** A member's key may overtake the welcome, which comes from the room's owner. */
export function keepForRoom(core: CoreState, room: RoomId, key: EarlyKey): void {
  const early = { ...key, bytes: key.bytes.slice(), room };
  core.earlyKeys = withEarly(core.earlyKeys, early, MAX_EARLY_ELSEWHERE);
}

/** What came for a room that we are let into now. */
export function earlyKeysOf(core: CoreState, room: RoomId): EarlyKey[] {
  const theirs = core.earlyKeys.filter((key) => key.room === room);
  core.earlyKeys = core.earlyKeys.filter((key) => key.room !== room);
  return theirs.map(({ owner, bytes }) => ({ owner, bytes }));
}

function withEarly<Key extends EarlyKey>(known: readonly Key[], key: Key, most: number): Key[] {
  const dropped = oldestOf(known, key.owner.id);
  return [...known.filter((each) => each !== dropped), key].slice(-most);
}

/** The one that makes room for another of the same person. */
function oldestOf<Key extends EarlyKey>(known: readonly Key[], owner: PeerId): Key | null {
  const theirs = known.filter((key) => key.owner.id === owner);
  return theirs.length < MAX_EARLY_OF_ONE ? null : (theirs[0] ?? null);
}
