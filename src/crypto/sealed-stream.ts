// Sealing a long run of chunks, each bound to those before it and the last one marked. Knows no file.
import type { StateAddress } from 'libsodium-wrappers';
import { sodium } from './sodium.ts';
import { transcript } from './transcript.ts';

/** What sealing adds to a chunk. */
export const CHUNK_SEAL_BYTES = 17;
export const STREAM_HEADER_BYTES = 24;

/** One way: chunks in order (libsodium's secretstream, XChaCha20-Poly1305). */
export class SealingStream {
  /** 24 bytes, public; whoever opens needs them. */
  readonly header: Uint8Array;
  readonly #state: StateAddress;
  readonly #data: Uint8Array;

  /** `key`: 32 bytes, the caller's to wipe. `about` is what the chunks are bound to. */
  constructor(key: Uint8Array, about: Uint8Array) {
    const { state, header } = sodium().crypto_secretstream_xchacha20poly1305_init_push(key);
    this.header = header;
    this.#state = state;
    this.#data = transcript('backup', about);
  }

  /** 17 bytes longer than `plain`. There is none after the last. */
  push(plain: Uint8Array, { isLast }: { readonly isLast: boolean }): Uint8Array {
    const library = sodium();
    const tag = isLast
      ? library.crypto_secretstream_xchacha20poly1305_TAG_FINAL
      : library.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE;
    return library.crypto_secretstream_xchacha20poly1305_push(this.#state, plain, this.#data, tag);
  }
}

/** The other way, of what a `SealingStream` with the same key and `about` made. */
export class OpeningStream {
  readonly #state: StateAddress;
  readonly #data: Uint8Array;

  /** `header`: 24 bytes. */
  constructor(key: Uint8Array, header: Uint8Array, about: Uint8Array) {
    this.#state = sodium().crypto_secretstream_xchacha20poly1305_init_pull(header, key);
    this.#data = transcript('backup', about);
  }

  /** The next chunk; null where these bytes aren't it. Nothing opens after that. */
  pull(sealed: Uint8Array): { readonly plain: Uint8Array; readonly isLast: boolean } | null {
    if (sealed.length < CHUNK_SEAL_BYTES) return null;
    const library = sodium();
    const opened = library.crypto_secretstream_xchacha20poly1305_pull(
      this.#state,
      sealed,
      this.#data,
    );
    if (opened === false) return null;
    const isLast = opened.tag === library.crypto_secretstream_xchacha20poly1305_TAG_FINAL;
    return { plain: opened.message, isLast };
  }
}
