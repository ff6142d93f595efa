import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/protocol/errors.ts';
import { runCommand } from '../support/command.ts';
import { FakeSession, messageId, peerId, person } from '../support/fake-session.ts';

const bela = { nick: 'bela', fingerprint: peerId('b'), trust: 'known' } as const;
const chen = { nick: 'chen', fingerprint: peerId('c'), trust: 'known' } as const;

function room(asked: number): FakeSession {
  const session: FakeSession = new FakeSession({
    'who-read': ({ id }) => {
      setImmediate(() => {
        session.emit({ type: 'who-read', id: messageId('9'), who: chen });
        session.emit({ type: 'who-read', id, who: bela });
      });
      return { asked };
    },
  });
  session.snapshot = { ...session.snapshot, people: [person('bela', 'b')] };
  return session;
}

describe('lanchat who-read', () => {
  it('prints who answers, and ends when all have', async () => {
    const run = runCommand(['who-read', messageId('1'), '--json'], { session: room(1) });
    expect(await run.status).toBe(0);
    expect(run.records()).toEqual([{ v: 1, type: 'who-read', id: messageId('1'), who: bela }]);
  });

  it('ends with the timeout where others are silent, which is no fault', async () => {
    const run = runCommand(['who-read', messageId('1'), '--timeout', '0.1'], { session: room(2) });
    expect(await run.status).toBe(0);
    expect(run.stdout()).toContain('bela has read message 11111111');
    expect(run.stdout()).not.toContain('chen');
  });

  it('ends at once where nobody is there', async () => {
    const session = room(0);
    session.answer({ 'who-read': () => ({ asked: 0 }) });
    const run = runCommand(['who-read', messageId('1'), '--json'], { session });
    expect(await run.status).toBe(0);
    expect(run.stdout()).toBe('');
  });

  it('exits 1 for what is no message of ours, or no ID', async () => {
    const session = room(1);
    session.answer({
      'who-read': () => {
        throw new UsageError('unknown-message', 'no message of yours');
      },
    });
    expect(await runCommand(['who-read', messageId('1')], { session }).status).toBe(1);
    expect(await runCommand(['who-read', 'abc'], { session }).status).toBe(1);
  });
});
