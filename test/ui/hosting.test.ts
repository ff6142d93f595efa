// A relay that a screen started: who counts as being on it, when it ends with the screen, and its own end.
import { describe, expect, it } from 'vitest';
import { type HostedRelay, Hosting } from '../../src/ui/hosting.ts';
import { FakeSession, peerId, person } from '../support/fake-session.ts';
import { lines, testScreen } from '../support/screen-store.ts';

async function hosting(people: readonly string[] | null) {
  const session = new FakeSession({ 'choose-relay': () => ({}) });
  session.snapshot = {
    ...session.snapshot,
    people: [person('ravi', 'b'), person('meera', 'c', { online: false })],
  };
  const { store, actions, clock } = testScreen(session);
  const done: string[] = [];
  let end = () => {};
  const relay: HostedRelay = {
    address: { host: '127.0.0.1', port: 7717, fingerprint: 'ab'.repeat(32) },
    ended: new Promise((resolve) => {
      end = resolve;
    }),
    people: async () => people,
    stop: async () => void done.push('stop'),
    leave: () => void done.push('leave'),
  };
  const made = new Hosting({ store, ask: actions.ask, hostRelay: async () => relay });
  await made.start();
  return { hosting: made, store, clock, done, end: () => end() };
}

describe('a relay hosted here', () => {
  it('is gone to, and runs since then', async () => {
    const { store, clock } = await hosting([]);
    expect(store.state).toMatchObject({ hosting: 'running', hostedSinceMs: clock.nowMs });
  });

  it('says itself who is on it, hidden people too, ourselves not counted', async () => {
    const made = await hosting([peerId('e'), peerId('b'), peerId('d')]);
    expect(await made.hosting.others()).toBe(2);
  });

  it('has those on it who are seen here, where it says nothing', async () => {
    const made = await hosting(null);
    expect(await made.hosting.others()).toBe(1);
  });

  it.each<[readonly string[], boolean | null, string[]]>([
    [[], null, ['stop']],
    [[peerId('d')], null, ['leave']],
    [[peerId('d')], true, ['stop']],
    [[], false, ['leave']],
  ])('used by %j, with the wish to stop it %j', async (people, wish, expected) => {
    const { hosting: made, done } = await hosting(people);
    await made.leave(wish);
    await made.close();
    expect(done).toEqual(expected);
    expect(made.isLeft).toBe(expected[0] === 'leave');
  });

  it('that has ended by itself is said so, and can be started again', async () => {
    const made = await hosting([]);
    made.end();
    await new Promise((resolve) => setImmediate(resolve));
    expect(made.store.state).toMatchObject({ hosting: 'no', hostedSinceMs: null });
    expect(lines(made.store, '#lobby').at(-1)).toContain('has ended; /relay host');
    await made.hosting.close();
    expect(made.done).toEqual([]);
  });
});
