// Many changes, few frames; many frames, one write.
import { describe, expect, it } from 'vitest';
import { FrameSplitter } from '../../src/protocol/frame-stream.ts';
import { decodeFrame, encodeFrame } from '../../src/protocol/frames.ts';
import { MAX_FRAME_BYTES } from '../../src/protocol/limits.ts';
import { joinProof, numberedIdentity, numberedTopic } from '../support/wire-client.ts';
import { roomBlob, sealed } from './blobs.ts';
import { ManualClock } from './manual-clock.ts';
import { runRelay } from './running-relay.ts';

const TOPIC = numberedTopic(1);
const SUB = { type: 'sub', topic: TOPIC, cursor: 0n, join: joinProof('joined') } as const;

describe('batching', () => {
  it('tells a storm of 100 joins in one presence frame and one roster frame', async () => {
    const clock = new ManualClock();
    const { login } = await runRelay({ clock });
    const watcher = await login(0);
    await watcher.next('presence');
    await watcher.request(SUB);
    clock.advance(100);
    await watcher.settled();
    const before = { presence: watcher.count('presence'), roster: watcher.count('roster') };
    const numbers = Array.from({ length: 100 }, (_, index) => index + 1);
    const crowd = await Promise.all(numbers.map((number) => login(number)));
    await Promise.all(crowd.map((client) => client.request(SUB)));
    await watcher.settled();
    expect(watcher.count('presence')).toBe(before.presence);
    clock.advance(100);
    await watcher.settled();
    expect(watcher.count('presence')).toBe(before.presence + 1);
    expect(watcher.count('roster')).toBe(before.roster + 1);
    const presence = await watcher.nextWhere(
      (frame) => frame.type === 'presence' && frame.entries.length === 100,
    );
    const ids = presence.type === 'presence' ? presence.entries.map(({ id }) => id) : [];
    expect([...ids].sort()).toEqual(numbers.map((n) => numberedIdentity(n).id).sort());
    // Each newcomer: everybody at its login, and one update.
    for (const client of crowd) {
      await client.settled();
      expect(client.count('presence')).toBeLessThanOrEqual(2);
    }
  });

  it('tells only the latest state of somebody who came and went', async () => {
    const clock = new ManualClock();
    const { login, relay } = await runRelay({ clock });
    const watcher = await login(0);
    await watcher.next('presence');
    clock.advance(100);
    await watcher.next('presence');
    const flighty = await login(1);
    await flighty.close();
    while (relay.peers().length > 1) await watcher.settled();
    clock.advance(100);
    expect((await watcher.next('presence')).entries).toMatchObject([
      { id: numberedIdentity(1).id, online: false },
    ]);
  });

  it('writes once a turn to each connection, one buffer for all who sent nothing', async () => {
    const clock = new ManualClock();
    const { login, writes } = await runRelay({ clock });
    const clients = await Promise.all([1, 2, 3, 4].map((number) => login(number)));
    for (const client of clients) await client.request(SUB);
    clock.advance(100);
    for (const client of clients) await client.settled();
    const seen = writes.length;
    const frames = Array.from({ length: 30 }, (_, index) =>
      encodeFrame({ ...sealed('fanout', roomBlob(TOPIC)), req: index + 1 }),
    );
    // Under 16 KiB: one TLS record, which arrives in one turn.
    clients[0]?.sendRaw(Buffer.concat(frames));
    await clients[0]?.nextWhere((frame) => frame.req === 30);
    for (const client of clients.slice(1)) {
      while (client.count('deliver') < 30) await client.next('deliver');
    }
    const turn = writes.slice(seen);
    expect(turn).toHaveLength(4);
    expect(new Set(turn.map(({ connection }) => connection)).size).toBe(4);
    const counts = turn.map(({ bytes }) => [...new FrameSplitter(MAX_FRAME_BYTES).push(bytes)]);
    expect(counts.map((list) => list.length)).toEqual([30, 30, 30, 30]);
    const shared = turn.filter((_write, index) => {
      const [first] = counts[index] ?? [];
      return first !== undefined && decodeFrame(first).type === 'deliver';
    });
    expect(shared).toHaveLength(3);
    expect(new Set(shared.map(({ bytes }) => bytes)).size).toBe(1);
  });
});
