// A relay that is killed while files come, and one whose disk is full: what it said that it has, it has.
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { ready } from '../../src/crypto/sodium.ts';
import { makeTestFolder, removeTestFolder, startChild, whyNoMounts } from '../storage/children.ts';
import { bundleScript } from '../support/bundle.ts';
import { numbersFrom } from '../support/seeded.ts';
import { numberedIdentity, WireClient } from '../support/wire-client.ts';
import { chunk, download, drop, keep, take, upload } from './files.ts';
import { relayOnDiskOf } from './small-disk-relay.ts';

const CHUNKS = 200;
const KILLS = 6;

async function carry(port: number, person: number): Promise<WireClient> {
  const client = await WireClient.connect({ port });
  await client.carry(numberedIdentity(person));
  onTestFinished(() => client.close());
  return client;
}

it('[A113 relay killed while a file comes] goes on from whole chunks after each kill, and none is lost or changed', {
  timeout: 120_000,
}, async () => {
  await ready();
  const folder = makeTestFolder();
  const script = await bundleScript('test/relay/relay-disk-child.ts');
  onTestFinished(() => {
    script.remove();
    removeTestFolder(folder);
  });
  const start = async () => {
    const child = startChild([process.execPath, script.path, join(folder, 'relay.db')]);
    onTestFinished(() => void child.process.kill('SIGKILL'));
    const { port } = (await child.next()) ?? {};
    return { child, port: Number(port) };
  };
  const random = numbersFrom(11);
  let has = 0;
  for (let round = 0; round < KILLS; round++) {
    const { child, port } = await start();
    const asha = await carry(port, 1);
    const answer = await keep(asha, CHUNKS);
    if (answer.type !== 'have') throw new Error(JSON.stringify(answer));
    expect(answer.count).toBeGreaterThanOrEqual(has);
    has = answer.count;
    if (has > 0) {
      const bo = await carry(port, 2);
      take(bo);
      await download(bo, 0, has);
    }
    const until = Math.min(CHUNKS - 1, has + 20 + random(20));
    await upload(asha, has, until);
    // How far it is goes to the disk with what somebody waits for, or a second later.
    expect(await keep(await carry(port, 3), 1, { number: 3 })).toMatchObject({ type: 'have' });
    asha.send(chunk(until));
    child.process.kill('SIGKILL');
    await child.exited;
  }
  expect(has).toBeGreaterThan(8 * KILLS);
  const { child, port } = await start();
  const asha = await carry(port, 1);
  const answer = await keep(asha, CHUNKS);
  if (answer.type !== 'have') throw new Error(JSON.stringify(answer));
  await upload(asha, answer.count, CHUNKS);
  child.process.kill('SIGKILL');
  await child.exited;
  // HAVE of all was the promise that all is on the disk.
  const last = await start();
  expect(await keep(await carry(last.port, 1), CHUNKS)).toMatchObject({ count: CHUNKS });
  const bo = await carry(last.port, 2);
  take(bo);
  await download(bo, 0, CHUNKS);
  last.child.process.stdin?.write('close\n');
  expect(await last.child.next()).toEqual({ type: 'closed', check: 'ok' });
});

it('refuses a file that the disk has no room for, keeps what it has, and goes on when there is room', async ({
  skip,
}) => {
  const whyNot = whyNoMounts();
  if (whyNot !== null) return skip(whyNot);
  await ready();
  // The relay sees so much free; a little later something else takes it.
  const { child, port } = await relayOnDiskOf(8, 0);
  const asha = await carry(port, 1);
  expect(await keep(asha, 60)).toMatchObject({ type: 'have', count: 0 });
  await upload(asha, 0, 20);
  child.process.stdin?.write('fill\n');
  expect(await child.next()).toEqual({ type: 'filled' });
  for (let index = 20; index < 60; index++) asha.send(chunk(index));
  expect(await asha.next('error')).toMatchObject({ code: 'storage' });
  expect(await child.next()).toMatchObject({ type: 'file-storage', problem: { code: 'no-space' } });
  // What it said that it has can be read.
  const bo = await carry(port, 2);
  take(bo);
  await download(bo, 0, 20);
  child.process.stdin?.write('room\n');
  let answer = await keep(await carry(port, 1), 60);
  while (answer.type !== 'have') answer = await keep(await carry(port, 1), 60);
  expect(answer.count).toBeGreaterThanOrEqual(20);
  const again = await carry(port, 1);
  const { count } = (await keep(again, 60)) as { readonly count: number } & typeof answer;
  await upload(again, count, 60);
  expect(await child.next()).toEqual({ type: 'file-storage', problem: null });
  expect(await drop(await carry(port, 1))).toMatchObject({ type: 'done' });
});
