// That private messages were read: told once they were, at most every two seconds, and only where that may be.
import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Disclosure, setDisclosure } from '../../src/core/disclosure.ts';
import { setQuiet } from '../../src/core/outbox.ts';
import { noteRead, takeBackReads } from '../../src/core/receipts.ts';
import { ready } from '../../src/crypto/sodium.ts';
import { decodeCbor, encodeCbor } from '../../src/protocol/cbor.ts';
import { FakeNet, type FakePerson } from '../support/fake-net.ts';

beforeAll(ready);

const MINUTE_MS = 60_000;
const EMPTY = new Uint8Array();

function read(net: FakeNet, who: FakePerson, whom: FakePerson): void {
  net.command(who, (core) => noteRead(core, whom.id));
}

function allow(net: FakeNet, who: FakePerson, change: Partial<Disclosure>): void {
  net.command(who, (core) => setDisclosure(core, { ...core.disclosure, ...change }));
}

describe('a private message that was read', () => {
  it('is called read, after it was delivered, on the screen and in history', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    const id = net.send(anna, ben, 'the harbour at nine');
    net.run(1_000);
    expect(anna.states(id)).toEqual(['relayed', 'delivered']);
    read(net, ben, anna);
    net.run(1_000);
    expect(anna.states(id)).toEqual(['relayed', 'delivered', 'read']);
    const states = anna.profile.history.filter((write) => write.type === 'state');
    expect(states.at(-1)).toMatchObject({ id, state: 'read' });
  });

  it('and those before it, whatever lies between them', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo({ rooms: ['lobby'] });
    const ids = [net.send(anna, ben, 'one')];
    net.run(500);
    // Keys of a room have numbers of the same stream.
    net.say(anna, 'lobby', 'all of you');
    net.run(1_000);
    ids.push(net.send(anna, ben, 'two'), net.send(anna, ben, 'three'));
    net.run(1_000);
    read(net, ben, anna);
    net.run(1_000);
    expect(ids.map((id) => anna.lastState(id))).toEqual(['read', 'read', 'read']);
    const told = anna.eventsOf('receipt').filter(({ state }) => state === 'read');
    expect(told).toHaveLength(3);
  });

  it('is told of at most every two seconds, and once', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    net.run(5_000);
    const told: number[] = [];
    for (let at = 0; at < 20; at++) {
      net.send(anna, ben, `message ${at}`);
      net.run(500);
      read(net, ben, anna);
      read(net, ben, anna);
      told.push(ben.core.peers.get(anna.id)?.nextSeq ?? 0);
    }
    net.run(5_000);
    const records = (ben.core.peers.get(anna.id)?.nextSeq ?? 0) - 1;
    expect(records).toBeGreaterThanOrEqual(5);
    expect(records).toBeLessThanOrEqual(6);
    expect(anna.eventsOf('receipt').filter(({ state }) => state === 'read')).toHaveLength(20);
    read(net, ben, anna);
    net.run(5_000);
    expect((ben.core.peers.get(anna.id)?.nextSeq ?? 0) - 1).toBe(records);
  });

  it('is told of by one record, where the last has not gone out', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    const ids = ['one', 'two', 'three'].map((text) => net.send(anna, ben, text));
    net.run(1_000);
    net.cut(ben);
    read(net, ben, anna);
    net.connect(ben);
    net.run(1_000);
    net.cut(anna);
    net.run(1_000);
    // Control: nothing is called read by who is away.
    expect(ids.map((id) => anna.lastState(id))).toEqual(['read', 'read', 'read']);
    net.connect(anna);
    net.run(1_000);
    net.cut(ben);
    for (const text of ['four', 'five']) net.send(anna, ben, text);
    net.connect(ben);
    net.run(2_000);
    net.cut(ben);
    const before = ben.core.peers.get(anna.id)?.records.length;
    read(net, ben, anna);
    net.run(3_000);
    read(net, ben, anna);
    net.run(3_000);
    expect([before, ben.core.peers.get(anna.id)?.records.length]).toEqual([0, 1]);
  });

  it('is told of also when it is read in a later run', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    const id = net.send(anna, ben, 'before the night');
    net.run(1_000);
    net.restart(ben);
    net.restart(anna);
    net.connect(anna);
    net.connect(ben);
    net.run(1_000);
    read(net, ben, anna);
    net.run(1_000);
    expect(anna.states(id).at(-1)).toBe('read');
  });

  it('is told of at the next start, where the run ended before it went out', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    net.send(anna, ben, 'first');
    net.run(1_000);
    read(net, ben, anna);
    const id = net.send(anna, ben, 'second');
    net.run(1_500);
    read(net, ben, anna);
    expect(anna.lastState(id)).toBe('delivered');
    net.restart(ben);
    net.connect(ben);
    net.run(1_000);
    expect(anna.lastState(id)).toBe('read');
  });

  it('is read also by a profile whose rows say nothing of reading', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    net.send(anna, ben, 'of before');
    net.run(1_000);
    const { rows } = ben.profile;
    const row = decodeCbor(v.record(v.string(), v.unknown()), rows.get(`peer/${anna.id}`) ?? EMPTY);
    // Control: they do now.
    expect(Object.keys(row)).toEqual(expect.arrayContaining(['reads', 'awaited']));
    const { reads: _reads, awaited: _awaited, ...before } = row;
    rows.set(`peer/${anna.id}`, encodeCbor(before));
    net.restart(ben);
    net.connect(ben);
    net.run(1_000);
    const id = net.send(anna, ben, 'of now');
    net.run(1_000);
    read(net, ben, anna);
    net.run(1_000);
    expect(ben.kept).toEqual(['of before', 'of now']);
    expect(anna.lastState(id)).toBe('read');
  });

  it('is told of to somebody who is away', () => {
    const net = new FakeNet({ mailbox: 2_000 });
    const { anna, ben } = net.duo();
    const id = net.send(anna, ben, 'I am off');
    net.run(1_000);
    net.cut(anna);
    net.run(500);
    read(net, ben, anna);
    net.run(1_000);
    net.connect(anna);
    net.run(2_000);
    expect(anna.lastState(id)).toBe('read');
  });

  it('stays failed where it had failed', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    net.cut(ben);
    net.run(500);
    const lost = net.send(anna, ben, 'never there');
    expect(net.cancel(anna, lost)).toBe(true);
    net.connect(ben);
    const id = net.send(anna, ben, 'there');
    net.run(2_000);
    read(net, ben, anna);
    net.run(1_000);
    expect([anna.lastState(lost), anna.lastState(id)]).toEqual(['failed', 'read']);
  });

  it('of five hundred and twelve that wait, no older one is looked for', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    const ids = Array.from({ length: 520 }, (_, at) => net.send(anna, ben, `${at}`));
    net.run(20_000);
    expect(ids.map((id) => anna.lastState(id))).not.toContain('pending');
    read(net, ben, anna);
    net.run(1_000);
    const isRead = ids.map((id) => anna.lastState(id) === 'read');
    expect(isRead.indexOf(true)).toBe(8);
    expect(isRead.filter((each) => each)).toHaveLength(512);
  });
});

