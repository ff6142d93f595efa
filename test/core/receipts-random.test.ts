// Whatever is lost, repeated or restarted: nothing is called read that was not, nor twice, and in the end all is.
import { beforeAll, describe, expect, it } from 'vitest';
import { noteRead } from '../../src/core/receipts.ts';
import { ready } from '../../src/crypto/sodium.ts';
import type { MessageId } from '../../src/protocol/ids.ts';
import { FakeNet, type FakePerson } from '../support/fake-net.ts';
import { numbersFrom } from '../support/seeded.ts';

beforeAll(ready);

const SCHEDULES = 20;
const STEPS = 60;

class Schedule {
  readonly net: FakeNet;
  readonly people: readonly [FakePerson, FakePerson];
  /** Who each message is for. */
  readonly sent = new Map<MessageId, FakePerson>();
  /** What each person has had before their eyes. */
  readonly seen = new Set<MessageId>();
  readonly #pick: (bound: number) => number;
  #lossy = true;

  constructor(seed: number) {
    this.#pick = numbersFrom(seed);
    this.net = new FakeNet({ seed, mailbox: this.#pick(2) * 2_000 });
    const { anna, ben } = this.net.duo();
    this.people = [anna, ben];
    this.net.tampers.push(({ frame, way }) => {
      if (!this.#lossy || way !== 'down' || frame.type !== 'deliver') return undefined;
      const chance = this.#pick(8);
      if (chance === 0) return [];
      return chance === 1 ? [{ frame }, { frame, delayMs: this.#pick(20_000) }] : undefined;
    });
  }

  step(): void {
    const [anna, ben] = this.people;
    const [who, whom] = this.#pick(2) === 0 ? [anna, ben] : [ben, anna];
    switch (this.#pick(8)) {
      case 0:
      case 1:
      case 2:
        this.sent.set(this.net.send(who, whom, `${this.sent.size}`), whom);
        break;
      case 3:
      case 4:
        this.read(who, whom);
        break;
      case 5:
        if (who.port === null) this.net.connect(who);
        else this.net.cut(who);
        break;
      case 6:
        if (this.#pick(3) > 0) break;
        this.net.restart(who);
        this.net.connect(who);
        break;
      default:
        break;
    }
    this.net.run(this.#pick(4_000));
    this.check();
  }

  read(who: FakePerson, whom: FakePerson): void {
    for (const write of who.profile.history) {
      if (write.type === 'message' && write.message.state === null) this.seen.add(write.message.id);
    }
    this.net.command(who, (core) => noteRead(core, whom.id));
  }

  heal(): void {
    this.#lossy = false;
    const [anna, ben] = this.people;
    for (const person of this.people) if (person.port === null) this.net.connect(person);
    this.net.run(2 * 60 * 60_000);
    this.read(anna, ben);
    this.read(ben, anna);
    this.net.run(60_000);
    this.check();
  }

  check(): void {
    for (const person of this.people) {
      const read = person.eventsOf('receipt').filter(({ state }) => state === 'read');
      const ids = read.map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      for (const id of ids) expect(this.seen.has(id)).toBe(true);
    }
  }
}

describe('two people who read and write', () => {
  it('are told of what was read, all of it, and nothing else', () => {
    let read = 0;
    for (let seed = 1; seed <= SCHEDULES; seed++) {
      const schedule = new Schedule(seed);
      for (let step = 0; step < STEPS; step++) schedule.step();
      schedule.heal();
      const [anna, ben] = schedule.people;
      for (const [id, whom] of schedule.sent) {
        const sender = whom === anna ? ben : anna;
        expect([seed, id, sender.lastState(id)]).toEqual([seed, id, 'read']);
        read++;
      }
    }
    // Control: the schedules say something.
    expect(read).toBeGreaterThan(SCHEDULES * 10);
  });
});
