// Private rooms between cores: who is in, who reads what, what each member sees of it.
import { beforeAll, describe, expect, it } from 'vitest';
import { rooms } from '../../src/core/commands.ts';
import {
  answer,
  closeRoom,
  createGroup,
  createRoom,
  inviteTo,
  removeFrom,
  retitle,
  setModerator,
  setRoom,
  setTopic,
  transfer,
} from '../../src/core/private-commands.ts';
import type { PrivateRoom } from '../../src/core/private-state.ts';
import { roomOf } from '../../src/core/room-roster.ts';
import { ask } from '../../src/core/say.ts';
import { ready } from '../../src/crypto/sodium.ts';
import { decodeHeader } from '../../src/protocol/envelope.ts';
import { peerPrefix } from '../../src/protocol/ids.ts';
import { FakeNet, type FakePerson } from '../support/fake-net.ts';

beforeAll(ready);

const WISHES = { title: 'ward 3', readOnly: false, expireSeconds: null };

/** A room of anna's, with the others in it. */
function privateRoom(net: FakeNet, owner: FakePerson, others: readonly FakePerson[]): string {
  const name = net.command(owner, (core) => createRoom(core, WISHES));
  invited(net, { owner, name }, others);
  return name;
}

function invited(
  net: FakeNet,
  { owner, name }: { readonly owner: FakePerson; readonly name: string },
  others: readonly FakePerson[],
): void {
  net.command(owner, (core) =>
    inviteTo(
      core,
      name,
      others.map(({ id }) => id),
    ),
  );
  net.run(1_000);
  for (const other of others) net.command(other, (core) => answer(core, name, { accept: true }));
  net.run(2_000);
}

function room(person: FakePerson, name: string): PrivateRoom {
  const inner = person.core.rooms.get(name)?.private ?? null;
  if (inner === null) throw new Error(`${person.name} is not in the room`);
  return inner;
}

function members(person: FakePerson, name: string): string[] {
  const room = person.core.rooms.get(name);
  if (room === undefined) return [];
  return [...roomOf(person.core, room).members].sort();
}

function ids(people: readonly FakePerson[]): string[] {
  return people.map(({ id }) => id).sort();
}

function changes(person: FakePerson): string[] {
  return person.changes.map(({ what, who, text }) =>
    [what, ...who.map(({ nick }) => nick), ...(text === undefined ? [] : [text])].join(' '),
  );
}

/** What one sends another comes so much later. Returns what ends that. */
function delayed(
  net: FakeNet,
  { from, to, byMs }: { readonly from: FakePerson; readonly to: FakePerson; readonly byMs: number },
): () => void {
  let isOn = true;
  net.tampers.push(({ frame, way, person }) => {
    if (!isOn || way === 'down' || person !== from || frame.type !== 'send') return undefined;
    const header = decodeHeader(frame.blob);
    const isTheirs = header.kind === 'direct' && header.recipient === peerPrefix(to.id);
    return isTheirs ? [{ frame, delayMs: byMs }] : undefined;
  });
  return () => {
    isOn = false;
  };
}

function trio() {
  const net = new FakeNet({ mailbox: 2_000 });
  return { net, ...net.trio() };
}

