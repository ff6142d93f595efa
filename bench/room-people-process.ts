// People in a room, in a process of their own: each has a core and a connection. They say when they have read something.
import * as v from 'valibot';
import { letIn } from '../src/core/invitations.ts';
import { createGroup, removeFrom } from '../src/core/private-commands.ts';
import { type OwnRoom, ownRoom } from '../src/core/private-state.ts';
import { presentMembers } from '../src/core/room-roster.ts';
import type { RoomState } from '../src/core/room-state.ts';
import { enterRoom } from '../src/core/rooms.ts';
import { say } from '../src/core/say.ts';
import type { CoreState } from '../src/core/state.ts';
import { ready } from '../src/crypto/sodium.ts';
import type { Frame } from '../src/protocol/frames.ts';
import type { PeerId } from '../src/protocol/ids.ts';
import { MAX_ADDED } from '../src/protocol/room-operation.ts';
import { ConnectedCore } from '../test/support/connected-core.ts';
import { numberedIdentity } from '../test/support/wire-client.ts';
import { serveRequests } from './worker.ts';

const range = { first: v.number(), people: v.number() };
const spoken = { text: v.string() };

/** Whoever speaks is the first of those that were opened. Times are those of the wall clock, with fractions of a millisecond. */
const request = v.variant('do', [
  /** `room`: a public one that they enter. `speakers`: those numbered below it are all that these people are told of; null: of everybody. */
  v.object({
    do: v.literal('open'),
    port: v.number(),
    ...range,
    room: v.nullable(v.string()),
    speakers: v.nullable(v.number()),
  }),
  /** Once the speaker knows all of these people to be here, and in its room where it is in one. */
  v.object({ do: v.literal('meet'), ...range }),
  /** Once each of ours has written to this person, as far as their own client knows. */
  v.object({ do: v.literal('befriend'), number: v.number() }),
  /** The speaker makes a private room with these people in it. */
  v.object({ do: v.literal('gather'), ...range }),
  /** Once all of ours but so many are in a private room, and hear it. */
  v.object({ do: v.literal('settle'), outside: v.number() }),
  /** The speaker says something; takes out, or lets in, somebody just before. Answers with the time before all that. */
  v.object({ do: v.literal('say'), ...spoken }),
  v.object({ do: v.literal('remove'), number: v.number(), ...spoken }),
  v.object({ do: v.literal('add'), number: v.number(), ...spoken }),
  /** Once so many of ours have been shown this text: when the last of them was, and this one. */
  v.object({
    do: v.literal('read'),
    people: v.number(),
    number: v.nullable(v.number()),
    ...spoken,
  }),
  /** From here on, and then the longest time that nothing else could run, ms. */
  v.object({ do: v.literal('watch') }),
  v.object({ do: v.literal('watched') }),
]);

/** The relay logs in so many of one address at a time. */
const LOGINS = 8;
const PATIENCE_MS = 120_000;
const LOOK_MS = 1;

const clients: ConnectedCore[] = [];
/** When each of ours was shown a text, by their numbers in the order in which they were. */
const shown = new Map<string, Map<number, number>>();
let onShown: (() => void) | null = null;
let watch: Watch | null = null;

function nowMs(): number {
  return performance.timeOrigin + performance.now();
}

function idOf(number: number): PeerId {
  return numberedIdentity(number).id;
}

function idsFrom({ first, people }: { readonly first: number; readonly people: number }) {
  return Array.from({ length: people }, (_, index) => idOf(first + index));
}

async function open(number: number, asked: Opening): Promise<void> {
  const { port, room, speakers } = asked;
  const told = speakers === null ? null : new Set(idsFrom({ first: 0, people: speakers }));
  const client = new ConnectedCore(number, {
    emit(event) {
      if (event.type !== 'message' || event.message.state !== null) return;
      const { text } = event.message;
      shown.set(text, (shown.get(text) ?? new Map()).set(number, nowMs()));
      onShown?.();
    },
    onStorage: () => undefined,
    onEnd({ code }) {
      throw new Error(`the connection of ${number} ended: ${code}`);
    },
    ...(told !== null && { heard: (frame) => onlyOf(told, frame) }),
  });
  clients.push(client);
  if (room !== null) client.engine.command((core) => enterRoom(core, room, 'joined'));
  await client.connect(port);
  await holds(client, ({ link }) => link.synced);
}

interface Opening {
  readonly port: number;
  readonly room: string | null;
  readonly speakers: number | null;
}

/** A crowd in which everybody checks everybody's card would take minutes to come, and is not what is measured. */
function onlyOf(told: ReadonlySet<PeerId>, frame: Frame): Frame {
  if (frame.type === 'presence') {
    return { ...frame, entries: frame.entries.filter(({ id }) => told.has(id)) };
  }
  if (frame.type !== 'roster') return frame;
  return { ...frame, entries: frame.entries.filter(({ id }) => told.has(id)) };
}

