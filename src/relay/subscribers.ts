// Who is subscribed to one topic, and who of them is given its blobs as they come. Sends nothing.
import type { Login } from './directory.ts';
import { keyOf } from './recent-tokens.ts';

interface Subscriber {
  /** Guests are told of joins and given no blobs. */
  readonly standing: 'joined' | 'guest';
  /** The how manieth to go live; null: a guest, or a member who catches up first. */
  live: number | null;
}

export class Subscribers {
  readonly #all = new Map<Login, Subscriber>();
  #members = 0;
  #lastLive = 0;
  #onlySource: string | null = null;

  get size(): number {
    return this.#all.size;
  }

  get members(): number {
    return this.#members;
  }

  /** What stands for the one source that all are from; null where they are from several, or nobody is here. */
  get onlySource(): string | null {
    return this.#onlySource;
  }

  /** Whoever is live now has a number up to this. */
  get lastLive(): number {
    return this.#lastLive;
  }

  logins(): IterableIterator<Login> {
    return this.#all.keys();
  }

  standing(login: Login): 'joined' | 'guest' | null {
    return this.#all.get(login)?.standing ?? null;
  }

  /** Anew where it is here already; not live. */
  add(login: Login, standing: 'joined' | 'guest'): void {
    this.remove(login);
    this.#all.set(login, { standing, live: null });
    if (standing === 'joined') this.#members++;
    const source = keyOf(login.source);
    if (this.#all.size === 1) this.#onlySource = source;
    else if (source !== this.#onlySource) this.#onlySource = null;
  }

  remove(login: Login): void {
    if (this.standing(login) === 'joined') this.#members--;
    if (!this.#all.delete(login)) return;
    if (this.#onlySource === null || this.#all.size === 0) this.#onlySource = this.#sourceOfAll();
  }

  /** A member who has all that went out before is given what comes. */
  goLive(login: Login): void {
    const subscriber = this.#all.get(login);
    if (subscriber?.standing === 'joined') subscriber.live = ++this.#lastLive;
  }

  /** Those who are given what comes, with their numbers. */
  *live(): Generator<readonly [Login, number]> {
    for (const [login, { live }] of this.#all) if (live !== null) yield [login, live];
  }

  /** Most can't keep up. */
  get congested(): boolean {
    let congested = 0;
    for (const { connection } of this.#all.keys()) if (connection.congested) congested++;
    return congested * 2 > this.#all.size;
  }

  /**
   * The member who makes room for one more: the newest of the source that most are from, where those are more
   * than from the newcomer's, and more than `floor`. Null: nobody does.
   */
  memberThatYields({ source }: Login, floor: number): Login | null {
    const bySource = new Map<string, Login[]>();
    for (const [login, { standing }] of this.#all) {
      if (standing === 'guest') continue;
      const key = keyOf(login.source);
      const members = bySource.get(key);
      if (members === undefined) bySource.set(key, [login]);
      else members.push(login);
    }
    const own = bySource.get(keyOf(source)) ?? [];
    const most = [...bySource.values()].reduce((a, b) => (b.length > a.length ? b : a), own);
    return most.length > Math.max(own.length + 1, floor) ? (most.at(-1) ?? null) : null;
  }

  #sourceOfAll(): string | null {
    let only: string | null = null;
    for (const login of this.#all.keys()) {
      const source = keyOf(login.source);
      if (only !== null && source !== only) return null;
      only = source;
    }
    return only;
  }
}
