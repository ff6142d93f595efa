// What a member who was away reads when it comes back: all of it, in order, once, also after a restart.
import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { ready } from '../../src/crypto/sodium.ts';
import { encodeFrame } from '../../src/protocol/frames.ts';
import { LOG_SEGMENT_BYTES, RECENT_TOKENS_A_TOPIC } from '../../src/relay/limits.ts';
import { openRelayDatabase } from '../../src/relay/relay-database.ts';
import { joinProof, type WireClient } from '../support/wire-client.ts';
import { roomBlob, sealed } from './blobs.ts';
import { ManualClock } from './manual-clock.ts';
import { heard, join, namesHeard, namesOf, say, sub, TOPIC } from './rooms.ts';
import { runRelay, type TestRelay } from './running-relay.ts';
import { databasePath, TestDisk } from './stores.ts';

beforeAll(ready);

/** Many at once, all stored when it returns. */
async function sayMany(client: WireClient, count: number, paddedBytes = 256): Promise<string[]> {
  const blobs = Array.from({ length: count }, () => roomBlob(TOPIC, paddedBytes));
  await Promise.all(blobs.map((blob) => client.request(sealed('fanout', blob))));
  return namesOf(blobs);
}

/** Asha, who stays, and Bo, who has heard one blob and gone: with the number of that one. */
async function boHasLeft(running: TestRelay) {
  const [asha, bo] = [await running.login(1), await running.login(2)];
  await join(asha);
  await join(bo);
  await say(asha);
  const cursor = (await bo.next('deliver')).rseq;
  await bo.close();
  return { asha, cursor };
}

/** As soon as it has heard as many. */
async function until(reader: WireClient, count: number): Promise<void> {
  while (reader.count('deliver') < count) await reader.settled();
}

