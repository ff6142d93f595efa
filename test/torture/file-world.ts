// A relay and two people who send files, each a process that can be killed and started again.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ClientEvent } from '../../src/client/api.ts';
import { Chronicle } from './chronicle.ts';
import { FilePerson } from './file-person.ts';
import { NAMES, type Name } from './letters.ts';
import type { PersonFault, RelayReport } from './reports.ts';
import { RunningChild } from './running-child.ts';
import { MEMBERS, type MemberName, type Scripts } from './world.ts';

/** A person's share is a quarter of it: what is larger goes from hand to hand. */
const RELAY_FILE_BYTES = 32 * 1024 * 1024;

export interface FileWorldOptions {
  readonly scripts: Scripts;
  /** Of bo, who receives. */
  readonly fault: PersonFault;
  /** Empty: each member has a folder in it. */
  readonly folder: string;
  readonly onOpen: (name: Name) => void;
  readonly onEvent: (name: Name, event: ClientEvent) => void;
}

/** Owns its processes until `close`. */
export class FileWorld {
  readonly chronicle = new Chronicle();
  readonly people: Readonly<Record<Name, FilePerson>>;
  readonly #options: FileWorldOptions;
  #relay: RunningChild<RelayReport> | null = null;
  /** 0 until the first relay has found a free one. */
  #port = 0;
  #isListening = false;

  constructor(options: FileWorldOptions) {
    this.#options = options;
    for (const member of MEMBERS) mkdirSync(join(options.folder, member), { mode: 0o700 });
    this.people = { asha: this.#newPerson('asha'), bo: this.#newPerson('bo') };
  }

  get isListening(): boolean {
    return this.#isListening;
  }

  get isComplete(): boolean {
    return this.#isListening && NAMES.every((name) => this.people[name].isTogether);
  }

  isRunning(member: MemberName): boolean {
    return member === 'relay' ? this.#relay !== null : this.people[member].isRunning;
  }

  /** The first relay must listen before people are started. */
  start(member: MemberName): void {
    this.chronicle.note(`${member} is started`);
    if (member === 'relay') this.#startRelay();
    else this.people[member].start(this.#port);
  }

  async kill(member: MemberName): Promise<void> {
    this.chronicle.note(`${member} is killed`);
    if (member !== 'relay') {
      await this.people[member].kill();
      return;
    }
    await this.#relay?.kill();
    this.#relay = null;
    this.#isListening = false;
  }

  async close(): Promise<void> {
    await Promise.all(MEMBERS.map((member) => this.kill(member)));
  }

  #newPerson(name: Name): FilePerson {
    const { scripts, fault, folder, onOpen, onEvent } = this.#options;
    return new FilePerson(name, {
      ...{ script: scripts.person, home: join(folder, name), chronicle: this.chronicle },
      fault: name === 'bo' ? fault : 'none',
      onOpen: () => onOpen(name),
      onEvent: (event) => onEvent(name, event),
    });
  }

  #startRelay(): void {
    const { scripts, folder } = this.#options;
    const path = join(folder, 'relay', 'relay.db');
    const args = [path, `${this.#port}`, 'none', `${RELAY_FILE_BYTES}`];
    const { chronicle } = this;
    this.#relay = new RunningChild<RelayReport>(scripts.relay, args, {
      onReport: (report) => chronicle.report('relay', report, () => this.#takeRelay(report)),
      onCrash: (why) => chronicle.fail(`the relay ended by itself: ${why}`),
    });
  }

  #takeRelay(report: RelayReport): void {
    if (report.type === 'event') {
      // Who was killed and is back may be there before the end of their old connection is noticed.
      if (report.event.type === 'dropped' && report.event.reason === 'replaced') return;
      throw new Error(`the relay said: ${JSON.stringify(report.event)}`);
    }
    if (!report.isWhole) throw new Error('the relay left a damaged database');
    this.#port = report.port;
    this.#isListening = true;
    for (const name of NAMES) this.people[name].retry();
  }
}
