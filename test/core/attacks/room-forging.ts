// What a member or a guest of a room can make: keys handed over with any content, and room messages.

import type { RoomState } from '../../../src/core/room-state.ts';
import { ownJoin } from '../../../src/core/rooms.ts';
import { newSenderChain, type SenderChain } from '../../../src/crypto/room-chain.ts';
import { encodeCbor } from '../../../src/protocol/cbor.ts';
import type { FrameOf } from '../../../src/protocol/frames.ts';
import { idBytes, MessageId, StreamId } from '../../../src/protocol/ids.ts';
import {
  encodeRoomRecord,
  NO_LOG,
  RECORD_TYPES,
  type RoomRecord,
} from '../../../src/protocol/record.ts';
import { FakeNet, type FakePerson } from '../../support/fake-net.ts';
import { deliver, note, random, record, sealed } from './forging.ts';

export function lobby() {
  const net = new FakeNet();
  const people = net.trio({ rooms: ['lobby'] });
  return { net, ...people };
}

export function room(person: FakePerson): RoomState {
  const found = person.core.rooms.get('lobby');
  if (found === undefined) throw new Error(`${person.name} is not there`);
  return found;
}

let rseq = 2n ** 62n;

export function fannedOut(blob: Uint8Array): FrameOf<'deliver'> {
  rseq++;
  return deliver(blob, rseq);
}

export function roomRecord(
  changes: Partial<RoomRecord> & { readonly text?: string } = {},
): Uint8Array {
  const { text = 'hello', ...fields } = changes;
  return encodeRoomRecord({
    type: RECORD_TYPES.roomText,
    messageId: MessageId.fromBytes(random(16)),
    stream: StreamId.fromBytes(new Uint8Array(8).fill(5)),
    seq: 1,
    head: NO_LOG,
    timeMs: 0,
    content: encodeCbor({ text }),
    ...fields,
  });
}

/** The content of a key distribution, as `owner` would hand it over. */
export function roomKey(
  owner: FakePerson,
  chain: SenderChain,
  changes: Record<string, unknown> = {},
) {
  return encodeCbor({
    room: idBytes(chain.room),
    skid: idBytes(chain.skid),
    index: chain.index,
    chain: chain.chainKey,
    sign: chain.signPublic,
    stream: new Uint8Array(8).fill(5),
    low: 1,
    join: ownJoin(room(owner)),
    ...changes,
  });
}

export function chainOf(owner: FakePerson): SenderChain {
  return newSenderChain({ room: room(owner).roomId, secret: null, owner: owner.id, random });
}

let keySeq = 0;

/** `from` hands a key to `to`: the record is honest but for `content`. */
export function hand(net: FakeNet, from: FakePerson, to: FakePerson, content: Uint8Array): void {
  keySeq++;
  const { me } = from.profile;
  const fields = { type: RECORD_TYPES.roomKey, seq: keySeq, content };
  net.inject(to, sealed(me, to, record(me, to, fields), note({ low: keySeq })));
}
