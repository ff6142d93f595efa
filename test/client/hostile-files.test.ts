// Senders that lie about a file, relays that give another one or none, readers who hold it up: what a person sees of it.
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { FileEntry } from '../../src/client/file-ledger.ts';
import { fileIdOnWire } from '../../src/core/shared-file.ts';
import { chunksOf, type FileState } from '../../src/protocol/file-content.ts';
import type { Frame, FrameOf } from '../../src/protocol/frames.ts';
import { FileId, MeetingId } from '../../src/protocol/ids.ts';
import { CHUNK_BYTES } from '../../src/protocol/limits.ts';
import { numberedIdentity } from '../support/wire-client.ts';
import { asha, chunkOf, content, FileLab, giveAll, offer, ours, type Script } from './file-lab.ts';
import type { Served } from './scripted-relay.ts';

const mallory = numberedIdentity(66).id;
const FIVE = content(5 * CHUNK_BYTES - 7);
const MEETINGS = [1, 2].map((filler) => MeetingId.fromBytes(new Uint8Array(16).fill(filler)));
const noFile = (served: Served, { req }: Frame) =>
  served.send({ type: 'error', req, code: 'no-file' });

/** A reader who wants these, of a relay that does so. */
async function reader(script: Script, ...wanted: readonly FileEntry[]): Promise<FileLab> {
  const lab = await FileLab.open(script);
  for (const entry of wanted) lab.ledger.put(entry);
  lab.connect();
  return lab;
}

/** How it stands once it stands so. */
async function standing(lab: FileLab, entry: FileEntry, state: FileEntry['state']) {
  await vi.waitFor(() => expect(lab.get(entry)?.state).toBe(state), { timeout: 10_000 });
  return lab.get(entry);
}

async function fileOf(bytes: Uint8Array): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lanchat-files-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'notes.bin');
  await writeFile(path, bytes);
  return path;
}

const saidTo = (lab: FileLab, is: FileState['is']) =>
  lab.said.filter(({ state }) => state.is === is).map(({ to }) => to);

describe('a file that is not what its sender says', () => {
  it('Control: one that is comes whole, is said to be here, and leaves nothing beside it', async () => {
    const entry = offer(FIVE);
    const lab = await reader((served) => giveAll(served, FIVE), entry);
    const { path, part } = (await standing(lab, entry, 'done')) ?? {};
    expect(Buffer.compare(await readFile(path ?? ''), FIVE.bytes)).toBe(0);
    await vi.waitFor(() => expect(saidTo(lab, 'got')).toEqual([asha]));
    expect(await readdir(lab.downloads)).toEqual(['notes.bin']);
    expect(part ?? lab.get(entry)?.part).toBeUndefined();
  });

  it.each([
    ['more bytes', { size: 9 * CHUNK_BYTES }],
    ['fewer bytes, in as many chunks', { size: 4 * CHUNK_BYTES + 1 }],
    ['fewer bytes', { size: CHUNK_BYTES }],
    ['no bytes', { size: 0 }],
    ['another hash', { hash: new Uint8Array(32).fill(9) }],
  ])('[A145 lie] that names %s is told of as another file, and not kept', async (_what, lies) => {
    const entry = offer(FIVE, lies);
    const lab = await reader((served) => giveAll(served, FIVE), entry);
    expect(await standing(lab, entry, 'failed')).toMatchObject({ reason: 'hash-differs' });
    expect((await readdir(lab.downloads)).filter((name) => !name.startsWith('.'))).toEqual([]);
    expect(saidTo(lab, 'got')).toEqual([]);
  });
});

