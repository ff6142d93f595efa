// A TLS server on loopback that answers a client's login as a test tells it to.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import { onTestFinished } from 'vitest';
import { createCertificate } from '../../src/crypto/certificate.ts';
import { type RelayIdentity, relayIdentityFromSeed } from '../../src/crypto/identity.ts';
import { signChallenge } from '../../src/crypto/login.ts';
import { FrameSplitter } from '../../src/protocol/frame-stream.ts';
import {
  type AnnouncedLimits,
  decodeFrame,
  encodeChallengeFields,
  encodeFrame,
  encodeHelloBody,
  type Frame,
  type FrameOf,
} from '../../src/protocol/frames.ts';
import { MAX_FRAME_BYTES } from '../../src/protocol/limits.ts';

const LIMITS: AnnouncedLimits = { frameBytes: MAX_FRAME_BYTES, topics: 64, mailboxBlobs: 0 };

/** One client's connection, from the relay's side. */
export interface Served {
  readonly socket: TLSSocket;
  /** Every frame the client sent. */
  readonly frames: readonly Frame[];
  next(): Promise<Frame>;
  send(...frames: Frame[]): void;
  /** Answers HELLO rightly, with this key, over these bytes in the exporter's place if given. */
  challenge(hello: Frame, relay: RelayIdentity, exporter?: Uint8Array): void;
}

export function relayWithKey(byte: number): RelayIdentity {
  return relayIdentityFromSeed(new Uint8Array(32).fill(byte));
}

/** Ends with the test. Returns its port. */
export async function scriptRelay(
  serve: (served: Served) => Promise<void> | void,
  options: { readonly alpn?: string } = {},
): Promise<number> {
  const sockets = new Set<TLSSocket>();
  const { alpn = 'lanchat/1' } = options;
  const server = createServer({ ...createCertificate(), ALPNProtocols: [alpn] }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    void Promise.resolve(serve(open(socket))).catch(() => undefined);
  });
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return (server.address() as AddressInfo).port;
}

function open(socket: TLSSocket): Served {
  const frames: Frame[] = [];
  const waiting: ((frame: Frame) => void)[] = [];
  const splitter = new FrameSplitter(MAX_FRAME_BYTES);
  let read = 0;
  socket.on('data', (chunk: Buffer) => {
    for (const bytes of splitter.push(chunk)) {
      const frame = decodeFrame(bytes.slice());
      frames.push(frame);
      const wanting = waiting.shift();
      if (wanting === undefined) continue;
      read += 1;
      wanting(frame);
    }
  });
  const send = (...out: Frame[]) => void socket.write(Buffer.concat(out.map(encodeFrame)));
  return {
    socket,
    frames,
    send,
    next() {
      const frame = frames[read];
      if (frame === undefined) return new Promise((resolve) => waiting.push(resolve));
      read += 1;
      return Promise.resolve(frame);
    },
    challenge(hello, relay, exporter = exporterOf(socket)) {
      if (hello.type !== 'hello') throw new Error(`${hello.type} instead of hello`);
      send(challengeFor(hello, relay, exporter));
    },
  };
}

function exporterOf(socket: TLSSocket): Uint8Array {
  return socket.exportKeyingMaterial(32, 'EXPORTER-lanchat-1', Buffer.alloc(0));
}

export function challengeFor(
  hello: FrameOf<'hello'>,
  relay: RelayIdentity,
  exporter: Uint8Array,
): FrameOf<'challenge'> {
  const nonce = new Uint8Array(32).fill(7);
  const fields = { version: 1, relayKey: relay.publicKey, nonce, limits: LIMITS };
  const signature = signChallenge(relay, {
    exporter,
    helloBody: encodeHelloBody(hello),
    challengeFields: encodeChallengeFields(fields),
  });
  return { type: 'challenge', req: hello.req, ...fields, signature };
}

/** HELLO, CHALLENGE, AUTH, READY; then the connection is up. */
export async function letIn(served: Served, relay: RelayIdentity): Promise<void> {
  served.challenge(await served.next(), relay);
  await served.next();
  served.send({ type: 'ready', req: 2, queued: 0, timeMs: 0n });
}
