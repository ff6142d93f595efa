// The client's end of a connection against relays that lie, stall or send rubbish.
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  type Connection,
  type ConnectionTimes,
  type ConnectRequest,
  connectRelay,
} from '../../src/client/connection.ts';
import { RelayRefusal } from '../../src/client/transport-error.ts';
import { identityFromSeed } from '../../src/crypto/identity.ts';
import { signCard } from '../../src/crypto/signed-objects.ts';
import { ready } from '../../src/crypto/sodium.ts';
import { encodeFrame, type Frame } from '../../src/protocol/frames.ts';
import { letIn, relayWithKey, scriptRelay } from './scripted-relay.ts';

const PATIENT: Partial<ConnectionTimes> = {};
const relay = () => relayWithKey(9);

beforeAll(() => ready());

interface Attempt {
  readonly done: Promise<void>;
  readonly ended: Promise<{ readonly code: string; readonly error: Error }>;
  readonly frames: Frame[];
  readonly order: string[];
  connection: Connection | null;
  cardsShown: number;
  abort(): void;
}

function attempt(port: number, changes: Partial<ConnectRequest> = {}): Attempt {
  const me = identityFromSeed(new Uint8Array(32).fill(1));
  const aborting = new AbortController();
  const frames: Frame[] = [];
  const order: string[] = [];
  let end: (reason: { code: string; error: Error }) => void = () => undefined;
  const result: Attempt = {
    ...{ frames, order, connection: null, cardsShown: 0 },
    ended: new Promise((resolve) => {
      end = resolve;
    }),
    done: connectRelay({
      ...{ host: '127.0.0.1', port, me, signal: aborting.signal, times: PATIENT },
      card() {
        result.cardsShown += 1;
        return signCard(me, { seq: 1n, nick: 'asha' });
      },
      hidden: () => false,
      accepts: (id) => id === relay().id,
      onReady(connection) {
        order.push('ready');
        result.connection = connection;
      },
      onFrame(frame) {
        order.push(frame.type);
        frames.push(frame);
      },
      onEnd: (error) => end({ code: error.code, error }),
      ...changes,
    }),
    abort: () => aborting.abort(),
  };
  onTestFinished(async () => {
    aborting.abort();
    await result.connection?.close();
  });
  return result;
}

