// Clients that mean harm, or are broken: each ends with a code, and nobody else notices.
import net from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeFrame, FRAME_TYPES, type FrameType } from '../../src/protocol/frames.ts';
import { MAX_FRAME_BYTES, MAX_FRAME_BYTES_BEFORE_LOGIN } from '../../src/protocol/limits.ts';
import {
  joinProof,
  numberedIdentity,
  numberedTopic,
  type WireClient,
} from '../support/wire-client.ts';
import { directBlob, sealed } from './blobs.ts';
import { ManualClock } from './manual-clock.ts';
import { endOf, runRelay, type TestRelay } from './running-relay.ts';

/** A frame of these bytes, its length field true. */
function frameOf(type: number, req: number, body: Uint8Array): Buffer {
  const frame = Buffer.alloc(9 + body.length);
  frame.writeUInt32BE(5 + body.length, 0);
  frame.writeUInt8(type, 4);
  frame.writeUInt32BE(req, 5);
  frame.set(body, 9);
  return frame;
}

interface HalfOpen {
  readonly socket: net.Socket;
  readonly closed: Promise<void>;
}

/** TCP and not a byte more. */
function halfOpen({ port }: TestRelay, localAddress = '127.0.0.1'): Promise<HalfOpen> {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ port, host: '127.0.0.1', localAddress });
    const closed = new Promise<void>((done) => socket.once('close', () => done()));
    socket.once('error', reject);
    socket.once('connect', () => {
      socket
        .off('error', reject)
        .on('error', () => {})
        .resume();
      resolve({ socket, closed });
    });
  });
}

describe('malformed frames', () => {
  const types: [FrameType, number][] = [];
  for (const name of Object.keys(FRAME_TYPES) as FrameType[]) types.push([name, FRAME_TYPES[name]]);

  it.each(types)(
    '%s with a wrong body ends the connection, before and after login',
    async (_name, type) => {
      const running = await runRelay();
      const honest = await running.login(2);
      // No frame has this length but those that end in a blob or a signed object, which is wrong inside.
      const body = new Uint8Array(3).fill(0xee);
      for (const client of [await running.connect(), await running.login(1)]) {
        client.sendRaw(frameOf(type, 1, body));
        expect(['malformed', 'unexpected']).toContain(await endOf(client));
        await client.closed;
      }
      await honest.settled();
      const drops = running.events.filter((event) => event.type === 'dropped');
      expect(drops).toHaveLength(2);
      for (const drop of drops) expect(drop.type === 'dropped' && drop.detail).not.toBe('');
    },
  );

  it('survives any bytes, and ends that connection only', async () => {
    const running = await runRelay();
    const honest = await running.login(9);
    const garbage = fc.tuple(fc.nat(255), fc.nat(3), fc.uint8Array({ maxLength: 200 }));
    await fc.assert(
      fc.asyncProperty(garbage, fc.boolean(), async ([type, req, body], loggedIn) => {
        const client = loggedIn ? await running.login(1) : await running.connect();
        client.sendRaw(frameOf(type, req, body));
        client.sendRaw(frameOf(0xff, 1, body));
        expect(['malformed', 'unexpected', 'version']).toContain(await endOf(client));
        await client.closed;
      }),
      { numRuns: 60 },
    );
    await honest.settled();
    expect(running.events.some(({ type }) => type === 'fault')).toBe(false);
  });

  it('takes no request without a number, no leave for a join, and no join for a leave', async () => {
    const { login } = await runRelay();
    const sub = { type: 'sub', topic: numberedTopic(1), cursor: 0n } as const;
    for (const frame of [
      { type: 'get', req: 0, kind: 'card', ids: [] } as const,
      { ...sub, req: 1, join: joinProof('left') },
      { type: 'unsub', req: 1, topic: numberedTopic(1), join: joinProof('joined') } as const,
      { type: 'unsub', req: 1, topic: numberedTopic(1), join: joinProof('guest') } as const,
    ]) {
      const client = await login(1);
      client.send(frame);
      expect(await endOf(client)).toBe('malformed');
    }
  });
});

