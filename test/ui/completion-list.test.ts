import { afterEach, describe, expect, it } from 'vitest';
import { startCompletion } from '../../src/ui/completion.ts';
import { EMPTY_COMPOSER, editComposer } from '../../src/ui/composer.ts';
import { keyPress } from '../../src/ui/key-sequences.ts';
import { cellWidth } from '../../src/ui/width.ts';
import { FakeSession, peerId, person } from '../support/fake-session.ts';
import { type InkScreen, inkScreen } from '../support/ink-screen.tsx';
import { keysOf } from '../support/screen-presses.ts';
import { type TestScreen, testScreen } from '../support/screen-store.ts';

let shown: InkScreen | null = null;
afterEach(() => {
  shown?.close();
  shown = null;
});

function scene(): TestScreen {
  const session = new FakeSession();
  session.snapshot = {
    ...session.snapshot,
    people: [
      person('ravi', 'b', { trust: 'verified' }),
      person('rani', 'c', { online: false, status: 'back at ten' }),
      person('rasa', 'd', { blocked: true }),
      person('rahel', 'f', { ignored: true }),
    ],
  };
  return testScreen(session);
}

type Step = string | { readonly text: string };

function play(screen: TestScreen, ...steps: readonly Step[]): void {
  const keys = keysOf(screen);
  for (const step of steps) {
    if (typeof step !== 'string') keys.take({ kind: 'text', text: step.text });
    else if (step === 'shift-tab') keys.take(keyPress('tab', { shift: true }));
    else if (step.startsWith('ctrl-')) keys.take(keyPress(step.slice(5), { ctrl: true }));
    else keys.take(keyPress(step));
  }
}

const text = (screen: TestScreen) => screen.store.active.composer.text;
const selected = ({ store }: TestScreen) => {
  const { completion } = store.state;
  return completion?.candidates[completion.selected]?.label ?? null;
};

describe('the list that Tab opens', () => {
  it('puts in the only candidate at once', () => {
    const screen = scene();
    play(screen, { text: '@rav' }, 'tab');
    expect(text(screen)).toBe('@ravi ');
    expect(screen.store.state.completion).toBeNull();
  });

  it('says of people how far they are trusted and whether they are here, those not heard last', () => {
    const screen = scene();
    play(screen, { text: '@ra' }, 'tab');
    const { completion } = screen.store.state;
    expect(completion?.candidates.map(({ label, about }) => `${label}: ${about}`)).toEqual([
      'ravi: verified · here',
      'rani: unverified · not here · says: back at ten',
      'rahel: ignored · unverified · here',
      'rasa: BLOCKED · unverified',
    ]);
    expect(text(screen)).toBe('@ra');
  });

  it('moves with Tab, Shift+Tab and the arrows, round at the ends, and Enter takes without sending', () => {
    const screen = scene();
    play(screen, { text: 'hi @ra' }, 'tab');
    const seen = ['tab', 'down', 'ctrl-n', 'down', 'shift-tab', 'up', 'ctrl-p'].map((key) => {
      play(screen, key);
      return selected(screen);
    });
    expect(seen).toEqual(['rani', 'rahel', 'rasa', 'ravi', 'rasa', 'rahel', 'rani']);
    play(screen, 'enter');
    expect(text(screen)).toBe('hi @rani ');
    expect(screen.session.requests.filter((command) => command.do === 'send')).toEqual([]);
  });

  it('begins at the end with Shift+Tab', () => {
    const screen = scene();
    play(screen, { text: '@ra' }, 'shift-tab');
    expect(selected(screen)).toBe('rasa');
  });

  it('narrows while somebody types on, and widens again', () => {
    const screen = scene();
    play(screen, { text: '@ra' }, 'tab', { text: 'n' });
    expect(screen.store.state.completion?.candidates.map(({ label }) => label)).toEqual(['rani']);
    play(screen, 'backspace');
    expect(screen.store.state.completion?.candidates).toHaveLength(4);
    play(screen, { text: 'zz' });
    expect(screen.store.state.completion).toBeNull();
    expect(text(screen)).toBe('@razz');
  });

  it('takes with a blank, and what follows is text', () => {
    const screen = scene();
    play(screen, { text: 'ra' }, 'tab', { text: ' ' }, { text: 'hello' });
    expect(text(screen)).toBe('ravi: hello');
  });

  it('closes with Esc and Ctrl+C, and leaves what was typed', () => {
    for (const key of ['escape', 'ctrl-c']) {
      const screen = scene();
      play(screen, { text: '@ra' }, 'tab', key);
      expect(screen.store.state.completion).toBeNull();
      expect(text(screen)).toBe('@ra');
      expect(screen.store.state.quitArmed).toBe(false);
    }
  });

  it('closes with any other key, which does what it does without', () => {
    const screen = scene();
    play(screen, { text: '@ra' }, 'tab', 'left', { text: 'x' });
    expect(screen.store.state.completion).toBeNull();
    expect(text(screen)).toBe('@rxa');
  });

  it('closes when another conversation is shown', () => {
    const screen = scene();
    play(screen, { text: '@ra' }, 'tab');
    screen.store.open(peerId('b'));
    expect(screen.store.state.completion).toBeNull();
  });

  it('tells namesakes apart by their keys, also by the digits typed', () => {
    const session = new FakeSession();
    session.snapshot = { ...session.snapshot, people: [person('ravi', 'b'), person('ravi', 'c')] };
    const { state } = testScreen(session).store;
    const offered = (typed: string) => {
      const composer = editComposer(EMPTY_COMPOSER, { type: 'insert', text: typed });
      return startCompletion(composer, state)?.candidates.map((each) => each.text);
    };
    expect(offered('@ra')).toEqual(['@ravi·bbbb ', '@ravi·cccc ']);
    expect(offered('@ravi·c')).toEqual(['@ravi·cccc ']);
  });

  it('offers only whom a command can be for', () => {
    const { state } = scene().store;
    const offered = (typed: string) => {
      const composer = editComposer(EMPTY_COMPOSER, { type: 'insert', text: typed });
      return startCompletion(composer, state)?.candidates.map((each) => each.text);
    };
    expect(offered('/unblock ')).toEqual(['rasa ']);
    expect(offered('/unignore ')).toEqual(['rahel ']);
    expect(offered('/query ')).toHaveLength(4);
  });
});

