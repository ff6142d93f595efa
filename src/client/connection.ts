// One connection to a relay: TLS, login, frames in and out, silence noticed. Knows no messages.
import { randomBytes } from 'node:crypto';
import { connect, type TLSSocket } from 'node:tls';
import type { Identity } from '../crypto/identity.ts';
import { concatBytes } from '../protocol/bytes.ts';
import type { Code } from '../protocol/codes.ts';
import { LanchatError } from '../protocol/errors.ts';
import { FrameSplitter } from '../protocol/frame-stream.ts';
import { decodeFrame, encodeFrame, type Frame, NONCE_BYTES } from '../protocol/frames.ts';
import type { RelayId } from '../protocol/ids.ts';
import {
  HANDSHAKE_TIMEOUT_MS,
  MAX_FRAME_BYTES,
  MAX_FRAME_BYTES_BEFORE_LOGIN,
  PING_INTERVAL_MS,
  SILENCE_TIMEOUT_MS,
} from '../protocol/limits.ts';
import { answerChallenge, expect, helloFrame, type ProvenRelay } from './login.ts';
import { TransportError, transportErrorFrom } from './transport-error.ts';

const ALPN = 'lanchat/1';
const EXPORTER_LABEL = 'EXPORTER-lanchat-1';
const EXPORTER_BYTES = 32;
/** A SYN into a pulled cable is lost: trying anew soon beats TCP's own growing pauses. */
const CONNECT_TIMEOUT_MS = 2_500;
const WATCH_INTERVAL_MS = 1_000;

export interface ConnectRequest {
  readonly host: string;
  readonly port: number;
  readonly me: Identity;
  /** The signed card, as it is when the relay has proven its key. */
  readonly card: () => Uint8Array;
  readonly accepts: (relay: RelayId) => boolean;
  readonly signal: AbortSignal;
  /** Called for every frame after READY, in order. */
  readonly onFrame: (frame: Frame) => void;
  /** Called once, after READY, however the connection ends. */
  readonly onEnd: (reason: TransportError) => void;
}

/** Owns its socket and timer until `close`, or until `onEnd`. */
export class Connection {
  readonly relay: ProvenRelay;
  readonly #socket: TLSSocket;
  readonly #timer: NodeJS.Timeout;
  #outgoing: Uint8Array[] = [];
  #lastSentMs = performance.now();
  #lastReceivedMs = performance.now();
  #onDrain: (() => void) | null = null;

