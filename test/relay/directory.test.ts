// What the relay remembers of people: prefixes, sequence numbers, and how it forgets.
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { signBundle } from '../../src/crypto/signed-objects.ts';
import { ready } from '../../src/crypto/sodium.ts';
import { PeerId, peerPrefix } from '../../src/protocol/ids.ts';
import type { Directory } from '../../src/relay/directory.ts';
import { numberedIdentity } from '../support/wire-client.ts';
import { ManualClock } from './manual-clock.ts';
import { BYTES, card, cardOf, comeAndGo, enter, loginOf, machine, SOURCE } from './people.ts';
import { databasePath, diskFull, openStores } from './stores.ts';

const DAY_MS = 24 * 60 * 60_000;

beforeAll(ready);

describe('directory', () => {
  it('refuses a second ID with the same first 16 bytes, while there, after, and from disk', async () => {
    const { stores, commit } = await openStores();
    const { directory } = stores;
    const login = loginOf(enter(directory, card(7, 1)));
    directory.arrive(login);
    expect(directory.enter(card(7, 2), BYTES, SOURCE)).toBe('prefix-taken');
    directory.leave(login);
    expect(directory.enter(card(7, 2), BYTES, SOURCE)).toBe('prefix-taken');
    expect(directory.enter(card(7, 1), BYTES, SOURCE)).toBe(login.person);
    const { id } = cardOf(1).card;
    comeAndGo(directory, cardOf(1).card, cardOf(1).bytes);
    commit();
    const twin = PeerId.fromBytes(Buffer.from(`${peerPrefix(id)}${'00'.repeat(16)}`, 'hex'));
    expect(directory.enter({ ...card(1), id: twin }, BYTES, SOURCE)).toBe('prefix-taken');
  });

  /** One day after the other. */
  async function comeDayByDay(numbers: readonly number[], people: number) {
    const opened = await openStores({ limits: { people, peopleAgeMs: 30 * DAY_MS } });
    const { directory } = opened.stores;
    for (const number of numbers) {
      comeAndGo(directory, card(number));
      opened.commit();
      opened.clock.advance(DAY_MS);
    }
    const known = () =>
      [...new Set(numbers)].filter((each) => directory.knows(peerPrefix(card(each).id)));
    return { ...opened, directory, known };
  }

  it('keeps those who left for as long as it may', async () => {
    const { directory, clock, commit, known } = await comeDayByDay([1, 2, 3], 10);
    clock.advance(26 * DAY_MS);
    expect(known()).toEqual([1, 2, 3]);
    clock.advance(DAY_MS);
    directory.sweep();
    commit();
    expect(known()).toEqual([2, 3]);
    expect(directory.enter(card(1, 9), BYTES, SOURCE)).toMatchObject({ login: null });
  });

  it('keeps as many as it may: those who were here in the last week before newcomers beside them', async () => {
    expect((await comeDayByDay([1, 2, 3, 4], 2)).known()).toEqual([1, 2]);
    expect((await comeDayByDay([1, 2, 1, 1, 1, 1, 1, 1, 1, 3], 2)).known()).toEqual([1, 3]);
    expect((await comeDayByDay([1, 2, 1, 1, 1, 1, 1, 2, 1, 3], 2)).known()).toEqual([1, 2]);
  });

  it('keeps whom mail waits for longer than whom none does', async () => {
    const { stores, clock, commit } = await openStores({ limits: { people: 2 } });
    const { directory, mailbox } = stores;
    comeAndGo(directory, card(1), BYTES, machine(1));
    commit();
    const recipient = peerPrefix(card(1).id);
    const keys = { sender: new Uint8Array(16), source: SOURCE, token: new Uint8Array(16) };
    mailbox.store({ recipient, ...keys, ttlMs: DAY_MS, frame: Buffer.alloc(40) }, () => {});
    for (const number of [2, 3]) {
      clock.advance(1_000);
      comeAndGo(directory, card(number), BYTES, machine(number));
      commit();
    }
    const known = [1, 2, 3].filter((first) => directory.knows(peerPrefix(card(first).id)));
    expect(known).toEqual([1, 3]);
  });

  it('never forgets somebody who is connected, and counts absence anew after each visit', async () => {
    const limits = { people: 2, peopleAgeMs: DAY_MS };
    const { stores, clock, commit } = await openStores({ limits });
    const { directory } = stores;
    comeAndGo(directory, card(1));
    const login = loginOf(enter(directory, card(1)));
    directory.arrive(login);
    commit();
    for (const number of [2, 3, 4]) comeAndGo(directory, card(number));
    commit();
    clock.advance(5 * DAY_MS);
    directory.sweep();
    commit();
    const known = (number: number) => directory.knows(peerPrefix(card(number).id));
    expect([1, 2, 3, 4].filter(known)).toEqual([1]);
    directory.leave(login);
    commit();
    directory.sweep();
    commit();
    expect([1, 2, 3, 4].filter(known)).toEqual([1]);
  });

  it('does not take an older connection that ends late for the newer one', async () => {
    const { directory } = (await openStores()).stores;
    const person = enter(directory, card(1));
    const [older, newer] = [loginOf(person), loginOf(person)];
    directory.arrive(older);
    directory.arrive(newer);
    expect(directory.leave(older)).toBe(false);
    expect(person.login).toBe(newer);
  });
});

