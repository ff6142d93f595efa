// The stages of one connection: HELLO, AUTH, then requests. Decides when each frame has its place.
import type { RelayIdentity } from '../crypto/identity.ts';
import {
  type AnnouncedLimits,
  decodeFrame,
  type Frame,
  type FrameOf,
  NONCE_BYTES,
} from '../protocol/frames.ts';
import { peerPrefix } from '../protocol/ids.ts';
import type { Connection, ConnectionOwner, Ending } from './connection.ts';
import type { Login } from './directory.ts';
import { fingerprintLabel } from './events.ts';
import type { RelayLimits } from './limits.ts';
import { answerHello, checkAuth, type LoginInProgress } from './login.ts';
import { TokenBucket } from './rate.ts';
import { handleRequest, type RequestContext } from './requests.ts';

export interface SessionContext extends RequestContext {
  readonly relay: RelayIdentity;
  readonly announced: AnnouncedLimits;
  readonly limits: RelayLimits;
  /** `sizeBytes` fresh random bytes. */
  readonly random: (sizeBytes: number) => Uint8Array;
  /** The login is done: the connection's place among those of its address is free. */
  readonly loggedIn: (connection: Connection) => void;
}

type Stage =
  | { readonly name: 'hello' }
  | { readonly name: 'auth'; readonly login: LoginInProgress; readonly hidden: boolean }
  | { readonly name: 'ready'; readonly login: Login }
  | { readonly name: 'ended' };

export class Session implements ConnectionOwner {
  readonly connection: Connection;
  readonly #context: SessionContext;
  #stage: Stage = { name: 'hello' };

  constructor(connection: Connection, context: SessionContext) {
    this.connection = connection;
    this.#context = context;
  }

  get login(): Login | null {
    return this.#stage.name === 'ready' ? this.#stage.login : null;
  }

  received(bytes: Uint8Array): void {
    const frame = decodeFrame(bytes);
    const stage = this.#stage;
    switch (stage.name) {
      case 'hello':
        if (frame.type === 'hello') this.#hello(frame);
        else this.#unexpected(frame, 'hello');
        return;
      case 'auth':
        if (frame.type === 'auth') this.#auth(frame, stage);
        else if (frame.type === 'hide') this.#stage = { ...stage, hidden: frame.hidden };
        else this.#unexpected(frame, 'auth');
        return;
      case 'ready':
        handleRequest(stage.login, frame, this.#context);
        return;
      case 'ended':
        return;
      default:
        stage satisfies never;
    }
  }

  ended(ending: Ending): void {
    const { stores, presence, topics, events } = this.#context;
    const { login } = this;
    const label = this.#label();
    this.#stage = { name: 'ended' };
    if (login !== null) {
      topics.leave(login);
      if (stores.directory.leave(login) && !login.hidden) presence.changed(login.person);
    }
    if (ending.by === 'peer') events.emit({ type: 'disconnected', ...label });
    else events.emit({ type: 'dropped', reason: ending.code, detail: ending.detail, ...label });
  }

  failed(error: unknown): void {
    this.#context.events.emit({ type: 'fault', error });
  }

  #hello(hello: FrameOf<'hello'>): void {
    const { relay, announced, random } = this.#context;
    const exporter = this.connection.exporter();
    const nonce = random(NONCE_BYTES);
    const login = answerHello(hello, { relay, limits: announced, exporter, nonce });
    if (login === null) {
      this.connection.end('version', `offered ${hello.minVersion} to ${hello.maxVersion}`);
      return;
    }
    this.#stage = { name: 'auth', login, hidden: false };
    this.connection.send(login.challenge);
  }

  #auth(auth: FrameOf<'auth'>, { login, hidden }: Extract<Stage, { name: 'auth' }>): void {
    const { relay, stores, limits } = this.#context;
    const card = checkAuth(auth, { login, relay });
    if (card === null) {
      this.connection.end('login-failed', 'signature');
      return;
    }
    const source = stores.sourceHash(this.connection.address);
    const person = stores.directory.enter(card, auth.card, source);
    if (person === 'prefix-taken' || person === 'fork') {
      this.connection.end(person, `card of ${fingerprintLabel(card.id)}`);
      return;
    }
    const wasShown = person.login?.hidden === false;
    person.login?.connection.end('replaced', 'logged in anew');
    const fresh: Login = {
      connection: this.connection,
      person,
      sender: stores.senderHash(person.id),
      source,
      sinceMs: this.#context.clock.nowMs(),
      hidden,
      topics: new Map(),
      requests: this.#bucket(limits.requestsPerSecond, limits.requestsBurst),
      sends: this.#bucket(limits.sendsPerSecond, limits.sendsBurst),
      roomBytes: this.#bucket(limits.roomBytesPerSecond, limits.roomBytesBurst),
    };
    this.#ready(fresh);
    // Whoever comes hidden is told of only where they were shown: as gone.
    if (!hidden || wasShown) this.#context.presence.changed(person);
    const timeMs = BigInt(Math.floor(this.#context.clock.wallMs()));
    const queued = stores.mailbox.queued(peerPrefix(person.id));
    this.connection.send({ type: 'ready', req: auth.req, queued, timeMs });
    this.#context.presence.welcome(this.connection);
  }

  #ready(login: Login): void {
    const { stores, events, loggedIn } = this.#context;
    this.#stage = { name: 'ready', login };
    this.connection.loggedIn();
    stores.directory.arrive(login);
    loggedIn(this.connection);
    events.emit({ type: 'login', ...this.#label() });
  }

  #bucket(perSecond: number, burst: number): TokenBucket {
    return new TokenBucket({ perSecond, burst }, this.#context.clock.nowMs());
  }

  #unexpected(frame: Frame, expected: string): void {
    this.connection.end('unexpected', `${frame.type} instead of ${expected}`);
  }

  #label() {
    const { id, address } = this.connection;
    const { login } = this;
    const fingerprint = login === null ? null : fingerprintLabel(login.person.id);
    return { connection: id, address, fingerprint };
  }
}
