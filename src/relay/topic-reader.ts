// One member who catches up with a topic's log, a page at a time. Knows nothing of who else reads.
import { equalBytes } from '../protocol/bytes.ts';
import type { TopicId } from '../protocol/ids.ts';
import type { Login } from './directory.ts';
import { CATCH_UP_BYTES, PAGE_BYTES_A_REQUEST } from './limits.ts';
import { Segment } from './outbox.ts';
import type { LoggedSegment, RoomLog } from './room-log.ts';

/** A damaged segment holds nothing, and yet takes time. */
const MIN_READ_BYTES = 1_024;

export interface TopicReaderOptions {
  readonly log: RoomLog;
  readonly topic: TopicId;
  readonly login: Login;
  /** The number of the last blob that the member has. */
  readonly cursor: bigint;
  /** Told the token of each blob of the member's own, which it isn't sent: it may be about to repeat it. */
  readonly ownToken: (token: Uint8Array) => void;
}

/**
 * Goes through the log from the cursor on: what others said is sent, in its order; a damaged segment is passed
 * over. What is told to `ownToken` stays valid no longer than the call.
 */
export class TopicReader {
  readonly #options: TopicReaderOptions;
  #cursor: bigint;

  constructor(options: TopicReaderOptions) {
    this.#options = options;
    this.#cursor = options.cursor;
  }

  /** Queues the next page of what others said. False where the log held no more of it. Throws StorageError. */
  sendPage(): boolean {
    const { log, topic } = this.#options;
    // What is read counts as well as what is sent: a log full of the member's own must not hold us up.
    for (let readBytes = 0; readBytes < CATCH_UP_BYTES; ) {
      const logged = log.next(topic, this.#cursor);
      if (logged === null) return false;
      this.#send(logged);
      this.#cursor = logged.last;
      readBytes += Math.max(logged.frames.length, MIN_READ_BYTES);
      this.#options.login.requests.take(logged.frames.length / PAGE_BYTES_A_REQUEST);
    }
    return true;
  }

  #send({ sender, frames, parts }: LoggedSegment): void {
    const { login, cursor, ownToken } = this.#options;
    if (equalBytes(sender, login.sender)) {
      for (const { token } of parts) ownToken(token);
      return;
    }
    const segment = new Segment(frames);
    let [from, to] = [0, 0];
    for (const part of parts) {
      if (part.rseq <= cursor) continue;
      // What stands side by side goes out in one stretch.
      if (part.from !== to) {
        if (to > from) login.connection.sendSegment(segment, from, to);
        from = part.from;
      }
      to = part.to;
    }
    if (to > from) login.connection.sendSegment(segment, from, to);
  }
}
