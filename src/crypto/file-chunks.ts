// A file's content in chunks of one size, each opened on its own: in any order, again, and from any one on.
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { concatBytes } from '../protocol/bytes.ts';
import { FILE_KEY_BYTES } from '../protocol/file-content.ts';
import { FileId, idBytes } from '../protocol/ids.ts';
import { CHUNK_BYTES, SEALED_CHUNK_BYTES } from '../protocol/limits.ts';
import { CryptoError } from './errors.ts';
import { deriveKey, hash } from './transcript.ts';

// Node's own: libsodium's WASM takes twice as long for a chunk, and a gigabyte has 16,384 at either end.
const CIPHER = 'chacha20-poly1305';
const TAG_BYTES = SEALED_CHUNK_BYTES - CHUNK_BYTES;
const NONCE_BYTES = 12;

/** `H("file"; key)[:16]`: whoever has the key can ask for the file; its keeper can't tell the key from it. */
export function fileIdOf(key: Uint8Array): FileId {
  return FileId.fromBytes(hash('file', key).subarray(0, FileId.sizeBytes));
}

/** A file's name where many have files: whoever sends another's key as theirs names a file of their own. `owner`: their ID, or a hash of it. */
export function fileIdAmongAll(owner: Uint8Array, file: FileId): FileId {
  return FileId.fromBytes(hash('file', owner, idBytes(file)).subarray(0, FileId.sizeBytes));
}

/**
 * Seals and opens the chunks of one file (STREAM of Hoang, Reyhanitabar, Rogaway and Vizár, 2015): chunk `i` of
 * `count` is ChaCha20-Poly1305 under `KDF(key, "file-chunks")` with the nonce `0×3 ‖ i u64 ‖ last u8`. So none can be
 * moved, left out or added, and none behind the last. A key seals one content alone.
 */
export class FileChunks {
  readonly #key: Uint8Array;
  readonly #count: number;

  /** `key`: 32 bytes, the caller's to wipe. `count`: of all chunks, from 1. */
  constructor(key: Uint8Array, count: number) {
    if (key.length !== FILE_KEY_BYTES) throw new RangeError('a file key has 32 bytes');
    this.#key = deriveKey(key, 'file-chunks');
    this.#count = count;
  }

  /** 65,552 bytes of at most 65,536, which are padded with zeros. */
  seal(plain: Uint8Array, index: number): Uint8Array {
    const cipher = createCipheriv(CIPHER, this.#key, this.#nonce(index), {
      authTagLength: TAG_BYTES,
    });
    const padding = new Uint8Array(CHUNK_BYTES - plain.length);
    const sealed = [cipher.update(plain), cipher.update(padding), cipher.final()];
    return concatBytes([...sealed, cipher.getAuthTag()]);
  }

  /** 65,536 bytes. Throws CryptoError `cannot-open` where it isn't chunk `index` of this file. */
  open(sealed: Uint8Array, index: number): Uint8Array {
    if (sealed.length !== SEALED_CHUNK_BYTES) throw notThatChunk(index);
    const decipher = createDecipheriv(CIPHER, this.#key, this.#nonce(index), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAuthTag(sealed.subarray(CHUNK_BYTES));
    const plain = decipher.update(sealed.subarray(0, CHUNK_BYTES));
    try {
      decipher.final();
    } catch {
      throw notThatChunk(index);
    }
    return plain;
  }

  #nonce(index: number): Uint8Array {
    if (index >= this.#count) throw new RangeError(`chunk ${index} of ${this.#count}`);
    const nonce = new Uint8Array(NONCE_BYTES);
    const view = new DataView(nonce.buffer);
    view.setBigUint64(3, BigInt(index));
    view.setUint8(NONCE_BYTES - 1, index === this.#count - 1 ? 1 : 0);
    return nonce;
  }
}

function notThatChunk(index: number): CryptoError {
  return new CryptoError('cannot-open', `not chunk ${index} of this file`);
}
