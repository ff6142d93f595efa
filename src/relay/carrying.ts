// What a connection that carries a file may say: one of KEEP, TAKE, MEET and DROP, and what belongs to it.
import { fileIdAmongAll } from '../crypto/file-chunks.ts';
import { ProtocolError } from '../protocol/errors.ts';
import type { Frame } from '../protocol/frames.ts';
import type { Carrier, Carriers } from './carriers.ts';
import type { Clock } from './clock.ts';
import { Dropping } from './dropping.ts';
import { Keeping } from './keeping.ts';
import type { RelayLimits } from './limits.ts';
import { MeetingGuest } from './meeting-guest.ts';
import type { Meetings } from './meetings.ts';
import type { PaceContext } from './pace.ts';
import type { Stores } from './stores.ts';
import { Taking } from './taking.ts';

export interface CarryingContext {
  readonly clock: Clock;
  readonly limits: RelayLimits;
  readonly carriers: Carriers;
  readonly meetings: Meetings;
  readonly stores: Stores;
  readonly pace: PaceContext;
}

/** One file on its way over one connection. */
export interface Carriage {
  /** Once, when everything else can be called. */
  begin(): void;
  /** Every frame but PING and END; a ProtocolError ends the connection. */
  received(frame: Frame): void;
  ended(): void;
  /** Whether something of the file came or went since the last call. */
  hasMoved(): boolean;
}

/** From READY to the connection's end. */
export class Carrying {
  readonly carrier: Carrier;
  readonly #context: CarryingContext;
  #carriage: Carriage | null = null;
  #movedAtMs: number;

  constructor(carrier: Carrier, context: CarryingContext) {
    this.carrier = carrier;
    this.#context = context;
    this.#movedAtMs = context.clock.nowMs();
  }

  received(frame: Frame): void {
    if (frame.type === 'ping' || frame.type === 'end') return;
    if (this.#carriage !== null) this.#carriage.received(frame);
    else this.#begin(frame);
  }

  ended(): void {
    this.#context.carriers.leave(this.carrier);
    this.#carriage?.ended();
  }

  /** The relay's heartbeat: a connection over which nothing comes or goes has no place for long. */
  beat(nowMs: number): void {
    const { carrierIdleMs, handshakeMs } = this.#context.limits;
    if (this.#carriage?.hasMoved()) this.#movedAtMs = nowMs;
    const allowedMs = this.#carriage === null ? handshakeMs : carrierIdleMs;
    if (nowMs - this.#movedAtMs <= allowedMs) return;
    this.carrier.connection.end('silent', `carried nothing for ${allowedMs} ms`);
  }

  #begin(frame: Frame): void {
    if (frame.req === 0) throw new ProtocolError(`${frame.type} without a request number`);
    this.#carriage = this.#carriageFor(frame);
    if (this.#carriage !== null) this.#carriage.begin();
    else this.carrier.connection.end('unexpected', `${frame.type} on a connection for a file`);
  }

  #carriageFor(frame: Frame): Carriage | null {
    const { carrier } = this;
    const { meetings, stores, pace } = this.#context;
    switch (frame.type) {
      case 'keep': {
        // Whoever knows another's, as all in a room do, can't take it first.
        const file = fileIdAmongAll(carrier.sender, frame.file);
        return new Keeping(carrier, { ...frame, file }, { shelf: stores.files, pace });
      }
      case 'take': {
        const file = fileIdAmongAll(stores.senderHash(frame.owner), frame.file);
        return new Taking(carrier, { ...frame, file }, { shelf: stores.files, pace });
      }
      case 'meet':
        return new MeetingGuest(carrier, frame, meetings);
      case 'drop':
        return new Dropping(carrier, frame.req, {
          shelf: stores.files,
          file: fileIdAmongAll(carrier.sender, frame.file),
        });
      default:
        return null;
    }
  }
}
