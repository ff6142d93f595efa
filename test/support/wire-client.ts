// A client of the wire and nothing more: speaks frames to a relay as a test tells it to, wrong ones too.
import { randomBytes } from 'node:crypto';
import tls, { type TLSSocket } from 'node:tls';
import { type Identity, identityFromSeed, relayIdOf } from '../../src/crypto/identity.ts';
import { type LoginLabel, signLogin, verifyChallenge } from '../../src/crypto/login.ts';
import { signCard } from '../../src/crypto/signed-objects.ts';
import { FrameSplitter } from '../../src/protocol/frame-stream.ts';
import {
  decodeFrame,
  encodeChallengeFields,
  encodeFrame,
  encodeHelloBody,
  type Frame,
  type FrameOf,
  type FrameType,
  type JoinProof,
  type Standing,
} from '../../src/protocol/frames.ts';
import { type RelayId, TopicId } from '../../src/protocol/ids.ts';
import { MAX_FRAME_BYTES } from '../../src/protocol/limits.ts';

export interface WireClientOptions {
  readonly port: number;
  readonly host?: string;
  /** Another loopback address stands for another machine. */
  readonly localAddress?: string;
  /** TLS options that a test gets wrong on purpose. */
  readonly tls?: tls.ConnectionOptions;
}

export interface LoginOptions {
  readonly nick?: string;
  readonly cardSeq?: bigint;
  /** Instead of the card that the identity signs. */
  readonly card?: Uint8Array;
  /** Says before AUTH that nobody is to be told. */
  readonly hidden?: boolean;
}

/** A body of any frame; `request` numbers it. */
type Body = Frame extends infer F ? (F extends Frame ? Omit<F, 'req'> : never) : never;

interface Waiter {
  readonly wanted: (frame: Frame) => boolean;
  readonly resolve: (frame: Frame) => void;
  readonly reject: (error: Error) => void;
}

export class WireClient {
  readonly socket: TLSSocket;
  /** Frames in the order they came that no `next` has taken. */
  readonly inbox: Frame[] = [];
  /** Resolves when the socket is closed. */
  readonly closed: Promise<void>;
  /** Each chunk of decrypted bytes that arrived, with the frames in it: what one TLS read brought. */
  readonly counts = new Map<FrameType, number>();
  bytesReceived = 0;
  relayId: RelayId | null = null;
  #waiters: Waiter[] = [];
  #isClosed = false;
  #lastReq = 0;

