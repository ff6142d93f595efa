// The relay in the plain interface: each change of the link once, a relay of one's own, and what /relay does.
import type { Link, Session, Snapshot, StorageProblem } from '../client/api.ts';
import { formatAddress } from '../protocol/address.ts';
import { type HostedRelay, Hosting, type HostingStore } from '../ui/hosting.ts';
import { worksWords } from '../ui/lost-link.ts';
import { type Directory, fingerprintWords } from '../ui/people.ts';
import { type SafeText, safeText, safeTemplate as t } from '../ui/safe-text.ts';
import { linkReason, linkWords } from '../ui/words.ts';

import type { Show } from './lines.ts';
import { parseRelayAddress } from './options.ts';
import type { Places } from './plain-places.ts';

const MAX_NAME_LENGTH = 64;

export interface PlainLinkOptions {
  readonly session: Session;
  readonly show: Show;
  readonly people: Directory;
  readonly places: Places;
  readonly hostRelay: () => Promise<HostedRelay>;
}

/** Owns a relay that it started; `close()` ends it, unless it was left to others. */
export class PlainLink {
  readonly #options: PlainLinkOptions;
  readonly #hosting: Hosting;
  #link: Link | null = null;
  #ephemeral = false;
  /** Whether the disk takes what is written. */
  #keeps = true;
  #last: readonly SafeText[] = [];
  #isHosting: HostingStore['state']['hosting'] = 'no';

  constructor(options: PlainLinkOptions) {
    this.#options = options;
    const { session, hostRelay } = options;
    const ask: Session['request'] = (command) => session.request(command);
    this.#hosting = new Hosting({ store: this.#store(), ask, hostRelay });
  }

  get isOnline(): boolean {
    return this.#link?.state === 'online';
  }

  /** Whether the relay that was started here runs on. */
  get isLeft(): boolean {
    return this.#hosting.isLeft;
  }

  /** How it was before the first event. */
  begin({ link, ready, ephemeral, storageProblem }: Snapshot): void {
    this.#ephemeral = ephemeral;
    this.storage(storageProblem);
    this.take(link);
    if (ready && link.relay !== null) {
      this.#options.show(t`-- online: relay ${safeText(link.relay, { maxLength: 300 })}`);
    }
  }

  take(link: Link): void {
    this.#link = link;
    const lines = [...linkLines(link), ...this.#worksLines(link)];
    // What is lost once more is said once more.
    if (link.state === 'online') this.#last = [];
    if (lines.length === 0 || lines.join('\n') === this.#last.join('\n')) return;
    this.#last = lines;
    this.#options.show(...lines);
  }

  storage(problem: StorageProblem | null): void {
    this.#keeps = problem === null;
  }

  /** As on the screen: what is written waits, unless the disk takes nothing. */
  #worksLines({ state }: Link): readonly SafeText[] {
    if (state !== 'offline' || !this.#keeps) return [];
    return [t`-- ${worksWords({ ephemeral: this.#ephemeral })}`];
  }

  /** `/relay [HOST:PORT|host|retry]`. Throws UsageError `bad-relay`, and what the client does. */
  async run(args: string): Promise<void> {
    const { session, show } = this.#options;
    if (args === '') show(...this.#description());
    else if (args === 'retry') await session.request({ do: 'retry' });
    else if (args === 'host') await this.#host();
    else await session.request({ do: 'choose-relay', ...parseRelayAddress(args) });
  }

  /** Whether one may go now: `args` says what becomes of a relay that others use. */
  async mayQuit(args: string): Promise<boolean> {
    const stop = args === 'stop' ? true : args === 'leave' ? false : null;
    const others = this.#isHosting === 'no' ? 0 : await this.#hosting.others();
    if (others > 0 && stop === null) {
      this.#options.show(
        t`-- The relay on this machine was started here. People who depend on it: ${others}. /quit leave lets it run on, /quit stop ends it too.`,
      );
      return false;
    }
    await this.#hosting.leave(stop);
    return true;
  }

  /** At the end of the input, where nobody can be asked. */
  leave(): Promise<void> {
    return this.#hosting.leave(null);
  }

  close(): Promise<void> {
    return this.#hosting.close();
  }

  async #host(): Promise<void> {
    const { show } = this.#options;
    if (this.#isHosting !== 'no') return show(t`-- A relay started here runs already.`);
    show(t`-- Starting a relay on this machine.`);
    await this.#hosting.start();
  }

  #store(): HostingStore {
    const { people, places, show } = this.#options;
    const hosting = () => this.#isHosting;
    return {
      state: {
        people,
        get hosting() {
          return hosting();
        },
        get self() {
          return places.self === null ? null : { fingerprint: places.self };
        },
      },
      setHosting: (state) => {
        this.#isHosting = state;
        if (state === 'running') {
          show(t`-- A relay runs on this machine now; others on this network find it.`);
        }
      },
      note: (text) => show(t`-- ${text}`),
    };
  }

  #description(): SafeText[] {
    const link = this.#link;
    if (link === null) return [t`-- relay: none yet`];
    const where = link.relay === null ? t`none yet` : safeText(link.relay, { maxLength: 300 });
    const key = link.fingerprint === null ? t`not proven yet` : fingerprintWords(link.fingerprint);
    return [
      t`-- relay: ${where}, ${linkWords(link)}`,
      t`-- key of the relay: ${key}`,
      ...(link.reason === null ? [] : [t`-- ${linkReason(link.reason)}`]),
      ...choiceLines(link),
      t`-- /relay HOST:PORT goes to another, /relay host starts one here, /relay retry tries now`,
    ];
  }
}

/** None for what other events tell. */
function linkLines(link: Link): readonly SafeText[] {
  switch (link.state) {
    case 'searching':
      return [
        t`-- Looking for a relay. None there? /relay host starts one here, or run lanchat relay on any machine of this network.`,
      ];
    case 'choosing':
      return [t`-- Which relay? /relay HOST:PORT chooses.`, ...choiceLines(link)];
    case 'offline':
    case 'ended': {
      const why = link.reason === null ? t`no reason given` : linkReason(link.reason);
      const again = link.state === 'ended' ? t`; /relay retry tries again` : t``;
      return [t`-- ${linkWords(link)}: ${why}${again}`];
    }
    case 'connecting':
    case 'online':
      return [];
    default:
      return link.state satisfies never;
  }
}

/** The address first: the name is whatever a stranger announces. */
function choiceLines({ choices }: Link): SafeText[] {
  return choices.map((choice) => {
    const name = safeText(choice.name, { maxLength: MAX_NAME_LENGTH });
    const known = choice.pinned ? t`known` : t`not known yet`;
    const key = fingerprintWords(choice.fingerprint);
    return t`-- relay ${safeText(formatAddress(choice))}, ${known}, key ${key}, calls itself ${name}`;
  });
}
