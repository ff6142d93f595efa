// The screen as a React view, through ink-testing-library: what Ink shows after each change of the store.
import { cleanup, render } from 'ink-testing-library';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { applyEvent } from '../../src/ui/apply-event.ts';
import { Screen } from '../../src/ui/screen.tsx';
import { stillMoment } from '../support/ink-screen.tsx';
import { message, type TestScreen, testScreen } from '../support/screen-store.ts';

afterEach(cleanup);

function view({ store }: TestScreen) {
  return render(
    <Screen
      store={store}
      links={false}
      moment={() => stillMoment}
      setCursor={() => {}}
      setPicture={() => {}}
    />,
  );
}

function plainRows(frame = ''): string[] {
  return frame.split('\n').map((row) => row.replace(/\x1b\[[0-9;]*m/g, '').trimEnd());
}

describe('the screen', () => {
  it('shows a message that arrives, and what is typed', async () => {
    const screen = testScreen();
    const { lastFrame } = view(screen);
    applyEvent(screen.store, { type: 'message', message: message({ text: 'good morning' }) });
    screen.store.edit({ type: 'insert', text: 'hello to you' });
    await vi.waitFor(() => {
      expect(plainRows(lastFrame()).at(-1)).toBe('#lobby> hello to you');
    });
    expect(plainRows(lastFrame())).toContainEqual(expect.stringMatching(/│ {6}good morning$/));
  });

  it('hears of nothing after it was taken away', () => {
    const { store } = testScreen();
    const stop = vi.fn();
    const subscribe = vi.fn(() => stop);
    Object.defineProperty(store, 'subscribe', { value: subscribe });
    const { unmount } = render(
      <Screen
        store={store}
        links={false}
        moment={() => stillMoment}
        setCursor={() => {}}
        setPicture={() => {}}
      />,
    );
    expect(subscribe).toHaveBeenCalledOnce();
    unmount();
    expect(stop).toHaveBeenCalledOnce();
  });

  it('says one line where the window is too small', async () => {
    const screen = testScreen();
    const { lastFrame } = view(screen);
    screen.store.setSize({ columns: 20, rows: 5 });
    const words = () => plainRows(lastFrame()).filter((row) => row !== '');
    await vi.waitFor(() => expect(words()).toEqual(['lanchat needs 30×8']));
  });
});
