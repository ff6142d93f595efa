// The blind host, put together: sockets in, events out. Reads nothing that people wrote.
import { randomBytes } from 'node:crypto';
import type { Server, Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { type RelayIdentity, relayIdentityFromSeed } from '../crypto/identity.ts';
import { signAnnouncement } from '../crypto/login.ts';
import { ready as cryptoReady } from '../crypto/sodium.ts';
import { utf8FromText } from '../protocol/bytes.ts';
import { encodeFrame } from '../protocol/frames.ts';
import type { PeerId, RelayId } from '../protocol/ids.ts';
import { MAX_ANNOUNCEMENT_BYTES, MAX_FRAME_BYTES } from '../protocol/limits.ts';
import type { Database } from '../storage/database.ts';
import { Admission } from './admission.ts';
import { Carriers } from './carriers.ts';
import { type Clock, SYSTEM_CLOCK } from './clock.ts';
import { type ByteTap, Connection, type ConnectionContext } from './connection.ts';
import {
  type AcceptControl,
  type Controlled,
  type KickOutcome,
  type PeerStatus,
  serveControl,
} from './control.ts';
import { EventLog, type RelayCounters, type RelayEvent } from './events.ts';
import type { FileSpace } from './file-shelf.ts';
import { DEFAULT_LIMITS, FILES_GRACE_MS, type RelayLimits, SHUTDOWN_GRACE_MS } from './limits.ts';
import { createTlsServer, listen } from './listening.ts';
import { LongAnswers } from './long-answers.ts';
import { Meetings } from './meetings.ts';
import { News } from './news.ts';
import { QueueBudget, Segment } from './outbox.ts';
import type { PaceContext } from './pace.ts';
import { Presence } from './presence.ts';
import { ReadGate } from './read-gate.ts';
import { openRelayDatabase } from './relay-database.ts';
import { Session, type SessionContext } from './session.ts';
import { Stores } from './stores.ts';
import { Tick } from './tick.ts';
import { Topics } from './topics.ts';

/** One timer for all connections' pings, silences and deadlines. */
const HEARTBEAT_MS = 1_000;

export interface RelayOptions {
  /** The relay's own 32 bytes; the caller may wipe them once the relay has started. */
  readonly seed: Uint8Array;
  /** 0 picks a free port. */
  readonly port: number;
  /** All addresses where absent. */
  readonly host?: string;
  readonly onEvent: (event: RelayEvent) => void;
  /** From `openRelayDatabase`; the relay closes it. Absent: in memory, and gone with the relay. */
  readonly database?: Database;
  /** Absent: no files are kept. */
  readonly files?: FileSpace;
  /** Where the operator's own programs ask and kick. */
  readonly control?: AcceptControl;
  readonly limits?: Partial<RelayLimits>;
  readonly clock?: Clock;
  readonly onBytes?: ByteTap;
}

export interface Relay extends Controlled {
  readonly host: string;
  readonly port: number;
  readonly relayId: RelayId;
  counters(): RelayCounters;
  /** Tells all, writes out what was accepted, and is done within 2 s. */
  close(): Promise<void>;
}

/** Rejects with ListenError where the port can't be opened, with StorageError where the database can't be used. */
export async function startRelay(options: RelayOptions): Promise<Relay> {
  await cryptoReady();
  const database = options.database ?? (await openRelayDatabase(null));
  try {
    const running = new RunningRelay(options, database);
    await running.listen(options);
    return running;
  } catch (error) {
    database.close();
    throw error;
  }
}

class RunningRelay implements Relay {
  host = '';
  port = 0;
  readonly relayId: RelayId;
  readonly #clock: Clock;
  readonly #events: EventLog;
  readonly #tick = new Tick();
  readonly #gate: ReadGate;
  readonly #news: News;
  readonly #stores: Stores;
  readonly #topics: Topics;
  readonly #admission: Admission;
  readonly #connections: ConnectionContext;
  readonly #sessions: SessionContext;
  /** Every connection whose socket is open, by id. */
  readonly #open = new Map<
    number,
    { readonly connection: Connection; readonly session: Session }
  >();
  readonly #carriers: Carriers;
  readonly #meetings: Meetings;
  readonly #pace: PaceContext;
  #server: Server | null = null;
  #closeControl: (() => void) | null = null;
  #stopHeartbeat: (() => void) | null = null;
  #closing: Promise<void> | null = null;
  #allClosed: (() => void) | null = null;
  #lastAnnouncement = 0n;

  constructor(options: RelayOptions, database: Database) {
    const limits = { ...DEFAULT_LIMITS, ...options.limits };
    const { seed, onEvent, onBytes, clock = SYSTEM_CLOCK } = options;
    const events = new EventLog(onEvent);
    const relay = relayIdentityFromSeed(seed);
    const tick = this.#tick;
    const budget = new QueueBudget(limits.outQueueBytesInAll);
    const longAnswers = new LongAnswers({ budget, tick });
    this.relayId = relay.id;
    this.#clock = clock;
    this.#events = events;
    this.#gate = new ReadGate(clock, () => events.countSlowed());
    this.#news = new News(clock);
    const base = { clock, tick, events, limits };
    const stores = new Stores({ ...base, database, fileBytes: options.files?.bytes ?? 0 });
    this.#stores = stores;
    this.#topics = new Topics({ ...base, news: this.#news, longAnswers, stores });
    this.#admission = this.#createAdmission(limits);
    this.#connections = { clock, tick, limits, gate: this.#gate, budget, tap: onBytes ?? null };
    const carriers = new Carriers(limits);
    this.#carriers = carriers;
    this.#pace = { tick, shareBytes: () => carriers.shareBytes, carriers: () => carriers.count };
    this.#meetings = new Meetings({ ...base, ...this.#pace });
    this.#sessions = this.#createSessions(relay, { limits, longAnswers });
  }

  #createAdmission(limits: RelayLimits): Admission {
    const tls = createTlsServer(
      (socket) => this.#accepted(socket),
      (socket) => this.#refused(socket),
    );
    const begin = (socket: Socket) => void tls.emit('connection', socket);
    return new Admission({ clock: this.#clock, limits, events: this.#events, begin });
  }

  #createSessions(
    relay: RelayIdentity,
    { limits, longAnswers }: Pick<SessionContext, 'limits' | 'longAnswers'>,
  ): SessionContext {
    const stores = this.#stores;
    return {
      ...{ clock: this.#clock, events: this.#events, topics: this.#topics, stores },
      ...{ relay, limits, longAnswers },
      ...{ carriers: this.#carriers, meetings: this.#meetings, pace: this.#pace },
      announced: {
        frameBytes: MAX_FRAME_BYTES,
        topics: limits.topicsAConnection,
        mailboxBlobs: limits.mailboxBlobs,
      },
      random: randomBytes,
      presence: new Presence(stores.directory, { news: this.#news, tick: this.#tick }),
      loggedIn: ({ id }) => this.#admission.loggedIn(id),
      carries: ({ id }) => this.#admission.carries(id),
    };
  }

  async listen({ host, port, control, files }: RelayOptions): Promise<void> {
    if (files !== undefined) await this.#stores.files.start(files.folder);
    const server = await listen({ host, port }, (socket) => this.#admission.accept(socket));
    // Out of files, for one: the connection is lost, the relay goes on.
    server.on('error', (error) => this.#events.emit({ type: 'fault', error }));
    this.#server = server;
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('not a TCP address');
    this.host = address.address;
    this.port = address.port;
    if (control !== undefined) this.#closeControl = serveControl(control, this);
    this.#beat();
    const { relayId } = this;
    this.#events.emit({ type: 'listening', host: this.host, port: this.port, relayId });
  }

  peers(): PeerStatus[] {
    const nowMs = this.#clock.nowMs();
    return Array.from(this.#stores.directory.present(), ({ connection, person, sinceMs }) => ({
      fingerprint: person.id,
      nick: person.nick,
      address: connection.address,
      connectedMs: Math.round(nowMs - sinceMs),
    }));
  }

  kick(fingerprintPrefix: string): KickOutcome {
    const prefix = fingerprintPrefix.toLowerCase();
    const logins = new Map<PeerId, Connection | null>();
    for (const id of this.#carriers.people()) logins.set(id, null);
    for (const { person, connection } of this.#stores.directory.present()) {
      logins.set(person.id, connection);
    }
    const found = [...logins].filter(([id]) => id.startsWith(prefix));
    const [first] = found;
    if (first === undefined) return { outcome: 'unknown-peer' };
    if (found.length > 1) return { outcome: 'ambiguous', peers: found.map(([id]) => id) };
    const [id, connection] = first;
    connection?.end('kicked', 'by the operator');
    this.#carriers.endAll(id, 'kicked', 'by the operator');
    return { outcome: 'kicked', id };
  }

  counters(): RelayCounters {
    return this.#events.counters();
  }

  announce(text: string): number | 'too-long' {
    if (utf8FromText(text).length > MAX_ANNOUNCEMENT_BYTES) return 'too-long';
    const nowMs = BigInt(Math.floor(this.#clock.wallMs()));
    const seq = nowMs > this.#lastAnnouncement ? nowMs : this.#lastAnnouncement + 1n;
    this.#lastAnnouncement = seq;
    const signature = signAnnouncement(this.#sessions.relay, { seq, text });
    const frame = encodeFrame({ type: 'announce', req: 0, seq, text, signature });
    const segment = new Segment(frame);
    const logins = [...this.#stores.directory.present()];
    for (const { connection } of logins) connection.sendSegment(segment);
    return logins.length;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#server?.close();
    this.#closeControl?.();
    this.#stopHeartbeat?.();
    this.#admission.close();
    this.#tick.flush();
    this.#stores.committer.flush();
    for (const { connection } of this.#open.values())
      connection.end('shutting-down', 'shutting down');
    this.#tick.flush();
    await this.#untilAllClosed();
    for (const { connection } of this.#open.values()) connection.destroy();
    await this.#untilFilesAreSynced();
    this.#gate.close();
    this.#meetings.close();
    this.#news.close();
    this.#stores.close();
    this.#tick.close();
    this.#events.emit({ type: 'closed' });
  }

  /** What the disk does not take in time is sent again after the next start. */
  #untilFilesAreSynced(): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(FILES_GRACE_MS, resolve);
      this.#stores.files.close().then(() => {
        cancel();
        resolve();
      });
    });
  }

  #untilAllClosed(): Promise<void> {
    if (this.#open.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.#clock.after(SHUTDOWN_GRACE_MS, resolve);
      this.#allClosed = () => {
        cancel();
        resolve();
      };
    });
  }

  #accepted(socket: TLSSocket): void {
    const identity = this.#admission.find(socket);
    if (identity === null || this.#closing !== null) {
      socket.destroy();
      return;
    }
    const connection = new Connection(identity, socket, this.#connections);
    const session = new Session(connection, this.#sessions);
    this.#open.set(connection.id, { connection, session });
    const { id, address } = connection;
    this.#events.emit({ type: 'connected', connection: id, address, fingerprint: null });
    connection.start(session);
    socket.on('close', () => {
      this.#open.delete(id);
      if (this.#open.size === 0) this.#allClosed?.();
    });
  }

  #refused(socket: { readonly remoteAddress?: string | undefined }): void {
    const address = socket.remoteAddress?.replace(/^::ffff:/, '') ?? 'gone';
    this.#events.emit({ type: 'refused', address, reason: 'tls' });
  }

  #beat(): void {
    const nowMs = this.#clock.nowMs();
    this.#admission.beat(nowMs);
    for (const { id, address, socket } of this.#admission.overdue(nowMs)) {
      const open = this.#open.get(id);
      if (open !== undefined) {
        open.connection.end('handshake-timeout', 'no login in time');
        continue;
      }
      socket.destroy();
      this.#events.emit({ type: 'refused', address, reason: 'handshake-timeout' });
    }
    for (const { connection, session } of this.#open.values()) {
      connection.beat(nowMs);
      session.beat(nowMs);
    }
    if (this.#stores.beat(nowMs)) this.#topics.sweep(nowMs);
    this.#stopHeartbeat = this.#clock.after(HEARTBEAT_MS, () => this.#beat());
  }
}
