// The one door to libsodium: loads it once, on demand. Knows no message of the protocol.

/** The library. It takes strings silently as UTF-8: pass only Uint8Array. */
type Sodium = typeof import('libsodium-wrappers')['default'];

/** Secure random bytes, injected so that tests are deterministic. Returns exactly `sizeBytes` fresh bytes. */
export type Random = (sizeBytes: number) => Uint8Array;

let loading: Promise<void> | undefined;
let loaded: Sodium | undefined;

/**
 * Loads libsodium; await it once before any other function of this folder. The import is dynamic because
 * parsing and compiling it costs more than the whole start of a command that needs no cryptography.
 */
export function ready(): Promise<void> {
  loading ??= load();
  return loading;
}

async function load(): Promise<void> {
  const { default: library } = await import('libsodium-wrappers');
  await library.ready;
  loaded = library;
}

/** The loaded library. Throws Error before `ready()` has resolved: our bug. */
export function sodium(): Sodium {
  if (loaded === undefined) throw new Error('cryptography used before ready()');
  return loaded;
}

/** Overwrites secrets that are no longer needed. Copies inside libsodium's own heap are out of reach. */
export function wipe(...secrets: readonly Uint8Array[]): void {
  for (const secret of secrets) secret.fill(0);
}

/** Our own sizes: throws RangeError, since hostile lengths are refused by the decoders before. */
export function requireBytes(bytes: Uint8Array, sizeBytes: number): void {
  if (bytes.length !== sizeBytes) throw new RangeError(`expected ${sizeBytes} bytes`);
}
