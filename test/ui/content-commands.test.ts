// /me, /reply, /edit, /unsend, /react, /timer, /poll, /vote and /sticker at the screen.
import { describe, expect, it } from 'vitest';
import { SHORT_CODES, withEmoji } from '../../src/client/short-codes.ts';
import { isEmoji } from '../../src/protocol/emoji.ts';
import { UsageError } from '../../src/protocol/errors.ts';
import { durationWords, parseTimer } from '../../src/ui/durations.ts';
import { entryHeight, entryRows } from '../../src/ui/message-rows.ts';
import { headerRow } from '../../src/ui/status-rows.ts';
import { STICKER_NAMES, stickerRows } from '../../src/ui/stickers.ts';
import { cellWidth } from '../../src/ui/width.ts';
import { messageId, peerId } from '../support/fake-session.ts';
import { nthId, stored } from '../support/kept-history.ts';
import { bela, keptScreen } from '../support/kept-screen.ts';
import { openHistory } from '../support/opened-history.ts';
import { enter } from '../support/screen-presses.ts';
import { lines, type TestScreen } from '../support/screen-store.ts';

const me = { nick: 'me', fingerprint: peerId('e'), trust: 'verified' } as const;
const poll = { question: 'tea?', choices: ['yes', 'no'], anonymous: false, closed: false };
const asked = { ...poll, votes: [0, 0], voters: [[], []], own: null };

const talk = [
  stored(1, { text: 'first of hers' }),
  stored(2, { from: me, state: 'relayed', text: 'first of mine' }),
  stored(3, { text: 'tea?', kind: 'poll', poll: asked }),
  stored(4, { text: 'last of hers' }),
  stored(5, { from: me, state: 'relayed', text: 'last of mine' }),
];

/** What the screen asked for, of what changes or says something. */
async function doing(
  typed: string,
  messages = talk,
  where: string = '#lobby',
): Promise<{ screen: TestScreen; did: unknown }> {
  const screen = await keptScreen(await openHistory(messages));
  const done = { id: messageId('9'), in: { room: '#lobby' } };
  screen.session.answer({
    ...{ send: () => done, edit: () => done, unsend: () => done, react: () => done },
    ...{ timer: () => done, poll: () => done, vote: () => done, 'close-poll': () => done },
  });
  screen.store.open(where);
  const before = screen.session.requests.length;
  await enter(screen, typed);
  const reads = ['history', 'snapshot', 'conversations', 'mark-read', 'prepare', 'find-person'];
  const did = screen.session.requests.slice(before).filter(({ do: what }) => !reads.includes(what));
  return { screen, did };
}

function last({ store }: TestScreen): string | undefined {
  return lines(store, store.state.active).at(-1);
}

const to = { room: '#lobby' };

