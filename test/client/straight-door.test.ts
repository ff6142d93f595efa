// Two machines that meet straight: who is let in, who is not, and what strangers get.
import { setTimeout as after } from 'node:timers/promises';
import type { TLSSocket } from 'node:tls';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { exporterOf } from '../../src/client/connection.ts';
import type { FileCarrier } from '../../src/client/file-carrier.ts';
import { callStraight, type StraightCall } from '../../src/client/straight-call.ts';
import { type Awaited, type Entrance, StraightDoor } from '../../src/client/straight-door.ts';
import { signProof } from '../../src/crypto/file-proof.ts';
import { type Identity, identityFromSeed } from '../../src/crypto/identity.ts';
import { ready } from '../../src/crypto/sodium.ts';
import { encodeFrame, type Frame } from '../../src/protocol/frames.ts';
import { MeetingId } from '../../src/protocol/ids.ts';
import {
  onFrames,
  passOn,
  readToEnd,
  tcpClient,
  tcpServer,
  tlsClient,
  tlsServer,
} from './straight-people.ts';

const meetingOf = (byte: number) => MeetingId.fromBytes(new Uint8Array(16).fill(byte));
const MEETING = meetingOf(1);

let sender: Identity;
let reader: Identity;
let mallory: Identity;

beforeAll(async () => {
  await ready();
  [sender, reader, mallory] = [1, 2, 3].map((byte) =>
    identityFromSeed(new Uint8Array(32).fill(byte)),
  ) as [Identity, Identity, Identity];
});

interface Door {
  readonly door: StraightDoor;
  readonly port: number;
  readonly entrance: Entrance;
  /** How many chunks each said they have who came in. */
  readonly came: number[];
  /** The connections they came on. */
  readonly carriers: FileCarrier[];
}

async function door(awaited: Awaited = { meeting: MEETING, reader }): Promise<Door> {
  const open = new StraightDoor(sender);
  const way = await open.open(awaited);
  if (way === null) throw new Error('no port');
  const [came, carriers]: [number[], FileCarrier[]] = [[], []];
  way.entrance.whenThere((carrier, have) => {
    came.push(have);
    carriers.push(carrier);
  });
  onTestFinished(() => {
    way.entrance.close();
    for (const carrier of carriers) carrier.abort();
  });
  return { door: open, ...way, came, carriers };
}

async function call(port: number, changes: Partial<StraightCall> = {}) {
  const carrier = await callStraight({
    ...{ me: reader, meeting: MEETING, sender, signal: new AbortController().signal },
    addresses: [{ host: '127.0.0.1', port }],
    ...changes,
  });
  onTestFinished(() => carrier?.abort());
  return carrier;
}

const prove = (signature: Uint8Array): Frame => ({ type: 'prove', req: 0, signature });

/** What `by` says on this connection, rightly but for the changes. */
function proofOn(
  socket: TLSSocket,
  by: Identity,
  changes: { readonly meeting?: MeetingId; readonly exporter?: Uint8Array } = {},
): Uint8Array {
  const claim = { exporter: exporterOf(socket), meeting: MEETING, to: sender.id, ...changes };
  return encodeFrame(prove(signProof(by, 'file-ask', claim)));
}

/** The first frame that comes on this connection, or that it has ended. */
function answerTo(socket: TLSSocket): Promise<Frame | 'ended'> {
  return new Promise((resolve) => {
    onFrames(socket, resolve);
    socket.once('close', () => resolve('ended'));
  });
}

describe('a sender’s machine', () => {
  it('lets in who is awaited, once they have said what they have', async () => {
    const { port, came } = await door();
    const carrier = await call(port);
    expect(came).toEqual([]);
    carrier?.send({ type: 'have', req: 0, count: 7 });
    await expect.poll(() => came).toEqual([7]);
  });

  it('listens only while somebody is awaited', async () => {
    const { port, entrance, door: open } = await door();
    const second = await open.open({ meeting: meetingOf(2), reader });
    expect(second?.port).toBe(port);
    entrance.close();
    expect(await call(port, { meeting: meetingOf(2) })).not.toBeNull();
    second?.entrance.close();
    await expect.poll(() => call(port, { meeting: meetingOf(2) })).toBeNull();
    expect((await tlsClient(port)).getProtocol()).toBeNull();
  });

  it('goes on with who has come in when nobody else is awaited', async () => {
    const { port, entrance, came, carriers } = await door();
    const carrier = await call(port);
    carrier?.send({ type: 'have', req: 0, count: 0 });
    await expect.poll(() => came).toEqual([0]);
    entrance.close();
    const got: number[] = [];
    carrier?.listen({
      onFrame: (frame) => frame.type === 'have' && got.push(frame.count),
      onEnd: () => got.push(-1),
    });
    carriers[0]?.send({ type: 'have', req: 0, count: 3 });
    await expect.poll(() => got).toEqual([3]);
  });

  it('takes one of several connections, the one that says what it has', async () => {
    const { port, came } = await door();
    const both = [await call(port), await call(port)];
    both[1]?.send({ type: 'have', req: 0, count: 2 });
    await expect.poll(() => came).toEqual([2]);
  });

  it('is found behind addresses where nobody is', async () => {
    const { port } = await door();
    const silent = await tcpServer(() => undefined);
    const addresses = [silent, 1, port].map((each) => ({ host: '127.0.0.1', port: each }));
    expect(await call(port, { addresses })).not.toBeNull();
  });

  it('is given up within two seconds where nothing answers', async () => {
    const silent = await tcpServer(() => undefined);
    const addresses = Array.from({ length: 8 }, () => ({ host: '127.0.0.1', port: silent }));
    const startedAtMs = performance.now();
    expect(await call(silent, { addresses })).toBeNull();
    expect(performance.now() - startedAtMs).toBeLessThan(2_000);
  });

  it('is not waited for any more once the transfer is given up', async () => {
    const silent = await tcpServer(() => undefined);
    const giving = new AbortController();
    const called = call(silent, { signal: giving.signal });
    giving.abort();
    expect(await called).toBeNull();
  });
});

