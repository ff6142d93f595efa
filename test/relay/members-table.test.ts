// Rosters that outlive the relay: who is kept, for how long, and on which disks.
import { beforeAll, describe, expect, it } from 'vitest';
import { ready } from '../../src/crypto/sodium.ts';
import { PeerId } from '../../src/protocol/ids.ts';
import { joinProof, numberedTopic } from '../support/wire-client.ts';
import { TOPIC } from './rooms.ts';
import { databasePath, diskFull, openStores, type TestStores } from './stores.ts';

const DAY_MS = 24 * 60 * 60_000;
const OTHER_TOPIC = numberedTopic(2);

beforeAll(ready);

const memberId = (number: number) => {
  const bytes = new Uint8Array(32);
  new DataView(bytes.buffer).setUint32(28, number);
  return PeerId.fromBytes(bytes);
};

function put({ stores }: TestStores, number: number, topic = TOPIC): void {
  const entry = { id: memberId(number), here: true, join: joinProof('joined', BigInt(number)) };
  stores.members.put(topic, { entry, seenMs: stores.start.shelf.nowMs() });
}

const numbersIn = ({ stores }: TestStores, topic = TOPIC) =>
  stores.members.of(topic).map(({ entry }) => Number(entry.join.seq));

describe('members on disk', () => {
  it('are read back, none of them here, the longest away first, before and after a commit', async () => {
    const path = await databasePath();
    const first = await openStores({ path });
    for (const number of [3, 1, 2]) {
      put(first, number);
      first.clock.advance(1_000);
    }
    put(first, 9, OTHER_TOPIC);
    expect(numbersIn(first)).toEqual([3, 1, 2]);
    first.commit();
    first.stores.members.remove(TOPIC, memberId(1));
    expect(numbersIn(first)).toEqual([3, 2]);
    first.stores.close();
    const second = await openStores({ path });
    expect(numbersIn(second)).toEqual([3, 2]);
    const [{ entry } = {}] = second.stores.members.of(TOPIC);
    expect(entry).toMatchObject({ id: memberId(3), here: false, join: { standing: 'joined' } });
    expect(Buffer.from(entry?.join.signature ?? [])).toEqual(Buffer.alloc(64, 0x5a));
    expect(numbersIn(second, OTHER_TOPIC)).toEqual([9]);
  });

  it('are forgotten after a week of running, and where there are too many the fullest topic pays', async () => {
    const opened = await openStores({ limits: { absentEntries: 20 } });
    const { stores, clock, commit } = opened;
    put(opened, 1, OTHER_TOPIC);
    for (let number = 1; number <= 30; number++) {
      put(opened, number);
      clock.advance(1);
    }
    commit();
    expect(numbersIn(opened, OTHER_TOPIC)).toEqual([1]);
    const left = numbersIn(opened);
    expect(left.length).toBeLessThanOrEqual(19);
    expect(left).toEqual(left.map((_, index) => 31 - left.length + index));
    clock.advance(7 * DAY_MS);
    stores.members.sweep();
    commit();
    expect([...numbersIn(opened), ...numbersIn(opened, OTHER_TOPIC)]).toEqual([]);
  });

  it('are well beside one whose row is damaged', async () => {
    const opened = await openStores();
    for (const number of [1, 2, 3]) put(opened, number);
    opened.commit();
    opened.disk
      .prepare("UPDATE members SET join_proof = x'00' WHERE id = ?")
      .run(Buffer.from(memberId(2), 'hex'));
    opened.disk
      .prepare("UPDATE members SET id = x'00' WHERE id = ?")
      .run(Buffer.from(memberId(3), 'hex'));
    expect(numbersIn(opened)).toEqual([1]);
  });

  it('wait in memory while the disk is full, and are saved when it is not', async () => {
    const opened = await openStores();
    const { clock, commit, disk } = opened;
    disk.fault = diskFull();
    put(opened, 1);
    commit();
    expect(numbersIn(opened)).toEqual([1]);
    disk.fault = null;
    clock.advance(5_000);
    commit();
    expect(disk.prepare('SELECT count(*) AS members FROM members').get()).toEqual({ members: 1 });
  });

  it('do not pile up in memory, nor wait, when a crowd comes at once', async () => {
    const opened = await openStores();
    const { disk } = opened;
    for (let number = 1; number <= 2_100; number++) put(opened, number);
    // As the turn ends, without anybody's timer.
    await new Promise((resolve) => setImmediate(resolve));
    expect(disk.commits).toBe(1);
    disk.fault = diskFull();
    for (let number = 1; number <= 17_000; number++) put(opened, number, OTHER_TOPIC);
    const left = numbersIn(opened, OTHER_TOPIC);
    expect(left).toHaveLength(16_384);
    expect(left.at(-1)).toBe(17_000);
  });
});
