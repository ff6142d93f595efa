// The last tokens, so that what is sent again is recognised after it has left the disk. Bounded memory.

/** The oldest are forgotten first. */
export class RecentTokens {
  readonly #max: number;
  readonly #keys = new Set<string>();

  constructor(max: number) {
    this.#max = max;
  }

  has(key: string): boolean {
    return this.#keys.has(key);
  }

  add(key: string): void {
    this.#keys.add(key);
    if (this.#keys.size <= this.#max) return;
    for (const oldest of this.#keys) {
      this.#keys.delete(oldest);
      return;
    }
  }
}

/** A short key for a map: one character a byte. Joined as bytes: V8 keeps a string that was added up twice. */
export function keyOf(...parts: readonly Uint8Array[]): string {
  const [first] = parts;
  if (first === undefined || parts.length > 1) return Buffer.concat(parts).toString('latin1');
  return Buffer.from(first.buffer, first.byteOffset, first.length).toString('latin1');
}
