// A connection that carries one file: beside the one that this person is here with. Knows no content.
import type { Identity } from '../crypto/identity.ts';
import { phrase } from '../language/translate.ts';
import type { Code } from '../protocol/codes.ts';
import type { Frame, FrameOf } from '../protocol/frames.ts';
import type { RelayId } from '../protocol/ids.ts';
import { MEETING_WAIT_MS } from '../protocol/limits.ts';
import { type Connection, connectRelay } from './connection.ts';
import { StallTimer } from './stall-timer.ts';
import { RelayRefusal, TransportError } from './transport-error.ts';

/** An answer takes no longer than a meeting may, and its way back. */
const ANSWER_MS = MEETING_WAIT_MS + 10_000;

/** The relay that this person is at now. */
export interface CarryingRelay {
  readonly id: RelayId;
  readonly host: string;
  readonly port: number;
  /** The address of this machine that it is reached from; null: not known any more. */
  readonly localAddress: string | null;
}

export interface CarrierOptions {
  readonly me: Identity;
  readonly card: () => Uint8Array;
  readonly relay: CarryingRelay;
  readonly signal: AbortSignal;
}

/** What a connection is opened for: the one request on it. */
export type CarrierRequest = FrameOf<'keep' | 'take' | 'meet' | 'drop'>;

/** What a file's chunks go over. */
export type Carrier = Pick<FileCarrier, 'listen' | 'send' | 'isCongested' | 'whenTaken'>;

/** Owns its connection until `close`. */
export class FileCarrier {
  readonly #connection: Connection;
  #onFrame: (frame: Frame) => void = () => {};
  #onEnd: (reason: TransportError) => void = () => {};
  #ended: TransportError | null = null;
  readonly #early: Frame[] = [];

  /** Over the relay. Throws TransportError. */
  static async open({ me, card, relay, signal }: CarrierOptions): Promise<FileCarrier> {
    const { host, port, id } = relay;
    const opened: { carrier: FileCarrier | null } = { carrier: null };
    await connectRelay({
      ...{ host, port, me, card, signal, as: 'carry' },
      hidden: () => false,
      accepts: (found) => found === id,
      onReady: (connection) => {
        opened.carrier = new FileCarrier(connection);
      },
      onFrame: (frame) => opened.carrier?.received(frame),
      onEnd: (reason) => opened.carrier?.ended(reason),
    });
    if (opened.carrier === null) throw new TransportError('closed', phrase`connection: closed`);
    opened.carrier.endsWith(signal);
    return opened.carrier;
  }

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** It breaks off when this is aborted. */
  endsWith(signal: AbortSignal): void {
    signal.addEventListener('abort', () => this.abort(), { once: true });
    if (signal.aborted) this.abort();
  }

  /** What is behind the answer to `ask`, and why it ended. */
  listen(listener: {
    readonly onFrame: (frame: Frame) => void;
    readonly onEnd: (reason: TransportError) => void;
  }): void {
    this.#onFrame = listener.onFrame;
    this.#onEnd = listener.onEnd;
    for (const frame of this.#early.splice(0)) listener.onFrame(frame);
    if (this.#ended !== null) listener.onEnd(this.#ended);
  }

  /** The relay's first answer. Throws RelayRefusal with the code of its ERROR, TransportError where the connection ends or no answer comes. */
  ask(request: CarrierRequest): Promise<Frame> {
    return new Promise<Frame>((resolve, reject) => {
      const stall = new StallTimer(reject, ANSWER_MS);
      this.listen({
        onFrame: (frame) => {
          stall.end();
          // What came in one piece with the answer is whoever's who listens next.
          this.#onFrame = (early) => this.#early.push(early);
          if (frame.type === 'error') reject(refusal(frame.code));
          else resolve(frame);
        },
        onEnd: (reason) => {
          stall.end();
          reject(reason);
        },
      });
      this.#connection.send(request);
    });
  }

  send(frame: Frame): void {
    this.#connection.send(frame);
  }

  get isCongested(): boolean {
    return this.#connection.isCongested;
  }

  whenTaken(callback: () => void): void {
    this.#connection.whenTaken(callback);
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  abort(): void {
    this.#connection.abort('cancelled');
  }

  received(frame: Frame): void {
    this.#onFrame(frame);
  }

  ended(reason: TransportError): void {
    this.#ended = reason;
    this.#onEnd(reason);
  }
}

/** An ERROR of the relay's about a file. */
export function refusal(code: Code): RelayRefusal {
  return new RelayRefusal(code, phrase`the relay refused the file: ${code}`);
}
