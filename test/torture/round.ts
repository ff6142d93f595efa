// One round of kills: a new world that is struck until enough have died, and must be whole again. Seeded.
import { setTimeout as delay } from 'node:timers/promises';
import { numbersFrom } from '../support/seeded.ts';
import type { Happening } from './chronicle.ts';
import { NAMES, type Name, otherThan } from './letters.ts';
import { judge, unsettled } from './verdict.ts';
import { MEMBERS, type MemberName, type World } from './world.ts';

/** How long a strike waits for what it is to follow. */
const PATIENCE_MS = 400;
/** For everybody to be back before the next strike; some strikes come before. */
const RETURN_MS = 2_000;
const READING_MS = 20_000;
/** While nothing is reported, it may be that what was written on disk was cut off before it was told. */
const LOOK_AGAIN_MS = 500;
const PRESENCE_MS = 10_000;
const ARRIVAL_MS = 20_000;
const PARTS = 2;

const CAUSES: readonly Happening[] = [
  ...(['told', 'relayed', 'delivered', 'shown', 'shown'] as const),
  ...(['started', 'open', 'online'] as const),
];
/** As many people as relays. */
const VICTIMS = [
  ...([['relay'], ['relay'], ['relay'], ['relay'], ['asha'], ['bo']] as const),
  ...([
    ['relay', 'asha'],
    ['relay', 'bo'],
    ['asha', 'bo'],
  ] as const),
];
/** A commit takes some milliseconds, a start some hundred. */
const DELAYS_MS = [0, 2, 8, 30, 150];

export interface RoundOptions {
  readonly seed: number;
  /** For everything to arrive: where nobody answers, records are sealed again after 5 s, and after 15 s. */
  readonly settlingMs: number;
}

export interface RoundResult {
  readonly relayKills: number;
  readonly clientKills: number;
  /** Kills that came while messages were on their way. */
  readonly loadedKills: number;
  readonly messages: number;
}

export class Round {
  readonly #world: World;
  readonly #settlingMs: number;
  readonly #pick: (bound: number) => number;
  /** Who is to stay away for so many strikes. */
  readonly #away = new Map<MemberName, number>();
  #relayKills = 0;
  #clientKills = 0;
  #loadedKills = 0;

  constructor(world: World, { seed, settlingMs }: RoundOptions) {
    this.#world = world;
    this.#settlingMs = settlingMs;
    this.#pick = numbersFrom(seed);
  }

