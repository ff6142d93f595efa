// Files that are made only to be sent: where they lie, who may read them, and when they go.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TemporaryFiles } from '../../src/cli/temporary-files.ts';
import { UsageError } from '../../src/protocol/errors.ts';

const BYTES = Buffer.from('89504e470d0a1a0a0011', 'hex');
/** Of no process: above what Linux counts to. */
const NOBODY = 2 ** 22 + 1;

let profile = '';

beforeEach(() => {
  profile = mkdtempSync(join(tmpdir(), 'lanchat-temporary-'));
});
afterEach(() => rmSync(profile, { recursive: true, force: true }));

const modeOf = (path: string) => statSync(path).mode & 0o777;
const spooled = () => readdirSync(join(profile, 'spool'));

async function recorded(files: TemporaryFiles): Promise<string> {
  const path = join(await files.temporaryFolder(), `${process.pid}-0a1b`);
  writeFileSync(path, BYTES);
  return path;
}

describe('what is made only to be sent', () => {
  it('lies in the profile, for its owner alone, and goes when it is discarded', async () => {
    const files = new TemporaryFiles(profile);
    const path = await files.keepTemporary(BYTES);
    expect(dirname(path)).toBe(join(profile, 'spool'));
    expect(readFileSync(path)).toEqual(BYTES);
    expect([modeOf(path), modeOf(dirname(path))]).toEqual([0o600, 0o700]);
    await files.discard(path);
    expect(existsSync(path)).toBe(false);
    await files.discard(path);
  });

  it('stays for whoever it was handed to, after the screen and after the next begins', async () => {
    const files = new TemporaryFiles(profile);
    let handed = '';
    await files.handOver(await recorded(files), async (path) => {
      handed = path;
    });
    await files.close();
    expect(await new TemporaryFiles(profile).temporaryFolder()).toBe(dirname(handed));
    expect(readFileSync(handed)).toEqual(BYTES);
  });

  it('lies where it lay when nobody took it, and goes with the screen', async () => {
    const files = new TemporaryFiles(profile);
    const path = await recorded(files);
    const refused = new UsageError('key-changed', 'their key changed');
    await expect(files.handOver(path, () => Promise.reject(refused))).rejects.toBe(refused);
    expect(spooled()).toEqual([`${process.pid}-0a1b`]);
    await files.close();
    expect(spooled()).toEqual([]);
  });

  it('goes with the next screen where a process was killed, and only that', async () => {
    mkdirSync(join(profile, 'spool'));
    writeFileSync(join(profile, 'spool', `${NOBODY}-dead`), 'unsealed');
    writeFileSync(join(profile, 'spool', `${process.pid}-alive`), 'unsealed');
    writeFileSync(join(profile, 'spool', 'handed'), 'unsealed');
    await new TemporaryFiles(profile).temporaryFolder();
    expect(spooled().sort()).toEqual([`${process.pid}-alive`, 'handed'].sort());
  });

  it('lies apart for a profile without a folder, and all of it goes at the end', async () => {
    const files = new TemporaryFiles(null);
    const path = await files.keepTemporary(BYTES);
    const folder = dirname(path);
    expect([modeOf(path), modeOf(folder)]).toEqual([0o600, 0o700]);
    expect(folder).not.toBe(tmpdir());
    await files.close();
    expect(existsSync(folder)).toBe(false);
  });

  it('makes no folder before anything is put in it', async () => {
    await new TemporaryFiles(profile).close();
    expect(readdirSync(profile)).toEqual([]);
  });
});
