// Mailboxes over restarts and crashes, under clocks that jump: nothing accepted is lost, nothing comes twice.
import { describe, expect, it } from 'vitest';
import { ready } from '../../src/crypto/sodium.ts';
import { SWEEP_ROWS } from '../../src/relay/limits.ts';
import { openRelayDatabase } from '../../src/relay/relay-database.ts';
import { numbersFrom } from '../support/seeded.ts';
import { joinProof, numberedIdentity, numberedTopic } from '../support/wire-client.ts';
import { directBlob, mailed } from './blobs.ts';
import { letter, letters, prefixOf, read, readTokens, store, tokenOf } from './mail.ts';
import { MailboxModel } from './mailbox-model.ts';
import { ManualClock } from './manual-clock.ts';
import { runRelay } from './running-relay.ts';
import { databasePath, openStores, startStores, TestDisk, type TestStores } from './stores.ts';

const DAY_MS = 24 * 60 * 60_000;
const YEAR_MS = 365 * DAY_MS;
const EPOCH_MS = 1_800_000_000_000;

describe('a mailbox on disk', () => {
  it('keeps what waits over a restart, in order, and its tokens', async () => {
    const path = await databasePath();
    const mail = letters(100);
    const first = await openStores({ path });
    store(first, mail);
    first.stores.close();
    const second = await openStores({ path });
    expect(second.stores.mailbox.queued(prefixOf(1))).toBe(100);
    expect(readTokens(second)).toEqual(mail.map(tokenOf));
    expect(store(second, [letter({ token: tokenOf(mail[5] ?? letter()) })])).toEqual(['known']);
    expect(readTokens(second)).toHaveLength(100);
  });

  it('holds after a crash all that was answered, and nothing that was not', async () => {
    const first = await openStores();
    const answered = letters(3);
    store(first, answered);
    let outcome = 'none';
    first.stores.mailbox.store(letter(), (stored) => {
      outcome = stored;
    });
    const second = crashAndStart(first);
    expect(outcome).toBe('none');
    expect(readTokens(second)).toEqual(answered.map(tokenOf));
  });

  it('brings again after a crash what was acknowledged and not yet forgotten, and nothing else', async () => {
    const first = await openStores();
    const mail = letters(4);
    store(first, mail);
    const [one, two, three] = read(first);
    const { mailbox } = first.stores;
    mailbox.acknowledge(prefixOf(1), [one?.rseq ?? 0n]);
    first.commit();
    mailbox.acknowledge(prefixOf(1), [two?.rseq ?? 0n, three?.rseq ?? 0n]);
    expect(readTokens(first)).toEqual(mail.slice(3).map(tokenOf));
    const second = crashAndStart(first);
    expect(readTokens(second)).toEqual(mail.slice(1).map(tokenOf));
  });

  it('numbers above all that came before, were the clock set back by a year or not move at all', async () => {
    let opened = await openStores({ clock: new ManualClock(EPOCH_MS) });
    let last = 0n;
    for (const wallMs of [EPOCH_MS, EPOCH_MS - YEAR_MS, 0, EPOCH_MS + YEAR_MS, EPOCH_MS]) {
      opened = crashAndStart(opened, wallMs);
      store(opened, letters(2));
      const numbers = read(opened).map(({ rseq }) => rseq);
      expect(numbers.toSorted((a, b) => (a < b ? -1 : 1))).toEqual(numbers);
      expect(numbers.at(-2)).toBeGreaterThan(last);
      last = numbers.at(-1) ?? 0n;
    }
  });

  it('loses nothing to a clock that is a year ahead, and forgets after a week of running', async () => {
    let opened = await openStores({ clock: new ManualClock(EPOCH_MS) });
    store(opened, [letter({ ttlMs: YEAR_MS })]);
    for (const wallMs of [EPOCH_MS + YEAR_MS, EPOCH_MS, EPOCH_MS + 2 * YEAR_MS]) {
      opened = crashAndStart(opened, wallMs);
      opened.stores.mailbox.sweep();
      opened.commit();
      expect(readTokens(opened)).toHaveLength(1);
    }
    opened.clock.advance(7 * DAY_MS);
    opened.stores.mailbox.sweep();
    opened.commit();
    expect(readTokens(opened)).toEqual([]);
  });

  it('forgets in steps, so that a great many at once hold up nobody', async () => {
    const opened = await openStores();
    const { stores, clock, commit } = opened;
    for (const from of [2, 3, 4]) store(opened, letters(200, { from, ttlMs: 1_000 }));
    clock.advance(1_000);
    stores.mailbox.sweep();
    commit();
    expect(readTokens(opened)).toHaveLength(600 - SWEEP_ROWS);
    commit();
    expect(readTokens(opened)).toEqual([]);
  });
});

