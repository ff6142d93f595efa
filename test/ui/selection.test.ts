// A message selected by keys, what is done with it, and where it stands meanwhile.
import { describe, expect, it } from 'vitest';
import type { StoredMessage } from '../../src/client/api.ts';
import { keyPress } from '../../src/ui/key-sequences.ts';
import { peerId } from '../support/fake-session.ts';
import { inkScreen } from '../support/ink-screen.tsx';
import { nthId, stored, tell } from '../support/kept-history.ts';
import { type KeptScreen, keptScreen } from '../support/kept-screen.ts';
import { openHistory } from '../support/opened-history.ts';
import { enter, keysOf, press, settled } from '../support/screen-presses.ts';
import { lines } from '../support/screen-store.ts';

const me = { nick: 'me', fingerprint: peerId('e'), trust: 'verified' } as const;
const sizes = [
  { columns: 40, rows: 15 },
  { columns: 80, rows: 24 },
  { columns: 200, rows: 50 },
] as const;

function own(n: number, change: Partial<StoredMessage> = {}): StoredMessage {
  return stored(n, { from: me, state: 'relayed', ...change });
}

const talk = [
  stored(1),
  stored(2, { text: 'shall we?', reply: nthId(1) }),
  own(3, { text: 'mine' }),
  stored(4, { text: 'last' }),
];

async function screenOf(messages: readonly StoredMessage[] = talk): Promise<KeptScreen> {
  const screen = await keptScreen(await openHistory(messages));
  const done = { id: nthId(999), in: { room: '#lobby' } };
  screen.session.answer({ send: () => done, edit: () => done, unsend: () => done });
  screen.session.answer({ react: () => done, prepare: () => ({}) });
  return screen;
}

async function alt(screen: KeptScreen, ...names: readonly string[]): Promise<void> {
  for (const name of names) keysOf(screen).take(keyPress(name, { alt: true }));
  await settled(screen);
}

/** The number of the selected message; null: none is. */
function selected({ store }: KeptScreen): number | null {
  const id = store.active.selection?.id;
  return id === undefined ? null : Number.parseInt(id, 16);
}

function rowsOf(screen: KeptScreen): string[] {
  const ink = inkScreen(screen.store);
  const rows = ink.rows();
  ink.close();
  return rows;
}

function did(screen: KeptScreen): unknown[] {
  const reads = ['history', 'message', 'conversations', 'mark-read', 'prepare', 'remembered'];
  return screen.session.requests.filter(({ do: what }) => !reads.includes(what));
}

describe('a selection', () => {
  it('begins at the newest message on the screen, moves with Alt, Ctrl or plain arrows, and ends below it', async () => {
    const screen = await screenOf();
    await alt(screen, 'up');
    expect(selected(screen)).toBe(4);
    await alt(screen, 'up');
    keysOf(screen).take(keyPress('up', { ctrl: true }));
    expect(selected(screen)).toBe(2);
    await press(screen, 'up', 'up', 'up');
    expect(selected(screen)).toBe(1);
    await press(screen, 'down');
    expect(selected(screen)).toBe(2);
    await alt(screen, 'down', 'down', 'down');
    expect(selected(screen)).toBeNull();
    expect(screen.store.active.anchor).toEqual({ kind: 'bottom' });
  });

  it('begins by /select too, and Esc ends it', async () => {
    const screen = await screenOf();
    await enter(screen, '/select');
    expect(selected(screen)).toBe(4);
    await press(screen, 'escape');
    expect(selected(screen)).toBeNull();
  });

  it('passes over what nobody said', async () => {
    const screen = await screenOf([
      stored(1),
      stored(2, { kind: 'change', text: '', change: { what: 'timer', who: [], text: '60' } }),
      stored(3),
    ]);
    await alt(screen, 'up', 'up');
    expect(selected(screen)).toBe(1);
  });

  it.each(sizes)(
    'is marked, and shown whole with its keys below, at $columns×$rows',
    async (size) => {
      const words = 'word '.repeat(40);
      const screen = await screenOf(
        Array.from({ length: 60 }, (_, n) => stored(n + 1, { text: `m${n + 1} ${words}` })),
      );
      screen.store.setSize(size);
      for (let n = 60; n > 30; n -= 1) {
        await alt(screen, 'up');
        expect(selected(screen)).toBe(n);
        const shown = rowsOf(screen);
        const at = shown.findIndex((row) => row.includes(`m${n} `));
        expect(shown[at]).toMatch(/(^|│)»/);
        expect(shown.filter((row) => /(^|│)»/.test(row))).toHaveLength(1);
        expect(shown.at(-3)).toContain('r reply');
      }
      for (let n = 31; n < 60; n += 1) {
        await alt(screen, 'down');
        expect(rowsOf(screen).find((row) => /(^|│)»/.test(row))).toContain(`m${n + 1} `);
      }
    },
  );

  it('follows the page that is read', async () => {
    const screen = await screenOf(Array.from({ length: 150 }, (_, n) => stored(n + 1)));
    await alt(screen, 'up');
    await press(screen, 'pageup');
    const shown = rowsOf(screen);
    expect(shown.find((row) => /(^|│)»/.test(row))).toContain(`message ${selected(screen)}`);
    expect(selected(screen)).toBeLessThan(150);
    await press(screen, 'pagedown');
    expect(rowsOf(screen).find((row) => /(^|│)»/.test(row))).toContain(
      `message ${selected(screen)}`,
    );
  });

  it('moves to the nearest when its message goes, and what was asked of it is not asked of that', async () => {
    const screen = await screenOf();
    await alt(screen, 'up', 'up', 'up');
    await press(screen, 'd');
    expect(screen.store.active.selection).toMatchObject({ id: nthId(2), asks: 'delete' });
    await screen.session.request({ do: 'delete-message', id: nthId(2) });
    expect(screen.store.active.selection).toEqual({ id: nthId(3), asks: 'what', said: null });
    await screen.session.request({ do: 'delete-message', id: nthId(4) });
    await screen.session.request({ do: 'delete-message', id: nthId(3) });
    expect(selected(screen)).toBe(1);
    await screen.session.request({ do: 'delete-message', id: nthId(1) });
    expect(selected(screen)).toBeNull();
  });
});