describe('a private room', () => {
  it('is entered by who was asked and said yes, and all see the same members', () => {
    const { net, anna, ben, cara } = trio();
    const name = privateRoom(net, anna, [ben, cara]);
    for (const person of [anna, ben, cara]) {
      expect(members(person, name)).toEqual(ids([anna, ben, cara]));
    }
    expect(ben.eventsOf('invitation')[0]?.invitation).toMatchObject({
      room: name,
      title: 'ward 3',
      from: { nick: 'anna' },
    });
    net.say(anna, name, 'hello');
    net.run(2_000);
    net.say(cara, name, 'hi');
    net.run(2_000);
    expect(ben.shown).toEqual([`${name}anna: hello`, `${name}cara: hi`]);
    expect(changes(anna)).toEqual(['created anna ward 3', 'added ben', 'added cara']);
    expect(changes(cara)).toEqual(['added cara']);
  });

  it('stays closed to who says no', () => {
    const { net, anna, ben } = trio();
    const name = net.command(anna, (core) => createRoom(core, WISHES));
    net.command(anna, (core) => inviteTo(core, name, [ben.id]));
    net.run(1_000);
    net.command(ben, (core) => answer(core, name, { accept: false }));
    net.run(1_000);
    expect(members(anna, name)).toEqual(ids([anna]));
    expect(anna.core.rooms.get(name)?.private?.invited.size).toBe(0);
    expect(rooms(ben.core, true)).toEqual([]);
  });

  it('shows a newcomer nothing of before, and who was taken out nothing of after', () => {
    const { net, anna, ben, cara } = trio();
    const name = privateRoom(net, anna, [ben]);
    net.say(anna, name, 'before');
    net.run(2_000);
    invited(net, { owner: anna, name }, [cara]);
    net.say(anna, name, 'while');
    net.say(ben, name, 'while too');
    net.run(2_000);
    net.command(anna, (core) => removeFrom(core, name, [cara.id]));
    net.say(anna, name, 'after');
    net.run(2_000);
    net.say(ben, name, 'after too');
    net.run(5_000);
    expect(cara.messages.map(({ text }) => text).sort()).toEqual(['while', 'while too']);
    expect(ben.messages.map(({ text }) => text)).toEqual(['before', 'while', 'after']);
    expect(changes(cara)).toEqual(['added cara', 'removed cara']);
    expect(cara.eventsOf('room-left').map(({ room }) => room)).toEqual([name]);
    expect(members(ben, name)).toEqual(ids([anna, ben]));
  });

  it('is read later by a member who was away, with what was done to it meanwhile', () => {
    const { net, anna, ben, cara } = trio();
    const name = privateRoom(net, anna, [ben, cara]);
    net.say(ben, name, 'one');
    net.run(2_000);
    net.cut(cara);
    net.say(anna, name, 'two');
    net.run(2_000);
    net.say(ben, name, 'last words of ben');
    net.run(2_000);
    net.command(anna, (core) => removeFrom(core, name, [ben.id]));
    net.run(2_000);
    net.say(anna, name, 'three');
    net.run(2_000);
    net.restart(cara);
    net.connect(cara);
    net.run(20_000);
    expect(cara.messages.map(({ text }) => text)).toEqual([
      'one',
      'two',
      'last words of ben',
      'three',
    ]);
    expect(cara.gaps).toEqual([]);
    expect(members(cara, name)).toEqual(ids([anna, cara]));
  });

  it('is left by a member, and the owner’s client says it last', () => {
    const { net, anna, ben, cara } = trio();
    const name = privateRoom(net, anna, [ben, cara]);
    net.leave(ben, name);
    net.run(2_000);
    for (const person of [anna, cara]) {
      expect(members(person, name)).toEqual(ids([anna, cara]));
      expect(changes(person).at(-1)).toBe('left ben');
    }
    expect(rooms(ben.core, true)).toEqual([]);
    expect(() => net.leave(anna, name)).toThrow(/transfer it/);
  });

  it('is moderated: a moderator takes out members, and nobody else', () => {
    const { net, anna, ben, cara } = trio();
    const dora = net.arrive('dora');
    net.run(500);
    const name = privateRoom(net, anna, [ben, cara, dora]);
    expect(() => net.command(ben, (core) => removeFrom(core, name, [cara.id]))).toThrow(
      /moderators only members/,
    );
    for (const peer of [ben.id, dora.id]) {
      net.command(anna, (core) => setModerator(core, name, { peer, on: true }));
    }
    net.run(2_000);
    for (const target of [anna, dora]) {
      expect(() => net.command(ben, (core) => removeFrom(core, name, [target.id]))).toThrow(
        /moderators only members/,
      );
    }
    net.command(ben, (core) => removeFrom(core, name, [cara.id]));
    net.run(2_000);
    for (const person of [anna, ben, dora]) {
      expect(members(person, name)).toEqual(ids([anna, ben, dora]));
    }
    expect(rooms(cara.core, true)).toEqual([]);
  });

  it('keeps a struck member from reading on while the owner is away', () => {
    const { net, anna, ben, cara } = trio();
    const dora = net.arrive('dora');
    net.run(500);
    const name = privateRoom(net, anna, [ben, cara, dora]);
    net.command(anna, (core) => setModerator(core, name, { peer: ben.id, on: true }));
    net.say(dora, name, 'all read this');
    net.run(2_000);
    net.cut(anna);
    net.command(ben, (core) => removeFrom(core, name, [cara.id]));
    net.run(1_000);
    net.say(dora, name, 'not for cara');
    net.say(cara, name, 'still here?');
    net.run(5_000);
    expect(cara.messages.map(({ text }) => text)).toEqual(['all read this']);
    expect(ben.messages.map(({ text }) => text)).toEqual(['all read this', 'not for cara']);
    net.connect(anna);
    net.run(5_000);
    for (const person of [anna, ben, dora]) {
      expect(members(person, name)).toEqual(ids([anna, ben, dora]));
    }
  });

  it('is renamed, given a topic and a timer, made read-only, handed over and closed', () => {
    const { net, anna, ben, cara } = trio();
    const name = privateRoom(net, anna, [ben, cara]);
    net.command(anna, (core) => retitle(core, name, 'ward 4'));
    net.command(anna, (core) => setTopic(core, name, 'night shift'));
    net.command(anna, (core) => setRoom(core, name, { readOnly: true, expireSeconds: 3_600 }));
    net.command(anna, (core) => setModerator(core, name, { peer: cara.id, on: true }));
    net.run(2_000);
    expect(() => net.say(ben, name, 'may I?')).toThrow(/only its owner and its moderators/);
    net.say(cara, name, 'I may');
    net.run(2_000);
    expect(ben.shown).toEqual([`${name}cara: I may`]);
    net.command(anna, (core) => transfer(core, name, ben.id));
    net.run(3_000);
    const seen = [anna, ben, cara].map((person) => {
      const room = person.core.rooms.get(name);
      return room === undefined ? null : roomOf(person.core, room);
    });
    for (const room of seen) {
      expect(room).toMatchObject({
        ...{ title: 'ward 4', topic: 'night shift', readOnly: true, expireSeconds: 3_600 },
        ...{ owner: ben.id, moderators: [cara.id] },
      });
    }
    expect(() => net.command(anna, (core) => retitle(core, name, 'mine'))).toThrow(
      /only its owner/,
    );
    net.command(ben, (core) => setRoom(core, name, { readOnly: false }));
    net.run(1_000);
    net.leave(anna, name);
    net.run(2_000);
    expect(members(cara, name)).toEqual(ids([ben, cara]));
    net.command(ben, (core) => closeRoom(core, name));
    net.run(2_000);
    expect(() => net.say(cara, name, 'anybody?')).toThrow(/closed/);
  });

  it('survives a restart of everybody, with its owner’s pen', () => {
    const { net, anna, ben, cara } = trio();
    const name = privateRoom(net, anna, [ben]);
    for (const person of [anna, ben, cara]) {
      net.cut(person);
      net.restart(person);
      net.connect(person);
    }
    net.run(5_000);
    invited(net, { owner: anna, name }, [cara]);
    net.say(ben, name, 'after it');
    net.run(3_000);
    expect(anna.shown).toEqual([`${name}ben: after it`]);
    expect(cara.shown).toEqual([`${name}ben: after it`]);
  });
});

