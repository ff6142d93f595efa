import { describe, expect, it } from 'vitest';
import { runCommand } from '../support/command.ts';
import { FakeSession, peerId, person } from '../support/fake-session.ts';
import { type KeptHistory, nthId, stored } from '../support/kept-history.ts';
import { openHistory } from '../support/opened-history.ts';

const bela = person('bela', 'b');
const me = { nick: 'me', fingerprint: peerId('e'), trust: 'verified' } as const;
const theirs = { nick: 'bela', fingerprint: peerId('b'), trust: 'known' } as const;

function remembering(history: KeptHistory): FakeSession {
  const session = new FakeSession({
    'find-person': ({ query }) => ({ matches: query === '@bela' ? [bela] : [] }),
  });
  session.snapshot = { ...session.snapshot, people: [bela], ready: false };
  return history.serve(session);
}

/** Five messages, two of them private. */
function someHistory({ read = 5 } = {}): Promise<KeptHistory> {
  const messages = [
    stored(1),
    stored(2, { from: me, state: 'relayed' }),
    stored(3, { room: null, peer: bela.fingerprint, from: theirs, text: 'psst' }),
    stored(4, {
      ...{ room: null, peer: bela.fingerprint, from: me, text: 'what?' },
      ...{ state: 'pending', reason: 'not-here' },
    }),
    stored(5),
  ];
  return openHistory(messages, { read });
}

describe('lanchat history', () => {
  it('prints a room oldest first, ours with what became of it, without a relay', async () => {
    const session = remembering(await someHistory());
    const run = runCommand(['history', '#Lobby', '--json'], { session });
    expect(await run.status).toBe(0);
    expect(run.opened).toMatchObject([
      { offline: true, existing: true, rooms: 'leave-alone', exclusive: false },
    ]);
    const { from } = stored(1);
    const common = { v: 1, type: 'message', room: '#lobby' };
    const times = [1, 2, 5].map((n) => ({ id: nthId(n), time: stored(n).time }));
    expect(run.records()).toEqual([
      { ...common, ...times[0], from, text: 'message 1', own: false },
      { ...common, ...times[1], from: me, text: 'message 2', own: true, state: 'relayed' },
      { ...common, ...times[2], from, text: 'message 5', own: false },
    ]);
    expect(session.closed).toBe(true);
  });

  it('says of a private message to whom it was, and why it waits', async () => {
    const run = runCommand(['history', '@bela', '--json'], {
      session: remembering(await someHistory()),
    });
    expect(await run.status).toBe(0);
    const [received, sent] = run.records();
    expect(received).toMatchObject({ from: theirs, own: false, text: 'psst' });
    expect(received?.to).toEqual({ nick: 'me', fingerprint: peerId('e') });
    expect(received).not.toHaveProperty('state');
    expect(received).not.toHaveProperty('room');
    expect(sent).toMatchObject({ from: me, own: true, state: 'pending', reason: 'not-here' });
    expect(sent?.to).toEqual({ nick: 'bela', fingerprint: peerId('b') });
  });

  it('reads as lines for a person, with the day, and ours marked as nobody can name himself', async () => {
    const run = runCommand(['history', '@bela'], { session: remembering(await someHistory()) });
    expect(await run.status).toBe(0);
    const [day, received, sent, ...more] = run.stdout().trimEnd().split('\n');
    expect(day).toMatch(/^-- 2026-0[12]-\d\d$/);
    expect(received).toMatch(/^\d\d:\d\d @bela: psst$/);
    expect(sent).toMatch(/^\d\d:\d\d @bela \(you, pending: not here now[^)]*\): what\?$/);
    expect(more).toEqual([]);
  });

  it('shows the IDs that delete and --before take where they are asked for', async () => {
    const run = runCommand(['history', '#lobby', '--ids', '--last', '1'], {
      session: remembering(await someHistory()),
    });
    expect(await run.status).toBe(0);
    expect(run.stdout()).toContain(nthId(5));
  });

  it('shows the newest 50, or as many as were asked for, or those before a message', async () => {
    const history = await openHistory(Array.from({ length: 60 }, (_, n) => stored(n + 1)));
    const texts = async (...args: string[]) => {
      const session = remembering(history);
      const run = runCommand(['history', '#lobby', '--json', ...args], { session });
      expect(await run.status).toBe(0);
      return run.records().map((record) => record.text);
    };
    const messages = (first: number, last: number) =>
      Array.from({ length: last - first + 1 }, (_, n) => `message ${first + n}`);
    expect(await texts()).toEqual(messages(11, 60));
    expect(await texts('--last', '2')).toEqual(messages(59, 60));
    expect(await texts('--before', nthId(31), '--last', '3')).toEqual(messages(28, 30));
  });

  it('lists conversations without one, the newest first', async () => {
    const history = await someHistory({ read: 2 });
    const run = runCommand(['history', '--json'], { session: remembering(history) });
    expect(await run.status).toBe(0);
    expect(run.records()).toEqual([
      { v: 1, type: 'conversation', room: '#lobby', unread: 1, lastTime: stored(5).time },
      { v: 1, type: 'conversation', peer: theirs, unread: 1, lastTime: stored(4).time },
    ]);
    const human = runCommand(['history'], { session: remembering(history) });
    expect(await human.status).toBe(0);
    expect(human.stdout()).toMatch(
      /^@bela \(unverified\) {2}2026-\d\d-\d\d \d\d:\d\d {2}1 unread$/m,
    );
  });

  it('exits 0 where nothing is kept, and says so beside the data', async () => {
    const run = runCommand(['history', '#empty'], { session: remembering(await someHistory()) });
    expect(await run.status).toBe(0);
    expect(run.stdout()).toBe('');
    expect(run.stderr()).toContain('Nothing is kept of #empty');
  });

  it('knows somebody by a whole fingerprint whom the profile has forgotten', async () => {
    const other = stored(1, { room: null, peer: peerId('c'), text: 'from long ago' });
    const session = remembering(await openHistory([other]));
    const run = runCommand(['history', peerId('c'), '--json'], { session });
    expect(await run.status).toBe(0);
    expect(run.records()).toMatchObject([{ text: 'from long ago' }]);
  });

  it.each([
    ['nobody of that name', ['history', '@nobody'], 'unknown-person'],
    ['a room that can not be', ['history', '#'], 'bad-room'],
    ['an ID that is none', ['history', '#lobby', '--before', 'x'], 'bad-id'],
    ['an unknown ID', ['history', '#lobby', '--before', 'f'.repeat(32)], 'unknown-message'],
    ['a number of none', ['history', '#lobby', '--last', '0'], 'bad-count'],
    ['--last without a conversation', ['history', '--last', '5'], 'bad-arguments'],
    ['--ephemeral, which keeps nothing', ['history', '--ephemeral'], 'ephemeral'],
  ])('exits 1 on %s', async (_what, args, code) => {
    const run = runCommand([...args, '--json'], { session: remembering(await someHistory()) });
    expect(await run.status).toBe(1);
    expect(run.records()).toMatchObject([{ type: 'error', code }]);
  });

  it('lets no control character through, to a person or in JSON', async () => {
    const text = 'a\u001b[2Jb\u0007\u202ec\n-- bela joined #x\u{e0041}';
    for (const args of [
      ['history', '#lobby'],
      ['history', '#lobby', '--json'],
    ]) {
      const session = remembering(await openHistory([stored(1, { text })]));
      const run = runCommand(args, { session });
      expect(await run.status).toBe(0);
      expect(run.stdout()).not.toMatch(/[^\P{C}\n]/u);
      expect(run.stdout()).not.toMatch(/^-- bela/m);
    }
  });
});
