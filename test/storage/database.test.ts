import { spawnSync } from 'node:child_process';
import {
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Database, openDatabase } from '../../src/storage/database.ts';
import { buildChild, makeTestFolder, removeTestFolder, startChild } from './children.ts';

const SCHEMA = ['CREATE TABLE things (number INTEGER PRIMARY KEY, value ANY) STRICT'];

const getBuiltinModule = process.getBuiltinModule.bind(process);
const isBuiltIn = getBuiltinModule('node:sqlite') !== undefined;
/** Both where this Node has its own: they must be the same to whoever uses them. */
const bindings = isBuiltIn ? ['node:sqlite', '@photostructure/sqlite'] : ['@photostructure/sqlite'];

let buildFolder: string;
let script: string;
let folder: string;
let path: string;
const opened: Database[] = [];

beforeAll(() => {
  buildFolder = makeTestFolder();
  script = buildChild(buildFolder, 'database-child.ts');
});
afterAll(() => removeTestFolder(buildFolder));
beforeEach(() => {
  folder = makeTestFolder();
  path = join(folder, 'history.db');
});
afterEach(() => {
  for (const database of opened.splice(0)) database.close();
  vi.restoreAllMocks();
  vi.doUnmock('@photostructure/sqlite');
  removeTestFolder(folder);
});

async function open(where: string | null = path, migrations: readonly string[] = SCHEMA) {
  const database = await openDatabase(where, migrations);
  opened.push(database);
  return database;
}

const code = (name: string) => expect.objectContaining({ name: 'StorageError', code: name });

function hideBuiltIn() {
  vi.spyOn(process, 'getBuiltinModule').mockImplementation((name: string) =>
    name === 'node:sqlite' ? undefined : getBuiltinModule(name),
  );
}

function count(database: Database): unknown {
  return database.prepare('SELECT count(*) AS count FROM things').get()?.count;
}

function walBytes(): number {
  return existsSync(`${path}-wal`) ? statSync(`${path}-wal`).size : 0;
}

function fill(database: Database, rows: number, sizeBytes: number): void {
  const insert = database.prepare('INSERT INTO things (value) VALUES (zeroblob(?))');
  for (let row = 0; row < rows; row++) insert.run(sizeBytes);
}

