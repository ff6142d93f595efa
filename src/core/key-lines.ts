// The lines that a changed key leaves in history, where the two who bore one name are spoken with: the event passes,
// these stay. Tells people nothing.
import { messageIdOf } from '../crypto/message-id.ts';
import { idBytes, type PeerId, StreamId } from '../protocol/ids.ts';
import { journal } from './durable.ts';
import type { Message } from './events.ts';
import { isFirstTelling } from './link.ts';
import { changedFrom, isOnlyBearer, whoOf } from './people.ts';
import type { RoomState } from './room-state.ts';
import type { CoreState, Pin } from './state.ts';

/** Changes under one name that leave lines in one run: a crowd that bears it must not fill a conversation. */
const MAX_KEY_LINES = 8;
/** What people say is numbered from 1: nobody can give a message the name of such a line. */
const KEY_LINE_SEQ = 0;

export interface KeyChange {
  readonly was: Pin;
  readonly now: Pin;
}

/** In private conversations that there are, and in rooms where the new key is. */
export function writeKeyLines(core: CoreState, change: KeyChange): void {
  const { was, now } = change;
  for (const { id } of [was, now]) if (isSpokenWith(core, id)) writeForPeer(core, id, change);
  for (const room of core.rooms.values())
    if (isThere(room, now.id)) writeForRoom(core, room, change);
}

/** Before what is said in private: whoever came under a known name says nothing without a line about it above. */
export function writeKeyLinesAbove(core: CoreState, peer: PeerId): void {
  for (const change of changesOf(core, peer)) writeForPeer(core, peer, change);
}

/** Somebody is in a room from now on. */
export function writeKeyLinesOf(core: CoreState, room: RoomState, id: PeerId): void {
  for (const change of changesOf(core, id)) writeForRoom(core, room, change);
}

function changesOf(core: CoreState, id: PeerId): KeyChange[] {
  const now = core.pins.get(id);
  if (now === null || isOnlyBearer(core, id)) return [];
  return changedFrom(core, now).map((was) => ({ was, now }));
}

/** Whether there is a private conversation, as far as it is known here: a key alone begins none. */
function isSpokenWith(core: CoreState, id: PeerId): boolean {
  const pin = core.pins.get(id);
  if (pin?.contacted === true || pin?.trust === 'verified') return true;
  return (core.peers.get(id)?.reads.theirs.length ?? 0) > 0;
}

function isThere({ private: inner, members }: RoomState, id: PeerId): boolean {
  return inner === null ? members.has(id) : inner.log.members.has(id);
}

function writeForPeer(core: CoreState, peer: PeerId, change: KeyChange): void {
  write(core, change, { place: idBytes(peer), room: null, peer });
}

function writeForRoom(core: CoreState, { label, roomId }: RoomState, change: KeyChange): void {
  write(core, change, { place: idBytes(roomId), room: label, peer: null });
}

/** Its name is the same in each run, and history keeps the first of those that bear one name. */
function write(
  core: CoreState,
  { was, now }: KeyChange,
  { place, room, peer }: Pick<Message, 'room' | 'peer'> & { readonly place: Uint8Array },
): void {
  const pair = `${was.id}>${now.id}`;
  if (!isAllowed(core, now.id, pair)) return;
  // Only saves asking history each time.
  if (!isFirstTelling(core, `${pair} ${room ?? peer}`)) return;
  const stream = StreamId.fromBytes(idBytes(was.id).subarray(0, StreamId.sizeBytes));
  const [before, after] = [whoOf(core, was.id), whoOf(core, now.id)];
  const message: Message = {
    id: messageIdOf({ from: now.id, place, stream, seq: KEY_LINE_SEQ }),
    time: new Date(core.env.wallMs()).toISOString(),
    ...{ sentTime: null, room, peer, from: after, text: '', state: null },
    kind: 'change',
    change: { what: 'key-changed', who: [before, after], text: was.trust },
  };
  journal(core, { type: 'message', message });
}

function isAllowed({ skeletons, keyLines }: CoreState, now: PeerId, pair: string): boolean {
  const skeleton = skeletons.get(now);
  if (skeleton === undefined) return false;
  const pairs = keyLines.get(skeleton) ?? new Set();
  if (pairs.size < MAX_KEY_LINES) keyLines.set(skeleton, pairs.add(pair));
  return pairs.has(pair);
}
