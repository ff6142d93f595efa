// What Up brings back: what was sent in this run, and before it what history has of ours, read when somebody gets there.
import { isUnknownMessage, type MessagePage, type StoredMessage } from '../client/api.ts';
import { withEmoji } from '../client/short-codes.ts';
import type { ConversationKey } from './conversation.ts';
import { destinationOf } from './message-line.ts';
import type { ScreenActions } from './talk.ts';
import { faultWords } from './words.ts';

/** Messages asked for at once, how often, and how many of ours are enough. */
const PAGE = 100;
const MAX_PAGES = 5;
const ENOUGH = 50;

type Scene = Pick<ScreenActions, 'store' | 'ask'>;

/** Puts what was sent before, or after, into the composer of the active conversation. */
export async function recall(scene: Scene, which: 'older' | 'newer'): Promise<void> {
  const { store } = scene;
  const { key, composer, sent } = store.active;
  const isAtOldest = (composer.recalled ?? composer.history.length) === 0;
  if (which === 'older' && isAtOldest && sent !== 'read') {
    if (sent === 'reading') return;
    const isThere = await readSent(scene, key);
    // They have gone elsewhere, or typed on, while it was read.
    const { active } = store;
    if (!isThere || active.key !== key || active.composer.text !== composer.text) return;
  }
  store.edit({ type: 'recall', which });
}

/** Whether it is known now. */
async function readSent({ store, ask }: Scene, key: ConversationKey): Promise<boolean> {
  store.setSent(key, 'reading', []);
  const found: string[] = [];
  try {
    let before: StoredMessage['id'] | null = null;
    for (let page = 0; page < MAX_PAGES && found.length < ENOUGH; page += 1) {
      const conversation = destinationOf(key);
      const { messages, more }: MessagePage = await ask({
        ...{ do: 'history', conversation, before, limit: PAGE },
      });
      found.unshift(...messages.flatMap(asTyped));
      before = messages[0]?.id ?? null;
      if (!more || before === null) break;
    }
  } catch (error) {
    // A message that has expired meanwhile took everything before it along.
    if (!isUnknownMessage(error)) {
      store.setSent(key, 'unread', []);
      store.note(faultWords(error), 'warning');
      return false;
    }
  }
  const typed = new Set(store.conversation(key).composer.history.map(withEmoji));
  store.setSent(
    key,
    'read',
    found.filter((text, index) => !typed.has(text) && text !== found[index + 1]),
  );
  return true;
}

/** The line that sends such a message, of our own ones with words. */
function asTyped({ state, kind, text, deleted }: StoredMessage): readonly string[] {
  if (state === null || deleted === true || text === '') return [];
  if (kind === 'action') return [`/me ${text}`];
  if (kind !== undefined) return [];
  return [text.startsWith('/') ? `/${text}` : text];
}
