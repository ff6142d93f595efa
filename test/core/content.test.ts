// What is said besides plain words, and what changes it: between cores, and as history keeps it.
import { beforeAll, describe, expect, it } from 'vitest';
import { closePoll, edit, react, unsend, vote, voteSecretly } from '../../src/core/changes.ts';
import { setTimer, timerOf } from '../../src/core/disappearing.ts';
import { ask, mentionedIn, say } from '../../src/core/say.ts';
import { ready } from '../../src/crypto/sodium.ts';
import { PeerId } from '../../src/protocol/ids.ts';
import { FakeNet, type FakePerson, watch } from '../support/fake-net.ts';
import { ToldHistory } from '../support/told-history.ts';

beforeAll(ready);

const LOBBY = { room: '#lobby' };
const HOUR_MS = 60 * 60_000;

async function duo(options: { readonly mailbox?: number } = {}) {
  const net = new FakeNet(options);
  const { anna, ben } = net.duo({ rooms: ['lobby'] });
  return { net, anna, ben, atAnna: await ToldHistory.of(anna), atBen: await ToldHistory.of(ben) };
}

function say_(net: FakeNet, from: FakePerson, saying: Parameters<typeof say>[1]) {
  const id = net.command(from, (core) => say(core, saying));
  net.run(1_000);
  return id;
}

describe('a message', () => {
  it('says what it answers, what kind it is and whom it names', async () => {
    const { net, anna, ben, atBen } = await duo();
    const first = say_(net, ben, { to: LOBBY, text: 'tea?' });
    say_(net, anna, { to: LOBBY, text: 'nods at @Ben, not @nobody', kind: 'action', reply: first });
    const [, answer] = atBen.messages;
    expect(answer).toMatchObject({ kind: 'action', reply: first, mentions: [ben.id] });
    expect(ben.messages.at(-1)).toMatchObject({ kind: 'action', reply: first, mentions: [ben.id] });
  });

  it('names nobody where a name fits several people', async () => {
    const net = new FakeNet();
    const anna = net.arrive('anna');
    net.arrive('ben');
    net.run(500);
    expect(mentionedIn(anna.core, 'hello @ben.')).toHaveLength(1);
    expect(mentionedIn(anna.core, 'mail to x@ben')).toEqual([]);
    net.arrive('other', { nick: 'ben' });
    net.run(500);
    expect(mentionedIn(anna.core, 'hello @ben')).toEqual([]);
  });

  it.each([
    ['an empty text', { text: '' }, 'text-empty'],
    ['a sticker of more than a name', { text: 'a b', kind: 'sticker' as const }, 'bad-sticker'],
  ])('is refused as %s', async (_, saying, code) => {
    const { net, anna, ben } = await duo();
    const to = { peer: ben.id };
    expect(() => net.command(anna, (core) => say(core, { to, ...saying }))).toThrow(
      expect.objectContaining({ code }),
    );
    expect(anna.core.journal).toEqual([]);
  });
});

