/** What was said, kept as the client keeps it but in memory only: the client's own history behind a fake session. */
import type { StoredMessage, Who } from '../../src/client/api.ts';
import { History } from '../../src/client/history.ts';
import type { HistoryWrite } from '../../src/core/durable.ts';
import { newState } from '../../src/core/new-state.ts';
import { type Identity, identityFromSeed } from '../../src/crypto/identity.ts';
import { MessageId } from '../../src/protocol/ids.ts';
import { ProfileStore, type StoredMessage as StoredRow } from '../../src/storage/profile-store.ts';
import { type FakeSession, peerId } from './fake-session.ts';
import { MemoryPins } from './memory-pins.ts';

const DATA_KEY = new Uint8Array(32).fill(7);
const START_MS = Date.parse('2026-01-31T09:15:00.000Z');

/** The id of the `n`th message, from 1. */
export function nthId(n: number): MessageId {
  const id = MessageId.parse(n.toString(16).padStart(32, '0'));
  if (id === null) throw new Error('not an id');
  return id;
}

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

/** As the client does: a message that is told is in history a moment before. */
export function tell(session: FakeSession, history: KeptHistory, message: StoredMessage): void {
  history.add(message);
  session.emit({ type: 'message', message });
}

/** Whoever opens it closes it. We are `e…e`, called `me`; everybody who wrote is known as well as they say. */
export class KeptHistory {
  readonly #store: ProfileStore;
  readonly #me: Identity;
  readonly #pins = new MemoryPins();
  readonly #history: History;
  #session: FakeSession | null = null;

  /** Messages in order of arrival, of which the first `read` have been seen; unless said otherwise all. */
  static async open(
    messages: readonly StoredMessage[] = [],
    { read = messages.length }: { readonly read?: number } = {},
  ): Promise<KeptHistory> {
    const history = new KeptHistory(await ProfileStore.open(null, DATA_KEY));
    history.add(...messages.slice(0, read));
    for (const { with: whom } of history.#history.conversations().conversations) {
      history.#history.markRead(whom);
    }
    history.add(...messages.slice(read));
    return history;
  }

  private constructor(store: ProfileStore) {
    this.#store = store;
    this.#me = { ...identityFromSeed(new Uint8Array(32).fill(1)), id: peerId('e') };
    const env = { nowMs: () => 0, wallMs: () => START_MS, random: () => new Uint8Array() };
    const identity = { me: this.#me, nick: 'me', cardSeq: 0n, bundleSeq: 0n };
    const core = newState({ env, pins: this.#pins, ...identity });
    this.#history = new History(store, core, (event) => this.#session?.emit(event));
  }

  /** All that is kept, in order of arrival. */
  get messages(): readonly StoredRow[] {
    return [...this.#store.everything()];
  }

  add(...messages: readonly StoredMessage[]): void {
    for (const { from } of messages) this.#meet(from);
    const history = messages.flatMap((message): HistoryWrite[] => {
      const { id, state, reason } = message;
      if (state === null || reason === null) return [{ type: 'message', message }];
      return [
        { type: 'message', message },
        { type: 'state', id, state, reason },
      ];
    });
    this.#history.commit({ state: [], history });
  }

  #meet({ fingerprint, nick, trust }: Who): void {
    if (trust === 'new' || fingerprint === this.#me.id) return;
    this.#pins.see({ ...this.#me, id: fingerprint, nick, seq: 0n }, 0);
    if (trust === 'verified') this.#pins.verify(fingerprint);
  }

  /** Takes these away as expiry does: nobody is told. */
  expire(...ids: readonly MessageId[]): void {
    for (const id of ids) this.#store.deleteMessage(id);
  }

  /** From now on `session` answers from here, `pageSize` messages at most at a time, and tells what it tells. */
  serve(session: FakeSession, pageSize = Number.MAX_SAFE_INTEGER): FakeSession {
    const history = this.#history;
    const capped = <C extends { readonly limit: number }>(command: C): C => ({
      ...command,
      limit: Math.min(command.limit, pageSize),
    });
    this.#session = session;
    session.answer({
      history: (command) => history.page(capped(command)),
      since: (command) => history.since(capped(command)),
      search: (command) => history.search(capped(command)),
      'first-since': (command) => ({ message: history.firstSince(command) }),
      message: ({ id }) => ({ message: history.message(id) }),
      conversations: () => history.conversations(),
      'mark-read': ({ conversation }) => {
        history.markRead(conversation);
        return {};
      },
      cancel: () => ({ cancelled: false }),
      'delete-message': ({ id }) => ({ deletedFrom: history.deleteMessage(id) }),
      'delete-conversation': ({ conversation }) => ({
        deleted: history.deleteConversation(conversation),
      }),
    });
    return session;
  }

  close(): void {
    this.#store.close();
  }
}
