// Disks that are full while a file is on its way: of its reader, the relay, its sender. It says so, loses nothing, and goes on when there is room.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { MessageId } from '../../src/protocol/ids.ts';
import {
  acquainted,
  type FilePerson,
  fileOf,
  hashOfFile,
  isMoving,
  person,
  relay,
  seen,
  sha256,
  standing,
} from '../client/file-people.ts';
import { SmallDisk, whyNoSmallDisks } from './small-disk.ts';

const whyNot = whyNoSmallDisks();
const MB = 1_000_000;

beforeEach(({ skip }) => {
  if (whyNot !== null) skip(whyNot);
});

function smallDisk(sizeBytes: number): { readonly disk: SmallDisk; readonly folder: string } {
  const parent = mkdtempSync(join(tmpdir(), 'lanchat-disk-'));
  const folder = join(parent, 'small');
  const disk = new SmallDisk(folder, sizeBytes);
  // After whoever uses it is gone: what is told first here is done last.
  onTestFinished(() => {
    disk.close();
    rmSync(parent, { recursive: true });
  });
  return { disk, folder };
}

async function send(from: FilePerson, to: FilePerson, sizeBytes: number) {
  const bytes = randomBytes(sizeBytes);
  const path = await fileOf(bytes);
  const { id } = await from.session.request({
    ...{ do: 'send-file', to: { peer: to.id }, path, text: '' },
  });
  await standing(to, id, 'offered');
  return { id, hash: sha256(bytes) };
}

const get = (who: FilePerson, id: MessageId) => who.session.request({ do: 'get-file', id });

const isAt = (who: FilePerson, id: MessageId, bytes: number) =>
  seen(who.events, (event) => isMoving(event, id) && event.transfer.bytes >= bytes);

describe('a full disk', () => {
  it.each([0, 1, 1.5 * MB, 20 * MB])(
    'where a file lands, once %d bytes are there: it says so, and goes on from there when there is room',
    async (bytes) => {
      const { disk, folder } = smallDisk(80 * MB);
      const at = await relay();
      const [asha, bela] = [await person('asha', at), await person('bela', at)];
      await acquainted(asha, bela);
      await bela.session.request({ do: 'set', change: { downloads: folder } });
      const { id, hash } = await send(asha, bela, 60 * MB);
      if (bytes === 0) disk.fill();
      await get(bela, id);
      if (bytes > 0) {
        await isAt(bela, id, bytes);
        disk.fill();
      }
      expect(await standing(bela, id, 'failed')).toMatchObject({ reason: 'no-space', path: null });
      disk.free();
      const before = bela.events.length;
      await get(bela, id);
      const again = await seen(bela.events, (event) => {
        return bela.events.indexOf(event) >= before && isMoving(event, id);
      });
      if (bytes > 1) {
        const { transfer } = again as Extract<typeof again, { type: 'file' }>;
        expect(transfer.bytes).toBeGreaterThanOrEqual(bytes - 2 * MB);
      }
      expect(await hashOfFile((await standing(bela, id, 'done')).path)).toBe(hash);
      expect((await readdir(folder)).sort()).toEqual(['notes.bin']);
      await standing(asha, id, 'done');
    },
    60_000,
  );

  it('of the relay, in the middle of a file: it goes from hand to hand, from where it was', async () => {
    const { disk, folder } = smallDisk(100 * MB);
    const files = { folder: join(folder, 'files'), bytes: 4_000 * MB };
    const at = await relay({ files, limits: { diskLeftBytes: 0 } });
    const [asha, bela] = [await person('asha', at), await person('bela', at)];
    await acquainted(asha, bela);
    const { id, hash } = await send(asha, bela, 80 * MB);
    await get(bela, id);
    await isAt(bela, id, 3 * MB);
    disk.fill();
    await seen(asha.events, (event) => {
      return event.type === 'file' && event.transfer.reason === 'storage';
    });
    expect(await hashOfFile((await standing(bela, id, 'done')).path)).toBe(hash);
    await standing(asha, id, 'done');
    expect(await readdir(bela.downloads)).toEqual(['notes.bin']);
    disk.free();
    const next = await send(asha, bela, 2 * MB);
    await standing(asha, next.id, 'kept');
  }, 60_000);

  it('of a sender’s profile: a file is refused, and none is told of; what is on its way goes on when there is room', async () => {
    const { disk, folder } = smallDisk(4 * MB);
    const at = await relay();
    const [asha, bela] = [await person('asha', at, { home: folder }), await person('bela', at)];
    await acquainted(asha, bela);
    const going = await send(asha, bela, 60 * MB);
    await get(bela, going.id);
    await isAt(bela, going.id, MB);
    disk.fill();
    const path = await fileOf(randomBytes(100));
    const refused = asha.session.request({
      ...{ do: 'send-file', to: { peer: bela.id }, path, text: '' },
    });
    await expect(refused).rejects.toMatchObject({ code: 'no-space' });
    disk.free();
    expect(await hashOfFile((await standing(bela, going.id, 'done')).path)).toBe(going.hash);
    await standing(asha, going.id, 'done');
    const after = await send(asha, bela, 100);
    await get(bela, after.id);
    expect(await hashOfFile((await standing(bela, after.id, 'done')).path)).toBe(after.hash);
    const { files } = await asha.session.request({ do: 'files', conversation: null, limit: 9 });
    expect(files.map(({ transfer }) => transfer.id)).toEqual([after.id, going.id]);
  }, 60_000);

  it('of a reader’s profile: what has come is not called here before it is on disk, and lands once', async () => {
    const { disk, folder } = smallDisk(4 * MB);
    const at = await relay();
    const [asha, bela] = [await person('asha', at), await person('bela', at, { home: folder })];
    await acquainted(asha, bela);
    const downloads = mkdtempSync(join(tmpdir(), 'lanchat-files-'));
    onTestFinished(() => rmSync(downloads, { recursive: true }));
    await bela.session.request({ do: 'set', change: { downloads } });
    const { id, hash } = await send(asha, bela, 60 * MB);
    await get(bela, id);
    await isAt(bela, id, MB);
    disk.fill();
    // Whichever needs the disk first: the file that has come, or anything else, over which the connection is given up.
    await seen(bela.events, (event) => {
      if (event.type === 'storage') return event.problem?.code === 'no-space';
      return event.type === 'file' && event.transfer.reason === 'no-space';
    });
    const states = bela.events.map((event) => event.type === 'file' && event.transfer.state);
    expect(states).not.toContain('done');
    disk.free();
    await get(bela, id);
    expect(await hashOfFile((await standing(bela, id, 'done')).path)).toBe(hash);
    await standing(asha, id, 'done');
    expect(await readdir(downloads)).toEqual(['notes.bin']);
  }, 60_000);
});
