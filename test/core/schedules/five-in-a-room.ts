// Five people, a private room and a relay that lies, for as many steps as one likes: who stays agrees on members and
// messages, nobody reads what they must not. The same seed goes the same way.
import { rooms as roomsOf } from '../../../src/core/commands.ts';
import type { Message } from '../../../src/core/events.ts';
import {
  answer,
  createRoom,
  inviteTo,
  removeFrom,
  retitle,
  setModerator,
  setRoom,
  transfer,
} from '../../../src/core/private-commands.ts';
import { silence } from '../../../src/core/private-members.ts';
import type { PrivateRoom } from '../../../src/core/private-state.ts';
import { headOfLog } from '../../../src/core/room-log.ts';
import type { RoomState } from '../../../src/core/room-state.ts';
import type { CoreState } from '../../../src/core/state.ts';
import { counts } from '../../../src/core/strikes.ts';
import { hexFromBytes } from '../../../src/protocol/bytes.ts';
import { decodeText } from '../../../src/protocol/content.ts';
import { UsageError } from '../../../src/protocol/errors.ts';
import type { Frame } from '../../../src/protocol/frames.ts';
import type { PeerId } from '../../../src/protocol/ids.ts';
import { decodeRoomRecord } from '../../../src/protocol/record.ts';
import { FakeNet, type FakePerson, type Fate } from '../../support/fake-net.ts';
import { numbersFrom } from '../../support/seeded.ts';
import { MINUTE_MS, requireThat, SECOND_MS } from './world.ts';

const NAMES = ['anna', 'ben', 'cara', 'dora', 'emil'];
/** Between two times when everything heals and is compared. */
const STEPS_A_ROUND = 100;
const HEALING_MS = 20 * MINUTE_MS;
const SETTLING_MS = 2 * MINUTE_MS;

/** What was said, and where in each person's events the round began in which it was. */
interface Said {
  readonly text: string;
  readonly from: FakePerson;
  readonly marks: ReadonlyMap<FakePerson, number>;
}

/** Of a text: what held when its writer sealed it, perhaps several times. */
interface Sealed {
  /** Who could read it, by its writer's log and strikes. */
  readonly readers: Set<PeerId>;
  /** Who knew when it was last sealed that its writer was out. */
  deaf: ReadonlySet<PeerId>;
  /** How much of the log its writer knew, at least. */
  operations: number;
  /** The blobs, by their tokens. */
  readonly tokens: Set<string>;
}

/** What somebody was shown up to some event of theirs. */
interface Shown {
  events: number;
  readonly texts: Set<string>;
  /** The highest number of each writer's texts. */
  readonly last: Map<PeerId, number>;
}

/** Throws where something doesn't hold, with the seed; else what was compared. */
export function runFiveInARoom(seed: number, steps: number): FiveInARoom['compared'] {
  const five = new FiveInARoom(seed);
  try {
    five.run(steps);
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    throw new Error(`schedule ${seed}: ${what}`, { cause: error });
  }
  return five.compared;
}

class FiveInARoom {
  readonly log: string[] = [];
  readonly net: FakeNet;
  readonly people: readonly FakePerson[];
  readonly name: string;
  steps = 0;
  /** Messages that were compared, and how many a reader lacked, with a gap shown. */
  readonly compared = { read: 0, missing: 0, rounds: 0, membersChanged: 0 };
  readonly #pick: (bound: number) => number;
  /** How often the relay is to lose, double, delay or hide something: 0, it is honest. */
  #trouble = 0;
  readonly #writers = new Map<string, FakePerson>();
  readonly #sealed = new Map<string, Sealed>();
  /** Whether it has said what isn't so of who is here, and has not been told otherwise since. */
  #hasLied = false;
  /** Texts that everybody here from then on has to read, or to miss visibly. */
  #said: Said[] = [];
  readonly #shown = new Map<FakePerson, Shown>();
  /** Where in each person's events the round began. */
  #marks: ReadonlyMap<FakePerson, number> = new Map();
  #texts = 0;