describe('a private room, where what belongs together comes apart', () => {
  it('reads who was let in again, though their key overtakes the word that they are back', () => {
    const { net, anna, ben, cara } = trio();
    const name = privateRoom(net, anna, [ben, cara]);
    net.command(anna, (core) => removeFrom(core, name, [ben.id]));
    net.run(2_000);
    delayed(net, { from: anna, to: cara, byMs: 10_000 });
    invited(net, { owner: anna, name }, [ben]);
    net.say(ben, name, 'again');
    net.run(60_000);
    expect(cara.shown).toEqual([`${name}ben: again`]);
    expect(cara.gaps).toEqual([]);
  });

  it('shows nothing that somebody said while they were out, when they are back', () => {
    const { net, anna, ben, cara } = trio();
    const name = privateRoom(net, anna, [ben, cara]);
    const end = delayed(net, { from: anna, to: cara, byMs: 4_000 });
    net.command(anna, (core) => removeFrom(core, name, [cara.id]));
    net.say(cara, name, 'outside');
    net.run(1_000);
    end();
    net.run(4_000);
    invited(net, { owner: anna, name }, [cara]);
    net.say(cara, name, 'inside');
    net.run(20_000);
    for (const person of [anna, ben]) expect(person.shown).toEqual([`${name}cara: inside`]);
  });

  it('says nothing of a difference that the owner’s word has settled', () => {
    const { net, anna, ben, cara } = trio();
    const name = privateRoom(net, anna, [ben, cara]);
    delayed(net, { from: anna, to: cara, byMs: 6_000 });
    net.command(anna, (core) => retitle(core, name, 'ward 4'));
    net.run(1_000);
    net.say(ben, name, 'in ward 4');
    net.run(1_000);
    expect(cara.shown).toEqual([]);
    net.run(60_000);
    expect(cara.shown).toEqual([`${name}ben: in ward 4`]);
    expect(cara.errors).toEqual([]);
  });

  it('is left before the next invitation is read, where both come at once', () => {
    const { net, anna, ben, cara } = trio();
    const name = privateRoom(net, anna, [ben, cara]);
    // The invitation waits for what went before it.
    const end = delayed(net, { from: anna, to: ben, byMs: 3_000 });
    net.command(anna, (core) => removeFrom(core, name, [ben.id]));
    net.run(100);
    end();
    net.command(anna, (core) => inviteTo(core, name, [ben.id]));
    net.run(1_000);
    expect(rooms(ben.core, true)).toHaveLength(1);
    net.run(5_000);
    expect(ben.eventsOf('invitation')).toHaveLength(2);
    net.command(ben, (core) => answer(core, name, { accept: true }));
    net.run(2_000);
    for (const person of [anna, ben, cara]) {
      expect(members(person, name)).toEqual(ids([anna, ben, cara]));
    }
  });

  it('hears of a leave again where it reached nobody who is still in it', () => {
    const { net, anna, ben, cara } = trio();
    const name = privateRoom(net, anna, [cara]);
    net.cut(cara);
    net.leave(cara, name);
    invited(net, { owner: anna, name }, [ben]);
    net.command(anna, (core) => transfer(core, name, ben.id));
    net.run(2_000);
    net.leave(anna, name);
    net.run(2_000);
    expect(members(ben, name)).toEqual(ids([ben, cara]));
    net.restart(cara);
    net.connect(cara);
    net.run(20_000);
    // That anna went was handed to cara as well.
    expect(members(ben, name)).toEqual(ids([ben]));
    expect(changes(ben).at(-1)).toBe('left cara');
    // Control: they can come again, and stay.
    invited(net, { owner: ben, name }, [cara]);
    net.command(ben, (core) => retitle(core, name, 'ward 6'));
    net.run(2_000);
    for (const person of [ben, cara]) expect(members(person, name)).toEqual(ids([ben, cara]));
  });

  it('is not left by who is just being made its owner', () => {
    const { net, anna, ben, cara } = trio();
    const name = privateRoom(net, anna, [ben, cara]);
    net.command(anna, (core) => transfer(core, name, ben.id));
    while (room(ben, name).promisedAtMs === null) net.run(1);
    expect(() => net.leave(ben, name)).toThrow(/wait until it is yours/);
    net.run(2_000);
    for (const person of [anna, ben, cara]) {
      expect(room(person, name).log.owner).toBe(ben.id);
      expect(members(person, name)).toEqual(ids([anna, ben, cara]));
    }
  });

  it('holds nobody whose promise to take it over comes to nothing', () => {
    const { net, anna, ben, cara } = trio();
    const name = privateRoom(net, anna, [ben, cara]);
    net.command(anna, (core) => transfer(core, name, ben.id));
    while (room(ben, name).promisedAtMs === null) net.run(1);
    net.cut(anna);
    net.run(5 * 60_000);
    net.cut(ben);
    net.restart(ben);
    net.connect(ben);
    expect(() => net.leave(ben, name)).toThrow(/wait until it is yours/);
    net.run(11 * 60_000);
    net.leave(ben, name);
    expect(rooms(ben.core, true)).toEqual([]);
  });
});