describe('a command about messages', () => {
  it.each([
    ['/me waves :wave:', { do: 'send', to, text: 'waves 👋', kind: 'action' }],
    ['/sticker cat', { do: 'send', to, text: 'cat', kind: 'sticker' }],
    ['/reply yes', { do: 'send', to, text: 'yes', reply: nthId(4) }],
    ['/reply ^3 yes', { do: 'send', to, text: 'yes', reply: nthId(1) }],
    ['/edit other words', { do: 'edit', id: nthId(5), text: 'other words' }],
    ['/edit ^2 other words', { do: 'edit', id: nthId(2), text: 'other words' }],
    ['/unsend', { do: 'unsend', id: nthId(5) }],
    ['/react :thumbsup:', { do: 'react', id: nthId(4), emoji: '👍', on: true }],
    ['/react off 👍 ^2', { do: 'react', id: nthId(3), emoji: '👍', on: false }],
    [
      '/poll tea? | yes | no',
      { do: 'poll', room: '#lobby', question: 'tea?', choices: ['yes', 'no'], anonymous: false },
    ],
    [
      '/poll anonymous tea? | y | n',
      { do: 'poll', room: '#lobby', question: 'tea?', choices: ['y', 'n'], anonymous: true },
    ],
    ['/vote 2', { do: 'vote', id: nthId(3), choice: 1 }],
  ])('%s asks for what it says', async (typed, request) => {
    const { did } = await doing(typed);
    expect(did).toEqual([request]);
  });

  it.each([
    ['/edit words', 'no such message'],
    ['/unsend', 'no such message'],
    ['/vote 1', 'no such message'],
    ['/poll close', 'no such message'],
    ['/reply', '/reply TEXT'],
    ['/me', '/me does what?'],
    ['/sticker nothing', 'stickers are'],
    ['/poll tea? | yes', '/poll QUESTION | CHOICE | CHOICE'],
    ['/poll | yes | no', '/poll QUESTION | CHOICE | CHOICE'],
    ['/timer', 'What is said in a public room stays'],
    ['/timer 1h', 'What is said in a public room stays'],
  ])('%s that can’t be done says why, and sends nothing', async (typed, why) => {
    const { screen, did } = await doing(typed, [stored(1)]);
    expect(did).toEqual([]);
    expect(last(screen)).toContain(why);
  });

  it.each([
    ['/timer 1h', 3_600],
    ['/timer off', null],
  ])('%s is of the private conversation that is looked at', async (typed, seconds) => {
    const { did } = await doing(typed, talk, bela.fingerprint);
    expect(did).toEqual([{ do: 'timer', with: { peer: bela.fingerprint }, seconds }]);
    const refused = await doing('/timer soon', talk, bela.fingerprint);
    expect(refused.did).toEqual([]);
    expect(last(refused.screen)).toContain('10 seconds to 90 days');
  });

  it.each([
    [null, /Messages stay here.*\/room expire 1h/],
    [3_600, /disappear after 1 hour; .*\/room expire off/],
  ])(
    '/timer in a private room whose timer is %s says so, and who sets it',
    async (expireSeconds, words) => {
      const name = `+${'4f2a91c0'.repeat(8)}`;
      const screen = await keptScreen(await openHistory([]));
      const room = {
        ...{ name, kind: 'private' as const, title: 'ward', topic: '', owner: peerId('e') },
        ...{ moderators: [], members: [peerId('e')], invited: [], readOnly: false, expireSeconds },
      };
      screen.session.snapshot = { ...screen.session.snapshot, rooms: [room] };
      screen.session.emit({ type: 'room', room });
      screen.store.open(name);
      for (const typed of ['/timer', '/timer 1h']) {
        await enter(screen, typed);
        expect(last(screen)).toMatch(words);
      }
      expect(screen.session.requests.map(({ do: what }) => what)).not.toContain('timer');
    },
  );

  it('gives back what was refused', async () => {
    const screen = await keptScreen(await openHistory(talk));
    screen.session.answer({
      edit: () => {
        throw new UsageError('text-too-long', 'too long');
      },
    });
    await enter(screen, '/edit other words');
    expect(screen.store.active.composer.text).toBe('/edit other words');
  });

  it('says who will see a vote', async () => {
    const hidden = { ...asked, anonymous: true };
    const open = await doing('/vote 1');
    expect(last(open.screen)).toBe('-- Your vote, which all here see: yes');
    const secret = await doing('/vote 1', [
      stored(1, { text: 'tea?', kind: 'poll', poll: hidden }),
    ]);
    expect(last(secret.screen)).toContain('goes to the poll’s author alone'.replace('’', "'"));
  });
});

it('takes as many rows on the screen as scrolling counts, whatever it is', async () => {
  const kinds = [
    stored(1),
    stored(2, { reply: nthId(1), text: 'an answer to that' }),
    stored(3, { reply: nthId(99), kind: 'action' }),
    stored(4, { text: 'cat', kind: 'sticker' }),
    stored(5, { text: 'tea?', kind: 'poll', poll: asked }),
    stored(6, { text: '', kind: 'change', change: { what: 'timer', who: [], text: '60' } }),
    stored(7, { from: me, state: 'relayed', expires: '2026-01-31T10:00:00Z' }),
  ];
  const { store } = await keptScreen(await openHistory(kinds));
  const conversation = store.conversation('#lobby');
  expect(conversation.entries).toHaveLength(kinds.length);
  conversation.entries.forEach((_, index) => {
    for (const cells of [20, 60]) {
      const rows = entryRows(store.state, { conversation, index }, cells);
      expect(rows).toHaveLength(entryHeight(conversation, index, cells));
    }
  });
});