describe('with a message selected', () => {
  it('r answers it with the next line, which says so, also where that begins with a name', async () => {
    const screen = await screenOf();
    await alt(screen, 'up', 'up', 'up');
    await press(screen, 'r');
    expect(rowsOf(screen).at(-2)).toContain('Answer (Esc drops it) > asha: shall we?');
    screen.store.edit({ type: 'insert', text: '@asha yes' });
    await press(screen, 'enter');
    const words = { text: '@asha yes', reply: nthId(2) };
    expect(did(screen)).toEqual([{ do: 'send', to: { room: '#lobby' }, ...words }]);
    expect(screen.store.active.intent).toBeNull();
  });

  it('Esc drops the answer, and the line stays', async () => {
    const screen = await screenOf();
    screen.store.edit({ type: 'insert', text: 'draft' });
    await alt(screen, 'up');
    await press(screen, 'r', 'escape', 'enter');
    expect(did(screen).at(-1)).toEqual({ do: 'send', to: { room: '#lobby' }, text: 'draft' });
  });

  it('an answer that was refused comes back with what it answers', async () => {
    const screen = await screenOf();
    screen.session.answer({
      send: () => {
        throw new Error('no');
      },
    });
    await alt(screen, 'up');
    await press(screen, 'r', 'x', 'enter');
    expect(screen.store.active.composer.text).toBe('x');
    expect(screen.store.active.intent).toMatchObject({ kind: 'reply', id: nthId(4) });
  });

  it('e puts its words into the line, Enter edits, Esc puts back what stood there', async () => {
    const screen = await screenOf([...talk, own(5, { text: '/shrug' })]);
    screen.store.edit({ type: 'insert', text: 'draft' });
    await alt(screen, 'up');
    await press(screen, 'e');
    expect(screen.store.active.composer.text).toBe('//shrug');
    await press(screen, '!', 'enter');
    expect(did(screen)).toEqual([{ do: 'edit', id: nthId(5), text: '/shrug!' }]);
    screen.store.edit({ type: 'insert', text: 'draft' });
    await alt(screen, 'up');
    await press(screen, 'e', 'escape');
    expect(screen.store.active.composer.text).toBe('draft');
  });

  it('e of another’s message edits nothing and says why', async () => {
    const screen = await screenOf();
    await alt(screen, 'up');
    await press(screen, 'e');
    expect(rowsOf(screen).at(-3)).toContain('Only words of your own');
    expect(screen.store.active.intent).toBeNull();
  });

  it('d asks how far: h here, a for all where it is ours; anything else deletes nothing', async () => {
    const screen = await screenOf();
    await alt(screen, 'up', 'up');
    await press(screen, 'd');
    expect(rowsOf(screen).at(-3)).toContain('a: for all');
    await press(screen, 'x');
    await press(screen, 'd', 'escape');
    expect(did(screen)).toEqual([]);
    await press(screen, 'd', 'a');
    expect(did(screen)).toEqual([{ do: 'unsend', id: nthId(3) }]);
    await press(screen, 'up', 'd', 'a');
    expect(did(screen)).toHaveLength(1);
    await press(screen, 'd', 'h');
    expect(did(screen).at(-1)).toEqual({ do: 'delete-message', id: nthId(2) });
    expect(selected(screen)).toBe(3);
  });

  it('+ offers emoji by short code, and the same once more takes it back', async () => {
    const message = stored(1, { reactions: [{ emoji: '🎉', from: [me.fingerprint] }] });
    const screen = await screenOf([message]);
    screen.session.answer({ message: () => ({ message }) });
    await alt(screen, 'up');
    await press(screen, '+', ...'heart', 'enter', '+', ...'tada', 'enter', '+');
    keysOf(screen).take({ kind: 'text', text: '🐟' });
    await press(screen, 'enter', '+', ...'zzzzzz', 'enter', 'escape');
    expect(did(screen)).toEqual([
      { do: 'react', id: nthId(1), emoji: '❤️', on: true },
      { do: 'react', id: nthId(1), emoji: '🎉', on: false },
      { do: 'react', id: nthId(1), emoji: '🐟', on: true },
    ]);
  });

  it('c copies its words, without controls, and says how', async () => {
    const screen = await screenOf([stored(1, { text: 'rm -rf\u001b[2J x\u0003' })]);
    await alt(screen, 'up');
    await press(screen, 'c');
    expect(screen.copied).toEqual(['rm -rf x\ufffd']);
    expect(rowsOf(screen).at(-3)).toContain('Copied by a test.');
  });

  it('c copies a link as what it leads to, which is what the screen shows', async () => {
    const text = 'see http://\u0430pple.com/ and\nhttps://a.example/x';
    const screen = await screenOf([stored(1, { text })]);
    await alt(screen, 'up');
    await press(screen, 'c');
    // Control: a link that is what it looks like is copied as it was written.
    expect(screen.copied).toEqual(['see http://xn--pple-43d.com/ and\nhttps://a.example/x']);
    expect(rowsOf(screen).join('\n')).toContain('http://xn--pple-43d.com/');
  });

  it('s asks for a file, and writes it alone there', async () => {
    const screen = await screenOf([stored(1), stored(2), stored(3)]);
    await alt(screen, 'up', 'up');
    await press(screen, 's');
    expect(screen.store.active.composer.text).toBe('/export ');
    await press(screen, ...'note.txt', 'enter');
    expect(screen.exports).toEqual([
      expect.objectContaining({ only: nthId(2), format: 'text', file: 'note.txt' }),
    ]);
  });

  it('i tells who, when, what became of it, and what it said before', async () => {
    const originals = [{ text: 'mein', until: '2026-01-31T09:20:00.000Z' }];
    const screen = await screenOf([own(3, { text: 'mine' })]);
    const message = own(3, { text: 'mine', edited: '2026-01-31T09:20:00.000Z', originals });
    screen.session.answer({ message: () => ({ message }) });
    await alt(screen, 'up');
    await press(screen, 'i');
    const shown = rowsOf(screen).join('\n');
    for (const fact of ['(you)', 'eeee eeee', 'relayed', 'edited 2026-01-31', 'mein', nthId(3)]) {
      expect(shown).toContain(fact);
    }
  });

  it('Enter and g go to what it answers, and Esc comes back', async () => {
    const far = Array.from({ length: 900 }, (_, n) => stored(n + 1));
    const screen = await screenOf([...far, stored(901, { reply: nthId(3) })]);
    await alt(screen, 'up');
    await press(screen, 'enter');
    expect(screen.store.active.found).toBe(nthId(3));
    expect(rowsOf(screen).some((row) => row.includes('message 3'))).toBe(true);
    await press(screen, 'escape', 'up');
    await alt(screen, 'up', 'up');
    await press(screen, 'g');
    expect(rowsOf(screen).at(-3)).toContain('It answers no message.');
  });

  it('any other letter says that it does nothing, and is not typed', async () => {
    const screen = await screenOf();
    await alt(screen, 'up');
    await press(screen, 'x');
    expect(screen.store.active.composer.text).toBe('');
    expect(rowsOf(screen).at(-3)).toContain('x does nothing here');
  });
});

