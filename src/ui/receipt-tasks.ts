// What is told and asked of reading and typing: /who-read, and who types just now.
import type { ClientEvent } from '../client/api.ts';
import type { ConversationKey } from './conversation.ts';
import { newestOwn } from './kept-tasks.ts';
import { destinationOf } from './message-line.ts';
import { safeText, safeTemplate as t } from './safe-text.ts';
import type { ScreenStore } from './store.ts';
import { attempt, type ScreenActions } from './talk.ts';
import { personCount } from './words.ts';

const MAX_QUOTED_LENGTH = 40;

/** `/who-read`: asks those present in this room about our last message. */
export async function whoRead(
  actions: ScreenActions,
  _args: string,
  here: ConversationKey,
): Promise<void> {
  const { store } = actions;
  if ('peer' in destinationOf(here)) {
    store.note(t`In private, what is marked ✓✓ was read.`);
    return;
  }
  const last = newestOwn(store.conversation(here));
  if (last === null) {
    store.note(t`No message of yours is here.`, 'warning');
    return;
  }
  const reply = await attempt(actions, { do: 'who-read', id: last.id });
  if (reply === null) return;
  const quoted = t`"${safeText(last.text, { maxLength: MAX_QUOTED_LENGTH })}"`;
  store.note(
    t`Asked ${personCount(reply.asked)} about ${quoted}. Who has read it and says so is named here.`,
  );
}

export function applyReceipts(
  store: ScreenStore,
  event: Extract<ClientEvent, { type: 'typing' | 'who-read' }>,
): void {
  if (event.type === 'who-read') {
    store.note(t`${store.meet(event.who)} has read it.`);
    return;
  }
  const { from, room } = event;
  if (from.ignored === true) return;
  store.setTyping(room ?? from.fingerprint, store.meet(from));
}
