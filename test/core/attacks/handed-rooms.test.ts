// Attacks by who hands us private rooms that we never asked for, or asks us into them. Each with what an honest one does.
import { beforeAll, describe, expect, it } from 'vitest';
import { enter, leave, rooms } from '../../../src/core/commands.ts';
import { findRoom } from '../../../src/core/find-room.ts';
import { peerOf } from '../../../src/core/new-state.ts';
import { enqueue } from '../../../src/core/outbox.ts';
import {
  answer,
  createGroup,
  createRoom,
  inviteTo,
  retitle,
} from '../../../src/core/private-commands.ts';
import { publicRoomId } from '../../../src/crypto/room.ts';
import {
  headOf,
  NO_HEAD,
  newPen,
  privateRoomId,
  signHolder,
  signOperation,
} from '../../../src/crypto/room-log.ts';
import { ready } from '../../../src/crypto/sodium.ts';
import { encodeCbor } from '../../../src/protocol/cbor.ts';
import { idBytes } from '../../../src/protocol/ids.ts';
import { RECORD_TYPES } from '../../../src/protocol/record.ts';
import { type Change, encodeOperation } from '../../../src/protocol/room-operation.ts';
import { FakeNet, type FakePerson } from '../../support/fake-net.ts';
import { random } from './forging.ts';

beforeAll(ready);

interface Handed {
  readonly title?: string;
  readonly group?: boolean;
  /** Operations that are claimed. */
  readonly n?: number;
  readonly secret?: Uint8Array;
  /** Done to it behind that. */
  readonly later?: Change;
}

/** The room of `from` that has let `to` in, handed over as its maker likes. Returns its name. */
function hand(net: FakeNet, from: FakePerson, to: FakePerson, handed: Handed = {}): string {
  const { title = '', group = true, n = handed.later ? 3 : 2, secret = random(32) } = handed;
  const pen = newPen(random);
  const room = privateRoomId(pen.publicKey);
  const holder = signHolder(from.profile.me, room, pen);
  const create = { kind: 'create' as const, ...holder, title, group };
  const first = signOperation(pen, { room, n: 0, prev: NO_HEAD }, create);
  const second = signOperation(
    pen,
    { room, n: 1, prev: headOf(room, first) },
    { kind: 'add', ids: [idBytes(to.id)] },
  );
  const { later } = handed;
  const third = later && signOperation(pen, { room, n: 2, prev: headOf(room, second) }, later);
  const ops = [first, second, ...(third ? [third] : [])].map(encodeOperation);
  tell(net, from, to, {
    type: RECORD_TYPES.roomWelcome,
    content: { room: idBytes(room), secret, from: null, ops, n },
  });
  return `+${room}`;
}

/** Somebody’s own program says whatever it likes to somebody, sealed as the protocol says. */
function tell(
  net: FakeNet,
  from: FakePerson,
  to: FakePerson,
  { type, content }: { readonly type: number; readonly content: object },
): void {
  net.command(from, (core) =>
    enqueue(core, peerOf(core, to.id), { type, content: encodeCbor(content) }),
  );
  net.run(500);
}

function listed(person: FakePerson): string[] {
  return rooms(person.core, false).map(({ name }) => name);
}

const ENDLESS = { n: 8_192 };
const MINUTES = 60_000;

describe('[A95 phantom rooms]', () => {
  it('of a stranger, whose log never comes, are one, can be declined, and keep nobody else out', () => {
    const net = new FakeNet({ mailbox: 2_000 });
    const { anna: mallory, ben, cara } = net.trio();
    const first = hand(net, mallory, ben, ENDLESS);
    for (let n = 0; n < 9; n++) hand(net, mallory, ben, ENDLESS);
    expect([...ben.core.rooms.keys()]).toEqual([first]);
    expect(listed(ben)).toEqual([]);
    // Control: a stranger's whole group waits for a word, as ever.
    const group = net.command(cara, (core) => createGroup(core, [mallory.id, ben.id]));
    net.run(3_000);
    expect(listed(ben)).toEqual([group]);
    net.command(ben, (core) => answer(core, first, { accept: false }));
    expect([...ben.core.rooms.keys()]).toEqual([group]);
    // By its first digits it is left, too.
    const second = hand(net, mallory, ben, ENDLESS);
    expect(net.command(ben, (core) => leave(core, second.slice(0, 9)))).toBe(second);
    expect([...ben.core.rooms.keys()]).toEqual([group]);
  });

  it('of somebody familiar are one as well, and of their groups wait 8 in which nobody has spoken', () => {
    const net = new FakeNet({ mailbox: 2_000 });
    const { anna, ben } = net.duo();
    net.send(ben, anna, 'hello');
    net.run(1_000);
    for (let n = 0; n < 12; n++) hand(net, anna, ben, ENDLESS);
    expect(ben.core.rooms.size).toBe(1);
    const groups = Array.from({ length: 12 }, () => hand(net, anna, ben));
    // With the one that never came.
    expect(listed(ben)).toEqual(groups.slice(0, 7));
    // Control: where they were answered, more come.
    net.say(ben, groups[0] ?? '', 'yes?');
    const another = hand(net, anna, ben);
    expect(listed(ben)).toEqual([...groups.slice(0, 7), another]);
    net.command(ben, (core) => enter(core, '#lobby', 'joined'));
    expect(ben.errors).toEqual([]);
  });

  it('are dropped after 10 minutes of running, over restarts', () => {
    const net = new FakeNet({ mailbox: 2_000 });
    const { anna: mallory, ben } = net.duo();
    const phantom = hand(net, mallory, ben, ENDLESS);
    const whole = hand(net, mallory, ben);
    net.run(4 * MINUTES);
    net.restart(ben);
    net.connect(ben);
    net.run(4 * MINUTES);
    expect([...ben.core.rooms.keys()].sort()).toEqual([phantom, whole].sort());
    const rowsOf = (name: string) => [...ben.profile.rows.keys()].filter((at) => at.includes(name));
    expect(rowsOf(phantom)).not.toEqual([]);
    net.run(7 * MINUTES);
    // Control: what has let us in stays.
    expect([...ben.core.rooms.keys()]).toEqual([whole]);
    expect(rowsOf(phantom)).toEqual([]);
    expect(rowsOf(whole)).not.toEqual([]);
  });
});

