// This machine's files, and the picture on its clipboard, as far as the screen asks for them.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clipboardPicture, picturePrograms } from '../../src/cli/clipboard-picture.ts';
import { localFiles } from '../../src/cli/local-files.ts';

const PNG = Buffer.from('89504e470d0a1a0a0011', 'hex');
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lanchat-local-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const files = localFiles({ platform: 'linux', env: {} });

describe('files of this machine', () => {
  it('are looked at by what they are', async () => {
    writeFileSync(join(folder, 'a'), 'abc');
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    expect(await files.look(join(folder, 'a'))).toEqual({ kind: 'file', sizeBytes: 3 });
    expect((await files.look(folder))?.kind).toBe('folder');
    expect((await files.look(join(folder, 'pipe')))?.kind).toBe('other');
    expect(await files.look(join(folder, 'none'))).toBeNull();
    expect(await files.look('\u0000')).toBeNull();
  });

  it('are named from the home or from where lanchat was started', () => {
    expect(files.resolve('~/a')).toBe(join(homedir(), 'a'));
    expect(files.resolve('~')).toBe(homedir());
    expect(files.resolve('a')).toBe(resolve('a'));
    expect(files.resolve('~a')).toBe(resolve('~a'));
  });

  it('are listed by name, links by what they lead to, and only so many', () => {
    mkdirSync(join(folder, 'b'));
    writeFileSync(join(folder, 'a'), '');
    symlinkSync(join(folder, 'b'), join(folder, 'c'));
    symlinkSync(join(folder, 'none'), join(folder, 'd'));
    expect(files.paths.list(folder)).toEqual([
      { name: 'a', isFolder: false },
      { name: 'b', isFolder: true },
      { name: 'c', isFolder: true },
      { name: 'd', isFolder: false },
    ]);
    expect(files.paths.list(join(folder, 'none'))).toEqual([]);
    expect(files.paths.list(join(folder, 'a'))).toEqual([]);
    for (let n = 0; n < 2_100; n += 1) writeFileSync(join(folder, 'b', `${n}`), '');
    expect(files.paths.list(join(folder, 'b'))).toHaveLength(2_000);
  });
});

describe('the picture on the clipboard', () => {
  /** A machine on whose PATH only these programs are, as shell scripts. */
  function hostWith(scripts: Readonly<Record<string, string>>, platform = 'linux') {
    for (const [name, script] of Object.entries(scripts)) {
      writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
      chmodSync(join(folder, name), 0o755);
    }
    return { platform, env: { PATH: folder, DISPLAY: ':0', WAYLAND_DISPLAY: 'w' } };
  }

  it.each([
    ['linux', { WAYLAND_DISPLAY: 'w', DISPLAY: ':0' }, ['wl-paste', 'xclip']],
    ['linux', { WSL_DISTRO_NAME: 'Debian' }, ['powershell.exe']],
    ['linux', {}, []],
    ['darwin', {}, ['pngpaste', 'osascript']],
    ['darwin', { SSH_CONNECTION: '10.0.0.1 1 10.0.0.2 22' }, []],
    ['win32', {}, ['powershell.exe']],
  ])('of %s with %j is read by %j', (platform, env, names) => {
    expect(picturePrograms({ platform, env }).map(({ name }) => name)).toEqual(names);
  });

  const hex = PNG.toString('hex').toUpperCase();

  it.each([
    ['as it is', 'linux', { 'wl-paste': 'exit 1', xclip: `printf '${octal(PNG)}'` }],
    ['in base64', 'win32', { 'powershell.exe': `printf '${PNG.toString('base64')}'` }],
    [
      'as AppleScript shows it',
      'darwin',
      { osascript: `printf '\\302\\253data PNGf${hex}\\302\\273'` },
    ],
  ])('is read %s', async (_, platform, scripts) => {
    expect(Buffer.from(await clipboardPicture(hostWith(scripts, platform)))).toEqual(PNG);
  });

  it.each([
    ['nothing', { 'wl-paste': 'exit 1' }, 'no picture is on the clipboard'],
    ['no PNG', { xclip: 'printf hello' }, 'no picture is on the clipboard'],
    [
      'without end',
      { xclip: 'while :; do printf %1000000s; done' },
      'no picture is on the clipboard',
    ],
    ['by no program', {}, 'no program here reads pictures from the clipboard'],
  ])('is none where it is %s', async (_, scripts, words) => {
    await expect(clipboardPicture(hostWith(scripts))).rejects.toThrow(words);
  });
});

function octal(bytes: Buffer): string {
  return [...bytes].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
}
