// What can happen to two people who write to each other: losses, lies of the relay, kills between any two
// effects, lost databases, clocks that jump, days that pass. Then everything heals. Seeded.
import { hurryAcknowledgements } from '../../../src/core/core.ts';
import { sealForFarewell, setQuiet } from '../../../src/core/outbox.ts';
import type { Frame } from '../../../src/protocol/frames.ts';
import type { FakeNet, FakePerson, Passing } from '../../support/fake-net.ts';
import { checkHealed } from './checks.ts';
import { probe } from './probes.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, World } from './world.ts';

const ACTIONS = 24;
const PROBED = 4;
/** Records fail after 7 days: a schedule stays below. */
const MAX_WAIT_MS = 5 * DAY_MS;
/** How long everything may take once nothing stands in its way: longer than the first waits, not the hourly one. */
const HEALING_MS = 25 * MINUTE_MS;

class Schedule {
  readonly world: World;
  readonly #seed: number;
  readonly #net: FakeNet;
  readonly #pick: World['pick'];
  readonly #bundles = new Map<FakePerson, Uint8Array[]>();
  readonly #dark = new Map<FakePerson, ReturnType<FakeNet['goDark']>>();
  #trouble = 0;
  #waitedMs = 0;

  constructor(seed: number) {
    this.#seed = seed;
    this.world = new World(seed);
    this.#net = this.world.net;
    this.#pick = this.world.pick;
    this.#net.tampers.push((passing) => this.#tamper(passing));
    for (const person of this.world.people) if (this.#pick(5) > 0) this.#net.connect(person);
    this.#net.run(500);
  }

  run(): void {
    for (let action = 0; action < ACTIONS; action++) {
      this.#act();
      this.#net.run(this.#pause());
    }
    this.#heal();
    checkHealed(this.world);
    // They take as long as the rest: each rule is tried in every fourth.
    if (this.#seed % PROBED === 1) probe(this.world);
  }

  #pause(): number {
    const kind = this.#pick(24);
    if (kind < 12) return this.#pick(300);
    if (kind < 18) return this.#pick(3 * SECOND_MS);
    if (kind < 21) return this.#pick(40 * SECOND_MS);
    const long = [3 * MINUTE_MS, 12 * MINUTE_MS, 32 * MINUTE_MS, 75 * MINUTE_MS, 25 * HOUR_MS];
    const pauseMs = long[this.#pick(long.length)] ?? 0;
    if (this.#waitedMs + pauseMs > MAX_WAIT_MS) return SECOND_MS;
    this.#waitedMs += pauseMs;
    this.world.note(`${pauseMs / MINUTE_MS} min pass`);
    return pauseMs;
  }

  #act(): void {
    const { people } = this.world;
    const person = people[this.#pick(2)] ?? people[0];
    const choice = this.#pick(32);
    if (choice < 12) this.#send(person);
    else if (choice < 15) this.#cut(person);
    else if (choice < 20) this.#back(person);
    else if (choice < 23) this.#kill(person);
    else if (choice === 23) this.#leave(person);
    else if (choice === 24) this.#lose(person);
    else if (choice < 29) this.#changeTrouble();
    else if (choice === 29) this.#restartRelay();
    else if (choice === 30) this.#moveClock(person);
    else this.#toggleQuiet(person);
  }

  #send(from: FakePerson): void {
    // Nobody writes to somebody whom they have never seen.
    if (from.effectsToLive !== null || from.profile.pins.get(this.world.other(from).id) === null)
      return;
    for (let count = 1 + this.#pick(3); count > 0; count--) this.world.send(from);
  }

  #cut(person: FakePerson): void {
    if (person.port === null || this.#dark.has(person)) return;
    const kind = this.#pick(4);
    this.world.note(`${person.name} is cut (${kind})`);
    if (kind === 0) this.#dark.set(person, this.#net.goDark(person));
    else if (kind === 1) this.#net.cut(person, { arrives: 'up' });
    else if (kind === 2) this.#net.cut(person, { arrives: 'down' });
    else this.#net.cut(person, { noticed: false });
  }

  #back(person: FakePerson): void {
    if (person.effectsToLive !== null) this.#restart(person, false);
    if (this.#dark.has(person)) this.#net.cut(person, { noticed: this.#pick(2) === 0 });
    this.#dark.delete(person);
    if (person.port !== null) return;
    this.world.note(`${person.name} is back`);
    this.#net.connect(person);
  }

  /** Dies between two effects of what comes next, and is started again when it is to be back. */
  #kill(person: FakePerson): void {
    if (person.effectsToLive !== null) return;
    const effects = this.#pick(6);
    this.world.note(`${person.name} is killed after ${effects} effects`);
    if (this.#pick(2) === 0) this.#send(person);
    this.#net.killAfter(person, effects);
    this.world.killed.add(person);
  }

  /** Ends in good order, as a program does that is told to. */
  #leave(person: FakePerson): void {
    if (person.effectsToLive !== null || person.port === null) return;
    this.world.note(`${person.name} leaves`);
    this.#net.command(person, hurryAcknowledgements);
    this.#net.run(500);
    this.#net.command(person, sealForFarewell);
    this.#net.run(500);
    this.#restart(person, false);
  }

  #lose(person: FakePerson): void {
    if (this.#pick(3) > 0) return;
    this.world.note(`${person.name} loses the database`);
    this.world.lose(person);
    this.#restart(person, true);
  }

  #restart(person: FakePerson, loses: boolean): void {
    this.#dark.delete(person);
    this.#net.restart(person, { loses });
  }

  #changeTrouble(): void {
    this.#trouble = this.#pick(3);
    this.world.wasTroubled ||= this.#trouble > 0;
    this.world.note(`trouble ${this.#trouble}`);
  }

