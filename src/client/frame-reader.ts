// Reads the frames of one socket to its end: silence, rubbish and errors become one reason. Knows no login.
import type { TLSSocket } from 'node:tls';
import { phrase } from '../language/translate.ts';
import { LanchatError } from '../protocol/errors.ts';
import { FrameSplitter } from '../protocol/frame-stream.ts';
import { decodeFrame, type Frame } from '../protocol/frames.ts';
import { MAX_FRAME_BYTES, MAX_FRAME_BYTES_BEFORE_LOGIN } from '../protocol/limits.ts';
import { TransportError, transportErrorFrom } from './transport-error.ts';

export interface FrameOwner {
  /** Every frame but PING, in order. A LanchatError that it throws ends the connection. */
  readonly onFrame: (frame: Frame) => void;
  /** Once. */
  readonly onEnd: (reason: TransportError) => void;
}

/** The other end has to show who it is within `provenMs`, in short frames; `proven` says that it has. */
export class FrameReader {
  readonly #socket: TLSSocket;
  readonly #owner: FrameOwner;
  readonly #splitter = new FrameSplitter(MAX_FRAME_BYTES_BEFORE_LOGIN);
  readonly #timer: NodeJS.Timeout;

  constructor(socket: TLSSocket, provenMs: number, owner: FrameOwner) {
    this.#socket = socket;
    this.#owner = owner;
    this.#timer = setTimeout(
      () => socket.destroy(new TransportError('handshake-timeout', phrase`login: no answer`)),
      provenMs,
    );
    let reason: TransportError | null = null;
    socket.on('data', (chunk) => this.#receive(chunk));
    socket.on('error', (error) => {
      reason ??= transportErrorFrom(error, 'closed');
    });
    socket.once('close', () => {
      clearTimeout(this.#timer);
      owner.onEnd(reason ?? new TransportError('closed', phrase`connection: closed`));
    });
  }

  /** There is no hurry any more. */
  proven(): void {
    clearTimeout(this.#timer);
  }

  /** Larger frames are taken from here on. */
  takesLongFrames(): void {
    this.#splitter.setMaxFrameBytes(MAX_FRAME_BYTES);
  }

  #receive(chunk: Uint8Array): void {
    try {
      for (const bytes of this.#splitter.push(chunk)) {
        const frame = decodeFrame(bytes);
        // A ping has been heard, which is all it is for; a slow login is long enough for one, too.
        if (frame.type !== 'ping') this.#owner.onFrame(frame);
        // Ended by what the frame caused: the rest is of a connection that is no more.
        if (this.#socket.destroyed) return;
      }
    } catch (error) {
      // A frame that makes no sense ends the connection, never the process; anything else is our bug.
      if (!(error instanceof LanchatError)) throw error;
      this.#socket.destroy(transportErrorFrom(error, 'malformed'));
    }
  }
}
