// Being, or meeting, the one process that owns a folder. Knows neither how that is decided nor what is said.
import net from 'node:net';
import { listenAt, toleratingErrors } from './local-socket.ts';
import { readPrivateFile } from './private-file.ts';

/** Connections kept for an owner that hasn't begun to accept them; more are closed. */
const MAX_WAITING = 64;

/** Another process owns the folder: a connection to it, open, which the caller ends. */
export interface FolderOwned {
  readonly kind: 'owned';
  /** The owner's process, to be named to a person; null where it didn't say. */
  readonly pid: number | null;
  /** Its errors are seen only as 'close'. Closes at once where the owner is just leaving: acquire again. */
  readonly connection: net.Socket;
}

/** This process owns the folder until `close`, or until it dies in any way. */
export class FolderOwner {
  readonly kind = 'owner';
  readonly pid = process.pid;
  readonly #server: net.Server;
  #handler: ((connection: net.Socket) => void) | null = null;
  readonly #waiting = new Set<net.Socket>();

  constructor() {
    this.#server = net.createServer((connection) => this.#connected(connection));
    // A connection that can't be accepted (no file descriptors left) is the other side's to retry.
    this.#server.on('error', () => {});
  }

  /** Takes the name that stands for the folder. Rejects with the system error where it can't. */
  listen(path: string): Promise<void> {
    return listenAt(this.#server, path);
  }

  /**
   * Gives `handler` every connection of another process: those made since the folder was acquired, then
   * each new one. The handler ends them; their errors are seen only as 'close'. Call once.
   */
  accept(handler: (connection: net.Socket) => void): void {
    this.#handler = handler;
    for (const connection of this.#waiting) handler(connection);
    this.#waiting.clear();
  }

  /**
   * Gives the folder up: the next process may own it from here on, so close every file in it first.
   * Connections handed out stay open; those nobody accepted are closed.
   */
  close(): void {
    this.#server.close();
    for (const connection of this.#waiting) connection.destroy();
    this.#waiting.clear();
  }

  #connected(connection: net.Socket): void {
    toleratingErrors(connection);
    if (this.#handler !== null) {
      this.#handler(connection);
    } else if (this.#waiting.size < MAX_WAITING) {
      this.#waiting.add(connection);
      connection.once('close', () => this.#waiting.delete(connection));
    } else {
      connection.destroy();
    }
  }
}

const MAX_PID_DIGITS = 16;

/** The process id that an owner left in a file, or null: it is only told to people. */
export async function readPid(path: string): Promise<number | null> {
  const bytes = await readPrivateFile(path, MAX_PID_DIGITS).catch(() => null);
  const pid = Number(Buffer.from(bytes ?? []).toString('latin1'));
  return Number.isSafeInteger(pid) && pid > 0 ? pid : null;
}
