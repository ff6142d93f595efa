// Connections that carry a file: who has how many, and what each may take of memory. Knows no frame.
import type { Code } from '../protocol/codes.ts';
import type { PeerId } from '../protocol/ids.ts';
import type { Connection } from './connection.ts';
import { type ConnectionLabel, fingerprintLabel } from './events.ts';
import { MIN_CARRIED_BYTES, type RelayLimits } from './limits.ts';
import { networkOf } from './network.ts';
import type { Origin } from './shares.ts';

/** A connection that proved whose it is, and carries one file. `sender` and `source` are as in `Login`. */
export interface Carrier extends Origin {
  readonly connection: Connection;
  readonly id: PeerId;
}

type CarrierLimits = Pick<
  RelayLimits,
  'carriers' | 'carriersAPerson' | 'carriersFloor' | 'carriedBytes' | 'carriedBytesInAll'
>;

/** All that are logged in. */
export class Carriers {
  readonly #limits: CarrierLimits;
  readonly #byPerson = new Map<PeerId, Set<Carrier>>();
  /** By machine; the newest of each is last. */
  readonly #bySource = new Map<string, Set<Carrier>>();
  #count = 0;

  constructor(limits: CarrierLimits) {
    this.#limits = limits;
  }

  /** How many there are. */
  get count(): number {
    return this.#count;
  }

  /** What one may hold in memory: less where there are many. */
  get shareBytes(): number {
    const { carriedBytes, carriedBytesInAll } = this.#limits;
    const share = carriedBytesInAll / Math.max(1, this.#count);
    return Math.max(MIN_CARRIED_BYTES, Math.min(carriedBytes, share));
  }

  /**
   * False where there is no place for it. Where all are taken, the newest of the machine that has most gives way, as
   * among people's connections (admission.ts).
   */
  enter(carrier: Carrier): boolean {
    const { carriers, carriersAPerson } = this.#limits;
    if ((this.#byPerson.get(carrier.id)?.size ?? 0) >= carriersAPerson) return false;
    if (this.#count >= carriers && !this.#makeRoom(sourceOf(carrier))) return false;
    addTo(this.#byPerson, carrier.id, carrier);
    addTo(this.#bySource, sourceOf(carrier), carrier);
    this.#count++;
    return true;
  }

  leave(carrier: Carrier): void {
    if (!removeFrom(this.#byPerson, carrier.id, carrier)) return;
    removeFrom(this.#bySource, sourceOf(carrier), carrier);
    this.#count--;
  }

  /** Who carries something. */
  people(): Iterable<PeerId> {
    return this.#byPerson.keys();
  }

  /** Ends all of one person. */
  endAll(id: PeerId, code: Code, detail: string): void {
    for (const { connection } of [...(this.#byPerson.get(id) ?? [])]) connection.end(code, detail);
  }

  #makeRoom(source: string): boolean {
    const own = this.#bySource.get(source)?.size ?? 0;
    let most: ReadonlySet<Carrier> = new Set();
    for (const ofSource of this.#bySource.values()) if (ofSource.size > most.size) most = ofSource;
    const newest = [...most].at(-1);
    const isSafe = most.size <= Math.max(own + 1, this.#limits.carriersFloor);
    if (newest === undefined || isSafe) return false;
    newest.connection.end('too-many-connections', 'made room for another machine');
    return true;
  }
}

function sourceOf({ connection }: Carrier): string {
  return networkOf(connection.address);
}

function addTo<K>(sets: Map<K, Set<Carrier>>, key: K, carrier: Carrier): void {
  const set = sets.get(key) ?? new Set();
  set.add(carrier);
  sets.set(key, set);
}

function removeFrom<K>(sets: Map<K, Set<Carrier>>, key: K, carrier: Carrier): boolean {
  const set = sets.get(key);
  const found = set?.delete(carrier) ?? false;
  if (set?.size === 0) sets.delete(key);
  return found;
}

export function carrierLabel({ connection, id }: Carrier): ConnectionLabel {
  const { id: number, address } = connection;
  return { connection: number, address, fingerprint: fingerprintLabel(id) };
}
