// Folders as one tar: what goes in comes out, and what a stranger's archive could do, it doesn't.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Header, type HeaderData } from 'tar/header';
import { Pax } from 'tar/pax';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type PackedFolder, packFolder, writeArchive } from '../../src/files/pack-folder.ts';
import { unpackArchive } from '../../src/files/unpack-archive.ts';

const ID = '03'.repeat(16);

let home: string;
let folder: string;
let tar: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'lanchat-archive-'));
  folder = join(home, 'Downloads');
  tar = join(home, 'folder.tar');
  mkdirSync(folder);
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const unpack = () => unpackArchive(tar, { folder, id: ID });

/** Paths and contents below `root`; null for a folder. */
function contentsOf(root: string): Record<string, string | null> {
  const paths = readdirSync(root, { recursive: true, encoding: 'utf8' }).sort();
  return Object.fromEntries(
    paths.map((path) => {
      const full = join(root, path);
      return [path, lstatSync(full).isDirectory() ? null : readFileSync(full, 'base64')];
    }),
  );
}

function makeTree(): string {
  const root = join(home, 'Photos 2026');
  mkdirSync(join(root, 'märz', 'empty'), { recursive: true });
  writeFileSync(join(root, 'a.txt'), 'a');
  writeFileSync(join(root, 'empty.txt'), '');
  writeFileSync(join(root, 'märz', '日本.jpg'), randomBytes(2_500_000));
  writeFileSync(join(root, `${'long '.repeat(40)}x.txt`), randomBytes(512));
  writeFileSync(join(root, 'run.sh'), '#!/bin/sh\n');
  chmodSync(join(root, 'run.sh'), 0o755);
  return root;
}

async function bytesOf(packed: PackedFolder): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of packed.read()) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

describe('a folder that is sent', () => {
  it('comes out as it went in, under its own name, with nothing that can be run', async () => {
    const root = makeTree();
    const packed = await packFolder(root);
    expect(packed).toMatchObject({ name: 'Photos 2026', files: 5, skipped: [] });
    await writeArchive(packed, tar);
    expect(statSync(tar).size).toBe(packed.sizeBytes);
    expect(statSync(tar).mode & 0o777).toBe(0o600);
    const path = await unpack();
    expect(path).toBe(join(folder, 'Photos 2026'));
    expect(contentsOf(path)).toEqual(contentsOf(root));
    expect(statSync(join(path, 'run.sh')).mode & 0o111).toBe(0);
    expect(statSync(path).mode & 0o777).toBe(0o755 & ~process.umask());
    expect(readdirSync(folder)).toEqual(['Photos 2026']);
  });

  it('is the same bytes each time, which other programs read', async () => {
    const root = makeTree();
    const first = await bytesOf(await packFolder(root));
    expect(first.equals(await bytesOf(await packFolder(root)))).toBe(true);
    writeFileSync(tar, first);
    const listed = execFileSync('tar', ['--quoting-style=literal', '-tf', tar], {
      encoding: 'utf8',
    });
    expect(listed.split('\n').filter(Boolean).length).toBe(8);
    expect(listed).toContain('Photos 2026/märz/日本.jpg');
    expect(listed).toContain(`Photos 2026/${'long '.repeat(40)}x.txt`);
  });

  it('leaves out links, pipes, and names that other systems take for one, and says so', async () => {
    const root = join(home, 'x');
    mkdirSync(join(root, 'sub'), { recursive: true });
    symlinkSync('/etc', join(root, 'etc'));
    symlinkSync('/etc/passwd', join(root, 'sub', 'passwd'));
    execFileSync('mkfifo', [join(root, 'pipe')]);
    writeFileSync(join(root, 'README'), '1');
    writeFileSync(join(root, 'readme'), '2');
    writeFileSync(Buffer.concat([Buffer.from(join(root, 'b')), Buffer.from([0xff])]), '3');
    const packed = await packFolder(root);
    expect(packed.skipped).toEqual([
      { path: join(root, 'b\ufffd'), reason: 'name' },
      { path: join(root, 'etc'), reason: 'link' },
      { path: join(root, 'pipe'), reason: 'special' },
      { path: join(root, 'readme'), reason: 'name' },
      { path: join(root, 'sub', 'passwd'), reason: 'link' },
    ]);
    await writeArchive(packed, tar);
    expect(contentsOf(await unpack())).toEqual({ README: 'MQ==', sub: null });
  });

  it('is not sent where a file of it changes meanwhile, and leaves no archive', async () => {
    const root = makeTree();
    const packed = await packFolder(root);
    appendFileSync(join(root, 'a.txt'), 'x');
    await expect(writeArchive(packed, tar)).rejects.toMatchObject({ code: 'file-changed' });
    expect(existsSync(tar)).toBe(false);
    const again = await packFolder(root);
    rmSync(join(root, 'a.txt'));
    symlinkSync('/etc/passwd', join(root, 'a.txt'));
    await expect(writeArchive(again, tar)).rejects.toMatchObject({ code: 'not-a-file' });
    expect(existsSync(tar)).toBe(false);
  });

  it('must be a folder, and not too deep', async () => {
    writeFileSync(join(home, 'file'), '');
    await expect(packFolder(join(home, 'file'))).rejects.toMatchObject({ code: 'not-a-folder' });
    await expect(packFolder(join(home, 'none'))).rejects.toMatchObject({ code: 'not-found' });
    mkdirSync(join(home, 'd', ...Array.from({ length: 40 }, () => 'd')), { recursive: true });
    await expect(packFolder(join(home, 'd'))).rejects.toMatchObject({ code: 'folder-too-large' });
  });

  it('can be stopped, and leaves nothing', async () => {
    const packed = await packFolder(makeTree());
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(writeArchive(packed, tar, signal)).rejects.toThrow('enough');
    expect(existsSync(tar)).toBe(false);
    await writeArchive(packed, tar);
    await expect(unpackArchive(tar, { folder, id: ID, signal })).rejects.toThrow('enough');
    expect(readdirSync(folder)).toEqual([]);
  });
});

