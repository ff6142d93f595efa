// Contents land whole or not at all, whatever the disk does and whatever stands in the folder.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { type FileHandle, open, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Disk, Landing } from '../../src/files/landing.ts';
import { landingId } from '../../src/files/unfinished.ts';
import { chunkLength, chunksOf } from '../../src/protocol/file-content.ts';
import { FileId, PeerId } from '../../src/protocol/ids.ts';
import { CHUNK_BYTES } from '../../src/protocol/limits.ts';
import { StorageError } from '../../src/storage/storage-error.ts';
import { bundleScript } from '../support/bundle.ts';

const FILE = FileId.fromBytes(new Uint8Array(16).fill(7));
const OWNERS = [1, 2].map((each) => PeerId.fromBytes(new Uint8Array(32).fill(each)));
const [ID = '', OTHER_ID = ''] = OWNERS.map((owner) => landingId(owner, FILE));

let home: string;
let folder: string;
let part: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'lanchat-landing-'));
  folder = join(home, 'in', 'Downloads');
  part = join(folder, `.lanchat-${ID}.part`);
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const about = (content: Uint8Array, id = ID) => ({
  ...{ folder, id, size: content.length },
  hash: createHash('sha256').update(content).digest(),
});

function chunk(content: Uint8Array, index: number): Uint8Array {
  const start = index * CHUNK_BYTES;
  return content.subarray(start, start + chunkLength(content.length, index));
}

async function writeUpTo(landing: Landing, content: Uint8Array, end = chunksOf(content.length)) {
  for (let index = landing.chunksThere; index < end; index++) {
    await landing.write(index, chunk(content, index));
  }
}

describe('a landing of which somebody writes down where it is', () => {
  const content = Buffer.from(randomBytes(70_000));

  it('lands once, though that fails, or its process is killed over it', async () => {
    const landing = await Landing.open(about(content));
    await writeUpTo(landing, content);
    const full = new StorageError('no-space', 'full', { path: home });
    const refused = landing.finish('a', () => Promise.reject(full));
    await expect(refused).rejects.toBe(full);
    expect(readdirSync(folder).sort()).toEqual([`.lanchat-${ID}.part`, 'a']);
    const again = await Landing.open(about(content));
    expect(again.chunksThere).toBe(chunksOf(content.length));
    const told: string[] = [];
    const path = await again.finish('a', async (at) => void told.push(at));
    expect([path, ...told]).toEqual([join(folder, 'a'), join(folder, 'a')]);
    expect(readdirSync(folder)).toEqual(['a']);
  });
});

async function land(content: Uint8Array, name: string, id = ID): Promise<string> {
  const landing = await Landing.open(about(content, id));
  await writeUpTo(landing, content);
  return await landing.finish(name);
}

