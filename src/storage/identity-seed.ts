// Sealing the identity's seed under the profile's data key, so that no passphrase ever touches it. Knows no file.
import { randomBytes } from 'node:crypto';
import { openAt, type Place, sealAt, seedKeyFrom } from '../crypto/row-seal.ts';
import { wipe } from '../crypto/sodium.ts';
import type { PeerId } from '../protocol/ids.ts';
import type { StoredIdentity } from './identity-file.ts';

export interface OpenedSeed {
  /** 32 bytes, the caller's to wipe. */
  readonly seed: Uint8Array;
  /** Sealed by a lanchat that did not seal records yet: those beside it may be in the clear. */
  readonly isBeforeRecords: boolean;
}

/** 72 bytes, which open under `dataKey` (32 bytes) and for this ID only. `seed`: 32 bytes. Both stay the caller's. */
export function sealSeed(
  seed: Uint8Array,
  { id, dataKey }: { readonly id: PeerId; readonly dataKey: Uint8Array },
): Uint8Array {
  const key = seedKeyFrom(dataKey);
  try {
    return sealAt(placeOf(id), seed, { key, random: (sizeBytes) => randomBytes(sizeBytes) });
  } finally {
    wipe(key);
  }
}

/** Null where it doesn't open: damaged, or another profile's. */
export function openSeed(
  { id, sealedSeed }: Pick<StoredIdentity, 'id' | 'sealedSeed'>,
  dataKey: Uint8Array,
): OpenedSeed | null {
  const key = seedKeyFrom(dataKey);
  try {
    const seed = openAt(placeOf(id), sealedSeed, key);
    if (seed !== null) return { seed, isBeforeRecords: false };
    const earlier = openAt({ label: 'seed', at: id }, sealedSeed, key);
    return earlier === null ? null : { seed: earlier, isBeforeRecords: true };
  } finally {
    wipe(key);
  }
}

/** Says that all records are sealed too: whoever has no key can't make it say anything else. */
function placeOf(id: PeerId): Place {
  return { label: 'seed', at: `${id} with sealed records` };
}