describe('length bombs', () => {
  it.each([MAX_FRAME_BYTES_BEFORE_LOGIN + 1, 0x7fff_ffff, 0xffff_ffff])(
    'refuses %i bytes before login by the length alone',
    async (length) => {
      const { connect, event } = await runRelay();
      const client = await connect();
      const head = Buffer.alloc(4);
      head.writeUInt32BE(length, 0);
      client.sendRaw(head);
      expect(await endOf(client)).toBe('too-large');
      await client.closed;
      expect(await event('dropped')).toMatchObject({
        reason: 'too-large',
        detail: `frame length ${length}`,
      });
    },
  );

  it('takes larger frames after login, up to the limit announced', async () => {
    const { login, connect } = await runRelay();
    const challenge = await (await connect()).hello({
      minVersion: 1,
      maxVersion: 1,
      nonce: new Uint8Array(32),
    });
    expect(challenge.limits.frameBytes).toBe(MAX_FRAME_BYTES);
    const client = await login(1);
    await login(2);
    const large = sealed('send', directBlob(numberedIdentity(2).id, 65_536));
    expect(await client.request(large)).toMatchObject({ type: 'done' });
    const head = Buffer.alloc(4);
    head.writeUInt32BE(MAX_FRAME_BYTES + 1, 0);
    client.sendRaw(head);
    expect(await endOf(client)).toBe('too-large');
  });

  it('refuses a length below that of an empty frame', async () => {
    const { connect } = await runRelay();
    const client = await connect();
    client.sendRaw(Buffer.from([0, 0, 0, 4]));
    expect(await endOf(client)).toBe('malformed');
  });
});

describe('half-open connections', () => {
  it('are closed after the handshake time: silent on TCP, on TLS, and after HELLO', async () => {
    const clock = new ManualClock();
    const running = await runRelay({ clock });
    const silent = await halfOpen(running);
    const afterTls = await running.connect();
    const afterHello = await running.connect();
    await afterHello.hello({ minVersion: 1, maxVersion: 1, nonce: new Uint8Array(32) });
    const honest = await running.login(1);
    for (let seconds = 0; seconds < 11; seconds++) {
      clock.advance(1_000);
      await honest.settled();
    }
    expect(await endOf(afterTls)).toBe('handshake-timeout');
    expect(await endOf(afterHello)).toBe('handshake-timeout');
    await silent.closed;
    expect(running.relay.counters().refused.get('handshake-timeout')).toBe(1);
    expect(running.relay.counters().dropped.get('handshake-timeout')).toBe(2);
  });

  it('hold up only those of their own address, who get their turn when the time is up', async () => {
    const clock = new ManualClock();
    const running = await runRelay({ clock });
    const idle = await Promise.all(Array.from({ length: 8 }, () => halfOpen(running)));
    const other = await running.connect({ localAddress: '127.0.0.2' });
    await other.login(numberedIdentity(1));
    // The ninth of the first address waits in line, and came late enough to outlast the eight.
    clock.advance(500);
    const waiting = running.connect();
    const logins = () => running.events.filter(({ type }) => type === 'connected').length;
    expect(logins()).toBe(1);
    for (let seconds = 0; seconds < 10; seconds++) {
      clock.advance(1_000);
      await other.settled();
    }
    await Promise.all(idle.map(({ closed }) => closed));
    const turn = await waiting;
    await turn.login(numberedIdentity(2));
    expect(logins()).toBe(2);
  });

  it('are refused beyond the line of an address and the number in all', async () => {
    const limits = { loginsAnAddress: 2, waitingAnAddress: 3, connections: 7 };
    const running = await runRelay({ limits });
    const open = (count: number, address: string) =>
      Promise.all(Array.from({ length: count }, () => halfOpen(running, address)));
    // Five of the first six and two of the next three are in.
    const first = await open(6, '127.0.0.2');
    expect(await running.event('refused', 0)).toMatchObject({ address: '127.0.0.2' });
    const second = await open(3, '127.0.0.3');
    expect(await running.event('refused', 1)).toMatchObject({ address: '127.0.0.3' });
    expect(running.relay.counters().refused).toEqual(new Map([['busy', 2]]));
    for (const { socket } of [...first, ...second]) socket.destroy();
  });
});

describe('a machine that holds every place', () => {
  it('gives its newest up to a newcomer from another, down to as many as are safe', async () => {
    const limits = { connections: 12, connectionsFloor: 10 };
    const running = await runRelay({ limits });
    const arrive = async (number: number, localAddress: string) => {
      const client = await running.connect({ localAddress });
      await client.login(numberedIdentity(number));
      return client;
    };
    const crowd: WireClient[] = [];
    for (let number = 1; number <= 12; number++) crowd.push(await arrive(number, '127.0.0.2'));
    await expect(arrive(13, '127.0.0.2')).rejects.toThrow();
    const first = await arrive(14, '127.0.0.3');
    const second = await arrive(15, '127.0.0.4');
    await Promise.all([crowd[11]?.closed, crowd[10]?.closed]);
    // Ten are left, and safe.
    await expect(arrive(16, '127.0.0.5')).rejects.toThrow();
    for (const client of [...crowd.slice(0, 10), first, second]) await client.settled();
  });
});

