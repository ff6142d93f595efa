// What stands under the messages, and on the status line, for as long as it is true.
import { afterEach, describe, expect, it } from 'vitest';
import type { MessageReason, MessageState } from '../../src/client/api.ts';
import { UsageError } from '../../src/protocol/errors.ts';
import { cellWidth } from '../../src/ui/width.ts';
import { FakeSession, onlineLink, peerId, person } from '../support/fake-session.ts';
import { type InkScreen, inkScreen } from '../support/ink-screen.tsx';
import { stored } from '../support/kept-history.ts';
import { keptScreen } from '../support/kept-screen.ts';
import { openHistory } from '../support/opened-history.ts';
import { enter } from '../support/screen-presses.ts';
import { lines, type TestScreen, testScreen } from '../support/screen-store.ts';

const bela = person('bela', 'b', { online: false });
const me = { nick: 'me', fingerprint: peerId('e'), trust: 'verified' } as const;
const sizes = [
  { columns: 40, rows: 15 },
  { columns: 80, rows: 24 },
  { columns: 200, rows: 50 },
] as const;

let open: InkScreen[] = [];

afterEach(() => {
  for (const screen of open) screen.close();
  open = [];
});

function shown(screen: TestScreen): InkScreen {
  const ink = inkScreen(screen.store);
  open.push(ink);
  return ink;
}

/** The rows as one text, without the sidebar and the breaks between rows. */
function textOf(ink: InkScreen): string {
  const rows = ink.rows().map((row) => row.replace(/^.*│/, '').replace(/^ {3}(--|!!) /, ''));
  return rows.map((row) => row.trim()).join(' ');
}

function screenOf({ ephemeral = false } = {}): TestScreen {
  const session = new FakeSession();
  const others = [bela, person('chen', 'c')];
  session.snapshot = {
    ...session.snapshot,
    ephemeral,
    people: others,
    rooms: [{ name: '#lobby', kind: 'public', members: [peerId('e')] }],
  };
  return testScreen(session);
}

const WORDS = 'history.db: no space left on the disk; free some';
const PROBLEM = { code: 'no-space', message: WORDS };

describe.each(sizes)('a disk that takes nothing, at $columns×$rows', (size) => {
  it('is told as long as it lasts, with what it means', async () => {
    const screen = screenOf();
    screen.store.setSize(size);
    const ink = shown(screen);
    screen.session.emit({ type: 'storage', problem: PROBLEM });
    screen.store.notifyNow();
    await expect
      .poll(() => textOf(ink))
      .toContain('nothing goes out or comes in until it does; nothing is lost');
    expect(textOf(ink)).toContain('no space left');
    expect(ink.rows().at(-2)).toContain('online · the disk takes nothing');
    for (const row of ink.rows()) expect(cellWidth(row)).toBeLessThanOrEqual(size.columns);
    screen.session.emit({ type: 'message', message: stored(1) });
    screen.store.open(bela.fingerprint);
    await expect.poll(() => ink.rows().join('\n')).toContain('lanchat  bela');
    expect(textOf(ink)).toContain('The disk takes nothing');
    screen.session.emit({ type: 'storage', problem: null });
    screen.store.notifyNow();
    await expect.poll(() => textOf(ink)).not.toContain('The disk takes nothing');
  });
});

