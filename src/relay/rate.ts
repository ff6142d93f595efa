// Token buckets: how much one connection may ask for. Knows no connections; whoever holds one stops reading.

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
}
