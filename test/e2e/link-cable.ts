// A cable between a client and a relay that a test can pull: bytes then vanish both ways, and nothing is closed.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Cable {
  readonly port: number;
  /** From now on nothing goes through. */
  pull(): void;
  /** Connections begun meanwhile go through, as TCP asks again; those of before stay dead. */
  plugIn(): void;
}

/** Ends with the test. */
export async function layCable(relayPort: number): Promise<Cable> {
  const sockets = new Set<Socket>();
  let alive = new Set<Socket>();
  let waiting: Socket[] | null = null;
  const join = (from: Socket, to: Socket) => {
    from.on('data', (chunk: Buffer) => {
      if (alive.has(from)) to.write(chunk);
    });
    from.on('close', () => {
      if (alive.has(from)) to.destroy();
    });
  };
  const letThrough = (near: Socket) => {
    const far = keep(connect({ host: '127.0.0.1', port: relayPort }));
    alive.add(near).add(far);
    join(near, far);
    join(far, near);
  };
  const keep = (socket: Socket) => {
    sockets.add(socket);
    return socket.on('error', () => undefined);
  };
  const server = createServer((near) => {
    keep(near);
    if (waiting === null) letThrough(near);
    else waiting.push(near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    pull() {
      waiting = [];
      alive = new Set();
    },
    plugIn() {
      for (const near of waiting ?? []) if (!near.destroyed) letThrough(near);
      waiting = null;
    },
  };
}