describe('a relay', () => {
  const sealed = (index: number) => chunkOf(FIVE, index).sealed;
  const other = content(FIVE.bytes.length, 8);

  it.each([
    ['gives another file', (served) => giveAll(served, other)],
    [
      'swaps two chunks',
      (served) => {
        served.send({ type: 'chunk', req: 0, index: 0, sealed: sealed(1) });
      },
    ],
    ['begins in the middle', (served) => giveAll(served, FIVE, 2)],
    [
      'gives one twice',
      (served) => {
        for (const index of [0, 1, 1]) served.send(chunkOf(FIVE, index));
      },
    ],
    ['says something else', (served) => served.send({ type: 'have', req: 0, count: 3 })],
  ] satisfies [string, (served: Served) => void][])(
    '[A146 other chunks] that %s ends it, and a person is told that it is not the file',
    async (_what, give) => {
      const entry = offer(FIVE);
      let isHonest = false;
      const lab = await reader((served, request) => {
        if (!isHonest) give(served);
        else giveAll(served, FIVE, (request as FrameOf<'take'>).from);
      }, entry);
      expect(await standing(lab, entry, 'failed')).toMatchObject({ reason: 'hash-differs' });
      // Control: asked for again, it comes, whole.
      isHonest = true;
      lab.ledger.put({ ...entry, ...lab.get(entry), state: 'wanted', reason: null });
      lab.carrying.tend();
      const { path } = (await standing(lab, entry, 'done')) ?? {};
      expect(Buffer.compare(await readFile(path ?? ''), FIVE.bytes)).toBe(0);
    },
  );

  it.each([
    ['nothing', 0],
    ['too little', 3],
  ] satisfies [string, number][])(
    '[A147 never ends] that gives %s and stays is left after a minute, and the sender is asked',
    async (_what, count) => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      onTestFinished(() => void vi.useRealTimers());
      const entry = offer(FIVE);
      let takes = 0;
      const lab = await reader((served) => {
        takes++;
        for (let index = 0; index < count; index++) served.send(chunkOf(FIVE, index));
      }, entry);
      await vi.waitFor(() => expect(takes).toBe(1));
      await vi.waitFor(() =>
        expect(lab.carrying.movingOf(entry.file.id)?.bytes).toBe(count * CHUNK_BYTES),
      );
      vi.advanceTimersByTime(59_000);
      expect(saidTo(lab, 'want')).toEqual([]);
      vi.advanceTimersByTime(2_000);
      await vi.waitFor(() => expect(saidTo(lab, 'want')).toEqual([asha]));
      expect(lab.get(entry)?.state).toBe('wanted');
      expect(lab.carrying.whyWaiting(entry)).toBe('not-kept');
    },
  );

  it.each([
    [
      'says that it has what never came',
      (served) => served.send({ type: 'have', req: 1, count: 9_999 }),
    ],
    [
      'has no room left in the middle of it',
      async (served, { type, req }) => {
        if (type !== 'keep') return;
        served.send({ type: 'have', req, count: 0 });
        await served.next();
        served.send({ type: 'error', req, code: 'storage' });
      },
    ],
  ] satisfies [string, Script][])(
    '[A148 bad keeper] that %s keeps nothing, and the file goes from hand to hand',
    async (_what, keeping) => {
      const entry = await ours(await fileOf(FIVE.bytes), FIVE);
      const met: Served[] = [];
      const lab = await reader((served, request) => {
        if (request.type !== 'meet') return keeping(served, request);
        met.push(served);
        served.send({ type: 'done', req: request.req });
        served.send({ type: 'have', req: 0, count: 0 });
      }, entry);
      await vi.waitFor(() => expect(lab.carrying.whyWaiting(entry)).not.toBeNull());
      expect(lab.get(entry)?.state).toBe('unsent');
      lab.carrying.stated(asha, { file: entry.file.id, is: 'want' });
      await vi.waitFor(() => expect(met).toHaveLength(1));
      expect(saidTo(lab, 'ready')).toEqual([asha]);
      const chunks = () => met[0]?.frames.filter(({ type }) => type === 'chunk').length;
      await vi.waitFor(() => expect(chunks()).toBe(5));
      expect(lab.get(entry)?.state).toBe('unsent');
    },
  );
});

