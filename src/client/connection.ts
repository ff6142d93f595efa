// One connection: frames out, silence noticed; and how one to a relay comes about: TLS, login. Knows no messages.
import { randomBytes } from 'node:crypto';
import { connect, type TLSSocket } from 'node:tls';
import type { Identity } from '../crypto/identity.ts';
import { phrase } from '../language/translate.ts';
import { concatBytes } from '../protocol/bytes.ts';
import { ALPN, EXPORTER_BYTES, EXPORTER_LABEL } from '../protocol/channel.ts';
import type { Code } from '../protocol/codes.ts';
import { encodeFrame, type Frame, NONCE_BYTES } from '../protocol/frames.ts';
import type { RelayId } from '../protocol/ids.ts';
import { HANDSHAKE_TIMEOUT_MS, PING_INTERVAL_MS, SILENCE_TIMEOUT_MS } from '../protocol/limits.ts';
import { FrameReader } from './frame-reader.ts';
import { answerChallenge, expect, helloFrame, type ProvenRelay } from './login.ts';
import { RelayRefusal, TransportError, transportErrorFrom } from './transport-error.ts';

const CLOSE_GRACE_MS = 1_000;
/** What goes out at once is one buffer up to here. */
const JOINED_BYTES = 64 * 1_024;

export interface ConnectionTimes {
  /** A SYN into a pulled cable is lost: trying anew soon beats TCP's own growing pauses. */
  readonly connectMs: number;
  /** Longer: a small relay that was restarted has everybody's handshake to do. */
  readonly tlsMs: number;
  readonly loginMs: number;
  readonly watchMs: number;
  readonly pingMs: number;
  readonly silenceMs: number;
}

const TIMES: ConnectionTimes = {
  connectMs: 2_500,
  tlsMs: 5_000,
  loginMs: HANDSHAKE_TIMEOUT_MS,
  watchMs: 500,
  pingMs: PING_INTERVAL_MS,
  silenceMs: SILENCE_TIMEOUT_MS,
};

export interface ConnectRequest {
  readonly host: string;
  readonly port: number;
  readonly me: Identity;
  /** The signed card, as it is when the relay has proven its key. */
  readonly card: () => Uint8Array;
  /** Whether nobody else is to be told that we are here. */
  readonly hidden: () => boolean;
  readonly accepts: (relay: RelayId) => boolean;
  /** `carry`: a connection beside the one that this person is here with, for one file. */
  readonly as?: 'auth' | 'carry';
  readonly signal: AbortSignal;
  /** Called once, at READY: the frames behind it may be here already. */
  readonly onReady: (connection: Connection, relay: ProvenRelay) => void;
  /** Called for every frame after READY, in order. */
  readonly onFrame: (frame: Frame) => void;
  /** Called once, after READY, however the connection ends. */
  readonly onEnd: (reason: TransportError) => void;
  /** Tests make them shorter. */
  readonly times?: Partial<ConnectionTimes>;
}

/** Owns its socket and timer until `close`, or until `onEnd`. */
export class Connection {
  readonly #socket: TLSSocket;
  readonly #times: ConnectionTimes;
  readonly #timer: NodeJS.Timeout;
  readonly #closed: Promise<void>;
  #outgoing: Uint8Array[] = [];
  #lastSentMs = performance.now();
  #lastReceivedMs = performance.now();
  #onTaken: (() => void) | null = null;