describe('connecting', () => {
  it('logs in, and hands over what came in one piece with READY after saying that it is ready', async () => {
    const port = await scriptRelay(async (served) => {
      served.challenge(await served.next(), relay());
      await served.next();
      served.send(
        { type: 'ready', req: 2, queued: 0, timeMs: 0n },
        { type: 'presence', req: 0, complete: true, entries: [] },
        { type: 'ping', req: 0 },
      );
    });
    const client = attempt(port);
    await client.done;
    expect(client.order.slice(0, 2)).toEqual(['ready', 'presence']);
    expect(client.cardsShown).toBe(1);
  });

  it('minds no ping that a slow login is long enough for', async () => {
    const ping: Frame = { type: 'ping', req: 0 };
    const port = await scriptRelay(async (served) => {
      served.send(ping);
      served.challenge(await served.next(), relay());
      await served.next();
      served.send(ping, { type: 'ready', req: 2, queued: 0, timeMs: 0n }, ping);
    });
    const client = attempt(port);
    await client.done;
    expect(client.order).toEqual(['ready']);
  });

  it('shows its card to no other key than the expected one', async () => {
    const seen: string[] = [];
    const port = await scriptRelay(async (served) => {
      served.socket.on('data', () => undefined);
      served.challenge(await served.next(), relayWithKey(8));
      served.socket.once('close', () => seen.push(...served.frames.map(({ type }) => type)));
      await once(served.socket, 'close');
    });
    const client = attempt(port);
    await expect(client.done).rejects.toMatchObject({ code: 'relay-key-changed' });
    expect(client.cardsShown).toBe(0);
    await expect.poll(() => seen).toEqual(['hello']);
  });

  it('is not fooled by a man in the middle who passes the login of the real relay on', async () => {
    const real = await scriptRelay((served) => letIn(served, relay()));
    const between = await scriptRelay(async (served) => {
      const tls = { rejectUnauthorized: false, ALPNProtocols: ['lanchat/1'] };
      const far = connectTls({ port: real, host: '127.0.0.1', ...tls });
      far.on('error', () => undefined);
      await once(far, 'secureConnect');
      far.on('data', (chunk) => served.socket.write(chunk));
      const hello = await served.next();
      far.write(encodeFrame(hello));
      await once(served.socket, 'close');
      far.destroy();
    });
    const client = attempt(between);
    await expect(client.done).rejects.toMatchObject({ code: 'login-failed' });
    expect(client.cardsShown).toBe(0);
    // Control: the same relay, without anybody in between.
    await attempt(real).done;
  });

  it('leaves a server of another protocol alone', async () => {
    const port = await scriptRelay(() => undefined, { alpn: 'h2' });
    await expect(attempt(port).done).rejects.toMatchObject({ code: 'not-a-relay' });
  });

  it('leaves a server without TLS alone', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    await expect(attempt(port).done).rejects.toMatchObject({ code: 'not-a-relay' });
  });

  it('says why nobody answers', async () => {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    await expect(attempt(port).done).rejects.toMatchObject({ code: 'econnrefused' });
  });

  it('gives up on a server that accepts and says nothing', async () => {
    const server = createServer(() => undefined);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const client = attempt(port, { times: { tlsMs: 50 } });
    await expect(client.done).rejects.toMatchObject({ code: 'connect-timeout' });
  });

  it('gives up on a relay that never answers HELLO', async () => {
    const port = await scriptRelay(() => undefined);
    const client = attempt(port, { times: { loginMs: 50 } });
    await expect(client.done).rejects.toMatchObject({ code: 'handshake-timeout' });
  });

  it('gives up on a relay that never says READY', async () => {
    const port = await scriptRelay(async (served) =>
      served.challenge(await served.next(), relay()),
    );
    const client = attempt(port, { times: { loginMs: 100 } });
    await expect(client.done).rejects.toMatchObject({ code: 'handshake-timeout' });
    expect(client.connection).toBeNull();
  });

  it('ends at once when it is called off', async () => {
    const port = await scriptRelay(() => undefined);
    const client = attempt(port);
    client.abort();
    await expect(client.done).rejects.toMatchObject({ code: 'cancelled' });
  });

  it.each([
    ['a length bomb', Buffer.from('7fffffff', 'hex')],
    ['more than a stranger may send', Buffer.from('00001001', 'hex')],
    ['a frame without a type', Buffer.from('00000000', 'hex')],
    ['an unknown type', Buffer.from('00000005ee00000000', 'hex')],
    ['trailing bytes', Buffer.from('000000067e0000000000', 'hex')],
  ])('ends at %s before the login', async (_what, bytes) => {
    const port = await scriptRelay((served) => void served.socket.write(bytes));
    const client = attempt(port);
    await expect(client.done).rejects.toMatchObject({ code: 'malformed' });
    expect(client.cardsShown).toBe(0);
  });

  it('takes a refusal as final only from a relay that has proven its key', async () => {
    const stranger = await scriptRelay((served) =>
      served.send({ type: 'end', req: 0, code: 'kicked' }),
    );
    const unproven = await attempt(stranger).done.catch((error: unknown) => error);
    expect(unproven).toMatchObject({ code: 'kicked' });
    expect(unproven).not.toBeInstanceOf(RelayRefusal);
    const proven = await scriptRelay(async (served) => {
      served.challenge(await served.next(), relay());
      await served.next();
      served.send({ type: 'end', req: 0, code: 'not-admitted' });
    });
    const refused = await attempt(proven).done.catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'not-admitted' });
    expect(refused).toBeInstanceOf(RelayRefusal);
  });
});

