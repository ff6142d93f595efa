// `lanchat edit`, `unsend`, `react`, `timer`, `poll`, `vote`, `close-poll`, and what `send` and `listen` have of it.
import { describe, expect, it } from 'vitest';
import type { Command, MessageState } from '../../src/client/api.ts';
import { UsageError } from '../../src/protocol/errors.ts';
import { runCommand } from '../support/command.ts';
import { FakeSession, messageId, person } from '../support/fake-session.ts';
import { stored } from '../support/kept-history.ts';

const id = messageId('1');
const changeId = messageId('2');
const lobby = { room: '#lobby' };
const WARD = `+${'4f2a91c0'.repeat(8)}`;

/** A session in #lobby that knows the message and bela, and says how what it is asked for fares. */
function session(...states: readonly MessageState[]): FakeSession {
  const fake = new FakeSession();
  const done = () => {
    for (const state of states) {
      queueMicrotask(() => fake.emit({ type: 'receipt', id: changeId, state, reason: null }));
    }
    return { id: changeId, in: lobby };
  };
  fake.snapshot = {
    ...fake.snapshot,
    rooms: [{ name: '#lobby', kind: 'public' as const, members: [] }],
  };
  fake.answer({
    message: (command) => ({ message: command.id === id ? { ...stored(1), id } : null }),
    'find-person': ({ query }) => ({ matches: query === '@bela' ? [person('bela', 'b')] : [] }),
    'find-room': ({ query }) => ({ room: query === '+ward 3' ? WARD : null }),
    ...{ edit: done, unsend: done, react: done, vote: done, 'close-poll': done },
    ...{ send: done, timer: done, poll: done, cancel: () => ({ cancelled: true }) },
  });
  return fake;
}

function asked(fake: FakeSession, ...names: readonly Command['do'][]) {
  return fake.requests.filter((request) => names.includes(request.do));
}

