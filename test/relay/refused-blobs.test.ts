// Room blobs that went out and could not be stored, sent again; and who says too much at once.
import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { ready } from '../../src/crypto/sodium.ts';
import { REFUSED_TOKENS_A_TOPIC } from '../../src/relay/limits.ts';
import { openRelayDatabase } from '../../src/relay/relay-database.ts';
import { joinProof, type WireClient } from '../support/wire-client.ts';
import { roomBlob, sealed } from './blobs.ts';
import { ManualClock } from './manual-clock.ts';
import { heard, join, namesHeard, namesOf, say, TOPIC } from './rooms.ts';
import { runRelay } from './running-relay.ts';
import { diskFull, TestDisk } from './stores.ts';

beforeAll(ready);

/** Asha and Bo in a room, on a disk of ours. */
async function inRoom() {
  const disk = new TestDisk(await openRelayDatabase(null));
  const running = await runRelay({ database: disk });
  const [asha, bo] = [await running.login(1), await running.login(2)];
  await join(asha);
  await join(bo);
  return { ...running, disk, asha, bo };
}

type InRoom = Awaited<ReturnType<typeof inRoom>>;

/** What Asha says while the disk is full: everybody who is there has it, and she is told. */
async function sayInVain({ disk, asha }: InRoom, token: Uint8Array = randomBytes(16)) {
  const body = sealed('fanout', roomBlob(TOPIC), token);
  disk.fault = diskFull();
  expect(await asha.request(body)).toMatchObject({ type: 'error', code: 'storage' });
  disk.fault = null;
  return body;
}

/** All that a member who was away reads. */
async function read(room: InRoom, number: number, count: number): Promise<string[]> {
  const reader = await room.login(number);
  await join(reader, 1n);
  while (reader.count('deliver') < count) await reader.settled();
  await reader.settled();
  return namesHeard(reader);
}

describe('a blob that could not be stored and is sent again', () => {
  it('is stored then, and goes to nobody who has it', async () => {
    const room = await inRoom();
    const body = await sayInVain(room);
    expect(await room.asha.request(body)).toMatchObject({ type: 'done' });
    const next = await say(room.asha);
    await room.bo.settled();
    expect(namesHeard(room.bo)).toEqual(namesOf([body.blob, next]));
    expect(await read(room, 3, 2)).toEqual(namesOf([body.blob, next]));
    // Stored, it is known: not even the log has it twice.
    expect(await room.asha.request(body)).toMatchObject({ type: 'done' });
    expect(await read(room, 4, 2)).toEqual(namesOf([body.blob, next]));
  });

  it('goes to those who came later, among others that are new, from whichever connection', async () => {
    const room = await inRoom();
    const body = await sayInVain(room);
    const late = await room.login(3);
    await join(late);
    await room.asha.close();
    const again = await room.login(1);
    await join(again);
    const fresh = [roomBlob(TOPIC), roomBlob(TOPIC)];
    const [before, after] = fresh.map((blob) => sealed('fanout', blob));
    // One TLS record, which arrives in one turn.
    for (const [index, each] of [before, body, after].entries()) {
      if (each !== undefined) again.send({ ...each, req: index + 1 });
    }
    await again.nextWhere((frame) => frame.req === 3);
    await Promise.all([late.settled(), room.bo.settled()]);
    const [first, last] = fresh;
    if (first === undefined || last === undefined) throw new Error('two');
    expect(namesHeard(late)).toEqual(namesOf([first, body.blob, last]));
    expect(namesHeard(room.bo)).toEqual(namesOf([body.blob, first, last]));
  });

  it('is tried as often as it takes', async () => {
    const room = await inRoom();
    const token = randomBytes(16);
    const { blob } = await sayInVain(room, token);
    room.disk.fault = diskFull();
    for (let attempt = 0; attempt < 5; attempt++) {
      const answer = await room.asha.request(sealed('fanout', blob, token));
      expect(answer).toMatchObject({ code: 'storage' });
    }
    room.disk.fault = null;
    const answer = await room.asha.request(sealed('fanout', blob, token));
    expect(answer).toMatchObject({ type: 'done' });
    await room.bo.settled();
    expect(namesHeard(room.bo)).toEqual(namesOf([blob]));
    expect(await read(room, 3, 1)).toEqual(namesOf([blob]));
  });

  it('reaches who has it once more when too many others came between, under a higher number', async () => {
    const room = await inRoom();
    const body = await sayInVain(room);
    room.disk.fault = diskFull();
    const others = Array.from({ length: REFUSED_TOKENS_A_TOPIC }, () =>
      room.asha.request(sealed('fanout', roomBlob(TOPIC))),
    );
    await Promise.all(others);
    room.disk.fault = null;
    expect(await room.asha.request(body)).toMatchObject({ type: 'done' });
    await room.bo.settled();
    const names = namesHeard(room.bo);
    expect(names).toHaveLength(others.length + 2);
    expect(names.at(-1)).toBe(names[0]);
    const numbers = heard(room.bo).map(({ rseq }) => rseq);
    expect(numbers.toSorted((a, b) => (a < b ? -1 : 1))).toEqual(numbers);
  });
});

describe('who says more than it may', () => {
  /** How often the relay stopped to read from somebody who says this much. */
  async function slowed(standing: 'joined' | 'guest', count: number): Promise<number> {
    const clock = new ManualClock();
    const limits = { roomBytesPerSecond: 10_000, roomBytesBurst: 100_000 };
    const { login, relay } = await runRelay({ clock, limits });
    const client: WireClient = await login(1);
    await join(client, 0n, joinProof(standing));
    for (let each = 0; each < count; each++) {
      const answer = client.request(sealed('fanout', roomBlob(TOPIC)));
      // Held, it is read on when time has passed.
      const pump = setInterval(() => clock.advance(100), 5);
      expect(await answer).toMatchObject({ type: 'done' });
      clearInterval(pump);
    }
    return relay.counters().slowed;
  }

  it('is read more slowly, a guest much sooner than a member; all of it is taken', async () => {
    expect(await slowed('joined', 20)).toBe(0);
    expect(await slowed('guest', 20)).toBeGreaterThan(0);
    expect(await slowed('guest', 5)).toBe(0);
  });
});
