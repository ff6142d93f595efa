// Disks that are full or read-only, under the real program: it says so, claims nothing, and goes on when there is room.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type JsonLine, Lan, type Program } from '../support/cli.ts';
import { SmallDisk, whyNoSmallDisks } from './small-disk.ts';

const DISK_BYTES = 3_000_000;
const whyNot = whyNoSmallDisks();

let lan: Lan;
let disks: SmallDisk[];

beforeEach(({ skip }) => {
  if (whyNot !== null) skip(whyNot);
  lan = new Lan();
  disks = [];
});
afterEach(async () => {
  if (whyNot !== null) return;
  for (const disk of disks) disk.close();
  await lan.close();
});

/** Where the folder of that name is going to be. */
function smallDisk(name: string): SmallDisk {
  const disk = new SmallDisk(lan.path(name), DISK_BYTES);
  disks.push(disk);
  return disk;
}

/** Who listens owns the profile, and the others of that name speak through it. */
async function listens(name: string): Promise<Program> {
  const program = lan.as(name, 'listen');
  await program.ofType('ready');
  return program;
}

async function stop(program: Program): Promise<void> {
  program.process.kill('SIGTERM');
  await program.ended;
}

/** The exit status, and of the messages that were sent their states. */
async function send(from: string, ...args: readonly string[]) {
  const { status, lines, stderr } = await lan.as(from, 'send', ...args).ended;
  return { status, sent: lines.filter(({ type }) => type === 'sent'), lines, stderr };
}

/** A refusal for the disk's sake: one line for people, the same for scripts, and what to do in it. */
function refusal(code: string, what: RegExp) {
  return {
    status: 1,
    sent: [],
    lines: [expect.objectContaining({ type: 'error', code, message: expect.stringMatching(what) })],
    stderr: expect.stringMatching(/^lanchat: [^\n]+\n$/),
  };
}

const FULL = refusal('no-space', /^no space left to write \S+; free some and try again$/);
const READ_ONLY = refusal('read-only', /read-only disk; choose another folder with --home/);

const isFull = (line: JsonLine) =>
  line.type === 'storage' && JSON.stringify(line).includes('no space left');
const isOver = (line: JsonLine) => line.type === 'storage' && !isFull(line);
const isShown = (text: string) => (line: JsonLine) => line.type === 'message' && line.text === text;
const textsOf = (lines: readonly JsonLine[]) =>
  lines.filter(({ type }) => type === 'message').map(({ text }) => text);

async function history(name: string, conversation: string): Promise<readonly JsonLine[]> {
  return (await lan.as(name, 'history', conversation).ended).lines;
}

/** What asha keeps as sent, and has not failed, is what bo keeps, once and in order; both see it as delivered. */
async function expectAgreement(): Promise<void> {
  const sent = await history('asha', '@bo');
  const going = sent.filter(({ state }) => state !== 'failed');
  expect(going.map(({ state }) => state)).toEqual(going.map(() => 'delivered'));
  expect(textsOf(await history('bo', '@asha'))).toEqual(textsOf(going));
}

