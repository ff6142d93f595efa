// What a message is called: made of whose it is and its number, so that nobody can give one another's name.

import { ByteWriter } from '../protocol/bytes.ts';
import { idBytes, MessageId, type PeerId, type StreamId } from '../protocol/ids.ts';
import { hash } from './transcript.ts';

export interface Numbered {
  readonly from: PeerId;
  /** The 16 bytes of a private conversation, or the 32 of a room's ID. */
  readonly place: Uint8Array;
  readonly stream: StreamId;
  readonly seq: number;
}

/**
 * `H("message"; ID, place, stream8, seq u64)[:16]`, the same for sender and readers. `digest`: of another
 * record that bears the same number, which then has a name of its own.
 */
export function messageIdOf(
  { from, place, stream, seq }: Numbered,
  digest?: Uint8Array,
): MessageId {
  const number = new ByteWriter(8).u64(BigInt(seq)).finish();
  const parts = [idBytes(from), place, idBytes(stream), number];
  const name = hash('message', ...parts, ...(digest === undefined ? [] : [digest]));
  return MessageId.fromBytes(name.subarray(0, MessageId.sizeBytes));
}
