// A free name is found whatever is there, and whatever length the file system takes.
import { describe, expect, it } from 'vitest';
import { takeFreeName } from '../../src/files/free-name.ts';

const failing = (code: string) => Object.assign(new Error(code), { code });

describe('a free name', () => {
  it('is the first number that is got, before the extension', async () => {
    const asked: string[] = [];
    const path = await takeFreeName('/in', '../a.tar.gz', async (free) => asked.push(free) === 3);
    expect(path).toBe('/in/_a (3).tar.gz');
    expect(asked).toEqual(['/in/_a.tar.gz', '/in/_a (2).tar.gz', '/in/_a (3).tar.gz']);
  });

  it('is cut where the file system takes less, and counted anew', async () => {
    const taken = new Set<string>();
    const take = async (path: string) => {
      if (Buffer.byteLength(path) > 143 + '/in/'.length) throw failing('ENAMETOOLONG');
      if (taken.has(path)) return false;
      taken.add(path);
      return true;
    };
    const name = `${'ü'.repeat(200)}.jpg`;
    const first = await takeFreeName('/in', name, take);
    expect(first).toMatch(/^\/in\/ü{60,}\.jpg$/);
    expect(await takeFreeName('/in', name, take)).toBe(first.replace('.jpg', ' (2).jpg'));
  });

  it('is given up where no name is short enough, or every number is there', async () => {
    const tooLong = async () => {
      throw failing('ENAMETOOLONG');
    };
    await expect(takeFreeName('/in', 'a'.repeat(300), tooLong)).rejects.toMatchObject({
      code: 'ENAMETOOLONG',
    });
    await expect(takeFreeName('/in', 'a', async () => false)).rejects.toMatchObject({
      code: 'unwritable',
    });
  });
});
