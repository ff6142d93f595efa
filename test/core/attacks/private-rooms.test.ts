// Attacks on private rooms: on their logs, on who is in them, on who is heard there. Each with what an honest one does.
import { beforeAll, describe, expect, it } from 'vitest';
import { changeContact } from '../../../src/core/contacts.ts';
import { peerOf } from '../../../src/core/new-state.ts';
import { enqueue } from '../../../src/core/outbox.ts';
import {
  answer,
  createGroup,
  createRoom,
  inviteTo,
  removeFrom,
  retitle,
  setModerator,
  setRoom,
  setTopic,
} from '../../../src/core/private-commands.ts';
import type { PrivateRoom } from '../../../src/core/private-state.ts';
import { extendLog, headOfLog } from '../../../src/core/room-log.ts';
import { roomOf } from '../../../src/core/room-roster.ts';
import type { RoomState } from '../../../src/core/room-state.ts';
import { signJoin } from '../../../src/crypto/room.ts';
import { newSenderChain } from '../../../src/crypto/room-chain.ts';
import {
  newPen,
  penFromSeed,
  penSeed,
  privateRoomId,
  signHolder,
  signOperation,
  signStrike,
} from '../../../src/crypto/room-log.ts';
import { ready } from '../../../src/crypto/sodium.ts';
import { encodeCbor } from '../../../src/protocol/cbor.ts';
import { decodeHeader } from '../../../src/protocol/envelope.ts';
import { UsageError } from '../../../src/protocol/errors.ts';
import { encodeJoinProof } from '../../../src/protocol/frames.ts';
import { idBytes, type PeerId, peerPrefix, StreamId } from '../../../src/protocol/ids.ts';
import { RECORD_TYPES } from '../../../src/protocol/record.ts';
import { type Change, encodeOperation } from '../../../src/protocol/room-operation.ts';
import { FakeNet, type FakePerson, type NetOptions } from '../../support/fake-net.ts';
import { random } from './forging.ts';

beforeAll(ready);

interface Scene {
  readonly net: FakeNet;
  readonly anna: FakePerson;
  readonly ben: FakePerson;
  readonly cara: FakePerson;
  readonly mallory: FakePerson;
  readonly name: string;
}

/** anna's room, with ben and cara in it; mallory is on the relay, and not in the room. */
function scene(options: NetOptions = { mailbox: 2_000 }): Scene {
  const net = new FakeNet(options);
  const { anna, ben, cara } = net.trio();
  const mallory = net.arrive('mallory');
  net.run(500);
  const wishes = { title: 'ward 3', readOnly: false, expireSeconds: null };
  const name = net.command(anna, (core) => createRoom(core, wishes));
  const all = { net, anna, ben, cara, mallory, name };
  letIn(all, [ben, cara]);
  return all;
}

function letIn({ net, anna, name }: Scene, people: readonly FakePerson[]): void {
  net.command(anna, (core) =>
    inviteTo(
      core,
      name,
      people.map(({ id }) => id),
    ),
  );
  net.run(1_000);
  for (const each of people) net.command(each, (core) => answer(core, name, { accept: true }));
  net.run(2_000);
}

function room(person: FakePerson, name: string): RoomState & { readonly private: PrivateRoom } {
  const found = person.core.rooms.get(name);
  if (found === undefined || found.private === null) throw new Error(`${person.name} is not in it`);
  return { ...found, private: found.private };
}

function members(person: FakePerson, name: string): string[] {
  const found = person.core.rooms.get(name);
  return found === undefined ? [] : [...roomOf(person.core, found).members].sort();
}

function ids(...people: readonly FakePerson[]): string[] {
  return people.map(({ id }) => id).sort();
}

interface Sent {
  readonly type: number;
  readonly content: object;
}

/** Somebody’s own program says whatever it likes to somebody, sealed as the protocol says. */
function tell(net: FakeNet, from: FakePerson, to: FakePerson, { type, content }: Sent): void {
  net.command(from, (core) =>
    enqueue(core, peerOf(core, to.id), { type, content: encodeCbor(content) }),
  );
  net.run(2_000);
}

function operations(name: string, ops: readonly Uint8Array[]): Sent {
  const content = { room: roomBytes(name), ops };
  return { type: RECORD_TYPES.roomOperations, content };
}

function roomBytes(name: string): Uint8Array {
  return Buffer.from(name.slice(1), 'hex');
}

