import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import * as v from 'valibot';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { ready } from '../../src/crypto/sodium.ts';
import { hexFromBytes } from '../../src/protocol/bytes.ts';
import { freshParameters, keyFromPassphrase } from '../../src/storage/passphrase-key.ts';
import { encodeRecord } from '../../src/storage/record-file.ts';
import {
  createVault,
  isVaultLocked,
  type LockedVault,
  readVault,
  replaceVault,
  unlockVault,
} from '../../src/storage/vault.ts';
import { makeTestFolder, removeTestFolder } from './children.ts';

const PASSPHRASE = 'correct horse battery';
const dataKey = Uint8Array.from({ length: 32 }, (_, index) => 255 - index);

let folder: string;
let path: string;

beforeAll(() => ready());
beforeEach(() => {
  folder = makeTestFolder();
  path = join(folder, 'vault.json');
});
afterEach(() => removeTestFolder(folder));

async function lockedVault(): Promise<LockedVault> {
  const vault = await readVault(folder);
  if (vault?.kind !== 'locked') throw new Error('not locked');
  return vault;
}

/** Writes what a hostile hand could: any contents under a right checksum. */
function write(data: unknown): void {
  const format = { maxBytes: 1e6, schema: v.unknown(), startingOver: '' };
  writeFileSync(path, encodeRecord(data, { ...format, encode: (any) => any }, path));
}

/** What reading answers, or the error's code. */
async function read(): Promise<unknown> {
  return readVault(folder).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error) return error.code;
    throw error;
  });
}

test('a new vault is open, for its owner only, and made once', async () => {
  expect(await readVault(folder)).toBeNull();
  expect(await isVaultLocked(folder)).toBe(false);
  const made = await createVault(folder);
  expect(made).toMatchObject({ kind: 'open' });
  expect(await readVault(folder)).toEqual(made);
  expect(await createVault(folder)).toEqual(made);
  expect(await isVaultLocked(folder)).toBe(false);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(['vault.json']);
});

test('two new vaults have different keys', async () => {
  const other = makeTestFolder();
  try {
    expect(await createVault(folder)).not.toEqual(await createVault(other));
  } finally {
    removeTestFolder(other);
  }
});