describe('a reader at a meeting', () => {
  it('is heard where HAVE comes in one piece with DONE', async () => {
    const entry = await ours(await fileOf(FIVE.bytes), FIVE);
    const met: Served[] = [];
    const lab = await reader((served, { type, req }) => {
      if (type === 'keep') served.send({ type: 'error', req, code: 'quota' });
      if (type !== 'meet') return;
      met.push(served);
      served.send({ type: 'done', req }, { type: 'have', req: 0, count: 0 });
    }, entry);
    lab.carrying.stated(asha, { file: entry.file.id, is: 'want' });
    const chunks = () => met[0]?.frames.filter(({ type }) => type === 'chunk').length;
    await vi.waitFor(() => expect(chunks()).toBe(5));
  });
});

describe('what is said of files', () => {
  const KEPT_BY_NONE: Script = (served, request) => {
    if (request.type === 'keep') served.send({ type: 'error', req: request.req, code: 'quota' });
  };

  it('[A149 states of strangers] moves nothing, ten thousand times over', async () => {
    const path = await fileOf(FIVE.bytes);
    const entry = await ours(path, FIVE);
    const theirs = offer(content(9, 3));
    const lab = await reader(KEPT_BY_NONE, entry);
    lab.ledger.put({ ...theirs, state: 'offered' });
    await vi.waitFor(() => expect(lab.carrying.whyWaiting(entry)).toBe('quota'));
    const before = lab.ledger.all();
    const unknown = new Uint8Array(16);
    for (let number = 0; number < 10_000; number++) {
      new DataView(unknown.buffer).setUint32(0, number);
      const is = (['want', 'kept', 'ready', 'got', 'no'] as const)[number % 5] ?? 'want';
      const meeting = MeetingId.fromBytes(unknown);
      for (const file of [entry.file.id, theirs.file.id, FileId.fromBytes(unknown)])
        lab.carrying.stated(mallory, { file, is, meeting });
    }
    expect(lab.said).toEqual([]);
    expect(lab.ledger.all()).toEqual(before);
    // Control: of whom it was sent to, each of these counts, and wanting it ten thousand times is wanting it.
    for (let number = 0; number < 10_000; number++)
      lab.carrying.stated(asha, { file: entry.file.id, is: 'want' });
    await vi.waitFor(() => expect(saidTo(lab, 'ready')).toEqual([asha]));
    lab.carrying.stated(asha, { file: entry.file.id, is: 'no' });
    expect(lab.get(entry)).toMatchObject({ state: 'failed', reason: 'declined' });
  });

  it('[A149 states of strangers] says no to nobody but who was sent it', async () => {
    const entry = { ...(await ours(await fileOf(FIVE.bytes), FIVE)), state: 'cancelled' as const };
    const lab = await reader(KEPT_BY_NONE, entry);
    lab.carrying.stated(mallory, { file: entry.file.id, is: 'want' });
    expect(lab.said).toEqual([]);
    // Control.
    lab.carrying.stated(asha, { file: entry.file.id, is: 'want' });
    expect(saidTo(lab, 'no')).toEqual([asha]);
  });

  it('[A150 gone meanwhile] by its sender, while it comes from the relay, ends it and leaves nothing', async () => {
    const entry = offer(FIVE);
    const lab = await reader((served) => {
      served.send(chunkOf(FIVE, 0), chunkOf(FIVE, 1));
    }, entry);
    await vi.waitFor(() => expect(lab.carrying.movingOf(entry.file.id)?.bytes).toBeGreaterThan(0));
    expect(await readdir(lab.downloads)).toHaveLength(1);
    lab.carrying.stated(asha, { file: entry.file.id, is: 'no' });
    expect(lab.get(entry)).toMatchObject({ state: 'failed', reason: 'gone' });
    await vi.waitFor(async () => expect(await readdir(lab.downloads)).toEqual([]));
    expect(lab.carrying.movingOf(entry.file.id)).toBeNull();
  });
});