describe('a verb about a message', () => {
  const peer = person('bela', 'b').fingerprint;
  it.each<[string[], Command]>([
    [['edit', id, 'new', 'words'], { do: 'edit', id, text: 'new words' }],
    [['unsend', id], { do: 'unsend', id }],
    [['react', id, ':tada:'], { do: 'react', id, emoji: '🎉', on: true }],
    [['react', id, '🎉', '--off'], { do: 'react', id, emoji: '🎉', on: false }],
    [['vote', id, '2'], { do: 'vote', id, choice: 1 }],
    [['close-poll', id], { do: 'close-poll', id }],
    [['timer', '@bela', '2h'], { do: 'timer', with: { peer }, seconds: 7_200 }],
    [['timer', '@bela', 'off'], { do: 'timer', with: { peer }, seconds: null }],
    [
      ['poll', '#lobby', 'Tea?', 'yes', 'no', '--anonymous'],
      { do: 'poll', room: '#lobby', question: 'Tea?', choices: ['yes', 'no'], anonymous: true },
    ],
    [
      ['poll', '+ward 3', 'Tea?', 'yes', 'no'],
      { do: 'poll', room: WARD, question: 'Tea?', choices: ['yes', 'no'], anonymous: false },
    ],
    [
      ['send', '#lobby', 'waves', '--action'],
      { do: 'send', to: lobby, text: 'waves', kind: 'action' },
    ],
    [
      ['send', '#lobby', '--sticker', 'cat'],
      { do: 'send', to: lobby, text: 'cat', kind: 'sticker' },
    ],
    [
      ['send', '#lobby', 'yes', '--reply', id, '--mention', '@bela'],
      { do: 'send', to: lobby, text: 'yes', reply: id, mentions: [peer] },
    ],
  ])('%j asks for what it says, and ends with 0 once the relay has it', async (args, request) => {
    const fake = session('relayed');
    const run = runCommand([...args, '--json'], { session: fake });
    expect(await run.status).toBe(0);
    expect(asked(fake, request.do)).toEqual([request]);
    expect(run.records()).toMatchObject([{ type: 'sent', id: changeId, state: 'relayed' }]);
  });

  it.each([
    [['edit', messageId('3'), 'x'], 'unknown-message'],
    [['edit', 'nonsense', 'x'], 'bad-id'],
    [['timer', '@bela', 'soon'], 'bad-timer'],
    [['poll', '@bela', 'Tea?', 'yes', 'no'], 'bad-room'],
    [['send', '#lobby', '--sticker', 'nothing'], 'bad-sticker'],
    [['send', '#lobby', 'words', '--sticker', 'cat'], 'bad-text'],
    [['send', '#lobby', '--sticker', 'cat', '--action'], 'bad-arguments'],
  ])('%j that makes no sense is refused before anything is asked for', async (args, code) => {
    const fake = session('relayed');
    const run = runCommand([...args, '--json'], { session: fake });
    expect(await run.status).toBe(1);
    expect(run.records()).toMatchObject([{ type: 'error', code }]);
    expect(asked(fake, 'edit', 'timer', 'poll', 'send')).toEqual([]);
  });

  it('says that a change waits, and takes none back', async () => {
    const fake = session();
    const run = runCommand(['edit', id, 'x', '--json', '--timeout', '0.05'], { session: fake });
    expect(await run.status).toBe(6);
    expect(run.stderr()).toContain('it waits here and goes out once it can');
    expect(asked(fake, 'cancel')).toEqual([]);
  });

  it('leaves a room’s timer to the client, comes into no room for it, and makes no group', async () => {
    for (const [to, room] of [
      ['#elsewhere', '#elsewhere'],
      ['+ward 3', WARD],
    ] as const) {
      const fake = session();
      fake.answer({
        timer: () => {
          throw new UsageError('bad-timer', 'its owner’s to set');
        },
      });
      const run = runCommand(['timer', to, '1h', '--json'], { session: fake });
      expect(await run.status).toBe(1);
      expect(run.records()).toMatchObject([{ code: 'bad-timer' }]);
      expect(asked(fake, 'timer')).toEqual([{ do: 'timer', with: { room }, seconds: 3_600 }]);
      expect(asked(fake, 'visit')).toEqual([]);
    }
    const fake = session();
    const run = runCommand(['timer', '@bela,@asha', '1h', '--json'], { session: fake });
    expect(await run.status).toBe(1);
    expect(run.records()).toMatchObject([{ code: 'unknown-person' }]);
    expect(asked(fake, 'room-group')).toEqual([]);
  });

  it('takes a poll back that could not go out', async () => {
    const fake = session();
    const args = ['poll', '#lobby', 'Tea?', 'yes', 'no', '--timeout', '0.05'];
    const run = runCommand(args, { session: fake });
    expect(await run.status).toBe(6);
    expect(asked(fake, 'cancel')).toEqual([{ do: 'cancel', id: changeId }]);
  });

  it('ends at once where nobody else has to hear of it', async () => {
    const fake = session();
    fake.answer({ vote: () => ({ id: null, in: lobby }) });
    expect(await runCommand(['vote', id, '1'], { session: fake }).status).toBe(0);
  });
});

describe('lanchat listen', () => {
  const changed = {
    ...stored(1, { text: 'new' }),
    ...{ id, edited: '2026-01-31T10:00:00.000Z', reactions: [{ emoji: '👍', from: [] }] },
  };

  it('streams what changed, as it is now, also of our own', async () => {
    const fake = session();
    fake.answer({ remembered: () => ({ rooms: [], relays: [] }) });
    const run = runCommand(['listen', '--json'], { session: fake });
    await run.printed('"ready"');
    fake.emit({ type: 'message-changed', message: changed });
    fake.emit({ type: 'message-changed', message: { ...changed, state: 'relayed' } });
    await run.printed('"own":true');
    run.interrupt('SIGINT');
    await run.status;
    expect(run.records().slice(1)).toMatchObject([
      { type: 'changed', id, text: 'new', own: false, edited: changed.edited },
      { type: 'changed', id, own: true, reactions: changed.reactions },
    ]);
  });

  it('says it to people in lines of its own', async () => {
    const fake = session();
    const run = runCommand(['listen'], { session: fake });
    await run.printed('ready');
    fake.emit({ type: 'message-changed', message: changed });
    await run.printed('edited');
    run.interrupt('SIGINT');
    await run.status;
    expect(run.stdout()).toContain('-- message 11111111 changed:\n');
    expect(run.stdout()).toContain('--   edited; 👍 0\n');
  });
});