describe('random schedules against a model', () => {
  it.each(Array.from({ length: 60 }, (_, seed) => seed))('hold with seed %i', async (seed) => {
    await ready();
    const disk = new TestDisk(await openRelayDatabase(null));
    const model = new MailboxModel(disk, numbersFrom(seed));
    for (let step = 0; step < 120; step++) model.step();
    model.check();
    disk.close();
  });

  it('hold on a real disk', async () => {
    await ready();
    const disk = new TestDisk(await openRelayDatabase(await databasePath()));
    const model = new MailboxModel(disk, numbersFrom(4_711));
    for (let step = 0; step < 200; step++) model.step();
    model.check();
    expect(disk.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
    disk.close();
  });
});

describe('a relay that is restarted', () => {
  it('has the mail, the people and the members that it had, and numbers on', async () => {
    const path = await databasePath();
    const topic = numberedTopic(1);
    const sub = { type: 'sub', topic, cursor: 0n, join: joinProof('joined') } as const;
    const blobs = [directBlob(numberedIdentity(2).id), directBlob(numberedIdentity(2).id)];
    const first = await runRelay({ database: await openRelayDatabase(path) });
    const bo = await first.login(2);
    await bo.request(sub);
    await bo.close();
    const asha = await first.login(1);
    const [before, after] = blobs.map((blob) => mailed(blob));
    if (!before || !after) throw new Error('two');
    expect(await asha.request(before)).toMatchObject({ type: 'done' });
    await first.relay.close();
    const clock = new ManualClock(Date.now() - YEAR_MS);
    const second = await runRelay({ database: await openRelayDatabase(path), clock });
    const again = await second.login(1);
    // Known, though nobody of that name was here in this run.
    expect(await again.request(after)).toMatchObject({ type: 'done' });
    expect(await again.request(before)).toMatchObject({ type: 'done' });
    const get = { type: 'get', kind: 'card', ids: [numberedIdentity(2).id] } as const;
    expect(await again.request(get)).toMatchObject({ objects: [expect.anything()] });
    const roster = await again.request(sub);
    const members = roster.type === 'roster' ? roster.entries : [];
    expect(members.find(({ id }) => id === numberedIdentity(2).id)).toMatchObject({ here: false });
    const back = await second.connect();
    expect((await back.login(numberedIdentity(2))).queued).toBe(2);
    await back.request({ type: 'fetch', after: 0n });
    const got = [await back.next('deliver'), await back.next('deliver')];
    expect(got.map(({ blob }) => Buffer.from(blob).equals(blobs[0] ?? blob))).toEqual([
      true,
      false,
    ]);
    expect((got[1]?.rseq ?? 0n) > (got[0]?.rseq ?? 0n)).toBe(true);
  });
});

/** Another run on the same disk, by a clock that shows this. */
function crashAndStart(before: TestStores, wallMs = EPOCH_MS + 60_000): TestStores {
  before.crash();
  return startStores(before.disk, { clock: new ManualClock(wallMs) });
}
