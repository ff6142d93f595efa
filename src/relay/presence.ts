// Tells everybody who is connected: all of it to newcomers, changes to the others.
import { encodeFrame, type PresenceEntry } from '../protocol/frames.ts';
import { MAX_PRESENCE_ENTRIES } from '../protocol/limits.ts';
import type { Connection } from './connection.ts';
import { type Directory, type Person, presenceOf } from './directory.ts';
import { type News, pages } from './news.ts';
import type { Segment } from './outbox.ts';
import type { Tick } from './tick.ts';

/** Encodes each state once, however many are told. */
export class Presence {
  readonly #directory: Directory;
  readonly #news: News;
  readonly #tick: Tick;
  readonly #changed = new Set<Person>();
  #newcomers: Connection[] = [];

  constructor(directory: Directory, { news, tick }: { readonly news: News; readonly tick: Tick }) {
    this.#directory = directory;
    this.#news = news;
    this.#tick = tick;
  }

  changed(person: Person): void {
    this.#changed.add(person);
    this.#news.changed(this);
  }

  /** Will be told of everybody in this turn. */
  welcome(connection: Connection): void {
    this.#newcomers.push(connection);
    this.#tick.gather(this);
  }

  /** Tells this turn's newcomers. */
  flush(): void {
    const shown = [...this.#directory.present()].filter(({ hidden }) => !hidden);
    const everybody = shown.map(({ person }) => presenceOf(person));
    const segment = presenceFrames(everybody);
    for (const connection of this.#newcomers) connection.sendSegment(segment);
    this.#newcomers = [];
  }

  tell(): void {
    const segment = presenceFrames(Array.from(this.#changed, presenceOf));
    this.#changed.clear();
    for (const { connection } of this.#directory.present()) connection.sendSegment(segment);
  }
}

function presenceFrames(entries: readonly PresenceEntry[]): Segment {
  return pages(entries, MAX_PRESENCE_ENTRIES, (page, complete) =>
    encodeFrame({ type: 'presence', req: 0, complete, entries: page }),
  );
}
