// A network in memory: real cores, a model of the relay, and every clock, loss and lie in the test's hands.

import {
  acceptKey,
  cancel,
  changeNick,
  enter,
  leave,
  markVerified,
} from '../../src/core/commands.ts';
import { finish, hasWork, type Input, nextWakeMs, step } from '../../src/core/core.ts';
import { type HistoryWrite, takeBatch } from '../../src/core/durable.ts';
import type { Change, CoreEvent, Message, MessageState } from '../../src/core/events.ts';
import { hidesAtLogin } from '../../src/core/hidden.ts';
import { newState } from '../../src/core/new-state.ts';
import { destroyPrekeys, ownCard } from '../../src/core/own-keys.ts';
import { findPeople, indexName } from '../../src/core/people.ts';
import { restore } from '../../src/core/restore.ts';
import { enterRoom } from '../../src/core/rooms.ts';
import { say } from '../../src/core/say.ts';
import type { CoreState, Effect } from '../../src/core/state.ts';
import {
  type Identity,
  identityFromSeed,
  type RelayIdentity,
  relayIdentityFromSeed,
} from '../../src/crypto/identity.ts';
import type { Random } from '../../src/crypto/sodium.ts';
import {
  decodeFrame,
  encodeFrame,
  type Frame,
  type FrameOf,
  type FrameType,
} from '../../src/protocol/frames.ts';
import type { MessageId, PeerId } from '../../src/protocol/ids.ts';
import { FakeRelay, type Port } from './fake-relay.ts';
import { MemoryPins } from './memory-pins.ts';
import { randomFrom } from './seeded.ts';

/** As the driver's engine: a slice of work, and the shortest wait for a clock that is due. */
const SLICE_MS = 8;
const MIN_WAKE_MS = 20;
const NEWS_MS = 50;
const LATENCY_MS = 2;
const START_WALL_MS = Date.UTC(2026, 0, 1);

export type Way = 'up' | 'down';

export interface Passing {
  readonly frame: Frame;
  readonly way: Way;
  readonly person: FakePerson;
}

/** What becomes of a frame: nothing, itself, others; `delayMs` more, past what follows it. */
export type Fate = readonly { readonly frame: Frame; readonly delayMs?: number }[];

/** Who sits between client and relay, or is the relay: sees every frame and says what becomes of it. */
export type Tamper = (passing: Passing) => Fate | undefined;

interface Scheduled {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void;
}

/** What a profile keeps over a restart. */
export interface FakeProfile {
  readonly me: Identity;
  nick: string;
  cardSeq: bigint;
  bundleSeq: bigint;
  rooms: readonly string[];
  readonly pins: MemoryPins;
  /** The protocol's state, by place. */
  readonly rows: Map<string, Uint8Array>;
  /** What was said, in order. */
  readonly history: HistoryWrite[];
}

export class FakePerson {
  readonly name: string;
  readonly profile: FakeProfile;
  core: CoreState;
  port: FakePort | null = null;
  /** Everything the core told, over all runs. */
  readonly events: CoreEvent[] = [];
  wallSkewMs = 0;
  isWorking = false;
  /** Effects that this run still does before it dies; null: it lives. */
  effectsToLive: number | null = null;
  /** Counts ticks and slices, so that an alarm is for its own wake-up only. */
  wakeAtMs: number | null = null;

  constructor(name: string, profile: FakeProfile, core: CoreState) {
    this.name = name;
    this.profile = profile;
    this.core = core;
  }

  get id(): PeerId {
    return this.profile.me.id;
  }

  /** Texts of others in history, in order; each once, or it is there twice. */
  get kept(): string[] {
    return this.profile.history.flatMap((write) =>
      write.type === 'message' && write.message.state === null && !isChange(write.message)
        ? [write.message.text]
        : [],
    );
  }

  /** Texts shown from others, in order, as `name: text` or `#room name: text`. */
  get shown(): string[] {
    return this.messages.map(({ room, from, text }) => `${room ?? ''}${from.nick}: ${text}`);
  }

  get messages(): Message[] {
    return this.events.flatMap((event) =>
      event.type === 'message' && event.message.state === null && !isChange(event.message)
        ? [event.message]
        : [],
    );
  }

