// How fast something goes: over the last seconds, so that it neither jumps nor lags. No clock of its own.

const WINDOW_MS = 3_000;

export class Pace {
  /** When how many bytes were there; the first is the oldest that counts. */
  #marks: { readonly atMs: number; readonly bytes: number }[] = [];

  mark(bytes: number, atMs: number): void {
    this.#marks.push({ atMs, bytes });
    const isOld = (at: number) => (this.#marks[at]?.atMs ?? atMs) < atMs - WINDOW_MS;
    while (isOld(1)) this.#marks.shift();
  }

  /** Null while nothing can be said. */
  get bytesPerSecond(): number | null {
    const first = this.#marks[0];
    const last = this.#marks.at(-1);
    if (first === undefined || last === undefined || last.atMs <= first.atMs) return null;
    return Math.round(((last.bytes - first.bytes) * 1_000) / (last.atMs - first.atMs));
  }
}
