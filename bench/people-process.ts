// People with real clients, in a process of their own: they find somebody, write to them, and say how long it took.
import * as v from 'valibot';
import { type OpenSession, openSession } from '../src/client/open-session.ts';
import { type MessageId, PeerId } from '../src/protocol/ids.ts';
import { pause } from './bench.ts';
import { serveRequests } from './worker.ts';

const request = v.variant('do', [
  /** `home` null: nothing of theirs is ever on the disk. Answers with nothing once all are ready. */
  v.object({
    do: v.literal('open'),
    home: v.nullable(v.string()),
    port: v.number(),
    people: v.number(),
  }),
  /** Once all know this person, and see them here or away. */
  v.object({ do: v.literal('meet'), person: v.string(), online: v.boolean() }),
  /**
   * Each sends as many, one after the other as fast as they are taken, and answers with the milliseconds until
   * the last of all has this state.
   */
  v.object({
    do: v.literal('send'),
    to: v.string(),
    messages: v.number(),
    state: v.picklist(['relayed', 'delivered']),
  }),
  /** The first of them sends one message after the other, and waits in between: milliseconds until each was relayed. */
  v.object({ do: v.literal('send-singly'), to: v.string(), messages: v.number() }),
  v.object({ do: v.literal('close') }),
]);

type State = 'relayed' | 'delivered';

const TEXT = 'm'.repeat(256);
const LOOK_AGAIN_MS = 20;
/** Between messages that a person might write: what one left to be done is done before the next. */
const GAP_MS = 25;
const RANKS: Readonly<Record<string, number>> = { relayed: 1, delivered: 2 };

let sessions: OpenSession[] = [];

/** What became of messages, by id: whoever asks waits for it. */
class Receipts {
  readonly #ranks = new Map<MessageId, number>();
  readonly #waiting = new Map<MessageId, { readonly rank: number; readonly done: () => void }[]>();

  constructor(session: OpenSession) {
    session.subscribe((event) => {
      if (event.type === 'receipt') this.#take(event.id, event.state);
    });
  }

  /** A receipt can come before the reply that names its message. */
  reached(id: MessageId, state: State): Promise<void> {
    const rank = RANKS[state] ?? 0;
    if ((this.#ranks.get(id) ?? 0) >= rank) return Promise.resolve();
    return new Promise((done) => {
      this.#waiting.set(id, [...(this.#waiting.get(id) ?? []), { rank, done }]);
    });
  }

  #take(id: MessageId, state: string): void {
    const rank = RANKS[state];
    if (rank === undefined) throw new Error(`a message is ${state}`);
    this.#ranks.set(id, rank);
    for (const waiter of this.#waiting.get(id) ?? []) if (waiter.rank <= rank) waiter.done();
  }
}

const receipts = new Map<OpenSession, Receipts>();

async function open(asked: { home: string | null; port: number }, index: number): Promise<void> {
  const { home, port } = asked;
  const session = await openSession({
    ...{ home, nick: `sender-${index}`, exclusive: true, rooms: 'leave-alone', offline: false },
    ...{ ephemeral: home === null, relay: { host: '127.0.0.1', port, fingerprint: null } },
    passphrase: () => Promise.reject(new Error('this profile has none')),
  });
  receipts.set(session, new Receipts(session));
  sessions.push(session);
  await until(async () => (await session.request({ do: 'snapshot' })).ready);
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await pause(LOOK_AGAIN_MS);
}

async function meet(person: string, online: boolean): Promise<void> {
  await Promise.all(
    sessions.map((session) =>
      until(async () => {
        const { people } = await session.request({ do: 'snapshot' });
        return people.some((each) => each.fingerprint === person && each.online === online);
      }),
    ),
  );
}

async function send(
  session: OpenSession,
  {
    to,
    messages,
    state,
  }: { readonly to: PeerId; readonly messages: number; readonly state: State },
): Promise<void> {
  const ids: MessageId[] = [];
  for (let index = 0; index < messages; index++) {
    ids.push((await session.request({ do: 'send', to: { peer: to }, text: TEXT })).id);
  }
  await Promise.all(ids.map((id) => receipts.get(session)?.reached(id, state)));
}

async function sendSingly(to: PeerId, messages: number): Promise<readonly number[]> {
  const [session] = sessions;
  const heard = session && receipts.get(session);
  if (session === undefined || heard === undefined) throw new Error('nobody is here');
  const times: number[] = [];
  for (let index = 0; index < messages; index++) {
    const startMs = performance.now();
    const { id } = await session.request({ do: 'send', to: { peer: to }, text: TEXT });
    await heard.reached(id, 'relayed');
    times.push(performance.now() - startMs);
    await pause(GAP_MS);
  }
  return times;
}

function peerOf(fingerprint: string): PeerId {
  const peer = PeerId.parse(fingerprint);
  if (peer === null) throw new Error('not a fingerprint');
  return peer;
}

serveRequests(request, async (asked) => {
  switch (asked.do) {
    case 'open':
      for (let index = 0; index < asked.people; index++) await open(asked, index);
      return [];
    case 'meet':
      await meet(asked.person, asked.online);
      return [];
    case 'send': {
      const startMs = performance.now();
      const each = { ...asked, to: peerOf(asked.to) };
      await Promise.all(sessions.map((session) => send(session, each)));
      return [performance.now() - startMs];
    }
    case 'send-singly':
      return sendSingly(peerOf(asked.to), asked.messages);
    case 'close':
      await Promise.all(sessions.map((session) => session.close()));
      sessions = [];
      return [];
    default:
      return asked satisfies never;
  }
});