describe('[A137 impostor] who listens at the address', () => {
  it('and is somebody else is not taken for the sender', async () => {
    const impostor = new StraightDoor(mallory);
    const way = await impostor.open({ meeting: MEETING, reader });
    onTestFinished(() => way?.entrance.close());
    expect(await call(way?.port ?? 0)).toBeNull();
  });

  it.each(['an empty answer', 'the reader’s own proof', 'chunks and no proof', 'END'])(
    'and answers with %s is not either',
    async (what) => {
      const port = await tlsServer((socket) => {
        onFrames(socket, (frame) => {
          if (what === 'an empty answer') socket.write(encodeFrame(prove(new Uint8Array(64))));
          else if (what === 'the reader’s own proof') socket.write(encodeFrame(frame));
          else if (what === 'END')
            socket.write(encodeFrame({ type: 'end', req: 0, code: 'kicked' }));
          else socket.write(encodeFrame({ type: 'have', req: 0, count: 0 }));
        });
      });
      expect(await call(port)).toBeNull();
    },
  );

  it('and speaks for a relay is not taken for a neighbour', async () => {
    const port = await tlsServer(() => undefined, 'lanchat/1');
    expect(await call(port)).toBeNull();
  });

  it('Control: the sender is, and learns no more than that', async () => {
    const { port } = await door();
    expect(await call(port)).not.toBeNull();
  });

  it('is told nothing that says who comes', async () => {
    const heard: Frame[] = [];
    const port = await tlsServer((socket) => onFrames(socket, (frame) => heard.push(frame)));
    await call(port);
    expect(heard.map(({ type }) => type)).toEqual(['prove']);
    expect(Object.keys(heard[0] ?? {}).sort()).toEqual(['req', 'signature', 'type']);
  });
});

describe('[A138 man in the middle] who ends TLS on both sides', () => {
  it('gets neither side to take the other’s proof', async () => {
    const { port, came } = await door();
    const answers: (Frame | 'ended')[] = [];
    const between = await tlsServer(async (socket) => {
      const onwards = await tlsClient(port);
      void answerTo(onwards).then((answer) => answers.push(answer));
      passOn(socket, onwards);
    });
    expect(await call(between)).toBeNull();
    await expect.poll(() => answers).toEqual(['ended']);
    expect(came).toEqual([]);
  });

  it('Control: who only passes the bytes on changes nothing', async () => {
    const { port, came } = await door();
    const between = await tcpServer((socket) => passOn(socket, tcpClient(port)));
    const carrier = await call(between);
    carrier?.send({ type: 'have', req: 0, count: 1 });
    await expect.poll(() => came).toEqual([1]);
  });
});

describe('[A139 replay] a proof', () => {
  it('of another connection lets nobody in', async () => {
    const { port } = await door();
    const [first, second] = [await tlsClient(port), await tlsClient(port)];
    const proof = proofOn(first, reader);
    second.write(proof);
    expect(await answerTo(second)).toBe('ended');
    first.write(proof);
    expect(await answerTo(first)).toMatchObject({ type: 'prove' });
  });

  it('of the sender’s, recorded and played again, is no answer', async () => {
    const { port } = await door();
    const recorded: Frame[] = [];
    const honest = await tlsClient(port);
    honest.write(proofOn(honest, reader));
    recorded.push((await answerTo(honest)) as Frame);
    const impostor = await tlsServer((socket) => {
      onFrames(socket, () => {
        for (const frame of recorded) socket.write(encodeFrame(frame));
      });
    });
    expect(recorded).toMatchObject([{ type: 'prove' }]);
    expect(await call(impostor)).toBeNull();
  });

  it('for another meeting, or of who answers, lets nobody in', async () => {
    const { port } = await door();
    const elsewhere = await tlsClient(port);
    elsewhere.write(proofOn(elsewhere, reader, { meeting: meetingOf(9) }));
    expect(await answerTo(elsewhere)).toBe('ended');
    const turned = await tlsClient(port);
    const claim = { exporter: exporterOf(turned), meeting: MEETING, to: sender.id };
    turned.write(encodeFrame(prove(signProof(reader, 'file-answer', claim))));
    expect(await answerTo(turned)).toBe('ended');
  });
});