/** The next operation on the room as `by` knows it, under the pen of its owner’s copy. */
function next(owner: FakePerson, name: string, change: Change): Uint8Array {
  const { roomId, private: inner } = room(owner, name);
  const { n, hash: prev } = headOfLog(inner.log);
  if (inner.pen === null) throw new Error('not the owner');
  return encodeOperation(signOperation(inner.pen, { room: roomId, n: n + 1, prev }, change));
}

function title(text: string): Change {
  return { kind: 'title', text };
}

describe('[A24 forked log]', () => {
  it('two operations at one number freeze the room for everybody who sees them', () => {
    const { net, anna, ben, cara, name } = scene();
    const one = next(anna, name, title('one'));
    const two = next(anna, name, title('two'));
    // Control: one alone is the owner's.
    tell(net, anna, ben, operations(name, [one]));
    expect(room(ben, name).private.log.title).toBe('one');
    expect(ben.errors).toEqual([]);
    tell(net, anna, cara, operations(name, [two]));
    expect(room(cara, name).private.log.title).toBe('two');
    // Either's words show the other that there are two.
    net.say(cara, name, 'what is it called?');
    net.run(20_000);
    for (const person of [ben, cara]) {
      expect(person.errors, person.name).toContain('room-forked');
      expect(() => net.say(person, name, 'more')).toThrow(/two histories/);
    }
    expect(ben.shown).toEqual([]);
  });

  it('is no proof where anybody but the owner signed it', () => {
    const { net, anna, ben, cara, name } = scene();
    const { roomId, private: inner } = room(ben, name);
    const { n, hash: prev } = headOfLog(inner.log);
    const pen = newPen(random);
    const forged = signOperation(pen, { room: roomId, n, prev }, title('mine'));
    tell(net, ben, cara, operations(name, [encodeOperation(forged)]));
    const after = signOperation(pen, { room: roomId, n: n + 1, prev }, title('mine'));
    tell(net, ben, cara, operations(name, [encodeOperation(after)]));
    expect(room(cara, name).private).toMatchObject({ fork: null, log: { title: 'ward 3' } });
    // Control: the same from the owner's pen counts.
    tell(net, ben, cara, operations(name, [next(anna, name, title('hers'))]));
    expect(room(cara, name).private.log.title).toBe('hers');
  });

  it('truncated, reordered or with a hole, it changes nothing, and the rest is asked for', () => {
    const { net, anna, cara, name } = scene();
    const hidden: Uint8Array[] = [];
    // A relay that withholds what goes to cara.
    let withholds = true;
    net.tampers.push(({ frame, way, person }) =>
      withholds && way === 'down' && person === cara && frame.type === 'deliver' ? [] : undefined,
    );
    for (const text of ['one', 'two', 'three']) {
      hidden.push(next(anna, name, title(text)));
      net.command(anna, (core) => retitle(core, name, text));
    }
    const [one, two, three] = hidden;
    if (one === undefined || two === undefined || three === undefined) throw new Error('no ops');
    const { roomId, private: inner } = room(cara, name);
    const from = { room: roomId, log: inner.log };
    expect(extendLog(from, [three]).kind).toBe('ahead');
    expect(extendLog(from, [one, three]).kind).toBe('ahead');
    expect(extendLog(from, [two, one]).kind).toBe('ahead');
    expect(extendLog(from, [one.subarray(0, -1)]).kind).toBe('invalid');
    // Control.
    expect(extendLog(from, [one, two, three])).toMatchObject({ log: { title: 'three' } });
    withholds = false;
    net.run(60_000);
    expect(room(cara, name).private.log.title).toBe('three');
    expect(cara.errors).toEqual([]);
  });

  it('holds in every bit', () => {
    const { anna, cara, name } = scene();
    const good = next(anna, name, { kind: 'read-only', on: true });
    const { roomId, private: inner } = room(cara, name);
    const from = { room: roomId, log: inner.log };
    expect(extendLog(from, [good])).toMatchObject({ kind: 'extended', log: { readOnly: true } });
    for (let bit = 0; bit < good.length * 8; bit++) {
      const bad = good.slice();
      bad[bit >>> 3] = (bad[bit >>> 3] ?? 0) ^ (1 << (bit & 7));
      expect(['invalid', 'ahead']).toContain(extendLog(from, [bad]).kind);
    }
  });
});

