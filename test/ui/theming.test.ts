import { beforeEach, describe, expect, it } from 'vitest';
import type { Preferences } from '../../src/client/api.ts';
import { DEFAULT_PREFERENCES } from '../../src/client/preferences.ts';
import { UsageError } from '../../src/protocol/errors.ts';
import { BACKGROUND_PATIENCE_MS, BACKGROUND_QUERY } from '../../src/ui/background.ts';
import { safeText } from '../../src/ui/safe-text.ts';
import { BUILT_IN_THEMES, paletteOf } from '../../src/ui/theme.ts';
import { readThemeFile, type ThemeFile } from '../../src/ui/theme-file.ts';
import { Theming } from '../../src/ui/theming.ts';
import { inkScreen } from '../support/ink-screen.tsx';
import { enter } from '../support/screen-presses.ts';
import { lines, type TestScreen, testScreen } from '../support/screen-store.ts';

const dark = paletteOf(BUILT_IN_THEMES.dark, '256');
const light = paletteOf(BUILT_IN_THEMES.light, '256');
const WHITE = '\x1b]11;rgb:ffff/ffff/ffff\x1b\\';

let screen: TestScreen;
beforeEach(() => {
  screen = testScreen();
});

function themed(
  env: Record<string, string>,
  readTheme: () => Promise<ThemeFile> = async () => ownFile(null),
): Theming {
  return new Theming({ store: screen.store, env: { TERM: 'xterm-256color', ...env }, readTheme });
}

function ownFile(text: string | null): ThemeFile {
  const path = safeText('/home/asha/theme');
  return { ...readThemeFile(text ?? ''), path, isThere: text !== null };
}

const palette = () => screen.store.state.palette;

describe('the theme as the terminal is', () => {
  it('is dark until the terminal says that it is light', () => {
    const theming = themed({});
    expect(palette()).toEqual(dark);
    expect(theming.query()).toBe(BACKGROUND_QUERY);
    theming.hear('\x1b]4;1;rgb:ffff/ffff/ffff\x1b\\');
    expect(palette()).toEqual(dark);
    theming.hear(WHITE);
    expect(palette()).toEqual(light);
  });

  it('goes by COLORFGBG where the terminal says nothing', () => {
    themed({ COLORFGBG: '0;15' });
    expect(palette()).toEqual(light);
  });

  it('passes over what comes too late, unasked, or again', () => {
    const unasked = themed({});
    unasked.hear(WHITE);
    expect(palette()).toEqual(dark);
    unasked.query();
    screen.clock.nowMs += BACKGROUND_PATIENCE_MS + 1;
    unasked.hear(WHITE);
    expect(palette()).toEqual(dark);
    const asked = themed({});
    asked.query();
    asked.hear('\x1b]11;rgb:0/0/0\x1b\\');
    asked.hear(WHITE);
    expect(palette()).toEqual(dark);
  });

  it.each([{ NO_COLOR: '1' }, { TERM: 'linux' }])('asks nothing with %j', (env) => {
    expect(themed(env).query()).toBeNull();
  });

  it('has no colour with NO_COLOR, whatever is set', async () => {
    const theming = themed({ NO_COLOR: '1' }, async () => ownFile('accent = red'));
    const plain = palette();
    for (const name of ['dark', 'light', 'own'] as const) {
      await theming.use(name);
      expect(palette()).toEqual(plain);
    }
    expect(Object.values(plain).join(' ')).not.toMatch(/3\d|4\d|9\d/);
  });
});

describe('a theme that is set', () => {
  it('stays what the terminal says otherwise', async () => {
    const theming = themed({});
    theming.query();
    await theming.use('dark');
    theming.hear(WHITE);
    expect(palette()).toEqual(dark);
    await theming.use('auto');
    expect(palette()).toEqual(light);
  });

  it('of one’s own changes what it names, of what it begins from', async () => {
    const theming = themed({}, async () => ownFile('base = light\naccent = 33\nbar = 15 on 4'));
    await theming.use('own');
    expect(palette()).toEqual({ ...light, accent: '1;38;5;33', bar: '97;44' });
    expect(lines(screen.store, '#lobby')).toEqual([]);
  });

  it('tells bad lines with their numbers and goes by the good ones', async () => {
    const bad = Array.from({ length: 8 }, () => 'x').join('\n');
    const theming = themed({}, async () => ownFile(`accent = 33\naccnt = 3\n${bad}`));
    await theming.use('own');
    expect(palette()).toEqual({ ...dark, accent: '1;38;5;33' });
    const told = lines(screen.store, '#lobby');
    expect(told[0]).toBe('!! Theme, line 2: nothing is called "accnt"; did you mean accent?');
    expect(told).toHaveLength(7);
    expect(told.at(-1)).toMatch(/^!! Theme: 3 more, in these lines of \/\S+: 8, 9, 10$/);
  });

  it('is as before where the file can’t be read or isn’t there, and says so', async () => {
    const faulty = themed({}, async () => {
      throw new UsageError('not-a-file', '/home/asha/theme is not a plain file; move it away');
    });
    await faulty.use('own');
    expect(palette()).toEqual(dark);
    expect(lines(screen.store, '#lobby').at(-1)).toMatch(
      /^!! Your theme can't be read: .*plain file/,
    );
    await themed({}).use('own');
    expect(palette()).toEqual(dark);
    expect(lines(screen.store, '#lobby').at(-1)).toContain('/home/asha/theme; there is none yet');
  });

  it('is on the screen as soon as /set says so', async () => {
    let preferences: Preferences = DEFAULT_PREFERENCES;
    screen.session.answer({
      settings: () => preferences,
      set: ({ change }) => {
        preferences = { ...preferences, ...change };
        return preferences;
      },
    });
    const theming = themed({});
    const acting = { ...screen, actions: { ...screen.actions, theming } };
    const shown = inkScreen(screen.store);
    expect(shown.styled().at(-1)).toContain(`\x1b[${dark.accent}m#lobby> `);
    await enter(acting, '/set theme light');
    expect(shown.styled().at(-1)).toContain(`\x1b[${light.accent}m#lobby> `);
    shown.close();
  });
});
