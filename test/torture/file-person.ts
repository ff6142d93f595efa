// One of two people who send each other files, as whoever kills them sees them: their process, what it is asked, what it tells.
import type { ClientEvent, Command, Replies } from '../../src/client/api.ts';
import type { PeerId } from '../../src/protocol/ids.ts';
import type { Chronicle } from './chronicle.ts';
import type { Name } from './letters.ts';
import type { PersonFault, PersonReport } from './reports.ts';
import { RunningChild } from './running-child.ts';

export interface FilePersonContext {
  readonly script: string;
  readonly home: string;
  readonly fault: PersonFault;
  readonly chronicle: Chronicle;
  /** Their profile is open: after each start. */
  readonly onOpen: () => void;
  readonly onEvent: (event: ClientEvent) => void;
}

/** Null: killed before it was answered. A string: the code of a refusal. */
export type Answer<C extends Command> = Replies[C['do']] | string | null;

export class FilePerson {
  readonly name: Name;
  readonly #context: FilePersonContext;
  readonly #asked = new Map<number, (answer: unknown) => void>();
  #child: RunningChild<PersonReport> | null = null;
  #number = 0;
  #id: PeerId | null = null;
  #isOnline = false;
  #seesOther = false;

  constructor(name: Name, context: FilePersonContext) {
    this.name = name;
    this.#context = context;
  }

  /** Null until their first process has opened the profile. */
  get id(): PeerId | null {
    return this.#id;
  }

  get isRunning(): boolean {
    return this.#child !== null;
  }

  /** Connected, and the relay says that the other is here. */
  get isTogether(): boolean {
    return this.#isOnline && this.#seesOther;
  }

  start(port: number): void {
    const { script, home, fault, chronicle } = this.#context;
    this.#child = new RunningChild<PersonReport>(script, [home, this.name, `${port}`, fault], {
      onReport: (report) => chronicle.report(this.name, report, () => this.#take(report)),
      onCrash: (why) => chronicle.fail(`${this.name} ended by themselves: ${why}`),
    });
  }

  async kill(): Promise<void> {
    await this.#child?.kill();
    this.#child = null;
    this.#isOnline = false;
    this.#seesOther = false;
    for (const answer of this.#asked.values()) answer(null);
    this.#asked.clear();
  }

  async ask<C extends Command>(command: C): Promise<Answer<C>> {
    const child = this.#child;
    if (child === null) return null;
    const number = ++this.#number;
    const answered = new Promise<unknown>((resolve) => this.#asked.set(number, resolve));
    child.order({ do: 'ask', number, command });
    return (await answered) as Answer<C>;
  }

  retry(): void {
    this.#child?.order({ do: 'retry' });
  }

  #take(report: PersonReport): void {
    if (report.type === 'open') {
      if (!report.isWhole) throw new Error(`${this.name} left a damaged database`);
      this.#id = report.id;
      this.#context.chronicle.happened('open');
      this.#context.onOpen();
    } else if (report.type === 'event') {
      this.#note(report.event);
      this.#context.onEvent(report.event);
    } else if (report.type === 'answer') {
      const answer = 'error' in report ? report.error : report.reply;
      this.#asked.get(report.number)?.(answer);
      this.#asked.delete(report.number);
    }
  }

  #note(event: ClientEvent): void {
    if (event.type === 'ready' || event.type === 'reconnected') this.#isOnline = true;
    else if (event.type === 'disconnected') this.#isOnline = false;
    else if (event.type === 'person') this.#seesOther = event.person.online;
    else if (event.type === 'error') throw new Error(`${this.name} was told: ${event.message}`);
  }
}
