// Full of topics: whose give way to a member's, and crowds that keep nobody out of a room.
import { beforeAll, describe, expect, it } from 'vitest';
import { ready } from '../../src/crypto/sodium.ts';
import type { Standing } from '../../src/protocol/frames.ts';
import { openRelayDatabase } from '../../src/relay/relay-database.ts';
import {
  joinProof,
  numberedIdentity,
  numberedTopic,
  type WireClient,
} from '../support/wire-client.ts';
import { roomBlob, sealed } from './blobs.ts';
import { ManualClock } from './manual-clock.ts';
import { namesHeard, namesOf, say, sub, TOPIC } from './rooms.ts';
import { endOf, runRelay, type TestRelay } from './running-relay.ts';
import { TestDisk } from './stores.ts';

beforeAll(ready);

const MACHINES = { mallory: '127.0.0.66', asha: '127.0.0.2', bo: '127.0.0.3' };

type Where = keyof typeof MACHINES;

/** Somebody on this machine. */
async function loginAt(running: TestRelay, where: Where, number: number): Promise<WireClient> {
  const client = await running.connect({ localAddress: MACHINES[where] });
  await client.login(numberedIdentity(number));
  return client;
}

/** What the relay says to a SUB of this topic: `roster`, or the code of its refusal. */
async function open(client: WireClient, topic: number, standing: Standing = 'joined') {
  const answer = await client.request(sub(0n, joinProof(standing), numberedTopic(topic)));
  return answer.type === 'error' ? answer.code : answer.type;
}

/** Opens topics, from this number on. */
async function openMany(
  client: WireClient,
  { first, count, as = 'joined' }: { first: number; count: number; as?: Standing },
): Promise<string[]> {
  const answers: string[] = [];
  for (let topic = first; topic < first + count; topic++) {
    answers.push(await open(client, topic, as));
  }
  return answers;
}

/** A relay that holds 12 topics, all of them taken by three connections of one machine. */
async function withCrowd(topicsFloor: number, where: Where = 'mallory') {
  const limits = { topics: 12, topicsAConnection: 6, topicsFloor };
  const running = await runRelay({ limits });
  const crowd: WireClient[] = [];
  for (const member of [0, 1, 2]) {
    const client = await loginAt(running, where, 100 + member);
    await openMany(client, { first: 1_000 + 4 * member, count: 4 });
    crowd.push(client);
  }
  return { running, crowd };
}

describe('a crowd on one machine that has every topic', () => {
  it.each([
    [3, 'roster'],
    [12, 'quota'],
  ])(
    'gives way to a member from another, where more than %i is much: %s',
    async (floor, answer) => {
      const { running, crowd } = await withCrowd(floor);
      const asha = await loginAt(running, 'asha', 1);
      expect(await open(asha, 1)).toBe(answer);
      // One of them has lost a room, and knows; the others have not.
      const ended = answer === 'roster' ? [await endOf(crowd[2] ?? asha)] : [];
      expect(ended).toEqual(answer === 'roster' ? ['quota'] : []);
      for (const client of crowd.slice(0, 2)) expect(await open(client, 1_000)).toBe('roster');
    },
  );

  it.each([
    [3, 'roster'],
    [4, 'quota'],
  ])(
    'gives way to a neighbour on the same, where more than %i is much: %s',
    async (floor, answer) => {
      const { running } = await withCrowd(floor);
      expect(await open(await loginAt(running, 'mallory', 1), 1)).toBe(answer);
    },
  );

  it('does not give way to one who has as many', async () => {
    const { running, crowd } = await withCrowd(3);
    expect(await open(crowd[0] ?? (await running.login(1)), 2_000)).toBe('quota');
  });
});

