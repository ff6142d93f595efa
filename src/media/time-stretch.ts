// Speech faster at the same pitch: WSOLA (Verhelst and Roelands, 1993). Pure; works on samples as they come.

/** How fast a note can be played. */
export const SPEEDS = [1, 1.5, 2] as const;
export type Speed = (typeof SPEEDS)[number];

/** What is crossfaded at a time, 20 ms: a voice's deepest tone has a period in it. */
const HOP = 960;
/** How far the next piece may be moved so that it goes on as the last one would have: 10 ms either way. */
const SEARCH = 480;
/** The search first looks at every fourth place, by every fourth sample. */
const COARSE = 4;

const FADE_IN = Float32Array.from(
  { length: HOP },
  (_, at) => 0.5 - 0.5 * Math.cos((Math.PI * (at + 0.5)) / HOP),
);

/** Drops stretches of a voice where they look like the ones beside them. */
export class TimeStretch {
  readonly #speed: number;
  #source = new Int16Array(0);
  /** The source's sample that `#source` begins with. */
  #base = 0;
  #ended = false;
  #hops = 0;
  /** Where in the source the last piece was taken from. */
  #last = 0;
  #done = false;

  /** `speed` 1 to 4. */
  constructor(speed: number) {
    this.#speed = speed;
  }

  /** More of the source; nothing: that was all. */
  push(samples: Int16Array): void {
    if (samples.length === 0) {
      this.#ended = true;
      return;
    }
    const kept = this.#source.subarray(this.#neededFrom() - this.#base);
    const source = new Int16Array(kept.length + samples.length);
    source.set(kept);
    source.set(samples, kept.length);
    this.#base += this.#source.length - kept.length;
    this.#source = source;
  }

  get isDone(): boolean {
    return this.#done;
  }

  /** The next 20 ms; null: it needs more of the source, or that was all. */
  take(): Int16Array | null {
    if (this.#done) return null;
    const nominal = Math.round(this.#hops * HOP * this.#speed);
    if (this.#end() < nominal + SEARCH + 2 * HOP) return this.#ended ? this.#rest() : null;
    const from = this.#hops === 0 ? 0 : this.#bestNear(nominal);
    const piece = this.#hops === 0 ? this.#at(0, HOP).slice() : this.#crossfade(from, HOP);
    this.#last = from;
    this.#hops += 1;
    return piece;
  }

  /** From here on the source is still looked at: by the crossfade, or by the next search. */
  #neededFrom(): number {
    const next = Math.round(this.#hops * HOP * this.#speed) - SEARCH;
    return Math.max(this.#base, Math.min(this.#end(), next, this.#last + HOP));
  }

  #end(): number {
    return this.#base + this.#source.length;
  }

  #at(from: number, count: number): Int16Array {
    return this.#source.subarray(from - this.#base, from - this.#base + count);
  }

  /** What would have come next, into what comes. */
  #crossfade(from: number, count: number): Int16Array {
    const out = this.#at(this.#last + HOP, count);
    const into = this.#at(from, count);
    return Int16Array.from({ length: count }, (_, at) => {
      const fade = FADE_IN[Math.floor((at * HOP) / count)] ?? 1;
      return Math.round((out[at] ?? 0) * (1 - fade) + (into[at] ?? 0) * fade);
    });
  }

  #bestNear(nominal: number): number {
    const continued = this.#at(this.#last + HOP, HOP);
    const lowest = Math.max(this.#base, nominal - SEARCH);
    const rough = this.#best(continued, { from: lowest, to: nominal + SEARCH, step: COARSE });
    const from = Math.max(lowest, rough - COARSE);
    return this.#best(continued, { from, to: rough + COARSE, step: 1 });
  }

  /** The place most alike by normalized cross-correlation. */
  #best(
    continued: Int16Array,
    { from, to, step }: { readonly from: number; readonly to: number; readonly step: number },
  ): number {
    let best = from;
    let most = Number.NEGATIVE_INFINITY;
    for (let place = from; place <= to; place += step) {
      const likeness = this.#likeness(continued, place, step);
      if (likeness <= most) continue;
      most = likeness;
      best = place;
    }
    return best;
  }

  #likeness(continued: Int16Array, place: number, step: number): number {
    const offset = place - this.#base;
    let product = 0;
    let energy = 1;
    for (let at = 0; at < HOP; at += step) {
      const sample = this.#source[offset + at] ?? 0;
      product += sample * (continued[at] ?? 0);
      energy += sample * sample;
    }
    return product / Math.sqrt(energy);
  }

  /** Near the end there is too little to choose from: what is left of the time is the source's end. */
  #rest(): Int16Array {
    this.#done = true;
    const count = Math.max(0, Math.round(this.#end() / this.#speed) - this.#hops * HOP);
    const from = this.#end() - count;
    if (this.#hops === 0) return this.#at(from, count).slice();
    const faded = Math.min(HOP, count);
    const rest = new Int16Array(count);
    rest.set(this.#crossfade(from, faded));
    rest.set(this.#at(from + faded, count - faded), faded);
    return rest;
  }
}
