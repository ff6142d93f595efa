import { describe, expect, it } from 'vitest';
import type { ClientEvent } from '../../src/client/api.ts';
import { comparisonRows } from '../../src/ui/comparison.ts';
import { FakeSession, peerId, person } from '../support/fake-session.ts';
import { enter, press } from '../support/screen-presses.ts';
import { lines, type TestScreen, testScreen } from '../support/screen-store.ts';

const ravi = person('ravi', 'b');
const peer = { nick: 'ravi', fingerprint: peerId('b'), trust: 'known' } as const;
const sas = {
  words: ['acorn', 'agent', 'tiger', 'violin', 'zigzag', 'panda', 'olive'],
  digits: '000 001 217 240 255 166 155',
};

function screenWithRavi(): TestScreen {
  const session = new FakeSession({
    'find-person': () => ({ matches: [ravi] }),
    'words-start': () => ({}),
    'words-answer': () => ({}),
  });
  session.snapshot = { ...session.snapshot, people: [ravi] };
  return testScreen(session);
}

function hear(screen: TestScreen, event: ClientEvent): void {
  screen.session.emit(event);
}

async function compared(): Promise<TestScreen> {
  const screen = screenWithRavi();
  await enter(screen, '/verify ravi words');
  hear(screen, { type: 'words', peer, state: 'compare', ...sas });
  return screen;
}

function answers(screen: TestScreen) {
  return screen.session.requests.filter(({ do: what }) => what === 'words-answer');
}

describe('comparing words on the screen', () => {
  it('opens when its person asks for it, and shows the words with their numbers', async () => {
    const screen = screenWithRavi();
    await enter(screen, '/verify ravi words');
    expect(screen.store.state.overlay).toEqual({
      ...{ kind: 'comparison', peer: peerId('b'), sas: null },
    });
    hear(screen, { type: 'words', peer, state: 'compare', ...sas });
    const { overlay, people, keys } = screen.store.state;
    if (overlay?.kind !== 'comparison') throw new Error('no comparison');
    const text = comparisonRows({ people, keys }, overlay, { cells: 40, rows: 20 })
      .map((row) => row.map((each) => each.text).join(''))
      .join('\n');
    for (const word of sas.words) expect(text).toContain(word);
    expect(text).toContain('217  tiger');
  });

  it.each([
    ['y', true],
    ['n', false],
  ])('takes %s for an answer, and nothing else', async (key, same) => {
    const screen = await compared();
    await press(screen, 'x');
    expect(answers(screen)).toEqual([]);
    await press(screen, key);
    expect(answers(screen)).toEqual([{ do: 'words-answer', peer: peerId('b'), same }]);
    expect(screen.store.state.overlay).toBeNull();
  });

  it('calls nothing the same before there are words', async () => {
    const screen = screenWithRavi();
    await enter(screen, '/verify ravi words');
    await press(screen, 'y');
    expect(answers(screen)).toEqual([]);
    await press(screen, 'n');
    expect(answers(screen)).toHaveLength(1);
  });

  it('takes no keys because somebody asks: that is a line', () => {
    const screen = screenWithRavi();
    hear(screen, { type: 'words', peer, state: 'asked' });
    hear(screen, { type: 'words', peer, state: 'compare', ...sas });
    expect(screen.store.state.overlay).toBeNull();
    expect(lines(screen.store, '#lobby').join('\n')).toContain('ravi asks to compare seven words');
  });

  it('says loudly that the words differ, and closes', async () => {
    const screen = await compared();
    hear(screen, { type: 'words', peer, state: 'failed', reason: 'different' });
    expect(screen.store.state.overlay).toBeNull();
    expect(lines(screen.store, '#lobby').join('\n')).toContain('THE WORDS DIFFER');
  });

  it('says that somebody is verified when that is so', async () => {
    const screen = await compared();
    expect(lines(screen.store, '#lobby').join('\n')).not.toContain('is verified');
    hear(screen, { type: 'words', peer, state: 'same' });
    expect(lines(screen.store, '#lobby').join('\n')).toContain('ravi is verified');
  });
});