describe('[A95 strangers’ quota]', () => {
  it('is not got round by a group: nothing of it is read before a person accepts, over restarts', () => {
    const net = new FakeNet({ mailbox: 2_000 });
    const { anna: mallory, ben, cara } = net.trio();
    const subscribed: string[] = [];
    net.tampers.push(({ frame, way, person }) => {
      if (way === 'up' && frame.type === 'sub') subscribed.push(person.name);
      return undefined;
    });
    const name = net.command(mallory, (core) => createGroup(core, [ben.id, cara.id]));
    net.run(3_000);
    for (let n = 0; n < 5; n++) net.say(mallory, name, `flood ${n}`);
    net.run(3_000);
    net.restart(ben);
    net.connect(ben);
    net.run(3_000);
    expect(subscribed).toEqual(['anna']);
    expect(ben.shown).toEqual([]);
    expect(ben.errors).toEqual([]);
    // Control: who accepts reads on from where they were put into it.
    net.command(ben, (core) => answer(core, name, { accept: true }));
    net.run(3_000);
    expect(ben.shown).toEqual([0, 1, 2, 3, 4].map((n) => `${name}anna: flood ${n}`));
    expect(subscribed).toEqual(['anna', 'ben']);
    // Nor does who declines ever come to the topic, or leave it.
    net.command(cara, (core) => answer(core, name, { accept: false }));
    net.run(3_000);
    expect(subscribed).toEqual(['anna', 'ben']);
  });
});

describe('[A95 topic taken]', () => {
  it('a room on the topic of #lobby deafens nobody there', () => {
    const net = new FakeNet({ mailbox: 2_000 });
    const ben = net.arrive('ben', { rooms: ['lobby'] });
    const cara = net.arrive('cara', { rooms: ['lobby'] });
    const mallory = net.arrive('mallory');
    net.run(3_000);
    // Control.
    net.say(cara, 'lobby', 'one');
    net.run(5_000);
    const name = hand(net, mallory, ben, { secret: idBytes(publicRoomId('lobby')) });
    const topics = [...ben.core.rooms.values()].map(({ topic }) => topic);
    expect(new Set(topics).size).toBe(topics.length);
    net.command(ben, (core) => answer(core, name, { accept: true }));
    net.say(cara, 'lobby', 'two');
    net.run(5_000);
    net.command(ben, (core) => leave(core, name));
    net.say(cara, 'lobby', 'three');
    net.run(5_000);
    const said = ben.shown.map((line) => line.slice(line.lastIndexOf(' ') + 1));
    expect(said).toEqual(['one', 'two', 'three']);
  });

  it('nor does one on that of a private room, by who knows its secret', () => {
    const net = new FakeNet({ mailbox: 2_000 });
    const { anna, ben, cara } = net.trio();
    net.send(ben, cara, 'hello');
    net.send(ben, anna, 'hello');
    net.run(1_000);
    const name = net.command(anna, (core) => createGroup(core, [ben.id, cara.id]));
    net.run(3_000);
    const secret = ben.core.rooms.get(name)?.private?.secret;
    if (secret === undefined) throw new Error('no secret');
    hand(net, cara, ben, { secret });
    expect([...ben.core.rooms.keys()]).toEqual([name]);
    // Control: on a topic of its own it is there.
    const other = hand(net, cara, ben);
    expect([...ben.core.rooms.keys()]).toEqual([name, other]);
  });
});

