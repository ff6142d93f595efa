// People who ask without end, and never come for the answers: what no person said waits for them in bounded number.
import { beforeAll, describe, expect, it } from 'vitest';
import {
  answer,
  createGroup,
  createRoom,
  inviteTo,
  retitle,
} from '../../../src/core/private-commands.ts';
import {
  NO_HEAD,
  newPen,
  privateRoomId,
  signHolder,
  signOperation,
} from '../../../src/crypto/room-log.ts';
import { ready } from '../../../src/crypto/sodium.ts';
import { encodeCbor } from '../../../src/protocol/cbor.ts';
import { idBytes, StreamId } from '../../../src/protocol/ids.ts';
import { RECORD_TYPES } from '../../../src/protocol/record.ts';
import { encodeOperation } from '../../../src/protocol/room-operation.ts';
import { FakeNet, type FakePerson } from '../../support/fake-net.ts';
import { note, random, record, sealed } from './forging.ts';

beforeAll(ready);

const WISHES = { title: 'ward 3', readOnly: false, expireSeconds: null };
const STREAM = StreamId.fromBytes(new Uint8Array(8).fill(9));

interface Sent {
  readonly type: number;
  readonly content: object;
}

/** Somebody who is not connected says it, as record `seq` of a stream of theirs. */
function slip(
  net: FakeNet,
  { from, to }: { readonly from: FakePerson; readonly to: FakePerson },
  { type, content, seq }: Sent & { readonly seq: number },
): void {
  const fields = { type, stream: STREAM, seq, content: encodeCbor(content) };
  const made = record(from.profile.me, to, fields);
  net.inject(to, sealed(from.profile.me, to, made, note({ boot: 99_999_999_999_999n })));
  net.run(11_000);
}

function waiting(person: FakePerson, to: FakePerson, type: number): number {
  const records = person.core.peers.get(to.id)?.records ?? [];
  return records.filter((each) => each.type === type).length;
}

describe('[A95 automatic answers]', () => {
  it('of no to rooms that somebody hands us: one waits', () => {
    const net = new FakeNet({ mailbox: 2_000 });
    const { anna: mallory, ben } = net.duo();
    net.cut(mallory);
    for (let seq = 1; seq <= 8; seq++) {
      const pen = newPen(random);
      const room = privateRoomId(pen.publicKey);
      const holder = signHolder(mallory.profile.me, room, pen);
      const create = { kind: 'create' as const, ...holder, title: 'x', group: false };
      const ops = [encodeOperation(signOperation(pen, { room, n: 0, prev: NO_HEAD }, create))];
      const content = { room: idBytes(room), secret: random(32), from: null, ops, n: 1 };
      slip(net, { from: mallory, to: ben }, { type: RECORD_TYPES.roomWelcome, content, seq });
    }
    // Control: the first is there.
    expect(waiting(ben, mallory, RECORD_TYPES.roomAnswer)).toBe(1);
  });

  it('of the log of a room, to a member who is away: one set of operations waits a room', () => {
    const net = new FakeNet({ mailbox: 2_000 });
    const { anna, ben, cara } = net.trio();
    const names = [1, 2].map(() => {
      const name = net.command(anna, (core) => createRoom(core, WISHES));
      net.command(anna, (core) => inviteTo(core, name, [ben.id, cara.id]));
      net.run(1_000);
      for (const each of [ben, cara]) {
        net.command(each, (core) => answer(core, name, { accept: true }));
      }
      net.run(3_000);
      return name;
    });
    net.command(anna, (core) => retitle(core, names[0] ?? '', 'another'));
    net.run(3_000);
    net.cut(cara);
    const type = RECORD_TYPES.roomWantLog;
    const between = { from: cara, to: ben };
    for (let seq = 1; seq <= 6; seq++) {
      const room = Buffer.from((names[0] ?? '').slice(1), 'hex');
      slip(net, between, { type, seq, content: { room, n: 0 } });
    }
    expect(waiting(ben, cara, RECORD_TYPES.roomOperations)).toBe(1);
    // Control: of another room they are answered.
    const room = Buffer.from((names[1] ?? '').slice(1), 'hex');
    slip(net, between, { type, seq: 7, content: { room, n: 0 } });
    expect(waiting(ben, cara, RECORD_TYPES.roomOperations)).toBe(2);
  });

  it('of a pen, to who asks us to take their room over: one waits', () => {
    const net = new FakeNet({ mailbox: 2_000 });
    const { anna, ben, cara } = net.trio();
    net.send(ben, anna, 'hello');
    net.run(1_000);
    const name = net.command(anna, (core) => createGroup(core, [ben.id, cara.id]));
    net.run(3_000);
    net.cut(anna);
    const content = { room: Buffer.from(name.slice(1), 'hex') };
    const type = RECORD_TYPES.roomTransfer;
    for (let seq = 1; seq <= 6; seq++) {
      slip(net, { from: anna, to: ben }, { type, seq, content });
    }
    expect(waiting(ben, anna, type)).toBe(1);
  });

  it('of yes, to who asks us in again and again: 8 wait', () => {
    const net = new FakeNet({ mailbox: 2_000 });
    const { anna, ben } = net.duo();
    const name = net.command(anna, (core) => createRoom(core, WISHES));
    net.command(anna, (core) => inviteTo(core, name, [ben.id]));
    net.run(1_000);
    net.cut(anna);
    net.command(ben, (core) => answer(core, name, { accept: true }));
    for (let seq = 1; seq <= 12; seq++) {
      const content = {
        ...{ room: Buffer.from(name.slice(1), 'hex'), invitation: random(16), title: 'ward 3' },
      };
      slip(net, { from: anna, to: ben }, { type: RECORD_TYPES.roomInvitation, seq, content });
    }
    expect(waiting(ben, anna, RECORD_TYPES.roomAnswer)).toBe(8);
  });
});
