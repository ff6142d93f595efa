// A relay and two people who write to each other, each a process that can be killed and started again.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Books } from './books.ts';
import { Chronicle } from './chronicle.ts';
import { NAMES, type Name, otherThan } from './letters.ts';
import { Person } from './person.ts';
import { RelayRun } from './relay-run.ts';
import type { PersonFault, RelayFault } from './reports.ts';
import type { Histories } from './verdict.ts';

export interface Scripts {
  readonly relay: string;
  readonly person: string;
}

export interface Faults {
  readonly relay: RelayFault;
  /** Of bo; asha is whole. */
  readonly person: PersonFault;
}

export const MEMBERS = ['relay', ...NAMES] as const;
export type MemberName = (typeof MEMBERS)[number];

export interface WorldOptions {
  readonly scripts: Scripts;
  readonly faults: Faults;
  /** Empty: each member has a folder in it. */
  readonly folder: string;
}

/** Owns its processes until `close`. */
export class World {
  readonly books = new Books();
  readonly chronicle = new Chronicle();
  readonly people: Readonly<Record<Name, Person>>;
  readonly #options: WorldOptions;
  readonly #relay: RelayRun;
  /** Who is to write whenever they run. */
  #writers: readonly Name[] = [];

  constructor(options: WorldOptions) {
    this.#options = options;
    for (const member of MEMBERS) mkdirSync(join(options.folder, member), { mode: 0o700 });
    const { scripts, faults, folder } = options;
    this.#relay = new RelayRun({
      ...{ script: scripts.relay, folder, fault: faults.relay, chronicle: this.chronicle },
      onListening: () => {
        this.chronicle.happened('open');
        for (const name of NAMES) this.people[name].retry();
      },
    });
    this.people = { asha: this.#newPerson('asha'), bo: this.#newPerson('bo') };
  }

  isRunning(member: MemberName): boolean {
    return (member === 'relay' ? this.#relay : this.people[member]).isRunning;
  }

  /** Whether the relay takes connections, or the person is connected and up to date. */
  isOnline(member: MemberName): boolean {
    return member === 'relay' ? this.#relay.isListening : this.people[member].isOnline;
  }

  /** Everybody is online, and the two see each other, also in the room. */
  get isComplete(): boolean {
    const areTogether = NAMES.every((name) => {
      const { seesOther, sharesRoom } = this.people[name];
      return seesOther && sharesRoom;
    });
    return areTogether && MEMBERS.every((member) => this.isOnline(member));
  }

  /** The first relay must listen before people are started. */
  start(member: MemberName): void {
    this.chronicle.note(`${member} is started`);
    if (member === 'relay') this.#relay.start();
    else this.people[member].start(this.#relay.port);
    this.chronicle.happened('started');
  }

  async kill(member: MemberName): Promise<void> {
    this.chronicle.note(`${member} is killed`);
    await (member === 'relay' ? this.#relay : this.people[member]).kill();
  }

  /** From now on these write, and go on after each start; the others rest. */
  setWriters(names: readonly Name[]): void {
    this.#writers = names;
    this.#putToWork();
  }

  /** Throws where one of the two doesn't answer in time. */
  async read(timeoutMs: number): Promise<Histories> {
    const { asha, bo } = this.people;
    if (asha.id === null || bo.id === null) throw new Error('nobody has been open yet');
    return { asha: await asha.read(bo.id, timeoutMs), bo: await bo.read(asha.id, timeoutMs) };
  }

  async close(): Promise<void> {
    await Promise.all(MEMBERS.map((member) => this.kill(member)));
  }

  #newPerson(name: Name): Person {
    const { scripts, faults, folder } = this.#options;
    return new Person(name, {
      ...{ script: scripts.person, home: join(folder, name) },
      fault: name === 'bo' ? faults.person : 'none',
      ...{ books: this.books, chronicle: this.chronicle, onOpen: () => this.#putToWork() },
    });
  }

  #putToWork(): void {
    for (const name of NAMES) {
      const person = this.people[name];
      const { id } = this.people[otherThan(name)];
      if (!this.#writers.includes(name)) person.rest();
      else if (id !== null) person.write(id, this.books.of(name).tried);
    }
  }
}
