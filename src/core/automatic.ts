// Answers that no person gave: few wait for somebody at a time, since whoever asks can ask without end and never come for them.
import * as v from 'valibot';
import { byteString, decodeCbor } from '../protocol/cbor.ts';
import { ProtocolError } from '../protocol/errors.ts';
import { type PeerId, RoomId } from '../protocol/ids.ts';
import { decodeDirectRecord } from '../protocol/record.ts';
import { peerOf } from './new-state.ts';
import { enqueue, type ToSend } from './outbox.ts';
import type { OutRecord } from './peer-state.ts';
import type { CoreState } from './state.ts';

const ofRoom = v.object({ room: byteString(RoomId.sizeBytes) });

interface Kind {
  readonly type: number;
  /** One that we are in: of these there are few. Absent: all records of this type count. */
  readonly room?: RoomId;
  /** So many may wait. */
  readonly most?: number;
}

/** Whether an automatic record of this kind may go into somebody's outbox now: none where one waits there already. */
export function mayAnswer(core: CoreState, to: PeerId, { type, room, most = 1 }: Kind): boolean {
  const waiting = peerOf(core, to).records.filter((record) => {
    return record.type === type && (room === undefined || roomOf(record) === room);
  });
  return waiting.length < most;
}

/** Nothing where `mayAnswer` says no. */
export function enqueueAutomatic(core: CoreState, to: PeerId, record: ToSend & Kind): void {
  if (mayAnswer(core, to, record)) enqueue(core, peerOf(core, to), record);
}

/** What a record of ours is about. */
function roomOf({ bytes }: OutRecord): RoomId | null {
  try {
    return RoomId.fromBytes(decodeCbor(ofRoom, decodeDirectRecord(bytes).content).room);
  } catch (error) {
    if (error instanceof ProtocolError) return null;
    throw error;
  }
}
