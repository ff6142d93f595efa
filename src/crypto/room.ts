// Public rooms as everybody can compute them: ids, topics, and the signed join. Knows no chains.
import { utf8FromText } from '../protocol/bytes.ts';
import { type JoinProof, STANDINGS, type Standing } from '../protocol/frames.ts';
import { idBytes, type RelayId, RoomId, TopicId } from '../protocol/ids.ts';
import type { Identity } from './identity.ts';
import { hash, sign, verify } from './transcript.ts';

/** `room_id = H("pubroom"; name)`; `name` without the `#`, already normalised. */
export function publicRoomId(name: string): RoomId {
  return RoomId.fromBytes(hash('pubroom', utf8FromText(name)));
}

/** `topic = H("topic"; room_id)[:16]` of a public room: who knows the name knows the topic. */
export function topicOf(room: RoomId): TopicId {
  return TopicId.fromBytes(hash('topic', idBytes(room)).subarray(0, TopicId.sizeBytes));
}

/** What a join is about: bound to one relay, so that another can't play it back. */
export interface JoinPlace {
  readonly relay: RelayId;
  readonly room: RoomId;
}

/** `SIGN(id, "room-join"; relay_id, room_id, seq u64, in u8)` (PROTOCOL.md, Rooms). */
export function signJoin(
  identity: Identity,
  place: JoinPlace,
  { seq, standing }: Pick<JoinProof, 'seq' | 'standing'>,
): JoinProof {
  const signature = sign(identity.signSecret, 'room-join', ...joinFields(place, seq, standing));
  return { seq, standing, signature };
}

/** Whether the holder of `ed25519` signed this join for this place. The highest seq wins. */
export function verifyJoin(ed25519: Uint8Array, place: JoinPlace, join: JoinProof): boolean {
  const { seq, standing, signature } = join;
  const fields = joinFields(place, seq, standing);
  return verify({ publicKey: ed25519, signature }, 'room-join', ...fields);
}

function joinFields(place: JoinPlace, seq: bigint, standing: Standing): Uint8Array[] {
  const seqBytes = new Uint8Array(8);
  new DataView(seqBytes.buffer).setBigUint64(0, seq);
  const standingByte = Uint8Array.of(STANDINGS.indexOf(standing));
  return [idBytes(place.relay), idBytes(place.room), seqBytes, standingByte];
}
