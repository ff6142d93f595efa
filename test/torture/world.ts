// A relay and two people who write to each other, each a process that can be killed and started again.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ClientEvent } from '../../src/client/api.ts';
import type { PeerId } from '../../src/protocol/ids.ts';
import { Books, type News } from './books.ts';
import { NAMES, type Name, otherThan } from './letters.ts';
import type {
  History,
  PersonFault,
  PersonOrder,
  PersonReport,
  RelayFault,
  RelayReport,
} from './reports.ts';
import { RunningChild } from './running-child.ts';

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

/** What kills are timed by: what was told of messages, and how far a process has come. */
export type Happening = News | 'started' | 'open' | 'online';

interface Person {
  child: RunningChild<PersonReport> | null;
  id: PeerId | null;
  isWriting: boolean;
  isOnline: boolean;
  /** Whether the other is seen online, and listed in the room. */
  seesOther: boolean;
  sharesRoom: boolean;
  history: History | null;
}

/** Owns its processes until `close`. Everything that may not be reported is kept as a problem. */
export class World {
  readonly books = new Books();
  readonly #scripts: Scripts;
  readonly #faults: Faults;
  readonly #folder: string;
  readonly #people: Readonly<Record<Name, Person>> = { asha: newPerson(), bo: newPerson() };
  readonly #counts = new Map<Happening, number>();
  #relay: RunningChild<RelayReport> | null = null;
  #port = 0;
  #isListening = false;
  /** Who is to write whenever they run. */
  #writers: readonly Name[] = [];
  #problem: string | null = null;
  #reports = 0;
  #look: () => void = () => undefined;

  constructor(options: { scripts: Scripts; faults: Faults; folder: string }) {
    this.#scripts = options.scripts;
    this.#faults = options.faults;
    this.#folder = options.folder;
    for (const member of MEMBERS) mkdirSync(this.home(member), { mode: 0o700 });
  }

