// Connections to the two servers that are compared: our relay, and the bare broadcaster that is its floor.
import type { OnReadOpts } from 'node:net';
import tls, { type TLSSocket } from 'node:tls';
import * as v from 'valibot';
import { ready } from '../src/crypto/sodium.ts';
import { encodeFrame } from '../src/protocol/frames.ts';
import { joinProof, numberedIdentity, WireClient } from '../test/support/wire-client.ts';
import { topic } from './room-traffic.ts';

export const targetName = v.picklist(['relay', 'bare']);
export type TargetName = v.InferOutput<typeof targetName>;

/** What a connection is for; who sends is subscribed as well. The broadcaster tells them apart by ALPN. */
type Role = 'subscribe' | 'send' | 'idle';

export interface TargetConnection {
  readonly target: TargetName;
  readonly port: number;
  readonly role: Role;
  /** The identity to log in with; each connection has its own. */
  readonly number: number;
}

/** Below the relay's patience with a silent client. */
const PING_MS = 4_000;
const PING = encodeFrame({ type: 'ping', req: 0 });

/** Called with every byte that arrives, in a buffer that the next bytes overwrite. */
export type Receive = (bytes: Buffer) => void;

/** A connection that is subscribed or may send. */
export async function connectTo(
  connection: TargetConnection,
  receive: Receive = () => {},
): Promise<TLSSocket> {
  const reader = new Reader();
  const { target } = connection;
  const open = target === 'relay' ? connectToRelay : connectToBare;
  const socket = await open(connection, reader);
  socket.on('error', () => {});
  reader.receive = receive;
  return socket;
}

/** Of all connections of this process, one at a time: reading into one buffer allocates nothing. */
const shared = Buffer.allocUnsafeSlow(64 * 1_024);

/** Reads without Node's streams, so that a subscriber costs less than the server that it counts for. */
class Reader {
  receive: Receive = () => {};
  readonly options: tls.ConnectionOptions & { readonly onread: OnReadOpts } = {
    onread: {
      buffer: shared,
      callback: (sizeBytes, buffer) => {
        this.receive(Buffer.from(buffer.buffer, buffer.byteOffset, sizeBytes));
        return true;
      },
    },
  };
}

async function connectToRelay(
  { port, role, number }: TargetConnection,
  reader: Reader,
): Promise<TLSSocket> {
  await ready();
  const client = await WireClient.connect({ port, tls: reader.options });
  const { socket } = client;
  reader.receive = (bytes) => void socket.emit('data', Buffer.from(bytes));
  await client.login(numberedIdentity(number));
  if (role !== 'idle') await subscribe(client);
  const timer = setInterval(() => socket.write(PING), PING_MS);
  socket.on('close', () => clearInterval(timer));
  return socket;
}

async function subscribe(client: WireClient): Promise<void> {
  const join = joinProof('joined');
  const answer = await client.request({ type: 'sub', topic: topic(), cursor: 0n, join });
  if (answer.type !== 'roster') throw new Error(`SUB was answered with ${answer.type}`);
}

function connectToBare({ port, role }: TargetConnection, reader: Reader): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const options = { port, host: '127.0.0.1', rejectUnauthorized: false, ALPNProtocols: [role] };
    const socket = tls.connect({ ...options, ...reader.options, minVersion: 'TLSv1.3' }, () => {
      socket.off('error', reject);
      resolve(socket);
    });
    socket.once('error', reject);
  });
}