describe('[A140 stranger] at the port', () => {
  it('who proves to be somebody else hears nothing and is gone', async () => {
    const { port, came } = await door();
    const socket = await tlsClient(port);
    socket.write(proofOn(socket, mallory));
    expect(await readToEnd(socket)).toHaveLength(0);
    expect(came).toEqual([]);
  });

  it.each([
    ['a long frame', () => Buffer.from([0, 1, 0, 0, 0x56, 0, 0, 0, 0])],
    ['rubbish', () => Buffer.alloc(5_000, 0xff)],
    ['a HAVE', () => encodeFrame({ type: 'have', req: 0, count: 0 })],
    ['MEET', () => encodeFrame({ type: 'meet', req: 1, meeting: MEETING })],
  ])('who begins with %s hears nothing and is gone', async (_what, bytes) => {
    const { port } = await door();
    const socket = await tlsClient(port);
    socket.write(bytes());
    expect(await readToEnd(socket)).toHaveLength(0);
  });

  it('who speaks as to a relay, or no TLS, hears nothing of lanchat', async () => {
    const { port } = await door();
    const asRelay = await tlsClient(port, 'lanchat/1');
    expect(asRelay.alpnProtocol).not.toBe('lanchat/1');
    const plain = tcpClient(port);
    plain.write('GET / HTTP/1.0\r\n\r\n');
    expect((await readToEnd(plain)).toString('latin1')).not.toContain('lanchat');
  });

  it('who says nothing is gone soon, TLS or not', async () => {
    const { port } = await door();
    const plain = tcpClient(port);
    const startedAtMs = performance.now();
    const socket = await tlsClient(port);
    await Promise.all([readToEnd(plain), readToEnd(socket)]);
    expect(performance.now() - startedAtMs).toBeLessThan(6_000);
  });

  it('Control: who is awaited hears an answer', async () => {
    const { port } = await door();
    const socket = await tlsClient(port);
    socket.write(proofOn(socket, reader));
    expect(await answerTo(socket)).toMatchObject({ type: 'prove' });
  });
});

describe('[A141 crowd] strangers without end', () => {
  it('of one address get eight handshakes in three seconds, and disturb nobody who is in', async () => {
    const { port, came, carriers } = await door();
    const carrier = await call(port);
    carrier?.send({ type: 'have', req: 0, count: 0 });
    await expect.poll(() => came).toEqual([0]);
    const crowd = await Promise.all(Array.from({ length: 40 }, () => tlsClient(port)));
    const shookHands = crowd.filter((socket) => socket.getProtocol() !== null);
    expect(shookHands.length).toBeLessThan(8);
    expect(shookHands.length).toBeGreaterThan(0);
    const got: Frame[] = [];
    carrier?.listen({ onFrame: (frame) => got.push(frame), onEnd: () => undefined });
    await after(3_100);
    for (const socket of shookHands) expect(socket.destroyed || socket.readableEnded).toBe(true);
    carriers[0]?.send({ type: 'have', req: 0, count: 4 });
    await expect.poll(() => got).toMatchObject([{ type: 'have', count: 4 }]);
  });
});

describe('[A143 another’s meeting] who is awaited for one file', () => {
  it('is not let in for another’s', async () => {
    const { port, came, door: open } = await door();
    const other = await open.open({ meeting: meetingOf(2), reader: mallory });
    onTestFinished(() => other?.entrance.close());
    const socket = await tlsClient(port);
    socket.write(proofOn(socket, mallory, { meeting: MEETING }));
    expect(await answerTo(socket)).toBe('ended');
    const own = await tlsClient(port);
    own.write(proofOn(own, mallory, { meeting: meetingOf(2) }));
    expect(await answerTo(own)).toMatchObject({ type: 'prove' });
    const hers: number[] = [];
    other?.entrance.whenThere((carrier, have) => {
      hers.push(have);
      carrier.abort();
    });
    own.write(encodeFrame({ type: 'have', req: 0, count: 5 }));
    await expect.poll(() => hers).toEqual([5]);
    expect(came).toEqual([]);
  });
});
