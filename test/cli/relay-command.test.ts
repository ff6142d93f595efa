// `lanchat relay` and its folder: what it keeps there, over signals, and files that it must leave alone.
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseSize } from '../../src/cli/options.ts';
import { ready } from '../../src/crypto/sodium.ts';
import { openDatabase } from '../../src/storage/database.ts';
import { directBlob, mailed } from '../relay/blobs.ts';
import { file } from '../relay/files.ts';
import { runCommand } from '../support/command.ts';
import { numberedIdentity, WireClient } from '../support/wire-client.ts';

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lanchat-relay-command-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

const relayIn = (data: string, ...more: readonly string[]) =>
  runCommand([
    ...['relay', '--port', '0', '--host', '127.0.0.1', '--no-mdns', '--json'],
    ...['--data', data],
    ...more,
  ]);

/** Once it listens. */
async function startIn(data: string, ...more: readonly string[]) {
  await ready();
  const running = relayIn(data, ...more);
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
  const carry = async (number: number) => {
    const client = await WireClient.connect({ port });
    onTestFinished(() => client.close());
    await client.carry(numberedIdentity(number));
    return client;
  };
  const stop = async (signal: 'SIGINT' | 'SIGTERM') => {
    running.interrupt(signal);
    return running.status;
  };
  return { login, carry, stop };
}

describe('lanchat relay', () => {
  it('keeps files in a folder of its own, as much as --files says', async () => {
    const data = makeFolder();
    const { carry } = await startIn(data, '--files', '1M');
    const keepOf = async (chunks: number) =>
      (await carry(1)).request({ type: 'keep', file: file(), chunks, ttlSeconds: 60 });
    expect(await keepOf(4)).toMatchObject({ code: 'quota' });
    expect(await keepOf(3)).toMatchObject({ type: 'have', count: 0 });
    expect(statSync(join(data, 'files')).mode & 0o777).toBe(0o700);
  });

  it('keeps files where nothing is said of them', async () => {
    const { carry } = await startIn(makeFolder());
    const client = await carry(1);
    const request = { type: 'keep', file: file(), chunks: 16, ttlSeconds: 60 } as const;
    expect(await client.request(request)).toMatchObject({ type: 'have', count: 0 });
  });

  it('takes sizes by powers of 1024, and nothing else', () => {
    const sizes = ['0', '10', '3k', '500M', '1.5G', '2T'].map((text) => parseSize(text, '--files'));
    expect(sizes).toEqual([0, 10, 3_072, 500 * 1024 ** 2, 1.5 * 1024 ** 3, 2 * 1024 ** 4]);
    for (const text of ['', '-1', '1e9', '5X', '1 G', '0x10', 'all', '999999999T']) {
      expect(() => parseSize(text, '--files'), text).toThrow('--files takes a size');
    }
  });
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
