// The floor of a mailbox: the same rows in the same schema and file system, straight into SQLite, commit after commit.
import { randomBytes } from 'node:crypto';
import * as v from 'valibot';
import { openRelayDatabase } from '../src/relay/relay-database.ts';
import type { Database, Statement } from '../src/storage/database.ts';
import { MAIL_FRAME_BYTES, MAIL_RECIPIENTS, MAIL_SENDERS } from './mail-traffic.ts';
import { serveRequests } from './worker.ts';

const request = v.variant('do', [
  v.object({ do: v.literal('open'), path: v.string() }),
  /** Rows in each commit, in order. Answers with the milliseconds that all took. */
  v.object({ do: v.literal('commit'), rows: v.array(v.number()) }),
]);

const ID_BYTES = 16;
const WEEK_MS = 7 * 24 * 60 * 60_000;

interface Opened {
  readonly database: Database;
  readonly insert: Statement;
}

let opened: Opened | null = null;
/** As the relay's begin. */
let rseq = BigInt(Date.now()) << 20n;
const recipients = Array.from({ length: MAIL_RECIPIENTS }, () => randomBytes(ID_BYTES));
const senders = Array.from({ length: MAIL_SENDERS }, () => randomBytes(ID_BYTES));
const source = randomBytes(ID_BYTES);
const frame = randomBytes(MAIL_FRAME_BYTES);

async function open(path: string): Promise<void> {
  const database = await openRelayDatabase(path);
  const insert = database.prepare('INSERT INTO mail VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  opened = { database, insert };
}

function commit({ database, insert }: Opened, rows: readonly number[]): number {
  const total = rows.reduce((sum, count) => sum + count, 0);
  const tokens = randomBytes(total * ID_BYTES);
  let made = 0;
  const put = () => {
    const route = [
      recipients[made % MAIL_RECIPIENTS] ?? null,
      senders[made % MAIL_SENDERS] ?? null,
    ];
    const token = tokens.subarray(made * ID_BYTES, (made + 1) * ID_BYTES);
    insert.run(++rseq, ...route, source, token, frame.length, Date.now() + WEEK_MS, frame);
    made++;
  };
  const startMs = performance.now();
  for (const count of rows) {
    database.transaction(() => {
      for (let row = 0; row < count; row++) put();
    });
  }
  return performance.now() - startMs;
}

serveRequests(request, async (asked) => {
  switch (asked.do) {
    case 'open':
      await open(asked.path);
      return [];
    case 'commit':
      if (opened === null) throw new Error('no database is open');
      return [commit(opened, asked.rows)];
    default:
      return asked satisfies never;
  }
});