describe('nothing is told of what was read', () => {
  function readAfter(prepare: (net: FakeNet, ben: FakePerson, anna: FakePerson) => void) {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    prepare(net, ben, anna);
    const id = net.send(anna, ben, 'did you see?');
    net.run(1_000);
    const sent = net.sent('send');
    read(net, ben, anna);
    net.run(MINUTE_MS);
    return { net, anna, ben, id, frames: net.sent('send') - sent };
  }

  it('where that is off, everywhere or in this conversation', () => {
    const off = [
      readAfter((net, ben) => allow(net, ben, { sendRead: false })),
      readAfter((net, ben, anna) => {
        allow(net, ben, { exceptions: new Map([[anna.id, { sendRead: false }]]) });
      }),
    ];
    for (const { anna, id, frames } of off) {
      expect(anna.lastState(id)).toBe('delivered');
      expect(frames).toBe(0);
    }
  });

  it('but where it is on in this conversation alone', () => {
    const { anna, id } = readAfter((net, ben, from) => {
      allow(net, ben, { sendRead: false, exceptions: new Map([[from.id, { sendRead: true }]]) });
    });
    expect(anna.lastState(id)).toBe('read');
  });

  it('where not even deliveries are shown', () => {
    const { anna, id, frames } = readAfter((net, ben) => {
      net.command(ben, (core) => setQuiet(core, true));
    });
    expect(anna.lastState(id)).toBe('relayed');
    expect(frames).toBe(0);
  });

  it('nor once it is off, of what was read before and has not gone out', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    const id = net.send(anna, ben, 'did you see?');
    net.run(1_000);
    net.cut(anna);
    net.run(500);
    read(net, ben, anna);
    net.command(ben, (core) => {
      setDisclosure(core, { ...core.disclosure, sendRead: false });
      takeBackReads(core);
    });
    net.connect(anna);
    net.run(MINUTE_MS);
    expect(anna.lastState(id)).toBe('delivered');
    const answer = net.send(ben, anna, 'what comes after it arrives');
    net.run(MINUTE_MS);
    expect([ben.lastState(answer), anna.gaps]).toEqual(['delivered', []]);
  });

  it('later, of what was read while it was off, before something else is', () => {
    const { net, anna, ben, id } = readAfter((n, who) => allow(n, who, { sendRead: false }));
    allow(net, ben, { sendRead: true });
    net.run(MINUTE_MS);
    net.restart(ben);
    net.connect(ben);
    net.run(MINUTE_MS);
    expect(anna.lastState(id)).toBe('delivered');
  });
});