describe.each([
  ['privately', (ben: FakePerson) => ({ peer: ben.id })],
  ['in a room', () => LOBBY],
])('said %s', (_, place) => {
  it('is edited, and keeps what it said before', async () => {
    const { net, anna, ben, atAnna, atBen } = await duo();
    const where = place(ben);
    const id = say_(net, anna, { to: where, text: 'helo' });
    net.command(anna, (core) => edit(core, { id, where }, 'hello'));
    net.run(1_000);
    for (const history of [atAnna, atBen]) {
      expect(history.only).toMatchObject({ id, text: 'hello', originals: [{ text: 'helo' }] });
      expect(history.only.edited).toBeDefined();
    }
  });

  it('is deleted for all, and leaves a mark and nothing else', async () => {
    const { net, anna, ben, atAnna, atBen } = await duo();
    const where = place(ben);
    const id = say_(net, anna, { to: where, text: 'secret' });
    net.command(anna, (core) => edit(core, { id, where }, 'more secret'));
    net.command(anna, (core) => react(core, { id, where }, { emoji: '👍', on: true }));
    net.command(anna, (core) => unsend(core, { id, where }));
    net.run(1_000);
    for (const history of [atAnna, atBen]) {
      const { text, deleted, originals, reactions, edited } = history.only;
      expect({ text, deleted }).toEqual({ text: '', deleted: true });
      expect([originals, reactions, edited]).toEqual([undefined, undefined, undefined]);
    }
  });

  it('is reacted to once by each with one emoji, and that is taken back', async () => {
    const { net, anna, ben, atAnna } = await duo();
    const where = place(ben);
    const id = say_(net, anna, { to: where, text: 'lunch' });
    const there = where === LOBBY ? LOBBY : { peer: anna.id };
    for (const emoji of ['👍', '👍', '🎉']) {
      net.command(ben, (core) => react(core, { id, where: there }, { emoji, on: true }));
    }
    net.run(1_000);
    expect(atAnna.only.reactions).toEqual([
      { emoji: '👍', from: [ben.id] },
      { emoji: '🎉', from: [ben.id] },
    ]);
    net.command(ben, (core) => react(core, { id, where: there }, { emoji: '👍', on: false }));
    net.run(1_000);
    expect(atAnna.only.reactions).toEqual([{ emoji: '🎉', from: [ben.id] }]);
  });
});

describe('a change', () => {
  it('goes behind a message that has not gone out yet, also after a restart', async () => {
    const { net, anna, ben, atBen } = await duo({ mailbox: 100 });
    const where = { peer: ben.id };
    net.cut(anna);
    const id = say_(net, anna, { to: where, text: 'helo' });
    net.command(anna, (core) => edit(core, { id, where }, 'hello'));
    net.restart(anna);
    net.connect(anna);
    net.run(5_000);
    expect(atBen.only.text).toBe('hello');
    expect(ben.messages).toHaveLength(1);
  });

  it('tells how its record stands under an id that is no message’s', async () => {
    const { net, anna, ben } = await duo();
    const where = { peer: ben.id };
    const id = say_(net, anna, { to: where, text: 'helo' });
    const change = net.command(anna, (core) => edit(core, { id, where }, 'hello'));
    net.run(2_000);
    expect(anna.states(change)).toEqual(['relayed', 'delivered']);
    expect(change).not.toBe(id);
  });

  it('of a message that a newcomer never saw is nothing to them', async () => {
    const { net, anna, atAnna } = await duo();
    const id = say_(net, anna, { to: LOBBY, text: 'before' });
    const cara = net.arrive('cara', { rooms: ['lobby'] });
    const atCara = await ToldHistory.of(cara);
    net.run(1_000);
    net.command(anna, (core) => react(core, { id, where: LOBBY }, { emoji: '👍', on: true }));
    say_(net, anna, { to: LOBBY, text: 'after' });
    expect(atCara.messages.map(({ text }) => text)).toEqual(['after']);
    expect(atAnna.messages.map(({ reactions }) => reactions?.length ?? 0)).toEqual([1, 0]);
  });

  it('that comes late does not undo the one after it', async () => {
    const { net, anna, ben, atBen } = await duo();
    const where = { peer: ben.id };
    const id = say_(net, anna, { to: where, text: 'one' });
    for (const text of ['two', 'three']) {
      net.command(anna, (core) => edit(core, { id, where }, text));
    }
    net.run(1_000);
    const [message, two, three] = ben.profile.history;
    if (message === undefined || two === undefined || three === undefined) throw new Error('lost');
    for (const write of [message, three, two]) atBen.write(write);
    expect(atBen.kept.map(({ text }) => text)).toEqual(['three']);
    const inOrder = await ToldHistory.of(ben);
    expect(inOrder.only).toMatchObject({
      text: 'three',
      originals: [{ text: 'one' }, { text: 'two' }],
    });
  });

  it('is told behind its message, where that waits for its sender’s name', async () => {
    const net = new FakeNet();
    const anna = net.arrive('anna');
    net.run(500);
    net.tampers.push(({ frame, way, person }) =>
      way === 'down' && frame.type === 'found' && person === anna ? [] : undefined,
    );
    const ben = net.arrive('ben');
    net.run(300);
    const where = { peer: anna.id };
    const id = net.send(ben, anna, 'helo');
    net.command(ben, (core) => edit(core, { id, where }, 'hello'));
    net.run(500);
    expect(anna.messages.map(({ text }) => text)).toEqual(['helo']);
    expect((await ToldHistory.of(anna)).only.text).toBe('hello');
  });
});

