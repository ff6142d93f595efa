// The header and the status line: what they say of whom one writes to, and what they keep on a narrow screen.
import { describe, expect, it } from 'vitest';
import type { Person } from '../../src/client/api.ts';
import type { Row } from '../../src/ui/spans.ts';
import { headerRow, statusRow } from '../../src/ui/status-rows.ts';
import { FakeSession, onlineLink, peerId, person } from '../support/fake-session.ts';
import { type TestScreen, testScreen } from '../support/screen-store.ts';

function screenWith(...people: readonly Person[]): TestScreen {
  const session = new FakeSession();
  session.snapshot = { ...session.snapshot, link: onlineLink, people };
  return testScreen(session);
}

function toneOf(row: Row, words: string): string | undefined {
  return row.find(({ text }) => text === words)?.tone;
}

describe('the header', () => {
  const words = ({ store }: TestScreen) =>
    headerRow(store.state)
      .map(({ text }) => text)
      .join('');

  it('names whom one writes to once, also while they type, before what a narrow screen cuts', () => {
    const screen = screenWith(person('bela', 'b'));
    const from = { nick: 'bela', fingerprint: peerId('b'), trust: 'known' } as const;
    screen.store.open(peerId('b'));
    screen.session.emit({ type: 'typing', from, room: null });
    expect(words(screen)).toMatch(/^ lanchat {2}bela is typing … {2}private · here · key/);
    // Control: of a room it stays said which one it is.
    screen.store.open('#lobby');
    screen.session.emit({ type: 'typing', from, room: '#lobby' });
    expect(words(screen)).toMatch(/^ lanchat {2}#lobby {2}bela is typing … {2}/);
  });
});

describe('the status line', () => {
  const old = person('bela', 'b', { trust: 'verified', online: false });
  const status = ({ store }: TestScreen) =>
    statusRow(store.state, { countdownMs: null, sidebar: true });

  it('says in the window of a verified key that its name has come with another', () => {
    const screen = screenWith(old, person('bela', 'c', { keyChangedFrom: [peerId('b')] }));
    for (const digit of ['b', 'c']) {
      screen.store.open(peerId(digit));
      expect(toneOf(status(screen), 'KEY CHANGED')).toBe('alarm');
      expect(toneOf(status(screen), 'verified')).toBeUndefined();
    }
  });

  it('says that it is verified again once the new key is accepted', () => {
    const screen = screenWith(old, person('bela', 'c', { keyChangedFrom: [peerId('b')] }));
    screen.store.open(peerId('b'));
    screen.session.emit({ type: 'person', person: person('bela', 'c', { trust: 'verified' }) });
    expect(toneOf(status(screen), 'verified')).toBe('good');
  });
});
