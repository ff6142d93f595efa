// Enter takes what the person sees selected, also where a list has changed by itself a moment before.
import { describe, expect, it } from 'vitest';
import { applyEvent } from '../../src/ui/apply-event.ts';
import { EMPTY_COMPOSER } from '../../src/ui/composer.ts';
import { moveSelection } from '../../src/ui/overlay.ts';
import { selectedItem, switcherFor, switcherItems } from '../../src/ui/switcher.ts';
import { onlineLink } from '../support/fake-session.ts';
import { inkScreen } from '../support/ink-screen.tsx';
import { press } from '../support/screen-presses.ts';
import { message, type TestScreen, testScreen } from '../support/screen-store.ts';

function screenOf(): TestScreen {
  const screen = testScreen();
  for (const room of ['#work', '#world', '#zoo']) screen.store.conversation(room);
  screen.store.setOverlay(switcherFor(screen.store.state, EMPTY_COMPOSER));
  return screen;
}

function marked({ store }: TestScreen): string | null {
  const ink = inkScreen(store);
  const row = ink.rows().find((each) => /│ > \d/.test(each));
  ink.close();
  return row?.replace(/^.*│ > \d+ +/, '').trim() ?? null;
}

function say({ store }: TestScreen, room: string): void {
  applyEvent(store, { type: 'message', message: message({ room }) });
}

describe('the switcher', () => {
  it('opens the window that is pointed at, whatever is said elsewhere meanwhile', async () => {
    const screen = screenOf();
    await press(screen, 'down', 'down');
    expect(marked(screen)).toBe('#world');
    say(screen, '#zoo');
    // Control: the list is another one now.
    expect(switcherItems(screen.store.state, '')[2]?.key).toBe('#work');
    expect(marked(screen)).toBe('#world');
    await press(screen, 'enter');
    expect(screen.store.state.active).toBe('#world');
  });

  it('the first one too, where no arrow was pressed', async () => {
    const screen = screenOf();
    say(screen, '#zoo');
    expect(marked(screen)).toBe('#lobby');
    await press(screen, 'w');
    say(screen, '#world');
    expect(marked(screen)).toBe('#work');
    await press(screen, 'enter');
    expect(screen.store.state.active).toBe('#work');
  });

  it('opens nothing where that window is gone', async () => {
    const screen = screenOf();
    await press(screen, 'down', 'down');
    applyEvent(screen.store, { type: 'room-left', room: '#world' });
    expect(screen.store.state.overlay?.kind).toBe('switcher');
    expect(marked(screen)).toBeNull();
    await press(screen, 'enter');
    expect(screen.store.state.active).toBe('#lobby');
    // Control: an arrow selects again.
    await press(screen, 'up', 'enter');
    expect(screen.store.state.active).toBe('#zoo');
  });

  it('selects nothing where nothing is called that', () => {
    const { store } = screenOf();
    const query = { ...EMPTY_COMPOSER, text: 'qq' };
    const overlay = switcherFor(store.state, query);
    expect(overlay.selected).toBeNull();
    expect(selectedItem(switcherItems(store.state, ''), overlay)).toBe(-1);
  });
});

describe('the choice of relays', () => {
  const choice = (host: string, key: string) => ({
    ...{ name: 'relay', host, port: 47_000, fingerprint: key.repeat(16), pinned: false },
  });

  function show({ store }: TestScreen, choices: readonly ReturnType<typeof choice>[]): void {
    applyEvent(store, { type: 'link', link: { ...onlineLink, state: 'choosing', choices } });
  }

  it('keeps to the key that is pointed at, not to the address', async () => {
    const screen = testScreen();
    const [a, b, forged] = [
      choice('10.0.0.1', 'a'),
      choice('10.0.0.2', 'b'),
      choice('10.0.0.2', 'c'),
    ];
    show(screen, [a, b]);
    await press(screen, 'down');
    show(screen, [b, a]);
    // Control: it is followed to another place.
    expect(screen.store.state.overlay).toMatchObject({ kind: 'relays', selected: 0 });
    show(screen, [a, forged]);
    expect(screen.store.state.overlay).toMatchObject({ kind: 'relays', selected: -1 });
    await press(screen, 'enter');
    expect(screen.session.requests.filter(({ do: what }) => what === 'choose-relay')).toEqual([]);
    await press(screen, 'down', 'enter');
    expect(screen.session.requests.at(-1)).toMatchObject({ do: 'choose-relay', host: a.host });
  });
});

it('a selection that is none yet begins at either end', () => {
  expect([moveSelection(-1, 1, 3), moveSelection(-1, -1, 3)]).toEqual([0, 2]);
  // Control: one that is goes on from there.
  expect([moveSelection(0, 1, 3), moveSelection(2, 1, 3)]).toEqual([1, 0]);
});