describe('a timer', () => {
  it('set by either makes what both say from then on disappear at both', async () => {
    const { net, anna, ben, atAnna, atBen } = await duo();
    net.send(anna, ben, 'stays');
    net.command(ben, (core) => setTimer(core, { peer: anna.id }, 3_600));
    net.run(1_000);
    expect(timerOf(anna.core, { peer: ben.id })).toBe(3_600);
    net.send(anna, ben, 'goes');
    net.run(HOUR_MS - 10_000);
    expect(atAnna.messages.map(({ text }) => text)).toEqual(['stays', '', 'goes']);
    expect(atAnna.messages[1]?.change).toMatchObject({ what: 'timer', text: '3600' });
    net.run(20_000);
    for (const history of [atAnna, atBen]) {
      expect(history.messages.map(({ text }) => text).toSorted()).toEqual(['', 'stays']);
    }
  });

  it('goes on over restarts, and counts what lay between', async () => {
    const { net, anna, ben, atBen } = await duo();
    net.command(ben, (core) => setTimer(core, { peer: anna.id }, 3_600));
    net.run(11 * 60_000);
    net.send(ben, anna, 'goes');
    net.run(1_000);
    expect(atBen.messages).toHaveLength(2);
    net.cut(ben);
    net.nowMs += 2 * HOUR_MS;
    net.restart(ben);
    expect(timerOf(ben.core, { peer: anna.id })).toBe(3_600);
    expect(atBen.messages.map(({ text }) => text)).toEqual(['']);
  });

  it('heeds no wall clock that jumps while it runs', async () => {
    const { net, anna, ben, atBen } = await duo();
    net.command(ben, (core) => setTimer(core, { peer: anna.id }, 3_600));
    net.send(ben, anna, 'goes');
    net.run(1_000);
    ben.wallSkewMs = 365 * 24 * HOUR_MS;
    net.run(HOUR_MS / 2);
    expect(atBen.messages).toHaveLength(2);
    net.run(HOUR_MS);
    expect(atBen.messages).toHaveLength(1);
  });

  it('set by both at once is the same at both', async () => {
    const { net, anna, ben } = await duo();
    net.command(anna, (core) => setTimer(core, { peer: ben.id }, 60));
    net.command(ben, (core) => setTimer(core, { peer: anna.id }, 7_200));
    net.run(2_000);
    const atAnna = timerOf(anna.core, { peer: ben.id });
    expect(atAnna).not.toBeNull();
    expect(timerOf(ben.core, { peer: anna.id })).toBe(atAnna);
    net.command(anna, (core) => setTimer(core, { peer: ben.id }, null));
    net.run(2_000);
    expect(timerOf(ben.core, { peer: anna.id })).toBeNull();
  });

  it.each([0, 9, 10.5, 90 * 86_400 + 1])('takes no %d seconds', async (seconds) => {
    const { net, anna, ben } = await duo();
    expect(() => net.command(anna, (core) => setTimer(core, { peer: ben.id }, seconds))).toThrow(
      expect.objectContaining({ code: 'bad-timer' }),
    );
    expect(timerOf(anna.core, { peer: ben.id })).toBeNull();
  });

  it('of a crowd of strangers pushes out none of somebody whom we wrote to', async () => {
    const { net, anna, ben } = await duo();
    net.command(anna, (core) => setTimer(core, { peer: ben.id }, 60));
    const { timers } = anna.core.disappearing;
    for (let n = 0; n < 5_000; n++) {
      const id = PeerId.fromBytes(
        Uint8Array.from({ length: 32 }, (_, at) => (n >> (8 * at)) & 255),
      );
      timers.set(id, { seconds: 60, turn: 1 });
    }
    net.command(ben, (core) => setTimer(core, { peer: anna.id }, 120));
    net.run(1_000);
    expect(timers.size).toBe(5_000);
    expect(timerOf(anna.core, { peer: ben.id })).toBe(120);
  });

  it('has no place in a public room', async () => {
    const { net, anna } = await duo();
    expect(() => net.command(anna, (core) => setTimer(core, LOBBY, 60))).toThrow(
      expect.objectContaining({ code: 'bad-timer' }),
    );
  });
});

