// Attacks by way of receipts: reading claimed that never was, and questions and typing as a flood or an oracle.
import { beforeAll, describe, expect, it } from 'vitest';
import { setDisclosure } from '../../../src/core/disclosure.ts';
import { noteRead } from '../../../src/core/receipts.ts';
import { typeTo } from '../../../src/core/typing.ts';
import { askWhoRead, noteRoomRead } from '../../../src/core/who-read.ts';
import { ready } from '../../../src/crypto/sodium.ts';
import { encodeCbor } from '../../../src/protocol/cbor.ts';
import { idBytes, type MessageId, type StreamId } from '../../../src/protocol/ids.ts';
import { encodeDirectPayload, RECORD_TYPES } from '../../../src/protocol/record.ts';
import { FakeNet, type FakePerson, watch } from '../../support/fake-net.ts';
import { deliver, note, record, sealed, sealedPayload } from './forging.ts';

beforeAll(ready);

function read(net: FakeNet, who: FakePerson, whom: FakePerson): void {
  net.command(who, (core) => noteRead(core, whom.id));
}

/** Records by hand in the name of `from`, on a stream of its own. */
function writer(net: FakeNet, from: FakePerson, to: FakePerson) {
  let seq = 0;
  return (type: number, content: object) => {
    seq++;
    const fields = { type, seq, content: encodeCbor(content) };
    net.inject(to, sealed(from.profile.me, to, record(from.profile.me, to, fields)));
    net.run(100);
  };
}

function streamTo(from: FakePerson, to: FakePerson): StreamId {
  const stream = from.core.peers.get(to.id)?.stream;
  if (stream === undefined) throw new Error('nobody');
  return stream;
}

function readStates(who: FakePerson): MessageId[] {
  return who.eventsOf('receipt').flatMap(({ id, state }) => (state === 'read' ? [id] : []));
}

describe('a read receipt', () => {
  function twoSent() {
    const net = new FakeNet();
    const { anna, ben, cara } = net.trio();
    const ids = [net.send(anna, ben, 'one'), net.send(anna, ben, 'two')];
    net.run(1_500);
    const stream = idBytes(streamTo(anna, ben));
    return { net, anna, ben, cara, ids, stream };
  }

  it('[A89 forged] of a third, for another’s conversation, moves nothing', () => {
    const { net, anna, ben, cara, ids, stream } = twoSent();
    writer(net, cara, anna)(RECORD_TYPES.read, { stream, upTo: 2 });
    expect(readStates(anna)).toEqual([]);
    // Control: the reader's own does.
    writer(net, ben, anna)(RECORD_TYPES.read, { stream, upTo: 2 });
    expect(readStates(anna)).toEqual(ids);
  });

  it('[A89 never sent] of numbers that were never given is no receipt at all', () => {
    const { net, anna, ben, ids, stream } = twoSent();
    const write = writer(net, ben, anna);
    for (const upTo of [3, 1_000, Number.MAX_SAFE_INTEGER]) {
      write(RECORD_TYPES.read, { stream, upTo });
    }
    expect(readStates(anna)).toEqual([]);
    // Control: of what was sent.
    write(RECORD_TYPES.read, { stream, upTo: 1 });
    expect(readStates(anna)).toEqual(ids.slice(0, 1));
  });

  it('[A89 never sent] of what has not come, or not gone out, waits for a true one', () => {
    const { net, anna, ben, ids, stream } = twoSent();
    net.tampers.push(({ frame, person }) =>
      frame.type === 'deliver' && person === ben ? [] : undefined,
    );
    const third = net.send(anna, ben, 'lost on the way');
    net.run(300);
    const write = writer(net, ben, anna);
    write(RECORD_TYPES.read, { stream, upTo: 3 });
    expect(readStates(anna)).toEqual(ids);
    expect(anna.lastState(third)).toBe('relayed');
    net.tampers.length = 0;
    net.run(60_000);
    expect(anna.lastState(third)).toBe('delivered');
    // Control: now it can have been read.
    write(RECORD_TYPES.read, { stream, upTo: 3 });
    expect(anna.lastState(third)).toBe('read');
  });

  it('[A89 replayed] or of less than was known moves nothing back, and is told once', () => {
    const { net, anna, ben, ids, stream } = twoSent();
    const blobs = watch(net, 'deliver');
    read(net, ben, anna);
    net.run(1_000);
    // Control: it came.
    expect(readStates(anna)).toEqual(ids);
    const toAnna = blobs.filter(({ person }) => person === anna);
    expect(toAnna.length).toBeGreaterThan(0);
    for (const { frame } of [...toAnna]) net.inject(anna, deliver(frame.blob));
    writer(net, ben, anna)(RECORD_TYPES.read, { stream, upTo: 1 });
    net.run(1_000);
    expect(readStates(anna)).toEqual(ids);
    expect(ids.map((id) => anna.lastState(id))).toEqual(['read', 'read']);
  });
});

