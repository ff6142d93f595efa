// The relay in a process of its own, as `lanchat relay` starts it, over a database that counts what each commit holds.
import { randomBytes } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import * as v from 'valibot';
import { startRelay } from '../src/relay/relay.ts';
import { openRelayDatabase } from '../src/relay/relay-database.ts';
import type { Database, Statement } from '../src/storage/database.ts';
import { serveRequests } from './worker.ts';

const request = v.variant('do', [
  /** Answers with the port. */
  v.object({ do: v.literal('listen'), path: v.string() }),
  /** Answers with the letters in each commit since this was asked last. */
  v.object({ do: v.literal('commits') }),
]);

/** As src/cli/relay-command.ts has it. */
setFlagsFromString('--semi-space-growth-factor=1');

let commits: number[] = [];

function counting(database: Database): Database {
  let letters = 0;
  const countRuns = (statement: Statement): Statement => ({
    run: (...values) => {
      letters++;
      return statement.run(...values);
    },
    get: (...values) => statement.get(...values),
    all: (...values) => statement.all(...values),
    iterate: (...values) => statement.iterate(...values),
  });
  return {
    prepare(sql) {
      const statement = database.prepare(sql);
      return sql.startsWith('INSERT INTO mail ') ? countRuns(statement) : statement;
    },
    exec: (sql) => database.exec(sql),
    transaction(work) {
      letters = 0;
      const result = database.transaction(work);
      if (letters > 0) commits.push(letters);
      return result;
    },
    damaged: () => database.damaged(),
    close: () => database.close(),
  };
}

async function listen(path: string): Promise<number> {
  const relay = await startRelay({
    seed: new Uint8Array(randomBytes(32)),
    port: 0,
    host: '127.0.0.1',
    database: counting(await openRelayDatabase(path)),
    onEvent: (event) => {
      if (event.type === 'fault') throw event.error;
    },
  });
  return relay.port;
}

serveRequests(request, async (asked) => {
  switch (asked.do) {
    case 'listen':
      return [await listen(asked.path)];
    case 'commits': {
      const counted = commits;
      commits = [];
      return counted;
    }
    default:
      return asked satisfies never;
  }
});