  /** What became of rooms and conversations, as it was told. */
  get changes(): Change[] {
    return this.eventsOf('message').flatMap(({ message }) => message.change ?? []);
  }

  /** The states of one message of ours, as they were told. */
  states(id: MessageId): string[] {
    return this.events.flatMap((event) =>
      event.type === 'receipt' && event.id === id
        ? [event.reason === null ? event.state : `${event.state} ${event.reason}`]
        : [],
    );
  }

  lastState(id: MessageId): MessageState {
    let last: MessageState = 'pending';
    for (const event of this.events)
      if (event.type === 'receipt' && event.id === id) last = event.state;
    return last;
  }

  eventsOf<T extends CoreEvent['type']>(type: T): (CoreEvent & { readonly type: T })[] {
    const isOfType = (event: CoreEvent): event is CoreEvent & { readonly type: T } =>
      event.type === type;
    return this.events.filter(isOfType);
  }

  /** `count missing of name`, as gaps were shown. */
  get gaps(): string[] {
    return this.eventsOf('gap').map(
      ({ room, from, missing }) => `${room ?? ''}${from.nick} ${missing}`,
    );
  }

  get errors(): string[] {
    return this.eventsOf('error').map(({ code }) => code);
  }
}

/** Nobody's words. */
function isChange({ kind }: Message): boolean {
  return kind === 'change';
}

/** The relay's end of one connection, and what is on its way in both directions. */
interface FakePort extends Port {
  readonly person: FakePerson;
  /** False once the connection has ended; what is on its way is lost unless it was let through. */
  open: boolean;
  /** Whether the relay still believes in it. */
  believed: boolean;
  readonly lastAtMs: { up: number; down: number };
}

export interface NetOptions {
  readonly seed?: number;
  /** Blobs that the relay keeps for somebody away; 0: none. */
  readonly mailbox?: number;
}

export interface PersonOptions {
  readonly nick?: string;
  readonly wallSkewMs?: number;
  /** Rooms joined from the start. */
  readonly rooms?: readonly string[];
  readonly seed?: number;
}

export class FakeNet {
  nowMs = 10_000;
  /** Of every person; the last one added sees a frame first. */
  readonly tampers: Tamper[] = [];
  readonly people: FakePerson[] = [];
  readonly relayKey: RelayIdentity;
  /** Frames that went each way, by type. */
  readonly counts = new Map<string, number>();
  readonly mailbox: number;
  relay: FakeRelay;
  #queue: Scheduled[] = [];
  #order = 0;
  #telling = false;
  #inFlight: { letter: { way: Way; port: FakePort; done: boolean }; run: () => void }[] = [];
  readonly #random: Random;

  constructor({ seed = 1, mailbox = 0 }: NetOptions = {}) {
    this.mailbox = mailbox;
    this.#random = randomFrom(seed);
    this.relayKey = relayIdentityFromSeed(filled(200));
    this.relay = this.#newRelay();
  }

  /** A person with a profile of their own, not yet connected. */
  add(name: string, options: PersonOptions = {}): FakePerson {
    const seed = new Uint8Array(32).fill(options.seed ?? this.people.length + 1);
    seed[1] = (options.seed ?? this.people.length) >>> 8;
    const profile: FakeProfile = {
      me: identityFromSeed(seed),
      nick: options.nick ?? name,
      cardSeq: 0n,
      bundleSeq: 0n,
      rooms: options.rooms ?? [],
      pins: new MemoryPins(),
      rows: new Map(),
      history: [],
    };
    const person: FakePerson = new FakePerson(
      name,
      profile,
      this.#newCore(profile, () => person),
    );
    person.wallSkewMs = options.wallSkewMs ?? 0;
    this.people.push(person);
    for (const room of profile.rooms) enterRoom(person.core, room, 'joined');
    this.#after(person, finish(person.core));
    return person;
  }

  /** Adds somebody and connects them; `run` lets it settle. */
  arrive(name: string, options: PersonOptions = {}): FakePerson {
    const person = this.add(name, options);
    this.connect(person);
    return person;
  }