describe('a member who was away', () => {
  it('reads what was said after its cursor, without its own; a newcomer reads nothing', async () => {
    const running = await runRelay();
    const { login } = running;
    const { asha, cursor } = await boHasLeft(running);
    const bo = await login(2);
    await join(bo, cursor);
    await say(bo);
    await bo.close();
    const missed = namesOf([await say(asha), await say(asha)]);
    const back = await login(2);
    const { head } = await join(back, cursor);
    await until(back, 2);
    expect(namesHeard(back)).toEqual(missed);
    expect(head).toBe(cursor + 3n);
    const [newcomer, guest] = [await login(3), await login(4)];
    expect((await join(newcomer)).head).toBe(head);
    await join(guest, 1n, joinProof('guest'));
    await Promise.all([newcomer.settled(), guest.settled()]);
    expect([newcomer.count('deliver'), guest.count('deliver')]).toEqual([0, 0]);
  });

  it('reads it after a restart of the relay as well, under the same numbers', async () => {
    const path = await databasePath();
    const first = await runRelay({ database: await openRelayDatabase(path) });
    const { asha, cursor } = await boHasLeft(first);
    const missed = await sayMany(asha, 20);
    await first.relay.close();
    const clock = new ManualClock(1_000_000_000);
    const second = await runRelay({ database: await openRelayDatabase(path), clock });
    const back = await second.login(2);
    const { head } = await join(back, cursor);
    await until(back, 20);
    expect(namesHeard(back)).toEqual(missed);
    expect(heard(back).map(({ rseq }) => rseq - cursor)).toEqual(
      missed.map((_, index) => BigInt(index) + 1n),
    );
    // What comes now is numbered above it, though the clock was set back by decades.
    expect(head).toBeGreaterThan(cursor + 20n);
  });

  it('reads what is said meanwhile after what it missed: nothing twice, nothing left out', async () => {
    const running = await runRelay();
    const { asha, cursor } = await boHasLeft(running);
    const missed = await sayMany(asha, 300, 4_096);
    const back = await running.login(2);
    await join(back, cursor);
    const meanwhile: string[] = [];
    while (back.count('deliver') < missed.length) meanwhile.push(...namesOf([await say(asha)]));
    meanwhile.push(...(await sayMany(asha, 5)));
    await until(back, missed.length + meanwhile.length);
    expect(namesHeard(back)).toEqual([...missed, ...meanwhile]);
    const rseqs = heard(back).map(({ rseq }) => rseq);
    expect(rseqs.every((rseq, index) => rseq === cursor + BigInt(index) + 1n)).toBe(true);
  });

  it('reads nothing of a turn up to its cursor, and what followed in the same turn', async () => {
    const running = await runRelay();
    const [asha, bo] = [await running.login(1), await running.login(2)];
    await join(asha);
    await join(bo);
    const blobs = Array.from({ length: 5 }, () => roomBlob(TOPIC));
    const [first, ...others] = namesOf(blobs);
    const frames = blobs.map((blob, n) => encodeFrame({ ...sealed('fanout', blob), req: n + 1 }));
    // Under 16 KiB: one TLS record, which arrives in one turn.
    asha.sendRaw(Buffer.concat(frames));
    await asha.nextWhere((frame) => frame.req === 5);
    const cursor = (await bo.next('deliver')).rseq;
    await bo.close();
    const back = await running.login(2);
    await join(back, cursor);
    await until(back, 4);
    await back.settled();
    expect(namesHeard(back)).toEqual(others);
    expect(others).not.toContain(first);
  });

  it('is given nothing newer while something before it is still on its way to the disk', async () => {
    const disk = new TestDisk(await openRelayDatabase(null));
    const clock = new ManualClock();
    const running = await runRelay({ database: disk, clock });
    const { asha, cursor } = await boHasLeft(running);
    // As if each commit took a second: the next waits for two.
    disk.onCommit = () => clock.advance(1_000);
    const said = namesOf([await say(asha)]);
    const later = [roomBlob(TOPIC), roomBlob(TOPIC)];
    const send = (blob: Uint8Array) => asha.request(sealed('fanout', blob));
    const answers = [send(later[0] ?? new Uint8Array())];
    await asha.settled();
    const back = await running.login(2);
    await join(back, cursor);
    await until(back, 1);
    answers.push(send(later[1] ?? new Uint8Array()));
    await asha.settled();
    await back.settled();
    expect(namesHeard(back)).toEqual(said);
    clock.advance(2_000);
    await Promise.all(answers);
    await until(back, 3);
    expect(namesHeard(back)).toEqual([...said, ...namesOf(later)]);
  });

  it('reads a long log as fast as it can: it is not dropped for being slow', async () => {
    const running = await runRelay({ limits: { outQueueBytes: 512 * 1024 } });
    const { asha, cursor } = await boHasLeft(running);
    const missed: string[] = [];
    for (let turn = 0; turn < 6; turn++) missed.push(...(await sayMany(asha, 8, 65_536)));
    const back = await running.login(2);
    back.socket.pause();
    back.send({ ...sub(cursor), req: 9 });
    for (let turn = 0; turn < 20; turn++) await asha.settled();
    back.socket.resume();
    await until(back, missed.length);
    expect(namesHeard(back)).toEqual(missed);
    expect(running.relay.counters().dropped.size).toBe(0);
  });

  it.each([
    [60, 1],
    [1_000, 0],
  ])(
    'pays for what it reads again and again: with %i to spend it is slowed %i times',
    async (requestsBurst, slowed) => {
      const clock = new ManualClock();
      const running = await runRelay({ clock, limits: { requestsPerSecond: 10, requestsBurst } });
      const { asha, cursor } = await boHasLeft(running);
      const { length } = await sayMany(asha, 40, 65_536);
      const back = await running.login(2);
      for (let round = 1; round <= 5; round++) {
        const answer = join(back, cursor);
        // Held, it is read on when time has passed.
        const pump = setInterval(() => clock.advance(100), 5);
        await answer;
        clearInterval(pump);
        while (back.count('deliver') < round * length) await back.next('deliver');
      }
      expect(Math.min(running.relay.counters().slowed, 1)).toBe(slowed);
    },
  );
});

describe('a token', () => {
  it('is known after a restart: what is sent again is stored once and heard once', async () => {
    const path = await databasePath();
    const first = await runRelay({ database: await openRelayDatabase(path) });
    const asha = await first.login(1);
    await join(asha);
    const token = randomBytes(16);
    await say(asha, token);
    await first.relay.close();
    const second = await runRelay({ database: await openRelayDatabase(path) });
    const [again, bo] = [await second.login(1), await second.login(2)];
    await join(again);
    await join(bo);
    await say(again, token);
    await bo.settled();
    expect(bo.count('deliver')).toBe(0);
    await say(again);
    await bo.settled();
    expect(bo.count('deliver')).toBe(1);
  });

  it('older than those is known once its owner has caught up, and only then', async () => {
    const path = await databasePath();
    const first = await runRelay({ database: await openRelayDatabase(path) });
    const { asha, cursor } = await boHasLeft(first);
    const token = randomBytes(16);
    await say(asha, token);
    const bo = await first.login(2);
    await join(bo);
    await sayMany(bo, RECENT_TOKENS_A_TOPIC + LOG_SEGMENT_BYTES / 512);
    await first.relay.close();
    const hears = async (from: bigint) => {
      const second = await runRelay({ database: await openRelayDatabase(path) });
      const [again, reader] = [await second.login(1), await second.login(3)];
      await join(reader);
      await join(again, from);
      if (from > 0n) await until(again, RECENT_TOKENS_A_TOPIC);
      await again.settled();
      await say(again, token);
      await reader.settled();
      await second.relay.close();
      return reader.count('deliver');
    };
    expect(await hears(cursor)).toBe(0);
    expect(await hears(0n)).toBe(1);
  });
});