describe('[A25 revoked moderator]', () => {
  it('takes nobody out, nor by what it signed before', () => {
    const { net, anna, ben, cara, name } = scene();
    net.command(anna, (core) => setModerator(core, name, { peer: ben.id, on: true }));
    net.run(1_000);
    const strike = (of: FakePerson) => {
      const { n, hash: head } = headOfLog(room(of, name).private.log);
      const { me } = of.core;
      const place = { room: room(of, name).roomId, n, head, target: cara.id };
      const signed = { ed: me.ed25519, x: me.x25519, signature: signStrike(me, place) };
      return {
        type: RECORD_TYPES.roomStrike,
        content: { room: roomBytes(name), n, head, id: idBytes(cara.id), ...signed },
      };
    };
    const before = strike(ben);
    net.command(anna, (core) => setModerator(core, name, { peer: ben.id, on: false }));
    net.run(1_000);
    for (const sent of [before, strike(ben)]) tell(net, ben, anna, sent);
    expect(members(anna, name)).toEqual(ids(anna, ben, cara));
    // Control: granted again, the next counts.
    net.command(anna, (core) => setModerator(core, name, { peer: ben.id, on: true }));
    net.run(1_000);
    tell(net, ben, anna, before);
    expect(members(anna, name)).toEqual(ids(anna, ben, cara));
    tell(net, ben, anna, strike(ben));
    expect(members(anna, name)).toEqual(ids(anna, ben));
  });
});

describe('[A27 queued before a removal]', () => {
  it('goes out under a key that who was taken out never had', () => {
    const { net, anna, ben, cara, name } = scene();
    net.say(ben, name, 'for both');
    net.run(2_000);
    net.cut(ben);
    net.say(ben, name, 'not for cara');
    net.command(anna, (core) => removeFrom(core, name, [cara.id]));
    net.run(1_000);
    net.connect(ben);
    net.run(10_000);
    expect(anna.messages.map(({ text }) => text)).toEqual(['for both', 'not for cara']);
    expect(cara.messages.map(({ text }) => text)).toEqual(['for both']);
    const { own } = room(ben, name);
    expect(own?.holders.has(cara.id)).toBe(false);
  });
});

describe('[A28 re-added]', () => {
  it('reads nothing that was said while outside', () => {
    const all = scene();
    const { net, anna, ben, cara, name } = all;
    net.say(ben, name, 'one');
    net.run(2_000);
    net.command(anna, (core) => removeFrom(core, name, [cara.id]));
    net.run(1_000);
    net.say(ben, name, 'two');
    net.run(2_000);
    letIn(all, [cara]);
    net.say(ben, name, 'three');
    net.run(10_000);
    expect(cara.messages.map(({ text }) => text)).toEqual(['one', 'three']);
    expect(anna.messages.map(({ text }) => text)).toEqual(['one', 'two', 'three']);
  });
});

describe('[A91 ghost member]', () => {
  it('of the relay’s or a member’s making is on no list and is given no key', () => {
    const { net, anna, ben, mallory, name } = scene();
    const { secret } = room(ben, name).private;
    // ben gives the room away: its secret, its log, and his word.
    const { log } = room(ben, name).private;
    tell(net, ben, mallory, {
      type: RECORD_TYPES.roomWelcome,
      content: {
        ...{ room: roomBytes(name), secret, from: null },
        ...{ ops: log.operations, n: log.operations.length },
      },
    });
    expect(mallory.core.rooms.has(name)).toBe(false);
    tell(net, ben, anna, operations(name, [addedBy(ben, name, mallory)]));
    net.say(anna, name, 'secret');
    net.run(5_000);
    for (const person of [anna, ben]) expect(members(person, name)).not.toContain(mallory.id);
    expect(room(anna, name).own?.holders.has(mallory.id)).toBe(false);
    expect(mallory.shown).toEqual([]);
    // Control: the owner's word makes a member, and everybody sees it.
    letIn({ ...scene(), net, anna, ben, mallory, name }, [mallory]);
    expect(members(ben, name)).toContain(mallory.id);
  });

  it('is nobody who never said yes: a named room is not entered by a welcome alone', () => {
    const { net, anna, mallory, name } = scene();
    const { private: inner } = room(anna, name);
    const welcome = {
      type: RECORD_TYPES.roomWelcome,
      content: {
        room: roomBytes(name),
        secret: inner.secret,
        from: null,
        n: inner.log.operations.length + 1,
        ops: [
          ...inner.log.operations,
          next(anna, name, { kind: 'add', ids: [idBytes(mallory.id)] }),
        ],
      },
    };
    tell(net, anna, mallory, welcome);
    expect(mallory.core.rooms.size).toBe(0);
    // Control: asked and answered, the same welcome lets them in.
    net.command(anna, (core) => inviteTo(core, name, [mallory.id]));
    net.run(1_000);
    net.command(mallory, (core) => answer(core, name, { accept: true }));
    net.run(2_000);
    expect(members(mallory, name)).toContain(mallory.id);
  });
});

