// Stores that break their promises, to show that a kill run notices.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { ProfileStore } from '../../src/storage/profile-store.ts';

/** Long after everybody was told that it is on disk. */
const LATE_MS = 150;
const PAGE_BYTES = 4_096;

/** From now on in this process. `none` and what it doesn't know leave everything as it is. */
export function breakStore(fault: string): void {
  const { commit } = ProfileStore.prototype;
  if (fault === 'commits-late') {
    ProfileStore.prototype.commit = function (batch) {
      setTimeout(() => commit.call(this, batch), LATE_MS);
      return { repeats: [], changed: [], expired: [] };
    };
  }
  if (fault === 'keeps-no-state') {
    ProfileStore.prototype.commit = function ({ history }) {
      return commit.call(this, { state: [], history });
    };
  }
}

/** Turns a bit over in the head of each page but the first of the database at `path`, where one is there. */
export function flipBits(path: string): void {
  if (!existsSync(path)) return;
  const bytes = readFileSync(path);
  for (let at = PAGE_BYTES; at < bytes.length; at += PAGE_BYTES) bytes[at] = (bytes[at] ?? 0) ^ 8;
  writeFileSync(path, bytes);
}