  constructor(seed: number) {
    this.#pick = numbersFrom(seed);
    this.net = new FakeNet({ seed, mailbox: 2_000 });
    this.people = NAMES.map((name) => this.net.arrive(name));
    this.net.run(SECOND_MS);
    this.net.tampers.push(({ frame, way, person }) => {
      if (way === 'up') this.#noteSealed(person, frame);
      return this.#trouble === 0 ? undefined : this.#mistreat(frame, way);
    });
    const anna = this.#person(0);
    const wishes = { title: 'five', readOnly: false, expireSeconds: null };
    this.name = this.net.command(anna, (core) => createRoom(core, wishes));
    this.#mark();
  }

  /** Throws where something doesn't hold, with what was done. */
  run(steps: number): void {
    try {
      for (let step = 0; step < steps; step++) this.#step();
      this.#heal();
    } catch (error) {
      const story = this.log.slice(-60).join('\n');
      throw new Error(`${error instanceof Error ? error.message : error}\n${story}`, {
        cause: error,
      });
    }
  }

  #step(): void {
    this.steps++;
    this.#act();
    this.net.run(this.#pick(8) === 0 ? this.#pick(15_000) : this.#pick(500));
    this.#requireNothingLeaked();
    if (this.steps % STEPS_A_ROUND === 0) this.#heal();
  }

