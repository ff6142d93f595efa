// `lanchat relay` and its folder: what it keeps there, over signals, and files that it must leave alone.
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ready } from '../../src/crypto/sodium.ts';
import { openDatabase } from '../../src/storage/database.ts';
import { directBlob, mailed } from '../relay/blobs.ts';
import { runCommand } from '../support/command.ts';
import { numberedIdentity, WireClient } from '../support/wire-client.ts';

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lanchat-relay-command-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

const relayIn = (data: string) =>
  runCommand([
    ...['relay', '--port', '0', '--host', '127.0.0.1', '--no-mdns', '--json'],
    ...['--data', data],
  ]);

/** Once it listens. */
async function startIn(data: string) {
  await ready();
  const running = relayIn(data);
  onTestFinished(async () => {
    running.interrupt('SIGTERM');
    await running.status;
  });
  await running.printed('"listening"');
  const port = Number(running.records()[0]?.port);
  const login = async (number: number) => {
    const client = await WireClient.connect({ port });
    onTestFinished(() => client.close());
    return { client, ready: await client.login(numberedIdentity(number)) };
  };
  const stop = async (signal: 'SIGINT' | 'SIGTERM') => {
    running.interrupt(signal);
    return running.status;
  };
  return { login, stop };
}

describe('lanchat relay', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'has after %s all that it had accepted',
    async (signal) => {
      const data = makeFolder();
      const first = await startIn(data);
      await (await first.login(2)).client.close();
      const { client } = await first.login(1);
      const bodies = Array.from({ length: 100 }, () => mailed(directBlob(numberedIdentity(2).id)));
      // The signal comes while most of them are on their way.
      const answers = bodies.map((body) => client.request(body).catch(() => null));
      await answers[0];
      expect(await first.stop(signal)).toBe(0);
      const accepted = (await Promise.all(answers)).filter((answer) => answer?.type === 'done');
      expect(accepted.length).toBeGreaterThan(0);
      expect(statSync(join(data, 'relay.db')).mode & 0o777).toBe(0o600);
      const second = await startIn(data);
      const { ready } = await second.login(2);
      expect(ready.queued).toBeGreaterThanOrEqual(accepted.length);
    },
  );

  it('leaves a relay.db of a newer lanchat alone, and says so', async () => {
    const data = makeFolder();
    const path = join(data, 'relay.db');
    const newer = Array.from({ length: 9 }, (_, n) => `CREATE TABLE later${n} (id INTEGER)`);
    (await openDatabase(path, newer)).close();
    const before = readFileSync(path);
    const run = relayIn(data);
    expect(await run.status).toBe(1);
    expect(run.records()).toMatchObject([{ type: 'error', code: 'too-new' }]);
    expect(run.stderr()).toContain(path);
    expect(run.stderr()).toContain('update lanchat');
    expect(readFileSync(path)).toEqual(before);
  });

  it.each([
    ['no database', Buffer.from('not a database, but somebody wants it '.repeat(200))],
    ['a database that is cut', null],
  ])('leaves %s alone, and says what to do', async (_name, bytes) => {
    const data = makeFolder();
    const path = join(data, 'relay.db');
    await (await startIn(data)).stop('SIGTERM');
    writeFileSync(path, bytes ?? readFileSync(path).subarray(0, 5_000), { mode: 0o600 });
    const before = readFileSync(path);
    const run = relayIn(data);
    expect(await run.status).toBe(1);
    expect(run.records()).toMatchObject([{ type: 'error', code: 'corrupt' }]);
    expect(run.stderr()).toMatch(/relay\.db is damaged and was left as it is; .*move it away/);
    expect(readFileSync(path)).toEqual(before);
  });
});
