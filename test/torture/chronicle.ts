// What has happened in a round, in order: counted, kept for whoever looks into a failure, and waited for.
import type { News } from './books.ts';

/** What kills are timed by: what was told of messages, and how far a process has come. */
export type Happening = News | 'started' | 'open' | 'online';

const MAX_NOTE_CHARACTERS = 600;

export class Chronicle {
  readonly #startMs = performance.now();
  readonly #lines: string[] = [];
  readonly #counts = new Map<Happening, number>();
  #reports = 0;
  #problem: string | null = null;
  #look: () => void = () => undefined;

  /** How often it has happened, to anybody. */
  count(happening: Happening): number {
    return this.#counts.get(happening) ?? 0;
  }

  happened(happening: Happening): void {
    this.#counts.set(happening, this.count(happening) + 1);
  }

  /** How many reports have come. */
  get reports(): number {
    return this.#reports;
  }

  /** A line each, with the seconds since the start. */
  get text(): string {
    return this.#lines.join('');
  }

  note(line: string): void {
    const seconds = ((performance.now() - this.#startMs) / 1_000).toFixed(3);
    this.#lines.push(`${seconds.padStart(8)} ${line.slice(0, MAX_NOTE_CHARACTERS)}\n`);
  }

  /** A report has come: `take` throws an Error where it may not say that. */
  report(from: string, report: object, take: () => void): void {
    this.#reports++;
    this.note(`${from} ${JSON.stringify(report)}`);
    try {
      take();
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      this.#problem ??= error.message;
    }
    this.#look();
  }

  /** What must not be: it is thrown at whoever waits, now or next. */
  fail(problem: string): void {
    this.note(problem);
    this.#problem ??= problem;
    this.#look();
  }

  /** Whether `isSo` holds, now or after a report within that time. Throws the first problem there was. */
  async until(isSo: () => boolean, timeoutMs: number): Promise<boolean> {
    const isOver = () => this.#problem !== null || isSo();
    if (!isOver()) await this.#waitFor(isOver, timeoutMs);
    if (this.#problem !== null) throw new Error(this.#problem);
    return isSo();
  }

  async #waitFor(isOver: () => boolean, timeoutMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#look = () => {
        if (!isOver()) return;
        clearTimeout(timer);
        resolve();
      };
    });
    this.#look = () => undefined;
  }
}
