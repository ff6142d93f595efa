// Keys in memory that live for an hour: renewed, destroyed, and what was recorded stays closed.
import { beforeAll, describe, expect, it } from 'vitest';
import { ready } from '../../src/crypto/sodium.ts';
import type { Frame } from '../../src/protocol/frames.ts';
import { FakeNet, watch } from '../support/fake-net.ts';

beforeAll(ready);

const MINUTE_MS = 60_000;

function recorded() {
  const net = new FakeNet();
  const { anna, ben } = net.duo();
  const blobs = watch(net, 'deliver');
  net.send(anna, ben, 'secret');
  net.run(2_000);
  const blob = blobs.find(({ person }) => person === ben)?.frame;
  if (blob === undefined) throw new Error('nothing recorded');
  return { net, anna, ben, blob };
}

describe('a live prekey', () => {
  it('is renewed after 50 min, and the other seals to the new one', () => {
    const { net, anna, ben } = recorded();
    const [old] = ben.core.prekeys;
    net.run(50 * MINUTE_MS);
    expect(ben.core.prekeys).toHaveLength(2);
    net.send(anna, ben, 'later');
    net.run(1_000);
    expect(ben.shown).toEqual(['anna: secret', 'anna: later']);
    expect(anna.core.peers.get(ben.id)?.bundle?.live?.kid).not.toBe(old?.prekey.kid);
  });

  it('is destroyed 70 min after it was made: what was recorded opens no more, also for its owner', () => {
    const { net, ben, blob } = recorded();
    const [old] = ben.core.prekeys;
    net.run(70 * MINUTE_MS);
    expect(old?.prekey.secrets).toBeNull();
    expect(ben.core.prekeys).toHaveLength(1);
    const before = ben.core.peers.size;
    net.inject(ben, blob);
    expect(ben.shown).toEqual(['anna: secret']);
    expect(ben.core.peers.size).toBe(before);
  });

  it('opens what was on its way while it lives: the positive control', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    const held: (() => void)[] = [];
    net.tampers.push(({ frame, person }) => {
      if (frame.type !== 'deliver' || person !== ben) return undefined;
      held.push(() => net.inject(ben, frame));
      return [];
    });
    net.send(anna, ben, 'slow');
    net.run(1_000);
    net.tampers.length = 0;
    net.cut(anna);
    net.run(69 * MINUTE_MS - 2_000);
    expect(ben.shown).toEqual([]);
    held[0]?.();
    expect(ben.shown).toEqual(['anna: slow']);
  });

  it('is dead on time for a machine that slept through the alarm', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    let held: Frame | null = null;
    net.tampers.push(({ frame, person }) => {
      if (frame.type !== 'deliver' || person !== ben) return undefined;
      held = frame;
      return [];
    });
    net.send(anna, ben, 'late');
    net.run(1_000);
    // The clock has moved on, and the first thing to come is the blob, not the tick.
    net.nowMs += 71 * MINUTE_MS;
    expect(ben.core.prekeys[0]?.prekey.secrets).not.toBeNull();
    if (held !== null) net.inject(ben, held);
    expect(ben.shown).toEqual([]);
  });

  it('does not depend on the wall clock', () => {
    const net = new FakeNet();
    const { ben } = net.duo();
    const [old] = ben.core.prekeys;
    ben.wallSkewMs = 365 * 24 * 60 * MINUTE_MS;
    net.run(49 * MINUTE_MS);
    expect(ben.core.prekeys).toEqual([old]);
    ben.wallSkewMs = -ben.wallSkewMs;
    net.run(22 * MINUTE_MS);
    expect(ben.core.prekeys).not.toContain(old);
    expect(ben.core.bundleSeq).toBeGreaterThan(0n);
  });
});