describe('a room that people from several machines are in', () => {
  it('gives way to nobody', async () => {
    const running = await runRelay({ limits: { topics: 3, topicsFloor: 0 } });
    const [asha, bo] = [await loginAt(running, 'asha', 1), await loginAt(running, 'bo', 2)];
    await openMany(asha, { first: 1, count: 3 });
    await openMany(bo, { first: 1, count: 3 });
    const mallory = await loginAt(running, 'mallory', 66);
    expect(await open(mallory, 9)).toBe('quota');
    // Alone in two of them, Asha has more than it.
    await bo.close();
    await running.event('disconnected');
    expect(await open(mallory, 9)).toBe('roster');
    expect(await endOf(asha)).toBe('quota');
  });
});

describe('a room that is full of people from one machine', () => {
  it.each([
    [3, 'roster'],
    [4, 'quota'],
  ])(
    'has room for one from another, where more than %i are many: %s',
    async (rosterFloor, answer) => {
      const running = await runRelay({ limits: { rosterEntries: 4, rosterFloor } });
      const crowd: WireClient[] = [];
      for (const member of [0, 1, 2, 3]) {
        const client = await loginAt(running, 'mallory', 100 + member);
        await open(client, 1);
        crowd.push(client);
      }
      expect(await open(await loginAt(running, 'mallory', 104), 1)).toBe('quota');
      expect(await open(await loginAt(running, 'asha', 1), 1)).toBe(answer);
      const [first, , , last] = crowd;
      if (answer === 'roster') expect(await endOf(last ?? (await running.login(0)))).toBe('quota');
      expect(await open(first ?? (await running.login(0)), 1)).toBe('roster');
    },
  );
});

describe('a guest', () => {
  it('has few topics at once: it says something and goes', async () => {
    const running = await runRelay({ limits: { guestTopicsAConnection: 2 } });
    const guest = await running.login(1);
    const many = { first: 1, count: 3, as: 'guest' } as const;
    expect(await openMany(guest, many)).toEqual(['roster', 'roster', 'too-many-topics']);
    expect(await openMany(guest, { first: 3, count: 9 })).not.toContain('too-many-topics');
    // Once more, and as a member of what it was a guest in.
    expect(await open(guest, 1, 'guest')).toBe('roster');
    expect(await open(guest, 1)).toBe('roster');
    expect(await open(guest, 20, 'guest')).toBe('roster');
    expect(await open(guest, 21, 'guest')).toBe('too-many-topics');
  });

  it('makes room for a member wherever no member is, subscribes again to speak, and for no other guest', async () => {
    const limits = { topics: 2, guestTopicsAConnection: 2, topicsFloor: 8 };
    const running = await runRelay({ limits });
    const guest = await loginAt(running, 'mallory', 66);
    await openMany(guest, { first: 1, count: 2, as: 'guest' });
    const asha = await loginAt(running, 'asha', 1);
    expect(await open(asha, 8, 'guest')).toBe('quota');
    expect(await openMany(asha, { first: 8, count: 3 })).toEqual(['roster', 'roster', 'quota']);
    const blob = roomBlob(numberedTopic(1));
    expect(await guest.request(sealed('fanout', blob))).toMatchObject({ code: 'not-subscribed' });
    await asha.close();
    await running.event('disconnected');
    expect(await open(guest, 1, 'guest')).toBe('roster');
    await say(guest);
  });

  it('whose room gives way is answered for what it said there, which a member then reads', async () => {
    const disk = new TestDisk(await openRelayDatabase(null));
    const clock = new ManualClock();
    const running = await runRelay({ database: disk, clock, limits: { topics: 1 } });
    const [guest, asha] = [await running.login(66), await running.login(1)];
    await open(guest, 1, 'guest');
    // As if each commit took a second: the next waits for two.
    disk.onCommit = () => clock.advance(1_000);
    await say(guest);
    const blob = roomBlob(TOPIC);
    const answer = guest.request(sealed('fanout', blob));
    await guest.settled();
    expect(await open(asha, 2)).toBe('roster');
    expect(await answer).toMatchObject({ type: 'done' });
    await asha.request({ type: 'unsub', topic: numberedTopic(2), join: joinProof('left', 2n) });
    await asha.request(sub(1n));
    while (asha.count('deliver') < 2) await asha.settled();
    expect(namesHeard(asha).at(-1)).toBe(namesOf([blob])[0]);
  });
});