describe('silence', () => {
  it('is filled with PING after 5 s, and ends a connection after 10 s', async () => {
    const clock = new ManualClock();
    const { login } = await runRelay({ clock });
    const [mute, alive] = [await login(1), await login(2)];
    await Promise.all([mute.next('presence'), alive.next('presence')]);
    for (let seconds = 0; seconds < 12; seconds++) {
      clock.advance(1_000);
      alive.send({ type: 'ping', req: 0 });
      await alive.settled();
    }
    expect(await endOf(mute)).toBe('silent');
    expect(mute.count('ping')).toBe(1);
    await alive.settled();
  });
});

describe('a client that sends too fast', () => {
  it('is read more slowly, and every request is answered', async () => {
    const clock = new ManualClock();
    const limits = { requestsPerSecond: 10, requestsBurst: 5 };
    const { login, relay } = await runRelay({ clock, limits });
    const [fast, other] = [await login(1), await login(2)];
    for (let req = 1; req <= 200; req++) {
      fast.send({ type: 'get', req, kind: 'card', ids: [numberedIdentity(2).id] });
    }
    await fast.nextWhere((frame) => frame.req === 5);
    await other.settled();
    expect(relay.counters().slowed).toBe(1);
    const before = fast.count('found');
    expect(before).toBeLessThan(200);
    await other.settled();
    expect(fast.count('found')).toBe(before);
    while (fast.count('found') < 200) {
      clock.advance(1_000);
      await other.settled();
    }
    expect(relay.counters().dropped.size).toBe(0);
  });

  it('is slowed by private messages too, which cost their recipient most', async () => {
    const clock = new ManualClock();
    const limits = { sendsPerSecond: 10, sendsBurst: 5 };
    const { login, relay } = await runRelay({ clock, limits });
    const [fast, reader] = [await login(1), await login(2)];
    const blob = directBlob(numberedIdentity(2).id);
    for (let req = 1; req <= 60; req++) fast.send({ ...sealed('send', blob), req });
    await reader.next('deliver');
    await reader.settled();
    const before = reader.count('deliver');
    expect(before).toBeLessThan(60);
    await reader.settled();
    expect(reader.count('deliver')).toBe(before);
    while (reader.count('deliver') < 60) {
      clock.advance(1_000);
      await reader.settled();
    }
    expect(relay.counters().dropped.size).toBe(0);
  });

  it('is slowed by bytes as well', async () => {
    const clock = new ManualClock();
    const { login, relay } = await runRelay({ clock, limits: { readBytesPerSecond: 100_000 } });
    const [fast, reader] = [await login(1), await login(2)];
    const frame = encodeFrame({ ...sealed('send', directBlob(numberedIdentity(2).id)), req: 1 });
    for (let count = 0; count < 200; count++) fast.sendRaw(frame);
    await reader.next('deliver');
    while (reader.count('deliver') < 200) {
      clock.advance(500);
      await reader.settled();
    }
    expect(relay.counters().slowed).toBeGreaterThan(1);
    expect(relay.counters().dropped.size).toBe(0);
  });
});

describe('a slow reader', () => {
  it('is dropped when its queue is full; others of the room get everything', async () => {
    const { login, event } = await runRelay({ limits: { outQueueBytes: 256 * 1024 } });
    const [fast, slow, reader] = [await login(1), await login(2), await login(3)];
    slow.socket.pause();
    const to = (number: number) => sealed('send', directBlob(numberedIdentity(number).id, 65_536));
    let dropped = false;
    void event('dropped').then(() => {
      dropped = true;
    });
    let sent = 0;
    while (!dropped) {
      const answer = await fast.request(to(2));
      expect(['done', 'error']).toContain(answer.type);
      expect((await fast.request(to(3))).type).toBe('done');
      sent++;
    }
    expect(await event('dropped')).toMatchObject({
      reason: 'slow-reader',
      fingerprint: numberedIdentity(2).id.slice(0, 16),
    });
    await reader.settled();
    expect(reader.count('deliver')).toBe(sent);
    slow.socket.resume();
    expect(await endOf(slow)).toBe('slow-reader');
  });
});
