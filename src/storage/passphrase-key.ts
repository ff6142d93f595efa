// A key from a passphrase, at a cost that whoever guesses pays for each guess (scrypt). Knows no file.
import { randomBytes, scrypt } from 'node:crypto';
import * as v from 'valibot';
import { phrase } from '../language/translate.ts';
import { LanchatError } from '../protocol/errors.ts';
import { bytesField } from './record-fields.ts';

const KEY_BYTES = 32;
export const SALT_BYTES = 16;

/** What turns a passphrase into a key. Public: it stands beside what the key seals. */
export interface ScryptParameters {
  /** A power of two. */
  readonly N: number;
  readonly r: number;
  readonly p: number;
  /** 16 bytes, random, never used twice. */
  readonly salt: Uint8Array;
}

/** 128 MiB and about half a second for each guess. */
const N = 2 ** 17;
const R = 8;
const P = 1;

/** Who wrote the parameters decides what reading them takes: no more than ours do, or a small machine would die. */
const MAX_BYTES = bytesFor({ N, r: R, p: P });
const MAX_WORK = N * R * P;
const MIN_N = 2 ** 10;

/** This machine can't spare the memory just now: code `out-of-memory`. */
class MemoryError extends LanchatError {}

/** Ours of today, with a fresh salt. */
export function freshParameters(): ScryptParameters {
  return { N, r: R, p: P, salt: new Uint8Array(randomBytes(SALT_BYTES)) };
}

/** Whether a key may be made with these: not every number that a file names. */
export function isBearable({ N, r, p }: Omit<ScryptParameters, 'salt'>): boolean {
  if (![N, r, p].every((each) => Number.isSafeInteger(each) && each > 0)) return false;
  const isPowerOfTwo = Number.isInteger(Math.log2(N));
  return isPowerOfTwo && N >= MIN_N && bytesFor({ N, r, p }) <= MAX_BYTES && N * r * p <= MAX_WORK;
}

function bytesFor({ N, r, p }: Omit<ScryptParameters, 'salt'>): number {
  return 128 * r * (N + p + 2);
}

const whole = v.pipe(v.number(), v.safeInteger());

/** As JSON holds them; anything that is not bearable is refused. */
export const scryptField: v.GenericSchema<unknown, ScryptParameters> = v.pipe(
  v.strictObject({ N: whole, r: whole, p: whole, salt: bytesField(SALT_BYTES) }),
  v.check((parameters) => isBearable(parameters)),
);

/**
 * 32 bytes, the caller's to wipe; away from this thread. `passphrase` is in one Unicode form already (NFC).
 * Throws MemoryError, and RangeError on parameters that are not bearable.
 */
export async function keyFromPassphrase(
  passphrase: string,
  { salt, ...cost }: ScryptParameters,
): Promise<Uint8Array> {
  if (!isBearable(cost) || salt.length !== SALT_BYTES) throw new RangeError('scrypt out of bounds');
  // Node refuses at exactly what it takes.
  const options = { ...cost, maxmem: 2 * bytesFor(cost) };
  return new Promise((resolve, reject) => {
    scrypt(passphrase, salt, KEY_BYTES, options, (error, key) => {
      if (error === null) resolve(new Uint8Array(key.buffer, key.byteOffset, key.byteLength));
      else reject(noMemory(cost, error));
    });
  });
}

/** The parameters are bearable: there is nothing else that can fail. */
function noMemory(cost: Omit<ScryptParameters, 'salt'>, cause: Error): MemoryError {
  const mebibytes = Math.ceil(bytesFor(cost) / 2 ** 20);
  const message = phrase`a passphrase takes ${mebibytes} MiB of memory for a moment`;
  return new MemoryError('out-of-memory', message, { cause });
}
