// Token buckets: how much somebody may ask for. Knows no connections; whoever holds one makes them wait.

export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** Starts full. May go into debt by what was already read; `ready` says when that is paid back. */
export class TokenBucket {
  readonly #rate: Rate;
  #tokens: number;
  #countedAtMs: number;

  constructor(rate: Rate, nowMs: number) {
    this.#rate = rate;
    this.#tokens = rate.burst;
    this.#countedAtMs = nowMs;
  }

  take(tokens: number): void {
    this.#tokens -= tokens;
  }

  ready(nowMs: number): boolean {
    const earned = ((nowMs - this.#countedAtMs) * this.#rate.perSecond) / 1_000;
    this.#tokens = Math.min(this.#rate.burst, this.#tokens + earned);
    this.#countedAtMs = nowMs;
    return this.#tokens >= 0;
  }

  /** As if made anew: nobody need remember it. */
  isFull(nowMs: number): boolean {
    return this.ready(nowMs) && this.#tokens === this.#rate.burst;
  }
}
