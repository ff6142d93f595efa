import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { ProfileStore } from '../../src/storage/profile-store.ts';
import { numbersFrom } from '../support/seeded.ts';
import {
  buildChild,
  makeTestFolder,
  removeTestFolder,
  startChild,
  whyNoMounts,
} from './children.ts';
import { DATA_KEY, tamper } from './histories.ts';

const KILLS = 30;

let buildFolder: string;
let script: string;
let folder: string;

beforeAll(() => {
  buildFolder = makeTestFolder();
  script = buildChild(buildFolder, 'history-child.ts');
});
afterAll(() => removeTestFolder(buildFolder));
beforeEach(() => {
  folder = makeTestFolder();
});
afterEach(() => removeTestFolder(folder));

/** Kills it once it has said so much, after a while more; returns the last that it said was committed. */
async function killAfter(lines: number, delayMs: number): Promise<number> {
  const child = startChild([process.execPath, script, 'write', folder]);
  let said = -1;
  for (let line = 0; line < lines; line++) said = Number((await child.next())?.done);
  await new Promise((resolve) => setTimeout(resolve, delayMs));
  child.process.kill('SIGKILL');
  for (let next = await child.next(); next !== null; next = await child.next()) {
    said = Number(next.done);
  }
  await child.exited;
  expect(child.process.signalCode).toBe('SIGKILL');
  return said;
}

/** What is there: batches of which every part is, and how many that should be. */
async function look(): Promise<{ readonly done: number; readonly texts: readonly string[] }> {
  await tamper(folder, (database) => {
    expect(database.prepare('PRAGMA integrity_check').get()?.integrity_check).toBe('ok');
  });
  const store = await ProfileStore.open(folder, DATA_KEY);
  const [low = 0, high = 0] = store.state().find(({ place }) => place === 'done')?.value ?? [];
  const done = low | (high << 8);
  const texts: string[] = [];
  for (const { text, state } of store.everything()) {
    const [name = ''] = text.split(' ');
    const [batch, part] = name.split('/').map(Number);
    texts.push(name);
    if (part === 0) expect([name, state]).toEqual([name, batch === done ? 'pending' : 'delivered']);
  }
  expect([store.damaged, store.check()]).toEqual([0, { ok: true }]);
  store.close();
  return { done, texts };
}

/** The messages of so many batches. */
function namesOf(done: number): string[] {
  return Array.from({ length: done }, (_, index) => index + 1).flatMap((batch) =>
    Array.from({ length: 1 + (batch % 5) }, (_, part) => `${batch}/${part}`),
  );
}

test('killed at any instant, all that was reported is there, whole, and nothing else', async () => {
  const random = numbersFrom(20);
  const gone = new Set<string>();
  let before = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const said = await killAfter(1 + random(12), random(8));
    const { done, texts } = await look();
    expect(done).toBeGreaterThanOrEqual(Math.max(said, before));
    expect(done).toBeLessThanOrEqual(said + 1);
    // What a person deletes is a commit of its own; what has gone stays so.
    const missing = namesOf(done).filter((name) => !texts.includes(name));
    for (const name of missing) expect(name).toMatch(/4\/1$/);
    for (const name of gone) expect(missing).toContain(name);
    for (const name of missing) gone.add(name);
    expect(texts).toEqual(namesOf(done).filter((name) => !gone.has(name)));
    before = done;
  }
  expect(before).toBeGreaterThan(KILLS);
  expect(gone.size).toBeGreaterThan(3);
});

test('a full disk is told, nothing that was there is lost, and it goes on when there is room', async ({
  skip,
}) => {
  const whyNot = whyNoMounts();
  if (whyNot !== null) return skip(whyNot);
  const mount =
    'mount -t tmpfs -o size=1m none "$1" && head -c 400000 /dev/zero > "$1/ballast" && exec "$2" "$3" fill-disk "$1" "$1/ballast"';
  const child = startChild([
    ...['unshare', '-m', 'sh', '-c', mount, 'sh'],
    ...[folder, process.execPath, script],
  ]);
  expect(await child.next()).toMatchObject({ code: 'no-space' });
  const full = await child.next();
  const committed = Number(full?.committed);
  const numbers = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, index) => from + index);
  const whole = (count: number) => ({
    ...{ committed: count, said: numbers(0, count), counted: count, unread: count, ok: true },
  });
  expect(committed).toBeGreaterThan(3);
  expect(full).toEqual(whole(committed));
  // To delete takes room too.
  expect(await child.next()).toMatchObject({ code: 'no-space' });
  expect(await child.next()).toEqual(whole(committed + 3));
  expect(await child.next()).toBeNull();
});

test('a disk that is read-only, or full from the beginning, is told', async ({ skip }) => {
  const whyNot = whyNoMounts();
  if (whyNot !== null) return skip(whyNot);
  const cases = [
    ['"$2" "$3" open "$1" >&-; mount -o remount,ro "$1"', 'read-only'],
    ['head -c 2000000 /dev/zero > "$1/ballast" 2>&-', 'no-space'],
  ] as const;
  for (const [prepare, code] of cases) {
    const mount = `mount -t tmpfs -o size=1m none "$1"; ${prepare}; exec "$2" "$3" open "$1"`;
    const child = startChild([
      ...['unshare', '-m', 'sh', '-c', mount, 'sh'],
      ...[folder, process.execPath, script],
    ]);
    expect(await child.next()).toMatchObject({ code });
  }
});