describe('a directory on disk', () => {
  const bundleOf = (number: number, seq: bigint) =>
    signBundle(numberedIdentity(number), { seq, boot: 1n, prekeys: [] });

  it('hands out the newest card and bundle of somebody away, after a restart too', async () => {
    const path = await databasePath();
    const clock = new ManualClock();
    const first = await openStores({ path, clock });
    const { card: asha, bytes } = cardOf(1, 5n);
    const login = loginOf(enter(first.stores.directory, asha, bytes));
    first.stores.directory.arrive(login);
    for (const seq of [7n, 8n]) {
      const fresh = { seq, bytes: bundleOf(1, seq) };
      expect(first.stores.directory.publish(login.person, 'bundle', fresh)).toBe('newer');
    }
    first.stores.directory.leave(login);
    const found = (directory: Directory) =>
      (['card', 'bundle'] as const).map((kind) => directory.object(asha.id, kind));
    const expected = [bytes, bundleOf(1, 8n)];
    expect(found(first.stores.directory)).toEqual(expected);
    first.commit();
    expect(found(first.stores.directory)).toEqual(expected);
    first.stores.close();
    const { directory } = (await openStores({ path, clock })).stores;
    expect(found(directory).map((object) => object && Buffer.from(object))).toEqual(
      expected.map((object) => Buffer.from(object)),
    );
    expect(directory.object(numberedIdentity(2).id, 'card')).toBeNull();
    expect(directory.knows(peerPrefix(asha.id))).toBe(true);
  });

  it('goes on checking sequence numbers after a restart', async () => {
    const path = await databasePath();
    const first = await openStores({ path });
    const login = loginOf(enter(first.stores.directory, cardOf(1, 5n).card, cardOf(1, 5n).bytes));
    first.stores.directory.arrive(login);
    const fresh = { seq: 7n, bytes: bundleOf(1, 7n) };
    first.stores.directory.publish(login.person, 'bundle', fresh);
    first.stores.close();
    const { directory } = (await openStores({ path })).stores;
    expect(directory.enter(cardOf(1, 5n).card, BYTES, SOURCE)).toBe('fork');
    const person = enter(directory, cardOf(1, 4n).card, cardOf(1, 4n).bytes);
    expect(person.objects.card.seq).toBe(5n);
    expect(person.nick).toBe('nick 1');
    const older = { seq: 6n, bytes: bundleOf(1, 6n) };
    expect(directory.publish(person, 'bundle', older)).toBe('stale-seq');
  });

  it('takes a damaged row for nobody, and remembers its owner anew', async () => {
    const { stores, commit, disk } = await openStores();
    const { directory } = stores;
    comeAndGo(directory, cardOf(1).card, cardOf(1).bytes);
    commit();
    disk.exec("UPDATE people SET card = x'0102'");
    comeAndGo(directory, cardOf(1).card, cardOf(1).bytes);
    commit();
    const object = directory.object(cardOf(1).card.id, 'card');
    expect(object && Buffer.from(object)).toEqual(Buffer.from(cardOf(1).bytes));
  });

  const columns = ['prefix', 'id', 'source', 'card', 'bundle'] as const;

  it('never takes a flipped bit for a fork or a stranger: its owner comes in and is handed out anew', async () => {
    const { stores, commit, disk } = await openStores();
    const { directory } = stores;
    const { card: asha, bytes } = cardOf(1);
    const bundle = { seq: 7n, bytes: bundleOf(1, 7n) };
    const flip = fc.tuple(fc.constantFrom(...columns), fc.nat(), fc.nat(7));
    const check = ([column, at, bit]: readonly [string, number, number]) => {
      disk.exec('DELETE FROM people');
      const first = loginOf(enter(directory, asha, bytes));
      directory.publish(first.person, 'bundle', bundle);
      directory.leave(first);
      commit();
      const value = disk.prepare(`SELECT ${column} AS bytes FROM people`).get()?.bytes;
      if (!(value instanceof Uint8Array)) throw new Error('a blob');
      const damaged = Buffer.from(value);
      const offset = at % damaged.length;
      damaged.writeUInt8(damaged.readUInt8(offset) ^ (1 << bit), offset);
      disk.prepare(`UPDATE people SET ${column} = ?`).run(damaged);
      const again = loginOf(enter(directory, asha, bytes));
      expect(['newer', 'same']).toContain(directory.publish(again.person, 'bundle', bundle));
      directory.leave(again);
      commit();
      const found = [directory.object(asha.id, 'card'), directory.object(asha.id, 'bundle')];
      expect(found.map((object) => Buffer.from(object ?? []))).toEqual(
        [bytes, bundle.bytes].map((object) => Buffer.from(object)),
      );
    };
    fc.assert(fc.property(flip, check), { numRuns: 300 });
  });

  it('notes daily that somebody is here, so that a crash does not make them look long gone', async () => {
    const { stores, commit, clock, disk } = await openStores();
    const { directory } = stores;
    directory.arrive(loginOf(enter(directory, cardOf(1).card, cardOf(1).bytes)));
    comeAndGo(directory, cardOf(2).card, cardOf(2).bytes);
    commit();
    for (let hour = 0; hour < 40 * 24; hour++) {
      clock.advance(60 * 60_000);
      directory.sweep();
      commit();
    }
    const seen = disk.prepare('SELECT seen_ms FROM people').all();
    expect(seen).toHaveLength(1);
    expect(Number(seen[0]?.seen_ms)).toBeGreaterThan(38 * DAY_MS);
  });

  it('keeps those who leave while the disk is full in memory, up to a bound, and saves them later', async () => {
    const { stores, commit, clock, disk } = await openStores({ limits: { unsavedPeople: 2 } });
    const { directory } = stores;
    disk.fault = diskFull();
    for (const number of [1, 2, 3]) {
      comeAndGo(directory, cardOf(number).card, cardOf(number).bytes);
      commit();
    }
    const known = () => [1, 2, 3].filter((n) => directory.knows(peerPrefix(cardOf(n).card.id)));
    expect(known()).toEqual([2, 3]);
    disk.fault = null;
    clock.advance(5_000);
    commit();
    expect(known()).toEqual([2, 3]);
    const row = disk.prepare('SELECT count(*) AS people FROM people').get();
    expect(row).toEqual({ people: 2 });
  });
});
