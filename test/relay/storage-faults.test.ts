// A disk that is full or broken: clients and operator are told, nothing is claimed, and it goes on by itself.
import { describe, expect, it } from 'vitest';
import { openRelayDatabase } from '../../src/relay/relay-database.ts';
import { joinProof, numberedIdentity, type WireClient } from '../support/wire-client.ts';
import { directBlob, mailed, roomBlob, sealed } from './blobs.ts';
import { ManualClock } from './manual-clock.ts';
import { heard, join, namesOf, say, TOPIC } from './rooms.ts';
import { runRelay } from './running-relay.ts';
import { databasePath, diskBroken, diskFull, TestDisk } from './stores.ts';

/** A relay on a disk of ours, with Asha; it knows Bo, who has gone. */
async function onTestDisk() {
  const disk = new TestDisk(await openRelayDatabase(null));
  const clock = new ManualClock();
  const running = await runRelay({ database: disk, clock });
  await (await running.login(2)).close();
  await running.event('disconnected');
  const asha = await running.login(1);
  await commitLazy(asha, clock);
  return { ...running, disk, clock, asha };
}

/** What nobody waits for is written within a second; then everything is answered. */
async function commitLazy(client: WireClient, clock: ManualClock, ms = 1_000): Promise<void> {
  clock.advance(ms);
  await client.settled();
}

const toBo = () => mailed(directBlob(numberedIdentity(2).id));
const storageEvents = (events: readonly { readonly type: string }[]) =>
  events.filter(({ type }) => type === 'storage' || type === 'unreadable');

describe('while the disk is full', () => {
  it('mail is refused at once with `storage`, and taken again when there is room', async () => {
    const { disk, clock, asha, login, events } = await onTestDisk();
    disk.fault = diskFull();
    const body = toBo();
    for (let attempt = 0; attempt < 3; attempt++) {
      expect(await asha.request(body)).toMatchObject({ type: 'error', code: 'storage' });
    }
    disk.fault = null;
    expect(await asha.request(body)).toMatchObject({ type: 'done' });
    expect(storageEvents(events)).toEqual([
      { type: 'storage', problem: { code: 'no-space', message: diskFull().message } },
      { type: 'storage', problem: null },
    ]);
    await commitLazy(asha, clock, 5_000);
    const bo = await login(2);
    await bo.request({ type: 'fetch', after: 0n });
    expect(namesOf(heard(bo).map(({ blob }) => blob))).toEqual(namesOf([body.blob]));
  });

  it('who is here is reached all the same: by what is passed on, and in rooms', async () => {
    const { disk, asha, login } = await onTestDisk();
    const bo = await login(2);
    await join(asha);
    await join(bo);
    disk.fault = diskFull();
    const direct = sealed('send', directBlob(numberedIdentity(2).id));
    expect(await asha.request(direct)).toMatchObject({ type: 'done' });
    expect(await bo.next('deliver')).toMatchObject({ rseq: 0n });
    const body = sealed('fanout', roomBlob(TOPIC));
    // Heard, but it is not kept for others: its sender is not told that it is.
    expect(await asha.request(body)).toMatchObject({ type: 'error', code: 'storage' });
    expect(namesOf([(await bo.next('deliver')).blob])).toEqual(namesOf([body.blob]));
    disk.fault = null;
    expect(await asha.request(body)).toMatchObject({ type: 'done' });
    const reader = await login(3);
    const head = (await join(reader, 1n)).head;
    expect((await reader.next('deliver')).rseq).toBe(head);
  });

  it('what a room could not keep does not count as kept', async () => {
    const disk = new TestDisk(await openRelayDatabase(null));
    const running = await runRelay({ database: disk, limits: { logBytes: 20_000 } });
    const asha = await running.login(1);
    await join(asha);
    disk.fault = diskFull();
    for (let count = 0; count < 20; count++) {
      const answer = await asha.request(sealed('fanout', roomBlob(TOPIC)));
      expect(answer).toMatchObject({ type: 'error', code: 'storage' });
    }
    disk.fault = null;
    const said: Uint8Array[] = [];
    for (let count = 0; count < 20; count++) said.push(await say(asha));
    const reader = await running.login(2);
    await join(reader, 1n);
    while (reader.count('deliver') < said.length) await reader.settled();
    expect(namesOf(heard(reader).map(({ blob }) => blob))).toEqual(namesOf(said));
  });

  it('what was read is not handed out again, and is forgotten when there is room', async () => {
    const { disk, clock, asha, login } = await onTestDisk();
    await asha.request(toBo());
    const bo = await login(2);
    await bo.request({ type: 'fetch', after: 0n });
    const { rseq } = await bo.next('deliver');
    disk.fault = diskFull();
    bo.send({ type: 'ack', req: 0, rseqs: [rseq] });
    await bo.settled();
    await commitLazy(bo, clock);
    expect(await bo.request({ type: 'fetch', after: 0n })).toMatchObject({ type: 'drained' });
    expect(heard(bo)).toEqual([]);
    const rows = disk.prepare('SELECT count(*) AS letters FROM mail');
    expect(rows.get()).toEqual({ letters: 1 });
    disk.fault = null;
    await commitLazy(bo, clock, 5_000);
    expect(rows.get()).toEqual({ letters: 0 });
  });

  it('people come, join and go, and are known to the disk when there is room', async () => {
    const { disk, clock, asha, login, event } = await onTestDisk();
    disk.fault = diskFull();
    const chen = await login(3);
    await join(chen, 0n, joinProof('joined', 4n));
    await chen.close();
    await event('disconnected', 1);
    await commitLazy(asha, clock);
    const get = { type: 'get', kind: 'card', ids: [numberedIdentity(3).id] } as const;
    expect(await asha.request(get)).toMatchObject({ objects: [expect.anything()] });
    const rows = () =>
      ['people', 'members'].map(
        (table) => disk.prepare(`SELECT count(*) AS rows FROM ${table}`).get()?.rows,
      );
    expect(rows()).toEqual([2, 0]);
    disk.fault = null;
    await commitLazy(asha, clock, 5_000);
    expect(rows()).toEqual([3, 1]);
  });

  it('a shutdown ends as it should, and claims nothing', async () => {
    const { disk, asha, relay, event } = await onTestDisk();
    disk.fault = diskFull();
    const answer = asha.request(toBo());
    expect(await answer).toMatchObject({ type: 'error', code: 'storage' });
    await relay.close();
    expect(await event('closed')).toEqual({ type: 'closed' });
  });
});

