// Private messages for people who are away, over real sockets: kept until they are read, and handed out once.
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { FrameOf } from '../../src/protocol/frames.ts';
import { FETCH_BLOBS } from '../../src/relay/limits.ts';
import { openRelayDatabase } from '../../src/relay/relay-database.ts';
import { numberedIdentity, numberedTopic, type WireClient } from '../support/wire-client.ts';
import { directBlob, mailed, roomBlob, sealed } from './blobs.ts';
import { endOf, runRelay, type TestRelay } from './running-relay.ts';
import { TestDisk } from './stores.ts';

const BO = 2;

/** A relay that knows Bo, who is away; and somebody who writes. */
async function boIsAway(options: Parameters<typeof runRelay>[0] = {}) {
  const running = await runRelay(options);
  await (await running.login(BO)).close();
  return { ...running, asha: await running.login(1) };
}

const toBo = (paddedBytes?: number) => directBlob(numberedIdentity(BO).id, paddedBytes);

/** The names of the blobs that were left for Bo. */
async function leave(from: WireClient, count: number, paddedBytes?: number): Promise<string[]> {
  const names: string[] = [];
  for (let n = 0; n < count; n++) {
    const blob = toBo(paddedBytes);
    expect(await from.request(mailed(blob))).toMatchObject({ type: 'done' });
    names.push(nameOf(blob));
  }
  return names;
}

/** Its last bytes, which are noise. */
const nameOf = (blob: Uint8Array) => Buffer.from(blob.subarray(-8)).toString('hex');

/** One FETCH: what came, and how it ended. */
async function fetchPage(reader: WireClient, after = 0n) {
  const end = await reader.request({ type: 'fetch', after });
  return { letters: takeDelivered(reader), end: end.type };
}

function takeDelivered(reader: WireClient): FrameOf<'deliver'>[] {
  const delivered: FrameOf<'deliver'>[] = [];
  for (let n = reader.inbox.length - 1; n >= 0; n--) {
    const frame = reader.inbox[n];
    if (frame?.type !== 'deliver') continue;
    delivered.unshift(frame);
    reader.inbox.splice(n, 1);
  }
  return delivered;
}

const namesOf = (letters: readonly FrameOf<'deliver'>[]) => letters.map(({ blob }) => nameOf(blob));

/** Bo's login on a connection of its own, with what READY says is waiting. */
async function boReads({ connect }: TestRelay) {
  const reader = await connect();
  const { queued } = await reader.login(numberedIdentity(BO));
  return { reader, queued };
}

describe('mail for somebody who is away', () => {
  it('is announced at the login, handed out in order with rising numbers, and then drained', async () => {
    const running = await boIsAway();
    const blobs = await leave(running.asha, 3);
    const { reader, queued } = await boReads(running);
    expect(queued).toBe(3);
    expect(reader.count('deliver')).toBe(0);
    const { letters, end } = await fetchPage(reader);
    expect(end).toBe('drained');
    expect(namesOf(letters)).toEqual(blobs);
    const [first = 0n, second = 0n, third = 0n] = letters.map(({ rseq }) => rseq);
    expect(0n < first && first < second && second < third).toBe(true);
    expect(await fetchPage(reader, second)).toMatchObject({ letters: [{ rseq: third }] });
  });

  it('stays until it is acknowledged, and is then gone at once and for good', async () => {
    const running = await boIsAway();
    const blobs = await leave(running.asha, 3);
    const { reader } = await boReads(running);
    const { letters } = await fetchPage(reader);
    const again = await fetchPage(reader);
    expect(namesOf(again.letters)).toEqual(blobs);
    const [first, , third] = letters;
    reader.send({ type: 'ack', req: 0, rseqs: [first?.rseq ?? 0n, third?.rseq ?? 0n] });
    const left = await fetchPage(reader);
    expect(namesOf(left.letters)).toEqual(blobs.slice(1, 2));
    await reader.close();
    const back = await boReads(running);
    expect(namesOf((await fetchPage(back.reader)).letters)).toEqual(blobs.slice(1, 2));
  });

  it('comes in pages of bounded number and size, each letter once', async () => {
    const running = await boIsAway();
    const blobs = await leave(running.asha, FETCH_BLOBS + 3);
    const large = await leave(running.asha, 5, 65_536);
    const { reader } = await boReads(running);
    const pages: FrameOf<'deliver'>[][] = [];
    for (let end = 'done'; end === 'done'; ) {
      const after = pages.at(-1)?.at(-1)?.rseq;
      const page = await fetchPage(reader, after);
      pages.push(page.letters);
      end = page.end;
    }
    expect(pages.map((page) => page.length)).toEqual([FETCH_BLOBS, 6, 2]);
    expect(namesOf(pages.flat())).toEqual([...blobs, ...large]);
  });

  it('is answered only when it is durable', async () => {
    const database = new TestDisk(await openRelayDatabase(null));
    const running = await boIsAway({ database });
    const writesAtCommit: number[] = [];
    database.onCommit = () => writesAtCommit.push(running.writes.length);
    expect(await running.asha.request(mailed(toBo()))).toMatchObject({ type: 'done' });
    const [before = 0] = writesAtCommit;
    const isDone = ({ bytes }: { readonly bytes: Uint8Array }) => bytes[4] === 0x22;
    expect(running.writes.slice(0, before).some(isDone)).toBe(false);
    expect(running.writes.slice(before).some(isDone)).toBe(true);
  });

  it('is refused for somebody whom the relay has never seen', async () => {
    const { asha } = await boIsAway();
    const answer = await asha.request(mailed(directBlob(numberedIdentity(77).id)));
    expect(answer).toMatchObject({ type: 'error', code: 'not-here' });
  });

  it('is empty for anybody else, and at the end of all numbers', async () => {
    const running = await boIsAway();
    await leave(running.asha, 2);
    expect(await fetchPage(running.asha)).toEqual({ letters: [], end: 'drained' });
    const { reader } = await boReads(running);
    for (const after of [2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n]) {
      expect(await fetchPage(reader, after)).toEqual({ letters: [], end: 'drained' });
    }
    expect((await fetchPage(reader)).letters).toHaveLength(2);
  });

  it.each([
    ['a room blob to be stored', mailed(roomBlob(numberedTopic(1)))],
    ['no blob to be stored', mailed(new Uint8Array())],
  ])('ends a connection that sends %s', async (_name, body) => {
    const { asha } = await boIsAway();
    asha.send({ ...body, req: 9 });
    expect(await endOf(asha)).toBe('malformed');
  });
});

