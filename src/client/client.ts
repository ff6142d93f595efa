// The client of one profile in this process: core, files and link put together behind commands and events.
import { randomFillSync } from 'node:crypto';
import { changeNick, endVisit, enter, people, rooms } from '../core/commands.ts';
import { hurryAcknowledgements, owesAcknowledgements } from '../core/core.ts';
import { setDisclosure } from '../core/disclosure.ts';
import type { StateRow } from '../core/durable.ts';
import type { CoreEvent } from '../core/events.ts';
import { hidesAtLogin, setHidden } from '../core/hidden.ts';
import { newState } from '../core/new-state.ts';
import { setNotifyLevels } from '../core/notify-levels.ts';
import { isFleeting, sealForFarewell, setQuiet } from '../core/outbox.ts';
import { destroyPrekeys, ownCard } from '../core/own-keys.ts';
import { forgetPerson, indexName, selfOf } from '../core/people.ts';
import { restore } from '../core/restore.ts';
import { enterRoom } from '../core/rooms.ts';
import { runningMs } from '../core/running-time.ts';
import type { CoreState } from '../core/state.ts';
import { phrase } from '../language/translate.ts';
import { LanchatError } from '../protocol/errors.ts';
import { parseRoomName } from '../protocol/nickname.ts';
import type { StorageError } from '../storage/storage-error.ts';
import type { ClientEvent, Command, Link, Replies, Session, Snapshot } from './api.ts';
import type { Connection } from './connection.ts';
import { disclosureOf, notifyLevelsOf } from './conversation-settings.ts';
import { Drafts } from './drafts.ts';
import { Engine, type EngineEdges } from './engine.ts';
import { HistoryKeeper } from './expiry.ts';
import { Files } from './files.ts';
import { type Committed, History } from './history.ts';
import { MadeRecords } from './made-records.ts';
import type { Profile } from './profile.ts';
import type { NamedRelay } from './relay-choice.ts';
import { RelayLink, type Surroundings } from './relay-link.ts';
import { type ClientParts, runCommand } from './run-command.ts';
import { storageProblem } from './storage-problem.ts';

/** What to do about the rooms this profile remembers: `visit` looks without being listed. */
export type RememberedRooms = 'join' | 'visit' | 'leave-alone';

export interface ClientOptions {
  readonly profile: Profile;
  /** A name to take on, or null. */
  readonly nick: string | null;
  readonly relay: NamedRelay | null;
  readonly rooms: RememberedRooms;
  readonly surroundings: Surroundings;
  /** Looks for no relay until `goOnline`: who only reads what is on disk need not be seen. */
  readonly offline: boolean;
  /** As the engine takes it. */
  readonly arrivalsEveryMs: number;
}

/** What ending may wait for: a round trip for a bundle, and sealing. */
const FAREWELL_MS = 500;

const NO_LINK: Link = {
  ...{ state: 'offline', relay: null, fingerprint: null, reason: null },
  ...{ retryInMs: null, choices: [] },
};

/** Owns the link and the core; the profile is closed with it. */
export class Client implements Session {
  readonly #profile: Profile;
  readonly #core: CoreState;
  readonly #engine: Engine;
  readonly #history: History;
  readonly #drafts: Drafts;
  readonly #files: Files;
  readonly #keeper: HistoryKeeper;
  readonly #parts: ClientParts;
  readonly #openLink: () => RelayLink;
  #link: RelayLink | null = null;
  readonly #listeners = new Set<(event: ClientEvent) => void>();
  readonly #showsVisits: boolean;
  #connection: Connection | null = null;
  #wasReady = false;
  /** How many processes speak in a room without having joined it. */
  readonly #visits = new Map<string, number>();
  /** Commands that wait for a room's roster. */
  #entering: { readonly name: string; readonly done: () => void }[] = [];
  #closing: Promise<void> | null = null;