describe('a full disk', () => {
  it('of a sender: what it could not keep is refused, and nothing is claimed', async () => {
    const disk = smallDisk('asha');
    await lan.startRelay();
    const [bo, asha] = [await listens('bo'), await listens('asha')];
    expect(await send('asha', '@bo', 'before')).toMatchObject({ status: 0 });
    disk.fill();
    // Whoever owns the profile has it, and may be able to take it back or not.
    const full = refusal('no-space', /free some (?:and try again|space or check it)/);
    expect(await send('asha', '@bo', 'full')).toEqual(full);
    await asha.line(isFull);
    expect(await send('asha', '@bo', 'full still')).toEqual(FULL);
    expect(await send('asha', '#lobby', 'full for all')).toEqual(FULL);
    disk.free();
    await asha.line(isOver);
    await asha.ofType('reconnected');
    expect(await send('asha', '--wait', 'delivered', '@bo', 'after')).toMatchObject({ status: 0 });
    await bo.line(isShown('after'));
    await expectAgreement();
  }, 60_000);

  it('of a sender that is not running: every command says what to do', async () => {
    const disk = smallDisk('asha');
    await lan.startRelay();
    const bo = await listens('bo');
    expect(await send('asha', '@bo', 'before')).toMatchObject({ status: 0 });
    disk.fill();
    expect(await send('asha', '@bo', 'full')).toEqual(FULL);
    for (const command of [['history', '@bo'], ['listen']]) {
      expect(await lan.as('asha', ...command).ended).toMatchObject({
        status: 1,
        lines: FULL.lines,
      });
    }
    disk.free();
    expect(await send('asha', '--wait', 'delivered', '@bo', 'after')).toMatchObject({ status: 0 });
    await bo.line(isShown('after'));
    await expectAgreement();
  }, 60_000);

  it('of a reader: nothing counts as delivered, and everything comes when there is room', async () => {
    const disk = smallDisk('bo');
    await lan.startRelay();
    const [bo, asha] = [await listens('bo'), await listens('asha')];
    expect(await send('asha', '--wait', 'delivered', '@bo', 'before')).toMatchObject({ status: 0 });
    disk.fill();
    const waits = ['--wait', 'delivered', '--timeout', '2'];
    expect(await send('asha', ...waits, '@bo', 'full')).toMatchObject({ status: 6, sent: [] });
    await bo.line(isFull);
    expect(await send('asha', '@bo', 'full still')).toMatchObject({ status: 0 });
    expect(await send('asha', '#lobby', 'full for all')).toMatchObject({ status: 0 });
    expect(textsOf(bo.lines)).toEqual(['before']);
    disk.free();
    await bo.line(isOver);
    await bo.line(isShown('full for all'));
    await bo.line(isShown('full still'));
    const own = await history('asha', '@bo');
    for (const { id } of own) await asha.line((l) => l.id === id && l.state === 'delivered');
    await expectAgreement();
    expect(textsOf(await history('bo', '#lobby'))).toEqual(['full for all']);
    expect(textsOf(bo.lines).toSorted()).toEqual(
      ['before', 'full', 'full for all', 'full still'].toSorted(),
    );
  }, 60_000);

  it('of a relay: nothing is taken for who is away, and it reaches them when they come', async () => {
    const disk = smallDisk('relay');
    const relay = await lan.startRelay();
    const [asha, before] = [await listens('asha'), await listens('bo')];
    expect(await send('asha', '--wait', 'delivered', '@bo', 'before')).toMatchObject({ status: 0 });
    await stop(before);
    await asha.ofType('left');
    disk.fill();
    const full = await send('asha', '--timeout', '2', '@bo', 'full');
    expect(full).toMatchObject({ sent: [], stderr: expect.stringMatching(/^lanchat: [^\n]+\n$/) });
    expect(full.status).toBeGreaterThan(1);
    await relay.line(isFull);
    const room = await send('asha', '--timeout', '2', '#lobby', 'full for all');
    expect(room.sent).toEqual([]);
    disk.free();
    const bo = await listens('bo');
    await relay.line(isOver);
    expect(await send('asha', '--wait', 'delivered', '@bo', 'after')).toMatchObject({ status: 0 });
    await bo.line(isShown('after'));
    await stop(bo);
    // And it keeps again what is said to who is away.
    expect(await send('asha', '@bo', 'for later')).toMatchObject({ status: 0 });
    const later = await listens('bo');
    await later.line(isShown('for later'));
    const isLast = (line: JsonLine) => line.type === 'receipt' && line.state === 'delivered';
    const [{ id } = {}] = (await history('asha', '@bo')).slice(-1);
    await asha.line((line) => isLast(line) && line.id === id);
    await expectAgreement();
  }, 60_000);

  it('of a relay that is to start: it says what to do', async () => {
    smallDisk('relay').fill();
    const start = ['relay', '--json', '--port', '0', '--host', '127.0.0.1', '--no-mdns'];
    const { status, lines } = await lan.run([...start, '--data', lan.path('relay')]).ended;
    expect({ status, lines }).toEqual({ status: 1, lines: FULL.lines });
  });
});

describe('a read-only disk', () => {
  it('under a profile: every command says what to do, and nothing is lost', async () => {
    const disk = smallDisk('asha');
    await lan.startRelay();
    const bo = await listens('bo');
    expect(await send('asha', '--wait', 'delivered', '@bo', 'before')).toMatchObject({ status: 0 });
    disk.setReadOnly(true);
    expect(await send('asha', '@bo', 'read-only')).toEqual(READ_ONLY);
    for (const command of [['history', '@bo'], ['listen'], ['search', 'before']]) {
      const { status, lines } = await lan.as('asha', ...command).ended;
      expect({ status, lines }).toEqual({ status: 1, lines: READ_ONLY.lines });
    }
    disk.setReadOnly(false);
    expect(await send('asha', '--wait', 'delivered', '@bo', 'after')).toMatchObject({ status: 0 });
    await bo.line(isShown('after'));
    await expectAgreement();
  }, 60_000);

  it('under a relay: it says what to do, and what it kept is there afterwards', async () => {
    const disk = smallDisk('relay');
    const relay = await lan.startRelay();
    const { port } = await relay.ofType('listening');
    const bo = await listens('bo');
    expect(await send('asha', '--wait', 'delivered', '@bo', 'before')).toMatchObject({ status: 0 });
    await stop(bo);
    expect(await send('asha', '@bo', 'kept')).toMatchObject({ status: 0 });
    await stop(relay);
    disk.setReadOnly(true);
    const start = ['relay', '--json', '--port', `${port}`, '--host', '127.0.0.1', '--no-mdns'];
    const refused = await lan.run([...start, '--data', lan.path('relay')]).ended;
    expect(refused).toMatchObject({ status: 1, lines: READ_ONLY.lines });
    disk.setReadOnly(false);
    await lan.run([...start, '--data', lan.path('relay')]).ofType('listening');
    await (await listens('bo')).line(isShown('kept'));
  }, 60_000);
});
