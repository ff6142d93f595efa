import { describe, expect, it } from 'vitest';
import { MEETING_WAIT_MS } from '../../src/protocol/limits.ts';
import type { WireClient } from '../support/wire-client.ts';
import { chunk, meeting } from './files.ts';
import { ManualClock } from './manual-clock.ts';
import { endOf, runRelay, type TestRelay } from './running-relay.ts';

const meet = (client: WireClient, number = 1) =>
  client.request({ type: 'meet', meeting: meeting(number) });

/** Asha and Bo, joined. */
async function joined(running: TestRelay) {
  const [asha, bo] = [await running.carry(1), await running.carry(2)];
  const answers = await Promise.all([meet(asha), meet(bo)]);
  expect(answers.map(({ type }) => type)).toEqual(['done', 'done']);
  return { asha, bo };
}

/** Numbers in hex, as vitest shows them well. */
const bytesOf = (frames: readonly { readonly sealed: Uint8Array }[]) =>
  frames.map(({ sealed }) => Buffer.from(sealed.subarray(0, 8)).toString('hex'));

describe('a meeting', () => {
  it('passes every frame on as it is, in order, both ways', async () => {
    const { asha, bo } = await joined(await runRelay());
    const chunks = Array.from({ length: 40 }, (_, index) => chunk(index));
    bo.send({ type: 'have', req: 7, count: 0 });
    expect(await asha.next('have')).toEqual({ type: 'have', req: 7, count: 0 });
    for (const each of chunks) asha.send(each);
    asha.send({ type: 'ping', req: 9 });
    expect(await bo.next('ping')).toEqual({ type: 'ping', req: 9 });
    const came = [];
    for (const _ of chunks) came.push(await bo.next('chunk'));
    expect(bytesOf(came)).toEqual(bytesOf(chunks));
    expect(came.map(({ index }) => index)).toEqual(chunks.map(({ index }) => index));
  });

  it('passes on what came in the same moment as MEET, after DONE', async () => {
    const running = await runRelay();
    const [asha, bo] = [await running.carry(1), await running.carry(2)];
    const waiting = meet(asha);
    await asha.socket;
    bo.send({ type: 'meet', req: 5, meeting: meeting() });
    bo.send(chunk(0));
    expect((await waiting).type).toBe('done');
    expect((await asha.next('chunk')).index).toBe(0);
    expect((await bo.next('done')).req).toBe(5);
  });

  it('lasts until one of the two goes; the other is told', async () => {
    const running = await runRelay();
    const { asha, bo } = await joined(running);
    await asha.close();
    expect(await endOf(bo)).toBe('not-here');
    await bo.closed;
    // The place is free, and may be met at anew.
    await joined(running);
  });

  it('closes without a word where a frame is half through', async () => {
    const { asha, bo } = await joined(await runRelay());
    asha.sendRaw(Uint8Array.of(0, 1, 0, 0x15, 0x54));
    asha.send({ type: 'ping', req: 0 });
    bo.send({ type: 'have', req: 0, count: 0 });
    await asha.next('have');
    await asha.close();
    await bo.closed;
    expect(bo.inbox).toEqual([]);
  });

  it('is of two: a third is refused, and the two go on', async () => {
    const running = await runRelay();
    const { asha, bo } = await joined(running);
    const chandra = await running.carry(3);
    expect(await meet(chandra)).toMatchObject({ type: 'error', code: 'not-here' });
    asha.send(chunk(3));
    expect((await bo.next('chunk')).index).toBe(3);
  });

  it('is not with oneself: who comes again takes the place of the connection that was lost', async () => {
    const running = await runRelay();
    const [lost, asha, bo] = [
      await running.carry(1),
      await running.carry(1),
      await running.carry(2),
    ];
    lost.send({ type: 'meet', req: 1, meeting: meeting() });
    const waiting = meet(asha);
    expect(await endOf(lost)).toBe('replaced');
    expect((await meet(bo)).type).toBe('done');
    expect((await waiting).type).toBe('done');
  });

  it('waits a minute for the other, then says that nobody is here', async () => {
    const clock = new ManualClock();
    let heard = () => {};
    const running = await runRelay({
      clock,
      onBytes: (direction) => {
        if (direction === 'in') heard();
      },
    });
    const asha = await running.carry(1);
    /** Sends, and resolves when the relay has read it. */
    const say = (send: () => unknown) =>
      new Promise<void>((resolve) => {
        heard = resolve;
        send();
      });
    let answer: Promise<unknown> = Promise.resolve();
    await say(() => {
      answer = meet(asha);
    });
    for (let ms = 0; ms < MEETING_WAIT_MS; ms += 5_000) {
      await say(() => asha.send({ type: 'ping', req: 0 }));
      expect(asha.count('error')).toBe(0);
      clock.advance(5_000);
    }
    expect(await answer).toMatchObject({ type: 'error', code: 'not-here' });
  });

  it('holds a sender up whose reader reads nothing, and loses nothing of it', async () => {
    const running = await runRelay({ limits: { carriedBytes: 256 * 1024 } });
    const { asha, bo } = await joined(running);
    bo.socket.pause();
    const COUNT = 600;
    for (let index = 0; index < COUNT; index++) asha.send(chunk(index));
    // Its own pings go the other way all the time; what it sends stays with it.
    bo.send({ type: 'have', req: 0, count: 0 });
    await asha.next('have');
    expect(asha.socket.writableLength).toBeGreaterThan(COUNT * 32 * 1024);
    bo.socket.resume();
    for (let index = 0; index < COUNT; index++) expect((await bo.next('chunk')).index).toBe(index);
  });

  it('ends one who sends a frame longer than any, and the other with it', async () => {
    const running = await runRelay();
    const { asha, bo } = await joined(running);
    asha.sendRaw(Uint8Array.of(0x7f, 0, 0, 0, 0x54));
    expect(await endOf(asha)).toBe('too-large');
    await bo.closed;
    const dropped = await running.event('dropped');
    expect(dropped).toMatchObject({ reason: 'too-large' });
  });

  it('tells the operator which two met, and that they went', async () => {
    const running = await runRelay();
    const { asha } = await joined(running);
    const met = await running.event('met');
    expect(met.fingerprint).toMatch(/^[0-9a-f]{16}$/);
    expect(met.with.fingerprint).not.toBe(met.fingerprint);
    await asha.close();
    expect(await running.event('carried')).toMatchObject({ fingerprint: met.fingerprint });
  });
});
