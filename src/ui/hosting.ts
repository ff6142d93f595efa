// A relay started from the screen: it begins on this machine, and may outlive the screen. Draws nothing.
import type { Session } from '../client/api.ts';
import type { RelayAddress } from '../client/open-session.ts';
import type { People } from './people.ts';
import { type SafeText, safeTemplate as t } from './safe-text.ts';
import type { ScreenState, Self } from './screen-state.ts';
import { faultWords } from './words.ts';

/** A relay that runs on this machine as a process of its own. */
export interface HostedRelay {
  readonly address: RelayAddress;
  /** Resolves when it has ended, whatever ended it. */
  readonly ended: Promise<void>;
  /** The fingerprints of who is connected to it, hidden people too; null: it doesn't say. */
  people(): Promise<readonly string[] | null>;
  /** Ends it as SIGTERM does; resolves when it has ended. */
  stop(): Promise<void>;
  /** Lets it run on when this process ends. */
  leave(): void;
}

/** What hosting reads and tells; the screen's store is one. */
export interface HostingStore {
  readonly state: Pick<ScreenState, 'hosting'> & {
    readonly people: Pick<People, 'list'>;
    readonly self: Pick<Self, 'fingerprint'> | null;
  };
  setHosting(hosting: ScreenState['hosting']): void;
  note(text: SafeText, tone?: 'warning'): void;
}

export interface HostingOptions {
  readonly store: HostingStore;
  readonly ask: Session['request'];
  readonly hostRelay: () => Promise<HostedRelay>;
}

/** Owns the relay it started; `close()` ends it, unless it was left to others. */
export class Hosting {
  readonly #options: HostingOptions;
  #hosted: HostedRelay | null = null;
  #isLeft = false;

  constructor(options: HostingOptions) {
    this.#options = options;
  }

  /** Whether the relay runs on without this screen. */
  get isLeft(): boolean {
    return this.#isLeft;
  }

  async start(): Promise<void> {
    const { store, ask, hostRelay } = this.#options;
    if (store.state.hosting !== 'no') return;
    store.setHosting('starting');
    try {
      const hosted = await hostRelay();
      this.#hosted = hosted;
      store.setHosting('running');
      void hosted.ended.then(() => this.#lost(hosted));
      const { host, port, fingerprint } = hosted.address;
      await ask({ do: 'choose-relay', host, port, fingerprint });
    } catch (error) {
      if (this.#hosted === null) store.setHosting('no');
      store.note(faultWords(error), 'warning');
    }
  }

  #lost(hosted: HostedRelay): void {
    if (this.#hosted !== hosted || this.#isLeft) return;
    this.#hosted = null;
    const { store } = this.#options;
    store.setHosting('no');
    store.note(t`The relay on this machine has ended; /relay host starts it again.`, 'warning');
  }

  /** How many people beside us are on it: as it says itself, and where it doesn't, as they are seen here. */
  async others(): Promise<number> {
    const { people, self } = this.#options.store.state;
    const isOther = (fingerprint: string) => fingerprint !== self?.fingerprint;
    const connected = (await this.#hosted?.people()) ?? null;
    if (connected !== null) return connected.filter(isOther).length;
    return people.list().filter(({ online, fingerprint }) => online && isOther(fingerprint)).length;
  }

  /** It runs on where others use it, unless the person said otherwise. */
  async leave(stopRelay: boolean | null): Promise<void> {
    if (this.#hosted === null) return;
    if (stopRelay ?? (await this.others()) === 0) return;
    this.#hosted.leave();
    this.#isLeft = true;
  }

  async close(): Promise<void> {
    const hosted = this.#hosted;
    this.#hosted = null;
    if (!this.#isLeft) await hosted?.stop();
  }
}