describe('a meeting', () => {
  /** Keeps nothing; `meet` plays the reader. */
  const meetings =
    (meet: (served: Served, count: number) => void): Script =>
    (served, request) => {
      if (request.type === 'keep') served.send({ type: 'error', req: request.req, code: 'quota' });
      if (request.type !== 'meet') return;
      met++;
      served.send({ type: 'done', req: request.req });
      meet(served, met);
    };
  let met = 0;

  it.each([
    [
      'says that it has what never came',
      (served) => served.send({ type: 'have', req: 0, count: 999 }),
      0,
    ],
    ['says something else', (served) => served.send(chunkOf(FIVE, 0)), 0],
    [
      'says that its relay is full',
      (served) => served.send({ type: 'error', req: 0, code: 'storage' }),
      0,
    ],
    ['goes', (served) => served.socket.destroy(), 0],
    ['says nothing', () => undefined, 61_000],
  ] satisfies [string, (served: Served) => void, number][])(
    '[A151 bad reader] who %s keeps nobody else from the file',
    async (_what, hostile, afterMs) => {
      met = 0;
      if (afterMs > 0) {
        vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
        onTestFinished(() => void vi.useRealTimers());
      }
      const entry = await ours(await fileOf(FIVE.bytes), FIVE);
      let honest: Served | null = null;
      const lab = await reader(
        meetings((served, count) => {
          if (count === 1) return hostile(served);
          honest = served;
          served.send({ type: 'have', req: 0, count: 0 });
        }),
        entry,
      );
      await vi.waitFor(() => expect(lab.carrying.whyWaiting(entry)).toBe('quota'));
      const want = { file: entry.file.id, is: 'want' } as const;
      lab.carrying.stated(asha, want);
      await vi.waitFor(() => expect(met).toBe(1));
      if (afterMs > 0) vi.advanceTimersByTime(afterMs);
      const chunks = () => honest?.frames.filter(({ type }) => type === 'chunk').length;
      // Whoever wants it says so again and again.
      const isThere = () => {
        lab.carrying.stated(asha, want);
        expect(chunks()).toBe(chunksOf(FIVE.bytes.length));
      };
      await vi.waitFor(isThere, { timeout: 5_000 });
      expect(lab.get(entry)?.state).toBe('unsent');
    },
  );

  it('of a sender who was killed is left for the one that they name anew', async () => {
    const entry = offer(FIVE);
    const came: MeetingId[] = [];
    const lab = await reader((served, request) => {
      if (request.type === 'take') noFile(served, request);
      if (request.type !== 'meet') return;
      came.push(request.meeting);
      if (request.meeting !== MEETINGS[1]) return;
      served.send({ type: 'done', req: request.req });
      giveAll(served, FIVE);
    }, entry);
    await vi.waitFor(() => expect(saidTo(lab, 'want')).toEqual([asha]));
    const [first, second] = MEETINGS;
    if (first === undefined || second === undefined) throw new RangeError('two meetings');
    lab.carrying.stated(asha, { file: entry.file.id, is: 'ready', meeting: first });
    await vi.waitFor(() => expect(came).toEqual([first]));
    lab.carrying.stated(asha, { file: entry.file.id, is: 'ready', meeting: second });
    await standing(lab, entry, 'done');
  });

  it('[A152 nobody comes] to which a sender never comes takes no place from what others have sent', async () => {
    const bela = numberedIdentity(3).id;
    const never = [10, 11, 12, 13, 14, 15].map((filler) => offer(content(100, filler)));
    const good = content(100, 20);
    const entry = offer(good, {}, bela);
    const lab = await reader(
      (served, request) => {
        if (request.type === 'take' && request.file === fileIdOnWire(entry.file))
          giveAll(served, good);
        else if (request.type === 'take') noFile(served, request);
        // To whoever MEETs nothing is said.
      },
      ...never,
    );
    await vi.waitFor(() => expect(saidTo(lab, 'want')).toHaveLength(never.length));
    for (const [number, { file }] of never.entries()) {
      const meeting = MeetingId.fromBytes(new Uint8Array(16).fill(number));
      lab.carrying.stated(asha, { file: file.id, is: 'ready', meeting });
    }
    lab.ledger.put(entry);
    lab.carrying.tend();
    await standing(lab, entry, 'done');
    // And each of those still waits, and says so.
    for (const each of never) expect(lab.get(each)?.state).toBe('wanted');
  });
});