describe('while the disk can not be read', () => {
  it('a mailbox is not called empty: its reader is told, and reads it when it can', async () => {
    const { disk, asha, login, events } = await onTestDisk();
    await asha.request(toBo());
    const bo = await login(2);
    disk.readFault = diskBroken();
    for (let attempt = 0; attempt < 2; attempt++) {
      const answer = await bo.request({ type: 'fetch', after: 0n });
      expect(answer).toMatchObject({ type: 'error', code: 'storage' });
    }
    expect(storageEvents(events)).toEqual([
      { type: 'unreadable', problem: { code: 'unreadable', message: diskBroken().message } },
    ]);
    disk.readFault = null;
    expect(await bo.request({ type: 'fetch', after: 0n })).toMatchObject({ type: 'drained' });
    expect(heard(bo)).toHaveLength(1);
  });

  it('people log in, write and talk all the same', async () => {
    const { disk, asha, login, events } = await onTestDisk();
    const bo = await login(2);
    disk.readFault = diskBroken();
    const chen = await login(3);
    await join(chen);
    await join(asha, 5n);
    const direct = sealed('send', directBlob(numberedIdentity(2).id));
    expect(await chen.request(direct)).toMatchObject({ type: 'done' });
    expect(await bo.next('deliver')).toMatchObject({ rseq: 0n });
    expect(await chen.request(toBo())).toMatchObject({ type: 'error', code: 'storage' });
    disk.readFault = null;
    await say(chen);
    await asha.next('deliver');
    expect(events.filter(({ type }) => type === 'fault')).toEqual([]);
  });
});

describe('a fault of our own while something is stored', () => {
  it('is answered, told, and past with the next commit', async () => {
    const { disk, asha, events } = await onTestDisk();
    disk.fault = new TypeError('ours');
    expect(await asha.request(toBo())).toMatchObject({ type: 'error', code: 'internal' });
    expect(events.filter(({ type }) => type === 'fault')).toEqual([
      { type: 'fault', error: disk.fault },
    ]);
    disk.fault = null;
    expect(await asha.request(toBo())).toMatchObject({ type: 'done' });
  });
});

describe('a disk that is slow', () => {
  it('is waited for when the relay ends: who was accepted is told before the end', async () => {
    const { disk, clock, asha, relay } = await onTestDisk();
    disk.onCommit = () => clock.advance(1_000);
    expect(await asha.request(toBo())).toMatchObject({ type: 'done' });
    const answer = asha.request(toBo());
    await asha.settled();
    const closed = relay.close();
    expect(await answer).toMatchObject({ type: 'done' });
    expect(await asha.next('end')).toMatchObject({ code: 'shutting-down' });
    await closed;
  });

  it('slows down who fills it, and nobody else; all of it is stored', async () => {
    const disk = new TestDisk(await openRelayDatabase(await databasePath()));
    const clock = new ManualClock();
    const running = await runRelay({ database: disk, clock, limits: { requestsBurst: 10_000 } });
    await (await running.login(2)).close();
    const [fast, other] = [await running.login(1), await running.login(3)];
    // As if each commit took a second: the next waits for two.
    disk.onCommit = () => clock.advance(1_000);
    const bodies = Array.from({ length: 120 }, () =>
      mailed(directBlob(numberedIdentity(2).id, 65_536)),
    );
    const answers = Promise.all(bodies.map((body) => fast.request(body)));
    while (running.relay.counters().slowed === 0) await other.settled();
    expect(fast.count('done')).toBeLessThan(bodies.length);
    while (fast.count('done') < bodies.length) {
      clock.advance(100);
      await other.settled();
    }
    expect((await answers).every(({ type }) => type === 'done')).toBe(true);
    expect(disk.commits).toBeLessThan(20);
  });
});
