// What `lanchat rpc` puts on stdout, and how much of it may wait for a reader who is behind.
import { phrase } from '../language/translate.ts';
import { CommandError } from './errors.ts';
import type { JsonRecord, Output } from './output.ts';
import { notificationText } from './rpc-codec.ts';

/** Lines that nobody has read, and answers that are being gathered: what a slow reader can cost us. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024;

/** Answers that are being gathered, until the line with them is written. */
export interface Holding {
  /** Throws CommandError `answer-too-long`. */
  add(sizeBytes: number): void;
  release(): void;
}

/** Owns no stream: `output` does. */
export class RpcOutlet {
  readonly #output: Output;
  #heldBytes = 0;
  #isClosed = false;

  constructor(output: Output) {
    this.#output = output;
  }

  line(text: string): void {
    if (!this.#isClosed) this.#output.write(`${text}\n`);
  }

  /** Nothing is written any more. */
  close(): void {
    this.#isClosed = true;
  }

  /** Events can't be held back: who doesn't read them for too long is given up. */
  notify(record: JsonRecord): void {
    if (this.#waitingBytes > MAX_WAITING_BYTES) {
      const message = phrase`nobody reads stdout: more than 16 MiB wait there; read all that comes`;
      this.#output.abandon(new CommandError('no-output', message));
    }
    this.line(notificationText(record));
  }

  holding(): Holding {
    let ownBytes = 0;
    return {
      add: (sizeBytes) => {
        if (this.#waitingBytes + sizeBytes > MAX_WAITING_BYTES) throw tooLong();
        this.#heldBytes += sizeBytes;
        ownBytes += sizeBytes;
      },
      release: () => {
        this.#heldBytes -= ownBytes;
        ownBytes = 0;
      },
    };
  }

  get #waitingBytes(): number {
    return this.#heldBytes + this.#output.unreadBytes;
  }
}

function tooLong(): CommandError {
  return new CommandError(
    'answer-too-long',
    phrase`this answer, and what waits to be read, would be over 16 MiB; ask for less at a time`,
  );
}