describe('[A91 titled room unasked]', () => {
  it('is entered by nobody, also where it calls itself a group, from the start or later', () => {
    const net = new FakeNet({ mailbox: 2_000 });
    const { anna: mallory, ben } = net.duo();
    const wishes = { title: 'ward 3', readOnly: false, expireSeconds: null };
    const own = net.command(ben, (core) => createRoom(core, wishes));
    hand(net, mallory, ben, { title: 'ward 3' });
    hand(net, mallory, ben, { title: 'ward 3', group: false });
    expect(listed(ben)).toEqual([own]);
    // Control: without a title it is a request, and stays without one.
    const group = hand(net, mallory, ben, { later: { kind: 'title', text: 'ward 3' } });
    expect(listed(ben)).toEqual([own, group]);
    const room = ben.core.rooms.get(group);
    expect(room?.private?.log.operations).toHaveLength(3);
    expect(room?.private?.log).toMatchObject({ title: '', group: true });
    expect(findRoom(ben.core, '+ward 3')?.label).toBe(own);
  });

  it('nor does an honest client give a group a title', () => {
    const net = new FakeNet();
    const { anna, ben, cara } = net.trio();
    const group = net.command(anna, (core) => createGroup(core, [ben.id, cara.id]));
    const rename = () => net.command(anna, (core) => retitle(core, group, 'ward 3'));
    expect(rename).toThrow(/called by who is in it/);
  });
});

describe('[A93 invitation pre-empted]', () => {
  const wishes = { title: 'ward 3', readOnly: false, expireSeconds: null };

  it('by who asks first into somebody’s room: the owner’s is there, over restarts, and is answered', () => {
    const net = new FakeNet({ mailbox: 2_000 });
    const { anna, ben, cara: mallory } = net.trio();
    net.send(ben, anna, 'hello');
    net.run(1_000);
    const name = net.command(anna, (core) => createRoom(core, wishes));
    const room = Buffer.from(name.slice(1), 'hex');
    const type = RECORD_TYPES.roomInvitation;
    const ask = () => {
      const content = { room, invitation: random(16), title: 'ward 3' };
      tell(net, mallory, ben, { type, content });
    };
    ask();
    net.command(anna, (core) => inviteTo(core, name, [ben.id]));
    net.run(3_000);
    ask();
    expect(ben.core.invitations.size).toBe(2);
    net.restart(ben);
    net.connect(ben);
    net.run(3_000);
    net.command(ben, (core) => answer(core, '+ward 3', { accept: true }));
    net.run(3_000);
    expect(listed(ben)).toEqual([name]);
    expect(ben.core.invitations.size).toBe(0);
    expect([...ben.profile.rows.keys()].filter((at) => at.startsWith('invitation/'))).toEqual([]);
  });

  it('nor by one that was accepted, where the owner asks later; and no is meant for all', () => {
    const net = new FakeNet({ mailbox: 2_000 });
    const { anna, ben, cara: mallory } = net.trio();
    const name = net.command(anna, (core) => createRoom(core, wishes));
    const content = { room: Buffer.from(name.slice(1), 'hex'), invitation: random(16), title: 'x' };
    const ask = { type: RECORD_TYPES.roomInvitation, content };
    tell(net, mallory, ben, ask);
    net.command(ben, (core) => answer(core, name, { accept: true }));
    net.command(anna, (core) => inviteTo(core, name, [ben.id]));
    net.run(3_000);
    expect(listed(ben)).toEqual([]);
    net.command(ben, (core) => answer(core, name, { accept: true }));
    net.run(3_000);
    expect(listed(ben)).toEqual([name]);
    net.command(ben, (core) => leave(core, name));
    net.run(3_000);
    tell(net, mallory, ben, ask);
    net.command(anna, (core) => inviteTo(core, name, [ben.id]));
    net.run(3_000);
    expect(ben.core.invitations.size).toBe(2);
    net.command(ben, (core) => answer(core, name, { accept: false }));
    net.run(3_000);
    expect(ben.core.invitations.size).toBe(0);
    expect(anna.core.rooms.get(name)?.private?.invited.size).toBe(0);
  });

  it('one of an earlier version’s row is still there', () => {
    const net = new FakeNet({ mailbox: 2_000 });
    const { anna, ben } = net.duo();
    const name = net.command(anna, (core) => createRoom(core, wishes));
    net.command(anna, (core) => inviteTo(core, name, [ben.id]));
    net.run(3_000);
    const { rows } = ben.profile;
    const place = `invitation/${name.slice(1)}/${anna.id}`;
    const row = rows.get(place);
    if (row === undefined) throw new Error('no row');
    rows.delete(place);
    rows.set(`invitation/${name.slice(1)}`, row);
    net.restart(ben);
    net.connect(ben);
    net.run(1_000);
    expect([...rows.keys()].filter((at) => at.startsWith('invitation/'))).toEqual([place]);
    net.command(ben, (core) => answer(core, name, { accept: true }));
    net.run(3_000);
    expect(listed(ben)).toEqual([name]);
  });
});