  #restartRelay(): void {
    const keepsDisk = this.#pick(4) > 0;
    this.world.note(`the relay restarts${keepsDisk ? '' : ', its disk lost'}`);
    this.world.wasTroubled ||= !keepsDisk;
    this.#dark.clear();
    this.#net.restartRelay({ keepsDisk });
  }

  #moveClock(person: FakePerson): void {
    person.wallSkewMs = (this.#pick(3) - 1) * 365 * DAY_MS;
    this.world.note(`the clock of ${person.name} is off by ${person.wallSkewMs / DAY_MS} days`);
  }

  #toggleQuiet(person: FakePerson): void {
    if (person.effectsToLive !== null) return;
    const quiet = this.#pick(2) === 0;
    this.world.note(`${person.name} is ${quiet ? '' : 'not '}quiet`);
    this.#net.command(person, (core) => setQuiet(core, quiet));
  }

  /** What a relay may do to what passes through it; it can't touch what is sealed. */
  #tamper({ frame, way, person }: Passing) {
    if (frame.type === 'publish' && way === 'up' && frame.kind === 'bundle') {
      this.#bundles.set(person, [...(this.#bundles.get(person) ?? []), frame.object]);
    }
    if (way === 'up' || this.#trouble === 0) return undefined;
    const chance = this.#pick(this.#trouble === 1 ? 24 : 10);
    if (chance > 4) return undefined;
    switch (frame.type) {
      case 'deliver':
        if (chance === 0) return [];
        if (chance === 1) return [{ frame }, { frame, delayMs: this.#pick(40 * SECOND_MS) }];
        if (chance < 4) return [{ frame, delayMs: 1 + this.#pick(8 * SECOND_MS) }];
        return [...this.#old(person), { frame }];
      case 'done':
        if (chance === 0) return [];
        return chance > 2 ? undefined : [{ frame: this.#refusal(frame.req) }];
      case 'drained':
        return chance === 0 ? [] : undefined;
      case 'presence': {
        const entries = frame.entries.map((entry) => ({ ...entry, online: chance === 0 }));
        return chance > 2 ? undefined : [{ frame: { ...frame, entries } }];
      }
      case 'found': {
        const objects = frame.kind === 'bundle' ? this.#oldBundle(person) : [];
        return chance > 2 ? undefined : [{ frame: { ...frame, objects } }];
      }
      default:
        return undefined;
    }
  }

  /** Something that was delivered before, once more. */
  #old(person: FakePerson) {
    const blobs = this.world.blobsFor(person, 0);
    const blob = blobs[this.#pick(Math.max(1, blobs.length))];
    return blob === undefined ? [] : [{ frame: blob.frame }];
  }

  #oldBundle(asker: FakePerson): readonly Uint8Array[] {
    const bundles = this.#bundles.get(this.world.other(asker)) ?? [];
    const bundle = bundles[this.#pick(Math.max(1, bundles.length))];
    return bundle === undefined || this.#pick(2) === 0 ? [] : [bundle];
  }

  #refusal(req: number): Frame {
    return { type: 'error', req, code: this.#pick(2) === 0 ? 'not-here' : 'storage' };
  }

  #heal(): void {
    const { people } = this.world;
    this.#trouble = 0;
    this.world.note('everything heals');
    for (const person of people) {
      if (person.effectsToLive !== null) this.#restart(person, false);
      if (person.port !== null) this.#net.cut(person);
      this.#dark.delete(person);
      this.#net.command(person, (core) => setQuiet(core, false));
    }
    // What the net held back is gone before they are back.
    this.#net.run(MINUTE_MS);
    for (const person of people) this.#net.connect(person);
    this.#net.run(HEALING_MS);
  }
}

/** Throws with the schedule's log and its seed, by which it can be repeated. */
export function runTwoPeople(seed: number): void {
  const schedule = new Schedule(seed);
  try {
    schedule.run();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`schedule ${seed}: ${why}\n${schedule.world.log.join('\n')}`, { cause });
  }
}
