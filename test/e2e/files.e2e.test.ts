/** Files through a real relay, between profiles of the built program: what gets there, and what survives who is killed. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type JsonLine, Lan, type Program } from '../support/cli.ts';

/** Enough that whoever is killed at the first news of it is in the middle. */
const LARGE_BYTES = 96 * 1024 * 1024;

let lan: Lan;
let relay: Program;

beforeEach(async () => {
  lan = new Lan();
  relay = await lan.startRelay();
});
afterEach(() => lan.close());

function written(name: string, content: string | Uint8Array): string {
  const path = lan.path(name);
  writeFileSync(path, content);
  return path;
}

function hashOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

function folder(name: string): string {
  const path = lan.path(name);
  mkdirSync(path);
  return path;
}

/** Both have a profile and know each other by name. */
async function met(...names: readonly string[]): Promise<Program[]> {
  const people = names.map((name) => lan.as(name, 'listen', '--progress'));
  await Promise.all(people.map((each) => each.ofType('ready')));
  for (const name of names) {
    const others = names.filter((other) => other !== name);
    await expect
      .poll(() => known(name), { timeout: 20_000 })
      .toEqual(expect.arrayContaining(others));
  }
  return people;
}

/** The names of those whom somebody knows. */
async function known(name: string): Promise<unknown[]> {
  const { lines } = await lan.as(name, 'peers').ended;
  return lines.map(({ nick }) => nick);
}

async function end(program: Program): Promise<void> {
  program.process.kill('SIGINT');
  await program.ended;
}

/** The ID of what was sent. */
async function sent(name: string, ...args: readonly string[]): Promise<string> {
  const { status, lines, stderr } = await lan.as(name, 'file', 'send', ...args).ended;
  expect([status, stderr]).toEqual([0, '']);
  return String(lines[0]?.id);
}

/** Where what was taken has landed. */
async function taken(name: string, ...args: readonly string[]): Promise<string> {
  const { status, lines, stderr } = await lan.as(name, 'file', 'get', ...args).ended;
  expect([status, stderr]).toEqual([0, '']);
  return String(lines[0]?.path);
}

function isMoving({ type, state, bytes, size }: JsonLine): boolean {
  return type === 'file' && state === 'moving' && Number(bytes) > 0 && Number(bytes) < Number(size);
}

/** On its way, or, on a fast machine, there already. */
function isUnderWay(line: JsonLine): boolean {
  return isMoving(line) || (line.type === 'file' && ['kept', 'done'].includes(String(line.state)));
}