/** An operation that only its maker's own pen signed. */
function addedBy(person: FakePerson, name: string, whom: FakePerson): Uint8Array {
  const { roomId, private: inner } = room(person, name);
  const { n, hash: prev } = headOfLog(inner.log);
  const change: Change = { kind: 'add', ids: [idBytes(whom.id)] };
  return encodeOperation(signOperation(newPen(random), { room: roomId, n: n + 1, prev }, change));
}

describe('[A92 numbers of the log]', () => {
  it('are nobody’s to speak under, the owner’s neither: what was done to the room keeps its place', () => {
    const { net, anna, ben, name } = scene();
    const own = anna.core.rooms.get(name);
    if (own === undefined) throw new Error('no room');
    const { stream } = own;
    own.stream = StreamId.fromBytes(new Uint8Array(StreamId.sizeBytes));
    net.say(anna, name, 'never');
    net.run(3_000);
    expect(ben.shown).toEqual([]);
    // Control.
    own.stream = stream;
    net.say(anna, name, 'now');
    net.run(40_000);
    expect(ben.shown).toEqual([`${name}anna: now`]);
  });
});

describe('[A92 owner’s pen copied]', () => {
  it('shows as two histories, and the room is frozen, not taken', () => {
    const { net, anna, ben, cara, mallory, name } = scene();
    const { pen } = room(anna, name).private;
    if (pen === null) throw new Error('no pen');
    // ben has a copy of anna's disk, and adds a friend.
    const copy = penFromSeed(penSeed(pen));
    const { roomId, private: inner } = room(ben, name);
    const { n, hash: prev } = headOfLog(inner.log);
    const change: Change = { kind: 'add', ids: [idBytes(mallory.id)] };
    const stolen = encodeOperation(signOperation(copy, { room: roomId, n: n + 1, prev }, change));
    tell(net, ben, cara, operations(name, [stolen]));
    expect(members(cara, name)).toContain(mallory.id);
    net.command(anna, (core) => setRoom(core, name, { readOnly: true }));
    net.run(5_000);
    for (const person of [anna, cara]) {
      expect(person.errors, person.name).toContain('room-forked');
      expect(() => net.say(person, name, 'on?')).toThrow(/two histories/);
    }
  });

  it('makes nobody the owner: a pen is bound to its holder’s signature', () => {
    const { ben, cara, name } = scene();
    const pen = newPen(random);
    const id = privateRoomId(pen.publicKey);
    const change: Change = {
      ...{ kind: 'create', ...signHolder(ben.profile.me, id, pen), title: '', group: true },
    };
    const made = encodeOperation(
      signOperation(pen, { room: id, n: 0, prev: new Uint8Array(32) }, change),
    );
    // Control.
    expect(extendLog({ room: id, log: null }, [made])).toMatchObject({ log: { owner: ben.id } });
    const { ed25519: ed, x25519: x } = cara.profile.me;
    const stolen = encodeOperation(
      signOperation(pen, { room: id, n: 0, prev: new Uint8Array(32) }, { ...change, ed, x }),
    );
    expect(extendLog({ room: id, log: null }, [stolen]).kind).toBe('invalid');
    const { roomId } = room(cara, name);
    expect(extendLog({ room: roomId, log: null }, [made]).kind).toBe('invalid');
  });
});

