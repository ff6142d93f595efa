// Starting a relay for the screen, over small programs that stand in for `lanchat relay`.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { hostRelay } from '../../src/cli/hosted-relay.ts';

const folder = mkdtempSync(join(tmpdir(), 'lanchat-hosted-'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function programThat(does: string): string[] {
  const path = join(folder, `${does.length}.mjs`);
  writeFileSync(path, does);
  return [path];
}

const line = { v: 1, type: 'listening', host: '::', port: 4711, fingerprint: 'ab'.repeat(32) };
const sayAndStay = `console.log(JSON.stringify({ ...${JSON.stringify(line)}, args: process.argv.slice(2) }));
process.on('SIGTERM', () => process.exit(0)); setInterval(() => {}, 1000);`;

describe('a relay hosted from the screen', () => {
  it('is reached at the port it names, and stops when told', async () => {
    const relay = await hostRelay(programThat(sayAndStay), '/some/home');
    expect(relay.address).toEqual({ host: '127.0.0.1', port: 4711, fingerprint: 'ab'.repeat(32) });
    await relay.stop();
    await relay.stop();
  });

  it('tells in its own words why it did not start', async () => {
    const program = programThat(`console.error('lanchat: port 7717 is in use'); process.exit(1);`);
    await expect(hostRelay(program, null)).rejects.toMatchObject({
      code: 'relay-not-started',
      message: 'the relay could not be started here: port 7717 is in use',
    });
  });

  it.each(['console.log("hello")', `console.log('{"v":1,"type":"listening","port":0}')`, ''])(
    'refuses a program that says %j',
    async (does) => {
      const program = programThat(`${does}; setTimeout(() => {}, 200);`);
      await expect(hostRelay(program, null)).rejects.toMatchObject({ code: 'relay-not-started' });
    },
  );
});