describe('a poll', () => {
  const tea = { room: '#lobby', question: 'Tea?', choices: ['yes', 'no'] };

  it('counts the last vote of each, until it is closed', async () => {
    const { net, anna, ben, atAnna, atBen } = await duo();
    const id = net.command(anna, (core) => ask(core, { ...tea, anonymous: false }));
    net.run(1_000);
    for (const choice of [0, 1, 1]) {
      net.command(ben, (core) => vote(core, { id, where: LOBBY }, choice));
    }
    net.command(anna, (core) => vote(core, { id, where: LOBBY }, 0));
    net.run(1_000);
    const open = { question: 'Tea?', closed: false, votes: [1, 1], voters: [[anna.id], [ben.id]] };
    expect(atAnna.only.poll).toMatchObject({ ...open, own: 0 });
    expect(atBen.only.poll).toMatchObject({ ...open, own: 1 });
    net.command(anna, (core) => closePoll(core, { id, where: LOBBY }, null));
    net.command(ben, (core) => vote(core, { id, where: LOBBY }, 0));
    net.run(1_000);
    expect(atAnna.only.poll).toMatchObject({ closed: true, votes: [1, 1] });
  });

  it('that is anonymous sends votes to its author alone, who says the result at its end', async () => {
    const net = new FakeNet();
    const { anna, ben, cara } = net.trio({ rooms: ['lobby'] });
    const [atAnna, atBen, atCara] = [
      ...[await ToldHistory.of(anna), await ToldHistory.of(ben), await ToldHistory.of(cara)],
    ];
    const id = net.command(anna, (core) => ask(core, { ...tea, anonymous: true }));
    net.run(1_000);
    const fanouts = watch(net, 'fanout');
    const voted = { id, room: '#lobby', author: anna.id };
    net.command(ben, (core) => voteSecretly(core, voted, 1));
    net.command(anna, (core) => voteSecretly(core, voted, 1));
    net.run(2_000);
    expect(fanouts).toEqual([]);
    expect(atAnna?.only.poll).toMatchObject({ votes: [0, 2], own: 1 });
    expect(atAnna?.only.poll?.voters).toBeUndefined();
    expect(atBen?.only.poll).toMatchObject({ own: 1 });
    expect(atCara?.only.poll).toMatchObject({ votes: [0, 0], own: null });
    net.command(anna, (core) => closePoll(core, { id, where: LOBBY }, [0, 2]));
    net.run(1_000);
    for (const history of [atAnna, atBen, atCara]) {
      expect(history?.only.poll).toMatchObject({ closed: true, votes: [0, 2] });
    }
  });

  it.each([
    ['one choice', { choices: ['yes'] }],
    ['the same choice twice', { choices: ['yes', ' yes '] }],
    ['thirteen choices', { choices: Array.from({ length: 13 }, (_, index) => `${index}`) }],
    ['an empty question', { question: ' ' }],
    ['a question too long', { question: 'q'.repeat(501) }],
  ])('is refused with %s', async (_, change) => {
    const { net, anna } = await duo();
    const poll = { ...tea, anonymous: false, ...change };
    expect(() => net.command(anna, (core) => ask(core, poll))).toThrow(
      expect.objectContaining({ code: 'bad-poll' }),
    );
  });
});