  /**
   * At least `kills` of the relay, and of the two people together, unless `goesOn` says that it is time to end.
   * Throws an Error that says what did not hold.
   */
  async run(kills: number, goesOn: () => boolean): Promise<RoundResult> {
    const world = this.#world;
    world.start('relay');
    await world.chronicle.until(() => world.isOnline('relay'), this.#settlingMs);
    for (const name of NAMES) world.start(name);
    // While their profiles are being made, too. Nobody writes yet: a newcomer to a room reads nothing of before.
    for (let strikes = this.#pick(4); strikes > 0; strikes--) await this.#strike();
    await this.#settle();
    for (let part = 1; part <= PARTS; part++) {
      world.setWriters(NAMES);
      const enough = (kills * part) / PARTS;
      const isEnough = () => Math.min(this.#relayKills, this.#clientKills) >= enough;
      while (!isEnough() && goesOn()) await this.#strike();
      await this.#settle();
      await this.#loseWriter(this.#one(NAMES));
      await this.#settle();
    }
    return {
      ...{ relayKills: this.#relayKills, clientKills: this.#clientKills },
      ...{ loadedKills: this.#loadedKills, messages: world.books.total },
    };
  }

  /** Kills somebody some moments after something has happened, and starts them again at once or later. */
  async #strike(): Promise<void> {
    const { chronicle } = this.#world;
    if (this.#pick(4) > 0) await this.#untilBack();
    const cause = this.#one(CAUSES);
    const count = chronicle.count(cause) + 1 + this.#pick(6);
    await chronicle.until(() => chronicle.count(cause) >= count, PATIENCE_MS);
    await delay(this.#pick(1 + this.#one(DELAYS_MS)));
    const victims: readonly MemberName[] = this.#one(VICTIMS);
    await this.#kill(victims.filter((member) => this.#world.isRunning(member)));
    for (const [member, strikes] of this.#away) this.#away.set(member, strikes - 1);
    for (const member of victims) this.#away.set(member, this.#pick(4) > 0 ? 0 : this.#pick(3));
    for (const [member, strikes] of this.#away) if (strikes <= 0) this.#start(member);
  }

  /** But for those who are to stay away. */
  async #untilBack(): Promise<void> {
    if (this.#away.has('relay')) return;
    const isBack = () => MEMBERS.every((m) => this.#world.isOnline(m) || this.#away.has(m));
    await this.#world.chronicle.until(isBack, RETURN_MS);
  }

  async #kill(victims: readonly MemberName[]): Promise<void> {
    const isLoaded = this.#world.books.waiting > 0;
    for (const member of victims) {
      if (isLoaded) this.#loadedKills++;
      if (member === 'relay') this.#relayKills++;
      else this.#clientKills++;
    }
    await Promise.all(victims.map((member) => this.#world.kill(member)));
  }

  #start(member: MemberName): void {
    this.#away.delete(member);
    this.#world.start(member);
  }

  /** Nobody is killed and nobody writes until all has arrived; then it is looked at what did. */
  async #settle(): Promise<void> {
    const world = this.#world;
    const { chronicle, books } = world;
    world.setWriters([]);
    for (const member of MEMBERS) if (!world.isRunning(member)) this.#start(member);
    const deadline = performance.now() + this.#settlingMs;
    const leftMs = () => Math.max(0, deadline - performance.now());
    if (!(await chronicle.until(() => world.isComplete, leftMs()))) {
      throw new Error('nobody was killed any more, and not everybody came back');
    }
    let histories = await world.read(READING_MS);
    for (let why = unsettled(histories); why !== null; why = unsettled(histories)) {
      if (leftMs() === 0) throw new Error(`nobody was killed any more, and yet ${why}`);
      const { reports } = chronicle;
      const isNew = () => books.waiting === 0 && chronicle.reports > reports;
      await chronicle.until(isNew, LOOK_AGAIN_MS);
      histories = await world.read(READING_MS);
    }
    judge(books, histories);
  }

  /**
   * What the relay has taken for somebody away must reach them though its writer never comes back: else the
   * writer's own copy would hide what the relay has lost.
   */
  async #loseWriter(writer: Name): Promise<void> {
    const world = this.#world;
    const { chronicle, books } = world;
    const reader = otherThan(writer);
    const before = books.of(writer).tried;
    await this.#kill([reader]);
    await chronicle.until(() => !world.people[writer].seesOther, PRESENCE_MS);
    world.setWriters([writer]);
    const count = 1 + this.#pick(12);
    const relayed = () => books.relayed(writer, before);
    if (!(await chronicle.until(() => relayed().length >= count, ARRIVAL_MS))) {
      throw new Error(`the relay takes nothing for ${reader}, who is away`);
    }
    await delay(this.#pick(30));
    await this.#kill(['relay', writer]);
    world.setWriters([]);
    for (const member of ['relay', reader] as const) this.#start(member);
    const missing = () => books.unseen(writer, relayed());
    if (await chronicle.until(() => missing().length === 0, ARRIVAL_MS)) return;
    throw new Error(`the relay had taken it, and lost it: ${missing().join(', ')}`);
  }

  #one<T>(choices: readonly T[]): T {
    const choice = choices[this.#pick(choices.length)];
    if (choice === undefined) throw new RangeError('nothing to choose from');
    return choice;
  }
}
