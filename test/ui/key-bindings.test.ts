import { describe, expect, it } from 'vitest';
import {
  bindKeys,
  DEFAULT_KEYS,
  DEFAULT_KEYS_OF,
  keyHelp,
  shownKey,
} from '../../src/ui/bound-keys.ts';
import {
  KEY_ACTIONS,
  KEY_TABLE,
  type KeyActionName,
  type KeyPlace,
} from '../../src/ui/key-bindings.ts';
import type { KeyEvent } from '../../src/ui/key-sequences.ts';
import { KeyDecoder } from '../../src/ui/keys.ts';
import { keysOf, press } from '../support/screen-presses.ts';
import { type TestScreen, testScreen } from '../support/screen-store.ts';

/** The press that a terminal's bytes are. */
function pressed(bytes: string): KeyEvent {
  const events: KeyEvent[] = [];
  const decoder = new KeyDecoder({
    onKey: (event) => events.push(event),
    schedule: () => () => {},
  });
  decoder.push(Buffer.from(bytes));
  const [event] = events;
  if (event === undefined || events.length > 1) throw new Error('not one key');
  return event;
}

function type(screen: TestScreen, ...bytes: readonly string[]): void {
  for (const each of bytes) keysOf(screen).take(pressed(each));
}

function screenWith(changes: readonly (readonly [KeyActionName, readonly string[]])[] = []) {
  const screen = testScreen();
  screen.store.setKeys(bindKeys(new Map([...DEFAULT_KEYS_OF, ...changes])));
  return screen;
}

describe('the table of keys', () => {
  it('names every action once', () => {
    const names = KEY_ACTIONS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toHaveLength(Object.values(KEY_TABLE).flat().length);
  });

  it.each(Object.keys(KEY_TABLE) as KeyPlace[])('has no key twice, %s', (place) => {
    const keys = KEY_TABLE[place].flatMap((action): readonly string[] => action.keys);
    expect(new Set(keys).size).toBe(keys.length);
  });

  // What xterm sends for the keys that people are told of.
  it.each([
    ['\r', 'screen', 'send'],
    ['\x1b\r', 'screen', 'newline'],
    ['\n', 'screen', 'newline'],
    ['\x1b1', 'screen', 'window-1'],
    ['\x1b9', 'screen', 'window-9'],
    ['\x0e', 'screen', 'next-window'],
    ['\x10', 'screen', 'previous-window'],
    ['\x1ba', 'screen', 'next-unread'],
    ['\x1bA', 'screen', 'next-unread'],
    ['\x14', 'screen', 'find-window'],
    ['\x0b', 'screen', 'find-window'],
    ['\x1b[5~', 'screen', 'page-up'],
    ['\x1b[6~', 'screen', 'page-down'],
    ['\x1b[A', 'screen', 'up'],
    ['\x1b[B', 'screen', 'down'],
    ['\t', 'screen', 'complete'],
    ['\x1b[Z', 'screen', 'complete-back'],
    ['\x1b[27u', 'screen', 'back'],
    ['?', 'emptyLine', 'help'],
    ['\x04', 'emptyLine', 'leave'],
    ['\x01', 'line', 'line-start'],
    ['\x05', 'line', 'line-end'],
    ['\x0b', 'line', 'cut-to-end'],
    ['\x15', 'line', 'cut-to-start'],
    ['\x17', 'line', 'cut-back-to-blank'],
    ['\x1bb', 'line', 'word-left'],
    ['\x1bf', 'line', 'word-right'],
    ['\x7f', 'line', 'delete-left'],
    ['\x03', 'everywhere', 'interrupt'],
    ['\x1a', 'everywhere', 'suspend'],
    ['\x1b[27u', 'list', 'close'],
    ['\x0e', 'list', 'list-down'],
    ['D', 'list', 'delete-found'],
  ] as const)('takes %j, %s, for %s', (bytes, place, action) => {
    expect(DEFAULT_KEYS[place](pressed(bytes))).toBe(action);
  });
});

describe('keys on the screen', () => {
  it('are those that the person has, and no more the usual ones', () => {
    const screen = screenWith([['help', ['f1']]]);
    type(screen, '?');
    expect(screen.store.state.overlay).toBeNull();
    expect(screen.store.active.composer.text).toBe('?');
    screen.store.edit({ type: 'clear' });
    type(screen, '\x1bOP');
    expect(screen.store.state.overlay).toEqual({ kind: 'help', top: 0 });
  });

  it('edit the line where that changes anything, and mean the screen elsewhere', () => {
    const screen = screenWith();
    screen.store.edit({ type: 'insert', text: 'one two' });
    screen.store.edit({ type: 'move', to: 'word-left' });
    type(screen, '\x0b');
    expect(screen.store.active.composer.text).toBe('one ');
    expect(screen.store.state.overlay).toBeNull();
    type(screen, '\x0b');
    expect(screen.store.state.overlay?.kind).toBe('switcher');
  });

  it('leave by Ctrl+D where nothing is typed, and only there', () => {
    const screen = screenWith();
    screen.store.edit({ type: 'insert', text: 'x' });
    type(screen, '\x04');
    expect(screen.wishes).toEqual([]);
    type(screen, '\x7f', '\x04');
    expect(screen.wishes).toHaveLength(1);
  });

  it('tell a key with Shift from one without where somebody asks for that', () => {
    const screen = screenWith([['find-window', ['alt+shift+a']]]);
    type(screen, '\x1ba');
    expect(screen.store.state.overlay).toBeNull();
    type(screen, '\x1bA');
    expect(screen.store.state.overlay?.kind).toBe('switcher');
  });

  it('type in a list that has a line, whatever letters are bound there', async () => {
    const screen = screenWith([['list-down', ['j', 'down']]]);
    type(screen, '\x14', 'j');
    expect(screen.store.state.overlay).toMatchObject({ query: { text: 'j' } });
    // Control: where nothing is typed the letter moves.
    screen.store.setOverlay({ kind: 'help', top: 0 });
    await press(screen, 'j');
    expect(screen.store.state.overlay).toEqual({ kind: 'help', top: 1 });
  });
});

describe('keys in the help', () => {
  it('move no further than there is something to show', () => {
    const screen = screenWith();
    screen.store.setOverlay({ kind: 'help', topic: 'keys', top: 0 });
    type(screen, ...Array.from({ length: 40 }, () => '\x1b[6~'));
    const bottom = screen.store.state.overlay;
    type(screen, '\x1b[5~');
    expect(screen.store.state.overlay).not.toEqual(bottom);
    type(screen, '\x1b[6~', '\x1b[6~');
    expect(screen.store.state.overlay).toEqual(bottom);
    type(screen, ...Array.from({ length: 40 }, () => '\x1b[5~'));
    expect(screen.store.state.overlay).toMatchObject({ top: 0 });
  });

  it('are shown as people read them', () => {
    expect(['ctrl+n', 'alt+shift+a', 'pageup', 'escape', '?', 'd', 'alt+1'].map(shownKey)).toEqual([
      'Ctrl+N',
      'Alt+Shift+A',
      'PgUp',
      'Esc',
      '?',
      'd',
      'Alt+1',
    ]);
  });

  it('are those of now; what has none is left out', () => {
    const changed = new Map([...DEFAULT_KEYS_OF, ['send', ['f5']], ['back', []]] as const);
    const shown = keyHelp(changed, 'screen').map(([keys]) => keys);
    expect(shown).toContain('F5');
    expect(shown).not.toContain('Enter');
    expect(shown).not.toContain('Esc');
    expect(shown).toContain('Alt+1 … 9');
    expect(shown).not.toContain('Alt+2');
  });
});
