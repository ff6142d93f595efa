import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KEY_ACTIONS } from '../../src/ui/key-bindings.ts';
import { MAX_KEY_FILE_BYTES, readKeyFile } from '../../src/ui/key-file.ts';
import { runCommand } from '../support/command.ts';

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'lanchat-test-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function keys(...args: readonly string[]) {
  return runCommand(['keys', '--home', home, ...args]);
}

describe('lanchat keys', () => {
  it('prints the keys as a file that says the same, and opens no session', async () => {
    writeFileSync(join(home, 'keys'), 'send = f5\nnewline = enter\n');
    const run = keys();
    expect(await run.status).toBe(0);
    const again = readKeyFile(run.stdout());
    expect(again.problems).toEqual([]);
    expect(again.keysOf.get('send')).toEqual(['f5']);
    expect(run.stdout()).toContain(join(home, 'keys'));
    expect(run.opened).toEqual([]);
    expect(run.stderr()).toBe('');
  });

  it('prints every action as JSON, with what is wrong in the file', async () => {
    writeFileSync(join(home, 'keys'), 'page-up = f5\nbad line\n');
    const run = keys('--json');
    expect(await run.status).toBe(0);
    const records = run.records();
    expect(records.filter(({ type }) => type === 'key')).toHaveLength(KEY_ACTIONS.length);
    expect(records).toContainEqual({
      ...{ v: 1, type: 'key', action: 'page-up', place: 'screen' },
      ...{ keys: ['f5'], default: ['pageup'] },
    });
    expect(records.at(-1)).toMatchObject({ type: 'key-problem', line: 2 });
    expect(run.stderr()).toContain('line 2: ');
  });

  it('makes the file for its owner, once', async () => {
    const path = join(home, 'fresh', 'keys');
    const fresh = () => runCommand(['keys', '--write', '--json', '--home', join(home, 'fresh')]);
    const run = fresh();
    expect(await run.status).toBe(0);
    expect(run.records()).toEqual([{ v: 1, type: 'key-file', file: path }]);
    expect(readKeyFile(readFileSync(path, 'utf8')).problems).toEqual([]);
    if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600);
    writeFileSync(path, 'send = f5\n');
    const again = fresh();
    expect(await again.status).toBe(1);
    expect(again.records()).toMatchObject([{ type: 'error', code: 'file-exists' }]);
    expect(readFileSync(path, 'utf8')).toBe('send = f5\n');
  });

  it('refuses a file that is no plain small file of keys, and reads nothing of it', async () => {
    const path = join(home, 'keys');
    const refused = async () => {
      const run = keys('--json');
      expect(await run.status).toBe(1);
      return run.records().map(({ code }) => code);
    };
    writeFileSync(path, `#${'x'.repeat(MAX_KEY_FILE_BYTES)}`);
    expect(await refused()).toEqual(['corrupt']);
    rmSync(path);
    symlinkSync('/etc/passwd', path);
    expect(await refused()).toEqual(['not-a-file']);
    rmSync(path);
    mkdirSync(path);
    expect(await refused()).toEqual(['not-a-file']);
  });

  it('prints the usual keys of an ephemeral lanchat, and writes none', async () => {
    const run = runCommand(['keys', '--ephemeral']);
    expect(await run.status).toBe(0);
    expect(run.stdout()).toContain('nothing is read from the disk');
    const writing = runCommand(['keys', '--write', '--ephemeral', '--json']);
    expect(await writing.status).toBe(1);
    expect(writing.records()).toMatchObject([{ type: 'error', code: 'ephemeral' }]);
  });
});
