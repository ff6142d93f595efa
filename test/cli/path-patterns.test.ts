// Paths with wildcards that no shell has read.
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { expandPath } from '../../src/cli/path-patterns.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lanchat-patterns-'));
  await mkdir(join(folder, 'deep', 'er'), { recursive: true });
  for (const name of ['a.txt', 'b.txt', '.c.txt', 'a+b.md', 'deep/d.txt', 'deep/er/e.txt']) {
    await writeFile(join(folder, name), name);
  }
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function fitting(pattern: string): Promise<string[]> {
  const found = await expandPath(join(folder, pattern));
  return found.map((path) => relative(folder, path).replaceAll('\\', '/'));
}

describe('a path', () => {
  it.each([
    ['*.txt', ['a.txt', 'b.txt']],
    ['?.txt', ['a.txt', 'b.txt']],
    ['a+*', ['a+b.md']],
    ['.*.txt', ['.c.txt']],
    ['*/d.txt', ['deep/d.txt']],
    ['deep/**/*.txt', ['deep/d.txt', 'deep/er/e.txt']],
    ['**/e.txt', ['deep/er/e.txt']],
    ['deep/**', ['deep/d.txt', 'deep/er/e.txt']],
    ['a.txt', ['a.txt']],
  ])('%s is %j', async (pattern, found) => {
    expect(await fitting(pattern)).toEqual(found);
  });

  it('without wildcards is what it is, there or not', async () => {
    expect(await fitting('nothing.txt')).toEqual(['nothing.txt']);
    await expect(fitting('*.nothing')).rejects.toMatchObject({ code: 'not-found' });
  });

  it.skipIf(process.platform === 'win32')(
    'is taken as it is where something is called so',
    async () => {
      await writeFile(join(folder, '*.txt'), 'a star');
      expect(await fitting('*.txt')).toEqual(['*.txt']);
    },
  );

  it.skipIf(process.platform === 'win32')('ends where links lead round and round', async () => {
    await symlink(folder, join(folder, 'deep', 'round'));
    expect(await fitting('**/a.txt')).toEqual(['a.txt']);
    // Control: named, a link is followed.
    expect(await fitting('deep/round/a.*t')).toEqual(['deep/round/a.txt']);
  });

  it('is refused where more fit than anybody sends one by one', async () => {
    await mkdir(join(folder, 'many'));
    const names = Array.from({ length: 1_001 }, (_, n) => join(folder, 'many', `${n}.log`));
    await Promise.all(names.map((name) => writeFile(name, '')));
    await expect(fitting('many/*.log')).rejects.toMatchObject({ code: 'bad-arguments' });
    expect(await fitting('many/1?.log')).toHaveLength(10);
  });
});
