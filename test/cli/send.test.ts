import { describe, expect, it } from 'vitest';
import { CommandError } from '../../src/cli/errors.ts';
import type { MessageReason, MessageState } from '../../src/client/api.ts';
import { runCommand } from '../support/command.ts';
import { FakeSession, messageId, onlineLink, peerId, person } from '../support/fake-session.ts';

const id = messageId('1');

/** A session that knows bela, and after a send says these states, in order. */
function withBela(...states: { state: MessageState; reason?: MessageReason }[]): FakeSession {
  const session = new FakeSession({
    'find-person': () => ({ matches: [person('bela', 'b')] }),
    send: () => {
      for (const { state, reason = null } of states) {
        queueMicrotask(() => session.emit({ type: 'receipt', id, state, reason }));
      }
      return { id };
    },
    cancel: () => ({ cancelled: true }),
  });
  return session;
}

function sentTexts(session: FakeSession): string[] {
  return session.requests.flatMap((request) => (request.do === 'send' ? [request.text] : []));
}

describe('lanchat send', () => {
  it('prints the id and exits 0 once the relay has the message', async () => {
    const session = withBela({ state: 'relayed' });
    const run = runCommand(['send', '@bela', 'hello', 'there'], { session });
    expect(await run.status).toBe(0);
    expect(run.stdout()).toBe(`${id}\n`);
    expect(sentTexts(session)).toEqual(['hello there']);
    expect(session.closed).toBe(true);
    expect(session.listeners).toBe(0);
  });

  it('prints one JSON object with the state that was reached', async () => {
    const run = runCommand(['send', '@bela', 'hi', '--json'], {
      session: withBela({ state: 'relayed' }),
    });
    expect(await run.status).toBe(0);
    expect(run.records()).toEqual([{ v: 1, type: 'sent', id, to: peerId('b'), state: 'relayed' }]);
  });

  it('does not take relayed for delivered', async () => {
    const run = runCommand(
      ['send', '@bela', 'hi', '--wait', 'delivered', '--timeout', '0.05', '--json'],
      { session: withBela({ state: 'relayed' }) },
    );
    expect(await run.status).toBe(6);
    expect(run.records()).toMatchObject([{ type: 'error', code: 'timeout' }]);
  });

  it('exits 0 with --wait delivered once the other client has opened it', async () => {
    const run = runCommand(['send', '@bela', 'hi', '--wait', 'delivered', '--json'], {
      session: withBela({ state: 'relayed' }, { state: 'delivered' }),
    });
    expect(await run.status).toBe(0);
    expect(run.records()).toMatchObject([{ type: 'sent', state: 'delivered' }]);
  });

  it('cancels and exits 6 when somebody known is not here', async () => {
    const session = withBela({ state: 'pending', reason: 'not-here' });
    session.answer({
      cancel: () => {
        session.emit({ type: 'receipt', id, state: 'failed', reason: 'cancelled' });
        return { cancelled: true };
      },
    });
    const run = runCommand(['send', '@bela', 'hi', '--timeout', '0.05', '--json'], { session });
    expect(await run.status).toBe(6);
    expect(run.records()).toMatchObject([{ type: 'error', code: 'not-here' }]);
    expect(session.requests).toContainEqual({ do: 'cancel', id });
    expect(run.stderr()).toMatch(/^lanchat: .* was not here within 0.05 s; nothing was kept/);
  });

  it.each([
    { what: 'somebody is not here', reason: 'not-here', code: 'not-here', words: /was not here/ },
    { what: 'nothing was heard', reason: null, code: 'timeout', words: /not sent/ },
  ] as const)(
    'says that it waits here where $what and it is too late to take it back',
    async ({ reason, code, words }) => {
      const session = withBela({ state: 'pending', ...(reason === null ? {} : { reason }) });
      session.answer({ cancel: () => ({ cancelled: false }) });
      const run = runCommand(['send', '@bela', 'hi', '--timeout', '0.05', '--json'], { session });
      expect(await run.status).toBe(6);
      expect(run.records()).toMatchObject([{ type: 'error', code }]);
      expect(run.stderr()).toMatch(words);
      expect(run.stderr()).not.toContain('nothing was kept');
    },
  );

  it('exits 1 when nobody has that name, and 1 with a list when several do', async () => {
    const nobody = new FakeSession({ 'find-person': () => ({ matches: [] }) });
    expect(await runCommand(['send', '@nobody', 'hi'], { session: nobody }).status).toBe(1);
    const session = new FakeSession({
      'find-person': () => ({ matches: [person('sam', '1'), person('sam', '2')] }),
    });
    const run = runCommand(['send', '@sam', 'hi'], { session });
    expect(await run.status).toBe(1);
    expect(run.stderr()).toContain(peerId('1'));
    expect(run.stderr()).toContain(peerId('2'));
    expect(sentTexts(session)).toEqual([]);
  });

  it("exits 4 when a pinned person's name is under a new key, and sends nothing", async () => {
    const changed = person('bela', '2', { keyChangedFrom: [peerId('1')] });
    const session = new FakeSession({
      'find-person': () => ({ matches: [person('bela', '1'), changed] }),
    });
    const run = runCommand(['send', '@bela', 'hi', '--json'], { session });
    expect(await run.status).toBe(4);
    expect(run.records()).toMatchObject([{ type: 'error', code: 'key-changed' }]);
    expect(run.stderr()).toContain(peerId('1'));
    expect(sentTexts(session)).toEqual([]);
  });

  it('exits 4 when the client refuses a verified person under another key', async () => {
    const session = withBela({ state: 'failed', reason: 'key-changed' });
    expect(await runCommand(['send', '@bela', 'hi'], { session }).status).toBe(4);
  });

  it('exits 5 when the relay refuses', async () => {
    const session = withBela({ state: 'failed', reason: 'refused' });
    expect(await runCommand(['send', '@bela', 'hi'], { session }).status).toBe(5);
    const quota = withBela();
    quota.answer({
      send: () => {
        throw new CommandError('quota', 'too much');
      },
    });
    expect(await runCommand(['send', '@bela', 'hi'], { session: quota }).status).toBe(5);
  });

  it('exits 1 at once, with what to do, where the disk takes nothing any more', async () => {
    const session = withBela();
    const problem = { code: 'no-space', message: 'no space left; free some' };
    session.answer({
      send: () => {
        session.snapshot = { ...session.snapshot, storageProblem: problem };
        queueMicrotask(() => session.emit({ type: 'storage', problem }));
        return { id };
      },
    });
    const run = runCommand(['send', '@bela', 'hi', '--timeout', '60', '--json'], { session });
    expect(await run.status).toBe(1);
    expect(run.records()).toMatchObject([{ type: 'error', ...problem }]);
    expect(session.requests).toContainEqual({ do: 'cancel', id });
  });

  it('claims neither that it is sent nor that it is not, where it is too late to take it back', async () => {
    const session = withBela();
    const problem = { code: 'no-space', message: 'no space left; free some' };
    session.answer({
      send: () => {
        session.snapshot = { ...session.snapshot, storageProblem: problem };
        queueMicrotask(() => session.emit({ type: 'storage', problem }));
        return { id };
      },
      cancel: () => ({ cancelled: false }),
    });
    const run = runCommand(['send', '@bela', 'hi', '--timeout', '60', '--json'], { session });
    expect(await run.status).toBe(1);
    expect(run.records()).toMatchObject([{ type: 'error', code: 'no-space' }]);
    expect(run.stderr()).toContain('before you send it again');
  });

  it('waits for no relay while the disk takes nothing', async () => {
    const session = withBela();
    const problem = { code: 'read-only', message: 'a read-only disk; choose another folder' };
    const link = { ...onlineLink, state: 'offline', reason: 'profile-not-saved' } as const;
    session.snapshot = { ...session.snapshot, ready: false, link, storageProblem: problem };
    const run = runCommand(['send', '@bela', 'hi', '--timeout', '60', '--json'], { session });
    expect(await run.status).toBe(1);
    expect(run.records()).toMatchObject([{ type: 'error', ...problem }]);
    expect(sentTexts(session)).toEqual([]);
  });

  it('starts again when the owner of the profile ends before the message was handed over', async () => {
    const gone = withBela();
    gone.answer({ snapshot: () => Promise.reject(new CommandError('owner-gone', 'ended')) });
    const own = withBela({ state: 'relayed' });
    const run = runCommand(['send', '@bela', 'hi'], { sessions: [gone, own] });
    expect(await run.status).toBe(0);
    expect(sentTexts(own)).toEqual(['hi']);
  });

  it('does not send twice when the owner of the profile ends afterwards', async () => {
    const gone = withBela();
    gone.answer({ send: () => Promise.reject(new CommandError('owner-gone', 'ended')) });
    const own = withBela({ state: 'relayed' });
    const run = runCommand(['send', '@bela', 'hi'], { sessions: [gone, own] });
    expect(await run.status).toBe(1);
    expect(sentTexts(own)).toEqual([]);
  });

  it('visits a room that the profile is not in, and does not join it', async () => {
    const session = withBela({ state: 'relayed' });
    session.answer({ visit: ({ room }) => ({ room }) });
    expect(await runCommand(['send', '#general', 'hi'], { session }).status).toBe(0);
    expect(session.requests.map((request) => request.do)).toEqual(['snapshot', 'visit', 'send']);
  });

  it('speaks in a room that the profile is in without visiting it', async () => {
    const session = withBela({ state: 'relayed' });
    session.snapshot = {
      ...session.snapshot,
      rooms: [{ name: '#general', kind: 'public', members: [] }],
    };
    expect(await runCommand(['send', '#general', 'hi'], { session }).status).toBe(0);
    expect(session.requests.map((request) => request.do)).toEqual(['snapshot', 'send']);
  });

  it('refuses --wait delivered for a room before anything is opened', async () => {
    const run = runCommand(['send', '#general', 'hi', '--wait', 'delivered']);
    expect(await run.status).toBe(1);
    expect(run.opened).toEqual([]);
  });

  it('takes the text from stdin without its last line end', async () => {
    for (const args of [
      ['send', '@bela'],
      ['send', '@bela', '-'],
    ]) {
      const session = withBela({ state: 'relayed' });
      expect(await runCommand(args, { session, stdin: 'two\nlines\n' }).status).toBe(0);
      expect(sentTexts(session)).toEqual(['two\nlines']);
    }
  });

  it('sends each line of stdin on its own, in order, cut anywhere', async () => {
    let next = 0;
    const ids = ['1', '2', '3'].map(messageId);
    const session = withBela();
    session.answer({
      send: () => {
        const sent = ids[next++] ?? id;
        queueMicrotask(() =>
          session.emit({ type: 'receipt', id: sent, state: 'relayed', reason: null }),
        );
        return { id: sent };
      },
    });
    const bytes = Buffer.from('één\r\n\ntwo\nthree');
    const stdin = [...bytes].map((byte) => Uint8Array.of(byte));
    const run = runCommand(['send', '@bela', '--lines'], { session, stdin });
    expect(await run.status).toBe(0);
    expect(sentTexts(session)).toEqual(['één', 'two', 'three']);
    expect(run.stdout()).toBe(`${ids.join('\n')}\n`);
  });

  it.each([
    ['an empty text', ['send', '@bela', ''], ''],
    ['an empty stdin', ['send', '@bela'], ''],
    ['a text too long', ['send', '@bela'], 'x'.repeat(60_001)],
    ['a line too long', ['send', '@bela', '--lines'], 'x'.repeat(70_000)],
    ['stdin that is not UTF-8', ['send', '@bela'], [Uint8Array.of(0xff, 0xfe)]],
    ['an unknown --wait', ['send', '@bela', 'hi', '--wait', 'read'], ''],
    ['text beside --lines', ['send', '@bela', 'hi', '--lines'], ''],
    ['an unknown option', ['send', '@bela', 'hi', '--what'], ''],
    ['no recipient', ['send'], ''],
  ])('exits 1 on %s and sends nothing', async (_what, args, stdin) => {
    const session = withBela({ state: 'relayed' });
    const run = runCommand([...args, '--json'], { session, stdin });
    expect(await run.status).toBe(1);
    expect(sentTexts(session)).toEqual([]);
    expect(run.records()).toMatchObject([{ v: 1, type: 'error' }]);
    expect(run.stderr()).toMatch(/^lanchat: [^\n]+\n$/);
  });

  it('takes a text of the longest length allowed', async () => {
    const session = withBela({ state: 'relayed' });
    const stdin = `${'x'.repeat(60_000)}\n`;
    expect(await runCommand(['send', '@bela'], { session, stdin }).status).toBe(0);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('ends on %s with %i, the session closed', async (signal, status) => {
    const session = withBela();
    session.snapshot = { ...session.snapshot, ready: false, link: onlineLink };
    const run = runCommand(['send', '@bela', 'hi'], { session });
    run.interrupt(signal);
    expect(await run.status).toBe(status);
  });
});
