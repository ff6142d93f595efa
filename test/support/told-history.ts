/** What a fake person's history holds: what their core has told it, put into a store as the client does. */
import { onTestFinished } from 'vitest';
import type { StoredMessage } from '../../src/client/api.ts';
import { fromRow, storedWrite } from '../../src/client/stored-row.ts';
import type { HistoryWrite } from '../../src/core/durable.ts';
import { type Committed, ProfileStore } from '../../src/storage/profile-store.ts';
import type { FakePerson } from './fake-net.ts';

export class ToldHistory {
  readonly #person: FakePerson;
  readonly #store: ProfileStore;
  #read = 0;

  static async of(person: FakePerson): Promise<ToldHistory> {
    const store = await ProfileStore.open(null, new Uint8Array(32).fill(3));
    onTestFinished(() => store.close());
    return new ToldHistory(person, store);
  }

  private constructor(person: FakePerson, store: ProfileStore) {
    this.#person = person;
    this.#store = store;
  }

  /** All messages, after everything told so far; each write is a commit of its own. */
  get messages(): StoredMessage[] {
    this.take();
    return this.kept;
  }

  /** As `messages`, without what was told and not written yet. */
  get kept(): StoredMessage[] {
    return [...this.#store.everything()].map((row) => fromRow(row, this.#person.core));
  }

  /** The one message that there is. */
  get only(): StoredMessage {
    const [message, ...others] = this.messages;
    if (message === undefined || others.length > 0) throw new Error('not one message');
    return message;
  }

  /** What became of what was told since. */
  take(): Committed[] {
    const { history } = this.#person.profile;
    const writes = history.slice(this.#read);
    this.#read = history.length;
    return writes.map((write) => this.write(write));
  }

  write(write: HistoryWrite): Committed {
    return this.#store.commit({ state: [], history: [storedWrite(write, this.#person.core)] });
  }
}
