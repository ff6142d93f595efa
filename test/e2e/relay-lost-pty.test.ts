// The built screen behind a cable that is pulled: nothing is closed, and within ten seconds it says so.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { Program } from '../support/cli.ts';
import { PtySession } from '../support/pty.ts';
import { layCable } from './link-cable.ts';

const executable = fileURLToPath(new URL('../../bin/lanchat.js', import.meta.url));

it('says within ten seconds that the relay is lost, and sends what was written once it is back', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lanchat-lost-'));
  const env = {
    ...{ HOME: folder, LANCHAT_HOME: join(folder, 'asha'), LANG: 'C.UTF-8' },
    PATH: process.env.PATH ?? '',
  };
  const options = ['--port', '0', '--host', '127.0.0.1', '--no-mdns', '--json'];
  const home = ['--home', join(folder, 'relay')];
  const relay = new Program([process.execPath, executable, 'relay', ...options, ...home], env);
  const { port } = await relay.line(({ type }) => type === 'listening');
  const cable = await layCable(Number(port));
  const args = [executable, '--nick', 'asha', '--relay', `127.0.0.1:${cable.port}`];
  const session = new PtySession({ file: process.execPath, args, columns: 80, rows: 24, env });
  onTestFinished(async () => {
    await session.close();
    relay.process.kill();
    await relay.ended;
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  await session.waitForText(' online · ');
  session.type('hello\r');
  await session.waitForText('> hello');

  const pulledMs = performance.now();
  cable.pull();
  await session.waitForText('No link to the relay for');
  expect(performance.now() - pulledMs).toBeLessThan(10_000);
  await session.waitForText('What you write is kept here');
  session.type('meanwhile\r');
  await session.waitForText('… meanwhile');

  // Each second is counted, and nothing moves but what counts.
  const seconds = () => /relay for (\d+) s/.exec(session.screen.join('\n'))?.[1];
  const first = seconds();
  await session.waitFor(() => seconds() !== first, 'another second');
  cable.plugIn();
  session.type('\r');
  await session.waitForText('> meanwhile');
  expect(session.screen.join('\n')).not.toContain('No link to the relay');
});
