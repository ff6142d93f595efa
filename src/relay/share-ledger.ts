// Who holds how much in which mailbox, or log, and in all: for quotas and fairness. Counts what a table holds;
// removes nothing.
import { type Load, type Measure, NOTHING, negative, type Origin, Shares, sum } from './shares.ts';

/** Shares of single places that are kept at hand; more are counted again when they are needed. */
const MAX_KNOWN_SHARES = 8_192;

/** What one sender holds from one source in one place. */
export interface PlacedLoad<Place> extends Origin {
  readonly place: Place;
  readonly load: Load;
}

export interface CountedTable<Place> {
  /** What is held in all places, or in one. Throws StorageError. */
  loads(place?: Place): Iterable<PlacedLoad<Place>>;
}

export interface LedgerMeasures {
  readonly inPlace: Measure;
  readonly inAll: Measure;
}

/** What is counted of every place. */
interface Totals<Place> {
  readonly places: Map<Place, Load>;
  readonly all: Shares;
}

/**
 * Counted from the table when first needed, and after `forget`. It is told of every change inside a
 * transaction, and afterwards how that ended: so a disk that refuses again and again is not counted again and
 * again. Reading throws StorageError.
 */
export class ShareLedger<Place extends string> {
  readonly #table: CountedTable<Place>;
  readonly #measures: LedgerMeasures;
  #totals: Totals<Place> | null = null;
  /** The one used last is last. */
  readonly #known = new Map<Place, Shares>();
  #knownShares = 0;
  /** Of the transaction that is open. */
  #changes: PlacedLoad<Place>[] = [];

  constructor(table: CountedTable<Place>, measures: LedgerMeasures) {
    this.#table = table;
    this.#measures = measures;
  }

  /** Of all places together. */
  get all(): Shares {
    return this.#counted().all;
  }

  load(place: Place): Load {
    return this.#counted().places.get(place) ?? NOTHING;
  }

  /** Of one place; good until the next change. */
  of(place: Place): Shares {
    const known = this.#known.get(place);
    if (known !== undefined) {
      this.#known.delete(place);
      this.#known.set(place, known);
      return known;
    }
    const shares = new Shares(this.#measures.inPlace);
    if (this.load(place).blobs > 0) {
      for (const { load, ...origin } of this.#table.loads(place)) shares.add(origin, load);
    }
    this.#known.set(place, shares);
    this.#knownShares += costOf(shares);
    this.#boundKnown();
    return shares;
  }

  add(place: Place, { source, sender }: Origin, load: Load): void {
    const change = { place, source, sender, load };
    this.#changes.push(change);
    this.#apply(change);
  }

  remove(place: Place, origin: Origin, load: Load): void {
    this.add(place, origin, negative(load));
  }

  /** The changes since the last call are durable. */
  keep(): void {
    this.#changes = [];
  }

  /** They did not happen: what was counted before them holds again. */
  undo(): void {
    const changes = this.#changes;
    this.#changes = [];
    for (const change of changes.reverse()) {
      this.#apply({ ...change, load: negative(change.load) });
    }
  }

  /** The rows are not what was counted: damage. All is counted again. */
  forget(): void {
    this.#totals = null;
    this.#known.clear();
    this.#knownShares = 0;
  }

  /** A change of what is not counted yet is only the table's. */
  #apply({ place, load, ...origin }: PlacedLoad<Place>): void {
    if (this.#totals !== null) addTotal(this.#totals, { place, load, ...origin });
    const shares = this.#known.get(place);
    if (shares === undefined) return;
    this.#knownShares -= costOf(shares);
    shares.add(origin, load);
    this.#knownShares += costOf(shares);
  }

  #counted(): Totals<Place> {
    if (this.#totals !== null) return this.#totals;
    const totals = { places: new Map<Place, Load>(), all: new Shares(this.#measures.inAll) };
    for (const load of this.#table.loads()) addTotal(totals, load);
    this.#totals = totals;
    return totals;
  }

  /** The last is in use. */
  #boundKnown(): void {
    for (const [place, shares] of this.#known) {
      if (this.#knownShares <= MAX_KNOWN_SHARES || this.#known.size === 1) return;
      this.#known.delete(place);
      this.#knownShares -= costOf(shares);
    }
  }
}

/** A place in which nobody holds anything is remembered as well. */
function costOf({ senders }: Shares): number {
  return senders + 1;
}

function addTotal<Place>(
  totals: Totals<Place>,
  { place, load, ...origin }: PlacedLoad<Place>,
): void {
  const inPlace = sum(totals.places.get(place) ?? NOTHING, load);
  if (inPlace.blobs > 0) totals.places.set(place, inPlace);
  else totals.places.delete(place);
  totals.all.add(origin, load);
}
