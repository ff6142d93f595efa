// A relay and two people who send files, each a process that can be killed and started again.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ClientEvent } from '../../src/client/api.ts';
import { Chronicle } from './chronicle.ts';
import { FilePerson } from './file-person.ts';
import { NAMES, type Name } from './letters.ts';
import { RelayRun } from './relay-run.ts';
import type { PersonFault } from './reports.ts';
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
  readonly #relay: RelayRun;

  constructor(options: FileWorldOptions) {
    this.#options = options;
    for (const member of MEMBERS) mkdirSync(join(options.folder, member), { mode: 0o700 });
    const { scripts, folder } = options;
    this.#relay = new RelayRun({
      ...{ script: scripts.relay, folder, fault: 'none', fileBytes: RELAY_FILE_BYTES },
      chronicle: this.chronicle,
      onListening: () => {
        for (const name of NAMES) this.people[name].retry();
      },
    });
    this.people = { asha: this.#newPerson('asha'), bo: this.#newPerson('bo') };
  }

  get isListening(): boolean {
    return this.#relay.isListening;
  }

  get isComplete(): boolean {
    return this.#relay.isListening && NAMES.every((name) => this.people[name].isTogether);
  }

  isRunning(member: MemberName): boolean {
    return (member === 'relay' ? this.#relay : this.people[member]).isRunning;
  }

  /** The first relay must listen before people are started. */
  start(member: MemberName): void {
    this.chronicle.note(`${member} is started`);
    if (member === 'relay') this.#relay.start();
    else this.people[member].start(this.#relay.port);
  }

  async kill(member: MemberName): Promise<void> {
    this.chronicle.note(`${member} is killed`);
    await (member === 'relay' ? this.#relay : this.people[member]).kill();
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
}