describe('mail for somebody who is here', () => {
  it('is passed on at once under its number, and kept until it is acknowledged', async () => {
    const running = await boIsAway();
    const { reader } = await boReads(running);
    const [blob] = await leave(running.asha, 1);
    const delivered = await reader.next('deliver');
    expect(delivered.rseq).toBeGreaterThan(0n);
    expect(nameOf(delivered.blob)).toBe(blob);
    await reader.close();
    const back = await boReads(running);
    expect(back.queued).toBe(1);
    const { letters } = await fetchPage(back.reader);
    expect(letters).toMatchObject([{ rseq: delivered.rseq }]);
    back.reader.send({ type: 'ack', req: 0, rseqs: [delivered.rseq] });
    expect(await fetchPage(back.reader)).toEqual({ letters: [], end: 'drained' });
  });

  it('that is not to be stored is passed on without a number, and forgotten', async () => {
    const running = await boIsAway();
    const { reader } = await boReads(running);
    expect(await running.asha.request(sealed('send', toBo()))).toMatchObject({ type: 'done' });
    expect(await reader.next('deliver')).toMatchObject({ rseq: 0n });
    await reader.close();
    expect((await boReads(running)).queued).toBe(0);
  });
});

describe('a token', () => {
  it('stores one letter, however often it is sent, while it waits and after it was read', async () => {
    const running = await boIsAway();
    const body = mailed(toBo());
    running.asha.send({ ...body, req: 11 });
    running.asha.send({ ...body, req: 12 });
    await running.asha.nextWhere((frame) => frame.type === 'done' && frame.req === 12);
    expect(await running.asha.request(body)).toMatchObject({ type: 'done' });
    const { reader } = await boReads(running);
    const { letters } = await fetchPage(reader);
    expect(letters).toHaveLength(1);
    reader.send({ type: 'ack', req: 0, rseqs: letters.map(({ rseq }) => rseq) });
    // Whose commit takes the acknowledgement along.
    const [another] = await leave(running.asha, 1);
    expect(await running.asha.request(body)).toMatchObject({ type: 'done' });
    await reader.settled();
    takeDelivered(reader);
    expect(namesOf((await fetchPage(reader)).letters)).toEqual([another]);
  });

  it('that somebody else used first stops nobody', async () => {
    const running = await boIsAway();
    const thief = await running.login(66);
    const token = randomBytes(16);
    expect(await thief.request(mailed(toBo(), token))).toMatchObject({ type: 'done' });
    const blob = toBo();
    expect(await running.asha.request(mailed(blob, token))).toMatchObject({ type: 'done' });
    const { reader } = await boReads(running);
    const { letters } = await fetchPage(reader);
    expect(letters).toHaveLength(2);
    expect(namesOf(letters)).toContain(nameOf(blob));
  });
});

describe("an acknowledgement of another's mail", () => {
  it('forgets nothing', async () => {
    const running = await boIsAway();
    const blobs = await leave(running.asha, 2);
    const { reader } = await boReads(running);
    const { letters } = await fetchPage(reader);
    const rseqs = letters.map(({ rseq }) => rseq);
    // With mail of its own, or it would not be looked at.
    const thief = await running.login(66);
    await running.asha.request(mailed(directBlob(numberedIdentity(66).id)));
    thief.send({ type: 'ack', req: 0, rseqs });
    await thief.settled();
    const [third] = await leave(running.asha, 1);
    await reader.settled();
    takeDelivered(reader);
    expect(namesOf((await fetchPage(reader)).letters)).toEqual([...blobs, third]);
    // Positive control.
    reader.send({ type: 'ack', req: 0, rseqs });
    expect(namesOf((await fetchPage(reader)).letters)).toEqual([third]);
  });

  it('made before a letter has its number does not catch it', async () => {
    const running = await boIsAway();
    const { reader } = await boReads(running);
    await leave(running.asha, 1);
    const { rseq } = await reader.next('deliver');
    const coming = Array.from({ length: 100 }, (_, n) => rseq + 1n + BigInt(n));
    reader.send({ type: 'ack', req: 0, rseqs: coming });
    await reader.settled();
    const blobs = await leave(running.asha, 3);
    await reader.settled();
    takeDelivered(reader);
    expect(namesOf((await fetchPage(reader)).letters).slice(1)).toEqual(blobs);
  });
});