describe('[A93 invitation]', () => {
  it('replayed after its answer, or forwarded to another, lets nobody in', () => {
    const { net, anna, ben, mallory, name } = scene();
    const dora = net.arrive('dora');
    net.run(500);
    net.command(anna, (core) => inviteTo(core, name, [dora.id]));
    net.run(1_000);
    const [known] = [...dora.core.invitations.values()];
    if (known === undefined) throw new Error('not invited');
    const yes = {
      type: RECORD_TYPES.roomAnswer,
      content: { room: roomBytes(name), invitation: known.invitation, accept: true },
    };
    tell(net, mallory, anna, yes);
    expect(members(anna, name)).not.toContain(mallory.id);
    // Control: from whom it was meant for, it counts, once.
    net.command(dora, (core) => answer(core, name, { accept: true }));
    net.run(2_000);
    expect(members(anna, name)).toContain(dora.id);
    net.command(anna, (core) => removeFrom(core, name, [dora.id]));
    net.run(1_000);
    tell(net, dora, anna, yes);
    expect(members(anna, name)).toEqual(ids(anna, ben, scenePeer(net, 'cara')));
  });

  it('from people whom nobody knows pushes out none of a friend’s, and waits in bounded number', () => {
    const net = new FakeNet({ mailbox: 2_000 });
    const { anna, ben } = net.duo();
    net.send(ben, anna, 'hi');
    net.run(1_000);
    const wishes = { title: 'real', readOnly: false, expireSeconds: null };
    for (let n = 0; n < 12; n++) {
      const stranger = net.arrive(`stranger${n}`, { seed: 100 + n });
      net.run(300);
      const made = net.command(stranger, (core) =>
        createRoom(core, { ...wishes, title: `spam ${n}` }),
      );
      net.command(stranger, (core) => inviteTo(core, made, [ben.id]));
      net.run(500);
    }
    const real = net.command(anna, (core) => createRoom(core, wishes));
    net.command(anna, (core) => inviteTo(core, real, [ben.id]));
    net.run(1_000);
    const titles = [...ben.core.invitations.values()].map((each) => each.title);
    expect(titles).toHaveLength(9);
    expect(titles).toContain('real');
  });
});

function scenePeer(net: FakeNet, name: string): FakePerson {
  const found = net.people.find((person) => person.name === name);
  if (found === undefined) throw new Error(name);
  return found;
}

describe('[A94 removed member]', () => {
  it('is not heard under an old key or a new one, and reads nothing under what it holds', () => {
    const { net, anna, ben, cara, name } = scene();
    net.say(cara, name, 'while in');
    net.say(ben, name, 'both in');
    net.run(2_000);
    // cara's program doesn't mind what the owner says.
    const old = room(cara, name);
    net.tampers.push(({ frame, way, person }) => {
      const isDeaf = person === cara && way === 'down' && frame.type === 'deliver';
      return isDeaf && frame.rseq === 0n ? [] : undefined;
    });
    net.command(anna, (core) => removeFrom(core, name, [cara.id]));
    net.run(1_000);
    expect(cara.core.rooms.has(name)).toBe(true);
    net.say(cara, name, 'still here');
    net.say(ben, name, 'after');
    net.run(10_000);
    for (const person of [anna, ben]) {
      expect(person.messages.map(({ text }) => text)).not.toContain('still here');
    }
    expect(anna.messages.map(({ text }) => text)).toEqual(['while in', 'both in', 'after']);
    expect(cara.messages.map(({ text }) => text)).toEqual(['both in']);
    expect(old.private.secret).toEqual(room(anna, name).private.secret);
  });
});

describe('[A94 other names of a removed member]', () => {
  /** The key of a chain under the room’s secret, of who is in it or not. */
  function key(net: FakeNet, { roomId, private: inner }: ReturnType<typeof room>, of: FakePerson) {
    const { secret } = inner;
    const chain = newSenderChain({ room: roomId, secret, owner: of.id, random });
    const place = { relay: net.relayKey.id, room: roomId };
    const join = encodeJoinProof(signJoin(of.profile.me, place, { seq: 5n, standing: 'joined' }));
    const content = {
      ...{ room: idBytes(roomId), skid: idBytes(chain.skid), index: 0, chain: chain.chainKey },
      ...{ sign: chain.signPublic, stream: random(8), low: 1, join },
    };
    return { type: RECORD_TYPES.roomKey, content };
  }

  it('are asked nothing, so that they don’t learn who is there', () => {
    const { net, anna, ben, cara, mallory, name } = scene();
    const dora = net.arrive('dora');
    net.run(1_000);
    const asked: string[] = [];
    net.tampers.push(({ frame, way, person }) => {
      if (person !== ben || way !== 'up' || frame.type !== 'send') return undefined;
      for (const { id, records } of ben.core.peers.values()) {
        if (records.some(({ type }) => type === RECORD_TYPES.roomWantLog)) asked.push(id);
      }
      return undefined;
    });
    tell(net, mallory, ben, key(net, room(ben, name), mallory));
    net.run(40_000);
    expect(asked).toEqual([]);
    // Control: where a member knows more than we do, who may be new is asked for it.
    const add = next(anna, name, { kind: 'add', ids: [idBytes(dora.id)] });
    tell(net, anna, cara, operations(name, [add]));
    net.say(cara, name, 'welcome');
    net.run(500);
    net.cut(cara);
    tell(net, dora, ben, key(net, room(ben, name), dora));
    net.run(5_000);
    expect(asked).toContain(cara.id);
    expect(asked).toContain(dora.id);
  });
});