describe('a file', () => {
  it('gets to one person, who sees what it is and takes it', async () => {
    const [bela] = await met('bela', 'asha');
    const photo = written('photo.png', randomBytes(300_000));
    const id = await sent('asha', '@bela', photo, '--text', 'look');
    const message = await bela?.line((line) => line.id === id && line.type === 'message');
    expect(message).toMatchObject({ text: 'look', file: { name: 'photo.png', size: 300_000 } });
    expect(message?.file).not.toHaveProperty('key');
    const path = await taken('bela', id, '--to', folder('in'));
    expect(path).toBe(join(lan.path('in'), 'photo.png'));
    expect(hashOf(path)).toBe(hashOf(photo));
    const { lines } = await lan.as('bela', 'file', 'list', '@asha').ended;
    expect(lines).toMatchObject([{ type: 'file', id, state: 'done', direction: 'in', path }]);
  });

  it('waits at the relay for somebody who is away', async () => {
    const [bela, asha] = await met('bela', 'asha');
    if (bela !== undefined) await end(bela);
    if (asha !== undefined) await end(asha);
    const note = written('note.txt', 'for later');
    const id = await sent('asha', '@bela', note);
    const path = await taken('bela', '--from', '@asha', '--to', folder('in'));
    expect(readFileSync(path, 'utf8')).toBe('for later');
    const { lines } = await lan.as('bela', 'file', 'list').ended;
    expect(lines[0]).toMatchObject({ id, state: 'done' });
  });

  it('comes by itself where the settings say so, and its sender hears that it did', async () => {
    const [bela] = await met('bela', 'asha');
    for (const args of [
      ['accept-files', 'everyone'],
      ['downloads', folder('in')],
    ]) {
      expect((await lan.as('bela', 'set', ...args).ended).status).toBe(0);
    }
    const note = written('note.txt', 'by itself');
    await sent('asha', '@bela', note, '--wait', 'delivered');
    const done = await bela?.line((line) => line.type === 'file' && line.state === 'done');
    expect(readFileSync(String(done?.path), 'utf8')).toBe('by itself');
  });

  it('gets to everybody in a room', async () => {
    const join = (name: string) => lan.as(name, 'listen', '--join', '#ward');
    const people = ['bela', 'chen'].map(join);
    await Promise.all(people.map((each) => each.ofType('ready')));
    const plan = written('plan.txt', randomBytes(200_000));
    const id = await sent('asha', '#ward', plan);
    for (const [index, name] of ['bela', 'chen'].entries()) {
      await people[index]?.line((line) => line.id === id && line.type === 'message');
      expect(hashOf(await taken(name, id, '--to', folder(`${name}-in`)))).toBe(hashOf(plan));
    }
  });

  it('lands beside what is there, never over it', async () => {
    await met('bela', 'asha');
    const place = folder('in');
    writeFileSync(join(place, 'note.txt'), 'mine');
    const id = await sent('asha', '@bela', written('note.txt', 'theirs'));
    const path = await taken('bela', id, '--to', place);
    expect(readFileSync(join(place, 'note.txt'), 'utf8')).toBe('mine');
    expect(readFileSync(path, 'utf8')).toBe('theirs');
  });

  it('lands in the folder that was named, whatever its sender calls it', async () => {
    await met('bela', 'asha');
    const place = folder('in');
    for (const name of ['.bashrc', 'CON', 'a\u202egnp.sh', '..', '-rf', '\u001b[31mred']) {
      const note = written('note.txt', name);
      const id = await sent('asha', '@bela', note, '--name', name);
      const path = await taken('bela', id, '--to', place);
      expect(dirname(path)).toBe(place);
      expect(basename(path)).not.toMatch(/^\.|[\p{Cc}\p{Cf}]/u);
      expect(readFileSync(path, 'utf8')).toBe(name);
    }
    const { stdout } = await lan.run([
      ...['history', '@asha', '--home', lan.path('bela')],
      ...['--relay', lan.relay.address],
    ]).ended;
    expect(stdout).not.toMatch(/[\u202e\u001b]/);
  });

  it('is taken back, and nobody gets it any more', async () => {
    const [bela] = await met('bela', 'asha');
    const id = await sent('asha', '@bela', written('note.txt', 'a mistake'));
    const { status, lines } = await lan.as('asha', 'file', 'cancel', id).ended;
    expect(status).toBe(0);
    expect(lines).toMatchObject([{ type: 'file', id, state: 'cancelled' }]);
    await bela?.line((line) => line.id === id && line.type === 'message');
    const late = await lan.as('bela', 'file', 'get', id, '--to', folder('in'), '--timeout', '3')
      .ended;
    expect(late.status).not.toBe(0);
    expect(readdirSync(lan.path('in')).filter((name) => !name.startsWith('.'))).toEqual([]);
  });

  it('comes from stdin and goes to stdout, byte for byte', async () => {
    const [, asha] = await met('bela', 'asha');
    const words = 'line\n\u0000\u0007 and no end of line';
    const sending = lan.as('asha', 'file', 'send', '@bela', '-', '--name', 'dump');
    sending.type(words);
    sending.endInput();
    const { status, lines } = await sending.ended;
    expect(status).toBe(0);
    const profile = ['--home', lan.path('bela'), '--relay', lan.relay.address];
    const id = String(lines[0]?.id);
    const got = await lan.run(['file', 'get', id, '-o', '-', ...profile]).ended;
    expect([got.status, got.stdout]).toEqual([0, words]);
    // With its reader, it is nowhere else any more.
    await asha?.line((line) => line.type === 'file' && line.id === id && line.state === 'done');
    const left = ['asha', 'bela'].flatMap((name) => {
      return readdirSync(lan.path(name), { recursive: true, encoding: 'utf8' });
    });
    expect(left.filter((name) => /^spool./.test(name))).toEqual([]);
  });
});

