// Connections that carry files: who may have one, how many, and what may be said there.
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { numberedIdentity } from '../support/wire-client.ts';
import {
  chunk,
  download,
  drop,
  file,
  keep,
  leaveFile,
  meeting,
  runKeepingRelay,
  take,
  upload,
} from './files.ts';
import { ManualClock } from './manual-clock.ts';
import { endOf, runRelay, type TestRelay } from './running-relay.ts';

const hello = () => ({ minVersion: 1, maxVersion: 1, nonce: randomBytes(32) });

/** Sends CARRY with a signature for `label`, made by the identity `by` under the card of `card`. */
async function carryAs(
  running: TestRelay,
  { by, card, label }: { by: number; card: number; label: 'relay-auth' | 'relay-carry' },
) {
  const client = await running.connect();
  const said = hello();
  const login = { hello: said, challenge: await client.hello(said) };
  const own = client.authFor(numberedIdentity(card), login, {}, label);
  const { signature } = client.authFor(numberedIdentity(by), login, {}, label);
  client.send({ type: 'carry', req: 2, card: own.card, signature });
  return client;
}

describe('a login to carry a file', () => {
  it('is told to nobody, and replaces nobody', async () => {
    const running = await runRelay();
    const asha = await running.login(1);
    const bo = await running.login(2);
    await asha.settled();
    const carrier = await running.carry(1);
    expect(await running.event('carries')).toMatchObject({ connection: expect.any(Number) });
    await running.carry(3);
    await carrier.close();
    await asha.settled();
    await running.login(4);
    const told = new Set<string>();
    while (!told.has(numberedIdentity(4).id)) {
      for (const { id } of (await bo.next('presence')).entries) told.add(id);
    }
    expect(told).not.toContain(numberedIdentity(3).id);
    expect(
      running.relay
        .peers()
        .map(({ fingerprint }) => fingerprint)
        .sort(),
    ).toEqual([1, 2, 4].map((number) => numberedIdentity(number).id).sort());
  });

  it('[A105 carrying as another] is refused with a signature of another, or for another purpose', async () => {
    const running = await runRelay();
    const stolen = await carryAs(running, { by: 2, card: 1, label: 'relay-carry' });
    expect(await endOf(stolen)).toBe('login-failed');
    const reused = await carryAs(running, { by: 1, card: 1, label: 'relay-auth' });
    expect(await endOf(reused)).toBe('login-failed');
  });

  it('[A105 carrying as another] Control: with one’s own it is taken', async () => {
    const running = await runRelay();
    const own = await carryAs(running, { by: 1, card: 1, label: 'relay-carry' });
    expect(await own.next('ready')).toMatchObject({ queued: 0 });
  });

  it('ends with those of the person whom the operator kicks', async () => {
    const running = await runRelay();
    const { id } = numberedIdentity(1);
    const [asha, carrier, other] = [
      await running.login(1),
      await running.carry(1),
      await running.carry(2),
    ];
    expect(running.relay.kick(id.slice(0, 12))).toEqual({ outcome: 'kicked', id });
    expect(await endOf(asha)).toBe('kicked');
    expect(await endOf(carrier)).toBe('kicked');
    // One who only carries can be kicked as well.
    const second = numberedIdentity(2).id;
    expect(running.relay.kick(second.slice(0, 12))).toEqual({ outcome: 'kicked', id: second });
    expect(await endOf(other)).toBe('kicked');
  });
});

