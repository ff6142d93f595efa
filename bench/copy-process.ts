// The floor of a transfer: a file from one process to another through a third, over bare Node TLS. No rights, no hash, no end-to-end seal.
import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { connect, createServer, type TLSSocket } from 'node:tls';
import * as v from 'valibot';
import { createCertificate } from '../src/crypto/certificate.ts';
import { serveRequests } from './worker.ts';

const request = v.variant('do', [
  /** Joins the first connection with the second, and so on. Answers with its port. */
  v.object({ do: v.literal('middle') }),
  v.object({ do: v.literal('give'), port: v.number(), path: v.string() }),
  /** Answers once all is in the file. */
  v.object({ do: v.literal('take'), port: v.number(), path: v.string() }),
]);

let waiting: TLSSocket | null = null;

async function middle(): Promise<number> {
  const server = createServer({ ...createCertificate(), minVersion: 'TLSv1.3' }, join);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}

function join(socket: TLSSocket): void {
  socket.on('error', () => socket.destroy());
  if (waiting === null) {
    waiting = socket;
    return;
  }
  socket.pipe(waiting);
  waiting.pipe(socket);
  waiting = null;
}

async function connected(port: number): Promise<TLSSocket> {
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false });
  await new Promise((resolve) => socket.once('secureConnect', resolve));
  return socket;
}

serveRequests(request, async (asked) => {
  switch (asked.do) {
    case 'middle':
      return [await middle()];
    case 'give':
      await pipeline(
        createReadStream(asked.path, { highWaterMark: 65_536 }),
        await connected(asked.port),
      );
      return [];
    case 'take':
      await pipeline(await connected(asked.port), createWriteStream(asked.path));
      return [];
    default:
      return asked satisfies never;
  }
});
