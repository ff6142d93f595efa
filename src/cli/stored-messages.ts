// Conversations as history keeps them: which one is meant, its messages in pages, and both as JSON.
import type {
  Conversation,
  Destination,
  Message,
  MessagePage,
  Session,
  Snapshot,
  StoredMessage,
  Who,
} from '../client/api.ts';
import { UsageError } from '../protocol/errors.ts';
import { type MessageId, PeerId } from '../protocol/ids.ts';
import { Directory, trustWord } from '../ui/people.ts';
import { type SafeText, safeTemplate, safeText } from '../ui/safe-text.ts';
import type { CommandContext } from './context.ts';
import { parseRoom } from './options.ts';
import type { JsonRecord } from './output.ts';
import { type Attempt, resolvePerson, withSession } from './session.ts';

/** What the client answers with at most. */
export const PAGE_MESSAGES = 500;

/** Throws UsageError where nothing is kept, because --ephemeral keeps nothing. */
export function refuseEphemeral({ options }: CommandContext): void {
  if (!options.ephemeral) return;
  throw new UsageError(
    'ephemeral',
    'with --ephemeral (or LANCHAT_EPHEMERAL) nothing is kept; leave it out for what the profile holds',
  );
}

/** As `withSession`, for what is on the disk alone: no relay is looked for, nobody sees us. */
export async function withHistory<T>(
  context: CommandContext,
  use: (session: Session, attempt: Attempt) => Promise<T>,
): Promise<T> {
  refuseEphemeral(context);
  return withSession(context, 'offline', async (session, attempt) => {
    // Such as rows that turn out to be damaged: what is missing must not look whole.
    const stop = session.subscribe((event) => {
      if (event.type === 'error')
        context.output.note(safeTemplate`lanchat: ${safeText(event.message)}`);
    });
    try {
      return await use(session, attempt);
    } finally {
      stop();
    }
  });
}

/** `#room`, `@nick` or a fingerprint. Throws UsageError (`bad-room`) and as `resolvePerson`. */
export async function conversationOf(session: Session, text: string): Promise<Destination> {
  if (text.startsWith('#')) return { room: parseRoom(text) };
  // Also of somebody whom this profile has forgotten since.
  const peer = PeerId.parse(text);
  return { peer: peer ?? (await resolvePerson(session, text)).fingerprint };
}

/** `room`, or `peer` with their name: the fields by which a record says which conversation it is of. */
export function conversationFields(
  conversation: Destination,
  names: Directory,
): { room: string } | { peer: Who } {
  return 'room' in conversation ? conversation : { peer: whoIs(conversation.peer, names) };
}

function whoIs(peer: PeerId, names: Directory): Who {
  const { nick = '', trust = 'new' } = names.get(peer) ?? {};
  return { nick, fingerprint: peer, trust };
}

/** How everybody in stored messages is called, ourselves included. From a snapshot, which needs no relay. */
export class Cast {
  readonly names = new Directory();
  readonly #self: Snapshot['self'];

  constructor({ self, people }: Snapshot) {
    this.#self = self;
    for (const person of people) this.names.set(person);
  }

  who(peer: PeerId): Who {
    return whoIs(peer, this.names);
  }

  fields(conversation: Destination): { room: string } | { peer: Who } {
    return conversationFields(conversation, this.names);
  }

  label(conversation: Destination): SafeText {
    if ('room' in conversation) return safeText(conversation.room);
    const { peer } = conversation;
    return safeTemplate`@${this.names.label(peer)} (${trustWord(this.who(peer))})`;
  }

  /** A stored message: as `listen` prints it, and whose it is, to whom, and what became of it. */
  record(message: StoredMessage): JsonRecord {
    const { peer, state, reason } = message;
    const own = state !== null;
    const to = own && peer !== null ? this.who(peer) : this.#self;
    return {
      ...messageRecord(message),
      ...(peer === null ? {} : { to: { nick: to.nick, fingerprint: to.fingerprint } }),
      own,
      ...(own ? { state } : {}),
      ...(reason === null ? {} : { reason }),
    };
  }

  conversationRecord({ with: conversation, unread, last }: Conversation): JsonRecord {
    return {
      type: 'conversation',
      ...this.fields(conversation),
      unread,
      ...(last === null ? {} : { lastTime: last.time }),
    };
  }
}

/** The `message` object of CLI.md. */
export function messageRecord({ id, time, sentTime, room, from, text }: Message): JsonRecord {
  return {
    type: 'message',
    id,
    time,
    ...(sentTime === null ? {} : { sentTime }),
    ...(room === null ? {} : { room }),
    from,
    text,
  };
}

/**
 * The `last` messages of a conversation before message `before`, or before its end, oldest first. History
 * is read backwards, so each page but the newest is read twice: of all others only the beginnings are
 * kept in memory. What is deleted or expires meanwhile is left out; nothing is told twice.
 */
export async function* messagesBefore(
  session: Session,
  conversation: Destination,
  { before, last }: { before: MessageId | null; last: number },
): AsyncGenerator<StoredMessage> {
  const page = (end: MessageId | null, limit: number): Promise<MessagePage> =>
    session.request({ do: 'history', conversation, before: end, limit });
  const newest = await page(before, Math.min(last, PAGE_MESSAGES));
  const earlier: { readonly end: MessageId; readonly count: number }[] = [];
  let left = last - newest.messages.length;
  for (let { messages, more } = newest; more && left > 0; ) {
    const end = messages[0]?.id;
    if (end === undefined) break;
    ({ messages, more } = await page(end, Math.min(left, PAGE_MESSAGES)));
    earlier.push({ end, count: messages.length });
    left -= messages.length;
  }
  let told: ReadonlySet<MessageId> = new Set();
  for (const { end, count } of earlier.reverse()) {
    if (count === 0) continue;
    const { messages } = await page(end, count);
    yield* messages.filter(({ id }) => !told.has(id));
    told = new Set(messages.map(({ id }) => id));
  }
  yield* newest.messages.filter(({ id }) => !told.has(id));
}
