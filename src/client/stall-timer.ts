// When a connection is alive and yet brings nothing of a file: its place is another's then.
import { phrase } from '../language/translate.ts';
import { TransportError } from './transport-error.ts';

/** A megabyte comes in less over any link that is of use. */
const STALL_MS = 60_000;

/** Runs until `end`, or until it calls back. */
export class StallTimer {
  readonly #timer: NodeJS.Timeout;
  #isOver = false;

  /** `fail` is called with TransportError `stalled`, once, when nothing has moved for a minute. */
  constructor(fail: (error: TransportError) => void, allowedMs = STALL_MS) {
    const code = 'stalled';
    const error = () => new TransportError(code, phrase`connection: ${code}`);
    this.#timer = setTimeout(() => fail(error()), allowedMs);
  }

  moved(): void {
    if (!this.#isOver) this.#timer.refresh();
  }

  end(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }
}
