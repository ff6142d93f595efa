// One round of kills: a world that is new, and struck until as many have died as were asked for. Seeded.
import { setTimeout as delay } from 'node:timers/promises';
import { numbersFrom } from '../support/seeded.ts';
import { NAMES, type Name, otherThan } from './letters.ts';
import { type Histories, judge, unsettled } from './verdict.ts';
import { type Faults, type Happening, type MemberName, MEMBERS, type Scripts, World } from './world.ts';

/** How long a strike waits for what it is to follow. */
const PATIENCE_MS = 400;
/** For everybody to be back before the next strike; some come while they are not. */
const RETURN_MS = 2_000;
/** For everything to arrive: records are sealed again after 5 s, and 15 s, where nobody answers. */
const SETTLING_MS = 60_000;
const READING_MS = 20_000;
const PRESENCE_MS = 10_000;
const ARRIVAL_MS = 15_000;

const CAUSES: readonly Happening[] = [
  ...(['told', 'relayed', 'delivered', 'shown', 'shown'] as const),
  ...(['started', 'open', 'online'] as const),
];
/** Together as many clients as relays. */
const VICTIMS = [
  ...([['relay'], ['relay'], ['relay'], ['asha'], ['bo']] as const),
  ...([['relay', 'asha'], ['relay', 'bo'], ['asha', 'bo']] as const),
];
/** A commit takes some milliseconds, a start some hundred. */
const DELAYS_MS = [0, 2, 8, 30, 150];

export interface RoundOptions {
  readonly seed: number;
  /** At least so many kills of the relay, and of the two clients together. */
  readonly kills: number;
  readonly scripts: Scripts;
  readonly faults: Faults;
  /** A folder that is empty, for the databases. */
  readonly folder: string;
}

export interface RoundResult {
  readonly relayKills: number;
  readonly clientKills: number;
  /** Kills that came while messages were on their way. */
  readonly loadedKills: number;
  readonly messages: number;
}

/** Throws an Error that says what did not hold. */
export async function runRound(options: RoundOptions): Promise<RoundResult> {
  const world = new World(options);
  try {
    return await new Round(world, options).run();
  } finally {
    await world.close();
  }
}

class Round {
  readonly #world: World;
  readonly #kills: number;
  readonly #pick: (bound: number) => number;
  /** Strikes until they are started again. */
  readonly #away = new Map<MemberName, number>();
  #relayKills = 0;
  #clientKills = 0;
  #loadedKills = 0;

  constructor(world: World, { seed, kills }: RoundOptions) {
    this.#world = world;
    this.#kills = kills;
    this.#pick = numbersFrom(seed);
  }

  async run(): Promise<RoundResult> {
    const world = this.#world;
    world.start('relay');
    await world.until(() => world.isOnline('relay'), RETURN_MS);
    for (const name of NAMES) world.start(name);
    // Also while their profiles are being made. Who is not yet in a room reads nothing that is said there.
    for (let strike = this.#pick(4); strike > 0; strike--) await this.#strike();
    await this.#settle();
    for (const part of [1, 2]) {
      world.setWriters(NAMES);
      while (Math.min(this.#relayKills, this.#clientKills) < (this.#kills * part) / 2) {
        await this.#strike();
      }
      await this.#settle();
      await this.#losePerson(this.#one(NAMES));
      await this.#settle();
    }
    return {
      ...{ relayKills: this.#relayKills, clientKills: this.#clientKills },
      ...{ loadedKills: this.#loadedKills, messages: world.books.total },
    };
  }

  /** Kills somebody some moments after something has happened, and starts them again at once or later. */
  async #strike(): Promise<void> {
    const world = this.#world;
    if (this.#pick(4) > 0) await this.#untilBack();
    const cause = this.#one(CAUSES);
    const count = world.count(cause) + 1 + this.#pick(6);
    await world.until(() => world.count(cause) >= count, PATIENCE_MS);
    await delay(this.#pick(1 + this.#one(DELAYS_MS)));
    const chosen: readonly MemberName[] = this.#one(VICTIMS);
    const victims = chosen.filter((member) => world.isRunning(member));
    await Promise.all(victims.map((member) => this.#kill(member)));
    for (const [member, strikes] of this.#away) this.#away.set(member, strikes - 1);
    for (const member of victims) this.#away.set(member, this.#pick(4) > 0 ? 0 : this.#pick(3));
    for (const [member, strikes] of this.#away) if (strikes <= 0) this.#start(member);
  }

  /** Those who are to be away for a while are not waited for. */
  async #untilBack(): Promise<void> {
    const world = this.#world;
    const isBack = () => MEMBERS.every((m) => world.isOnline(m) || this.#away.has(m));
    if (!this.#away.has('relay')) await world.until(isBack, RETURN_MS);
  }

  async #kill(member: MemberName): Promise<void> {
    if (this.#world.books.waiting > 0) this.#loadedKills++;
    if (member === 'relay') this.#relayKills++;
    else this.#clientKills++;
    await this.#world.kill(member);
  }

  #start(member: MemberName): void {
    this.#away.delete(member);
    this.#world.start(member);
  }

  /** Nobody is killed and nobody writes until all has arrived; then it is looked at what did. */
  async #settle(): Promise<void> {
    const world = this.#world;
    world.setWriters([]);
    for (const member of MEMBERS) if (!world.isRunning(member)) this.#start(member);
    const deadline = performance.now() + SETTLING_MS;
    const left = () => Math.max(0, deadline - performance.now());
    if (!(await world.until(() => world.isComplete, left()))) {
      throw new Error('nothing was killed any more, and not everybody came back');
    }
    let histories = await this.#read();
    for (let why = unsettled(histories); why !== null; why = unsettled(histories)) {
      if (left() === 0) throw new Error(`nothing was killed any more, and yet ${why}`);
      const seen = world.reports;
      await world.until(() => world.reports > seen, Math.min(left(), 1_000));
      histories = await this.#read();
    }
    judge(world.books, histories);
  }

  async #read(): Promise<Histories> {
    const asha = await this.#world.read('asha', READING_MS);
    return { asha, bo: await this.#world.read('bo', READING_MS) };
  }

  /**
   * What the relay has taken for somebody away must reach them though its sender never comes back: else the
   * sender's own copy would hide what the relay has lost.
   */
  async #losePerson(reader: Name): Promise<void> {
    const world = this.#world;
    const writer = otherThan(reader);
    await this.#kill(reader);
    await world.until(() => !world.seesOther(writer), PRESENCE_MS);
    const { tried } = world.books.of(writer);
    world.setWriters([writer]);
    const count = 1 + this.#pick(12);
    const relayed = () => world.books.relayed(writer, tried);
    if (!(await world.until(() => relayed().length >= count, ARRIVAL_MS))) {
      throw new Error(`the relay takes nothing for ${reader}, who is away`);
    }
    await delay(this.#pick(30));
    await Promise.all([this.#kill('relay'), this.#kill(writer)]);
    world.setWriters([]);
    for (const member of ['relay', reader] as const) this.#start(member);
    const missing = () => world.books.unseen(writer, relayed());
    if (await world.until(() => missing().length === 0, ARRIVAL_MS)) return;
    throw new Error(`the relay had taken it, and lost it: ${missing().join(', ')}`);
  }

  #one<T>(choices: readonly T[]): T {
    const choice = choices[this.#pick(choices.length)];
    if (choice === undefined) throw new RangeError('nothing to choose from');
    return choice;
  }
}
