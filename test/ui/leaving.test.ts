// Leaving while a relay is hosted from the screen: who is asked what, and what each answer does.
import { describe, expect, it } from 'vitest';
import { keyPress } from '../../src/ui/key-sequences.ts';
import { inkScreen } from '../support/ink-screen.tsx';
import { enter, keysOf, press } from '../support/screen-presses.ts';
import { type TestScreen, testScreen } from '../support/screen-store.ts';

function hosting(dependents: number): TestScreen {
  const screen = testScreen();
  screen.store.setHosting('running');
  screen.dependents = dependents;
  return screen;
}

describe('/quit', () => {
  it('leaves at once where nobody depends on the relay, which ends as well', async () => {
    const screen = hosting(0);
    await enter(screen, '/quit');
    expect(screen.wishes).toEqual([{ stopRelay: true }]);
  });

  it.each([
    [['enter'], [{ stopRelay: false }]],
    [['down', 'enter'], [{ stopRelay: true }]],
    [['down', 'down', 'enter'], []],
    [['up', 'enter'], []],
    [['escape'], []],
  ])('asks where somebody does: %j', async (names, wishes) => {
    const screen = hosting(3);
    await enter(screen, '/quit');
    expect(screen.store.state.overlay).toMatchObject({ kind: 'leaving', others: 3 });
    await press(screen, ...names);
    expect(screen.wishes).toEqual(wishes);
    if (wishes.length === 0) expect(screen.store.state.overlay).toBeNull();
  });

  it.each([
    { columns: 40, rows: 15 },
    { columns: 80, rows: 24 },
    { columns: 200, rows: 50 },
    { columns: 30, rows: 8 },
  ])(
    'shows the answers, or where there is no room the selected one, at $columns×$rows',
    async (size) => {
      const screen = hosting(1);
      screen.store.setSize(size);
      await enter(screen, '/quit');
      const ink = inkScreen(screen.store);
      const shown = ink.rows().join('\n');
      ink.close();
      expect(shown).toContain('1 person');
      if (size.rows === 8) expect(shown).toContain('> Leave, and let');
      else expect(shown).toMatch(/> Leave, and let.*Leave, and stop.*Stay/s);
    },
  );
});

describe('Ctrl+C', () => {
  it('twice asks as /quit does, and a third time leaves with the relay running on', async () => {
    const screen = hosting(2);
    const keys = keysOf(screen);
    const ctrlC = keyPress('c', { ctrl: true });
    keys.take(ctrlC);
    keys.take(ctrlC);
    await screen.session.settled();
    expect(screen.store.state.overlay).toMatchObject({ kind: 'leaving', others: 2 });
    keys.take(ctrlC);
    expect(screen.wishes).toEqual([{ stopRelay: false }]);
  });

  it('twice leaves where nothing is hosted', async () => {
    const screen = testScreen();
    const keys = keysOf(screen);
    keys.take(keyPress('c', { ctrl: true }));
    keys.take(keyPress('c', { ctrl: true }));
    await screen.session.settled();
    expect(screen.wishes).toEqual([{ stopRelay: null }]);
  });
});
