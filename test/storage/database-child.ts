// A process of its own with a database: one that is killed, one on a small or read-only disk, one that is quiet.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { openDatabase } from '../../src/storage/database.ts';
import { claimPrivateFile } from '../../src/storage/private-file.ts';
import { StorageError } from '../../src/storage/storage-error.ts';

const SCHEMA = ['CREATE TABLE rows (number INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT'];

function print(result: Record<string, unknown>): void {
  process.stdout.write(`${JSON.stringify(result)}\n`);
}

async function openRows(path: string) {
  const database = await openDatabase(path, SCHEMA);
  const insert = database.prepare('INSERT INTO rows (bytes) VALUES (zeroblob(?))');
  const count = database.prepare('SELECT count(*) AS count FROM rows');
  return {
    database,
    insert: (sizeBytes: number) => insert.run(sizeBytes),
    count: () => count.get()?.count,
  };
}

/** Dies in the middle of its third transaction. */
async function dieWriting(path: string): Promise<void> {
  const { database, insert } = await openRows(path);
  for (let row = 0; row < 3; row++) {
    database.transaction(() => {
      for (let index = 0; index < 64; index++) insert(300);
      // Too much for the cache, so that uncommitted pages are in the WAL too.
      if (row === 2) insert(8_000_000);
      if (row === 2) process.kill(process.pid, 'SIGKILL');
    });
  }
}

/** Commits rows until the disk is full, then makes room and goes on. */
async function fillDisk(folder: string, ballast: string): Promise<void> {
  const path = join(folder, 'history.db');
  const { database, insert, count } = await openRows(path);
  let committed = 0;
  const commit = () => {
    database.transaction(() => insert(10_000));
    committed++;
  };
  try {
    for (;;) commit();
  } catch (error) {
    printError(error);
  }
  print({ committed, count: count() });
  rmSync(ballast);
  for (let row = 0; row < 5; row++) commit();
  database.close();
  const reopened = await openRows(path);
  print({
    committed,
    count: reopened.count(),
    check: reopened.database.prepare('PRAGMA integrity_check').get()?.integrity_check,
  });
  reopened.database.close();
}

function printError(error: unknown): void {
  if (!(error instanceof StorageError)) throw error;
  print({ code: error.code, path: error.path, message: error.message });
}

const [, , action, path = '', ballast = ''] = process.argv;
try {
  switch (action) {
    case 'open': {
      const { database, count } = await openRows(path);
      print({ count: count() });
      database.close();
      break;
    }
    case 'claim':
      await claimPrivateFile(path, { create: true });
      print({ claimed: true });
      break;
    case 'die-writing':
      await dieWriting(path);
      break;
    case 'fill-disk':
      await fillDisk(path, ballast);
      break;
    default:
      throw new Error(`unknown action ${action}`);
  }
} catch (error) {
  printError(error);
}
