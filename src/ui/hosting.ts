// A relay started from the screen: it begins on this machine, and may outlive the screen. Draws nothing.
import type { Session } from '../client/api.ts';
import type { RelayAddress } from '../client/open-session.ts';
import type { People } from './people.ts';
import type { SafeText } from './safe-text.ts';
import type { ScreenState, Self } from './screen-state.ts';
import { faultWords } from './words.ts';

/** A relay that runs on this machine as a process of its own. */
export interface HostedRelay {
  readonly address: RelayAddress;
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
      this.#hosted = await hostRelay();
      store.setHosting('running');
      const { host, port, fingerprint } = this.#hosted.address;
      await ask({ do: 'choose-relay', host, port, fingerprint });
    } catch (error) {
      if (this.#hosted === null) store.setHosting('no');
      store.note(faultWords(error), 'warning');
    }
  }

  /** It runs on where others use it, unless the person said otherwise. */
  leave(stopRelay: boolean | null): void {
    const { people, self } = this.#options.store.state;
    const used = people
      .list()
      .some(({ online, fingerprint }) => online && fingerprint !== self?.fingerprint);
    if (this.#hosted === null || (stopRelay ?? !used)) return;
    this.#hosted.leave();
    this.#isLeft = true;
  }

  async close(): Promise<void> {
    if (!this.#isLeft) await this.#hosted?.stop();
  }
}
