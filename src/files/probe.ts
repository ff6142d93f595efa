// A file that is looked into here and there, so little that no content makes it long.
import type { FileHandle } from 'node:fs/promises';

const MAX_READS = 2_000;
const MAX_BYTES = 1_000_000;

/** What was looked for isn't in the file, or not where so little reading finds it. */
export class NotFound extends Error {}

export class Probe {
  readonly sizeBytes: number;
  readonly #handle: FileHandle;
  #reads = 0;
  #bytes = 0;

  constructor(handle: FileHandle, sizeBytes: number) {
    this.#handle = handle;
    this.sizeBytes = sizeBytes;
  }

  /** Exactly `length` bytes. Throws NotFound where the file has them not, or enough was read. */
  async read(offset: number, length: number): Promise<Buffer> {
    this.#reads++;
    this.#bytes += length;
    const isWithin = offset >= 0 && offset + length <= this.sizeBytes;
    if (!isWithin || this.#reads > MAX_READS || this.#bytes > MAX_BYTES) throw new NotFound();
    const bytes = Buffer.alloc(length);
    const { bytesRead } = await this.#handle.read(bytes, 0, length, offset);
    if (bytesRead !== length) throw new NotFound();
    return bytes;
  }

  /** As `read`, but what there is, where that is less. */
  async readUpTo(offset: number, length: number): Promise<Buffer> {
    return await this.read(offset, Math.max(0, Math.min(length, this.sizeBytes - offset)));
  }
}
