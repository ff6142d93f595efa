// Listening and connecting on sockets that stay on this machine. Knows no ownership and no messages.
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { phrase } from '../language/translate.ts';
import { StorageError } from './storage-error.ts';

/** The kernel's address field: 104 bytes with its final zero on macOS and BSD, 108 on Linux. */
const MAX_SOCKET_PATH_BYTES = 103;

/** Resolves once `server` accepts connections at `path`; rejects with the system error where it can't. */
export function listenAt(server: net.Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ path, exclusive: true }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Rejects with the system error where nobody listens at `path`. */
export function connectTo(path: string): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ path });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(toleratingErrors(socket));
    });
  });
}

/** An unhandled 'error' would end the process; 'close' follows it and says as much. */
export function toleratingErrors(socket: net.Socket): net.Socket {
  return socket.on('error', () => {});
}

/**
 * Calls `use` with a path that leads to `folder` and leaves `roomBytes` for the rest of a socket's path.
 * A longer folder is reached through a symlink of this process's own, which is gone when `use` is done:
 * the socket itself is in `folder`, so processes needn't agree on another place.
 */
export async function atSocketPath<T>(
  folder: string,
  roomBytes: number,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const fits = (path: string) => Buffer.byteLength(path) + roomBytes <= MAX_SOCKET_PATH_BYTES;
  if (fits(folder)) return use(folder);
  const parent = [tmpdir(), '/tmp'].find((path) => fits(join(path, 'lanchat-XXXXXX', 'at')));
  if (parent === undefined) {
    const message = phrase`${folder} is too long a path for a socket; choose a shorter one`;
    throw new StorageError('no-sockets', message, { path: folder });
  }
  const mine = await mkdtemp(join(parent, 'lanchat-'));
  try {
    const link = join(mine, 'at');
    await symlink(resolve(folder), link);
    return await use(link);
  } finally {
    await rm(mine, { recursive: true, force: true });
  }
}
