// Where who wants a file of ours may come straight to this machine: a port, open only while somebody is awaited there.
import net, { type Server, type Socket } from 'node:net';
import tls, { type TLSSocket } from 'node:tls';
import { createCertificate } from '../crypto/certificate.ts';
import { signProof, verifyProof } from '../crypto/file-proof.ts';
import type { Identity, PeerKeys } from '../crypto/identity.ts';
import { FILE_ALPN } from '../protocol/channel.ts';
import { errnoOf } from '../protocol/errors.ts';
import { encodeFrame } from '../protocol/frames.ts';
import type { MeetingId } from '../protocol/ids.ts';
import { MAX_FILE_ADDRESSES } from '../protocol/limits.ts';
import { exporterOf } from './connection.ts';
import type { FileCarrier } from './file-carrier.ts';
import { awaitProof, PROOF_MS } from './straight-socket.ts';

/** Connections that come within PROOF_MS: of one address, where a reader may try all of ours at once; and in all. */
const MAX_OF_ADDRESS = MAX_FILE_ADDRESSES;
const MAX_IN_ALL = 32;

/** Who is awaited, and where. */
export interface Awaited {
  readonly meeting: MeetingId;
  readonly reader: PeerKeys;
}

/** One person's way in, until `close`. */
export class Entrance {
  readonly awaited: Awaited;
  readonly #leave: () => void;
  readonly #proven = new Set<FileCarrier>();
  #isClosed = false;
  #onReader: (carrier: FileCarrier, have: number) => void = () => {};

  constructor(awaited: Awaited, leave: () => void) {
    this.awaited = awaited;
    this.#leave = leave;
  }

  /** Calls back once: they are here, and have said how many chunks they have. */
  whenThere(onReader: (carrier: FileCarrier, have: number) => void): void {
    this.#onReader = onReader;
  }

  /** They have proven themselves; of several connections the first that says HAVE is the one. */
  proven(carrier: FileCarrier): void {
    if (this.#isClosed || this.#proven.size >= MAX_FILE_ADDRESSES) {
      carrier.abort();
      return;
    }
    this.#proven.add(carrier);
    carrier.listen({
      onFrame: (frame) => {
        if (frame.type !== 'have') {
          carrier.abort();
          return;
        }
        this.#proven.delete(carrier);
        this.#onReader(carrier, frame.count);
      },
      onEnd: () => this.#proven.delete(carrier),
    });
  }

  /** Nobody comes in any more; who was told of goes on. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const carrier of this.#proven) carrier.abort();
    this.#leave();
  }
}

/** What listens, and who has come to it and not shown who they are. */
interface Listening {
  readonly server: Server;
  readonly port: number;
  readonly strangers: Strangers;
}

/** Owns its port while there are entrances. */
export class StraightDoor {
  readonly #me: Identity;
  readonly #entrances = new Set<Entrance>();
  #listening: Promise<Listening> | null = null;

  constructor(me: Identity) {
    this.#me = me;
  }

