// Files that are made only to be sent, for the screen: in the profile's folder, or for a profile without one in a folder of their own.
// The screen's first frame waits for this file: what it needs is loaded with the first of them.
import { mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { storageErrorFrom } from '../storage/storage-error.ts';
import type { TemporaryPlace } from '../ui/local-files.ts';
import { passingPlace } from './passing-place.ts';

const PRIVATE_MODE = 0o600;

const loadSpool = () => import('./spool.ts');

/** Owns what lies there and was handed to nobody; `close()` takes it away. */
export class TemporaryFiles implements TemporaryPlace {
  readonly #profile: string | null;
  #folder: Promise<string> | null = null;

  /** Null: this profile has no folder; then all of it goes at the end. */
  constructor(profile: string | null) {
    this.#profile = profile;
  }

  readonly temporaryFolder = (): Promise<string> => {
    this.#folder ??= this.#open().catch((error: unknown) => {
      this.#folder = null;
      throw error;
    });
    return this.#folder;
  };

  readonly keepTemporary = async (bytes: Uint8Array): Promise<string> => {
    const { handedOver, passingName } = await loadSpool();
    const path = join(await this.temporaryFolder(), passingName());
    try {
      await writeFile(path, bytes, { flag: 'wx', mode: PRIVATE_MODE });
      return await handedOver(path);
    } catch (cause) {
      await this.discard(path);
      throw storageErrorFrom(cause, path, 'writing');
    }
  };

  readonly handOver = async (
    path: string,
    take: (path: string) => Promise<void>,
  ): Promise<void> => {
    const { handedOver } = await loadSpool();
    const handed = await handedOver(path);
    try {
      await take(handed);
    } catch (error) {
      await rename(handed, path);
      throw error;
    }
  };

  readonly discard = (path: string): Promise<void> => rm(path, { force: true }).catch(() => {});

  /** Never throws. */
  async close(): Promise<void> {
    const folder = await this.#folder?.catch(() => null);
    if (folder == null) return;
    const remove = (path: string) => rm(path, { recursive: true, force: true }).catch(() => {});
    if (this.#profile === null) return remove(folder);
    for (const name of await readdir(folder).catch(() => [])) {
      if (name.startsWith(`${process.pid}-`)) await remove(join(folder, name));
    }
  }

  async #open(): Promise<string> {
    if (this.#profile !== null) return (await loadSpool()).openSpoolOf(this.#profile);
    // For its owner alone, as Node makes it.
    return mkdtemp(join(passingPlace(process.env), 'lanchat-'));
  }
}