  /** Throws UsageError `bad-nick`. */
  constructor(options: ClientOptions) {
    const { profile, nick, relay, rooms: remembered, surroundings, arrivalsEveryMs } = options;
    this.#profile = profile;
    this.#showsVisits = remembered === 'visit';
    const rows = profile.store.state();
    this.#core = startCore(profile, rows);
    // Before anything can go out.
    setDisclosure(this.#core, disclosureOf(profile.settings.current));
    setQuiet(this.#core, !profile.settings.current.showDelivered);
    this.#history = new History(profile.store, this.#core, (event) => this.#emit(event));
    this.#drafts = new Drafts(profile.store, rows);
    const edges: EngineEdges = {
      commit: (batch) => this.#history.commit(batch),
      onStorage: (problem) => this.#stored(problem),
      saveIdentity: (change) => {
        profile.identity.update(change).catch((error: unknown) => this.#fault(error));
      },
      saveRooms: (names) => {
        profile.settings.update({ rooms: names });
      },
      transmit: (frame) => this.#connection?.send(frame),
      emit: (event) => this.#take(event),
      isCongested: () => this.#isCongested(),
    };
    this.#engine = new Engine(this.#core, edges, arrivalsEveryMs);
    this.#files = new Files({
      ...{ core: this.#core, engine: this.#engine, history: this.#history, rows },
      ...{ store: profile.store, spool: profile.spool },
      settings: () => profile.settings.current,
      neighbourhood: surroundings.neighbourhood,
      card: () => ownCard(this.#core),
      emit: (event) => this.#emit(event),
    });
    // Before the link: so nobody sees the name of before.
    if (nick !== null) this.#engine.command((core) => changeNick(core, nick));
    setNotifyLevels(this.#core, notifyLevelsOf(profile.settings.current));
    if (remembered !== 'leave-alone') this.#enterRemembered(remembered);
    this.#engine.command((core) => setHidden(core, profile.settings.current.hidden));
    this.#keeper = new HistoryKeeper(profile, rows, () => runningMs(this.#core));
    this.#parts = this.#makeParts();
    this.#openLink = () => this.#newLink(relay, surroundings);
    if (!options.offline) this.goOnline();
  }

  /** Begins to look for a relay, where it doesn't yet. */
  goOnline(): void {
    if (this.#closing !== null || this.#link !== null) return;
    this.#link = this.#openLink();
    if (this.#engine.problem !== null) this.#link.hold(true);
  }

  async request<C extends Command>(command: C): Promise<Replies[C['do']]> {
    const reply = await runCommand(this.#parts, command);
    // Each branch of runCommand answers its own command; TypeScript can't follow that through the union.
    return reply as Replies[C['do']];
  }

  subscribe(listener: (event: ClientEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Says goodbye to rooms by ending the connection, and returns once everything is on disk. */
  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    await this.#files.close();
    if (this.#core.link.online) await this.#sayFarewell();
    await this.#engine.settled();
    await this.#link?.close();
    this.#engine.close();
    this.#keeper.close();
    destroyPrekeys(this.#core);
    await this.#profile.close();
  }

  /**
   * Whoever wrote to us would otherwise not know that we read it, and send it again; and what lies under keys
   * in memory would be lost with the connection of who is to read it.
   */
  async #sayFarewell(): Promise<void> {
    const engine = this.#engine;
    engine.command(hurryAcknowledgements);
    const isDone = (core: CoreState) => !owesAcknowledgements(core) && !isFleeting(core);
    await engine.until(isDone, FAREWELL_MS);
    if (!isFleeting(this.#core)) return;
    engine.command(sealForFarewell);
    await engine.until((core) => !isFleeting(core), FAREWELL_MS);
  }

  /** The disk takes nothing, or does again: what is not on it must not go out. */
  #stored(problem: StorageError | null): void {
    this.#emit({ type: 'storage', problem: storageProblem(problem) });
    this.#link?.hold(problem !== null);
  }

  #makeParts(): ClientParts {
    const { settings, pins, relays } = this.#profile;
    return {
      ...{ core: this.#core, engine: this.#engine, history: this.#history, settings, pins, relays },
      ...{ drafts: this.#drafts, files: this.#files },
      link: () => this.#link,
      goOnline: () => this.goOnline(),
      snapshot: () => this.#snapshot(),
      swept: this.#engine.settled(),
      made: new MadeRecords(),
      emit: (event) => this.#emit(event),
      expire: () => this.#keeper.look(),
      enter: (name, standing) => this.#enter(name, standing),
      visit: (name) => this.#visit(name),
      endVisit: (name) => this.#endVisit(name),
    };
  }

  #newLink(named: NamedRelay | null, surroundings: Surroundings): RelayLink {
    const { relays, me } = this.#profile;
    return new RelayLink({
      ...{ me, named, surroundings },
      card: () => ownCard(this.#core),
      hidden: () => hidesAtLogin(this.#core),
      pinned: () => relays.all(),
      onConnected: (connection, relay) => {
        this.#connection = connection;
        const { id, name, host, port } = relay;
        relays.use({ ...{ id, name, host, port }, lastUsedMs: Date.now() });
        this.#engine.input({
          type: 'connected',
          relayId: id,
          relayKey: relay.key,
          topics: relay.topics,
          mailboxBlobs: relay.mailboxBlobs,
        });
        this.#files.connected({ id, host, port, localAddress: connection.localAddress ?? null });
      },
      onFrame: (frame) => {
        this.#engine.input({ type: 'frame', frame });
        this.#releaseEntering();
      },
      onLost: (code) => {
        this.#connection = null;
        this.#files.disconnected();
        this.#engine.input({ type: 'disconnected' });
        if (this.#closing === null) this.#emit({ type: 'disconnected', reason: code });
        this.#releaseEntering();
      },
      onLink: (link) => this.#emit({ type: 'link', link }),
    });
  }

  /** What the database holds of a room wins: the settings are written after it. */
  #enterRemembered(remembered: 'join' | 'visit'): void {
    const standing = remembered === 'join' ? 'joined' : 'guest';
    this.#engine.command((core) => {
      const stored = [...core.storedRooms.keys()];
      for (const name of new Set([...this.#profile.settings.current.rooms, ...stored])) {
        const parsed = parseRoomName(name);
        if (parsed !== null) enterRoom(core, parsed, standing);
      }
    });
  }

  #isCongested(): boolean {
    if (this.#connection?.isCongested !== true) return false;
    this.#connection.whenTaken(() => this.#engine.resume());
    return true;
  }

  #take(event: CoreEvent | Committed['news'][number]): void {
    if (event.type === 'file-state') {
      this.#files.take(event);
      return;
    }
    if (event.type !== 'synced') {
      this.#emit(event);
      return;
    }
    const { relay, fingerprint } = this.#link?.link ?? NO_LINK;
    if (this.#wasReady) this.#emit({ type: 'reconnected' });
    else this.#emit({ type: 'ready', relay: relay ?? '', fingerprint: fingerprint ?? '' });
    this.#wasReady = true;
  }

  /** Something about this profile that a person should know. */
  announce(event: ClientEvent): void {
    this.#emit(event);
  }

  #emit(event: ClientEvent): void {
    for (const listener of [...this.#listeners]) listener(event);
    this.#files.take(event);
  }

  /** The disk refused a file of the profile's; what must not be lost is in the database. */
  #fault(error: unknown): void {
    const known = error instanceof LanchatError ? error : null;
    const message = known?.message ?? phrase`the profile could not be saved`;
    this.#emit({ type: 'error', code: known?.code ?? 'unwritable', message });
  }

  async #visit(name: string): Promise<{ readonly room: string }> {
    const entered = await this.#enter(name, 'guest');
    this.#visits.set(entered.room, (this.#visits.get(entered.room) ?? 0) + 1);
    return entered;
  }

  /** The last visitor's end is the visit's. */
  #endVisit(name: string): void {
    const parsed = parseRoomName(name);
    const visits = this.#visits.get(`#${parsed}`) ?? 0;
    if (parsed === null || visits === 0) return;
    this.#visits.set(`#${parsed}`, visits - 1);
    if (visits === 1) this.#engine.command((core) => endVisit(core, parsed));
  }

  /** Answers when the subscription is live, where there is a connection to have one on. */
  async #enter(name: string, standing: 'joined' | 'guest'): Promise<{ readonly room: string }> {
    const room = this.#engine.command((core) => enter(core, name, standing));
    if (this.#link?.link.state === 'online') {
      await new Promise<void>((done) => {
        this.#entering.push({ name: room.replace(/^#/, ''), done });
        this.#releaseEntering();
      });
    }
    return { room };
  }

  #releaseEntering(): void {
    if (this.#entering.length === 0) return;
    const waits = (name: string) =>
      this.#connection !== null && this.#core.rooms.get(name)?.rosterComplete === false;
    const ready = this.#entering.filter(({ name }) => !waits(name));
    this.#entering = this.#entering.filter(({ name }) => waits(name));
    for (const { done } of ready) done();
  }

  #snapshot(): Snapshot {
    return {
      self: selfOf(this.#core),
      link: this.#link?.link ?? NO_LINK,
      ephemeral: this.#profile.isEphemeral,
      storageProblem: storageProblem(this.#engine.problem),
      ready: this.#core.link.online && this.#core.link.synced,
      people: people(this.#core),
      rooms: rooms(this.#core, this.#showsVisits),
    };
  }
}

function startCore({ me, identity, pins }: Profile, rows: readonly StateRow[]): CoreState {
  const { nick, cardSeq, bundleSeq } = identity.current;
  const env = {
    nowMs: () => performance.now(),
    wallMs: () => Date.now(),
    // libsodium's own takes 100 times as long: its WASM asks the host word by word.
    random: (sizeBytes: number) => randomFillSync(new Uint8Array(sizeBytes)),
  };
  const core = newState({ env, me, pins, nick, cardSeq, bundleSeq });
  for (const pin of pins.all()) indexName(core, pin);
  pins.onEvict((id) => forgetPerson(core, id));
  restore(core, rows);
  return core;
}
