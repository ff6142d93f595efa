// One flipped bit anywhere in relay.db: it costs what it hit, is told as damage, and is never a crash.
import { readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { signBundle, signCard } from '../../src/crypto/signed-objects.ts';
import { ready } from '../../src/crypto/sodium.ts';
import { writeDeliver } from '../../src/relay/deliver.ts';
import { writeMarks } from '../../src/relay/log-marks.ts';
import { StorageError } from '../../src/storage/storage-error.ts';
import { numbersFrom } from '../support/seeded.ts';
import { joinProof, numberedIdentity } from '../support/wire-client.ts';
import { letter, letters, prefixOf, read, store } from './mail.ts';
import { ManualClock } from './manual-clock.ts';
import { TOPIC } from './rooms.ts';
import { databasePath, openStores, type TestStores } from './stores.ts';

const PEOPLE = [1, 2, 3];
const LETTERS_EACH = 30;
const SEGMENTS = 20;
const FOR_EVER_MS = 1e12;
const LIMITS = { mailboxAgeMs: FOR_EVER_MS, logAgeMs: FOR_EVER_MS };
const SOURCE = new Uint8Array(16);
const SEEDS = 100;

beforeAll(ready);

/** A database in which everything holds something, as the bytes of its file. */
async function filledDatabase(): Promise<Buffer> {
  const path = await databasePath();
  const opened = await openStores({ path, limits: LIMITS });
  const { stores, commit } = opened;
  for (const to of PEOPLE) {
    for (const blobBytes of [300, 1_600, 9_000]) {
      store(
        opened,
        letters(LETTERS_EACH / 3, { to, from: 10 + to, blobBytes, ttlMs: FOR_EVER_MS }),
      );
    }
    comeIn(opened, to);
  }
  for (let last = 1n; last <= SEGMENTS; last++) {
    const frames = Buffer.alloc(17 + 3_000);
    writeDeliver(frames, 0, { rseq: last, blob: new Uint8Array(3_000) });
    const marks = writeMarks([{ token: SOURCE, ttlMs: 1e9 }]);
    const said = { source: SOURCE, sender: SOURCE, ttlMs: FOR_EVER_MS, marks, frames };
    stores.log.store([{ topic: TOPIC, last, ...said }], () => {});
    commit();
  }
  stores.close();
  return readFileSync(path);
}

/** Logs somebody in as far as the stores know of it. */
function comeIn({ stores }: TestStores, number: number): string {
  const identity = numberedIdentity(number);
  const { id, ed25519, x25519 } = identity;
  const fields = { seq: 5n, nick: 'somebody' };
  const person = stores.directory.enter(
    { id, ed25519, x25519, ...fields },
    signCard(identity, fields),
    SOURCE,
  );
  if (typeof person === 'string') return person;
  const bytes = signBundle(identity, { seq: 6n, boot: 1n, prekeys: [] });
  const entry = { id, here: true, join: joinProof('joined', 5n) };
  stores.members.put(TOPIC, { entry, seenMs: stores.start.shelf.nowMs() });
  return stores.directory.publish(person, 'bundle', { seq: 6n, bytes });
}

/** What is left of a relay whose file has one bit flipped. */
interface Left {
  readonly letters: number;
  readonly segments: number;
  readonly logins: readonly string[];
}

/** All that a relay does with its disk. Null where it refuses to start. */
async function liveOn(path: string): Promise<Left | null> {
  let opened: TestStores;
  try {
    opened = await openStores({ path, limits: LIMITS, clock: new ManualClock() });
  } catch (error) {
    expect(error).toBeInstanceOf(StorageError);
    return null;
  }
  const { stores, clock, commit, events, disk } = opened;
  const found = PEOPLE.map((person) => orNothing(() => read(opened, person)));
  const segments = orNothing(() => segmentsIn(opened));
  const logins = PEOPLE.map((person) => comeIn(opened, person));
  stores.members.of(TOPIC);
  // Some commits may fail by what they touch first; what comes after goes on.
  const fresh = PEOPLE.flatMap((to) => letters(2, { to, from: 50 + to }));
  for (let attempt = 0; attempt < 3; attempt++) store(opened, fresh);
  for (const [index, mail] of found.entries()) {
    stores.mailbox.acknowledge(
      prefixOf(PEOPLE[index] ?? 0),
      mail.map(({ rseq }) => rseq),
    );
  }
  for (let round = 0; round < 6; round++) {
    clock.advance(round === 3 ? 2 * FOR_EVER_MS : 5_000);
    for (const each of [stores.mailbox, stores.log, stores.directory, stores.members]) each.sweep();
    commit();
  }
  orNothing(() => store(opened, [letter()]).map(() => 'stored'));
  expect(events.filter(({ type }) => type === 'fault')).toEqual([]);
  disk.close();
  const known = found.flat();
  return { letters: known.length, segments: segments.length, logins };
}

function orNothing<T>(work: () => T[]): T[] {
  try {
    return work();
  } catch (error) {
    if (error instanceof StorageError) return [];
    throw error;
  }
}

function segmentsIn({ stores }: TestStores): bigint[] {
  const found: bigint[] = [];
  for (let cursor = 0n; ; ) {
    const segment = stores.log.next(TOPIC, cursor);
    if (segment === null) return found;
    if (segment.parts.length > 0) found.push(segment.last);
    cursor = segment.last;
  }
}

describe('one flipped bit in relay.db', () => {
  it('costs what it hit, seldom more, and is never a crash or taken for a fork', async () => {
    const whole = await filledDatabase();
    const path = await databasePath();
    const all = PEOPLE.length * LETTERS_EACH + SEGMENTS;
    const costs: number[] = [];
    for (let seed = 0; seed < SEEDS; seed++) {
      const random = numbersFrom(seed);
      const damaged = Buffer.from(whole);
      const at = random(damaged.length);
      damaged.writeUInt8(damaged.readUInt8(at) ^ (1 << random(8)), at);
      // Each in a file of its own: SQLite may still have the one before in its memory.
      writeFileSync(`${path}.${seed}`, damaged, { mode: 0o600 });
      const left = await liveOn(`${path}.${seed}`);
      costs.push(left === null ? all : all - left.letters - left.segments);
      for (const outcome of left?.logins ?? []) expect(['newer', 'same']).toContain(outcome);
    }
    // Rows are most of the file; what holds it together is little, and costs more.
    expect(costs.filter((cost) => cost > 1).length).toBeLessThan(SEEDS / 20);
  });
});
