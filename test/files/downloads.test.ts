// Where received files go by default: as the desktop has it, and nowhere else, whatever its file says.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { downloadsFolder, userDirsPath } from '../../src/files/downloads.ts';

const home = '/home/asha';
const linux = (userDirs: string | null) => downloadsFolder({ platform: 'linux', home, userDirs });

describe('the folder for downloads', () => {
  it.each([
    [null, home],
    ['', home],
    ['XDG_DOWNLOAD_DIR="$HOME/Downloads"', '/home/asha/Downloads'],
    [
      '# x\nXDG_MUSIC_DIR="$HOME/M"\r\n  XDG_DOWNLOAD_DIR="$HOME/Téléchargements/"  \n',
      '/home/asha/Téléchargements',
    ],
    ['XDG_DOWNLOAD_DIR="/data/in coming"', '/data/in coming'],
    ['XDG_DOWNLOAD_DIR="$HOME/a\\"b\\\\c\\$d\\`e"', '/home/asha/a"b\\c$d`e'],
    ['XDG_DOWNLOAD_DIR="$HOME/"', home],
    ['XDG_DOWNLOAD_DIR="$HOME"', home],
    ['XDG_DOWNLOAD_DIR="/"', '/'],
    ['XDG_DOWNLOAD_DIR="$HOME/1"\nXDG_DOWNLOAD_DIR="$HOME/2"', '/home/asha/2'],
  ])('of a desktop that says %j is %s', (userDirs, folder) => {
    expect(linux(userDirs)).toBe(folder);
  });

  it.each([
    'XDG_DOWNLOAD_DIR=/data',
    'XDG_DOWNLOAD_DIR="data"',
    'XDG_DOWNLOAD_DIR="$HOMEless/x"',
    'XDG_DOWNLOAD_DIR="$OTHER/x"',
    'XDG_DOWNLOAD_DIR="/a/$(touch x)"',
    'XDG_DOWNLOAD_DIR="/a/`touch x`"',
    'XDG_DOWNLOAD_DIR="/a" ; rm -r "/b"',
    'XDG_DOWNLOAD_DIR="/a\u001b[2J"',
    'XDG_DOWNLOAD_DIR="/a\u0000"',
    '#XDG_DOWNLOAD_DIR="/a"',
    'XDG_DOWNLOAD_DIR="/a',
  ])('takes nothing from a line that no desktop writes: %j', (line) => {
    expect(linux(line)).toBe(home);
    expect(linux(`${line}\nXDG_DOWNLOAD_DIR="/b"`)).toBe('/b');
  });

  it('is absolute whatever the file says', () => {
    const part = fc.constantFrom(
      'XDG_DOWNLOAD_DIR="',
      '$HOME',
      '/',
      '..',
      '"',
      '\\',
      '\n',
      'a',
      '$',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        expect(linux(parts.join(''))).toMatch(/^\//);
      }),
    );
  });

  it('is Downloads on macOS and Windows', () => {
    expect(downloadsFolder({ platform: 'darwin', home: '/Users/a', userDirs: null })).toBe(
      '/Users/a/Downloads',
    );
    expect(downloadsFolder({ platform: 'win32', home: 'C:\\Users\\a', userDirs: null })).toBe(
      'C:\\Users\\a\\Downloads',
    );
  });
});

describe('where a desktop says it', () => {
  it.each([
    [undefined, '/home/asha/.config/user-dirs.dirs'],
    ['/cfg', '/cfg/user-dirs.dirs'],
    ['relative', '/home/asha/.config/user-dirs.dirs'],
    ['', '/home/asha/.config/user-dirs.dirs'],
  ])('with XDG_CONFIG_HOME %j is %s', (config, path) => {
    expect(userDirsPath({ env: { XDG_CONFIG_HOME: config }, home })).toBe(path);
  });
});