/** An entry of anybody's making, with its content. */
function entry(data: HeaderData, content: string | Uint8Array = ''): Buffer {
  const bytes = Buffer.from(content);
  const block = Buffer.alloc(512);
  new Header({ mode: 0o777, size: bytes.length, type: 'File', ...data }).encode(block);
  return Buffer.concat([block, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
}
const top = entry({ path: 'top/', type: 'Directory' });
const END = Buffer.alloc(1_024);

/** As it stands in a header: the library writes only what fits. */
function withField(block: Buffer, offset: number, text: string): Buffer {
  const made = Buffer.from(block);
  made.write(text, offset, 'latin1');
  made.fill(' ', 148, 156);
  let sum = 0;
  for (const byte of made.subarray(0, 512)) sum += byte;
  made.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return made;
}

function pax(fields: string): Buffer {
  return entry({ path: 'PaxHeader', type: 'ExtendedHeader' }, fields);
}
function paxField(name: string, value: string): string {
  const rest = ` ${name}=${value}\n`;
  let length = rest.length + 1;
  while (String(length).length + rest.length !== length) length++;
  return `${length}${rest}`;
}

/** Why each is refused, and its blocks before the end. */
const HARMFUL: Record<string, readonly [reason: string, ...blocks: Buffer[]]> = {
  'a path up': ['a path that leads elsewhere', top, entry({ path: 'top/../../up.txt' }, 'x')],
  'a path up at the front': [
    'a path that leads elsewhere',
    entry({ path: '../', type: 'Directory' }),
  ],
  'an absolute path': [
    'a path that leads elsewhere',
    top,
    entry({ path: '/tmp/lanchat-up.txt' }, 'x'),
  ],
  'a path up in an extension': [
    'a path that leads elsewhere',
    top,
    new Pax({ path: 'top/../../up.txt' }).encode(),
    entry({ path: 'top/a' }, 'x'),
  ],
  'a path up by a prefix': [
    'a path that leads elsewhere',
    top,
    withField(entry({ path: 'up.txt' }, 'x'), 345, 'top/..'),
  ],
  'a path of Windows': ['a path of another system', top, entry({ path: 'top\\..\\up.txt' }, 'x')],
  'a drive': ['a path of another system', entry({ path: 'C:/', type: 'Directory' })],
  'a dot': ['a path that leads elsewhere', top, entry({ path: 'top/./a' }, 'x')],
  'nothing between slashes': ['a path that leads elsewhere', top, entry({ path: 'top//a' }, 'x')],
  'a file with no folder': ['a path out of the folder', entry({ path: 'a.txt' }, 'x')],
  'a second folder': [
    'a path out of the folder',
    top,
    entry({ path: 'other/', type: 'Directory' }),
  ],
  'a folder that was never made': [
    'a path out of the folder',
    top,
    entry({ path: 'top/none/a' }, 'x'),
  ],
  'a symbolic link': [
    'an entry of type SymbolicLink',
    top,
    entry({ path: 'top/l', type: 'SymbolicLink', linkpath: '/etc' }),
  ],
  'a link, then through it': [
    'an entry of type SymbolicLink',
    ...[top, entry({ path: 'top/l', type: 'SymbolicLink', linkpath: '../..' })],
    entry({ path: 'top/l/up.txt' }, 'x'),
  ],
  'a hard link': [
    'an entry of type Link',
    top,
    entry({ path: 'top/l', type: 'Link', linkpath: '/etc/passwd' }),
  ],
  'a character device': [
    'an entry of type CharacterDevice',
    top,
    entry({ path: 'top/d', type: 'CharacterDevice', devmaj: 1, devmin: 3 }),
  ],
  'a block device': [
    'an entry of type BlockDevice',
    top,
    entry({ path: 'top/d', type: 'BlockDevice', devmaj: 8 }),
  ],
  'a pipe': ['an entry of type FIFO', top, entry({ path: 'top/p', type: 'FIFO' })],
  'a sparse file': [
    'an entry of type SparseFile',
    top,
    entry({ path: 'top/s', type: 'SparseFile' }, 'x'),
  ],
  'a sparse file by an extension': [
    'a sparse file',
    top,
    pax(paxField('GNU.sparse.size', '9999999999')),
    entry({ path: 'top/s' }, 'x'),
  ],
  'an extension for all': [
    'an entry of type GlobalExtendedHeader',
    top,
    entry({ path: 'g', type: 'GlobalExtendedHeader' }, paxField('size', '9')),
  ],
  'a long name of GNU’s': [
    'an entry of type NextFileHasLongPath',
    top,
    entry({ path: '././@LongLink', type: 'NextFileHasLongPath' }, 'top/a'),
  ],
  'a huge extension': [
    'extensions without end',
    top,
    pax('x'.repeat(5_000)),
    entry({ path: 'top/a' }, 'x'),
  ],
  'two extensions': [
    'extensions without end',
    top,
    pax(paxField('path', 'top/b')),
    pax(paxField('path', 'top/c')),
    entry({ path: 'top/a' }),
  ],
  'an extension that is no text': [
    'extensions that are no text',
    top,
    entry({ path: 'x', type: 'ExtendedHeader' }, Buffer.from([0x31, 0xff])),
  ],
  'an extension of nothing': ['extensions of nothing', top, pax(paxField('path', 'top/b'))],
  'a size past the end by an extension': [
    'cut off',
    top,
    pax(paxField('size', '999999999999')),
    entry({ path: 'top/a' }, 'x'),
  ],
  'a size that is none': [
    'a size that is none',
    top,
    pax(paxField('size', '1.5')),
    entry({ path: 'top/a' }, 'x'),
  ],
  'a huge size': ['cut off', top, withField(entry({ path: 'top/a' }), 124, '77777777777\0')],
  'a size beyond all numbers': [
    'a header of nothing',
    top,
    withField(entry({ path: 'top/a' }), 124, `\x80${'\x7f'.repeat(11)}`),
  ],
  'one name twice': [
    'two names that are one to some system',
    top,
    entry({ path: 'top/a' }, '1'),
    entry({ path: 'top/a' }, '2'),
  ],
  'one name in two cases': [
    'two names that are one to some system',
    top,
    entry({ path: 'top/a' }, '1'),
    entry({ path: 'top/A' }, '2'),
  ],
  'one name in two compositions': [
    'two names that are one to some system',
    top,
    entry({ path: 'top/\u00e9' }, '1'),
    entry({ path: 'top/e\u0301' }, '2'),
  ],
  'one name once it is safe': [
    'two names that are one to some system',
    top,
    entry({ path: 'top/a:b' }, '1'),
    entry({ path: 'top/a|b' }, '2'),
  ],
  'a folder over a file': [
    'two names that are one to some system',
    top,
    entry({ path: 'top/a' }, '1'),
    entry({ path: 'top/a/', type: 'Directory' }),
  ],
  'a file as a folder': [
    'a path out of the folder',
    top,
    entry({ path: 'top/a' }, '1'),
    entry({ path: 'top/a/b' }, '2'),
  ],
  'folders in two cases': [
    'a path out of the folder',
    ...[top, entry({ path: 'top/d/', type: 'Directory' }), entry({ path: 'top/D/x' }, '2')],
  ],
  'a path too long': [
    'a path too long',
    top,
    pax(paxField('path', `top/${'x'.repeat(1_100)}`)),
    entry({ path: 'top/a' }),
  ],
  'folders too deep': [
    'folders too deep',
    top,
    pax(paxField('path', `top${'/a'.repeat(40)}`)),
    entry({ path: 'top/a' }),
  ],
  'another sum': [
    'a header with another sum',
    top,
    Buffer.from(entry({ path: 'top/a' }, 'x')).fill('b', 4, 5),
  ],
  'text behind the end': ['something behind the end', top, END, Buffer.from('x'.repeat(512))],
  'another archive behind the end': ['something behind the end', top, END, Buffer.alloc(20_000)],
  'nothing at all': ['empty'],
};

describe('an archive of a stranger’s making', () => {
  it.each(Object.keys(HARMFUL))(
    '[A121 harmful archive] is refused, and leaves nothing: %s',
    async (name) => {
      const [reason, ...blocks] = HARMFUL[name] ?? ['none'];
      writeFileSync(tar, Buffer.concat([...blocks, END]));
      await expect(unpack()).rejects.toMatchObject({
        code: 'bad-archive',
        cause: { message: reason },
      });
      expect(readdirSync(folder)).toEqual([]);
      expect(readdirSync(home).sort()).toEqual(['Downloads', 'folder.tar']);
      expect(existsSync('/tmp/lanchat-up.txt')).toBe(false);
    },
  );

  it('Control: made in the same way with nothing of that, is unpacked', async () => {
    const parts = [
      ...[top, entry({ path: 'top/a' }, 'one'), entry({ path: 'top/d/', type: 'Directory' })],
      ...[pax(paxField('path', 'top/d/b')), entry({ path: 'ignored' }, 'two')],
      withField(entry({ path: 'c' }, 'three'), 345, 'top'),
    ];
    writeFileSync(tar, Buffer.concat([...parts, END]));
    expect(contentsOf(await unpack())).toEqual({
      ...{ a: Buffer.from('one').toString('base64'), d: null },
      ...{ 'd/b': Buffer.from('two').toString('base64') },
      c: Buffer.from('three').toString('base64'),
    });
  });

  it('Control: that of another program is, too', async () => {
    const root = join(home, 'made');
    mkdirSync(root);
    writeFileSync(join(root, 'a.txt'), 'a');
    execFileSync('tar', ['--format=ustar', '-C', home, '-cf', tar, 'made']);
    expect(contentsOf(await unpack())).toEqual({ 'a.txt': 'YQ==' });
  });

  it('[A121 harmful archive] is refused at whatever length it is cut', async () => {
    const whole = Buffer.concat([top, entry({ path: 'top/a' }, 'x'.repeat(700)), END]);
    for (const cut of [0, 1, 511, 512, 1_000, 1_024, 1_700, 2_047]) {
      writeFileSync(tar, whole.subarray(0, cut));
      await expect(unpack(), String(cut)).rejects.toMatchObject({ code: 'bad-archive' });
      expect(readdirSync(folder)).toEqual([]);
    }
  });

  it('[A121 harmful archive] is refused where it has files without end', async () => {
    const many = Array.from({ length: 50_000 }, (_, each) => entry({ path: `top/${each}` }));
    writeFileSync(tar, Buffer.concat([top, ...many, END]));
    await expect(unpack()).rejects.toMatchObject({ code: 'bad-archive' });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('makes nothing hidden, and nothing that can be run', async () => {
    const parts = [
      ...[top, entry({ path: 'top/.git/', type: 'Directory' })],
      ...[entry({ path: 'top/.git/config', mode: 0o7777 }, 'x'), entry({ path: 'top/CON' }, 'x')],
    ];
    writeFileSync(tar, Buffer.concat([...parts, END]));
    const path = await unpack();
    expect(readdirSync(path).sort()).toEqual(['_CON', 'git']);
    expect(statSync(join(path, 'git', 'config')).mode & 0o7111).toBe(0);
  });

  it('never is in the place of anything, nor leaves what an earlier try left', async () => {
    mkdirSync(join(folder, 'top'));
    writeFileSync(join(folder, 'top', 'mine'), 'mine');
    symlinkSync(home, join(folder, 'top (2)'));
    mkdirSync(join(folder, `.lanchat-${ID}.unpacked`, 'top'), { recursive: true });
    writeFileSync(join(folder, `.lanchat-${ID}.unpacked`, 'top', 'half'), 'half');
    writeFileSync(tar, Buffer.concat([top, entry({ path: 'top/a' }, 'x'), END]));
    expect(await unpack()).toBe(join(folder, 'top (3)'));
    expect(contentsOf(join(folder, 'top'))).toEqual({ mine: 'bWluZQ==' });
    expect(contentsOf(join(folder, 'top (3)'))).toEqual({ a: 'eA==' });
    expect(readdirSync(folder).sort()).toEqual(['top', 'top (2)', 'top (3)']);
  });

  it('[A120 planted] is not written through a link in the place of the unfinished folder', async () => {
    const victim = join(home, 'victim');
    mkdirSync(join(victim, 'top'), { recursive: true });
    writeFileSync(join(victim, 'top', 'a'), 'mine');
    symlinkSync(victim, join(folder, `.lanchat-${ID}.unpacked`));
    writeFileSync(tar, Buffer.concat([top, entry({ path: 'top/a' }, 'x'), END]));
    expect(contentsOf(await unpack())).toEqual({ a: 'eA==' });
    expect(readFileSync(join(victim, 'top', 'a'), 'utf8')).toBe('mine');
  });
});
