import { describe, expect, it } from 'vitest';
import { nextCompletion, startCompletion } from '../../src/ui/completion.ts';
import { EMPTY_COMPOSER, editComposer } from '../../src/ui/composer.ts';
import { fuzzyScore, switcherItems } from '../../src/ui/switcher.ts';
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
  return startCompletion(composer, state)?.candidates ?? null;
}

describe('Tab', () => {
  it.each([
    ['/ver', ['/verify ']],
    ['/w', ['/who ', '/whois ', '/who-read ', '/win ', '/where ']],
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
    ['/set keep-days ke', null],
    ['@me', null],
  ])('after %j offers %j', (text, expected) => {
    expect(candidates(text)).toEqual(expected);
  });

  it('goes round and round, replacing what it put in before', () => {
    let composer = editComposer(EMPTY_COMPOSER, { type: 'insert', text: 'hi @ra' });
    let run = startCompletion(composer, state);
    const seen: string[] = [];
    for (let press = 0; press < 3; press += 1) {
      if (run === null) throw new Error('nothing to offer');
      const { start, end } = run;
      const text = run.candidates[run.index] ?? '';
      composer = editComposer(composer, { type: 'replace', start, end, text });
      seen.push(composer.text);
      run = nextCompletion(run, 1);
    }
    expect(seen).toEqual(['hi @rani ', 'hi @ravi ', 'hi @rani ']);
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

  it('prefers the beginning of a word and letters side by side', () => {
    const start = fuzzyScore('ravi', 'ra') ?? 0;
    expect(start).toBeGreaterThan(fuzzyScore('sahara', 'ra') ?? 0);
    expect(fuzzyScore('ravi', 'vr')).toBeNull();
  });
});