describe('a connection', () => {
  it.each([
    ['a length bomb', Buffer.from('7fffffff', 'hex')],
    ['rubbish', Buffer.from('00000005ee00000000', 'hex')],
  ])('ends at %s', async (_what, bytes) => {
    const port = await scriptRelay(async (served) => {
      await letIn(served, relay());
      served.socket.write(bytes);
    });
    const client = attempt(port);
    await client.done;
    expect((await client.ended).code).toBe('malformed');
  });

  it.each(['replaced', 'kicked', 'shutting-down'] as const)(
    'ends with the code of END: %s',
    async (code) => {
      const port = await scriptRelay(async (served) => {
        await letIn(served, relay());
        served.send({ type: 'end', req: 0, code }, { type: 'ping', req: 0 });
      });
      const client = attempt(port);
      await client.done;
      const { code: ended, error } = await client.ended;
      expect(ended).toBe(code);
      expect(error).toBeInstanceOf(RelayRefusal);
      // Nothing behind END counts.
      expect(client.order).toEqual(['ready']);
    },
  );

  it('ends when the relay is silent, and not while it says anything at all', async () => {
    const times = { watchMs: 10, pingMs: 60, silenceMs: 120 };
    let talk: NodeJS.Timeout | null = null;
    const port = await scriptRelay(async (served) => {
      await letIn(served, relay());
      let pings = 0;
      talk = setInterval(() => {
        pings += 1;
        if (pings < 20) served.send({ type: 'ping', req: 0 });
      }, 20);
    });
    const start = performance.now();
    const client = attempt(port, { times });
    await client.done;
    expect((await client.ended).code).toBe('silent');
    if (talk !== null) clearInterval(talk);
    // Twenty pings, each well within the time, and then none.
    expect(performance.now() - start).toBeGreaterThan(400);
  });

  it('pings when it has nothing to say', async () => {
    let heard: (frame: Frame) => void = () => undefined;
    const ping = new Promise<Frame>((resolve) => {
      heard = resolve;
    });
    const port = await scriptRelay(async (served) => {
      await letIn(served, relay());
      heard(await served.next());
    });
    const client = attempt(port, { times: { watchMs: 10, pingMs: 30 } });
    await client.done;
    expect(await ping).toEqual({ type: 'ping', req: 0 });
  });

  it('sends what was queued before it was closed, and closes once however often it is asked', async () => {
    let heard: (frame: Frame) => void = () => undefined;
    const last = new Promise<Frame>((resolve) => {
      heard = resolve;
    });
    const port = await scriptRelay(async (served) => {
      await letIn(served, relay());
      heard(await served.next());
    });
    const client = attempt(port);
    await client.done;
    client.connection?.send({ type: 'get', req: 5, kind: 'card', ids: [] });
    await Promise.all([client.connection?.close(), client.connection?.close()]);
    expect(await last).toMatchObject({ type: 'get', req: 5 });
    expect((await client.ended).code).toBe('closed');
    await client.connection?.close();
  });

  it('is congested while the relay does not read, and says when that is over', async () => {
    let resume = () => {};
    const port = await scriptRelay(async (served) => {
      await letIn(served, relay());
      served.socket.pause();
      resume = () => void served.socket.resume();
    });
    const client = attempt(port);
    await client.done;
    const { connection } = client;
    if (connection === null) throw new Error('not connected');
    const blob = new Uint8Array(60_000);
    const token = new Uint8Array(16);
    while (!connection.isCongested) {
      connection.send({ type: 'send', req: 9, token, ttlSeconds: 1, blob });
      await new Promise((resolve) => setImmediate(resolve));
    }
    const taken = new Promise<void>((resolve) => connection.whenTaken(resolve));
    resume();
    await taken;
    expect(connection.isCongested).toBe(false);
  });
});
