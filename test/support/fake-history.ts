/** What was said, in memory: answers a fake session's questions about the past, in pages of a few. */
import type { Destination, StoredMessage } from '../../src/client/api.ts';
import { UsageError } from '../../src/protocol/errors.ts';
import { MessageId, type PeerId } from '../../src/protocol/ids.ts';
import { type FakeSession, peerId } from './fake-session.ts';

/** The id of the `n`th message, from 1. */
export function nthId(n: number): MessageId {
  const id = MessageId.parse(n.toString(16).padStart(32, '0'));
  if (id === null) throw new Error('not an id');
  return id;
}

const START_MS = Date.parse('2026-01-31T09:15:00.000Z');

/** The `n`th message, one a minute: of asha in #lobby, unless said otherwise. */
export function stored(n: number, change: Partial<StoredMessage> = {}): StoredMessage {
  return {
    id: nthId(n),
    time: new Date(START_MS + n * 60_000).toISOString(),
    sentTime: null,
    room: '#lobby',
    peer: null,
    from: { nick: 'asha', fingerprint: peerId('a'), trust: 'known' },
    text: `message ${n}`,
    state: null,
    reason: null,
    ...change,
  };
}

function isOf({ room, peer }: StoredMessage, conversation: Destination): boolean {
  return 'room' in conversation ? room === conversation.room : peer === conversation.peer;
}

function conversationOf({ room, peer }: StoredMessage): Destination {
  if (room !== null) return { room };
  if (peer === null) throw new Error('neither in a room nor with anybody');
  return { peer };
}

/** As the client does: a message that is told is in history a moment before. */
export function tell(session: FakeSession, history: FakeHistory, message: StoredMessage): void {
  history.messages.push(message);
  session.emit({ type: 'message', message });
}

/** Holds messages in order of arrival; `pageSize` is what it answers with at most. */
export class FakeHistory {
  messages: StoredMessage[];
  readonly pageSize: number;
  readonly unread = new Map<string | PeerId, number>();

  constructor(messages: readonly StoredMessage[] = [], pageSize = 500) {
    this.messages = [...messages];
    this.pageSize = pageSize;
  }

  /** From now on `session` answers from here. */
  serve(session: FakeSession): FakeSession {
    session.answer({
      history: ({ conversation, before, limit }) => {
        const end = before === null ? this.messages.length : this.#index(before);
        const older = this.messages.slice(0, end).filter((each) => isOf(each, conversation));
        const messages = older.slice(-Math.min(limit, this.pageSize));
        return { messages, more: messages.length < older.length };
      },
      since: ({ id, limit }) => {
        const newer = this.messages.slice(this.#index(id) + 1);
        const messages = newer.slice(0, Math.min(limit, this.pageSize));
        return { messages, more: messages.length < newer.length };
      },
      search: ({ query, conversation, limit }) => {
        const fits = this.messages.filter(
          (each) =>
            each.text.includes(query) && (conversation === null || isOf(each, conversation)),
        );
        return { messages: fits.toReversed().slice(0, limit), more: fits.length > limit };
      },
      conversations: () => {
        const last = new Map<string, StoredMessage>();
        for (const each of this.messages.toReversed()) {
          const key = JSON.stringify(conversationOf(each));
          if (!last.has(key)) last.set(key, each);
        }
        const conversations = [...last.values()].map((each) => ({
          with: conversationOf(each),
          last: each,
          unread: this.unread.get(each.room ?? each.peer ?? '') ?? 0,
        }));
        return { conversations };
      },
      'mark-read': ({ conversation }) => {
        this.unread.delete('room' in conversation ? conversation.room : conversation.peer);
        return {};
      },
      cancel: () => ({ cancelled: false }),
      'delete-message': ({ id }) => {
        const gone = this.messages.find((each) => each.id === id);
        if (gone === undefined) return { deleted: false };
        this.messages = this.messages.filter((each) => each !== gone);
        session.emit({ type: 'deleted', conversation: conversationOf(gone), id });
        return { deleted: true };
      },
      'delete-conversation': ({ conversation }) => {
        const before = this.messages.length;
        this.messages = this.messages.filter((each) => !isOf(each, conversation));
        session.emit({ type: 'deleted', conversation, id: null });
        return { deleted: before - this.messages.length };
      },
    });
    return session;
  }

  #index(id: MessageId): number {
    const index = this.messages.findIndex((each) => each.id === id);
    if (index < 0) throw new UsageError('unknown-message', 'history holds no message with this id');
    return index;
  }
}
