// How much each source and each sender of it holds of what all share: a mailbox, a log, a disk. Decides nothing.
import { keyOf } from './recent-tokens.ts';

/** What stands for a person, or an address, on disk. */
export const ORIGIN_BYTES = 16;

/** Where blobs come from. */
export interface Origin {
  /** ORIGIN_BYTES that stand for an address, see `sourceHash`. */
  readonly source: Uint8Array;
  /** ORIGIN_BYTES that stand for a person, see `senderHash`. */
  readonly sender: Uint8Array;
}

/** Blobs, and what they count for against quotas. */
export interface Load {
  readonly blobs: number;
  readonly bytes: number;
}

/** What one sender holds from one source. */
export interface Share extends Origin {
  readonly load: Load;
}

/** How loads compare. */
export interface Measure {
  weight(load: Load): number;
  /** Whether it is so little that nobody takes it away. */
  isSmall(load: Load): boolean;
}

export const NOTHING: Load = { blobs: 0, bytes: 0 };

interface SourceShare {
  readonly senders: Map<string, Share>;
  load: Load;
}

/** Plain counting: whoever changes what is held says so. */
export class Shares {
  readonly measure: Measure;
  readonly #sources = new Map<string, SourceShare>();
  #load = NOTHING;
  #senders = 0;

  constructor(measure: Measure) {
    this.measure = measure;
  }

  /** Of all. */
  get load(): Load {
    return this.#load;
  }

  /** How many hold something; a sender once for each source. */
  get senders(): number {
    return this.#senders;
  }

  of({ source, sender }: Origin): Load {
    return this.#sources.get(keyOf(source))?.senders.get(keyOf(sender))?.load ?? NOTHING;
  }

  ofSource({ source }: Pick<Origin, 'source'>): Load {
    return this.#sources.get(keyOf(source))?.load ?? NOTHING;
  }

  /** From wherever it came. */
  ofSender({ sender }: Pick<Origin, 'sender'>): Load {
    const key = keyOf(sender);
    let load = NOTHING;
    for (const { senders } of this.#sources.values()) {
      load = sum(load, senders.get(key)?.load ?? NOTHING);
    }
    return load;
  }

  /** The largest share of the source that holds most, and what that source holds; null where nobody holds anything. */
  heaviest(): { readonly load: Load; readonly share: Share } | null {
    const found = this.#heaviestOf(this.#sources.values());
    const share = found === null ? null : this.#heaviestOf(found.senders.values());
    return found === null || share === null ? null : { load: found.load, share };
  }

  /** The largest share that comes from this source; null where there is none. */
  heaviestFrom({ source }: Pick<Origin, 'source'>): Share | null {
    const found = this.#sources.get(keyOf(source));
    return found === undefined ? null : this.#heaviestOf(found.senders.values());
  }

  /** `by` may be less than nothing. */
  add({ source, sender }: Origin, by: Load): void {
    const [sourceKey, key] = [keyOf(source), keyOf(sender)];
    const from = this.#sources.get(sourceKey) ?? {
      senders: new Map<string, Share>(),
      load: NOTHING,
    };
    const before = from.senders.size;
    const load = sum(from.senders.get(key)?.load ?? NOTHING, by);
    from.load = sum(from.load, by);
    if (load.blobs > 0) from.senders.set(key, { source, sender, load });
    else from.senders.delete(key);
    if (from.senders.size > 0) this.#sources.set(sourceKey, from);
    else this.#sources.delete(sourceKey);
    this.#load = sum(this.#load, by);
    this.#senders += from.senders.size - before;
  }

  #heaviestOf<T extends { readonly load: Load }>(all: Iterable<T>): T | null {
    let heaviest: T | null = null;
    let most = 0;
    for (const each of all) {
      const weight = this.measure.weight(each.load);
      if (weight <= most) continue;
      heaviest = each;
      most = weight;
    }
    return heaviest;
  }
}

export function sum(a: Load, b: Load): Load {
  return { blobs: a.blobs + b.blobs, bytes: a.bytes + b.bytes };
}

/** What taking it away adds. */
export function negative({ blobs, bytes }: Load): Load {
  return { blobs: -blobs, bytes: -bytes };
}
