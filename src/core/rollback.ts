// An older copy of the profile's folder in use: its numbers were given out already, in a later state that is lost.
import { messageIdOf } from '../crypto/message-id.ts';
import { phrase } from '../language/translate.ts';
import { StreamId } from '../protocol/ids.ts';
import { decodeDirectRecord, encodeDirectRecord } from '../protocol/record.ts';
import { forgetOut, saveOut, savePeer } from './durable-people.ts';
import { saveHolders, saveOwnChain, saveRoom } from './durable-rooms.ts';
import { emit } from './link.ts';
import type { OutRecord, Peer } from './peer-state.ts';
import type { RoomState } from './room-state.ts';
import type { CoreState } from './state.ts';

/**
 * Begins every run of numbers anew, and every chain of ours: whoever has read the later state takes them for
 * repeats. What may have gone out keeps its number, which its reader knows or not; what did not gets another.
 */
export function beginAnew(core: CoreState): void {
  for (const peer of core.peers.values()) renewStream(core, peer);
  for (const room of core.rooms.values()) renewRoom(core, room);
  const message = phrase`this profile is older than what the relay has seen of it: an older copy of its folder is in use, or it runs twice. What was said since is not here; it goes on under new numbers`;
  emit(core, { type: 'error', code: 'rolled-back', message });
}

/** Our numbers for one person begin anew. */
export function renewStream(core: CoreState, peer: Peer): void {
  peer.stream = freshStream(core);
  peer.nextSeq = 1;
  peer.records = peer.records.map((record) =>
    record.mayBeOut ? record : renumber(core, peer, record),
  );
  savePeer(core, peer);
  core.dirty.add(peer.id);
}

function renumber(core: CoreState, peer: Peer, record: OutRecord): OutRecord {
  forgetOut(core, peer, record);
  const { stream } = peer;
  const seq = peer.nextSeq++;
  const fields = decodeDirectRecord(record.bytes);
  const number = { from: core.me.id, place: fields.conversation, stream, seq };
  const bytes = encodeDirectRecord({ ...fields, stream, seq, messageId: messageIdOf(number) });
  // Here it keeps the name under which it stands in history.
  const renewed = { ...record, stream, seq, bytes };
  saveOut(core, peer, renewed);
  return renewed;
}

function renewRoom(core: CoreState, room: RoomState): void {
  room.stream = freshStream(core);
  room.nextSeq = 1;
  room.own = null;
  saveRoom(core, room);
  saveOwnChain(core, room);
  saveHolders(core, room);
}

function freshStream(core: CoreState): StreamId {
  return StreamId.fromBytes(core.env.random(StreamId.sizeBytes));
}
