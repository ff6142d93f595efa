import { describe, expect, it } from 'vitest';
import { bindKeys, DEFAULT_KEYS, DEFAULT_KEYS_OF } from '../../src/ui/bound-keys.ts';
import { COMMANDS, findCommand } from '../../src/ui/commands.ts';
import { helpLines, helpPage } from '../../src/ui/help-pages.ts';
import { helpRows } from '../../src/ui/help-rows.ts';
import { TOPICS } from '../../src/ui/help-topics.ts';
import { safeText } from '../../src/ui/safe-text.ts';
import { SETTINGS } from '../../src/ui/settings.ts';
import { parseLine } from '../../src/ui/typed-line.ts';
import { cellWidth } from '../../src/ui/width.ts';
import { enter } from '../support/screen-presses.ts';
import { testScreen } from '../support/screen-store.ts';

function help(asked: string, keys = DEFAULT_KEYS): string {
  return helpLines(helpPage(asked, { keys, hides: () => false })).join('\n');
}

it.each([30, 40, 55])('lays out every list in one way at %i cells', (cells) => {
  const rows = helpRows('', cells, { keys: DEFAULT_KEYS, version: safeText('1.2.3') });
  const words = rows.map((row) => row.map(({ text }) => text).join(''));
  // A list of marks has two columns, any other its meanings below.
  expect(words).toContainEqual(expect.stringMatching(/^ ✓✓ +read: their/));
  for (const [index, row] of words.entries()) {
    expect(cellWidth(row)).toBeLessThan(cells);
    if (!/^ (?:\/[a-z]|Ctrl|Alt|Tab|Enter)/.test(row)) continue;
    expect(rows[index]?.filter(({ tone }) => tone !== 'accent')).toEqual([]);
  }
  expect(words).toContain(' /help keys');
});

describe('/help', () => {
  it('begins with its topics, the first keys and every command', () => {
    const page = help('');
    for (const { name } of TOPICS) expect(page).toContain(`/help ${name}: `);
    expect(page).toContain('Enter: sends');
    for (const { name } of COMMANDS) expect(page).toContain(`/${name}`);
  });

  it.each(TOPICS.map(({ name, aliases }) => [name, aliases] as const))(
    'tells of %s, with its commands and no others',
    (name, aliases) => {
      const page = help(name);
      expect(page).toContain(`Help on ${name}: `);
      for (const { name: command, topic } of COMMANDS) {
        const isListed = new RegExp(`^ {2}/${command}[ ,:]`, 'mu').test(page);
        expect([command, isListed]).toEqual([command, topic === name]);
      }
      for (const alias of aliases) expect(help(alias.toUpperCase())).toBe(page);
      // Else nobody could ask for one of the two.
      for (const alias of aliases) expect(findCommand(alias)).toBeNull();
    },
  );

  it.each(COMMANDS.map((command) => [command.name, command] as const))(
    'tells of /%s by an example that is one',
    (name, command) => {
      const page = help(`/${name}`);
      expect(page).toContain(command.help);
      expect(page).toContain(command.example);
      expect(parseLine(command.example)).toMatchObject({ kind: 'command', command: { name } });
      for (const alias of command.aliases) expect(help(`/${alias}`)).toBe(page);
    },
  );

  it('has the settings and all keys where somebody asks for them', () => {
    const settings = help('settings');
    for (const { name, meaning } of SETTINGS) expect(settings).toContain(`${name}: ${meaning}`);
    const keysOf = new Map([...DEFAULT_KEYS_OF, ['cut-back-to-blank', ['f9']]] as const);
    const keys = help('keys', bindKeys(keysOf, safeText('/home/asha/keys')));
    expect(keys).toContain('F9: ');
    expect(keys).not.toContain('Ctrl+W');
    expect(keys).toContain('/home/asha/keys');
  });

  it.each([
    ['kyes', 'keys'],
    ['/jion', 'join'],
    ['truts', 'trust'],
  ])('answers %s with %s', (typed, meant) => {
    expect(help(typed)).toContain(`did you mean /help ${meant}?`);
    expect(help(typed)).toContain('/help talking');
  });

  it('shows clean what it doesn’t know', () => {
    const page = help('\u001b[2J\u202exyzzyplugh');
    expect(page).toContain('There is no help on "');
    expect(page).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/u);
  });

  it('leaves out keys where there are none, and what can’t be done there', () => {
    const scene = { keys: null, hides: (name: string) => name === 'win' };
    for (const asked of ['', 'keys']) {
      const page = helpLines(helpPage(asked, scene)).join('\n');
      expect(page).not.toContain('Ctrl+');
      expect(page).not.toContain('/win');
    }
  });

  it('describes no key, mark, window or paste of the screen where lines are typed', () => {
    const scene = { keys: null, hides: (name: string) => name === 'keys' || name === 'select' };
    const asked = [
      '',
      ...TOPICS.map(({ name }) => name),
      ...COMMANDS.map(({ name }) => `/${name}`),
    ];
    const said = (keys: typeof DEFAULT_KEYS | null) => {
      const pages = asked.filter((each) => each !== '/select' && each !== '/keys');
      return pages.flatMap((each) => helpLines(helpPage(each, { ...scene, keys }))).join('\n');
    };
    const ofScreen = [
      ...['empty line', '✓✓', 'Alt+', 'Esc', 'PgUp', '/keys reload', 'never sent', 'a window'],
    ];
    for (const word of ofScreen) expect(said(null)).not.toContain(word);
    // Control: the screen's has them.
    for (const word of ofScreen) expect(said(DEFAULT_KEYS)).toContain(word);
    expect(helpLines(helpPage('/select', scene)).join()).toContain('It needs the screen.');
    expect(helpLines(helpPage('/win', scene)).join()).not.toContain('needs the screen');
  });

  it('opens over the messages with what stands behind it', async () => {
    const screen = testScreen();
    await enter(screen, '/help /join');
    expect(screen.store.state.overlay).toEqual({ kind: 'help', topic: '/join', top: 0 });
  });

  it.each([30, 40, 80, 200])('holds in %d columns', (cells) => {
    const state = { keys: DEFAULT_KEYS, version: safeText('1.2.3') };
    const asked = ['', 'nothing such', ...TOPICS.map(({ name }) => name), '/room', '/contact'];
    for (const each of asked) {
      for (const row of helpRows(each, cells, state)) {
        const width = cellWidth(row.map(({ text }) => text).join(''));
        expect(width).toBeLessThanOrEqual(cells);
      }
    }
  });
});
