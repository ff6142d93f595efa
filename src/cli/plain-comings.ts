// Who comes and goes, in the plain interface: the first at once, those who follow closely in one line. Knows no session.
import type { SafeText } from '../ui/safe-text.ts';
import { safeTemplate as t } from '../ui/safe-text.ts';
import type { Schedule } from '../ui/schedule.ts';
import type { Show } from './lines.ts';

/** While a crowd comes, a line so often. */
const PAUSE_MS = 2_000;
/** People that one line names; more are counted. */
const MAX_NAMED = 8;

export type Coming = 'joined' | 'left';

interface Group {
  readonly what: Coming;
  readonly room: SafeText;
  readonly names: SafeText[];
}

/** Owns a timer while somebody has come; `close()` ends it. */
export class Comings {
  readonly #show: Show;
  readonly #schedule: Schedule;
  #waiting: Group[] = [];
  #cancelPause: (() => void) | null = null;

  constructor(show: Show, schedule: Schedule) {
    this.#show = show;
    this.#schedule = schedule;
  }

  add(what: Coming, who: SafeText, room: SafeText): void {
    const last = this.#waiting.at(-1);
    if (last?.what === what && last.room === room) last.names.push(who);
    else this.#waiting.push({ what, room, names: [who] });
    if (this.#cancelPause === null) this.#tell();
  }

  /** Says what has not been said yet. */
  close(): void {
    this.#cancelPause?.();
    this.#flush();
  }

  #tell(): void {
    this.#cancelPause = null;
    if (this.#waiting.length === 0) return;
    this.#flush();
    this.#cancelPause = this.#schedule(() => this.#tell(), PAUSE_MS);
  }

  #flush(): void {
    const lines = this.#waiting.map(lineOf);
    this.#waiting = [];
    if (lines.length > 0) this.#show(...lines);
  }
}

function lineOf({ what, room, names }: Group): SafeText {
  const [first = t`somebody`, ...rest] = names.slice(0, MAX_NAMED);
  const list = rest.reduce((all, name) => t`${all}, ${name}`, first);
  const more = names.length - 1 - rest.length;
  if (what === 'joined') {
    return more > 0 ? t`-- ${list} and ${more} more joined ${room}` : t`-- ${list} joined ${room}`;
  }
  return more > 0 ? t`-- ${list} and ${more} more left ${room}` : t`-- ${list} left ${room}`;
}
