/** A session without a client: answers what a test told it to, and says the events that the test emits. */
import type {
  ClientEvent,
  Command,
  Link,
  Person,
  Replies,
  Snapshot,
} from '../../src/client/api.ts';
import type { OpenSession } from '../../src/client/open-session.ts';
import { DEFAULT_PREFERENCES } from '../../src/client/preferences.ts';
import { MessageId, PeerId } from '../../src/protocol/ids.ts';

export function peerId(digit: string): PeerId {
  const id = PeerId.parse(digit.repeat(64));
  if (id === null) throw new Error(`not a hex digit: ${digit}`);
  return id;
}

export function messageId(digit: string): MessageId {
  const id = MessageId.parse(digit.repeat(32));
  if (id === null) throw new Error(`not a hex digit: ${digit}`);
  return id;
}

export function person(nick: string, digit: string, change: Partial<Person> = {}): Person {
  return {
    nick,
    fingerprint: peerId(digit),
    trust: 'known',
    online: true,
    ambiguous: false,
    keyChangedFrom: [],
    ...change,
  };
}

export const relayFingerprint = 'ab'.repeat(32);

export const onlineLink: Link = {
  state: 'online',
  relay: '127.0.0.1:7717',
  fingerprint: relayFingerprint,
  reason: null,
  retryInMs: null,
  choices: [],
};

export const readyEvent: ClientEvent = {
  type: 'ready',
  relay: '127.0.0.1:7717',
  fingerprint: relayFingerprint,
};

/** Methods, so that one that takes a kind of command may stand where any command does. */
type Answers = {
  readonly [C in Command as C['do']]?: {
    answer(command: C): Replies[C['do']] | Promise<Replies[C['do']]>;
  }['answer'];
};
type AnyAnswer = { answer(command: Command): unknown }['answer'];

function isReply<C extends Command>(value: unknown, _to: C): value is Replies[C['do']] {
  return value !== undefined;
}

export class FakeSession implements OpenSession {
  /** Whether another process owns the profile. */
  shared = false;
  readonly requests: Command[] = [];
  closed = false;
  snapshot: Snapshot = {
    self: { nick: 'me', fingerprint: peerId('e') },
    link: onlineLink,
    ready: true,
    people: [],
    rooms: [],
    ephemeral: false,
    storageProblem: null,
  };
  readonly #answers = new Map<string, AnyAnswer>();
  readonly #held = new Set<string>();
  /** Commands that are not answered yet, but for those held back. */
  #unanswered = 0;
  readonly #listeners = new Set<(event: ClientEvent) => void>();

  constructor(answers: Answers = {}) {
    this.answer({
      remembered: () => ({ rooms: [], relays: [] }),
      invitations: () => ({ invitations: [] }),
      settings: () => DEFAULT_PREFERENCES,
      drafts: () => ({ drafts: [] }),
      draft: () => ({}),
      conversations: () => ({ conversations: [] }),
      ...answers,
    });
  }

  answer(more: Answers): void {
    for (const [name, answer] of Object.entries(more)) this.#answers.set(name, answer);
  }

  /** Commands of this kind wait from now on, until the returned function is called with their reply. */
  hold<Name extends Command['do']>(name: Name): (reply: Replies[Name]) => void {
    let release: (reply: Replies[Name]) => void = () => {};
    const reply = new Promise<Replies[Name]>((resolve) => {
      release = resolve;
    });
    this.#answers.set(name, () => reply);
    this.#held.add(name);
    return release;
  }

  /** Every command is answered but those held back, and what follows without a clock has happened. */
  async settled(): Promise<void> {
    do await new Promise((resolve) => setImmediate(resolve));
    while (this.#unanswered > 0);
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  emit(event: ClientEvent): void {
    for (const listener of [...this.#listeners]) listener(event);
  }

  async request<C extends Command>(command: C): Promise<Replies[C['do']]> {
    this.requests.push(command);
    const counts = this.#held.has(command.do) ? 0 : 1;
    this.#unanswered += counts;
    try {
      const answer = this.#answers.get(command.do);
      const reply =
        answer === undefined && command.do === 'snapshot' ? this.snapshot : await answer?.(command);
      if (!isReply(reply, command)) throw new Error(`the test has no answer for ${command.do}`);
      return reply;
    } finally {
      this.#unanswered -= counts;
    }
  }

  subscribe(listener: (event: ClientEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.closed = true;
  }
}
