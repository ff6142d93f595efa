// Rows that SQLite can read of but not change, since what they point to is damaged. Knows no table.
import { StorageError } from '../storage/storage-error.ts';

/** A file with more is past using. */
const MAX_ROWS = 1_024;

/**
 * A change that meets damage spoils its whole transaction. So the first to try costs its commit; those that
 * come after pass the row over, and everything else goes on.
 */
export class DamagedRows<K> {
  readonly #keys = new Set<K>();

  /** As many are to be passed over at most. */
  get count(): number {
    return this.#keys.size;
  }

  has(key: K): boolean {
    return this.#keys.has(key);
  }

  /** Does `change` to this row, which must be one statement. Throws what it throws. */
  change<T>(key: K, change: () => T): T {
    try {
      return change();
    } catch (error) {
      const isDamage = error instanceof StorageError && error.code === 'corrupt';
      if (isDamage && this.#keys.size < MAX_ROWS) this.#keys.add(key);
      throw error;
    }
  }

  /** The first that is not to be passed over; undefined where there is none. */
  firstWell(keys: Iterable<K>): K | undefined {
    for (const key of keys) if (!this.#keys.has(key)) return key;
    return undefined;
  }
}
