// That somebody is typing: said to who is here, in a note of its own, and never said again where it is lost.
import type { PeerId, RoomId } from '../protocol/ids.ts';
import type { Note, Typing } from '../protocol/note.ts';
import { mayTell } from './disclosure.ts';
import { emit } from './link.ts';
import type { Peer } from './peer-state.ts';
import { whoOf } from './people.ts';
import { silence } from './private-members.ts';
import { presentMembers } from './room-roster.ts';
import type { RoomState } from './room-state.ts';
import type { CoreState } from './state.ts';

/** Shown for 6 s: said this often, it stays while somebody types. */
const INTERVAL_MS = 3_000;
/** Whoever says it more often is not heard each time; the way may shorten an interval. */
const THEIR_INTERVAL_MS = 2_000;
/** To more than these it would be a message to each at every pause for breath. */
const MAX_READERS = 16;

/** Our person is typing to somebody. */
export function typeTo(core: CoreState, id: PeerId): void {
  if (mayTell(core, 'sendTyping', id)) sayTyping(core, [id], null);
}

/** In a room whose members are chosen; what goes on in a public one is nobody's business. */
export function typeIn(core: CoreState, room: RoomState): void {
  if (room.private === null || silence(core, room) !== null) return;
  if (!mayTell(core, 'sendTyping', room.label)) return;
  const present = presentMembers(room).filter(({ id }) => mayTell(core, 'sendTyping', id));
  if (present.length > MAX_READERS) return;
  sayTyping(
    core,
    present.map(({ id }) => id),
    room.roomId,
  );
}

function sayTyping(core: CoreState, readers: readonly PeerId[], room: RoomId | null): void {
  const now = core.env.nowMs();
  for (const id of readers) {
    const peer = core.peers.get(id);
    if (peer?.online !== true || now - peer.typing.sentAtMs < INTERVAL_MS) continue;
    peer.typing.sentAtMs = now;
    peer.typing.pending = { typing: { room }, untilMs: now + INTERVAL_MS };
    core.dirty.add(id);
  }
}

/** What the next note to this person says of it; null: nothing, or not any more. */
export function pendingTyping(core: CoreState, { online, typing }: Peer): Typing | null {
  const { pending } = typing;
  return online && pending !== null && core.env.nowMs() < pending.untilMs ? pending.typing : null;
}

/** A note that a relay plays again says nothing: each counts once, and only above those before. */
export function takeTyping(core: CoreState, peer: Peer, { boot, k, typing }: Note): void {
  const { typing: marks } = peer;
  if (typing === undefined || boot < marks.boot || (boot === marks.boot && k <= marks.k)) return;
  // Of somebody without a name nobody could say who types.
  if (core.pins.get(peer.id) === null) return;
  const now = core.env.nowMs();
  marks.boot = boot;
  marks.k = k;
  if (now - marks.heardAtMs < THEIR_INTERVAL_MS) return;
  const room = typing.room === null ? null : namedRoom(core, peer, typing.room);
  if (typing.room !== null && room === null) return;
  marks.heardAtMs = now;
  emit(core, { type: 'typing', from: whoOf(core, peer.id), room });
}

function namedRoom(core: CoreState, { id }: Peer, roomId: RoomId): string | null {
  for (const room of core.rooms.values()) {
    if (room.roomId === roomId && room.private?.log.members.has(id) === true) return room.label;
  }
  return null;
}
