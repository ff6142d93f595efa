import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CommandError } from '../../src/cli/errors.ts';
import { writeProfile01 } from '../storage/profile-0-1.ts';
import { runCommand } from '../support/command.ts';
import { FakeSession } from '../support/fake-session.ts';

// No relay is waited for: what is looked at is where its pins come from.
const FIND = ['find', '--timeout', '0.05', '--json'];

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'lanchat-find-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

describe('lanchat find', () => {
  it('asks the profile which relays it has pinned, without being seen, and leaves it before it looks', async () => {
    writeProfile01(home);
    const session = new FakeSession();
    const run = runCommand(FIND, { session, env: { LANCHAT_HOME: home } });
    await run.status;
    expect(session.requests).toEqual([{ do: 'remembered' }]);
    expect(run.opened).toMatchObject([
      { offline: true, existing: true, rooms: 'leave-alone', exclusive: false },
    ]);
    expect(session.closed).toBe(true);
  });

  it('makes no profile where there is none, and needs none that is ephemeral', async () => {
    const fresh = runCommand(FIND, { env: { LANCHAT_HOME: home } });
    await fresh.status;
    expect(fresh.opened).toEqual([]);
    writeProfile01(home);
    const ephemeral = runCommand([...FIND, '--ephemeral'], { env: { LANCHAT_HOME: home } });
    await ephemeral.status;
    expect(ephemeral.opened).toEqual([]);
  });

  it('looks without a passphrase as well, and says then that nothing is known to be pinned', async () => {
    writeProfile01(home);
    const session = new FakeSession({
      remembered: () => {
        throw new CommandError('locked-profile', 'this profile is locked');
      },
    });
    const run = runCommand(FIND, { session, env: { LANCHAT_HOME: home } });
    await run.status;
    expect(run.stderr()).toContain('This profile is locked');
    // Whether there are relays depends on the network of whoever runs this.
    expect(run.stdout()).not.toMatch(/locked-profile|"pinned":true/);
  });
});
