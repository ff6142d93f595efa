// One of the two people, as whoever kills them sees them: their process, what it says, and who they are over all lives.
import type { ClientEvent } from '../../src/client/api.ts';
import type { PeerId } from '../../src/protocol/ids.ts';
import type { Books, Numbers } from './books.ts';
import type { Chronicle } from './chronicle.ts';
import { NAMES, type Name } from './letters.ts';
import type { History, PersonFault, PersonOrder, PersonReport } from './reports.ts';
import { RunningChild } from './running-child.ts';

export interface PersonContext {
  readonly script: string;
  readonly home: string;
  readonly fault: PersonFault;
  readonly books: Books;
  readonly chronicle: Chronicle;
  /** Their fingerprint is known from now on. */
  readonly onOpen: () => void;
}

export class Person {
  readonly name: Name;
  readonly #context: PersonContext;
  #child: RunningChild<PersonReport> | null = null;
  #id: PeerId | null = null;
  #isWriting = false;
  #isOnline = false;
  #seesOther = false;
  #sharesRoom = false;
  #history: History | null = null;

  constructor(name: Name, context: PersonContext) {
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

  /** Connected and up to date. */
  get isOnline(): boolean {
    return this.#isOnline;
  }

  /** Whether the relay says that the other is here. */
  get seesOther(): boolean {
    return this.#seesOther;
  }

  get sharesRoom(): boolean {
    return this.#sharesRoom;
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
    this.#isWriting = false;
    this.#isOnline = false;
    this.#seesOther = false;
    this.#sharesRoom = false;
  }

  /** Once a life: numbers that were not yet reported as tried must not be given out again. */
  write(peer: PeerId, { private: direct, room }: Numbers): void {
    if (this.#isWriting || this.#child === null) return;
    this.#isWriting = true;
    this.#order({ do: 'write', peer, next: { private: direct + 1, room: room + 1 } });
  }

  rest(): void {
    if (!this.#isWriting) return;
    this.#isWriting = false;
    this.#order({ do: 'rest' });
  }

  retry(): void {
    this.#order({ do: 'retry' });
  }

  /** What their history holds of the conversations with `peer`. Throws where it isn't told in time. */
  async read(peer: PeerId, timeoutMs: number): Promise<History> {
    this.#history = null;
    this.#order({ do: 'read', peer });
    await this.#context.chronicle.until(() => this.#history !== null, timeoutMs);
    if (this.#history === null) throw new Error(`${this.name} doesn't say what they keep`);
    return this.#history;
  }

  #order(order: PersonOrder): void {
    this.#child?.order(order);
  }

  #take(report: PersonReport): void {
    switch (report.type) {
      case 'open':
        this.#opened(report);
        return;
      case 'trying':
        this.#context.books.trying(this.name, report.place, report.number);
        return;
      case 'event':
        this.#takeEvent(report.event);
        return;
      case 'history':
        this.#history = report.history;
        return;
      case 'answer':
        return;
      default:
        report satisfies never;
    }
  }

  #opened({ id, isWhole }: Extract<PersonReport, { type: 'open' }>): void {
    if (!isWhole) throw new Error(`${this.name} left a damaged database`);
    if (this.#id !== null && this.#id !== id) throw new Error(`${this.name} is somebody else now`);
    this.#id = id;
    this.#context.chronicle.happened('open');
    this.#context.onOpen();
  }

  #takeEvent(event: ClientEvent): void {
    const { books, chronicle } = this.#context;
    switch (event.type) {
      case 'ready':
      case 'reconnected':
        this.#isOnline = true;
        chronicle.happened('online');
        return;
      case 'disconnected':
        this.#isOnline = false;
        return;
      case 'person':
        this.#seesOther = event.person.online;
        return;
      case 'room':
        this.#sharesRoom = event.room.members.length === NAMES.length;
        return;
      case 'message':
        chronicle.happened(books.message(this.name, event.message));
        return;
      case 'receipt':
        if (event.state === 'pending') return;
        chronicle.happened(books.receipt(this.name, event.id, event.state));
        return;
      case 'joined':
      case 'left':
        return;
      default:
        throw new Error(`${this.name} was told: ${JSON.stringify(event)}`);
    }
  }
}
