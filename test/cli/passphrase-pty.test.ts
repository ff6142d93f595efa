import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isVaultLocked } from '../../src/storage/vault.ts';
import type { PtySession } from '../support/pty.ts';
import { ptyProgram } from '../support/pty-program.ts';

const program = ptyProgram(new URL('../support/passphrase-program.ts', import.meta.url));

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'lanchat-passphrase-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function start(): PtySession {
  return program.start({ env: { LANCHAT_HOME: home } });
}

/** The terminal shows what is typed again. */
async function expectCooked(session: PtySession): Promise<void> {
  session.type('visible\r');
  await session.waitForText('then: visible');
  expect(session.screen.filter((row) => row.includes('visible'))).toHaveLength(2);
}

describe('a passphrase at a real terminal', () => {
  it('is asked twice and shown nowhere, and the terminal is as before', async () => {
    const session = start();
    await session.waitForText('New passphrase: ');
    session.type('first sekret\x7f\x7fet\r');
    await session.waitForText('Again: ');
    session.type('first sekret\r');
    await session.waitForText('ended 0, raw false');
    expect(session.output).not.toMatch(/sek/);
    expect(session.screen).toContain(
      'Passphrase set. lanchat asks for it whenever it opens this profile.',
    );
    await expectCooked(session);
    expect((await session.exited).exitCode).toBe(0);
    expect(await isVaultLocked(home)).toBe(true);
  });

  it('can be given up with Ctrl+C: nothing is changed, and the terminal is as before', async () => {
    const session = start();
    await session.waitForText('New passphrase: ');
    session.type('half a sekret\x03');
    await session.waitForText('ended 130, raw false');
    expect(session.output).not.toContain('sek');
    await expectCooked(session);
    expect(await isVaultLocked(home)).toBe(false);
  });

  it('gives the terminal back on SIGTERM', async () => {
    const session = start();
    await session.waitForText('New passphrase: ');
    process.kill(session.pid, 'SIGTERM');
    await session.waitForText('ended 143, raw false');
    await expectCooked(session);
  });

  it('is asked for where one is set, three times, and a wrong one changes nothing', async () => {
    const first = start();
    await first.waitForText('New passphrase: ');
    first.type('first secret\r');
    await first.waitForText('Again: ');
    first.type('first secret\r');
    await first.waitForText('ended 0');
    await first.close();
    expect(existsSync(join(home, 'vault.json'))).toBe(true);
    const before = readFileSync(join(home, 'vault.json'), 'utf8');
    const second = start();
    await second.waitForText('Passphrase of this profile: ');
    for (let tries = 1; tries <= 3; tries++) {
      second.type('wrong\r');
      const asked = () => second.output.split('That is not it.').length - 1;
      if (tries < 3) await second.waitFor(() => asked() === tries, `retry ${tries}`);
    }
    await second.waitForText('wrong-passphrase: ');
    await second.waitForText('ended 1, raw false');
    expect(readFileSync(join(home, 'vault.json'), 'utf8')).toBe(before);
  });
});
