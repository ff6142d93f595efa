// How fast a connection that carries a file is read: as fast as it is taken on, and a part of each turn.
import type { Connection } from './connection.ts';
import { CARRIED_BYTES_A_TURN, MIN_CARRIED_BYTES } from './limits.ts';
import type { Tick } from './tick.ts';

export interface PaceContext {
  readonly tick: Tick;
  /** What one may have read and not passed on, see `Carriers.shareBytes`. */
  readonly shareBytes: () => number;
  /** How many connections carry a file. */
  readonly carriers: () => number;
}

/** Pauses the connection, and has it go on. */
export class Pace {
  readonly #connection: Connection;
  readonly #waitingBytes: () => number;
  readonly #context: PaceContext;
  #turnBytes = 0;
  #isPaused = false;

  /** `waitingBytes`: what was read from the connection and is in memory. */
  constructor(connection: Connection, waitingBytes: () => number, context: PaceContext) {
    this.#connection = connection;
    this.#waitingBytes = waitingBytes;
    this.#context = context;
  }

  /** So much more was read. */
  read(bytes: number): void {
    // What is left of a turn is the other connections'.
    if (this.#turnBytes === 0) this.#context.tick.write({ flush: () => this.#endTurn() });
    this.#turnBytes += bytes;
    if (this.#isPaused || !this.#isFull(1)) return;
    this.#isPaused = true;
    this.#connection.pause();
  }

  /** Some of what waited is gone. */
  taken(): void {
    if (!this.#isPaused || this.#isFull(1 / 2)) return;
    this.#isPaused = false;
    this.#connection.resume();
  }

  #endTurn(): void {
    this.#turnBytes = 0;
    this.taken();
  }

  #isFull(part: number): boolean {
    const { shareBytes, carriers } = this.#context;
    const aTurn = Math.max(MIN_CARRIED_BYTES, CARRIED_BYTES_A_TURN / carriers());
    return this.#turnBytes >= aTurn || this.#waitingBytes() > shareBytes() * part;
  }
}
