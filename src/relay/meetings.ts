// Where two connections that carry a file find each other. Knows no file.
import type { MeetingId } from '../protocol/ids.ts';
import { MEETING_WAIT_MS } from '../protocol/limits.ts';
import { type Carrier, carrierLabel } from './carriers.ts';
import type { Clock } from './clock.ts';
import type { EventLog } from './events.ts';
import type { PaceContext } from './pace.ts';
import { Pipe } from './pipe.ts';

/** One who came. */
export interface Guest {
  readonly carrier: Carrier;
  /** Of their MEET. */
  readonly req: number;
  /** The other is here; everything goes to them from now on. */
  joined(pipe: Pipe): void;
}

export interface MeetingsContext extends PaceContext {
  readonly clock: Clock;
  readonly events: EventLog;
}

export class Meetings {
  readonly #context: MeetingsContext;
  readonly #waiting = new Map<MeetingId, { readonly guest: Guest; readonly cancel: () => void }>();
  readonly #joined = new Map<MeetingId, Pipe>();

  constructor(context: MeetingsContext) {
    this.#context = context;
  }

  /** Joins the second with the first; a third is told that nobody is here for them. */
  meet(guest: Guest, meeting: MeetingId): void {
    const { connection, id } = guest.carrier;
    if (this.#joined.has(meeting)) {
      refuse(guest);
      return;
    }
    const first = this.#waiting.get(meeting);
    this.#forget(meeting);
    if (first !== undefined && first.guest.carrier.id !== id) {
      this.#join(first.guest, guest, meeting);
      return;
    }
    // Whoever comes again has lost the connection on which they waited.
    first?.guest.carrier.connection.end('replaced', 'came to the same meeting anew');
    const cancel = this.#context.clock.after(MEETING_WAIT_MS, () => {
      this.#waiting.delete(meeting);
      if (!connection.ended) refuse(guest);
    });
    this.#waiting.set(meeting, { guest, cancel });
  }

  /** A guest's connection has ended. */
  left(guest: Guest, meeting: MeetingId, pipe: Pipe | null): void {
    if (this.#waiting.get(meeting)?.guest === guest) this.#forget(meeting);
    if (pipe === null || this.#joined.get(meeting) !== pipe) return;
    this.#joined.delete(meeting);
    pipe.end();
  }

  close(): void {
    for (const meeting of [...this.#waiting.keys()]) this.#forget(meeting);
  }

  #join(first: Guest, second: Guest, meeting: MeetingId): void {
    for (const { carrier, req } of [first, second]) carrier.connection.sendDone(req);
    const [one, other] = [first.carrier.connection, second.carrier.connection];
    const pipe = new Pipe(one, other, this.#context);
    this.#joined.set(meeting, pipe);
    for (const guest of [first, second]) guest.joined(pipe);
    this.#context.events.emit({
      type: 'met',
      ...carrierLabel(first.carrier),
      with: carrierLabel(second.carrier),
    });
    pipe.begin();
  }

  #forget(meeting: MeetingId): void {
    this.#waiting.get(meeting)?.cancel();
    this.#waiting.delete(meeting);
  }
}

function refuse({ carrier, req }: Guest): void {
  carrier.connection.send({ type: 'error', req, code: 'not-here' });
}