describe('a command about messages takes the selected one', () => {
  it.each([
    ['/reply yes', { do: 'send', to: { room: '#lobby' }, text: 'yes', reply: nthId(3) }],
    ['/edit other', { do: 'edit', id: nthId(3), text: 'other' }],
    ['/react :tada:', { do: 'react', id: nthId(3), emoji: '🎉', on: true }],
    ['/unsend', { do: 'unsend', id: nthId(3) }],
    ['/delete', { do: 'delete-message', id: nthId(3) }],
    ['/reply ^2 yes', { do: 'send', to: { room: '#lobby' }, text: 'yes', reply: nthId(2) }],
  ])('%s', async (line, request) => {
    const screen = await screenOf();
    await alt(screen, 'up', 'up');
    await press(screen, ...line, 'enter');
    expect(did(screen)).toEqual([request]);
  });

  it('and says so where that can’t be done with it', async () => {
    const screen = await screenOf();
    await alt(screen, 'up');
    await press(screen, ...'/edit other', 'enter');
    expect(did(screen)).toEqual([]);
    expect(rowsOf(screen).at(-3)).toContain('can’t be done with the selected message');
    expect(lines(screen.store, '#lobby')).toHaveLength(4);
  });
});

describe('what is selected stays in its row', () => {
  it('while messages arrive, in a conversation of any length', async () => {
    for (const length of [3, 200]) {
      const screen = await screenOf(Array.from({ length }, (_, n) => stored(n + 1)));
      await alt(screen, 'up', 'up');
      const at = () => rowsOf(screen).findIndex((row) => /(^|│)»/.test(row));
      const row = at();
      for (let n = 1; n < 40; n += 1) {
        tell(screen.session, screen.history, stored(length + n));
        expect(at()).toBe(row);
      }
    }
  });
});
