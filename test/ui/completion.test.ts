import { describe, expect, it } from 'vitest';
import { startCompletion } from '../../src/ui/completion.ts';
import { EMPTY_COMPOSER, editComposer } from '../../src/ui/composer.ts';
import { overlayView } from '../../src/ui/overlay-rows.ts';
import { fuzzyScore, switcherFor, switcherItems } from '../../src/ui/switcher.ts';
import { FakeSession, person } from '../support/fake-session.ts';
import { testScreen } from '../support/screen-store.ts';

const session = new FakeSession();
session.snapshot = {
  ...session.snapshot,
  people: [person('ravi', 'b'), person('rani', 'c'), person('Zoë', 'd'), person('me', 'e')],
  rooms: [
    { name: '#work', kind: 'public', members: [] },
    { name: '#world', kind: 'public', members: [] },
  ],
};
const { state } = testScreen(session).store;

function candidates(text: string): readonly string[] | null {
  const composer = editComposer(EMPTY_COMPOSER, { type: 'insert', text });
  return startCompletion(composer, state)?.candidates.map((each) => each.text) ?? null;
}

describe('Tab', () => {
  it.each([
    ['/ver', ['/verify ']],
    ['/w', ['/win ', '/who ', '/whois ', '/who-read ', '/where ']],
    ['@ra', ['@rani ', '@ravi ']],
    ['hello @zo', ['@Zoë ']],
    ['ra', ['rani: ', 'ravi: ']],
    ['hello ra', ['rani ', 'ravi ']],
    ['/msg ra', ['rani ', 'ravi ']],
    ['/msg @ra', ['rani ', 'ravi ']],
    ['/join wor', ['#work', '#world']],
    ['see #wor', ['#work ', '#world ']],
    ['see /ver', null],
    ['', null],
    ['hello ', null],
    ['/msg ravi ra', ['rani ', 'ravi ']],
    ['/set ke', ['keep-days ']],
    ['/help tru', ['trust ']],
    ['/help joi', ['join ']],
    ['/set keep-days ke', null],
    ['/set keep-days ', ['default ']],
    ['/set nonsense o', null],
    ['@me', null],
    ['@zoe', ['@Zoë ']],
    ['@ＺＯ', ['@Zoë ']],
    ['@rvi', ['@ravi ']],
    ['rvi', null],
    ['/re', ['/reply ', '/react ', '/relay ', '/history ', '/who-read ']],
    ['/names', ['/who ']],
    ['/vrfy', ['/verify ']],
    [
      ':heart',
      [
        ':heart:',
        ':heart_eyes:',
        ':kissing_heart:',
        ':yellow_heart:',
        ':green_heart:',
        ':blue_heart:',
        ':purple_heart:',
        ':broken_heart:',
      ],
    ],
    ['hello :thumbsd', [':thumbsdown:']],
    ['hello :ThumbsD', [':thumbsdown:']],
    ['/react :thumbsd', [':thumbsdown: ']],
    ['/sticker sh', ['shrug']],
    ['/poll ', ['anonymous ', 'close ']],
    ['/room in', ['invite ']],
    ['/room invite ra', ['rani ', 'ravi ']],
    ['/room grant ra', ['rani ', 'ravi ']],
    ['/room grant rani ', null],
    ['/kick rani ra', ['rani ', 'ravi ']],
    ['/contact rani no', ['note ', 'no-petname ', 'no-note ', 'no-favourite ']],
    ['/set send-read ', ['on ', 'off ', 'default ']],
    ['/set send-read on ', ['here ']],
    ['/set send-read maybe ', null],
    ['/set notify-level ', ['usual ', 'all ', 'mentions ', 'default ', 'nothing ']],
    ['/set notify-level usual ', null],
    ['/set notify-level nothing ', ['here ']],
    ['/set notify-level default ', ['here ']],
    ['/notify te', ['test ', 'terminal ']],
    ['/notify nothing wor', ['#work ', '#world ']],
    ['/notify all ra', ['rani ', 'ravi ']],
    ['/notify bell ', null],
    ['/mute ra', ['rani ', 'ravi ']],
    ['/mute @ra', ['rani ', 'ravi ']],
    ['/mute wor', ['#work ', '#world ']],
    ['/mute #wor', ['#work ', '#world ']],
    ['/collapse ', ['rooms ', 'private ', 'people ']],
    ['/keys re', ['reload ']],
    ['/verify rani ', ['words ', 'digits ', 'qr ', 'same ', 'different ']],
    ['/verify rani words ', null],
    ['/set hidden o', ['on ', 'off ']],
    ['/mute #work o', ['off ']],
    ['/unblock ', null],
  ])('after %j offers %j', (text, expected) => {
    expect(candidates(text)).toEqual(expected);
  });
});

describe('the switcher', () => {
  it('finds by letters in order, the closest first', () => {
    expect(switcherItems(state, 'ra').map(({ name }) => name)).toEqual(['rani', 'ravi']);
    expect(switcherItems(state, 'wd').map(({ name }) => name)).toEqual(['#world']);
    expect(switcherItems(state, 'qq')).toEqual([]);
  });

  it('shows the windows in their order while nothing is typed', () => {
    const names = switcherItems(state, '').map(({ name }) => name);
    expect(names.slice(0, 3)).toEqual(['#lobby', '#work', '#world']);
  });

  it('says at 40×12, too, how it is left', () => {
    const { store } = testScreen(session);
    const view = overlayView(store.state, switcherFor(store.state, EMPTY_COMPOSER), {
      cells: 40,
      rows: 12,
    });
    expect(view.rows.slice(0, 4).map((row) => row.map(({ text }) => text).join(''))).toEqual([
      ' Go to',
      ' type letters, Enter opens, Esc closes',
      ' > ',
      '',
    ]);
    expect(view.cursor).toEqual({ row: 2, column: 3 });
  });

  it('prefers the beginning of a word and letters side by side', () => {
    const start = fuzzyScore('ravi', 'ra') ?? 0;
    expect(start).toBeGreaterThan(fuzzyScore('sahara', 'ra') ?? 0);
    expect(fuzzyScore('ravi', 'vr')).toBeNull();
  });
});
