/** A screen whose session has a past: started, and what follows from that has happened. */
import type { Person } from '../../src/client/api.ts';
import { FakeSession, person } from './fake-session.ts';
import type { KeptHistory } from './kept-history.ts';
import { settled } from './screen-presses.ts';
import { type TestScreen, testScreen } from './screen-store.ts';

export const asha = person('asha', 'a');
export const bela = person('bela', 'b');

export interface KeptScreen extends TestScreen {
  readonly history: KeptHistory;
}

/** In #lobby, with these people known; `pageSize` as of `KeptHistory.serve`. */
export async function keptScreen(
  history: KeptHistory,
  { people = [bela], pageSize }: { people?: readonly Person[]; pageSize?: number } = {},
): Promise<KeptScreen> {
  const session = history.serve(new FakeSession(), pageSize);
  const rooms = [{ name: '#lobby', kind: 'public' as const, members: [] }];
  session.snapshot = { ...session.snapshot, people, rooms };
  const screen = { ...testScreen(session), history };
  await screen.actions.history.start();
  await settled(screen);
  return screen;
}