  /** Null: this machine opens no port. */
  async open(
    awaited: Awaited,
  ): Promise<{ readonly entrance: Entrance; readonly port: number } | null> {
    const entrance = new Entrance(awaited, () => this.#left(entrance));
    this.#entrances.add(entrance);
    this.#listening ??= this.#listen();
    try {
      const { port } = await this.#listening;
      return { entrance, port };
    } catch (error) {
      this.#listening = null;
      entrance.close();
      if (errnoOf(error) === null) throw error;
      return null;
    }
  }

  #left(entrance: Entrance): void {
    this.#entrances.delete(entrance);
    const listening = this.#listening;
    if (this.#entrances.size > 0 || listening === null) return;
    this.#listening = null;
    const stop = ({ server, strangers }: Listening) => {
      server.close();
      strangers.close();
    };
    listening.then(stop, () => undefined);
  }

  #listen(): Promise<Listening> {
    const strangers = new Strangers();
    const secured = tls.createServer({
      ...createCertificate(),
      ...{ minVersion: 'TLSv1.3', ALPNProtocols: [FILE_ALPN], handshakeTimeout: PROOF_MS },
    });
    secured.on('tlsClientError', (_error, socket) => socket.destroy());
    secured.on('secureConnection', (socket) => this.#secured(socket, strangers));
    const server = net.createServer({ noDelay: true, pauseOnConnect: true }, (socket) => {
      if (strangers.take(socket)) secured.emit('connection', socket);
    });
    return new Promise((resolve, reject) => {
      server.on('error', reject);
      server.listen(0, () => {
        const address = server.address();
        const port = address === null || typeof address === 'string' ? 0 : address.port;
        resolve({ server, port, strangers });
      });
    });
  }

  #secured(socket: TLSSocket, strangers: Strangers): void {
    // What breaks off: 'close' follows.
    socket.on('error', () => {});
    if (socket.alpnProtocol !== FILE_ALPN) {
      socket.destroy();
      return;
    }
    const exporter = exporterOf(socket);
    const found: { entrance: Entrance | null } = { entrance: null };
    awaitProof({
      socket,
      isProof: (signature) => {
        found.entrance = this.#entranceOf(exporter, signature);
        if (found.entrance !== null) this.#answer(socket, exporter, found.entrance.awaited);
        return found.entrance !== null;
      },
      onProven: (carrier) => {
        strangers.known(socket);
        found.entrance?.proven(carrier);
      },
      onFailed: () => undefined,
    });
  }

  #entranceOf(exporter: Uint8Array, signature: Uint8Array): Entrance | null {
    for (const entrance of this.#entrances) {
      const { meeting, reader } = entrance.awaited;
      const claim = { exporter, meeting, to: this.#me.id };
      if (verifyProof({ by: reader, signature }, 'file-ask', claim)) return entrance;
    }
    return null;
  }

  #answer(socket: TLSSocket, exporter: Uint8Array, { meeting, reader }: Awaited): void {
    const claim = { exporter, meeting, to: reader.id };
    const signature = signProof(this.#me, 'file-answer', claim);
    socket.write(encodeFrame({ type: 'prove', req: 0, signature }));
  }
}

/**
 * Who came lately: each has PROOF_MS and takes a place as long, also where it has left before, so that nobody makes us
 * shake hands without end.
 */
class Strangers {
  readonly #places = new Map<string, Place>();

  /** Whether it may stay; where not, it is gone. */
  take(socket: Socket): boolean {
    // What breaks off: 'close' follows.
    socket.on('error', () => {});
    const address = socket.remoteAddress ?? '';
    const there = [...this.#places.values()].filter((place) => place.address === address);
    if (there.length >= MAX_OF_ADDRESS || this.#places.size >= MAX_IN_ALL) {
      socket.destroy();
      return false;
    }
    const end = endOf(socket);
    const timer = setTimeout(() => this.#leave(end, place), PROOF_MS);
    const place: Place = { socket, address, timer, isKnown: false };
    this.#places.set(end, place);
    return true;
  }

  /** It has shown who it is, and may stay longer. */
  known(socket: TLSSocket): void {
    const place = this.#places.get(endOf(socket));
    if (place !== undefined) place.isKnown = true;
  }

  close(): void {
    for (const [end, place] of this.#places) {
      clearTimeout(place.timer);
      this.#leave(end, place);
    }
  }

  #leave(end: string, place: Place): void {
    if (this.#places.get(end) === place) this.#places.delete(end);
    if (!place.isKnown) place.socket.destroy();
  }
}

interface Place {
  readonly socket: Socket;
  readonly address: string;
  readonly timer: NodeJS.Timeout;
  isKnown: boolean;
}

/** One live connection's: TLS wraps the socket in another that shows the same other end. */
function endOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