describe('a message that changed', () => {
  it('is shown as it is now, in its place, wherever it is in memory', async () => {
    const screen = await keptScreen(await openHistory(talk));
    const changed = { ...stored(1), text: 'better', edited: '2026-01-31T10:00:00Z' };
    screen.session.emit({ type: 'message-changed', message: changed });
    expect(lines(screen.store, '#lobby')[0]).toBe('better');
    const [entry] = screen.store.conversation('#lobby').entries;
    expect(entry).toMatchObject({ look: { fate: 'edited' } });
    const gone = { ...stored(4), text: '', deleted: true } as const;
    screen.session.emit({ type: 'message-changed', message: gone });
    expect(screen.store.conversation('#lobby').entries[3]).toMatchObject({
      look: { shape: { kind: 'deleted' } },
    });
    expect(lines(screen.store, '#lobby')).toHaveLength(5);
  });

  it('of a window that is closed opens none', async () => {
    const screen = await keptScreen(await openHistory(talk));
    const elsewhere = stored(9, { room: null, peer: bela.fingerprint, from: bela });
    screen.session.emit({ type: 'message-changed', message: elsewhere });
    expect(screen.store.state.conversations.has(bela.fingerprint)).toBe(false);
  });

  it('that never went out is said, since nothing else shows it', async () => {
    const screen = await keptScreen(await openHistory(talk));
    const id = messageId('7');
    screen.session.emit({ type: 'receipt', id, state: 'relayed', reason: null });
    screen.session.emit({ type: 'receipt', id, state: 'failed', reason: 'expired' });
    expect(lines(screen.store, '#lobby').slice(5)).toEqual([
      '!! Something of yours did not go out: failed: they were away too long',
    ]);
  });

  it('counts as a mention where it names us by key', async () => {
    const screen = await keptScreen(await openHistory([]));
    screen.store.open(bela.fingerprint);
    const named = stored(1, { text: 'you there', mentions: [peerId('e')] });
    screen.session.emit({ type: 'message', message: named });
    expect(screen.store.conversation('#lobby').mentions).toBe(1);
  });
});

it('a timer stands above its conversation as long as it holds', async () => {
  const screen = await keptScreen(await openHistory([]));
  const header = () =>
    headerRow(screen.store.state)
      .map(({ text }) => text)
      .join('');
  screen.store.open(bela.fingerprint);
  screen.session.emit({ type: 'person', person: { ...bela, expireSeconds: 3_600 } });
  expect(header()).toContain('disappears after 1 hour');
  screen.session.emit({ type: 'person', person: bela });
  expect(header()).not.toContain('disappears');
});

describe('tables of our own', () => {
  it('have short codes of one emoji each, no more than anybody looks through', () => {
    expect(SHORT_CODES.length).toBeLessThanOrEqual(150);
    expect(SHORT_CODES.filter((code) => !isEmoji(withEmoji(code)))).toEqual([]);
    expect(withEmoji('ok :+1: :nothing: 10:30:15')).toBe('ok 👍 :nothing: 10:30:15');
  });

  it('have stickers that fit the smallest screen', () => {
    for (const name of STICKER_NAMES) {
      expect(stickerRows(name).length).toBeLessThanOrEqual(5);
      for (const row of stickerRows(name)) expect(cellWidth(row)).toBeLessThanOrEqual(30);
    }
    expect(stickerRows('\u001b[2J')).toEqual(['[sticker ]']);
  });
});

describe('a duration', () => {
  it.each([
    ['30s', 30, '30 seconds'],
    ['5m', 300, '5 minutes'],
    ['1h', 3_600, '1 hour'],
    ['7D', 604_800, '7 days'],
  ])('%s is %d seconds, or %s', (typed, seconds, words) => {
    expect(parseTimer(typed)).toBe(seconds);
    expect(durationWords(seconds)).toBe(words);
  });

  it.each(['', '5', 'm', '1.5h', '-5m', '5 m', '999999999s'])('"%s" is none', (typed) => {
    expect(() => parseTimer(typed)).toThrow(UsageError);
  });
});
