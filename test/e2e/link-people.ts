// People for end-to-end tests: each a session on a profile folder of its own, with every event it got.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { ClientEvent, Message } from '../../src/client/api.ts';
import {
  type OpenSession,
  openSession,
  type RelayAddress,
  type SessionOptions,
} from '../../src/client/open-session.ts';
import { realSurroundings } from '../../src/client/relay-link.ts';
import type { PeerId } from '../../src/protocol/ids.ts';
import { type Relay, type RelayOptions, startRelay } from '../../src/relay/relay.ts';
import { SESSION_DEFAULTS } from '../support/session-options.ts';

type EventOf<T extends ClientEvent['type']> = Extract<ClientEvent, { type: T }>;

export interface Person {
  readonly session: OpenSession;
  readonly events: readonly ClientEvent[];
  /** Since the start, in order: texts that others sent, privately or in rooms. */
  texts(): string[];
  /** The first event of a type that `isWanted`, past or to come. */
  event<T extends ClientEvent['type']>(
    type: T,
    isWanted?: (event: EventOf<T>) => boolean,
  ): Promise<EventOf<T>>;
  /** From now on. */
  nextEvent<T extends ClientEvent['type']>(
    type: T,
    isWanted?: (event: EventOf<T>) => boolean,
  ): Promise<EventOf<T>>;
  fingerprint(): Promise<PeerId>;
  tell(to: Person, text: string): Promise<string>;
  say(room: string, text: string): Promise<string>;
}

/** Ends with the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lanchat-link-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A relay on loopback that a test may close and start anew. */
export async function runRelay(
  options: Partial<RelayOptions> & { readonly key?: number } = {},
): Promise<Relay> {
  const { key = 1, ...others } = options;
  const seed = new Uint8Array(32).fill(key);
  const defaults = { port: 0, host: '127.0.0.1', onEvent: () => undefined };
  const relay = await startRelay({ seed, ...defaults, ...others });
  onTestFinished(() => relay.close());
  return relay;
}

export function at(port: number): RelayAddress {
  return { host: '127.0.0.1', port, fingerprint: null };
}

/** A session, ready: with discovery that finds nothing, so that no test touches the LAN. */
export async function arrive(
  nick: string | null,
  options: Partial<SessionOptions> & Pick<SessionOptions, 'relay'>,
): Promise<Person> {
  const person = await open(nick, options);
  if (!(await person.session.request({ do: 'snapshot' })).ready) await person.event('ready');
  return person;
}

export async function open(
  nick: string | null,
  options: Partial<SessionOptions> & Pick<SessionOptions, 'relay'>,
): Promise<Person> {
  const session = await openSession({
    ...SESSION_DEFAULTS,
    home: options.home ?? (await temporaryFolder()),
    nick,
    surroundings: { ...realSurroundings, browse: () => ({ hints: () => [], close() {} }) },
    ...options,
  });
  onTestFinished(() => session.close());
  return observe(session);
}

function observe(session: OpenSession): Person {
  const events: ClientEvent[] = [];
  const watching = new Set<(event: ClientEvent) => void>();
  session.subscribe((event) => {
    events.push(event);
    for (const look of [...watching]) look(event);
  });
  const nextEvent: Person['nextEvent'] = (type, isWanted = () => true) =>
    new Promise((resolve) => {
      const look = (event: ClientEvent) => {
        if (!isOf(event, type) || !isWanted(event)) return;
        watching.delete(look);
        resolve(event);
      };
      watching.add(look);
    });
  const request = session.request.bind(session);
  const fingerprint = async () => (await request({ do: 'snapshot' })).self.fingerprint;
  return {
    session,
    events,
    nextEvent,
    fingerprint,
    texts: () =>
      events.flatMap((e) => (e.type === 'message' && isReceived(e.message) ? e.message.text : [])),
    async event(type, isWanted = () => true) {
      for (const event of events) if (isOf(event, type) && isWanted(event)) return event;
      return nextEvent(type, isWanted);
    },
    async tell(to, text) {
      return (await request({ do: 'send', to: { peer: await to.fingerprint() }, text })).id;
    },
    async say(room, text) {
      return (await request({ do: 'send', to: { room }, text })).id;
    },
  };
}

function isOf<T extends ClientEvent['type']>(event: ClientEvent, type: T): event is EventOf<T> {
  return event.type === type;
}

function isReceived(message: Message): boolean {
  return message.state === null;
}

/** Resolves once `reader` has got this text from somebody else. */
export async function reads(reader: Person, text: string): Promise<Message> {
  return (
    await reader.event('message', ({ message }) => message.text === text && isReceived(message))
  ).message;
}

/** Resolves once each of them lists all the others in the room. */
export async function together(room: string, people: readonly Person[]): Promise<void> {
  for (const person of people) {
    const lists = (members: number) => members === people.length;
    const { rooms } = await person.session.request({ do: 'snapshot' });
    const now = rooms.find(({ name }) => name === room);
    if (now !== undefined && lists(now.members.length)) continue;
    await person.nextEvent('room', (e) => e.room.name === room && lists(e.room.members.length));
  }
}

/** Resolves once `of`'s card and presence have reached `person`. */
export async function sees(person: Person, of: Person): Promise<void> {
  const id = await of.fingerprint();
  const { people } = await person.session.request({ do: 'snapshot' });
  if (people.some(({ fingerprint, online }) => fingerprint === id && online)) return;
  await person.nextEvent('person', (e) => e.person.fingerprint === id && e.person.online);
}
