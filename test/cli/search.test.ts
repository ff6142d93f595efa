import { describe, expect, it } from 'vitest';
import { runCommand } from '../support/command.ts';
import { FakeSession, peerId, person } from '../support/fake-session.ts';
import { nthId, stored } from '../support/kept-history.ts';
import { openHistory } from '../support/opened-history.ts';

async function remembering(): Promise<FakeSession> {
  const history = await openHistory([
    stored(1, { text: 'the exam is on Friday' }),
    stored(2, { text: 'Friday, is it?', room: null, peer: peerId('b') }),
    stored(3, { text: 'bring a pen' }),
    stored(4, { text: 'Friday it is' }),
  ]);
  const session = new FakeSession({ 'find-person': () => ({ matches: [person('bela', 'b')] }) });
  session.snapshot = { ...session.snapshot, ready: false };
  return history.serve(session);
}

describe('lanchat search', () => {
  it('prints what fits everywhere, oldest first, without a relay', async () => {
    const run = runCommand(['search', 'Friday', '--json'], { session: await remembering() });
    expect(await run.status).toBe(0);
    expect(run.opened).toMatchObject([{ offline: true, existing: true }]);
    expect(run.records().map(({ id }) => id)).toEqual([nthId(1), nthId(2), nthId(4)]);
  });

  it('hands its words over as one query', async () => {
    const session = await remembering();
    expect(await runCommand(['search', 'on', 'Friday'], { session }).status).toBe(0);
    expect(session.requests.at(-1)).toEqual({
      ...{ do: 'search', query: 'on Friday', conversation: null, limit: 50 },
    });
  });

  it.each([
    ['#lobby', [nthId(1), nthId(4)]],
    ['@bela', [nthId(2)]],
  ])('looks only in %s where it is told to', async (where, ids) => {
    const session = await remembering();
    const run = runCommand(['search', 'Friday', '--in', where, '--json'], { session });
    expect(await run.status).toBe(0);
    expect(run.records().map(({ id }) => id)).toEqual(ids);
  });

  it('shows the newest of many, and says that there are older ones', async () => {
    const args = ['search', 'Friday', '--last', '1'];
    const run = runCommand([...args, '--json'], { session: await remembering() });
    expect(await run.status).toBe(0);
    expect(run.records().map(({ id }) => id)).toEqual([nthId(4)]);
    expect(run.stderr()).toContain('--last N shows more than 1');
  });

  it('exits 0 with nothing on stdout where nothing fits', async () => {
    const run = runCommand(['search', 'Monday'], { session: await remembering() });
    expect(await run.status).toBe(0);
    expect(run.stdout()).toBe('');
    expect(run.stderr()).toContain('Nothing was found');
  });

  it.each([
    ['no words', ['search']],
    ['only blanks', ['search', ' ', '']],
    ['far too many words', ['search', 'x'.repeat(2_000)]],
    ['more than one answer holds', ['search', 'x', '--last', '501']],
    ['--ephemeral, which keeps nothing', ['search', 'x', '--ephemeral']],
  ])('exits 1 on %s', async (_what, args) => {
    const run = runCommand([...args, '--json'], { session: await remembering() });
    expect(await run.status).toBe(1);
    expect(run.records()).toMatchObject([{ type: 'error' }]);
    expect(run.opened).toEqual([]);
  });
});
