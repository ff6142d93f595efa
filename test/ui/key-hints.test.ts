// What the screen says of keys: those that the person has, wherever a key is named.
import { describe, expect, it } from 'vitest';
import { bindKeys, DEFAULT_KEYS_OF, hintKey, keyHints } from '../../src/ui/bound-keys.ts';
import { EMPTY_COMPOSER } from '../../src/ui/composer.ts';
import { frameOf } from '../../src/ui/frame.ts';
import type { KeyActionName } from '../../src/ui/key-bindings.ts';
import { keyPress } from '../../src/ui/key-sequences.ts';
import { switcherFor } from '../../src/ui/switcher.ts';
import { FakeSession, peerId } from '../support/fake-session.ts';
import { stillMoment } from '../support/ink-screen.tsx';
import { nthId, stored } from '../support/kept-history.ts';
import { bela, keptScreen } from '../support/kept-screen.ts';
import { openHistory } from '../support/opened-history.ts';
import { phrases } from '../support/phrases.ts';
import { keysOf, press, settled } from '../support/screen-presses.ts';
import { type TestScreen, testScreen } from '../support/screen-store.ts';

type Changes = readonly (readonly [KeyActionName, readonly string[]])[];

function bound(changes: Changes) {
  return bindKeys(new Map([...DEFAULT_KEYS_OF, ...changes]));
}

function shown({ store }: Pick<TestScreen, 'store'>): string {
  const frame = frameOf(store.state, stillMoment);
  if (frame === null) throw new Error('too small');
  const rows = [frame.header, ...frame.main, frame.status, ...frame.composer];
  return rows.map((row) => row.map(({ text }) => text).join('')).join('\n');
}

/** A key by its name, or a character that is said to do something: `Esc`, `Alt+A`, `v: verify`, `d deletes`. */
const KEY_NAMED =
  /\b(?:Enter|Esc|Tab|PgUp|PgDn|Up|Down|Left|Right|Home|End|Space|Backspace)\b|\b(?:Ctrl|Alt|Shift)\+|[↑↓]|(?:^|[ ·(])[b-z+](?:: | ·| (?:again|deletes|does|reply|edit|react|copy|info)\b)/u;

/** `/help` and the manual explain them, where keys have a page of their own; plain lines have no others. */
const EXPLAINED = [
  'with --plain: what was said before; on the screen: PgUp',
  'go to the oldest unread message here; Esc comes back',
  'go to what was said then: 2026-11-03, yesterday, 14:30; Esc comes back',
  'select a message; then Up, Down, and a key for what to do with it',
  'go to a window, as Alt+number does',
  'What comes still counts as a paste that has not ended: Esc or Ctrl+C ends it.',
  'What you type goes to the window you are in, once you press Enter. A paste of several lines is put in and never sent by itself.',
  'A line that you type goes to the conversation you are in, once you press Enter.',
  'record a voice note for where you are: Enter ends and sends it, /voice stop throws it away',
];

function belaKnown(): FakeSession {
  const session = new FakeSession();
  session.snapshot = { ...session.snapshot, people: [bela] };
  return session;
}

describe('hints', () => {
  it('name no key in words: what a key is comes from the table', () => {
    const named = phrases().filter(
      ({ text, where }) => where.startsWith('src/ui/') && KEY_NAMED.test(text),
    );
    expect(named.map(({ text }) => text).sort()).toEqual(EXPLAINED.toSorted());
  });

  it.each([
    'type letters, Enter opens, Esc closes',
    ' r reply · + react · c · d · i · Esc',
    '{0}: details, v: verify',
    ' d again deletes it; others keep theirs',
    'Nothing is unread here. Alt+A goes on.',
  ])('Control: "%s" would be found', (text) => {
    expect(text).toMatch(KEY_NAMED);
  });

  it('show the first key of an action, and - where it has none', () => {
    const keys = bound([
      ['choose', ['o', 'f5', 'enter']],
      ['next-unread', []],
    ]);
    expect(keyHints(keys)('choose')).toBe('o');
    expect(keyHints(keys)('next-unread')).toBe('-');
    expect(hintKey(keys.keysOf, 'next-unread')).toBeNull();
  });

  it('show no character beside a line that is typed, where it is no key', () => {
    const keys = bound([['choose', ['o', 'space', 'f5']]]);
    expect(keyHints(keys, 'beside-input')('choose')).toBe('F5');
  });
});

describe('a changed key is shown', () => {
  it('in the switcher, which it opens and closes', () => {
    const screen = testScreen();
    screen.store.setOverlay(switcherFor(screen.store.state, EMPTY_COMPOSER));
    expect(shown(screen)).toContain('type letters, Enter opens, Esc closes');
    screen.store.setKeys(
      bound([
        ['choose', ['f5', 'enter']],
        ['close', ['f6']],
      ]),
    );
    expect(shown(screen)).toContain('type letters, F5 opens, F6 closes');
  });

  it('before the second press that quits', () => {
    const screen = testScreen();
    screen.store.armQuit(true);
    expect(shown(screen)).toContain(' Ctrl+C again quits');
    screen.store.setKeys(bound([['interrupt', ['ctrl+q']]]));
    expect(shown(screen)).toContain(' Ctrl+Q again quits');
  });

  it('in the details of a person, where an action without a key is left out', () => {
    const screen = testScreen(belaKnown());
    screen.store.setSize({ columns: 120, rows: 24 });
    screen.store.setOverlay({
      ...{ kind: 'person', peer: peerId('b'), known: null, back: null },
      ...{ input: null, top: 0, problem: null },
    });
    expect(shown(screen)).toContain('yet; v does it');
    expect(shown(screen)).toContain('m: write   v: verify   p: petname');
    screen.store.setKeys(
      bound([
        ['message', ['w']],
        ['compare', []],
      ]),
    );
    expect(shown(screen)).toContain('yet; /verify does it');
    expect(shown(screen)).toContain(' w: write   p: petname');
  });

  it('with a message selected, in the question before it is deleted, and does what it says', async () => {
    const screen = await keptScreen(await openHistory([stored(1), stored(2)]));
    screen.store.setSize({ columns: 100, rows: 24 });
    screen.store.setKeys(
      bound([
        ['reply', ['f7']],
        ['delete', ['D']],
        ['delete-here', ['x']],
        ['end-selection', ['f8']],
      ]),
    );
    keysOf(screen).take(keyPress('up', { ctrl: true }));
    await settled(screen);
    expect(shown(screen)).toContain(
      ' F7 reply · + react · c copy · s save · D delete · i info · Enter · F8',
    );
    const deleted = () => screen.session.requests.filter((each) => each.do === 'delete-message');
    await press(screen, 'D');
    expect(shown(screen)).toContain(' Delete it? x: here, others keep theirs · F8: no');
    await press(screen, 'h');
    expect(deleted()).toEqual([]);
    await press(screen, 'D', 'x');
    expect(deleted()).toMatchObject([{ id: nthId(2) }]);
  });
});
