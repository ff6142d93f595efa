// The stages of one connection: HELLO, AUTH or CARRY, then requests. Decides when each frame has its place.
import type { RelayIdentity } from '../crypto/identity.ts';
import type { Card } from '../crypto/signed-objects.ts';
import {
  type AnnouncedLimits,
  decodeFrame,
  type Frame,
  type FrameOf,
  NONCE_BYTES,
} from '../protocol/frames.ts';
import { peerPrefix } from '../protocol/ids.ts';
import { carrierLabel } from './carriers.ts';
import { Carrying, type CarryingContext } from './carrying.ts';
import type { Connection, ConnectionOwner, Ending } from './connection.ts';
import type { Login } from './directory.ts';
import { fingerprintLabel } from './events.ts';
import { answerHello, checkAuth, type LoginInProgress } from './login.ts';
import { TokenBucket } from './rate.ts';
import { handleRequest, type RequestContext } from './requests.ts';

export interface SessionContext extends RequestContext, CarryingContext {
  readonly relay: RelayIdentity;
  readonly announced: AnnouncedLimits;
  /** `sizeBytes` fresh random bytes. */
  readonly random: (sizeBytes: number) => Uint8Array;
  /** The login is done: the connection's place among those of its address is free. */
  readonly loggedIn: (connection: Connection) => void;
  /** So is that of one that carries a file; its place among all, too. */
  readonly carries: (connection: Connection) => void;
}

type Stage =
  | { readonly name: 'hello' }
  | { readonly name: 'auth'; readonly login: LoginInProgress; readonly hidden: boolean }
  | { readonly name: 'ready'; readonly login: Login }
  | { readonly name: 'carrying'; readonly carrying: Carrying }
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
        else if (frame.type === 'carry') this.#carry(frame, stage);
        else if (frame.type === 'hide') this.#stage = { ...stage, hidden: frame.hidden };
        else this.#unexpected(frame, 'auth');
        return;
      case 'ready':
        handleRequest(stage.login, frame, this.#context);
        return;
      case 'carrying':
        stage.carrying.received(frame);
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
    const stage = this.#stage;
    this.#stage = { name: 'ended' };
    if (login !== null) {
      topics.leave(login);
      if (stores.directory.leave(login) && !login.hidden) presence.changed(login.person);
    }
    // That the other end of a meeting went is how most transfers end.
    const hasGone =
      ending.by === 'peer' || (stage.name === 'carrying' && ending.code === 'not-here');
    if (!hasGone) {
      events.emit({ type: 'dropped', reason: ending.code, detail: ending.detail, ...label });
    } else {
      events.emit({ type: stage.name === 'carrying' ? 'carried' : 'disconnected', ...label });
    }
    if (stage.name === 'carrying') stage.carrying.ended();
  }

  /** The relay's heartbeat. */
  beat(nowMs: number): void {
    if (this.#stage.name === 'carrying') this.#stage.carrying.beat(nowMs);
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
    const { stores, limits } = this.#context;
    const card = this.#proven(auth, login);
    if (card === null) return;
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
    this.#sendReady(auth.req, stores.mailbox.queued(peerPrefix(person.id)));
    this.#context.presence.welcome(this.connection);
  }

  /** Nobody is told, and no other connection of the same person is replaced. */
  #carry(carry: FrameOf<'carry'>, { login }: Extract<Stage, { name: 'auth' }>): void {
    const { stores, carriers, carries, events } = this.#context;
    const { connection } = this;
    const card = this.#proven(carry, login);
    if (card === null) return;
    const { id } = card;
    const origin = {
      sender: stores.senderHash(id),
      source: stores.sourceHash(connection.address),
    };
    const carrier = { connection, id, ...origin };
    if (!carriers.enter(carrier)) {
      connection.end('too-many-connections', `files of ${fingerprintLabel(id)}`);
      return;
    }
    this.#stage = { name: 'carrying', carrying: new Carrying(carrier, this.#context) };
    connection.carries();
    carries(connection);
    events.emit({ type: 'carries', ...carrierLabel(carrier) });
    this.#sendReady(carry.req, 0);
  }

  /** The card of whoever logs in; null where they are not whom it names, which ends the connection. */
  #proven(frame: FrameOf<'auth' | 'carry'>, login: LoginInProgress): Card | null {
    const card = checkAuth(frame, { login, relay: this.#context.relay });
    if (card === null) this.connection.end('login-failed', 'signature');
    return card;
  }

  #sendReady(req: number, queued: number): void {
    const timeMs = BigInt(Math.floor(this.#context.clock.wallMs()));
    this.connection.send({ type: 'ready', req, queued, timeMs });
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
    if (this.#stage.name === 'carrying') return carrierLabel(this.#stage.carrying.carrier);
    const fingerprint = login === null ? null : fingerprintLabel(login.person.id);
    return { connection: id, address, fingerprint };
  }
}
