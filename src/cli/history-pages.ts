// Conversations longer than one answer of the client, a page at a time. Prints nothing.
import {
  type Destination,
  isUnknownMessage,
  MAX_PAGE_MESSAGES,
  type MessagePage,
  type Session,
  type StoredMessage,
} from '../client/api.ts';
import type { MessageId } from '../protocol/ids.ts';

/**
 * All that is kept of a conversation, oldest first, each page read when its turn comes. What is deleted or
 * expires meanwhile is left out; nothing is told twice. Throws what the client does.
 */
export function wholeConversation(
  session: Session,
  conversation: Destination,
): AsyncGenerator<StoredMessage> {
  return onwards(session, conversation, { messages: [], more: true });
}

/**
 * The `last` messages of a conversation before message `before`, or before its end, oldest first. Only more than
 * one page is read twice: once for where they begin, which keeps none in memory. Throws UsageError
 * `unknown-message` on an unknown `before`, and what the client does.
 */
export async function* lastMessages(
  session: Session,
  conversation: Destination,
  { before, last }: { before: MessageId | null; last: number },
): AsyncGenerator<StoredMessage> {
  let left = last;
  let end = before;
  let newest: MessageId | null = null;
  let first: MessagePage = { messages: [], more: true };
  while (first.more && left > 0) {
    const limit = Math.min(left, MAX_PAGE_MESSAGES);
    first = await session.request({ do: 'history', conversation, before: end, limit });
    left -= first.messages.length;
    newest ??= first.messages.at(-1)?.id ?? null;
    end = first.messages[0]?.id ?? end;
  }
  let untold = last - left;
  if (untold === 0) return;
  for await (const message of onwards(session, conversation, { ...first, more: true })) {
    yield message;
    untold -= 1;
    // What arrives meanwhile is not among them.
    if (untold === 0 || message.id === newest) return;
  }
}

/** A page and all after it. */
async function* onwards(
  session: Session,
  conversation: Destination,
  first: MessagePage,
): AsyncGenerator<StoredMessage> {
  yield* first.messages;
  for (let page = first; page.more; ) {
    page = await pageAfter(session, conversation, page.messages);
    yield* page.messages;
  }
}

/** The page after the last of these that is still there; where all have expired, so has what was before them. */
async function pageAfter(
  session: Session,
  conversation: Destination,
  told: readonly StoredMessage[],
): Promise<MessagePage> {
  const limit = MAX_PAGE_MESSAGES;
  for (const { id } of told.toReversed()) {
    try {
      return await session.request({ do: 'history', conversation, after: id, limit });
    } catch (error) {
      if (!isUnknownMessage(error)) throw error;
    }
  }
  return session.request({ do: 'history', conversation, after: null, limit });
}