async function holds(client: ConnectedCore, isDone: (core: CoreState) => boolean): Promise<void> {
  await client.engine.until(isDone, PATIENCE_MS);
  if (!isDone(client.core)) throw new Error('it takes too long');
}

async function openAll(asked: Opening & { first: number; people: number }): Promise<void> {
  await ready();
  const numbers = Array.from({ length: asked.people }, (_, index) => asked.first + index);
  const take = async () => {
    for (let next = numbers.shift(); next !== undefined; next = numbers.shift()) {
      await open(next, asked);
    }
  };
  await Promise.all(Array.from({ length: LOGINS }, take));
}

function speaker(): ConnectedCore {
  const [first] = clients;
  if (first === undefined) throw new Error('nobody is here');
  return first;
}

function onlyRoom({ rooms }: CoreState): RoomState {
  const [room] = rooms.values();
  if (room === undefined) throw new Error('no room');
  return room;
}

function ownedRoom(core: CoreState): OwnRoom {
  const own = ownRoom(onlyRoom(core));
  if (own === null) throw new Error('not a private room');
  return own;
}

function knows({ peers, rooms }: CoreState, ids: readonly PeerId[]): boolean {
  const [room] = rooms.values();
  const here = room && new Set(presentMembers(room).map(({ id }) => id));
  return ids.every((id) => {
    const peer = peers.get(id);
    return peer?.online === true && peer.card !== null && here?.has(id) !== false;
  });
}

function gather(core: CoreState, ids: readonly PeerId[]): void {
  createGroup(core, ids.slice(0, MAX_ADDED - 1));
  for (let at = MAX_ADDED - 1; at < ids.length; at += MAX_ADDED) {
    letIn(core, ownedRoom(core), ids.slice(at, at + MAX_ADDED));
  }
}

async function settle(outside: number): Promise<void> {
  const isIn = ({ rooms }: CoreState) => {
    return [...rooms.values()].some(({ join, rosterComplete }) => join !== null && rosterComplete);
  };
  const inside = () => clients.filter(({ core }) => isIn(core)).length;
  await Promise.all(
    clients.map(({ engine }) =>
      engine.until(() => inside() === clients.length - outside, PATIENCE_MS),
    ),
  );
}

/** Answers with the time before. */
function speak(text: string, before: (core: CoreState) => void = () => undefined): number[] {
  const startMs = nowMs();
  speaker().engine.command((core) => {
    before(core);
    say(core, { to: { room: onlyRoom(core).label }, text });
  });
  return [startMs];
}

async function read({ text, people, number }: Reading): Promise<number[]> {
  const times = () => shown.get(text) ?? new Map<number, number>();
  if (times().size < people) {
    await new Promise<void>((resolve) => {
      onShown = () => {
        if (times().size >= people) resolve();
      };
    });
    onShown = null;
  }
  const last = Math.max(...times().values());
  return number === null ? [last] : [last, times().get(number) ?? Number.NaN];
}

interface Reading {
  readonly text: string;
  readonly people: number;
  readonly number: number | null;
}

/**
 * Looks at the clocks as often as a timer can. Where less CPU time has gone by than time, another process had the
 * processor, and what is counted is the CPU time.
 */
class Watch {
  #atMs = performance.now();
  #cpu = process.cpuUsage();
  #longestMs = 0;
  readonly #timer = setInterval(() => this.#look(), LOOK_MS);

  #look(): void {
    const { user, system } = process.cpuUsage(this.#cpu);
    const now = performance.now();
    const tookMs = Math.min(now - this.#atMs, (user + system) / 1_000);
    this.#longestMs = Math.max(this.#longestMs, tookMs);
    this.#atMs = now;
    this.#cpu = process.cpuUsage();
  }

  end(): number {
    clearInterval(this.#timer);
    return this.#longestMs;
  }
}

serveRequests(request, async (asked) => {
  switch (asked.do) {
    case 'open':
      await openAll(asked);
      return [];
    case 'meet': {
      const ids = idsFrom(asked);
      await holds(speaker(), (core) => knows(core, ids));
      return [];
    }
    case 'befriend': {
      const id = idOf(asked.number);
      for (const client of clients) {
        await holds(client, ({ pins }) => pins.get(id) !== null);
        client.core.pins.contact(id);
      }
      return [];
    }
    case 'gather':
      speaker().engine.command((core) => gather(core, idsFrom(asked)));
      return [];
    case 'settle':
      await settle(asked.outside);
      return [];
    case 'say':
      return speak(asked.text);
    case 'remove':
      return speak(asked.text, (core) => {
        removeFrom(core, onlyRoom(core).label, [idOf(asked.number)]);
      });
    case 'add':
      return speak(asked.text, (core) => letIn(core, ownedRoom(core), [idOf(asked.number)]));
    case 'read':
      return read(asked);
    case 'watch':
      watch = new Watch();
      return [];
    case 'watched':
      return watch === null ? [] : [watch.end()];
    default:
      return asked satisfies never;
  }
});
