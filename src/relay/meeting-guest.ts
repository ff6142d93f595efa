// One end of a meeting: waits there, and is joined.
import type { Frame, FrameOf } from '../protocol/frames.ts';
import type { MeetingId } from '../protocol/ids.ts';
import type { Carrier } from './carriers.ts';
import type { Carriage } from './carrying.ts';
import type { Guest, Meetings } from './meetings.ts';
import type { Pipe } from './pipe.ts';

export class MeetingGuest implements Carriage, Guest {
  readonly carrier: Carrier;
  readonly req: number;
  readonly #meeting: MeetingId;
  readonly #meetings: Meetings;
  #pipe: Pipe | null = null;

  constructor(carrier: Carrier, { req, meeting }: FrameOf<'meet'>, meetings: Meetings) {
    this.carrier = carrier;
    this.req = req;
    this.#meeting = meeting;
    this.#meetings = meetings;
  }

  begin(): void {
    this.#meetings.meet(this, this.#meeting);
  }

  joined(pipe: Pipe): void {
    this.#pipe = pipe;
  }

  /** Once joined, frames are not read here. */
  received(frame: Frame): void {
    this.carrier.connection.end('unexpected', `${frame.type} before anybody is there`);
  }

  ended(): void {
    this.#meetings.left(this, this.#meeting, this.#pipe);
  }

  /** Who waits is told when it is enough. */
  hasMoved(): boolean {
    return this.#pipe?.hasMoved() ?? false;
  }
}