test('what a passphrase locks opens with that one only, and a wrong one changes nothing', async () => {
  await createVault(folder);
  await replaceVault(folder, dataKey, PASSPHRASE);
  expect(await isVaultLocked(folder)).toBe(true);
  const before = readFileSync(path);
  expect(before.toString()).not.toContain(hexFromBytes(dataKey));
  const vault = await lockedVault();
  for (const wrong of [`${PASSPHRASE} `, '', 'Correct horse battery']) {
    await expect(unlockVault(folder, vault, wrong)).rejects.toMatchObject({
      code: 'wrong-passphrase',
      path,
    });
  }
  expect(readFileSync(path)).toEqual(before);
  expect(await unlockVault(folder, vault, PASSPHRASE)).toEqual(dataKey);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('removing the passphrase gives back the same key; each setting has a salt of its own', async () => {
  await replaceVault(folder, dataKey, PASSPHRASE);
  const first = await lockedVault();
  await replaceVault(folder, dataKey, PASSPHRASE);
  const second = await lockedVault();
  expect(second.scrypt.salt).not.toEqual(first.scrypt.salt);
  expect(second.sealed).not.toEqual(first.sealed);
  await replaceVault(folder, dataKey, null);
  expect(await readVault(folder)).toEqual({ kind: 'open', dataKey });
});

test('the process goes on while a passphrase is tried', async () => {
  await replaceVault(folder, dataKey, PASSPHRASE);
  let isOpen = false;
  const opened = unlockVault(folder, await lockedVault(), PASSPHRASE).then(() => {
    isOpen = true;
  });
  for (let turn = 0; turn < 20; turn++) await setImmediate();
  expect(isOpen).toBe(false);
  await opened;
});

test('a passphrase costs 128 MiB of memory for each guess', () => {
  const { N, r, p, salt } = freshParameters();
  expect(128 * N * r * p).toBe(128 * 2 ** 20);
  expect(salt).toHaveLength(16);
});

test('refuses parameters that would take more memory or time than its own, and says so before it tries', async () => {
  await replaceVault(folder, dataKey, PASSPHRASE);
  const { sealed, scrypt } = await lockedVault();
  const stored = { ...scrypt, salt: hexFromBytes(scrypt.salt) };
  const hostile = [
    { N: 2 ** 18 },
    { N: 2 ** 31 },
    { N: 2 ** 53 },
    { r: 16 },
    { r: 2 ** 30, N: 1024 },
    { p: 2 },
    { p: 2 ** 30 },
    { N: 2 ** 17 - 1 },
    { N: 0 },
    { N: -(2 ** 17) },
    { N: 2.5 },
    { r: 0 },
    { N: '131072' },
    { salt: 'ab' },
  ];
  for (const change of hostile) {
    write({ scrypt: { ...stored, ...change }, sealed: hexFromBytes(sealed) });
    expect([change, await read()]).toEqual([change, 'corrupt']);
  }
  await expect(keyFromPassphrase(PASSPHRASE, { ...scrypt, N: 2 ** 18 })).rejects.toThrow(
    RangeError,
  );
  // Control: bearable ones are read, and don't open what was sealed with others.
  write({ scrypt: { ...stored, N: 2 ** 12 }, sealed: hexFromBytes(sealed) });
  await expect(unlockVault(folder, await lockedVault(), PASSPHRASE)).rejects.toMatchObject({
    code: 'wrong-passphrase',
  });
});

test('whatever a vault says, reading it refuses it or takes parameters that can be borne', async () => {
  const number = fc.oneof(
    fc.constantFrom(8, 1, 2 ** 17, 2 ** 10, 2 ** 20),
    fc.integer(),
    fc.double(),
  );
  const hex = (bytes: number) =>
    fc.uint8Array({ minLength: bytes, maxLength: bytes }).map(hexFromBytes);
  const vaults = fc.oneof(
    fc.json().map((text): unknown => JSON.parse(text)),
    fc.record({ dataKey: fc.oneof(hex(32), hex(31), fc.string()) }),
    fc.record({
      scrypt: fc.record({ N: number, r: number, p: number, salt: hex(16) }),
      sealed: fc.oneof(hex(72), hex(71)),
    }),
  );
  await fc.assert(
    fc.asyncProperty(vaults, async (data) => {
      write(data);
      const vault = await read();
      if (vault === 'corrupt') return;
      expect(vault).toHaveProperty('kind');
      if (!(await isVaultLocked(folder))) return;
      const { N, r, p } = (await lockedVault()).scrypt;
      expect(128 * N * r).toBeLessThanOrEqual(128 * 2 ** 20);
      expect(N * r * p).toBeLessThanOrEqual(2 ** 20);
    }),
    { numRuns: 300 },
  );
});

test.each(['open', 'locked'])('notices every flipped bit of a vault that is %s', async (kind) => {
  await replaceVault(folder, dataKey, kind === 'open' ? null : PASSPHRASE);
  const whole = await readVault(folder);
  const bytes = readFileSync(path);
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const flipped = Uint8Array.from(bytes);
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    writeFileSync(path, flipped);
    const outcome = await read();
    if (typeof outcome === 'string') expect(['corrupt', 'too-new']).toContain(outcome);
    // White space at the end may become other white space.
    else expect([bit >> 3, outcome]).toEqual([bytes.length - 1, whole]);
  }
});

test('a sealed key that was changed under a right checksum does not open', async () => {
  await replaceVault(folder, dataKey, PASSPHRASE);
  const { sealed, scrypt } = await lockedVault();
  const changed = sealed.slice();
  changed[40] = (changed[40] ?? 0) ^ 1;
  write({
    scrypt: { ...scrypt, salt: hexFromBytes(scrypt.salt) },
    sealed: hexFromBytes(changed),
  });
  await expect(unlockVault(folder, await lockedVault(), PASSPHRASE)).rejects.toMatchObject({
    code: 'wrong-passphrase',
  });
});

test('says of a damaged vault what depends on it, and nothing of what it holds', async () => {
  await replaceVault(folder, dataKey, null);
  writeFileSync(path, readFileSync(path, 'utf8').replace('fffe', 'ffff'));
  const error: unknown = await readVault(folder).catch((caught: unknown) => caught);
  if (!(error instanceof Error)) throw new Error('it was read');
  expect(error.message).toContain(`${path} is damaged and was left as it is; restore a copy`);
  expect(error.message).toContain(
    'identity.json, history.db, pins.json, relays.json and settings.json',
  );
  const told = `${error.stack} ${JSON.stringify(error)} ${error.cause}`;
  expect(told).not.toContain(hexFromBytes(dataKey.subarray(8, 16)));
});