/** A disk whose every file can hold `limitBytes`, and answers `errno` to what is more. */
function fullDisk(limitBytes: number, errno: string): Disk {
  const fault = () => Object.assign(new Error(errno), { code: errno });
  const full = (handle: FileHandle): FileHandle =>
    new Proxy(handle, {
      get(target, name) {
        if (name === 'write') {
          return async (bytes: Uint8Array, from: number, length: number, position: number) => {
            const room = Math.min(length, limitBytes - position);
            if (room <= 0) throw fault();
            return await target.write(bytes, from, room, position);
          };
        }
        const value = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  return { statfs, open: async (...args) => full(await open(...args)) };
}

describe('a landing', () => {
  it.each([0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 16 * CHUNK_BYTES, 2_300_001])(
    'of %i bytes is the content, under its name, for everybody to read and nobody to run',
    async (size) => {
      const content = randomBytes(size);
      const path = await land(content, 'photo.jpg');
      expect(path).toBe(join(folder, 'photo.jpg'));
      expect(readFileSync(path).equals(content)).toBe(true);
      expect(statSync(path).mode & 0o777).toBe(0o644 & ~process.umask());
      expect(statSync(folder).mode & 0o777).toBe(0o700);
      expect(readdirSync(folder)).toEqual(['photo.jpg']);
    },
  );

  it('keeps what comes for its owner alone while it comes', async () => {
    const content = randomBytes(40 * CHUNK_BYTES);
    const landing = await Landing.open(about(content));
    await writeUpTo(landing, content, 20);
    expect(readdirSync(folder)).toEqual([`.lanchat-${ID}.part`]);
    expect(statSync(part).mode & 0o777).toBe(0o600);
    await landing.abandon();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('goes on from any chunk that it was closed at', async () => {
    const content = randomBytes(19 * CHUNK_BYTES + 77);
    for (let end = 0; end <= 20; end++) {
      const first = await Landing.open(about(content));
      await writeUpTo(first, content, end);
      await first.close();
      const second = await Landing.open(about(content));
      expect(second.chunksThere).toBe(end);
      await writeUpTo(second, content);
      const path = await second.finish('a.bin');
      expect(readFileSync(path).equals(content)).toBe(true);
      rmSync(path);
    }
  });

  it('takes only the next chunk, of the right length, one at a time', async () => {
    const content = randomBytes(33 * CHUNK_BYTES);
    const landing = await Landing.open(about(content));
    await expect(landing.write(1, chunk(content, 1))).rejects.toThrow(RangeError);
    await expect(landing.write(0, content.subarray(1, 9))).rejects.toThrow(RangeError);
    await expect(landing.finish('a')).rejects.toThrow(RangeError);
    await writeUpTo(landing, content, 15);
    const busy = landing.write(15, chunk(content, 15));
    await expect(landing.write(16, chunk(content, 16))).rejects.toThrow('one call at a time');
    await busy;
    await writeUpTo(landing, content);
    await expect(landing.write(33, new Uint8Array(0))).rejects.toThrow(RangeError);
    expect(readFileSync(await landing.finish('a')).equals(content)).toBe(true);
  });

  it('of two profiles that receive the same into one folder leaves each its own', async () => {
    const content = randomBytes(40 * CHUNK_BYTES);
    const first = await Landing.open(about(content));
    await writeUpTo(first, content, 20);
    const second = await Landing.open(about(content, OTHER_ID));
    expect(second.chunksThere).toBe(0);
    await writeUpTo(first, content);
    await writeUpTo(second, content);
    const paths = [await second.finish('a'), await first.finish('a')];
    expect(paths).toEqual([join(folder, 'a'), join(folder, 'a (2)')]);
    for (const path of paths) expect(readFileSync(path).equals(content)).toBe(true);
  });

  it('has an id that is no path', async () => {
    const content = randomBytes(1);
    await expect(Landing.open(about(content, '../../x'))).rejects.toThrow(RangeError);
    expect(readdirSync(home)).toEqual([]);
  });

  it('can be stopped while it reads what was there', async () => {
    const content = randomBytes(40 * CHUNK_BYTES);
    const landing = await Landing.open(about(content));
    await writeUpTo(landing, content, 32);
    await landing.close();
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(Landing.open({ ...about(content), signal })).rejects.toThrow('enough');
    const again = await Landing.open(about(content));
    expect(again.chunksThere).toBe(32);
    await again.abandon();
  });
});

describe('a landed name', () => {
  it('is never in the place of anything: files, folders and dead links stay', async () => {
    mkdirSync(join(folder, 'a.tar.gz'), { recursive: true });
    writeFileSync(join(folder, 'a (2).tar.gz'), 'mine');
    symlinkSync('/nowhere/at/all', join(folder, 'a (3).tar.gz'));
    const path = await land(randomBytes(9), 'a.tar.gz');
    expect(path).toBe(join(folder, 'a (4).tar.gz'));
    expect(readFileSync(join(folder, 'a (2).tar.gz'), 'utf8')).toBe('mine');
    expect(lstatSync(join(folder, 'a (3).tar.gz')).isSymbolicLink()).toBe(true);
  });

  it('is another for each of those that come at once', async () => {
    const contents = Array.from({ length: 12 }, (_, each) => randomBytes(100 + each));
    const paths = await Promise.all(
      contents.map((content, each) => land(content, 'same.txt', String(each).padStart(32, '0'))),
    );
    expect(new Set(paths).size).toBe(12);
    paths.forEach((path, each) => {
      expect(readFileSync(path)).toEqual(contents[each]);
    });
    expect(readdirSync(folder).length).toBe(12);
  });

  it('[A118 way out] of a hostile sender leads nowhere else', async () => {
    const names = ['../../up.txt', '/etc/up.txt', '..\\up.txt', `.lanchat-${ID}.part`, '..', '\0'];
    for (const name of names) {
      const path = await land(Buffer.from(name), name);
      expect(readFileSync(path, 'utf8')).toBe(name);
    }
    expect(readdirSync(folder).length).toBe(names.length);
    expect(readdirSync(home)).toEqual(['in']);
    expect(readdirSync(join(home, 'in'))).toEqual(['Downloads']);
  });

  it('Control: a plain name is taken as it is', async () => {
    expect(await land(Buffer.from('x'), 'notes (draft) ü.txt')).toBe(
      join(folder, 'notes (draft) ü.txt'),
    );
  });

  it('is the one it got where a kill left the temporary one as well', async () => {
    const content = randomBytes(3 * CHUNK_BYTES);
    const landing = await Landing.open(about(content));
    await writeUpTo(landing, content);
    await landing.close();
    linkSync(part, join(folder, 'photo.jpg'));
    const again = await Landing.open(about(content));
    expect(again.chunksThere).toBe(3);
    expect(await again.finish('photo.jpg')).toBe(join(folder, 'photo.jpg'));
    expect(readdirSync(folder)).toEqual(['photo.jpg']);
  });
});

describe('a content that is not what was named', () => {
  it.each([0, 5, 16, 19])('[A119 other content] is not kept: a bit of chunk %i', async (index) => {
    const content = randomBytes(20 * CHUNK_BYTES);
    const landing = await Landing.open(about(content));
    content[index * CHUNK_BYTES + 9] = (content[index * CHUNK_BYTES + 9] ?? 0) ^ 1;
    await writeUpTo(landing, content);
    await expect(landing.finish('a')).rejects.toMatchObject({ code: 'hash-differs' });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('Control: without a change it is', async () => {
    const content = randomBytes(20 * CHUNK_BYTES);
    expect(readFileSync(await land(content, 'a')).equals(content)).toBe(true);
  });

  it('[A119 other content] nor where somebody wrote into what had come', async () => {
    const content = randomBytes(20 * CHUNK_BYTES);
    const landing = await Landing.open(about(content));
    await writeUpTo(landing, content, 18);
    await landing.close();
    const bytes = readFileSync(part);
    bytes[3] = (bytes[3] ?? 0) ^ 1;
    writeFileSync(part, bytes);
    const again = await Landing.open(about(content));
    await writeUpTo(again, content);
    await expect(again.finish('a')).rejects.toMatchObject({ code: 'hash-differs' });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('begins anew where what was there is longer, and at the last whole chunk where it is cut', async () => {
    const content = randomBytes(4 * CHUNK_BYTES + 5);
    mkdirSync(folder, { recursive: true });
    writeFileSync(part, randomBytes(content.length + 1));
    const longer = await Landing.open(about(content));
    expect(longer.chunksThere).toBe(0);
    await writeUpTo(longer, content, 3);
    await longer.close();
    truncateSync(part, 3 * CHUNK_BYTES - 1);
    const cut = await Landing.open(about(content));
    expect(cut.chunksThere).toBe(2);
    await writeUpTo(cut, content);
    expect(readFileSync(await cut.finish('a')).equals(content)).toBe(true);
  });
});

describe('what stands in the place of the part file', () => {
  const content = randomBytes(2 * CHUNK_BYTES);
  const place = {
    link: () => symlinkSync(join(home, 'victim'), part),
    'dead link': () => symlinkSync(join(home, 'nobody'), part),
    pipe: () => execFileSync('mkfifo', [part]),
    folder: () => mkdirSync(part),
  };

  beforeEach(() => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(home, 'victim'), 'precious');
  });

  it.each(Object.keys(place) as (keyof typeof place)[])(
    '[A120 planted] is not written through: a %s',
    async (kind) => {
      place[kind]();
      await expect(Landing.open(about(content))).rejects.toMatchObject({ code: 'not-a-file' });
      expect(readFileSync(join(home, 'victim'), 'utf8')).toBe('precious');
      expect(existsSync(join(home, 'nobody'))).toBe(false);
    },
  );

  it('[A120 planted] is not written through: another name of a file', async () => {
    linkSync(join(home, 'victim'), part);
    const path = await land(content, 'a');
    expect(readFileSync(path).equals(content)).toBe(true);
    expect(readFileSync(join(home, 'victim'), 'utf8')).toBe('precious');
  });

  it('[A120 planted] nor is it given the name where it was put there meanwhile', async () => {
    const landing = await Landing.open(about(content));
    await writeUpTo(landing, content);
    rmSync(part);
    linkSync(join(home, 'victim'), part);
    await expect(landing.finish('a')).rejects.toMatchObject({ code: 'unwritable' });
    expect(existsSync(join(folder, 'a'))).toBe(false);
  });

  it('Control: an empty file of ours is gone on with', async () => {
    writeFileSync(part, '');
    expect(await land(content, 'a')).toBe(join(folder, 'a'));
  });
});

describe('a disk that is full or fails', () => {
  const content = randomBytes(34 * CHUNK_BYTES + 5);
  const codes = { ENOSPC: 'no-space', EDQUOT: 'no-space', EIO: 'unwritable', EROFS: 'read-only' };

  it.each(Object.entries(codes))(
    'at any chunk (%s) is said (%s), and loses nothing',
    async (errno, code) => {
      // All are one path through the code: the others are tried here and there.
      const step = errno === 'ENOSPC' ? 1 : 6;
      for (let chunks = 0; chunks <= 34; chunks += step) {
        const limit = chunks * CHUNK_BYTES + (chunks % 3);
        const landing = await Landing.open(about(content), fullDisk(limit, errno));
        await expect(writeUpTo(landing, content)).rejects.toMatchObject({ code });
        await expect(landing.finish('a')).rejects.toMatchObject({ code });
        await landing.close();
        const again = await Landing.open(about(content));
        expect(again.chunksThere).toBe(chunks);
        await writeUpTo(again, content);
        const path = await again.finish('a');
        expect(readFileSync(path).equals(content)).toBe(true);
        rmSync(path);
      }
    },
  );

  it('is said before anything is asked for, with how much is missing', async () => {
    const small: Disk = {
      open,
      statfs: (async () => ({
        bavail: 100,
        blocks: 1_000,
        bsize: 4_096,
      })) as unknown as typeof statfs,
    };
    await expect(Landing.open(about(content), small)).rejects.toMatchObject({
      code: 'no-space',
      message: `${folder} has too little room: 2 MB more are needed; free some and try again`,
    });
    expect(readdirSync(folder)).toEqual([]);
    const first = await Landing.open(about(content));
    await writeUpTo(first, content, 32);
    await first.close();
    const again = await Landing.open(about(content), small);
    expect(again.chunksThere).toBe(32);
    await again.abandon();
  });

  it('says that a folder is none, and that there can be none', async () => {
    writeFileSync(join(home, 'in'), '');
    await expect(Landing.open(about(content))).rejects.toMatchObject({ code: 'not-a-folder' });
  });
});

describe('kill -9', () => {
  /** Resolves with the last line said once `count` were, or the process has ended. */
  async function linesOf(child: ChildProcess, count: number): Promise<string> {
    if (child.stdout === null) throw new Error('no stdout');
    let last = '';
    let lines = 0;
    for await (const line of createInterface(child.stdout)) {
      last = line;
      if (++lines === count) break;
    }
    return last;
  }

  it('in the middle loses no more than the last megabyte, and never shows half a file', async () => {
    const content = randomBytes(200 * CHUNK_BYTES + 1);
    const from = join(home, 'content');
    writeFileSync(from, content);
    const script = await bundleScript('test/files/landing-process.ts');
    try {
      let said = 0;
      let path = '';
      for (let round = 0; path === ''; round++) {
        const lines = round < 6 ? 3 : Number.POSITIVE_INFINITY;
        const child = spawn(process.execPath, [script.path, from, folder, String(lines)], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        const ended = new Promise((resolve) => child.once('close', resolve));
        const first = await linesOf(child, lines);
        child.kill('SIGKILL');
        await ended;
        const [, word, rest = ''] = /^(at|landed) (.+)$/.exec(first) ?? [];
        if (word === 'landed') path = rest;
        else {
          expect(readdirSync(folder).every((name) => name.endsWith('.part'))).toBe(true);
          expect(Number(rest)).toBeGreaterThan(said);
          said = Number(rest);
        }
      }
      expect(said).toBeGreaterThan(16 * 6);
      expect(readFileSync(path).equals(content)).toBe(true);
      expect(readdirSync(folder)).toEqual(['film.mp4']);
    } finally {
      script.remove();
    }
  });
});