  private constructor(socket: TLSSocket) {
    this.socket = socket;
    const splitter = new FrameSplitter(MAX_FRAME_BYTES);
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      this.bytesReceived += chunk.length;
      for (const bytes of splitter.push(chunk)) this.#take(decodeFrame(bytes.slice()));
    });
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        this.#isClosed = true;
        for (const { reject } of this.#waiters) reject(new Error('connection closed'));
        this.#waiters = [];
        resolve();
      });
    });
  }

  /** TLS only; rejects where the handshake fails. */
  static connect(options: WireClientOptions): Promise<WireClient> {
    const { port, host = '127.0.0.1', localAddress } = options;
    return new Promise((resolve, reject) => {
      const socket = tls.connect({
        port,
        host,
        ...(localAddress === undefined ? {} : { localAddress }),
        // Trust comes from the relay's signature over the exporter.
        rejectUnauthorized: false,
        minVersion: 'TLSv1.3',
        ALPNProtocols: ['lanchat/1'],
        ...options.tls,
      });
      socket.once('error', reject);
      socket.once('close', () => reject(new Error('closed before TLS was up')));
      socket.once('secureConnect', () => resolve(new WireClient(socket)));
    });
  }

  /** TLS and login. */
  static async login(
    options: WireClientOptions,
    identity: Identity,
    login: LoginOptions = {},
  ): Promise<WireClient> {
    const client = await WireClient.connect(options);
    await client.login(identity, login);
    return client;
  }

  /** HELLO and AUTH; returns READY. Rejects where the relay ends the connection. */
  async login(identity: Identity, options: LoginOptions = {}): Promise<FrameOf<'ready'>> {
    const hello = { minVersion: 1, maxVersion: 1, nonce: randomBytes(32) };
    const challenge = await this.hello(hello);
    if (options.hidden === true) this.send({ type: 'hide', req: 0, hidden: true });
    this.send(this.authFor(identity, { hello, challenge }, options));
    return this.next('ready');
  }

  /** HELLO and CARRY; returns READY. The relay tells nobody, and the other connections of `identity` stay. */
  async carry(identity: Identity, options: LoginOptions = {}): Promise<FrameOf<'ready'>> {
    const hello = { minVersion: 1, maxVersion: 1, nonce: randomBytes(32) };
    const challenge = await this.hello(hello);
    const { card, signature } = this.authFor(
      identity,
      { hello, challenge },
      options,
      'relay-carry',
    );
    this.send({ type: 'carry', req: 2, card, signature });
    return this.next('ready');
  }

  /** Sends HELLO and checks the relay's signature over this very connection. */
  async hello(hello: Omit<FrameOf<'hello'>, 'type' | 'req'>): Promise<FrameOf<'challenge'>> {
    this.send({ type: 'hello', req: 1, ...hello });
    const challenge = await this.next('challenge');
    const holds = verifyChallenge(
      { publicKey: challenge.relayKey, signature: challenge.signature },
      {
        exporter: this.exporter(),
        helloBody: encodeHelloBody(hello),
        challengeFields: encodeChallengeFields(challenge),
      },
    );
    if (!holds) throw new Error('the relay did not sign this connection');
    this.relayId = relayIdOf(challenge.relayKey);
    return challenge;
  }

  /** The AUTH that logs `identity` in on this connection. */
  authFor(
    identity: Identity,
    login: { readonly hello: { nonce: Uint8Array }; readonly challenge: FrameOf<'challenge'> },
    { nick = 'somebody', cardSeq = 1n, card }: LoginOptions = {},
    label: LoginLabel = 'relay-auth',
  ): FrameOf<'auth'> {
    const { hello, challenge } = login;
    const signature = signLogin(identity, label, {
      exporter: this.exporter(),
      relay: relayIdOf(challenge.relayKey),
      clientNonce: hello.nonce,
      serverNonce: challenge.nonce,
      version: challenge.version,
    });
    return {
      type: 'auth',
      req: 2,
      card: card ?? signCard(identity, { seq: cardSeq, nick }),
      signature,
    };
  }

  exporter(): Uint8Array {
    return this.socket.exportKeyingMaterial(32, 'EXPORTER-lanchat-1', Buffer.alloc(0));
  }

  send(frame: Frame): void {
    this.sendRaw(encodeFrame(frame));
  }

  sendRaw(bytes: Uint8Array): void {
    this.socket.write(bytes);
  }

  /** Sends a request and returns the first frame that echoes its number. */
  request(body: Body): Promise<Frame> {
    const req = 100 + ++this.#lastReq;
    this.send({ ...body, req } as Frame);
    return this.nextWhere((frame) => frame.req === req);
  }

  /** The first frame of a type, taken out of the inbox or waited for. Rejects when the connection closes. */
  async next<T extends FrameType>(type: T): Promise<FrameOf<T>> {
    const frame = await this.nextWhere((candidate) => candidate.type === type);
    return frame as FrameOf<T>;
  }

  nextWhere(wanted: (frame: Frame) => boolean): Promise<Frame> {
    const index = this.inbox.findIndex(wanted);
    const [found] = index < 0 ? [] : this.inbox.splice(index, 1);
    if (found !== undefined) return Promise.resolve(found);
    if (this.#isClosed) return Promise.reject(new Error('connection closed'));
    return new Promise((resolve, reject) => this.#waiters.push({ wanted, resolve, reject }));
  }

  /** Frames of a type that came so far, taken or not. */
  count(type: FrameType): number {
    return this.counts.get(type) ?? 0;
  }

  /** Resolves when everything that the relay sent before now has arrived: a request's answer comes last. */
  async settled(): Promise<void> {
    await this.request({ type: 'get', kind: 'card', ids: [] });
  }

  close(): Promise<void> {
    this.socket.destroy();
    return this.closed;
  }

  #take(frame: Frame): void {
    this.counts.set(frame.type, this.count(frame.type) + 1);
    const waiter = this.#waiters.find(({ wanted }) => wanted(frame));
    if (waiter === undefined) {
      this.inbox.push(frame);
      return;
    }
    this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
    waiter.resolve(frame);
  }
}

/** An identity of its own for each number. Await `ready()` of src/crypto first. */
export function numberedIdentity(number: number): Identity {
  const seed = new Uint8Array(32).fill(0xa5);
  new DataView(seed.buffer).setUint32(0, number);
  return identityFromSeed(seed);
}

/** A topic of its own for each number. */
export function numberedTopic(number: number): TopicId {
  const bytes = new Uint8Array(16).fill(0x70);
  new DataView(bytes.buffer).setUint32(0, number);
  return TopicId.fromBytes(bytes);
}

/** As the relay takes it: it can't check the signature, which is `filler` bytes here. */
export function joinProof(standing: Standing, seq = 1n, filler = 0x5a): JoinProof {
  return { standing, seq, signature: new Uint8Array(64).fill(filler) };
}