it('shows names alone beside what they do on a narrow screen, but of the selected one', async () => {
  const screen = scene();
  screen.store.setSize({ columns: 40, rows: 15 });
  shown = inkScreen(screen.store);
  play(screen, { text: '/st' }, 'tab', 'down');
  await screen.session.settled();
  const frame = shown.rows().join('\n');
  expect(frame).toMatch(/^ {3}\/sticker {2}send a small drawing/m);
  expect(frame).toMatch(/^ > \/status \[TEXT\|-\] *$/m);
});

describe.each([
  { columns: 40, rows: 15, listed: 4 },
  { columns: 80, rows: 24, listed: 6 },
  { columns: 200, rows: 50, listed: 6 },
])('the list at $columns×$rows', ({ columns, rows, listed }) => {
  it('stands above the composer, in as many rows as there is room for, and the cursor stays', async () => {
    const screen = scene();
    screen.store.setSize({ columns, rows });
    shown = inkScreen(screen.store);
    play(screen, { text: '/' }, 'tab', 'up');
    await screen.session.settled();
    const frame = shown.rows();
    expect(frame).toHaveLength(rows);
    expect(frame.at(-1)).toContain('> /');
    expect(shown.cursor()?.row).toBe(rows - 1);
    expect(frame.at(-2)).toContain('Enter takes');
    const last = screen.store.state.completion?.candidates.at(-1);
    const edge = frame.findIndex((row) => row.includes('───'));
    expect(rows - 2 - edge - 1).toBe(listed);
    // All of the selected one: how it is typed, and what it does.
    const words = frame
      .slice(edge, -2)
      .map((row) => row.replace(/^.*│/, '').trim())
      .join(' ')
      .replace(/ +/g, ' ');
    expect(words).toContain(`> ${last?.label} ${last?.about}`);
    for (const row of frame.slice(edge, -2)) {
      expect(cellWidth(row.replace(/^.*│/, ''))).toBeLessThanOrEqual(110);
    }
    for (const row of frame) expect(row.length).toBeLessThanOrEqual(columns);
  });
});
