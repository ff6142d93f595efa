/** What a person does at a test's screen: keys pressed, lines typed. */
import type { Moment } from '../../src/ui/frame.ts';
import { keyPress } from '../../src/ui/key-sequences.ts';
import { ScreenKeys } from '../../src/ui/screen-keys.ts';
import { stillMoment } from './ink-screen.tsx';
import type { TestScreen } from './screen-store.ts';

export function keysOf(screen: TestScreen, moment: Moment = stillMoment): ScreenKeys {
  return new ScreenKeys({
    ...screen.actions,
    moment: () => moment,
    suspend: () => {},
    editDraft: () => {},
    repaint: () => {},
  });
}

/** Everything that follows without waiting for a clock, or for a command that is held back, has happened. */
export function settled({ session }: Pick<TestScreen, 'session'>): Promise<void> {
  return session.settled();
}

/** Presses named keys, each after what followed from the one before. */
export async function press(screen: TestScreen, ...names: readonly string[]): Promise<void> {
  const keys = keysOf(screen);
  for (const name of names) {
    keys.take(name.length === 1 ? { kind: 'text', text: name } : keyPress(name));
    await settled(screen);
  }
}

/** Types a line, presses Enter and lets what follows from it happen. */
export async function enter(screen: TestScreen, text: string): Promise<void> {
  screen.store.edit({ type: 'clear' });
  screen.store.edit({ type: 'insert', text });
  await press(screen, 'enter');
}