  /** anna and ben, connected and settled. */
  duo(options: PersonOptions = {}): { readonly anna: FakePerson; readonly ben: FakePerson } {
    const people = { anna: this.arrive('anna', options), ben: this.arrive('ben', options) };
    this.run(500);
    return people;
  }

  /** anna, ben and cara, connected and settled. */
  trio(options: PersonOptions = {}): {
    readonly anna: FakePerson;
    readonly ben: FakePerson;
    readonly cara: FakePerson;
  } {
    const people = { ...this.duo(options), cara: this.arrive('cara', options) };
    this.run(500);
    return people;
  }

  connect(person: FakePerson): void {
    if (person.port !== null) throw new Error(`${person.name} is connected`);
    const port: FakePort = {
      ...{ person, id: person.id, open: true, believed: true },
      lastAtMs: { up: 0, down: 0 },
      send: (frame) => this.#carry(port, 'down', frame),
    };
    person.port = port;
    const card = ownCard(person.core);
    const hidden = hidesAtLogin(person.core);
    this.schedule(LATENCY_MS, () => {
      if (!port.open) return;
      // As READY, which comes before anything else from the relay.
      const { id: relayId, publicKey: relayKey } = this.relayKey;
      const mailboxBlobs = this.mailbox;
      this.input(person, { type: 'connected', relayId, relayKey, topics: 64, mailboxBlobs });
      if (port.open) this.relay.login(port, card, hidden);
    });
  }

  /**
   * Ends a connection. What is on its way is lost, but for `arrives`. The relay notices at once unless it is
   * to go on believing in the connection (`noticed: false`) until the person is back or `notice` is called.
   */
  cut(
    person: FakePerson,
    { arrives, noticed = true }: { readonly arrives?: Way; readonly noticed?: boolean } = {},
  ): void {
    const { port } = person;
    if (port === null) return;
    if (arrives !== undefined) this.#letThrough(port, arrives);
    port.open = false;
    person.port = null;
    if (noticed) this.notice(port);
    this.input(person, { type: 'disconnected' });
  }

  /** The client has gone from the net without knowing: what either side sends is lost. */
  goDark(person: FakePerson): FakePort {
    const { port } = person;
    if (port === null) throw new Error(`${person.name} is not connected`);
    port.open = false;
    return port;
  }

  notice(port: FakePort): void {
    if (!port.believed) return;
    port.believed = false;
    this.relay.lost(port);
  }

  /**
   * A new run of the program: memory is lost, the profile stays, but for its database where that is lost. Not
   * connected yet.
   */
  restart(person: FakePerson, { loses = false }: { readonly loses?: boolean } = {}): void {
    this.#unplug(person);
    destroyPrekeys(person.core);
    const { profile } = person;
    if (loses) profile.rows.clear();
    person.core = this.#newCore(profile, () => person);
    person.wakeAtMs = null;
    person.effectsToLive = null;
    for (const pin of profile.pins.all()) indexName(person.core, pin);
    const rows = Array.from(profile.rows, ([place, value]) => ({ place, value: value.slice() }));
    restore(person.core, rows);
    for (const room of profile.rooms) enterRoom(person.core, room, 'joined');
    this.#after(person, finish(person.core));
  }

  /** The program dies after so many more effects, and does nothing until it is restarted. */
  killAfter(person: FakePerson, effects: number): void {
    person.effectsToLive = effects;
  }

