// Who has how much in whose mailbox: for quotas and fairness. Counts what the table holds; removes nothing.
import type { PeerPrefix } from '../protocol/ids.ts';
import type { RelayLimits } from './limits.ts';
import type { Load, MailTable, Route } from './mail-table.ts';
import { keyOf } from './recent-tokens.ts';

/** Mailboxes and senders in them that are kept at hand; more are counted again when they are needed. */
const MAX_KNOWN_SHARES = 8_192;
const NOTHING: Load = { blobs: 0, bytes: 0 };

/** What one sender has in a mailbox from one source. */
export interface Share {
  readonly source: Uint8Array;
  readonly sender: Uint8Array;
  load: Load;
}

/** What one source has in a mailbox. */
interface SourceShare {
  readonly senders: Map<string, Share>;
  load: Load;
}

type Shares = Map<string, SourceShare>;

interface InAll {
  readonly source: Uint8Array;
  bytes: number;
}

/** What is counted of every mailbox and every source. */
interface Totals {
  readonly boxes: Map<PeerPrefix, Load>;
  readonly sources: Map<string, InAll>;
  bytes: number;
}

/**
 * Counted from the table when first needed, and after `forget`: a change of what is not counted yet is only
 * the table's. Reading throws StorageError.
 */
export class MailLedger {
  readonly #table: MailTable;
  readonly #limits: Pick<RelayLimits, 'mailboxBlobs' | 'mailboxBytes'>;
  #totals: Totals | null = null;
  /** The one used last is last. */
  readonly #shares = new Map<PeerPrefix, Shares>();
  #knownShares = 0;

  constructor(table: MailTable, limits: Pick<RelayLimits, 'mailboxBlobs' | 'mailboxBytes'>) {
    this.#table = table;
    this.#limits = limits;
  }

  get bytesInAll(): number {
    return this.#counted().bytes;
  }

  box(recipient: PeerPrefix): Load {
    return this.#counted().boxes.get(recipient) ?? NOTHING;
  }

  /** What a sender has in a mailbox, wherever it came from. */
  ofSender({ recipient, sender }: Omit<Route, 'source'>): Load {
    const key = keyOf(sender);
    let load = NOTHING;
    for (const { senders } of this.#sharesOf(recipient).values()) {
      load = sum(load, senders.get(key)?.load ?? NOTHING);
    }
    return load;
  }

  /** What a sender has in a mailbox from this source. */
  share({ recipient, source, sender }: Route): Load {
    const shares = this.#sharesOf(recipient).get(keyOf(source));
    return shares?.senders.get(keyOf(sender))?.load ?? NOTHING;
  }

  ofSource({ recipient, source }: Omit<Route, 'sender'>): Load {
    return this.#sharesOf(recipient).get(keyOf(source))?.load ?? NOTHING;
  }

  /** The part of a full mailbox that this is, by number or by bytes, whichever is more. */
  weight({ blobs, bytes }: Load): number {
    return Math.max(blobs / this.#limits.mailboxBlobs, bytes / this.#limits.mailboxBytes);
  }

  /** The largest share of the source with the most in a mailbox, and what that is; null where it is empty. */
  heaviest(recipient: PeerPrefix): { readonly load: Load; readonly share: Share } | null {
    const found = this.#heaviestOf(this.#sharesOf(recipient).values());
    const share = found === null ? null : this.#heaviestOf(found.senders.values());
    return found === null || share === null ? null : { load: found.load, share };
  }

  /** The largest share that comes from this source; null where there is none. */
  heaviestFrom({ recipient, source }: Omit<Route, 'sender'>): Share | null {
    const found = this.#sharesOf(recipient).get(keyOf(source));
    return found === undefined ? null : this.#heaviestOf(found.senders.values());
  }

  bytesOfSource(source: Uint8Array): number {
    return this.#counted().sources.get(keyOf(source))?.bytes ?? 0;
  }

  /** The source with the most bytes in all mailboxes; null where all are empty. */
  heaviestSource(): Readonly<InAll> | null {
    let heaviest: InAll | null = null;
    for (const source of this.#counted().sources.values()) {
      if (source.bytes > (heaviest?.bytes ?? 0)) heaviest = source;
    }
    return heaviest;
  }

  add(route: Route, sizeBytes: number): void {
    this.#change(route, { blobs: 1, bytes: sizeBytes });
  }

  remove(route: Route, sizeBytes: number): void {
    this.#change(route, { blobs: -1, bytes: -sizeBytes });
  }

  /** What was counted did not happen, or the rows changed otherwise. */
  forget(): void {
    this.#totals = null;
    this.#shares.clear();
    this.#knownShares = 0;
  }

  #heaviestOf<T extends { readonly load: Load }>(shares: Iterable<T>): T | null {
    let heaviest: T | null = null;
    let most = 0;
    for (const share of shares) {
      const weight = this.weight(share.load);
      if (weight <= most) continue;
      heaviest = share;
      most = weight;
    }
    return heaviest;
  }

