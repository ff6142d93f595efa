// Two connections that meet: what one sends goes to the other as it is. Reads no frame, and keeps little.
import type { ByteSink, Connection } from './connection.ts';
import { FrameBoundary } from './frame-boundary.ts';
import { Pace, type PaceContext } from './pace.ts';

/** Pings alone are less than this in any time that counts. */
const CHUNK_LIKE_BYTES = 64 * 1024;

/** Ends both when one ends; whoever owns the connections says so. */
export class Pipe {
  readonly #there: Flow;
  readonly #back: Flow;
  #movedBytes = 0;

  constructor(one: Connection, other: Connection, context: PaceContext) {
    this.#there = new Flow(one, other, context);
    this.#back = new Flow(other, one, context);
  }

  begin(): void {
    const { from: one } = this.#there;
    const { from: other } = this.#back;
    const early = [
      one.passTo(sinkOf(this.#there, this.#back)),
      other.passTo(sinkOf(this.#back, this.#there)),
    ] as const;
    this.#there.pass(early[0]);
    this.#back.pass(early[1]);
  }

  /** Whether about a chunk went since the last call. */
  hasMoved(): boolean {
    const moved = this.#there.bytes + this.#back.bytes;
    const hasMoved = moved - this.#movedBytes >= CHUNK_LIKE_BYTES;
    if (hasMoved) this.#movedBytes = moved;
    return hasMoved;
  }

  /** One of them is gone. */
  end(): void {
    for (const { from } of [this.#there, this.#back]) {
      from.end('not-here', 'the other end is gone');
    }
  }
}

/** One direction. */
class Flow {
  readonly from: Connection;
  readonly #to: Connection;
  readonly #pace: Pace;
  readonly boundary = new FrameBoundary();
  readonly #taken = () => this.#pace.taken();
  bytes = 0;

  constructor(from: Connection, to: Connection, context: PaceContext) {
    this.from = from;
    this.#to = to;
    this.#pace = new Pace(from, () => to.passingBytes, context);
  }

  pass(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.boundary.pass(bytes);
    this.#to.pass(bytes, this.#taken);
    this.bytes += bytes.length;
    this.#pace.read(bytes.length);
  }
}

/** Of the connection that `out` reads and `back` writes to. */
function sinkOf(out: Flow, back: Flow): ByteSink {
  return {
    passed: (bytes) => out.pass(bytes),
    get endsWhole() {
      return back.boundary.isAtEnd;
    },
  };
}