describe('what a process that was killed has left', () => {
  const names = (lab: FileLab) => readdir(lab.downloads);

  it('of what a reader had answered is asked for once more, and whoever has the file answers', async () => {
    const entry = await ours(await fileOf(FIVE.bytes), FIVE);
    const lab = await FileLab.open(() => undefined);
    lab.ledger.put({ ...entry, state: 'kept' });
    await lab.carrying.close();
    const again = lab.again();
    again.carrying.came(mallory);
    expect(again.said).toEqual([]);
    const asked = { to: asha, state: { file: entry.file.id, is: 'kept' } };
    again.carrying.came(asha);
    // Killed over it, she comes once more.
    again.carrying.came(asha);
    expect(again.said).toEqual([asked, asked]);
    again.carrying.stated(asha, { file: entry.file.id, is: 'got' });
    again.carrying.came(asha);
    expect(again.said).toEqual([asked, asked]);
    expect(again.get(entry)?.state).toBe('done');
    await again.carrying.close();
    // Where it was closed, nothing is in doubt.
    again.ledger.put({ ...entry, state: 'kept' });
    again.ledger.close();
    const whole = lab.again();
    whole.carrying.came(asha);
    expect(whole.said).toEqual([]);
    await whole.carrying.close();
    // The other end of it.
    for (const [state, is] of [
      ['done', 'got'],
      ['cancelled', 'no'],
    ] as const) {
      const theirs = offer(content(9, 40));
      const reader = await FileLab.open(() => undefined);
      reader.ledger.put({ ...theirs, state });
      reader.carrying.stated(mallory, { file: theirs.file.id, is: 'kept' });
      expect(reader.said).toEqual([]);
      reader.carrying.stated(asha, { file: theirs.file.id, is: 'kept' });
      expect(reader.said).toEqual([{ to: asha, state: { file: theirs.file.id, is } }]);
    }
  });

  it('is taken away where it is over, goes on where it isn’t, and nobody else’s is touched', async () => {
    let given = 0;
    const entries = [30, 31, 32, 33, 34, 35].map((filler) => offer(content(200_000, filler)));
    const lab = await FileLab.open((served, request) => {
      const { file, from } = request as FrameOf<'take'>;
      const index = entries.findIndex((entry) => fileIdOnWire(entry.file) === file);
      const part = content(200_000, 30 + index);
      for (let at = from; at < 2; at++) served.send(chunkOf(part, at));
      given++;
    });
    for (const entry of entries.slice(0, 3)) lab.ledger.put(entry);
    lab.connect();
    await vi.waitFor(() => expect(given).toBe(3));
    await vi.waitFor(() => {
      for (const { file } of entries.slice(0, 3))
        expect(lab.carrying.movingOf(file.id)?.bytes).toBeGreaterThan(CHUNK_BYTES);
    });
    await lab.carrying.close();
    const [one, two, three] = entries.map((entry) => lab.get(entry));
    if (one == null || two == null || three == null) throw new Error('forgotten');
    expect((await names(lab)).length).toBe(3);
    await writeFile(join(lab.downloads, '.lanchat-0123456789abcdef0123456789abcdef.part'), 'other');
    lab.ledger.put({ ...one, state: 'cancelled' });
    lab.ledger.put({ ...two, state: 'failed', reason: 'hash-differs' });
    lab.ledger.put({ ...three, state: 'failed', reason: 'no-space' });
    const again = lab.again();
    await vi.waitFor(async () => expect((await names(lab)).length).toBe(2));
    expect(again.get(one)?.part).toBeUndefined();
    expect(again.get(three)?.part).toBe(lab.downloads);
    expect(await names(lab)).toContain('.lanchat-0123456789abcdef0123456789abcdef.part');
    await again.carrying.close();
  });
});
