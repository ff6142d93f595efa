// The lines that a changed key leaves in conversations: kept by a real store, once, and never by a crowd's will.
import { beforeAll, describe, expect, it } from 'vitest';
import type { StoredMessage } from '../../src/client/api.ts';
import { unsend } from '../../src/core/changes.ts';
import { ready } from '../../src/crypto/sodium.ts';
import type { PeerId } from '../../src/protocol/ids.ts';
import { FakeNet, type FakePerson } from '../support/fake-net.ts';
import { ToldHistory } from '../support/told-history.ts';

beforeAll(ready);

function keyLines(messages: readonly StoredMessage[]) {
  return messages.flatMap(({ room, peer, change }) =>
    change?.what === 'key-changed'
      ? [{ where: room ?? peer, keys: change.who.map(({ fingerprint }) => fingerprint) }]
      : [],
  );
}

function linesIn(messages: readonly StoredMessage[], where: PeerId | string) {
  return keyLines(messages).filter((line) => line.where === where);
}

/** anna has written to ben, and somebody else comes under ben's name. */
async function impostor(options: { readonly rooms?: readonly string[] } = {}) {
  const net = new FakeNet();
  const { anna, ben } = net.duo(options);
  const history = await ToldHistory.of(anna);
  net.send(anna, ben, 'is it you?');
  net.run(2_000);
  const other = net.arrive('other', { ...options, nick: 'ben' });
  net.run(2_000);
  return { net, anna, ben, other, history };
}

function again(net: FakeNet, person: FakePerson): void {
  net.restart(person);
  net.connect(person);
  net.run(2_000);
}

describe('a known name under another key leaves a line', () => {
  it('in the conversation with whom bore it, with both keys and what the old one was worth', async () => {
    const { anna, ben, other, history } = await impostor();
    const [said, line, ...more] = history.messages;
    expect(said?.text).toBe('is it you?');
    expect(line).toMatchObject({ peer: ben.id, kind: 'change', text: '', state: null });
    expect(line?.change).toMatchObject({
      ...{ what: 'key-changed', text: 'known' },
      who: [
        { nick: 'ben', fingerprint: ben.id },
        { nick: 'ben', fingerprint: other.id },
      ],
    });
    expect(more).toEqual([]);
    expect(anna.eventsOf('key-changed')).toHaveLength(1);
    expect(anna.changes).toEqual([]);
  });

  it('above the first words that come from the new key, and above the first that go there', async () => {
    const { net, anna, ben, other, history } = await impostor();
    net.send(other, anna, 'a new phone');
    net.run(2_000);
    net.send(anna, other, 'ah');
    net.run(2_000);
    const there = history.messages.filter(({ peer }) => peer === other.id);
    expect(there.map(({ text, change }) => change?.what ?? text)).toEqual([
      ...['key-changed', 'a new phone', 'ah'],
    ]);
    const third = net.arrive('third', { nick: 'ben' });
    net.run(2_000);
    net.send(anna, third, 'and you?');
    net.run(2_000);
    const [first, second] = history.messages.filter(({ peer }) => peer === third.id);
    expect(first?.change?.who.map(({ fingerprint }) => fingerprint)).toEqual([ben.id, third.id]);
    expect(second?.change?.who.map(({ fingerprint }) => fingerprint)).toEqual([other.id, third.id]);
  });

  it('in rooms where the new key is', async () => {
    const { ben, other, history } = await impostor({ rooms: ['lobby'] });
    expect(linesIn(history.messages, '#lobby')).toEqual([
      { where: '#lobby', keys: [ben.id, other.id] },
    ]);
  });

  it('once, however often either comes back, and not at each start', async () => {
    const { net, anna, other, history } = await impostor({ rooms: ['lobby'] });
    net.send(other, anna, 'a new phone');
    net.run(2_000);
    const namesOf = () => history.messages.map(({ id, time }) => `${id} ${time}`);
    const before = namesOf();
    expect(keyLines(history.messages)).toHaveLength(3);
    again(net, other);
    again(net, anna);
    expect(namesOf()).toEqual(before);
    net.send(other, anna, 'still me');
    net.run(2_000);
    expect(keyLines(history.messages)).toHaveLength(3);
  });

  it('and none once a person has accepted it', async () => {
    const { net, anna, other, history } = await impostor();
    net.trust(anna, other);
    net.send(anna, other, 'ah');
    net.run(2_000);
    expect(linesIn(history.messages, other.id)).toEqual([]);
  });

  it('and none with whom nobody speaks: a key alone begins no conversation', async () => {
    const net = new FakeNet();
    const { anna } = net.duo();
    const history = await ToldHistory.of(anna);
    net.arrive('other', { nick: 'ben' });
    net.run(2_000);
    expect(anna.eventsOf('key-changed')).toHaveLength(1);
    expect(history.messages).toEqual([]);
  });
});

describe('the lines of changed keys', () => {
  it('[A48 many names] are few for a crowd under one name, and begin no conversations', async () => {
    const { net, anna, ben, history } = await impostor();
    for (let n = 0; n < 20; n++) net.arrive(`other ${n}`, { nick: 'ben' });
    net.run(5_000);
    expect(anna.eventsOf('key-changed').length).toBeGreaterThan(21);
    const lines = keyLines(history.messages);
    expect(lines.length).toBeLessThanOrEqual(8);
    expect(new Set(lines.map(({ where }) => where))).toEqual(new Set([ben.id]));
    // Control: another name has its own.
    const cara = net.arrive('cara');
    net.run(2_000);
    net.send(anna, cara, 'hello');
    const impostorOfCara = net.arrive('not cara', { nick: 'cara' });
    net.run(2_000);
    expect(linesIn(history.messages, cara.id)).toEqual([
      { where: cara.id, keys: [cara.id, impostorOfCara.id] },
    ]);
  });

  it('[A47 verified name taken] are not the new key’s to take back', async () => {
    const { net, anna, other, history } = await impostor();
    const said = net.send(other, anna, 'a new phone');
    net.run(2_000);
    const line = history.messages.find(({ peer, change }) => peer === other.id && change);
    if (line === undefined) throw new Error('no line');
    for (const id of [line.id, said]) {
      net.command(other, (core) => unsend(core, { where: { peer: anna.id }, id }));
    }
    net.run(2_000);
    const there = history.messages.filter(({ peer }) => peer === other.id);
    expect(there.map(({ deleted, change }) => [deleted, change?.what])).toEqual([
      [undefined, 'key-changed'],
      // Control: what it said, it can.
      [true, undefined],
    ]);
  });
});