  constructor(socket: TLSSocket, times: ConnectionTimes = TIMES) {
    this.#socket = socket;
    this.#times = times;
    this.#timer = setInterval(() => this.#watch(), times.watchMs);
    socket.on('drain', () => this.#takesMore());
    socket.on('data', () => {
      this.#lastReceivedMs = performance.now();
    });
    this.#closed = new Promise((resolve) => socket.once('close', () => resolve()));
    socket.once('close', () => clearInterval(this.#timer));
  }

  /** The address of this machine that the connection goes out from; undefined once it has ended. */
  get localAddress(): string | undefined {
    return this.#socket.localAddress;
  }

  /** Queues a frame; all of one tick go out in one write. */
  send(frame: Frame): void {
    if (this.#socket.destroyed) return;
    this.#outgoing.push(encodeFrame(frame));
    if (this.#outgoing.length === 1) setImmediate(() => this.#flush());
  }

  /** Whether the other end reads more slowly than we write: sealing should wait for `whenTaken`. */
  get isCongested(): boolean {
    return this.#socket.writableNeedDrain;
  }

  /** Calls back once when what was sent has been taken, and congestion is over. */
  whenTaken(callback: () => void): void {
    this.#onTaken = callback;
  }

  /** Ends it: what was sent goes out first, within a second. */
  async close(): Promise<void> {
    this.#flush();
    this.#socket.end();
    const timer = setTimeout(() => this.#socket.destroy(), CLOSE_GRACE_MS);
    await this.#closed;
    clearTimeout(timer);
  }

  /** Ends it at once, with the reason that `onEnd` gets. */
  abort(code: string): void {
    this.#socket.destroy(new TransportError(code, phrase`connection: ${code}`));
  }

  #flush(): void {
    if (this.#outgoing.length === 0 || this.#socket.destroyed) return;
    const frames = this.#outgoing;
    this.#outgoing = [];
    this.#write(frames);
    this.#lastSentMs = performance.now();
  }

  /** In one write. Large frames are not joined before: that would be as much memory again. */
  #write(frames: readonly Uint8Array[]): void {
    const [first] = frames;
    const sizeBytes = frames.reduce((sum, { length }) => sum + length, 0);
    if (first !== undefined && (frames.length === 1 || sizeBytes <= JOINED_BYTES)) {
      this.#socket.write(frames.length === 1 ? first : concatBytes(frames));
      return;
    }
    this.#socket.cork();
    for (const frame of frames) this.#socket.write(frame);
    this.#socket.uncork();
  }

  #watch(): void {
    const now = performance.now();
    const { pingMs, silenceMs, watchMs } = this.#times;
    // A look early: the loss has to be on the screen by then.
    if (now - this.#lastReceivedMs > silenceMs - 2 * watchMs) this.abort('silent');
    else if (now - this.#lastSentMs > pingMs - watchMs) this.send({ type: 'ping', req: 0 });
  }

  #takesMore(): void {
    const callback = this.#onTaken;
    this.#onTaken = null;
    callback?.();
  }
}

/** Connects and logs in; resolves at READY. Throws TransportError; the socket is then gone. */
export async function connectRelay(request: ConnectRequest): Promise<void> {
  const times = { ...TIMES, ...request.times };
  const socket = openTls({ host: request.host, port: request.port, alpn: ALPN });
  const abort = () =>
    socket.destroy(new TransportError('cancelled', phrase`connection: cancelled`));
  request.signal.addEventListener('abort', abort, { once: true });
  if (request.signal.aborted) abort();
  try {
    await secured(socket, times);
    await new Login(socket, request, times).run();
  } catch (error) {
    socket.destroy();
    throw transportErrorFrom(error, 'closed');
  } finally {
    request.signal.removeEventListener('abort', abort);
  }
}

/** To a relay, or straight to somebody: whoever answers has shown nothing yet. */
export function openTls(to: {
  readonly host: string;
  readonly port: number;
  readonly alpn: string;
}): TLSSocket {
  const socket = connect({
    ...{ host: to.host, port: to.port, ALPNProtocols: [to.alpn], minVersion: 'TLSv1.3' },
    // The certificate is made anew at each start and carries no trust: a key of lanchat's own, bound to this
    // channel by the exporter, does.
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
  });
  return socket.setNoDelay(true);
}

/** What only the two ends of this TLS connection can compute: signatures over it hold on no other. */
export function exporterOf(socket: TLSSocket): Uint8Array {
  return new Uint8Array(
    socket.exportKeyingMaterial(EXPORTER_BYTES, EXPORTER_LABEL, Buffer.alloc(0)),
  );
}

function secured(socket: TLSSocket, { connectMs, tlsMs }: ConnectionTimes): Promise<void> {
  return new Promise((resolve, reject) => {
    const giveUp = () =>
      socket.destroy(new TransportError('connect-timeout', phrase`connection: no answer`));
    let timer = setTimeout(giveUp, connectMs);
    socket.once('connect', () => {
      clearTimeout(timer);
      timer = setTimeout(giveUp, tlsMs);
    });
    socket.on('error', reject);
    socket.once('close', () => {
      clearTimeout(timer);
      reject(new TransportError('closed', phrase`connection: closed`));
    });
    socket.once('secureConnect', () => {
      clearTimeout(timer);
      if (socket.alpnProtocol === ALPN) resolve();
      else reject(new TransportError('not-a-relay', phrase`connection: another protocol`));
    });
  });
}

/** Runs the login on the first two frames, then hands every later one to the request's owner. */
class Login {
  readonly #socket: TLSSocket;
  readonly #request: ConnectRequest;
  readonly #times: ConnectionTimes;
  readonly #nonce = new Uint8Array(randomBytes(NONCE_BYTES));
  #relay: ProvenRelay | null = null;
  #isReady = false;

  constructor(socket: TLSSocket, request: ConnectRequest, times: ConnectionTimes) {
    this.#socket = socket;
    this.#request = request;
    this.#times = times;
  }

  /** Resolves at READY; rejects with TransportError where it ends before. */
  run(): Promise<void> {
    const socket = this.#socket;
    return new Promise((resolve, reject) => {
      const reader = new FrameReader(socket, this.#times.loginMs, {
        onFrame: (frame) => {
          this.#take(frame, reader);
          if (this.#isReady) resolve();
        },
        onEnd: (reason) => {
          if (this.#isReady) this.#request.onEnd(reason);
          else reject(reason);
        },
      });
      socket.write(encodeFrame(helloFrame(this.#nonce)));
    });
  }

  #take(frame: Frame, reader: FrameReader): void {
    if (this.#relay === null) {
      this.#answer(frame);
      reader.takesLongFrames();
      return;
    }
    // Nothing that the relay sends behind its END counts.
    if (frame.type === 'end') throw endReason(frame.code);
    if (this.#isReady) {
      this.#request.onFrame(frame);
      return;
    }
    expect(frame, 'ready');
    this.#isReady = true;
    reader.proven();
    this.#request.onReady(new Connection(this.#socket, this.#times), this.#relay);
  }

  #answer(frame: Frame): void {
    const { me, card, accepts, hidden, as = 'auth' } = this.#request;
    const socket = this.#socket;
    const login = { me, card, exporter: exporterOf(socket), nonce: this.#nonce, accepts, as };
    const answer = answerChallenge(frame, login);
    this.#relay = answer.relay;
    // Before the login, which would show us for a moment.
    if (as === 'auth' && hidden())
      socket.write(encodeFrame({ type: 'hide', req: 0, hidden: true }));
    socket.write(encodeFrame(answer.auth));
  }
}

function endReason(code: Code): RelayRefusal {
  return new RelayRefusal(code, phrase`the relay ended the connection: ${code}`);
}
