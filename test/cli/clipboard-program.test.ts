// The programs that put text on a desktop's clipboard: which are tried, and what they are given.
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { clipboardPrograms, copyByProgram } from '../../src/cli/clipboard-program.ts';

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A PATH on which only these programs are, as shell scripts. */
function pathWith(scripts: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'lanchat-clipboard-'));
  folders.push(folder);
  for (const [name, script] of Object.entries(scripts)) {
    writeFileSync(join(folder, name), `#!/bin/sh\ncd '${folder}'\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  return folder;
}

const KEEP = '/bin/cat > taken; echo "$@" > arguments';

describe('the clipboard', () => {
  it.each([
    ['linux', { WAYLAND_DISPLAY: 'w', DISPLAY: ':0' }, ['wl-copy', 'xclip', 'xsel']],
    ['linux', { DISPLAY: ':0' }, ['xclip', 'xsel']],
    ['linux', { WSL_DISTRO_NAME: 'Debian' }, ['clip.exe']],
    ['linux', {}, []],
    ['darwin', {}, ['pbcopy']],
    ['darwin', { SSH_CONNECTION: '10.0.0.1 1 10.0.0.2 22' }, []],
    ['win32', {}, ['clip.exe']],
  ])('of %s with %j is reached by %j', (platform, env, names) => {
    expect(clipboardPrograms({ platform, env }).map(([name]) => name)).toEqual(names);
  });

  it('is given the text on stdin, as it is, by the first program that is there and takes it', async () => {
    const PATH = pathWith({ xclip: 'exit 1', xsel: KEEP });
    const text = "$(touch here) '; --\n漢字";
    const host = { platform: 'linux', env: { PATH, DISPLAY: ':0', WAYLAND_DISPLAY: 'w' } };
    expect(await copyByProgram(text, host)).toBe('xsel');
    expect(readFileSync(join(PATH, 'taken'), 'utf8')).toBe(text);
    expect(readFileSync(join(PATH, 'arguments'), 'utf8')).toBe('--clipboard --input\n');
  });

  it('is nobody’s where no program is there, or none reads', async () => {
    const env = { PATH: pathWith({ xsel: 'exit 3' }), DISPLAY: ':0' };
    expect(await copyByProgram('x'.repeat(1_000_000), { platform: 'linux', env })).toBeNull();
  });
});