  #unplug(person: FakePerson): void {
    const { port } = person;
    if (port === null) return;
    port.open = false;
    person.port = null;
    this.notice(port);
  }

  /** What the relay has in memory is gone, and its disk too unless it is kept; its key stays. All links are cut. */
  restartRelay({ keepsDisk = false }: { readonly keepsDisk?: boolean } = {}): void {
    for (const person of this.people) {
      if (person.port === null) continue;
      person.port.open = false;
      person.port.believed = false;
      person.port = null;
      this.input(person, { type: 'disconnected' });
    }
    const disk = keepsDisk ? this.relay.disk : null;
    this.relay = this.#newRelay();
    if (disk !== null) this.relay.disk = disk;
  }

  /** Lets `ms` go by. */
  run(ms: number): void {
    const end = this.nowMs + ms;
    for (;;) {
      const next = this.#queue[0];
      if (next === undefined || next.atMs > end) break;
      this.#queue.shift();
      this.nowMs = Math.max(this.nowMs, next.atMs);
      next.run();
    }
    this.nowMs = end;
  }

  schedule(delayMs: number, run: () => void): void {
    const entry = { atMs: this.nowMs + delayMs, order: this.#order++, run };
    let at = this.#queue.length;
    while (at > 0 && (this.#queue[at - 1]?.atMs ?? 0) > entry.atMs) at--;
    this.#queue.splice(at, 0, entry);
  }

  /** Frames of `type` that clients sent so far. */
  sent(type: FrameType): number {
    return this.counts.get(`up ${type}`) ?? 0;
  }

  /** Whoever holds the wire puts a frame in. */
  inject(person: FakePerson, frame: Frame): void {
    // As a socket hands it over: a buffer that is somebody else's again after the step.
    const buffer = Buffer.from(encodeFrame(frame));
    this.input(person, { type: 'frame', frame: decodeFrame(buffer.subarray(4)) });
    buffer.fill(0xaa);
  }

  input(person: FakePerson, input: Input): void {
    if (person.effectsToLive === 0) return;
    this.#after(person, step(person.core, input));
  }

  command<T>(person: FakePerson, run: (core: CoreState) => T): T {
    const reply = run(person.core);
    this.#after(person, finish(person.core));
    return reply;
  }

  send(from: FakePerson, to: FakePerson, text: string): MessageId {
    return this.command(from, (core) => say(core, { to: { peer: to.id }, text }));
  }

  say(from: FakePerson, room: string, text: string): MessageId {
    return this.command(from, (core) => say(core, { to: { room }, text }));
  }

  join(person: FakePerson, room: string, standing: 'joined' | 'guest' = 'joined'): void {
    this.command(person, (core) => enter(core, room, standing));
  }

  leave(person: FakePerson, room: string): void {
    this.command(person, (core) => leave(core, room));
  }

  cancel(person: FakePerson, id: MessageId): boolean {
    return this.command(person, (core) => cancel(core, id));
  }

  rename(person: FakePerson, nick: string): void {
    this.command(person, (core) => changeNick(core, nick));
  }

  verify(person: FakePerson, whom: FakePerson): void {
    this.command(person, (core) => markVerified(core, whom.id, null));
  }

  trust(person: FakePerson, whom: FakePerson): void {
    this.command(person, (core) => acceptKey(core, whom.id));
  }

  find(person: FakePerson, query: string): PeerId[] {
    return findPeople(person.core, query).map((found) => found.fingerprint);
  }

  #newRelay(): FakeRelay {
    const { mailbox } = this;
    return new FakeRelay({ startMs: START_WALL_MS + this.nowMs, mailbox }, () => this.#tellSoon());
  }

  #tellSoon(): void {
    if (this.#telling) return;
    this.#telling = true;
    this.schedule(NEWS_MS, () => {
      this.#telling = false;
      this.relay.tell();
    });
  }

  #newCore(profile: FakeProfile, person: () => FakePerson): CoreState {
    const { me, pins, nick, cardSeq, bundleSeq } = profile;
    const env = {
      nowMs: () => this.nowMs,
      wallMs: () => START_WALL_MS + this.nowMs + person().wallSkewMs,
      random: this.#random,
    };
    return newState({ env, me, pins, nick, cardSeq, bundleSeq });
  }

  /** What the driver does after each step: effects in order, then work and clocks. */
  #after(person: FakePerson, effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (person.effectsToLive === 0) break;
      if (person.effectsToLive !== null) person.effectsToLive -= 1;
      this.#do(person, effect);
    }
    if (person.effectsToLive === 0) {
      this.#unplug(person);
      return;
    }
    this.#work(person);
    this.#wake(person);
  }

  #do(person: FakePerson, effect: Effect): void {
    const { profile } = person;
    switch (effect.type) {
      case 'save-identity':
        profile.nick = effect.nick ?? profile.nick;
        profile.cardSeq = effect.cardSeq ?? profile.cardSeq;
        profile.bundleSeq = effect.bundleSeq ?? profile.bundleSeq;
        return;
      case 'save-rooms':
        profile.rooms = effect.rooms;
        return;
      case 'save':
        this.#save(person);
        return;
      case 'transmit':
        if (person.port !== null) this.#carry(person.port, 'up', effect.frame);
        return;
      case 'emit':
        person.events.push(effect.event);
        return;
      default:
        effect satisfies never;
    }
  }

  /** One transaction. */
  #save({ core, profile }: FakePerson): void {
    const { state, history } = takeBatch(core);
    for (const { place, value } of state) {
      if (value === null) profile.rows.delete(place);
      else profile.rows.set(place, value);
    }
    profile.history.push(...history);
  }

  #work(person: FakePerson): void {
    const { core } = person;
    if (person.isWorking || !hasWork(core)) return;
    person.isWorking = true;
    this.schedule(1, () => {
      person.isWorking = false;
      if (person.core === core) this.input(person, { type: 'work', budgetMs: SLICE_MS });
      else this.#work(person);
    });
  }

  #wake(person: FakePerson): void {
    const { core } = person;
    const due = nextWakeMs(core);
    if (due === null) return;
    const atMs = Math.max(due, this.nowMs + MIN_WAKE_MS);
    if (person.wakeAtMs !== null && person.wakeAtMs <= atMs && person.wakeAtMs > this.nowMs) return;
    person.wakeAtMs = atMs;
    this.schedule(atMs - this.nowMs, () => {
      if (person.core !== core || person.wakeAtMs !== atMs) return;
      person.wakeAtMs = null;
      this.input(person, { type: 'tick' });
    });
  }

  #carry(port: FakePort, way: Way, sent: Frame): void {
    if (!port.open) return;
    const { person } = port;
    let frames: Fate = [{ frame: sent }];
    for (const tamper of [...this.tampers].reverse()) {
      frames = frames.flatMap((one) => tamper({ frame: one.frame, way, person }) ?? [one]);
    }
    for (const { frame, delayMs } of frames) {
      const key = `${way} ${frame.type}`;
      this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
      this.#post(port, way, { frame: overTheWire(frame), delayMs: delayMs ?? 0 });
    }
  }

  /** Frames keep their order in each direction, but for those that were held back. */
  #post(port: FakePort, way: Way, { frame, delayMs }: { frame: Frame; delayMs: number }): void {
    const atMs = Math.max(this.nowMs + LATENCY_MS, port.lastAtMs[way]) + delayMs;
    if (delayMs === 0) port.lastAtMs[way] = atMs;
    const letter = { way, port, done: false };
    const run = () => {
      if (letter.done || !port.open) return;
      letter.done = true;
      this.#hand(port, way, frame);
    };
    this.#inFlight.push({ letter, run });
    this.schedule(atMs - this.nowMs, run);
  }

  #letThrough(port: FakePort, way: Way): void {
    const waiting = this.#inFlight.filter(
      ({ letter }) => letter.port === port && letter.way === way,
    );
    for (const { run } of waiting) run();
    this.#inFlight = this.#inFlight.filter(({ letter }) => !letter.done && letter.port.open);
  }

  #hand(port: FakePort, way: Way, frame: Frame): void {
    if (this.#inFlight.length > 1_000) {
      this.#inFlight = this.#inFlight.filter(({ letter }) => !letter.done && letter.port.open);
    }
    if (way === 'up') this.relay.take(port, frame);
    else this.inject(port.person, frame);
  }
}

/** The frame as its bytes say it: nothing passes between a core and the relay but bytes. */
function overTheWire(frame: Frame): Frame {
  return decodeFrame(encodeFrame(frame).slice(4));
}

function filled(byte: number): Uint8Array {
  return new Uint8Array(32).fill(byte);
}

/** Frames of one type on their way, as a tamper that only looks. */
export function watch<T extends FrameType>(
  net: FakeNet,
  type: T,
): { person: FakePerson; way: Way; frame: FrameOf<T> }[] {
  const seen: { person: FakePerson; way: Way; frame: FrameOf<T> }[] = [];
  const isOfType = (frame: Frame): frame is FrameOf<T> => frame.type === type;
  net.tampers.push(({ frame, way, person }) => {
    if (isOfType(frame)) seen.push({ person, way, frame });
    return undefined;
  });
  return seen;
}
