// Files that are sent: only plain ones, whole, and only as long as they are what was offered.
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  appendFileSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSource } from '../../src/files/source.ts';
import { CHUNK_BYTES } from '../../src/protocol/limits.ts';

let home: string;
let path: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'lanchat-source-'));
  path = join(home, 'film.mp4');
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** A file of so many bytes whose time is past, as that of most files is. */
function make(size: number): Buffer {
  const content = randomBytes(size);
  writeFileSync(path, content);
  utimesSync(path, 1_600_000_000, 1_600_000_000);
  return content;
}

describe('a file that is sent', () => {
  it.each([0, 1, CHUNK_BYTES, 5 * CHUNK_BYTES + 9, 2_500_000])(
    'of %i bytes is given in chunks, one or many at a time',
    async (size) => {
      const content = make(size);
      const told: number[] = [];
      const onProgress = (bytes: number, whole: number) => {
        expect(whole).toBe(size);
        told.push(bytes);
      };
      const source = await openSource(path, { onProgress });
      expect(source.name).toBe('film.mp4');
      expect(source.offered.size).toBe(size);
      expect(Buffer.from(source.offered.hash)).toEqual(
        createHash('sha256').update(content).digest(),
      );
      expect(told.at(-1) ?? 0).toBe(size);
      for (const count of [1, 3, 64]) {
        const read: Uint8Array[] = [];
        for (let index = 0; index < Math.max(1, Math.ceil(size / CHUNK_BYTES)); index += count) {
          read.push(await source.read(index, count));
        }
        expect(Buffer.concat(read).equals(content)).toBe(true);
      }
      await expect(source.read(Math.max(1, Math.ceil(size / CHUNK_BYTES)))).rejects.toThrow(
        RangeError,
      );
      await source.close();
    },
  );

  it('may be named by a link, and is sent under the name that was given', async () => {
    make(5);
    symlinkSync(path, join(home, 'link.mp4'));
    const source = await openSource(join(home, 'link.mp4'));
    expect(source.name).toBe('link.mp4');
    await source.close();
  });

  it('is not hashed anew where it is still what was offered', async () => {
    const content = make(3 * CHUNK_BYTES);
    const first = await openSource(path);
    await first.close();
    let hashed = 0;
    const again = await openSource(path, {
      offered: first.offered,
      onProgress: (bytes) => {
        hashed = bytes;
      },
    });
    expect(hashed).toBe(0);
    expect(Buffer.from(await again.read(0, 3)).equals(content)).toBe(true);
    await again.close();
  });

  it('goes on as it was where another file takes its name', async () => {
    const content = make(CHUNK_BYTES);
    const source = await openSource(path);
    writeFileSync(join(home, 'other'), 'other');
    renameSync(join(home, 'other'), path);
    expect(Buffer.from(await source.read(0)).equals(content)).toBe(true);
    await source.close();
    await expect(openSource(path, { offered: source.offered })).rejects.toMatchObject({
      code: 'file-changed',
    });
  });

  it('can be stopped while it is hashed', async () => {
    make(CHUNK_BYTES);
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(openSource(path, { signal })).rejects.toThrow('enough');
  });
});

describe('a file that changes', () => {
  it.each([
    ['grows', () => appendFileSync(path, 'x')],
    ['is cut', () => truncateSync(path, CHUNK_BYTES)],
    ['is written anew', () => writeFileSync(path, randomBytes(3 * CHUNK_BYTES))],
  ])('is no longer sent once it %s', async (_, change) => {
    make(3 * CHUNK_BYTES);
    const source = await openSource(path);
    await source.read(0);
    change();
    await expect(source.read(0)).rejects.toMatchObject({ code: 'file-changed' });
    await expect(source.read(2)).rejects.toMatchObject({ code: 'file-changed' });
    await source.close();
    await expect(openSource(path, { offered: source.offered })).rejects.toMatchObject({
      code: 'file-changed',
    });
  });

  it('while it is hashed is not offered', async () => {
    make(20 * CHUNK_BYTES);
    let isFirst = true;
    const onProgress = () => {
      if (isFirst) appendFileSync(path, 'x');
      isFirst = false;
    };
    await expect(openSource(path, { onProgress })).rejects.toMatchObject({ code: 'file-changed' });
  });
});

describe('what is no file', () => {
  it.each([
    ['a folder', () => home, 'not-a-file'],
    ['a device', () => '/dev/zero', 'not-a-file'],
    ['a terminal', () => '/dev/ptmx', 'not-a-file'],
    ['nothing', () => join(home, 'nothing'), 'not-found'],
    ['below a file', () => join(path, 'x'), 'not-found'],
  ])('is refused: %s', async (_, named, code) => {
    make(1);
    await expect(openSource(named())).rejects.toMatchObject({ code });
  });

  it('is refused, and not waited for: a pipe', async () => {
    execFileSync('mkfifo', [path]);
    await expect(openSource(path)).rejects.toMatchObject({ code: 'not-a-file' });
    expect(statSync(path).isFIFO()).toBe(true);
  });

  it('is refused: a link to itself', async () => {
    symlinkSync(path, path);
    await expect(openSource(path)).rejects.toMatchObject({ code: 'not-a-file' });
  });

  it.skipIf(process.getuid?.() === 0)('is refused where it may not be read', async () => {
    writeFileSync(path, 'x', { mode: 0 });
    await expect(openSource(path)).rejects.toMatchObject({ code: 'unreadable' });
  });

  it.runIf(process.platform === 'linux')('is refused where the system makes it up', async () => {
    await expect(openSource('/proc/cpuinfo')).rejects.toMatchObject({ code: 'not-a-file' });
    await expect(openSource('/proc/self/mem')).rejects.toMatchObject({ code: 'unreadable' });
  });
});
