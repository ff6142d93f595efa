import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ready } from '../../src/crypto/sodium.ts';
import { runCommand } from '../support/command.ts';
import { numberedIdentity, WireClient } from '../support/wire-client.ts';

/** A relay as `lanchat relay` runs it, in this process, until the test ends. */
async function runRelayCommand() {
  await ready();
  const data = mkdtempSync(join(tmpdir(), 'lanchat-control-'));
  const place = ['--data', data, '--json'];
  const running = runCommand([
    ...['relay', '--port', '0', '--host', '127.0.0.1', '--no-mdns'],
    ...place,
  ]);
  onTestFinished(async () => {
    running.interrupt('SIGTERM');
    await running.status;
    rmSync(data, { recursive: true });
  });
  await running.printed('"listening"');
  const [listening] = running.records();
  const client = await WireClient.connect({ port: Number(listening?.port) });
  onTestFinished(() => client.close());
  await client.login(numberedIdentity(1), { nick: 'asha' });
  return { client, ask: (...args: string[]) => runCommand(['relay', ...args, ...place]) };
}

describe('lanchat relay announce', () => {
  it('reaches everybody who is connected, and says how many', async () => {
    const { client, ask } = await runRelayCommand();
    const run = ask('announce', 'back in', 'five minutes');
    expect(await run.status).toBe(0);
    expect(run.records()).toEqual([{ v: 1, type: 'announced', people: 1 }]);
    expect(await client.next('announce')).toMatchObject({ text: 'back in five minutes' });
  });

  it.each([
    ['too-long', 'é'.repeat(1_001)],
    ['empty-text', ''],
    ['bad-text', '\ud800'],
  ])('refuses with %s what can not be announced', async (code, text) => {
    const { client, ask } = await runRelayCommand();
    const run = ask('announce', text);
    expect(await run.status).toBe(1);
    expect(run.records()).toMatchObject([{ type: 'error', code }]);
    await client.settled();
    expect(client.count('announce')).toBe(0);
  });

  it('says where it looked when no relay runs there', async () => {
    const nowhere = join(tmpdir(), 'lanchat-without-a-relay');
    const run = runCommand(['relay', 'announce', 'lunch', '--data', nowhere, '--json']);
    expect(await run.status).toBe(3);
    expect(run.records()).toMatchObject([{ type: 'error', code: 'no-relay' }]);
  });
});

describe('lanchat relay peers and kick', () => {
  it('shows who is connected, and ends a connection by 8 digits of its fingerprint', async () => {
    const { client, ask } = await runRelayCommand();
    const { id } = numberedIdentity(1);
    const peers = ask('peers');
    expect(await peers.status).toBe(0);
    expect(peers.records()).toMatchObject([{ type: 'peer', nick: 'asha', fingerprint: id }]);
    const kick = ask('kick', id.slice(0, 8));
    expect(await kick.status).toBe(0);
    expect(kick.records()).toEqual([{ v: 1, type: 'kicked', fingerprint: id }]);
    expect(await client.next('end')).toMatchObject({ code: 'kicked' });
    expect(await ask('kick', '0000').status).toBe(1);
  });
});
