import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/protocol/errors.ts';
import { runCommand } from '../support/command.ts';
import { FakeSession } from '../support/fake-session.ts';

describe('lanchat join and lanchat leave', () => {
  it('enter a room, and say where this profile is now', async () => {
    const session = new FakeSession({ join: ({ room }) => ({ room }) });
    const run = runCommand(['join', '#Plans', '--json'], { session });
    expect(await run.status).toBe(0);
    expect(run.records()).toEqual([{ v: 1, type: 'membership', room: '#plans', joined: true }]);
    expect(session.requests).toContainEqual({ do: 'join', room: '#plans' });
    // The rooms that it remembers stay remembered.
    expect(run.opened).toMatchObject([{ rooms: 'join' }]);
  });

  it('leave it to the client to say how people come into a private room', async () => {
    const session = new FakeSession({
      join: () => Promise.reject(new UsageError('invitation-needed', 'its owner invites people')),
    });
    const run = runCommand(['join', '+team a', '--json'], { session });
    expect(await run.status).toBe(1);
    expect(run.records()).toMatchObject([{ type: 'error', code: 'invitation-needed' }]);
    expect(session.requests).toContainEqual({ do: 'join', room: '+team a' });
  });

  it('leave one', async () => {
    const session = new FakeSession({ leave: ({ room }) => ({ room, batch: 1, letters: 0 }) });
    const run = runCommand(['leave', '#plans'], { session });
    expect(await run.status).toBe(0);
    expect(run.stdout()).toBe('This profile has left #plans.\n');
    expect(session.requests).toContainEqual({ do: 'leave', room: '#plans' });
  });

  it('refuse what is no room, and to leave where nobody is', async () => {
    const session = new FakeSession({
      leave: () => Promise.reject(new UsageError('not-in-room', 'you are not in it')),
    });
    for (const [args, code] of [
      [['join', '@bela'], 'bad-room'],
      [['leave', 'plans'], 'bad-room'],
      [['leave', '#plans'], 'not-in-room'],
    ] as const) {
      const run = runCommand([...args, '--json'], { session });
      expect(await run.status).toBe(1);
      expect(run.records()).toMatchObject([{ type: 'error', code }]);
    }
  });
});