it('a folder is an archive on the way, and a folder again', async () => {
  await met('bela', 'asha');
  const plans = folder('plans');
  mkdirSync(join(plans, 'deep'));
  writeFileSync(join(plans, 'one.txt'), 'one');
  writeFileSync(join(plans, 'deep', 'two.txt'), 'two');
  await sent('asha', '@bela', plans);
  const path = await taken('bela', '--from', '@asha', '--last', '--unpack', '--to', folder('in'));
  expect(dirname(path)).toBe(lan.path('in'));
  expect(readFileSync(join(path, 'one.txt'), 'utf8')).toBe('one');
  expect(readFileSync(join(path, 'deep', 'two.txt'), 'utf8')).toBe('two');
});

describe('a large file gets there whole', () => {
  let large: string;
  beforeEach(() => {
    large = written('large.bin', randomBytes(LARGE_BYTES));
  });

  it('where its sender is killed on the way', async () => {
    const [, asha] = await met('bela', 'asha');
    lan.as('asha', 'file', 'send', '@bela', large);
    const moving = await asha?.line((line) => isUnderWay(line) && line.direction === 'out');
    asha?.kill();
    await asha?.ended;
    const again = lan.as('asha', 'listen');
    await again.ofType('ready');
    const path = await taken('bela', String(moving?.id), '--to', folder('in'), '--timeout', '30');
    expect(hashOf(path)).toBe(hashOf(large));
  });

  it('where its reader is killed on the way', async () => {
    const [bela] = await met('bela', 'asha');
    const id = await sent('asha', '@bela', large, '--timeout', '30');
    const place = folder('in');
    lan.as('bela', 'file', 'get', id, '--to', place);
    await bela?.line((line) => isUnderWay(line) && line.direction === 'in');
    bela?.kill();
    await bela?.ended;
    const path = await taken('bela', id, '--to', place, '--timeout', '30');
    expect(hashOf(path)).toBe(hashOf(large));
    expect(readdirSync(place)).toEqual([basename(path)]);
  });

  it('where the relay is killed on the way', async () => {
    const [, asha] = await met('bela', 'asha');
    const { address } = lan.relay;
    const sending = lan.as('asha', 'file', 'send', '@bela', large, '--timeout', '30');
    const moving = await asha?.line((line) => isUnderWay(line) && line.direction === 'out');
    relay.kill();
    await relay.ended;
    await lan.startRelay('--port', address.replace(/^.*:/, ''));
    expect((await sending.ended).status).toBe(0);
    const path = await taken('bela', String(moving?.id), '--to', folder('in'), '--timeout', '30');
    expect(hashOf(path)).toBe(hashOf(large));
  });
});

it('a file that is gone, or was never sent, is refused with a code', async () => {
  await met('bela', 'asha');
  for (const [args, code] of [
    [['send', '@bela', lan.path('nothing')], 'not-found'],
    [['get', '0'.repeat(32)], 'unknown-message'],
    [['cancel', '0'.repeat(32)], 'unknown-message'],
  ] as const) {
    const { status, lines } = await lan.as('asha', 'file', ...args).ended;
    expect([status, lines.at(-1)?.code]).toEqual([1, code]);
  }
  const text = await lan.as('asha', 'send', '@bela', 'no file').ended;
  const { lines } = await lan.as('asha', 'file', 'get', String(text.lines[0]?.id)).ended;
  expect(lines.at(-1)?.code).toBe('no-file');
});
