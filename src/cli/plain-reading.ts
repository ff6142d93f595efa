// Reading back in the plain interface: from a day or a time on, from what was unread on, and further. Keeps where it is.
import type { StoredMessage } from '../client/api.ts';
import type { MessageId } from '../protocol/ids.ts';
import type { ConversationKey } from '../ui/conversation.ts';
import { countedBack, nothingSince, type Owed, timeMeant } from '../ui/jump-tasks.ts';
import { keyOf } from '../ui/message-line.ts';
import { safeTemplate as t } from '../ui/safe-text.ts';
import { Transcript } from './lines.ts';
import type { Scene } from './plain-history.ts';

/** Messages that are said at once. */
const MAX_SAID = 20;

export class PlainReading {
  /** What was unread when one came; of the conversation one is in. */
  #owed: (Owed & { readonly key: ConversationKey }) | null = null;
  /** The last message that was said. */
  #at: { readonly key: ConversationKey; readonly id: MessageId } | null = null;

  /** One is there now, where so many were unread up to that message. */
  came(key: ConversationKey, owed: Owed | null): void {
    this.#owed = owed === null ? null : { key, ...owed };
  }

  /** `/goto DAY|TIME`; `/goto`: on from the last one said. Throws UsageError `bad-arguments`, and what the client does. */
  async goTo(scene: Scene, args: string): Promise<void> {
    const key = keyOf(scene.conversation);
    if (args === '' && this.#at?.key === key) return this.#goOn(scene, this.#at.id);
    const timeMs = timeMeant(args, Date.now());
    const { session, conversation } = scene;
    const { message } = await session.request({ do: 'first-since', conversation, timeMs });
    if (message === null) scene.show(t`-- ${nothingSince(timeMs)}`);
    else await this.#sayFrom(scene, message);
  }

  /** `/unread`: what was unread here when one came, the oldest first. Throws what the client does. */
  async unread(scene: Scene): Promise<void> {
    const key = keyOf(scene.conversation);
    const owed = this.#owed?.key === key ? this.#owed : null;
    const first = owed === null ? null : await this.#firstOf(scene, owed);
    if (first !== null) return this.#sayFrom(scene, first);
    scene.show(t`-- Nothing was unread here; /next goes to where something is.`);
  }

  #firstOf({ session, conversation }: Scene, owed: Owed): Promise<StoredMessage | null> {
    return countedBack((command) => session.request(command), keyOf(conversation), owed);
  }

  async #sayFrom(scene: Scene, first: StoredMessage): Promise<void> {
    const { session, conversation } = scene;
    const page = { conversation, after: first.id, limit: MAX_SAID - 1 };
    const { messages, more } = await session.request({ do: 'history', ...page });
    this.#say(scene, [first, ...messages], more);
  }

  async #goOn(scene: Scene, after: MessageId): Promise<void> {
    const { session, conversation } = scene;
    const page = { conversation, after, limit: MAX_SAID };
    const { messages, more } = await session.request({ do: 'history', ...page });
    if (messages.length === 0) scene.show(t`-- Nothing came after that.`);
    else this.#say(scene, messages, more);
  }

  #say({ show, people, conversation }: Scene, messages: readonly StoredMessage[], more: boolean) {
    const transcript = new Transcript(people);
    for (const message of messages) show(...transcript.lines(message));
    const last = messages.at(-1);
    if (last !== undefined) this.#at = { key: keyOf(conversation), id: last.id };
    if (more) show(t`-- There is more: /goto goes on.`);
  }
}