describe('a connection for a file', () => {
  it('[A106 words where files go] is no place for anything but one file', async () => {
    const running = await runRelay();
    const bodies = [
      { type: 'get', kind: 'card', ids: [] },
      { type: 'fetch', after: 0n },
      { type: 'hide', hidden: true },
      { type: 'send', token: randomBytes(16), ttlSeconds: 60, blob: randomBytes(300) },
      { type: 'have', count: 1 },
    ] as const;
    for (const body of bodies) {
      const carrier = await running.carry(1);
      carrier.send({ req: 5, ...body });
      expect(await endOf(carrier), body.type).toBe('unexpected');
    }
    const busy = await running.carry(1);
    busy.send({ type: 'meet', req: 5, meeting: meeting() });
    busy.send({ type: 'meet', req: 6, meeting: meeting(2) });
    expect(await endOf(busy)).toBe('unexpected');
  });

  it('[A106 words where files go] has no use for a file where words go', async () => {
    const running = await runKeepingRelay();
    for (const frame of [
      { type: 'keep', req: 5, file: file(), chunks: 1, ttlSeconds: 60 },
      { type: 'take', req: 5, file: file(), from: 0 },
      { type: 'meet', req: 5, meeting: meeting() },
      { type: 'drop', req: 5, file: file() },
      { ...chunk(0), req: 5 },
    ] as const) {
      const asha = await running.login(1);
      asha.send(frame);
      expect(await endOf(asha), frame.type).toBe('unexpected');
    }
  });

  it('[A106 words where files go] Control: its one file it carries', async () => {
    const running = await runKeepingRelay();
    await leaveFile(running, 1, 2);
    expect(await drop(await running.carry(1))).toMatchObject({ type: 'done' });
  });

  it('that asks for nothing, or over which nothing goes, gives its place up', async () => {
    const clock = new ManualClock();
    const running = await runKeepingRelay({
      clock,
      limits: { handshakeMs: 2_000, carrierIdleMs: 4_000 },
    });
    const mute = await running.carry(1);
    clock.advance(3_000);
    expect(await endOf(mute)).toBe('silent');
    const stuck = await running.carry(1);
    await keep(stuck, 10);
    await upload(stuck, 0, 2);
    clock.advance(3_000);
    await upload(stuck, 2, 3);
    clock.advance(3_000);
    await upload(stuck, 3, 4);
    clock.advance(6_000);
    expect(await endOf(stuck)).toBe('silent');
  });
});

describe('many connections for files', () => {
  it('[A107 flood of carrying connections] stops at so many a person', async () => {
    const running = await runRelay();
    for (let count = 0; count < 8; count++) await running.carry(1);
    const ninth = await carryAs(running, { by: 1, card: 1, label: 'relay-carry' });
    expect(await endOf(ninth)).toBe('too-many-connections');
  });

  it('[A107 flood of carrying connections] takes no place of people, and gives way to another machine', async () => {
    const running = await runRelay({ limits: { connections: 3, carriers: 12, carriersFloor: 2 } });
    for (let person = 10; person < 22; person++) await running.carry(person);
    const asha = await running.login(1);
    await asha.settled();
    const another = await carryAs(running, { by: 30, card: 30, label: 'relay-carry' });
    expect(await endOf(another)).toBe('too-many-connections');
    await running.carry(2, { localAddress: '127.0.0.2' });
    expect(await running.event('dropped', 1)).toMatchObject({
      address: '127.0.0.1',
      reason: 'too-many-connections',
    });
  });

  it('[A107 flood of carrying connections] Control: where one goes another comes', async () => {
    const running = await runRelay();
    const carriers = [];
    for (let count = 0; count < 8; count++) carriers.push(await running.carry(1));
    await carriers[0]?.close();
    await running.event('carried');
    await running.carry(1);
  });
});

describe('a reader of a kept file', () => {
  it('that says it has what was never sent is ended', async () => {
    const running = await runKeepingRelay();
    await leaveFile(running, 1, 3);
    const bo = await running.carry(2);
    take(bo, 1);
    await download(bo, 1, 3);
    const late = await running.carry(2);
    take(late, 3);
    late.send({ type: 'have', req: 0, count: 4 });
    expect(await endOf(late)).toBe('malformed');
    const beyond = await running.carry(2);
    take(beyond, 4);
    expect(await endOf(beyond)).toBe('malformed');
  });
});
