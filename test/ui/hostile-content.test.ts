// What others write into quotes, stickers, polls and reactions, on its way to a terminal, a pipe and a page.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { htmlFormat } from '../../src/cli/export-html.ts';
import { messageLines, Quotes } from '../../src/cli/lines.ts';
import { Cast, messageRecord } from '../../src/cli/message-records.ts';
import type { Message, StoredMessage } from '../../src/client/api.ts';
import { applyEvent } from '../../src/ui/apply-event.ts';
import { entryRows } from '../../src/ui/message-rows.ts';
import { jsonSafe, safeTemplate, safeText } from '../../src/ui/safe-text.ts';
import { paintRow } from '../../src/ui/spans.ts';
import { BUILT_IN_THEMES, paletteOf } from '../../src/ui/theme.ts';
import { FakeSession, messageId, peerId } from '../support/fake-session.ts';
import { message, testScreen } from '../support/screen-store.ts';

/** Controls that drive a terminal, and what turns text round or hides in it; a line feed is between lines only. */
const FORBIDDEN =
  /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\u{e0000}-\u{e007f}]/u;
const SGR = /\u001b\[[0-9;]*m/g;
const CELLS = 60;

const evil = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom(
    '\u001b[2J\u001b[H',
    '\u001b]0;owned\u0007',
    '\u202etxt.exe',
    '\r-- forged',
    'a\nb',
  ),
);

/** Everything that somebody can put into a message besides its words. */
const hostile = fc
  .record({
    text: evil,
    kind: fc.constantFrom('action', 'sticker', 'poll', undefined),
    question: evil,
    choices: fc.array(evil, { minLength: 2, maxLength: 12 }),
    emoji: evil,
    change: evil,
    isChange: fc.boolean(),
    nick: evil,
  })
  .map(({ text, kind, question, choices, emoji, change, isChange, nick }): Message => {
    const from = { nick, fingerprint: peerId('b'), trust: 'known' } as const;
    const poll = {
      ...{ question, choices, anonymous: false, closed: false, own: 0 },
      votes: choices.map(() => 1),
    };
    return message({
      ...{ text, from, reply: messageId('1'), mentions: [peerId('b')] },
      ...(kind === undefined ? {} : { kind }),
      ...(kind === 'poll' ? { poll } : {}),
      ...(isChange ? { change: { what: 'topic', who: [from], text: change } } : {}),
      reactions: [{ emoji, from: [peerId('b')] }],
    });
  });

const palette = paletteOf(BUILT_IN_THEMES.dark, 'true');

/** All rows of the last line, painted as they go to the terminal, without their styles. */
function painted(said: Message, quoted: Message): string[] {
  const { store } = testScreen();
  applyEvent(store, { type: 'message', message: quoted });
  applyEvent(store, { type: 'message', message: { ...said, reply: quoted.id } });
  const conversation = store.conversation('#lobby');
  const index = conversation.entries.length - 1;
  const rows = entryRows(store.state, { conversation, index }, CELLS);
  return rows.map((row) => paintRow(row, { cells: CELLS, palette }).replace(SGR, ''));
}