  #counted(): Totals {
    if (this.#totals !== null) return this.#totals;
    const totals: Totals = { boxes: new Map(), sources: new Map(), bytes: 0 };
    for (const { recipient, source, load } of this.#table.loads()) {
      addTotal(totals, { recipient, source }, load);
    }
    this.#totals = totals;
    return totals;
  }

  #sharesOf(recipient: PeerPrefix): Shares {
    const known = this.#shares.get(recipient);
    if (known !== undefined) {
      this.#shares.delete(recipient);
      this.#shares.set(recipient, known);
      return known;
    }
    const shares: Shares = new Map();
    this.#shares.set(recipient, shares);
    this.#knownShares++;
    if (this.box(recipient).blobs > 0) {
      for (const { source, sender, load } of this.#table.loads(recipient)) {
        this.#knownShares += addShare(shares, { source, sender, load });
      }
    }
    this.#forgetShares(recipient);
    return shares;
  }

  #forgetShares(except: PeerPrefix): void {
    for (const [recipient, shares] of this.#shares) {
      if (this.#knownShares <= MAX_KNOWN_SHARES || recipient === except) return;
      this.#shares.delete(recipient);
      this.#knownShares--;
      for (const { senders } of shares.values()) this.#knownShares -= senders.size;
    }
  }

  #change(route: Route, by: Load): void {
    if (this.#totals !== null) addTotal(this.#totals, route, by);
    const shares = this.#shares.get(route.recipient);
    if (shares === undefined) return;
    const { source, sender } = route;
    this.#knownShares += addShare(shares, { source, sender, load: by });
  }
}

function addTotal(totals: Totals, of: Omit<Route, 'sender'>, by: Load): void {
  const box = sum(totals.boxes.get(of.recipient) ?? NOTHING, by);
  if (box.blobs > 0) totals.boxes.set(of.recipient, box);
  else totals.boxes.delete(of.recipient);
  const key = keyOf(of.source);
  const source = totals.sources.get(key) ?? { source: of.source, bytes: 0 };
  source.bytes += by.bytes;
  if (source.bytes > 0) totals.sources.set(key, source);
  else totals.sources.delete(key);
  totals.bytes += by.bytes;
}

/** Returns by how many the senders that are counted became more. */
function addShare(shares: Shares, { source, sender, load }: Share): number {
  const [sourceKey, key] = [keyOf(source), keyOf(sender)];
  const from = shares.get(sourceKey) ?? { senders: new Map<string, Share>(), load: NOTHING };
  const before = from.senders.size;
  const share = from.senders.get(key) ?? { source, sender, load: NOTHING };
  share.load = sum(share.load, load);
  from.load = sum(from.load, load);
  if (share.load.blobs > 0) from.senders.set(key, share);
  else from.senders.delete(key);
  if (from.senders.size > 0) shares.set(sourceKey, from);
  else shares.delete(sourceKey);
  return from.senders.size - before;
}

function sum(a: Load, b: Load): Load {
  return { blobs: a.blobs + b.blobs, bytes: a.bytes + b.bytes };
}
