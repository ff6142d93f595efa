import { chmodSync, chownSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { hexFromBytes, U64_MAX } from '../../src/protocol/bytes.ts';
import { PeerId, RelayId } from '../../src/protocol/ids.ts';
import {
  createIdentity,
  IdentityFile,
  readIdentity,
  replaceIdentity,
  type StoredIdentity,
} from '../../src/storage/identity-file.ts';
import { encodeRecord } from '../../src/storage/record-file.ts';
import { createRelayKey, readRelayKey } from '../../src/storage/relay-key-file.ts';
import {
  buildChild,
  isRoot,
  makeTestFolder,
  OTHER_UID,
  removeTestFolder,
  startChild,
  whyNoMounts,
} from './children.ts';
import { ID_0_1, SEED_0_1, writeProfile01 } from './profile-0-1.ts';

const fresh: StoredIdentity = {
  id: PeerId.fromBytes(new Uint8Array(32).fill(0xab)),
  sealedSeed: Uint8Array.from({ length: 72 }, (_, index) => index * 8),
  nick: 'Äsha',
  cardSeq: 0n,
  bundleSeq: U64_MAX - 1n,
  createdMs: 1_767_000_000_000,
};

let buildFolder: string;
let script: string;
let folder: string;
let path: string;

beforeAll(() => {
  buildFolder = makeTestFolder();
  script = buildChild(buildFolder);
});
afterAll(() => removeTestFolder(buildFolder));
beforeEach(() => {
  folder = makeTestFolder();
  path = join(folder, 'identity.json');
});
afterEach(() => removeTestFolder(folder));

function neverFails(error: Error): never {
  throw error;
}

test('a fresh profile has no identity; the one created is read back, and only its owner may', async () => {
  expect(await readIdentity(folder)).toBeNull();
  expect(await createIdentity(folder, fresh)).toEqual(fresh);
  expect(await readIdentity(folder)).toEqual(fresh);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('processes that create an identity at once end with one and the same', async () => {
  const children = ['1', '2', '3', '4', '5', '6'].map((digit) =>
    startChild([process.execPath, script, 'create-identity', folder, digit]),
  );
  const ids = await Promise.all(children.map(async (child) => (await child.next())?.id));
  expect(new Set(ids).size).toBe(1);
  expect(ids[0]).toBe((await readIdentity(folder))?.id);
  await Promise.all(children.map((child) => child.exited));
  expect(readdirSync(folder)).toEqual(['identity.json']);
});

test('a name and sequence numbers are on disk once the update returns', async () => {
  const file = new IdentityFile(folder, await createIdentity(folder, fresh), neverFails);
  await file.update({ nick: 'Ben', cardSeq: 1n, bundleSeq: U64_MAX });
  expect(await readIdentity(folder)).toEqual({
    ...fresh,
    nick: 'Ben',
    cardSeq: 1n,
    bundleSeq: U64_MAX,
  });
  await file.close();
});

test('a sequence number never falls, and a name stays within its length', async () => {
  const file = new IdentityFile(folder, { ...fresh, cardSeq: 5n }, neverFails);
  await expect(file.update({ cardSeq: 4n })).rejects.toThrow(RangeError);
  await expect(file.update({ bundleSeq: U64_MAX + 1n })).rejects.toThrow(RangeError);
  await expect(file.update({ nick: 'ä'.repeat(17) })).rejects.toThrow(RangeError);
  expect(file.current.cardSeq).toBe(5n);
  await file.close();
});

test('an identity of version 0.1 is read as it is, and its numbers go on in the form of today', async () => {
  writeProfile01(folder);
  const stored = await readIdentity(folder);
  if (stored === null || !('seed' in stored)) throw new Error('not as it was written');
  expect([stored.id, hexFromBytes(stored.seed)]).toEqual([ID_0_1, SEED_0_1]);
  expect(stored).toMatchObject({ nick: 'Äsha', cardSeq: 3n, bundleSeq: 7n });
  const { seed: _sealed, ...fields } = stored;
  const today: StoredIdentity = { ...fields, sealedSeed: fresh.sealedSeed };
  await replaceIdentity(folder, today);
  expect(await readIdentity(folder)).toEqual(today);
  expect(readFileSync(path, 'utf8')).not.toContain(SEED_0_1);
});

test('an identity never holds its seed both sealed and in the clear', async () => {
  writeProfile01(folder);
  const { data } = JSON.parse(readFileSync(path, 'utf8'));
  const both = { ...data, sealedSeed: hexFromBytes(fresh.sealedSeed) };
  const format = { maxBytes: 4096, schema: v.unknown(), startingOver: '' };
  writeFileSync(path, encodeRecord(both, { ...format, encode: (any) => any }, path));
  await expect(readIdentity(folder)).rejects.toMatchObject({ code: 'corrupt' });
});

test('notices every flipped bit of an identity', async () => {
  await createIdentity(folder, fresh);
  const bytes = readFileSync(path);
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const flipped = Uint8Array.from(bytes);
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    writeFileSync(path, flipped);
    const outcome: unknown = await readIdentity(folder).catch((error: unknown) => error);
    if (outcome instanceof Error) {
      expect(outcome).toMatchObject({ code: expect.stringMatching(/^(?:corrupt|too-new)$/) });
    }
    // White space at the end may become other white space.
    else expect([bit >> 3, outcome]).toEqual([bytes.length - 1, fresh]);
  }
});

test('an identity that stays in memory takes changes and writes nothing', async () => {
  const before = readdirSync(folder);
  const file = new IdentityFile(null, fresh, neverFails);
  await file.update({ nick: 'Ben', cardSeq: 1n });
  expect(file.current).toMatchObject({ nick: 'Ben', cardSeq: 1n });
  await file.close();
  expect(readdirSync(folder)).toEqual(before);
});

test('a damaged identity is neither read, nor overwritten by a new one', async () => {
  await createIdentity(folder, fresh);
  const damaged = readFileSync(path, 'utf8').replace('00081018', '00081019');
  writeFileSync(path, damaged);
  await expect(readIdentity(folder)).rejects.toMatchObject({ code: 'corrupt', path });
  await expect(createIdentity(folder, fresh)).rejects.toMatchObject({ code: 'corrupt', path });
  expect(readFileSync(path, 'utf8')).toBe(damaged);
});

test('an error about an identity holds nothing of its seed', async () => {
  await createIdentity(folder, fresh);
  writeFileSync(path, readFileSync(path, 'utf8').replace('"nick"', '"nack"'));
  const error: unknown = await readIdentity(folder).catch((caught: unknown) => caught);
  if (!(error instanceof Error)) throw new Error('it was read');
  expect(`${error.stack} ${JSON.stringify(error)} ${error.cause}`).not.toContain('00081018');
});

test('an identity that may not be read, or is of another user, is refused and stays', async ({
  skip,
}) => {
  if (!isRoot) return skip('needs root to act as another user');
  await createIdentity(folder, fresh);
  const before = readFileSync(path);
  const readAsOther = () =>
    startChild([process.execPath, script, 'read-identity', folder], { uid: OTHER_UID }).next();
  expect(await readAsOther()).toMatchObject({ code: 'no-permission', path });
  chmodSync(path, 0o644);
  chownSync(path, OTHER_UID - 1, OTHER_UID - 1);
  expect(await readAsOther()).toMatchObject({ code: 'no-permission', path });
  expect(readFileSync(path)).toEqual(before);
});

test('on a full disk the error says so, and what was saved before is whole', async ({ skip }) => {
  const whyNot = whyNoMounts();
  if (whyNot !== null) return skip(whyNot);
  const mount = 'mount -t tmpfs -o size=256k none "$1" && exec "$2" "$3" fill-disk "$1"';
  const child = startChild([
    ...['unshare', '-m', 'sh', '-c', mount, 'sh'],
    ...[folder, process.execPath, script],
  ]);
  let saved = 0;
  let answer = await child.next();
  for (; typeof answer?.saved === 'number'; answer = await child.next()) saved = answer.saved;
  expect(saved).toBeGreaterThan(0);
  expect(answer).toMatchObject({ code: 'no-space' });
  expect(await child.next()).toEqual({ onDisk: saved });
  // The failed write gave its space back, so a small file still fits.
  expect(await child.next()).toEqual({ created: true });
  expect(await child.next()).toEqual({ identity: 'n1' });
});

test("a relay's key is created once and read back", async () => {
  const key = {
    id: RelayId.fromBytes(new Uint8Array(32).fill(1)),
    seed: new Uint8Array(32).fill(2),
    createdMs: 3,
  };
  expect(await readRelayKey(folder)).toBeNull();
  expect(await createRelayKey(folder, key)).toEqual(key);
  expect(await createRelayKey(folder, { ...key, createdMs: 4 })).toEqual(key);
  expect(await readRelayKey(folder)).toEqual(key);
});