describe.each(bindings)('with %s', (binding) => {
  beforeEach(() => {
    if (binding !== 'node:sqlite') hideBuiltIn();
  });

  test('every kind of value comes back as it went in, also after the file was closed', async () => {
    const values = [
      null,
      -7,
      0.5,
      2 ** 53 - 1,
      '',
      'Äsha 🐢',
      new Uint8Array(0),
      new Uint8Array([1, 2, 3, 4]).subarray(1, 3),
    ];
    const database = await open();
    const insert = database.prepare('INSERT INTO things (value) VALUES (?)');
    for (const value of [...values, 12n]) expect(insert.run(value)).toEqual({ changes: 1 });
    database.close();
    const rows = (await open()).prepare('SELECT value FROM things ORDER BY number').all();
    expect(rows.map((row) => row.value)).toStrictEqual([...values.map(plain), 12]);
  });

  test('says how many rows changed, and which there are one by one', async () => {
    const database = await open();
    fill(database, 10, 1);
    const remove = database.prepare('DELETE FROM things WHERE number > ?');
    expect([remove.run(6).changes, remove.run(6).changes]).toEqual([4, 0]);
    const select = database.prepare('SELECT number FROM things WHERE number > ?');
    expect([...select.iterate(4)].map((row) => row.number)).toEqual([5, 6]);
    expect(select.get(5)).toMatchObject({ number: 6 });
    expect(select.get(6)).toBeUndefined();
    expect(select.all(6)).toEqual([]);
  });

  test('only the owner may read the file, and what stands beside it', async () => {
    const database = await open();
    fill(database, 1, 1);
    expect(readdirSync(folder)).toEqual(['history.db', 'history.db-shm', 'history.db-wal']);
    for (const name of readdirSync(folder)) {
      expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    }
  });

  test('commits are synced, deleted rows overwritten, and the file is not trusted', async () => {
    const database = await open();
    const pragmas = {
      journal_mode: 'wal',
      synchronous: 2,
      fullfsync: 1,
      checkpoint_fullfsync: 1,
      temp_store: 2,
      secure_delete: 1,
      trusted_schema: 0,
      cell_size_check: 1,
    };
    for (const [name, value] of Object.entries(pragmas)) {
      expect(database.prepare(`PRAGMA ${name}`).get()).toMatchObject({ [name]: value });
    }
  });

  test('a transaction is all or nothing, and what its work throws comes out', async () => {
    const database = await open();
    const refusal = new Error('no');
    expect(() =>
      database.transaction(() => {
        fill(database, 3, 1);
        throw refusal;
      }),
    ).toThrow(refusal);
    expect(count(database)).toBe(0);
    expect(
      database.transaction(() => {
        fill(database, 3, 1);
        return 'done';
      }),
    ).toBe('done');
    expect(() => database.transaction(() => database.transaction(() => {}))).toThrow(
      code('unwritable'),
    );
    expect(count(database)).toBe(3);
  });

  test('in memory, nothing is written and nobody else sees it', async () => {
    vi.spyOn(process, 'cwd').mockReturnValue(folder);
    const database = await open(null);
    fill(database, 1000, 1000);
    expect([count(database), count(await open(null))]).toEqual([1000, 0]);
    expect(readdirSync(folder)).toEqual([]);
  });

  test.each([':memory:', 'file:x.db?mode=memory'])('%s is the name of a file', async (name) => {
    const before = process.cwd();
    process.chdir(folder);
    try {
      const database = await open(name);
      fill(database, 1, 1);
      database.close();
      expect(readdirSync(folder)).toContain(name);
      expect(count(await open(name))).toBe(1);
    } finally {
      process.chdir(before);
    }
  });

  test('migrations run once each, in order, and one that fails leaves those before it', async () => {
    (await open(path, ['CREATE TABLE one (a)'])).close();
    const next = ['CREATE TABLE one (a)', 'CREATE TABLE two (a); INSERT INTO one VALUES (1)'];
    await expect(
      openDatabase(path, [...next, 'CREATE TABLE three (a); INSERT INTO nowhere VALUES (1)']),
    ).rejects.toEqual(code('unwritable'));
    expect(walBytes()).toBe(0);
    const database = await open(path, next);
    expect(database.prepare('SELECT a FROM one').all()).toMatchObject([{ a: 1 }]);
    expect(database.prepare('PRAGMA user_version').get()).toMatchObject({ user_version: 2 });
    expect(() => database.prepare('SELECT a FROM three')).toThrow(code('corrupt'));
  });

  test('a file that a later version wrote stays as it is', async () => {
    (await open(path, [...SCHEMA, 'CREATE TABLE later (a)'])).close();
    const before = readFileSync(path);
    await expect(openDatabase(path, SCHEMA)).rejects.toEqual(code('too-new'));
    expect(readFileSync(path)).toEqual(before);
  });

  test('a file that is not ours stays as it is', async () => {
    writeFileSync(path, 'x'.repeat(10_000));
    await expect(openDatabase(path, SCHEMA)).rejects.toEqual(code('corrupt'));
    expect(readFileSync(path, 'utf8')).toBe('x'.repeat(10_000));

    const others = join(folder, 'relay.db');
    const database = await open(others);
    database.exec('PRAGMA journal_mode = DELETE; PRAGMA user_version = 0');
    database.close();
    const before = readFileSync(others);
    await expect(openDatabase(others, SCHEMA)).rejects.toEqual(code('corrupt'));
    expect(readFileSync(others)).toEqual(before);
  });

  test('damage inside is noticed when it is read', async () => {
    const database = await open();
    database.transaction(() => fill(database, 400, 1000));
    database.close();
    const bytes = readFileSync(path);
    bytes.fill(0xff, 8192, bytes.length - 8192);
    writeFileSync(path, bytes);
    const damaged = await open();
    const select = damaged.prepare('SELECT number, value FROM things');
    expect(() => select.all()).toThrow(code('corrupt'));
    expect(() => [...select.iterate()]).toThrow(code('corrupt'));
  });

  test('follows no symlink, and opens nothing but a plain file', async () => {
    const target = join(folder, 'target');
    writeFileSync(target, '');
    symlinkSync(target, path);
    await expect(openDatabase(path, SCHEMA)).rejects.toEqual(code('not-a-file'));
    await expect(openDatabase(folder, SCHEMA)).rejects.toEqual(code('not-a-file'));
    const pipe = join(folder, 'pipe');
    if (spawnSync('mkfifo', [pipe]).status === 0) {
      await expect(openDatabase(pipe, SCHEMA)).rejects.toEqual(code('not-a-file'));
    }
    for (const suffix of ['-wal', '-shm', '-journal']) {
      const beside = join(folder, `beside${suffix}.db`);
      symlinkSync(target, beside + suffix);
      await expect(openDatabase(beside, SCHEMA)).rejects.toEqual(code('not-a-file'));
    }
    expect(readFileSync(target, 'utf8')).toBe('');
    const nowhere = join(folder, 'nowhere', 'history.db');
    await expect(openDatabase(nowhere, SCHEMA)).rejects.toEqual(code('unwritable'));
  });

  test('when there is no room nothing is claimed, and it goes on once there is', async () => {
    const database = await open();
    fill(database, 1, 1000);
    database.exec('PRAGMA max_page_count = 20');
    expect(() => database.transaction(() => fill(database, 100, 1000))).toThrow(code('no-space'));
    expect(count(database)).toBe(1);
    database.exec('PRAGMA max_page_count = 1000');
    database.transaction(() => fill(database, 100, 1000));
    expect(count(database)).toBe(101);
  });

  test('the WAL gives back what a big transaction took, and close() empties it', async () => {
    const database = await open();
    database.transaction(() => fill(database, 100, 200_000));
    expect(walBytes()).toBeGreaterThan(20_000_000);
    for (let row = 0; row < 2; row++) fill(database, 1, 1);
    expect(walBytes()).toBeLessThan(5_000_000);
    database.close();
    expect(walBytes()).toBe(0);
  });

  test('a reader that was left lets the WAL shrink', async () => {
    const database = await open();
    fill(database, 10, 1);
    const select = database.prepare('SELECT number FROM things');
    for (const { number } of select.iterate()) if (number === 2) break;
    const checkpoint = database.prepare('PRAGMA wal_checkpoint(TRUNCATE)');
    expect(checkpoint.get()).toMatchObject({ busy: 0 });
    // Positive control: one that goes on reading doesn't.
    database.exec('PRAGMA busy_timeout = 0');
    const reader = select.iterate();
    reader.next();
    fill(database, 1, 1);
    expect(() => checkpoint.get()).toThrow(code('locked'));
    reader.return?.();
  });

  test('what was deleted is not in the file any more', async () => {
    const database = await open();
    const secret = 'a very particular sentence';
    const insert = database.prepare('INSERT INTO things (value) VALUES (?)');
    for (let row = 0; row < 50; row++) insert.run(`${secret} ${row}`);
    database.close();
    expect(readFileSync(path).includes(secret)).toBe(true);
    const again = await open();
    again.exec('DELETE FROM things WHERE number <> 7');
    again.exec('DELETE FROM things');
    again.close();
    expect(readFileSync(path).includes(secret)).toBe(false);
  });

  test('says when another process is writing to it', async () => {
    const [first, second] = [await open(), await open()];
    first.transaction(() => {
      expect(() => second.transaction(() => {})).toThrow(code('locked'));
    });
    second.transaction(() => fill(second, 1, 1));
    expect(count(first)).toBe(1);
  });

  test('is closed once, however often close() is called, and opens again beside old statements', async () => {
    const database = await open();
    const statement = database.prepare('SELECT count(*) AS count FROM things');
    const reader = database.prepare('SELECT 1').iterate();
    reader.next();
    fill(database, 1, 1);
    database.close();
    database.close();
    expect(() => statement.get()).toThrow(code('unreadable'));
    expect(() => statement.run()).toThrow(code('unwritable'));
    expect(() => database.exec('SELECT 1')).toThrow(code('unwritable'));
    expect(() => database.prepare('SELECT 1')).toThrow(code('unreadable'));
    expect(count(await open())).toBe(1);
  });

  test('recovers what a killed process had committed, and nothing else', async () => {
    const child = startChild([process.execPath, script, 'die-writing', path]);
    await child.exited;
    expect(child.process.signalCode).toBe('SIGKILL');
    expect(statSync(`${path}-wal`).size).toBeGreaterThan(5_000_000);
    const database = await open(path, ['already there']);
    expect(database.prepare('SELECT count(*) AS count FROM rows').get()).toMatchObject({
      count: 128,
    });
    expect(database.prepare('PRAGMA integrity_check').get()).toMatchObject({
      integrity_check: 'ok',
    });
  });
});

test('where there is no SQLite the error says what to do, and no file is left', async () => {
  hideBuiltIn();
  vi.doMock('@photostructure/sqlite', () => {
    throw new Error('not installed');
  });
  const failure = await openDatabase(path, SCHEMA).catch((error: unknown) => error);
  expect(failure).toEqual(code('no-database'));
  expect(failure).toMatchObject({ message: expect.stringContaining('Node 22.13') });
  expect(readdirSync(folder)).toEqual([]);
});

test('opening prints nothing, not even that SQLite is experimental', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, 'open', path]);
  expect(String(stderr)).toBe('');
  expect([String(stdout), status]).toEqual(['{"count":0}\n', 0]);
});

test('warnings are still printed after it has been opened', async () => {
  const warning = new Promise((resolve) => process.once('warning', resolve));
  await open();
  process.emitWarning('something else');
  expect(await warning).toMatchObject({ message: 'something else' });
});

function plain(value: unknown): unknown {
  return value instanceof Uint8Array ? new Uint8Array(value) : value;
}