  constructor(socket: TLSSocket, relay: ProvenRelay) {
    this.relay = relay;
    this.#socket = socket;
    this.#timer = setInterval(() => this.#watch(), WATCH_INTERVAL_MS);
    socket.on('drain', () => this.#drained());
    socket.on('close', () => clearInterval(this.#timer));
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

  /** Whether the relay reads more slowly than we write: sealing should wait for `drained`. */
  get isCongested(): boolean {
    return this.#socket.writableNeedDrain;
  }

  /** Calls back once when congestion is over. */
  drained(callback: () => void): void {
    this.#onDrain = callback;
  }

  /** Anything arrived: the relay is alive. */
  heard(): void {
    this.#lastReceivedMs = performance.now();
  }

  /** Ends it: what was sent goes out first, within a second. */
  async close(): Promise<void> {
    this.#flush();
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => this.#socket.destroy(), 1_000);
      this.#socket.once('close', () => {
        clearTimeout(timer);
        resolve();
      });
      if (this.#socket.destroyed) this.#socket.emit('close');
      else this.#socket.end();
    });
  }

  /** Ends it at once, with the reason that `onEnd` gets. */
  abort(code: string): void {
    this.#socket.destroy(new TransportError(code, `connection: ${code}`));
  }

  #flush(): void {
    if (this.#outgoing.length === 0 || this.#socket.destroyed) return;
    const [first] = this.#outgoing;
    const single = this.#outgoing.length === 1 && first !== undefined;
    this.#socket.write(single ? first : concatBytes(this.#outgoing));
    this.#outgoing = [];
    this.#lastSentMs = performance.now();
  }

  #watch(): void {
    const now = performance.now();
    if (now - this.#lastReceivedMs >= SILENCE_TIMEOUT_MS - WATCH_INTERVAL_MS) this.abort('silent');
    else if (now - this.#lastSentMs >= PING_INTERVAL_MS) this.send({ type: 'ping', req: 0 });
  }

  #drained(): void {
    const callback = this.#onDrain;
    this.#onDrain = null;
    callback?.();
  }
}

/** Connects and logs in. Throws TransportError; the socket is then gone. */
export async function connectRelay(request: ConnectRequest): Promise<Connection> {
  const socket = connect({
    host: request.host,
    port: request.port,
    // The certificate is made anew at each start and carries no trust: the relay's key, bound to this
    // channel by the exporter, does.
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
    minVersion: 'TLSv1.3',
    ALPNProtocols: [ALPN],
  });
  socket.setNoDelay(true);
  const abort = () => socket.destroy(new TransportError('cancelled', 'connection: cancelled'));
  request.signal.addEventListener('abort', abort, { once: true });
  if (request.signal.aborted) abort();
  try {
    await secured(socket);
    return await logIn(socket, request);
  } catch (error) {
    socket.destroy();
    throw transportErrorFrom(error, 'closed');
  } finally {
    request.signal.removeEventListener('abort', abort);
  }
}

function secured(socket: TLSSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => socket.destroy(new TransportError('connect-timeout', 'connection: no answer')),
      CONNECT_TIMEOUT_MS,
    );
    socket.on('error', reject);
    socket.once('close', () => {
      clearTimeout(timer);
      reject(new TransportError('closed', 'connection: closed'));
    });
    socket.once('secureConnect', () => {
      clearTimeout(timer);
      if (socket.alpnProtocol === ALPN) resolve();
      else reject(new TransportError('not-a-relay', 'connection: another protocol'));
    });
  });
}

/** Runs the login on the first two frames, then hands every later one to the request's owner. */
function logIn(socket: TLSSocket, request: ConnectRequest): Promise<Connection> {
  const nonce = new Uint8Array(randomBytes(NONCE_BYTES));
  const exporter = new Uint8Array(
    socket.exportKeyingMaterial(EXPORTER_BYTES, EXPORTER_LABEL, Buffer.alloc(0)),
  );
  const { me, card, accepts } = request;
  const splitter = new FrameSplitter(MAX_FRAME_BYTES_BEFORE_LOGIN);
  let relay: ProvenRelay | null = null;
  let connection: Connection | null = null;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => socket.destroy(new TransportError('handshake-timeout', 'login: no answer')),
      HANDSHAKE_TIMEOUT_MS,
    );
    let reason: TransportError | null = null;
    const take = (frame: Frame) => {
      if (connection !== null) {
        if (frame.type === 'end') reason = endReason(frame.code);
        request.onFrame(frame);
      } else if (relay === null) {
        const login = { me, card, exporter, nonce, accepts };
        const answer = answerChallenge(frame, login);
        relay = answer.relay;
        socket.write(encodeFrame(answer.auth));
        splitter.setMaxFrameBytes(MAX_FRAME_BYTES);
      } else {
        expect(frame, 'ready');
        clearTimeout(timer);
        connection = new Connection(socket, relay);
        resolve(connection);
      }
    };
    socket.on('data', (chunk) => {
      connection?.heard();
      try {
        for (const bytes of splitter.push(chunk)) take(decodeFrame(bytes));
      } catch (error) {
        // A frame that makes no sense ends the connection, never the process; anything else is our bug.
        if (!(error instanceof LanchatError)) throw error;
        socket.destroy(transportErrorFrom(error, 'malformed'));
      }
    });
    socket.on('error', (error) => {
      reason ??= transportErrorFrom(error, 'closed');
    });
    socket.once('close', () => {
      clearTimeout(timer);
      const end = reason ?? new TransportError('closed', 'connection: closed');
      if (connection === null) reject(end);
      else request.onEnd(end);
    });
    socket.write(encodeFrame(helloFrame(nonce)));
  });
}

function endReason(code: Code): TransportError {
  return new TransportError(code, `the relay ended the connection: ${code}`);
}
