// Seals the text of a record under a key from the profile's data key, for its kind only. Knows no file and no record.
import { randomBytes } from 'node:crypto';
import { openAt, type Place, recordKeyFrom, sealAt } from '../crypto/row-seal.ts';
import { wipe } from '../crypto/sodium.ts';
import { textFromUtf8, utf8FromText } from '../protocol/bytes.ts';

/** Each is the name of its file in FOLDER_ENTRIES. */
export const SEALED_KINDS = ['pins', 'relays', 'settings'] as const;

export type SealedKind = (typeof SEALED_KINDS)[number];

/** Owns the key of one profile's records. Needs libsodium. */
export class RecordSeal {
  readonly #key: Uint8Array;
  #isClosed = false;

  /** `dataKey`: 32 bytes, the caller's to wipe. */
  constructor(dataKey: Uint8Array) {
    this.#key = recordKeyFrom(dataKey);
  }

  /** As base64, of 40 bytes more than `text` has in UTF-8. */
  seal(kind: SealedKind, text: string): string {
    // Under a wiped key anybody could open it, and its owner could not.
    if (this.#isClosed) throw new Error('sealed after close');
    const random = (sizeBytes: number) => randomBytes(sizeBytes);
    const sealed = sealAt(placeOf(kind), utf8FromText(text), { key: this.#key, random });
    return Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength).toString('base64');
  }

  /** Null where it is not what was sealed for this kind under this key. */
  open(kind: SealedKind, sealed: string): string | null {
    const plain = openAt(placeOf(kind), Buffer.from(sealed, 'base64'), this.#key);
    return plain === null ? null : textFromUtf8(plain);
  }

  /** Nothing is sealed or opened after it. */
  close(): void {
    this.#isClosed = true;
    wipe(this.#key);
  }
}

function placeOf(kind: SealedKind): Place {
  return { label: 'record-file', at: kind };
}
