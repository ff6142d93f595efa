// Five people, a private room and a relay that lies, for as many steps as one likes: who stays agrees on members and
// messages, nobody reads what they must not. The same seed goes the same way.
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
import type { CoreState } from '../../../src/core/state.ts';
import { UsageError } from '../../../src/protocol/errors.ts';
import type { Frame } from '../../../src/protocol/frames.ts';
import type { PeerId } from '../../../src/protocol/ids.ts';
import { FakeNet, type FakePerson, type Fate } from '../../support/fake-net.ts';
import { numbersFrom } from '../../support/seeded.ts';
import { RoomChecks } from './room-checks.ts';
import { MINUTE_MS, requireThat, SECOND_MS } from './world.ts';

const NAMES = ['anna', 'ben', 'cara', 'dora', 'emil'];
/** Between two times when everything heals and is compared. */
const STEPS_A_ROUND = 100;
const HEALING_MS = 20 * MINUTE_MS;
const SETTLING_MS = 2 * MINUTE_MS;

/** Throws where something doesn't hold, with the seed; else what was compared. */
export function runFiveInARoom(seed: number, steps: number): RoomChecks['compared'] {
  const five = new FiveInARoom(seed);
  try {
    five.run(steps);
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    throw new Error(`schedule ${seed}: ${what}`, { cause: error });
  }
  return five.checks.compared;
}

class FiveInARoom {
  readonly log: string[] = [];
  readonly net: FakeNet;
  readonly people: readonly FakePerson[];
  readonly name: string;
  readonly checks: RoomChecks;
  steps = 0;
  readonly #pick: (bound: number) => number;
  /** How often the relay is to lose, double, delay or hide something: 0, it is honest. */
  #trouble = 0;
  /** Whether it has said what isn't so of who is here, and has not been told otherwise since. */
  #hasLied = false;
  #texts = 0;

  constructor(seed: number) {
    this.#pick = numbersFrom(seed);
    this.net = new FakeNet({ seed, mailbox: 2_000 });
    this.people = NAMES.map((name) => this.net.arrive(name));
    this.net.run(SECOND_MS);
    const anna = this.#person(0);
    const wishes = { title: 'five', readOnly: false, expireSeconds: null };
    this.name = this.net.command(anna, (core) => createRoom(core, wishes));
    this.checks = new RoomChecks(this.people, this.name);
    this.net.tampers.push(({ frame, way, person }) => {
      if (way === 'up') this.checks.noteSealed(person, frame);
      return this.#trouble === 0 ? undefined : this.#mistreat(frame, way);
    });
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
    this.checks.requireNothingLeaked();
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
      this.checks.noteSaid(person, text);
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
    if (person === this.checks.owner()) return;
    this.#try(`${person.name} leaves`, () => this.net.leave(person, this.name));
  }

  /** By its owner, or by a moderator. */
  #remove(person: FakePerson, other: FakePerson): void {
    const by = this.#pick(2) === 0 ? person : (this.checks.owner() ?? person);
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
    const owner = this.checks.owner();
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
    this.checks.requireNothingLeaked();
    this.checks.requireAgreement();
    this.checks.requireWhole(this.#requireAlive());
    requireThat(this.checks.owner() !== null, 'the room has no owner');
    this.checks.beginRound();
  }

  /** In a room that has healed, what anybody says who may reaches all who are in it. Returns them. */
  #requireAlive(): ReadonlySet<FakePerson> {
    const owner = this.checks.owner();
    if (owner === null) return new Set();
    const { members } = this.checks.inner(owner).log;
    const inside = this.people.filter(({ id }) => members.has(id));
    const said = inside.flatMap((person) => {
      if (silence(person.core, this.checks.room(person)) !== null) return [];
      const text = `t${this.#texts++}`;
      this.checks.noteSaid(person, text);
      this.net.say(person, this.name, text);
      return [{ person, text }];
    });
    this.net.run(SETTLING_MS);
    this.checks.requireNothingLeaked();
    for (const reader of inside) {
      for (const { person, text } of said) {
        const isRead = person === reader || this.checks.hasRead(reader, text);
        requireThat(isRead, `${reader.name} doesn't read ${text} though all is well`);
      }
    }
    return new Set(said.map(({ person }) => person));
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
