// The first lines of a session: who one is, the room or person asked for, and a name where there is none.

import { FIRST_ROOM } from '../protocol/nickname.ts';
import { EMPTY_COMPOSER, editComposer } from './composer.ts';
import { fingerprintWords } from './people.ts';
import { applyPreferences } from './preference-tasks.ts';
import { isRoomName } from './room-names.ts';
import { tellInvitations } from './room-screen.ts';
import { type SafeText, safeTemplate as t } from './safe-text.ts';
import type { ScreenStore } from './store.ts';
import type { ScreenActions } from './talk.ts';
import { join, query } from './talk-tasks.ts';

/** Login names of machines, not of people. */
const GENERIC_NAMES =
  /^(pi|user|ubuntu|debian|admin|administrator|student|guest|root|test|me|anonymous)\d*$/i;

/** The first words on a screen: who one is, and, where that is no name, a question for one. Then goes to `target`. */
export async function welcome(
  actions: ScreenActions,
  { target, firstRun }: { readonly target: string | null; readonly firstRun: boolean },
): Promise<void> {
  const { store } = actions;
  const { self } = store.state;
  if (self === null) return;
  await applyPreferences(actions);
  const key = fingerprintWords(self.fingerprint, 8);
  store.add(FIRST_ROOM, {
    kind: 'notice',
    tone: 'plain',
    text: t`You are ${self.nick} · key ${key} … · /nick to change`,
  });
  if (firstRun && GENERIC_NAMES.test(self.nick)) askName(store, self.nick, null);
  store.notifyNow();
  await tellInvitations(actions);
  if (target === null) return;
  if (isRoomName(target)) await join(actions, target);
  else await query(actions, target);
}

/** Once the roster has been read: somebody here has the name already, or one that looks like it. */
export function askTakenName(store: ScreenStore): void {
  const { self, people, overlay } = store.state;
  if (self === null || overlay !== null) return;
  const others = people
    .lookAlikes(self.nick)
    .filter(({ online, fingerprint }) => online && fingerprint !== self.fingerprint);
  if (others.length > 0) askName(store, self.nick, t`Somebody here goes by that name already.`);
}

/** Prefilled, so that Enter keeps it. */
function askName(store: ScreenStore, nick: string, problem: SafeText | null): void {
  const input = editComposer(EMPTY_COMPOSER, { type: 'insert', text: nick });
  store.setOverlay({ kind: 'name', input, problem });
}