  home(member: MemberName): string {
    return join(this.#folder, member);
  }

  isRunning(member: MemberName): boolean {
    return (member === 'relay' ? this.#relay : this.#people[member].child) !== null;
  }

  /** Whether the relay takes connections, or the person is connected and up to date. */
  isOnline(member: MemberName): boolean {
    return member === 'relay' ? this.#isListening : this.#people[member].isOnline;
  }

  /** Everybody is online, and the two see each other, also in the room. */
  get isComplete(): boolean {
    const areTogether = NAMES.every((name) => this.seesOther(name) && this.#people[name].sharesRoom);
    return areTogether && MEMBERS.every((member) => this.isOnline(member));
  }

  /** How many reports have come. */
  get reports(): number {
    return this.#reports;
  }

  seesOther(name: Name): boolean {
    return this.#people[name].seesOther;
  }

  /** How often it has happened, to anybody. */
  count(happening: Happening): number {
    return this.#counts.get(happening) ?? 0;
  }

  /** The first relay must listen before people are started: its port is theirs. */
  start(member: MemberName): void {
    this.log(`START ${member}`);
    if (member === 'relay') this.#startRelay();
    else this.#startPerson(member);
    this.#happened('started');
  }

  async kill(member: MemberName): Promise<void> {
    this.log(`KILL ${member}`);
    if (member === 'relay') {
      await this.#relay?.kill();
      this.#relay = null;
      this.#isListening = false;
      return;
    }
    const person = this.#people[member];
    await person.child?.kill();
    person.child = null;
    person.isWriting = false;
    person.isOnline = false;
    person.seesOther = false;
    person.sharesRoom = false;
  }

  /** From now on these write, and go on after each start; the others rest. */
  setWriters(names: readonly Name[]): void {
    this.log(`WRITERS ${names}`);
    this.#writers = names;
    for (const name of NAMES) this.#putToWork(name);
  }

  /** What this person's history holds of the conversations of the two. Throws where it is not told in time. */
  async read(name: Name, timeoutMs: number): Promise<History> {
    const person = this.#people[name];
    const peer = this.#people[otherThan(name)].id;
    person.history = null;
    if (peer !== null) this.#order(name, { do: 'read', peer });
    await this.until(() => person.history !== null, timeoutMs);
    if (person.history === null) throw new Error(`${name} does not say what is in their history`);
    return person.history;
  }

  /** Whether `isSo` holds, now or after a report within that time. Throws the first problem there was. */
  async until(isSo: () => boolean, timeoutMs: number): Promise<boolean> {
    const isOver = () => this.#problem !== null || isSo();
    if (!isOver()) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, timeoutMs);
        this.#look = () => {
          if (!isOver()) return;
          clearTimeout(timer);
          resolve();
        };
      });
      this.#look = () => undefined;
    }
    if (this.#problem !== null) throw new Error(this.#problem);
    return isSo();
  }

  async close(): Promise<void> {
    await Promise.all(MEMBERS.map((member) => this.kill(member)));
  }

  #startRelay(): void {
    const args = [join(this.home('relay'), 'relay.db'), String(this.#port), this.#faults.relay];
    this.#relay = new RunningChild<RelayReport>(this.#scripts.relay, args, {
      onReport: (report) => this.#report(() => this.#takeRelay(report)),
      onCrash: (why) => this.#fail(`the relay ended by itself: ${why}`),
    });
  }

  #startPerson(name: Name): void {
    const fault = name === 'bo' ? this.#faults.person : 'none';
    const args = [this.home(name), name, String(this.#port), fault];
    this.#people[name].child = new RunningChild<PersonReport>(this.#scripts.person, args, {
      onReport: (report) => this.#report(() => this.#takePerson(name, report)),
      onCrash: (why) => this.#fail(`${name} ended by itself: ${why}`),
    });
  }

  #takeRelay(report: RelayReport): void {
    this.log(`relay ${JSON.stringify(report)}`);
    if (report.type === 'event') {
      // Who was killed and is back may be there before their old connection's end is noticed.
      if (report.event.type === 'dropped' && report.event.reason === 'replaced') return;
      throw new Error(`the relay said: ${JSON.stringify(report.event)}`);
    }
    if (!report.isWhole) throw new Error('the relay left a damaged database');
    this.#port = report.port;
    this.#isListening = true;
    this.#happened('open');
    for (const name of NAMES) this.#order(name, { do: 'retry' });
  }

  #takePerson(name: Name, report: PersonReport): void {
    const person = this.#people[name];
    switch (report.type) {
      case 'open':
        if (!report.isWhole) throw new Error(`${name} left a damaged database`);
        if (person.id !== null && person.id !== report.id) {
          throw new Error(`${name} has another identity than before`);
        }
        person.id = report.id;
        this.#happened('open');
        for (const each of NAMES) this.#putToWork(each);
        return;
      case 'trying':
        this.books.trying(name, report.place, report.number);
        return;
      case 'event':
        this.#takeEvent(name, report.event);
        return;
      case 'history':
        person.history = report.history;
        return;
      default:
        report satisfies never;
    }
  }

  #takeEvent(name: Name, event: ClientEvent): void {
    this.log(`${name} ${JSON.stringify(event).slice(0,260)}`);
    const person = this.#people[name];
    switch (event.type) {
      case 'ready':
      case 'reconnected':
        person.isOnline = true;
        this.#happened('online');
        return;
      case 'disconnected':
        person.isOnline = false;
        return;
      case 'person':
        person.seesOther = event.person.online;
        return;
      case 'room':
        person.sharesRoom = event.room.members.length === NAMES.length;
        return;
      case 'message':
        this.#happened(this.books.message(name, event.message));
        return;
      case 'receipt':
        if (event.state !== 'pending') {
          this.#happened(this.books.receipt(name, event.id, event.state));
        }
        return;
      case 'joined':
      case 'left':
        return;
      default:
        throw new Error(`${name} was told: ${JSON.stringify(event)}`);
    }
  }

  /** Once they run, and the other's fingerprint is known. */
  #putToWork(name: Name): void {
    const person = this.#people[name];
    const peer = this.#people[otherThan(name)].id;
    const isWriter = this.#writers.includes(name);
    if (person.isWriting === isWriter || person.child === null || peer === null) return;
    person.isWriting = isWriter;
    const { private: direct, room } = this.books.of(name).tried;
    const next = { private: direct + 1, room: room + 1 };
    this.#order(name, isWriter ? { do: 'write', peer, next } : { do: 'rest' });
  }

  #order(name: Name, order: PersonOrder): void {
    this.#people[name].child?.order(order);
  }

  #report(take: () => void): void {
    this.#reports++;
    try {
      take();
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      this.#fail(error.message);
    }
    this.#look();
  }

  log(text: string): void { if (process.env.TLOG) { process.stderr.write(`${(performance.now()/1000).toFixed(3)} ${text}\n`); } }

  #happened(happening: Happening): void {
    this.#counts.set(happening, this.count(happening) + 1);
  }

  #fail(problem: string): void {
    this.#problem ??= problem;
    this.#look();
  }
}

function newPerson(): Person {
  return { child: null, id: null, isWriting: false, isOnline: false, seesOther: false, sharesRoom: false, history: null };
}