describe('what is not told', () => {
  /** What ben's client sends while anna writes and ben does, or doesn't, look: types and sizes, in order. */
  function framesOf(prepare: (net: FakeNet, ben: FakePerson, anna: FakePerson) => void) {
    const net = new FakeNet({ seed: 7 });
    const { anna, ben } = net.duo({ rooms: ['lobby'] });
    net.run(2_000);
    const seen = watch(net, 'send');
    const id = net.say(anna, 'lobby', 'to all');
    net.send(anna, ben, 'to you');
    net.run(2_000);
    prepare(net, ben, anna);
    net.command(anna, (core) => askWhoRead(core, '#lobby', id));
    net.run(20_000);
    const frames = seen.flatMap(({ person, frame }) =>
      person === ben ? [`${frame.type} ${frame.blob.length}`] : [],
    );
    const heard = [readStates(anna), anna.eventsOf('typing'), anna.eventsOf('who-read')];
    return { frames, heard: heard.map(({ length }) => length) };
  }

  function look(net: FakeNet, ben: FakePerson, anna: FakePerson): void {
    read(net, ben, anna);
    net.command(ben, (core) => noteRoomRead(core, '#lobby'));
    net.command(ben, (core) => typeTo(core, anna.id));
    net.run(1_000);
  }

  it('[A90 oracle] off is silence: the same frames as of somebody who never looked', () => {
    const off = framesOf((net, ben, anna) => {
      net.command(ben, (core) =>
        setDisclosure(core, { ...core.disclosure, sendRead: false, sendTyping: false }),
      );
      look(net, ben, anna);
    });
    const never = framesOf((net) => net.run(1_000));
    expect(off).toEqual(never);
    expect(never.heard).toEqual([0, 0, 0]);
    // Control: on, there is a receipt, a note of typing and an answer.
    const on = framesOf(look);
    expect(on.heard).toEqual([1, 1, 1]);
    expect(on.frames).not.toEqual(never.frames);
  });

  function inLobby() {
    const net = new FakeNet();
    const people = net.trio({ rooms: ['lobby'] });
    const { anna, ben } = people;
    const id = net.say(anna, 'lobby', 'supper');
    net.run(1_500);
    net.command(ben, (core) => noteRoomRead(core, '#lobby'));
    const room = anna.core.rooms.get('lobby');
    if (room === undefined) throw new Error('no room');
    const asked = { room: idBytes(room.roomId), stream: idBytes(room.stream), seq: 1 };
    return { net, ...people, id, asked };
  }

  function answersOf(who: FakePerson, to: FakePerson): number {
    return (who.core.peers.get(to.id)?.nextSeq ?? 1) - 1;
  }

  it('[A90 oracle] nobody learns who has read another’s message', () => {
    const { net, anna, ben, cara, asked } = inLobby();
    const before = answersOf(ben, cara);
    writer(net, cara, ben)(RECORD_TYPES.whoRead, asked);
    net.run(1_000);
    expect(answersOf(ben, cara)).toBe(before);
    // Control: its author does.
    const ofAuthor = answersOf(ben, anna);
    writer(net, anna, ben)(RECORD_TYPES.whoRead, asked);
    net.run(1_000);
    expect(answersOf(ben, anna)).toBe(ofAuthor + 1);
  });

  it('[A90 flood] questions without end are answered once in eight seconds', () => {
    const { net, anna, ben, asked } = inLobby();
    const before = answersOf(ben, anna);
    const write = writer(net, anna, ben);
    for (let at = 0; at < 100; at++) write(RECORD_TYPES.whoRead, asked);
    expect(answersOf(ben, anna) - before).toBe(2);
  });

  it('[A90 flood] answers that nobody asked for, or twice, say nothing', () => {
    const { net, anna, ben, cara, id, asked } = inLobby();
    const write = writer(net, cara, anna);
    write(RECORD_TYPES.hasRead, asked);
    expect(anna.eventsOf('who-read')).toEqual([]);
    net.command(anna, (core) => askWhoRead(core, '#lobby', id));
    net.run(1_000);
    // Control: ben's answer does.
    expect(anna.eventsOf('who-read').map(({ who }) => who.fingerprint)).toEqual([ben.id]);
    writer(net, ben, anna)(RECORD_TYPES.hasRead, asked);
    for (let at = 0; at < 3; at++) write(RECORD_TYPES.hasRead, { ...asked, seq: 2 });
    expect(anna.eventsOf('who-read')).toHaveLength(1);
  });

  it('[A90 flood] typing said without end is heard every two seconds', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    for (let at = 0; at < 100; at++) {
      const payload = encodeDirectPayload(new Uint8Array(), note({ typing: { room: null } }));
      net.inject(anna, sealedPayload(ben.profile.me, anna, payload));
      net.run(50);
    }
    expect(anna.eventsOf('typing')).toHaveLength(3);
  });

  it('[A90 flood] typing that a relay plays again is not heard', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    const seen = watch(net, 'deliver');
    net.command(ben, (core) => typeTo(core, anna.id));
    net.run(500);
    // Control: it is heard at first.
    expect(anna.eventsOf('typing')).toHaveLength(1);
    for (let at = 0; at < 5; at++) {
      net.run(5_000);
      for (const { person, frame } of [...seen]) {
        if (person === anna) net.inject(anna, deliver(frame.blob));
      }
    }
    expect(anna.eventsOf('typing')).toHaveLength(1);
  });
});