describe('what disappears in a private room', () => {
  it('is what is said there, polls as well, so long after it was said or came', () => {
    const { net, anna, ben } = trio();
    const name = privateRoom(net, anna, [ben]);
    net.command(anna, (core) => setRoom(core, name, { expireSeconds: 60 }));
    net.run(1_000);
    net.say(ben, name, 'gone soon');
    net.command(anna, (core) =>
      ask(core, { room: name, question: 'lunch?', choices: ['soup', 'rice'], anonymous: false }),
    );
    net.run(2_000);
    const expiring = [...anna.events, ...ben.events].flatMap((event) =>
      event.type === 'message' && event.message.expires !== undefined ? [event.message.text] : [],
    );
    expect(expiring.sort()).toEqual(['gone soon', 'gone soon', 'lunch?', 'lunch?']);
    net.run(61_000);
    const gone = [anna, ben].map(
      ({ profile }) => profile.history.filter(({ type }) => type === 'expire').length,
    );
    expect(gone).toEqual([2, 2]);
  });
});

describe('a group of chosen people', () => {
  it('is there at once for who knows its maker, and its first message is read', () => {
    const { net, anna, ben, cara } = trio();
    for (const friend of [ben, cara]) net.send(friend, anna, 'hi');
    net.run(1_000);
    const name = net.command(anna, (core) => createGroup(core, [ben.id, cara.id]));
    net.say(anna, name, 'lunch?');
    net.run(4_000);
    for (const friend of [ben, cara]) {
      expect(friend.shown).toEqual([`${name}anna: lunch?`]);
      expect(members(friend, name)).toEqual(ids([anna, ben, cara]));
    }
    net.say(ben, name, 'yes');
    net.run(2_000);
    expect(cara.shown).toEqual([`${name}anna: lunch?`, `${name}ben: yes`]);
    expect(net.command(anna, (core) => createGroup(core, [cara.id, ben.id]))).toBe(name);
  });

  it('waits for a person’s word where its maker is a stranger', () => {
    const { net, anna, ben, cara } = trio();
    const name = net.command(anna, (core) => createGroup(core, [ben.id, cara.id]));
    net.say(anna, name, 'buy this');
    net.run(3_000);
    const room = ben.core.rooms.get(name);
    if (room === undefined) throw new Error('no room');
    expect(roomOf(ben.core, room)).toMatchObject({ kind: 'group', request: true });
    expect(() => net.say(ben, name, 'who are you?')).toThrow(/accept it first/);
    net.command(ben, (core) => answer(core, name, { accept: true }));
    net.say(ben, name, 'no');
    net.run(2_000);
    expect(anna.shown).toEqual([`${name}ben: no`]);
    net.command(cara, (core) => answer(core, name, { accept: false }));
    net.run(2_000);
    expect(members(anna, name)).toEqual(ids([anna, ben]));
  });

  it('makes nobody its owner whom a stranger put into it', () => {
    const { net, anna, ben, cara } = trio();
    const name = net.command(anna, (core) => createGroup(core, [ben.id, cara.id]));
    net.run(2_000);
    net.command(anna, (core) => transfer(core, name, ben.id));
    net.run(5_000);
    expect(room(anna, name).log.owner).toBe(anna.id);
    net.command(ben, (core) => answer(core, name, { accept: false }));
    net.run(2_000);
    expect(members(anna, name)).toEqual(ids([anna, cara]));
    // Control: who knows its maker takes it over.
    net.command(cara, (core) => answer(core, name, { accept: true }));
    net.command(anna, (core) => transfer(core, name, cara.id));
    net.run(5_000);
    expect(room(anna, name).log.owner).toBe(cara.id);
  });
});