describe('[A95 room bombs]', () => {
  it('grow no list past its bounds, and stop nobody', () => {
    const { anna, cara, name } = scene();
    const { roomId, private: inner } = room(cara, name);
    const { pen } = room(anna, name).private;
    if (pen === null) throw new Error('no pen');
    let { log } = inner;
    for (let n = 0; n < 6; n++) {
      const { n: last, hash: prev } = headOfLog(log);
      const ids = Array.from({ length: 64 }, () => random(32));
      const added = signOperation(pen, { room: roomId, n: last + 1, prev }, { kind: 'add', ids });
      const extension = extendLog({ room: roomId, log }, [encodeOperation(added)]);
      if (extension.kind !== 'extended') throw new Error(extension.kind);
      log = extension.log;
    }
    expect(log.members.size).toBe(256);
    const { n: last, hash: prev } = headOfLog(log);
    // Made by hand: no program of ours signs it.
    const tooMany = { kind: 'add', ids: Array.from({ length: 65 }, () => random(32)) } as const;
    expect(() => signOperation(pen, { room: roomId, n: last + 1, prev }, tooMany)).toThrow();
  });

  it('in keys that nobody can use yet take up no more than a key does', () => {
    const { net, ben, mallory } = scene();
    const content = {
      ...{ room: random(32), skid: random(16), index: 0, chain: random(32), sign: random(32) },
      ...{ stream: random(8), low: 1, join: random(73) },
    };
    const type = RECORD_TYPES.roomKey;
    tell(net, mallory, ben, { type, content: { ...content, more: new Uint8Array(60_000) } });
    // Control: the key itself waits.
    const [known] = ben.core.earlyKeys;
    expect(known?.owner.id).toBe(mallory.id);
    expect(known?.bytes).toEqual(encodeCbor(content));
  });

  it('claims of a log without end are asked for three times, and then said', () => {
    const { net, anna, ben, name } = scene();
    net.say(ben, name, 'fine');
    net.run(2_000);
    // ben's log claims to be longer than anybody's, with nothing to show for it.
    const { private: inner } = room(ben, name);
    const { heads } = inner.log;
    Object.assign(inner, { log: { ...inner.log, heads: [...heads, random(32), random(32)] } });
    net.say(ben, name, 'from the future');
    net.run(60_000);
    expect(anna.shown).toEqual([`${name}ben: fine`]);
    expect(anna.errors).toContain('room-differs');
    // Control: others go on.
    net.say(anna, name, 'on');
    net.run(2_000);
    expect(anna.errors).not.toContain('room-forked');
  });
});

