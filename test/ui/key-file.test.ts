import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bindKeys, DEFAULT_KEYS_OF } from '../../src/ui/bound-keys.ts';
import { KEY_ACTIONS, NEEDED_ACTIONS } from '../../src/ui/key-bindings.ts';
import { keyFileText, readKeyFile } from '../../src/ui/key-file.ts';
import { keyPress } from '../../src/ui/key-sequences.ts';
import { takeKeys } from '../../src/ui/keys-tasks.ts';
import { safeText } from '../../src/ui/safe-text.ts';
import { enter } from '../support/screen-presses.ts';
import { lines, testScreen } from '../support/screen-store.ts';

/** The problems of a file, as `line: words`. */
function wrong(text: string): string[] {
  return readKeyFile(text).problems.map(({ line, text: why }) => `${line}: ${why}`);
}

describe('a file of keys', () => {
  it('changes what it names and leaves the rest', () => {
    const { keysOf, problems } = readKeyFile(
      '# mine\r\n\r\nsend = Alt+Enter, f5   # both\nNEWLINE=enter\nsuspend = none\nhelp = F1, ?\n',
    );
    expect(problems).toEqual([]);
    expect(keysOf.get('send')).toEqual(['alt+enter', 'f5']);
    expect(keysOf.get('newline')).toEqual(['enter']);
    expect(keysOf.get('suspend')).toEqual([]);
    expect(keysOf.get('help')).toEqual(['f1', '?']);
    expect(keysOf.get('page-up')).toEqual(['pageup']);
    expect(keysOf.size).toBe(KEY_ACTIONS.length);
  });

  it('takes keys as the help shows them', () => {
    const { keysOf, problems } = readKeyFile(
      'page-up = PgUp, Ctrl+Alt+U\nback = Esc\nleft = alt+comma',
    );
    expect(problems).toEqual([]);
    expect(keysOf.get('page-up')).toEqual(['pageup', 'ctrl+alt+u']);
    expect(keysOf.get('left')).toEqual(['alt+,']);
  });

  it.each([
    ['sned = enter', '1: there is no action "sned"; did you mean send?'],
    ['xyzzyplugh = enter', '1: there is no action "xyzzyplugh"; lanchat keys lists them'],
    ['\n\nsend', '3: this is no "action = key, key"'],
    ['= enter', '1: this is no "action = key, key"'],
    ['send =', '1: a key is missing; none takes all away'],
    ['send = f5,,f6', '1: a key is missing; none takes all away'],
    ['send = super+x', '1: "super+x" is no key; keys are written as ctrl+n, alt+1, pageup, f5'],
    ['send = ctrl+none', '1: "ctrl+none" is no key; keys are written as ctrl+n, alt+1, pageup, f5'],
    ['up = k', '1: k types a character there; put ctrl+ or alt+ before it'],
    ['up = space', '1: Space types a character there; put ctrl+ or alt+ before it'],
    ['up = shift+k', '1: "shift+k" types a character; write that character itself'],
    ['up = ctrl+i', '1: terminals send "ctrl+i" as tab; write that'],
    ['help = /', '1: / begins every command; use another key'],
    ['send = f5\nsend = f6', '2: line 1 says it of send already; take one out'],
  ])('tells what is wrong with %j, and what to do', (text, why) => {
    expect(wrong(text)).toEqual([why]);
  });

  it('leaves a line with anything wrong out, and goes by all others', () => {
    const { keysOf } = readKeyFile('page-up = f5, hyper+x\npage-down = f6');
    expect(keysOf.get('page-up')).toEqual(['pageup']);
    expect(keysOf.get('page-down')).toEqual(['f6']);
  });

  it('gives a key that two lines name to the first, and says so', () => {
    const text = 'page-up = f5\npage-down = f5, f6\nrepaint = f6';
    const { keysOf } = readKeyFile(text);
    expect(wrong(text)).toEqual([
      '2: F5 belongs to page-up (line 1), so page-down does not get it; choose another key',
      '3: F6 belongs to page-down (line 2), so repaint does not get it; choose another key',
    ]);
    expect(keysOf.get('page-down')).toEqual(['f6']);
  });

  it('takes a usual key from who has it, and says so where that was the only one', () => {
    const text = 'find-window = ctrl+n\nnewline = ctrl+t';
    expect(wrong(text)).toEqual([
      '1: next-window has no key any more; give it one, or write next-window = none',
    ]);
    expect(wrong(`${text}\nnext-window = none`)).toEqual([]);
  });

  it('allows one key in two places', () => {
    // Control: in one place, or where one holds everywhere, it is refused.
    expect(wrong('page-up = f5\nlist-page-up = f5')).toEqual([]);
    expect(wrong('page-up = f5\npage-down = f5')).toHaveLength(1);
    expect(wrong('repaint = f5\nlist-page-up = f5')).toHaveLength(1);
  });

  it.each([
    ['send = none', 'send', 'enter'],
    ['newline = enter', 'send', 'enter'],
    ['left = enter', 'send', 'enter'],
    ['repaint = enter', 'send', 'enter'],
    ['interrupt = none\nsend = ctrl+c', 'interrupt', 'ctrl+c'],
    ['other-view = escape', 'close', 'escape'],
    ['other-view = enter', 'choose', 'enter'],
  ] as const)(
    'never leaves nobody a way to write, choose, close or leave: %j',
    (text, name, key) => {
      const { keysOf, problems } = readKeyFile(text);
      expect(problems.map(({ text: why }) => String(why)).join()).toContain(`${name} needs a key`);
      expect(keysOf.get(name)).toContain(key);
      const event = key === 'ctrl+c' ? keyPress('c', { ctrl: true }) : keyPress(key);
      const bound = bindKeys(keysOf);
      const action = KEY_ACTIONS.find((each) => each.name === name);
      if (action === undefined) throw new Error('no such action');
      expect(bound[action.place](event)).toBe(name);
      expect(action.place === 'everywhere' ? null : bound.everywhere(event)).toBeNull();
      expect(action.place === 'screen' ? bound.line(event) : null).toBeNull();
    },
  );

  it('is what lanchat writes: read again it says the same, whatever was changed', () => {
    const changed = readKeyFile(
      'help = none, \nhelp = F1\nword-left = alt+comma, ctrl+left\nsuspend = none',
    );
    for (const keysOf of [DEFAULT_KEYS_OF, changed.keysOf]) {
      const text = keyFileText(keysOf, safeText('/somewhere/keys'));
      const again = readKeyFile(text);
      expect(again.problems).toEqual([]);
      expect([...again.keysOf].toSorted()).toEqual([...keysOf].toSorted());
      for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(140);
    }
  });

  it('is read whatever it holds, and tells nothing that could drive a terminal', () => {
    const names = fc.constantFrom(...KEY_ACTIONS.map(({ name }) => name));
    const keys = fc.constantFrom(
      'enter',
      'ctrl+c',
      'escape',
      'f5',
      'none',
      'k',
      '?',
      '\x1b[2J',
      '\u202e',
    );
    const line = fc
      .tuple(fc.oneof(names, fc.string({ unit: 'binary' })), fc.array(keys, { maxLength: 4 }))
      .map(([name, all]) => `${name} = ${all.join(',')}`);
    const file = fc.array(fc.oneof(line, fc.string({ unit: 'binary' })), { maxLength: 12 });
    fc.assert(
      fc.property(file, (rows) => {
        const { keysOf, problems } = readKeyFile(rows.join('\n'));
        for (const name of NEEDED_ACTIONS) expect(keysOf.get(name)).not.toEqual([]);
        for (const { line: at, text } of problems) {
          expect(at).toBeGreaterThan(0);
          expect(text).not.toMatch(/[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/u);
        }
      }),
    );
  });
});

describe('keys of one’s own on the screen', () => {
  const file = (text: string) => async () => ({ ...readKeyFile(text), path: safeText('/h/keys') });

  it('hold from the start, and what is wrong in the file stands there with its line', async () => {
    const { actions, store } = testScreen();
    await takeKeys({ ...actions, readKeys: file('send = f5\nsned = f6') });
    expect(store.state.keys.screen(keyPress('f5'))).toBe('send');
    expect(lines(store, '#lobby')).toEqual([
      '!! Keys, line 2: there is no action "sned"; did you mean send?',
    ]);
  });

  it('of a file full of faults are told in a few lines', async () => {
    const { actions, store } = testScreen();
    await takeKeys({ ...actions, readKeys: file('nonsense\n'.repeat(1_000)) });
    expect(lines(store, '#lobby')).toHaveLength(7);
    expect(lines(store, '#lobby').at(-1)).toContain('994 more');
  });

  it('stay as they were where the file can’t be read', async () => {
    const { actions, store } = testScreen();
    const readKeys = () => Promise.reject(new Error('a broken disk'));
    await takeKeys({ ...actions, readKeys });
    expect(store.state.keys.screen(keyPress('enter'))).toBe('send');
    expect(lines(store, '#lobby').join()).toContain('a broken disk');
  });

  it('are read anew by /keys reload', async () => {
    const screen = testScreen();
    await enter(screen, '/keys reload');
    expect(lines(screen.store, '#lobby').join()).toContain('The usual keys');
    await enter(screen, '/keys');
    expect(screen.store.state.overlay?.kind).toBe('help');
  });
});