describe('a disk that takes nothing', () => {
  it('gives back what was typed, since it could not be kept', async () => {
    const screen = screenOf();
    screen.session.answer({
      send: () => {
        throw new UsageError('no-space', WORDS);
      },
    });
    await enter(screen, 'hello');
    expect(screen.store.active.composer.text).toBe('hello');
    expect(lines(screen.store, '#lobby')).toEqual([`!! ${WORDS}`]);
  });

  it('does not ask to type on when the link goes with it', async () => {
    const screen = screenOf();
    screen.session.emit({ type: 'storage', problem: PROBLEM });
    const link = { ...onlineLink, state: 'offline', reason: 'profile-not-saved' } as const;
    screen.session.emit({ type: 'link', link });
    screen.store.notifyNow();
    const status = shown(screen).rows().at(-2);
    expect(status).toContain('LINK LOST · the disk takes nothing');
    expect(status).not.toContain('next try');
    expect(shown(screen).rows().join('\n')).not.toContain('You can read and search');
  });

  it('says it in words of ours alone, and leaves room for messages', async () => {
    const screen = screenOf();
    screen.store.setSize({ columns: 40, rows: 15 });
    screen.session.emit({ type: 'message', message: stored(1) });
    const message = `\u001b[2J${'very long '.repeat(100)}\u202e`;
    screen.session.emit({ type: 'storage', problem: { ...PROBLEM, message } });
    screen.store.notifyNow();
    const text = shown(screen).rows().join('\n');
    expect(text).toContain('message 1');
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
  });
});

describe('an ephemeral screen', () => {
  it.each(sizes)(
    'is marked on the status line at $columns×$rows, whatever the link',
    async (size) => {
      const screen = screenOf({ ephemeral: true });
      screen.store.setSize(size);
      const ink = shown(screen);
      const status = () => ink.rows().at(-2);
      expect(status()).toContain('online · ephemeral');
      const link = { ...onlineLink, state: 'offline', reason: 'silent' } as const;
      screen.session.emit({ type: 'link', link });
      screen.store.notifyNow();
      await expect.poll(status).toContain('LINK LOST · ephemeral');
    },
  );

  it('is no other screen', () => {
    expect(textOf(shown(screenOf()))).not.toContain('ephemeral');
  });
});

describe('what was said to somebody who is away', () => {
  function said(state: MessageState, reason: MessageReason | null, options = {}) {
    const screen = screenOf(options);
    const message = stored(1, { room: null, peer: bela.fingerprint, from: me, state: 'pending' });
    screen.session.emit({ type: 'message', message });
    screen.session.emit({ type: 'receipt', id: message.id, state, reason });
    screen.store.open(bela.fingerprint);
    return { screen, ink: shown(screen) };
  }

  it.each(sizes)('is kept for them, and for how long, at $columns×$rows', async (size) => {
    const { screen, ink } = said('relayed', null);
    screen.store.setSize(size);
    await expect
      .poll(() => textOf(ink))
      .toContain(
        'bela is away: what is marked > is kept for them until their lanchat fetches it, 7 days at most.',
      );
  });

  it('waits here, where the relay keeps nothing', () => {
    const { ink } = said('pending', 'not-here');
    expect(textOf(ink)).toContain(
      'pending: not here now; it waits here and goes out when they come',
    );
    expect(textOf(ink)).not.toContain('is away');
  });

  it('is gone with an ephemeral screen that ends before they come', () => {
    const { ink } = said('pending', 'not-here', { ephemeral: true });
    expect(textOf(ink)).toContain('is gone if this ephemeral lanchat ends before they come');
  });

  it('needs no more words once it was delivered, or failed with its reason, or they are here', async () => {
    expect(textOf(said('delivered', null).ink)).not.toContain('is away');
    const { ink } = said('failed', 'expired');
    expect(textOf(ink)).toContain('failed: they were away too long');
    expect(textOf(ink)).not.toContain('is away');
    const { screen, ink: here } = said('relayed', null);
    screen.session.emit({ type: 'person', person: { ...bela, online: true } });
    screen.store.notifyNow();
    await expect.poll(() => textOf(here)).not.toContain('is away');
  });
});

describe('what is above the oldest line', () => {
  it.each(sizes)('is told in one row at $columns×$rows', async (size) => {
    const screen = await keptScreen(await openHistory([stored(1)]));
    screen.store.setSize(size);
    const ink = shown(screen);
    expect(textOf(ink)).toMatch(/nothing older is kept here/);
    for (const row of ink.rows()) expect(cellWidth(row)).toBeLessThanOrEqual(size.columns);
  });
});