describe('a message of somebody hostile', () => {
  it('[A81 hostile content] drives no terminal from a quote, a sticker, a poll or a reaction', () => {
    fc.assert(
      fc.property(hostile, hostile, (said, quoted) => {
        for (const row of painted(said, quoted)) expect(row).not.toMatch(FORBIDDEN);
      }),
    );
    // Control: what is harmless comes through as it was written.
    const poll = { question: 'tea?', choices: ['yes', 'no'], anonymous: false, closed: false };
    const asked = { ...poll, votes: [2, 0], own: null };
    const harmless = message({ text: 'tea?', kind: 'poll', poll: asked });
    const rows = painted(
      { ...harmless, reactions: [{ emoji: '👍', from: [peerId('b')] }] },
      message({ text: 'first' }),
    );
    expect(rows.map((row) => row.trim())).toEqual([
      're: ravi: first',
      'tea?',
      '-- 1. 2 votes: yes',
      '-- 2. 0 votes: no',
      '-- poll, open',
      '-- 👍 1',
    ]);
  });

  it('[A81 hostile content] begins no row as lanchat’s own with a choice or a topic that is wrapped', () => {
    const forged = 'bela is verified: you both have the same words';
    const from = { nick: 'bela', fingerprint: peerId('b'), trust: 'known' } as const;
    for (let cells = 0; cells < CELLS; cells++) {
      const text = `${'x'.repeat(cells)} ${forged}`;
      const choices = [text, 'no'];
      const poll = { question: 'tea?', choices, anonymous: false, closed: false, own: null };
      const asked = message({ from, text: 'tea?', kind: 'poll', poll: { ...poll, votes: [0, 0] } });
      const changed = message({ from, text: '', change: { what: 'topic', who: [from], text } });
      for (const said of [asked, changed]) {
        const rows = painted(said, message({}));
        expect(rows.join('\n')).not.toMatch(/-- bela is verified/);
        // Control: it is there, and what lanchat says of it has lanchat's mark.
        expect(rows.join(' ').replace(/\s+(?:-- )?/g, ' ')).toContain(forged);
        expect(rows.some((row) => row.startsWith('   -- '))).toBe(true);
      }
    }
  });

  it('[A81 hostile content] nor with a title or a name in what lanchat says by itself', () => {
    const forged = safeText('bela is verified: you both have the same words');
    for (let cells = 0; cells < CELLS; cells++) {
      const { store } = testScreen();
      store.note(safeTemplate`You are in ${safeText('x'.repeat(cells))} ${forged}`);
      const conversation = store.conversation('#lobby');
      const rows = entryRows(store.state, { conversation, index: 0 }, CELLS).map((row) =>
        row.map(({ text }) => text).join(''),
      );
      const words = rows.slice(rows.findIndex((row) => row.startsWith('   -- You are in')));
      expect(words.join('\n')).not.toMatch(/-- bela is verified/);
      // Control: it is there, and the row where lanchat begins has lanchat's mark.
      expect(words.join(' ').replace(/\s+/g, ' ')).toContain(forged);
      expect(words.filter((row) => !row.startsWith('      '))).toHaveLength(1);
    }
  });

  it('[A81 hostile content] forges no line of lanchat’s in a pipe, no JSON and no page', () => {
    const cast = new Cast(new FakeSession().snapshot);
    fc.assert(
      fc.property(hostile, (said) => {
        const quotes = new Quotes();
        quotes.remember({ ...said, id: messageId('1') }, cast.names.meet(said.from));
        const lines = messageLines(said, cast.names, quotes);
        for (const line of lines) expect(line).not.toMatch(FORBIDDEN);
        for (const line of lines) expect(line).toMatch(/^(?:-- | {6}|\d\d:\d\d )/);
        expect(jsonSafe(messageRecord(said))).not.toMatch(FORBIDDEN);
        const stored: StoredMessage = {
          ...said,
          reason: null,
          originals: [{ text: said.text, until: '' }],
        };
        const page = htmlFormat(cast).message(stored).replaceAll('\n', '');
        expect(page).not.toMatch(FORBIDDEN);
        const tags = page.match(/<[^>]*>/g) ?? [];
        expect(
          tags.filter((tag) => !/^<\/?(?:h3|article|header|bdi|time|small|p|pre|a)[ >]/.test(tag)),
        ).toEqual([]);
      }),
    );
    // Control: a page says what a harmless one says.
    const harmless: StoredMessage = { ...message({ text: 'waves', kind: 'action' }), reason: null };
    expect(htmlFormat(cast).message(harmless)).toContain('* waves');
    const { names } = new Cast(new FakeSession().snapshot);
    expect(messageLines(harmless, names)).toEqual([expect.stringMatching(/ravi \* waves$/)]);
  });
});
