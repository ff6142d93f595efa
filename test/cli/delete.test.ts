import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { runCommand } from '../support/command.ts';
import { FakeSession, peerId, person } from '../support/fake-session.ts';
import { type KeptHistory, nthId, stored } from '../support/kept-history.ts';
import { openHistory } from '../support/opened-history.ts';

async function remembering(): Promise<{ history: KeptHistory; session: FakeSession }> {
  const history = await openHistory([
    stored(1),
    stored(2),
    stored(3, { room: null, peer: peerId('b') }),
  ]);
  const session = new FakeSession({ 'find-person': () => ({ matches: [person('bela', 'b')] }) });
  session.snapshot = { ...session.snapshot, people: [person('bela', 'b')] };
  history.serve(session);
  return { history, session };
}

/** A terminal on which this is typed. */
function terminal(typed: string): PassThrough & { isTTY: true } {
  const stdin = Object.assign(new PassThrough(), { isTTY: true as const });
  stdin.end(typed);
  return stdin;
}

const idsOf = (history: KeptHistory) => history.messages.map(({ id }) => id);

describe('lanchat delete', () => {
  it('deletes one message here, without a question', async () => {
    const { history, session } = await remembering();
    const run = runCommand(['delete', nthId(2).toUpperCase(), '--json'], { session });
    expect(await run.status).toBe(0);
    expect(run.records()).toEqual([
      { v: 1, type: 'deleted', room: '#lobby', id: nthId(2), messages: 1 },
    ]);
    expect(idsOf(history)).toEqual([nthId(1), nthId(3)]);
    expect(run.opened).toMatchObject([{ offline: true, existing: true }]);
  });

  it('exits 1 for an ID that no message has', async () => {
    const { history, session } = await remembering();
    const run = runCommand(['delete', nthId(9), '--json'], { session });
    expect(await run.status).toBe(1);
    expect(run.records()).toMatchObject([{ type: 'error', code: 'unknown-message' }]);
    expect(history.messages).toHaveLength(3);
  });

  it('deletes a conversation with --yes, and says how much that was', async () => {
    const { history, session } = await remembering();
    const run = runCommand(['delete', '#lobby', '--yes', '--json'], { session });
    expect(await run.status).toBe(0);
    expect(run.records()).toEqual([{ v: 1, type: 'deleted', room: '#lobby', messages: 2 }]);
    expect(idsOf(history)).toEqual([nthId(3)]);
  });

  it('asks at a terminal first, and takes only yes for yes', async () => {
    for (const [typed, status, left] of [
      ['yes\n', 0, 2],
      ['y\n', 1, 3],
      ['\n', 1, 3],
      ['', 1, 3],
    ] as const) {
      const { history, session } = await remembering();
      const run = runCommand(['delete', '@bela'], { session, stdin: terminal(typed) });
      expect(await run.status).toBe(status);
      expect(history.messages).toHaveLength(left);
      expect(run.stderr()).toContain('@bela (unverified)');
    }
  });

  it('deletes no conversation without a terminal and without --yes', async () => {
    const { history, session } = await remembering();
    const run = runCommand(['delete', '#lobby', '--json'], { session, stdin: 'yes\n' });
    expect(await run.status).toBe(1);
    expect(run.records()).toMatchObject([{ type: 'error', code: 'not-confirmed' }]);
    expect(history.messages).toHaveLength(3);
  });

  it('ends on SIGINT while it asks, and deletes nothing', async () => {
    const { history, session } = await remembering();
    const stdin = Object.assign(new PassThrough(), { isTTY: true });
    const run = runCommand(['delete', '#lobby'], { session, stdin });
    await expect.poll(() => run.stderr()).toContain('Type yes');
    run.interrupt('SIGINT');
    expect(await run.status).toBe(130);
    expect(history.messages).toHaveLength(3);
  });
});
