// Who has read a message in a room: asked by its author, answered by who is here, has read it and tells.
import { beforeAll, describe, expect, it } from 'vitest';
import { setDisclosure } from '../../src/core/disclosure.ts';
import { askWhoRead, noteRoomRead } from '../../src/core/who-read.ts';
import { ready } from '../../src/crypto/sodium.ts';
import type { MessageId } from '../../src/protocol/ids.ts';
import { FakeNet, type FakePerson } from '../support/fake-net.ts';

beforeAll(ready);

function inLobby() {
  const net = new FakeNet();
  const people = net.trio({ rooms: ['lobby'] });
  net.run(1_000);
  return { net, ...people };
}

function read(net: FakeNet, who: FakePerson): void {
  net.command(who, (core) => noteRoomRead(core, '#lobby'));
}

function ask(net: FakeNet, who: FakePerson, id: MessageId): number {
  return net.command(who, (core) => askWhoRead(core, '#lobby', id));
}

function answers(who: FakePerson): string[] {
  return who.eventsOf('who-read').map(({ who: reader }) => reader.nick);
}

function refusal(act: () => void): string | null {
  try {
    act();
    return null;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'thrown';
  }
}

describe('who has read a message in a room', () => {
  it('says so to its author, who asks', () => {
    const { net, anna, ben, cara } = inLobby();
    const id = net.say(anna, 'lobby', 'supper is ready');
    net.run(1_000);
    read(net, ben);
    expect(ask(net, anna, id)).toBe(2);
    net.run(1_000);
    expect(anna.eventsOf('who-read')).toMatchObject([{ id, who: { nick: 'ben' } }]);
    expect([answers(ben), answers(cara)]).toEqual([[], []]);
  });

  it('answers of those before it too, and of none after', () => {
    const { net, anna, ben } = inLobby();
    const first = net.say(anna, 'lobby', 'one');
    net.run(1_000);
    read(net, ben);
    const second = net.say(anna, 'lobby', 'two');
    net.run(1_000);
    ask(net, anna, second);
    net.run(10_000);
    expect(answers(anna)).toEqual([]);
    ask(net, anna, first);
    net.run(1_000);
    expect(answers(anna)).toEqual(['ben']);
  });

  it('knows it in a later run', () => {
    const { net, anna, ben } = inLobby();
    const id = net.say(anna, 'lobby', 'one');
    net.run(1_000);
    read(net, ben);
    net.restart(ben);
    net.restart(anna);
    net.connect(ben);
    net.connect(anna);
    net.run(2_000);
    ask(net, anna, id);
    net.run(1_000);
    expect(answers(anna)).toEqual(['ben']);
  });

  it('is silent where it is off, everywhere or in this room', () => {
    const { net, anna, ben, cara } = inLobby();
    const exceptions = new Map([['#lobby', { sendRead: false }]]);
    net.command(ben, (core) => setDisclosure(core, { ...core.disclosure, sendRead: false }));
    net.command(cara, (core) => setDisclosure(core, { ...core.disclosure, exceptions }));
    const id = net.say(anna, 'lobby', 'one');
    net.run(1_000);
    for (const who of [ben, cara]) read(net, who);
    ask(net, anna, id);
    net.run(10_000);
    expect(answers(anna)).toEqual([]);
  });

  it('has not read what came late behind a gap', () => {
    const { net, anna, ben } = inLobby();
    net.say(anna, 'lobby', 'one');
    net.run(1_000);
    net.tampers.push(({ frame, way, person }) => {
      if (frame.type !== 'deliver' || way !== 'down' || person !== ben) return undefined;
      return [{ frame, delayMs: 20_000 }];
    });
    const late = net.say(anna, 'lobby', 'two');
    net.run(100);
    net.tampers.length = 0;
    net.say(anna, 'lobby', 'three');
    net.run(8_000);
    read(net, ben);
    expect(ben.shown.map((line) => line.split(': ')[1])).toEqual(['one', 'three']);
    ask(net, anna, late);
    net.run(20_000);
    expect(ben.shown.at(-1)).toContain('two');
    ask(net, anna, late);
    net.run(10_000);
    expect(answers(anna)).toEqual([]);
    read(net, ben);
    ask(net, anna, late);
    net.run(1_000);
    expect(answers(anna)).toEqual(['ben']);
  });

  it('is not asked about what is nobody’s, or another’s, or twice at once', () => {
    const { net, anna, ben } = inLobby();
    const own = net.say(anna, 'lobby', 'one');
    const other = net.say(ben, 'lobby', 'two');
    net.run(1_000);
    expect(refusal(() => ask(net, anna, other))).toBe('unknown-message');
    expect(refusal(() => net.command(anna, (core) => askWhoRead(core, '#ward', own)))).toBe(
      'not-in-room',
    );
    expect(refusal(() => ask(net, anna, own))).toBeNull();
    expect(refusal(() => ask(net, anna, own))).toBe('too-soon');
  });
});