  #act(): void {
    const person = this.#person(this.#pick(NAMES.length));
    const other = this.#person(this.#pick(NAMES.length));
    const roll = this.#pick(100);
    if (roll < 45) this.#say(person);
    else if (roll < 58) this.#try(`${other.name} is invited`, () => this.#invite(other));
    else if (roll < 70) this.#answer();
    else if (roll < 75) this.#remove(person, other);
    else if (roll < 78) this.#leave(person);
    else if (roll < 82) this.#appoint(other);
    else if (roll < 84) this.#try('another title', () => this.#owned(retitleWith(this.steps)));
    else if (roll < 85) this.#try(`transfer to ${other.name}`, () => this.#owned(handTo(other.id)));
    else if (roll < 86) this.#setReadOnly();
    else if (roll < 91) this.#plug(person);
    else if (roll < 94) this.#restart(person);
    else if (roll < 95) this.#restartRelay();
    else this.#setTrouble();
  }

  #say(person: FakePerson): void {
    const text = `t${this.#texts++}`;
    this.#try(`${person.name} says ${text}`, () => {
      this.net.say(person, this.name, text);
      this.#writers.set(text, person);
      this.#said.push({ text, from: person, marks: this.#marks });
    });
  }

  #invite(other: FakePerson): void {
    this.#owned((core, name) => inviteTo(core, name, [other.id]));
  }

  /** One of those who were asked, and who may have answered already. */
  #answer(): void {
    const asked = this.people.filter(({ core }) => core.invitations.size > 0);
    const person = asked[this.#pick(asked.length || 1)];
    const accept = this.#pick(4) > 0;
    if (person === undefined) return;
    this.#try(`${person.name} says ${accept ? 'yes' : 'no'}`, () =>
      this.net.command(person, (core) => answer(core, this.name, { accept })),
    );
  }

  /** The owner, alone there, could leave too, and the room would be at its end. */
  #leave(person: FakePerson): void {
    if (person === this.#owner()) return;
    this.#try(`${person.name} leaves`, () => this.net.leave(person, this.name));
  }

  /** By its owner, or by a moderator. */
  #remove(person: FakePerson, other: FakePerson): void {
    const by = this.#pick(2) === 0 ? person : (this.#owner() ?? person);
    this.#try(`${by.name} takes out ${other.name}`, () =>
      this.net.command(by, (core) => removeFrom(core, this.name, [other.id])),
    );
  }

  #appoint(other: FakePerson): void {
    const on = this.#pick(2) === 0;
    this.#try(`${other.name} ${on ? 'moderates' : 'moderates no more'}`, () =>
      this.#owned((core, name) => setModerator(core, name, { peer: other.id, on })),
    );
  }

  #setReadOnly(): void {
    const readOnly = this.#pick(3) === 0;
    this.#try(readOnly ? 'read-only' : 'all may write', () =>
      this.#owned((core, name) => setRoom(core, name, { readOnly })),
    );
  }

  #owned(run: (core: CoreState, name: string) => void): void {
    const owner = this.#owner();
    if (owner !== null) this.net.command(owner, (core) => run(core, this.name));
  }

  #plug(person: FakePerson): void {
    this.#note(`${person.name} ${person.port === null ? 'comes' : 'goes'}`);
    if (person.port === null) this.net.connect(person);
    else this.net.cut(person);
  }

  #restart(person: FakePerson): void {
    this.#note(`${person.name} restarts`);
    if (person.port !== null) this.net.cut(person);
    this.net.restart(person);
    this.net.connect(person);
  }

  #restartRelay(): void {
    this.#note('the relay restarts');
    this.#hasLied = false;
    this.net.restartRelay({ keepsDisk: true });
    for (const person of this.people) if (person.port === null) this.net.connect(person);
  }

  #setTrouble(): void {
    this.#trouble = this.#pick(3) === 0 ? 12 : 0;
    this.#note(this.#trouble === 0 ? 'an honest relay' : 'a relay that lies');
  }

  /** Loses and doubles room messages, delays everything, hides members and names others. */
  #mistreat(frame: Frame, way: 'up' | 'down'): Fate | undefined {
    if (way === 'up') return undefined;
    const roll = this.#pick(this.#trouble * 4);
    if (frame.type === 'deliver') {
      if (roll === 0) return [];
      if (roll === 1) return [{ frame }, { frame, delayMs: this.#pick(4_000) }];
      if (roll === 2) return [{ frame, delayMs: 1 + this.#pick(4_000) }];
    }
    if (frame.type === 'presence' && roll < 4) {
      this.#hasLied = true;
      const entries = frame.entries.map((entry) => ({ ...entry, online: !entry.online }));
      return [{ frame: { ...frame, entries } }];
    }
    if (frame.type === 'roster' && roll < 4) {
      this.#hasLied = true;
      return [{ frame: { ...frame, entries: frame.entries.slice(1) } }];
    }
    return undefined;
  }

  /** What its writer knows of the room when it seals is who may read it. */
  #noteSealed(person: FakePerson, frame: Frame): void {
    if (frame.type !== 'fanout') return;
    const room = person.core.rooms.get(this.name);
    const inner = room?.private ?? null;
    const out = room?.outbox.find(
      ({ sealed }) => sealed !== null && isSame(sealed.blob, frame.blob),
    );
    if (inner === null || out === undefined) return;
    const { text } = decodeText(decodeRoomRecord(out.bytes).content);
    const operations = inner.log.heads.length;
    const sealed = this.#sealed.get(text) ?? newSealed(operations);
    this.#sealed.set(text, sealed);
    for (const id of inner.log.members) if (!isStruck(inner, id)) sealed.readers.add(id);
    const token = hexFromBytes(frame.token);
    if (sealed.tokens.has(token)) return;
    sealed.tokens.add(token);
    sealed.operations = Math.min(sealed.operations, operations);
    sealed.deaf = new Set(this.#whoKnowsOut(person, operations));
  }

  /** Who knows all of the room that somebody knows who speaks there, and that they are out by now. */
  #whoKnowsOut({ id }: FakePerson, operations: number): PeerId[] {
    return this.people.flatMap((other) => {
      const log = other.core.rooms.get(this.name)?.private?.log;
      const knows = log !== undefined && log.heads.length >= operations && !log.members.has(id);
      return knows ? [other.id] : [];
    });
  }

  /** Everybody who shows a message was among those whom its writer meant, and sees each once, in its order. */
  #requireNothingLeaked(): void {
    for (const person of this.people) {
      const shown = this.#shownTo(person);
      for (const event of person.events.slice(shown.events)) {
        if (event.type !== 'message' || event.message.state !== null) continue;
        this.#requireRightly(person, shown, event.message);
      }
      shown.events = person.events.length;
    }
  }

  #requireRightly(person: FakePerson, { texts, last }: Shown, { text, from }: Message): void {
    requireThat(!texts.has(text), `${person.name} shows ${text} twice`);
    texts.add(text);
    const sealed = this.#sealed.get(text);
    const isMeant = sealed?.readers.has(person.id) === true;
    requireThat(isMeant, `${person.name} reads ${text}, and must not`);
    const isDeaf = sealed?.deaf.has(person.id) === true;
    requireThat(!isDeaf, `${person.name} hears ${text} of who was out`);
    const log = person.core.rooms.get(this.name)?.private?.log ?? null;
    const isKnown = log === null || log.heads.length >= (sealed?.operations ?? 0);
    requireThat(
      isKnown,
      `${person.name} shows ${text}, and not yet what its writer knew of the room`,
    );
    const writer = this.#writers.get(text);
    requireThat(writer?.id === from.fingerprint, `${text} is shown as ${from.nick}'s`);
    const number = Number(text.slice(1));
    const before = last.get(from.fingerprint) ?? -1;
    requireThat(before < number, `${person.name} shows ${text} after t${before}`);
    last.set(from.fingerprint, number);
  }

  #shownTo(person: FakePerson): Shown {
    const known = this.#shown.get(person);
    if (known !== undefined) return known;
    const shown: Shown = { events: 0, texts: new Set(), last: new Map() };
    this.#shown.set(person, shown);
    return shown;
  }

  /** All are here, the relay is honest, and time goes by: then all who are in agree. */
  #heal(): void {
    this.#note('heals');
    this.#trouble = 0;
    // Nobody asks whether what it said of others is still so.
    if (this.#hasLied) this.#restartRelay();
    for (const person of this.people) if (person.port === null) this.net.connect(person);
    this.net.run(HEALING_MS / 2);
    // Whose leave reached nobody who is still there, says so again to who hands them something.
    this.#try('another title', () => this.#owned(retitleWith(this.steps)));
    this.net.run(HEALING_MS / 2);
    this.#requireNothingLeaked();
    this.#requireAgreement();
    const speakers = this.#requireAlive();
    // The last of what somebody said, lost, shows with the next: it is not asked for while they can't speak.
    this.#requireWhole(this.#said.filter(({ from }) => speakers.has(from)));
    this.#said = this.#said.filter(({ from }) => !speakers.has(from));
    this.compared.rounds++;
    this.#begin();
  }

  #requireAgreement(): void {
    const owner = this.#owner();
    if (owner === null) return;
    const { log } = this.#inner(owner);
    const head = hexFromBytes(headOfLog(log).hash);
    this.compared.membersChanged = log.heads.length;
    for (const person of this.people) {
      const isIn = log.members.has(person.id);
      const isThere = roomsOf(person.core, true).some(({ name }) => name === this.name);
      requireThat(
        isIn === isThere,
        `${person.name} is ${isIn ? '' : 'not '}in, and thinks otherwise`,
      );
      if (!isIn) continue;
      const theirs = hexFromBytes(headOfLog(this.#inner(person).log).hash);
      requireThat(theirs === head, `${person.name} has another log than ${owner.name}`);
      const bad = person.errors.filter((code) => code === 'room-forked' || code === 'forged');
      requireThat(bad.length === 0, `${person.name} was told ${bad.join(', ')}`);
    }
  }

  /** Who was in all the time reads all that the others said, or is shown that something is missing. */
  #requireWhole(said: readonly Said[]): void {
    for (const { text, from, marks } of said) {
      for (const reader of this.people) {
        if (reader === from || this.#sealed.get(text)?.readers.has(reader.id) !== true) continue;
        const since = marks.get(reader) ?? 0;
        if (!this.#stayed(reader, since)) continue;
        if (this.#shownTo(reader).texts.has(text)) this.compared.read++;
        else {
          this.compared.missing++;
          const isOut = !this.#stayed(from, marks.get(from) ?? 0);
          requireThat(
            isOut || isGapShown(reader, from, since),
            `${reader.name} lacks ${text} of ${from.name}, unseen`,
          );
        }
      }
    }
  }

  /** In a room that has healed, what anybody says who may reaches all who are in it. Returns them. */
  #requireAlive(): ReadonlySet<FakePerson> {
    const owner = this.#owner();
    if (owner === null) return new Set();
    const { members } = this.#inner(owner).log;
    const inside = this.people.filter(({ id }) => members.has(id));
    const said = inside.flatMap((person) => {
      if (silence(person.core, this.#room(person)) !== null) return [];
      const text = `t${this.#texts++}`;
      this.#writers.set(text, person);
      this.net.say(person, this.name, text);
      return [{ person, text }];
    });
    this.net.run(SETTLING_MS);
    this.#requireNothingLeaked();
    for (const reader of inside) {
      const { texts } = this.#shownTo(reader);
      for (const { person, text } of said) {
        const isRead = person === reader || texts.has(text);
        requireThat(isRead, `${reader.name} doesn't read ${text} though all is well`);
      }
    }
    return new Set(said.map(({ person }) => person));
  }

  #begin(): void {
    this.#mark();
    // Nobody is in it for good any more: another is made of those who are left.
    if (this.#owner() === null) throw new Error('the room has no owner');
  }

  #mark(): void {
    this.#marks = new Map(this.people.map((person) => [person, person.events.length]));
  }

  /** In the room since then, without a break. */
  #stayed(person: FakePerson, since: number): boolean {
    if (!roomsOf(person.core, true).some(({ name }) => name === this.name)) return false;
    return !person.events
      .slice(since)
      .some(
        (event) =>
          event.type === 'room-left' ||
          (event.type === 'room-change' &&
            event.change.what === 'added' &&
            event.change.who.some(({ fingerprint }) => fingerprint === person.id)),
      );
  }

  #owner(): FakePerson | null {
    return (
      this.people.find((person) => person.core.rooms.get(this.name)?.private?.pen != null) ?? null
    );
  }

  #room(person: FakePerson): RoomState {
    const room = person.core.rooms.get(this.name);
    if (room === undefined) throw new Error(`${person.name} is not in the room`);
    return room;
  }

  #inner(person: FakePerson): PrivateRoom {
    const inner = this.#room(person).private;
    if (inner === null) throw new Error('the room is public');
    return inner;
  }

  #try(what: string, run: () => void): void {
    try {
      run();
      this.#note(what);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
    }
  }

  #person(index: number): FakePerson {
    const person = this.people[index];
    if (person === undefined) throw new RangeError(`no person ${index}`);
    return person;
  }

  #note(text: string): void {
    this.log.push(`${this.steps} at ${(this.net.nowMs / SECOND_MS).toFixed(1)} s: ${text}`);
  }
}

function retitleWith(number: number) {
  return (core: CoreState, name: string) => retitle(core, name, `five ${number}`);
}

function handTo(peer: PeerId) {
  return (core: CoreState, name: string) => transfer(core, name, peer);
}

function newSealed(operations: number): Sealed {
  return { readers: new Set(), deaf: new Set(), operations, tokens: new Set() };
}

function isStruck({ log, strikes }: PrivateRoom, id: PeerId): boolean {
  return strikes.some((strike) => strike.target === id && counts(log, strike));
}

function isGapShown(reader: FakePerson, from: FakePerson, since: number): boolean {
  return reader.events
    .slice(since)
    .some((event) => event.type === 'gap' && event.from.fingerprint === from.id);
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