describe('[A83 blocked owner] of a private room', () => {
  it('takes out members all the same: who blocked them gives those no keys, and answers nothing', () => {
    const { net, anna, ben, cara, name } = scene();
    net.say(cara, name, 'before');
    net.run(2_000);
    net.command(cara, (core) => changeContact(core, anna.id, { blocked: true }));
    net.run(2_000);
    // ben's own program doesn't hear of it, and goes on reading; what cara sends anna is counted.
    let isDeaf = true;
    let answers = 0;
    net.tampers.push(({ frame, way, person }) => {
      if (way === 'up' && person === cara && frame.type === 'send') {
        const header = decodeHeader(frame.blob);
        if (header.kind === 'direct' && header.recipient === peerPrefix(anna.id)) answers++;
      }
      return isDeaf && way === 'down' && person === ben && frame.type === 'deliver'
        ? []
        : undefined;
    });
    net.command(anna, (core) => setTopic(core, name, 'read this, cara'));
    net.command(anna, (core) => removeFrom(core, name, [ben.id]));
    net.run(500);
    isDeaf = false;
    net.say(cara, name, 'after');
    net.run(8_000);
    expect(ben.shown).toEqual([`${name}cara: before`]);
    expect(room(cara, name).private.log.members.has(ben.id)).toBe(false);
    expect(cara.changes.map(({ what }) => what)).not.toContain('topic');
    expect(roomOf(cara.core, room(cara, name))).toMatchObject({ topic: '' });
    expect(answers).toBe(0);
    // Control: who is still in it is given the key, once they are unblocked.
    net.command(cara, (core) => changeContact(core, anna.id, { blocked: false }));
    net.say(cara, name, 'to anna');
    net.run(8_000);
    expect(anna.shown).toEqual([`${name}cara: before`, `${name}cara: to anna`]);
    expect(roomOf(cara.core, room(cara, name))).toMatchObject({ topic: 'read this, cara' });
  });

  it('whose operation is lost is no hole for long: another member is asked for it', () => {
    const at = scene();
    const { net, anna, ben, cara, mallory, name } = at;
    letIn(at, [mallory]);
    net.command(cara, (core) => changeContact(core, anna.id, { blocked: true }));
    let isLosing = true;
    net.tampers.push(({ frame, way, person }) =>
      isLosing && way === 'down' && person === cara && frame.type === 'deliver' ? [] : undefined,
    );
    net.command(anna, (core) => removeFrom(core, name, [mallory.id]));
    net.run(1_000);
    isLosing = false;
    net.command(anna, (core) => setRoom(core, name, { expireSeconds: 60 }));
    net.run(1_000);
    // Control: it has not come by itself.
    expect(room(cara, name).private.log.members.has(mallory.id)).toBe(true);
    net.run(9_000);
    expect(room(cara, name).private.log.members.has(mallory.id)).toBe(false);
    expect(room(cara, name).private.log.expireSeconds).toBe(60);
    expect(ben.errors).toEqual([]);
    expect(cara.errors).toEqual([]);
  });

  it('is a moderator whose word holds, too', () => {
    const at = scene();
    const { net, anna, ben, cara, mallory, name } = at;
    letIn(at, [mallory]);
    net.command(anna, (core) => setModerator(core, name, { peer: ben.id, on: true }));
    net.run(2_000);
    net.command(cara, (core) => changeContact(core, ben.id, { blocked: true }));
    net.cut(anna);
    net.command(ben, (core) => removeFrom(core, name, [mallory.id]));
    net.run(2_000);
    net.say(cara, name, 'to whom?');
    net.run(5_000);
    expect(mallory.shown).toEqual([]);
    // Control: the owner, who comes back, reads it, and takes them out for good.
    net.connect(anna);
    net.run(5_000);
    expect(room(cara, name).private.log.members.has(mallory.id)).toBe(false);
    expect(anna.shown).toEqual([`${name}cara: to whom?`]);
  });
});

describe('[A96 impostor invited]', () => {
  it('is let in nowhere: who bears a verified name without leave, and who is blocked', () => {
    const net = new FakeNet({ mailbox: 2_000 });
    const { anna, ben, cara } = net.trio();
    net.verify(anna, ben);
    const impostor = net.arrive('ben', { seed: 77 });
    net.run(500);
    net.command(anna, (core) => changeContact(core, cara.id, { blocked: true }));
    const wishes = { title: 'ward 3', readOnly: false, expireSeconds: null };
    const name = net.command(anna, (core) => createRoom(core, wishes));
    const refused = (ids: readonly PeerId[]) => [
      refusal(() => inviteTo(anna.core, name, ids)),
      refusal(() => createGroup(anna.core, [ben.id, ...ids])),
    ];
    expect(refused([impostor.id])).toEqual(['key-changed', 'key-changed']);
    expect(refused([cara.id])).toEqual(['blocked', 'blocked']);
    expect(anna.core.rooms.size).toBe(1);
    // Control: accepted and unblocked, both are let in.
    net.trust(anna, impostor);
    net.command(anna, (core) => changeContact(core, cara.id, { blocked: false }));
    expect(refusal(() => inviteTo(anna.core, name, [impostor.id, cara.id]))).toBeNull();
  });
});

function refusal(run: () => unknown): string | null {
  try {
    run();
    return null;
  } catch (error) {
    if (error instanceof UsageError) return error.code;
    throw error;
  }
}
