// Opening the relay's port: TCP in front, TLS behind admission. Knows no frames.
import net from 'node:net';
import tls, { type TLSSocket } from 'node:tls';
import { createCertificate } from '../crypto/certificate.ts';
import { phrase } from '../language/translate.ts';
import { ALPN } from '../protocol/channel.ts';
import { errnoOf, LanchatError } from '../protocol/errors.ts';

export type ListenErrorCode =
  | 'port-in-use'
  | 'port-forbidden'
  | 'address-not-here'
  | 'out-of-memory'
  | 'too-many-files'
  | 'cannot-listen';

const CODES_BY_ERRNO: Readonly<Record<string, ListenErrorCode>> = {
  EADDRINUSE: 'port-in-use',
  EACCES: 'port-forbidden',
  EPERM: 'port-forbidden',
  EADDRNOTAVAIL: 'address-not-here',
  ENOTFOUND: 'address-not-here',
  EAFNOSUPPORT: 'address-not-here',
  ENOMEM: 'out-of-memory',
  ENOBUFS: 'out-of-memory',
  EMFILE: 'too-many-files',
  ENFILE: 'too-many-files',
};

/** The relay can't listen; `cause` is the system's error. */
export class ListenError extends LanchatError {
  override readonly code: ListenErrorCode;

  constructor(code: ListenErrorCode, message: string, options: ErrorOptions) {
    super(code, message, options);
    this.code = code;
  }
}

/** TLS 1.3 with our ALPN, and no other. Emits on sockets that are handed to it; listens on no port. */
export function createTlsServer(
  accepted: (socket: TLSSocket) => void,
  refused: (socket: net.Socket) => void,
): tls.Server {
  const server = tls.createServer({
    ...createCertificate(),
    minVersion: 'TLSv1.3',
    ALPNProtocols: [ALPN],
    // Admission's deadline is earlier, and covers login as well.
    handshakeTimeout: 60_000,
  });
  // What OpenSSL makes of a stranger's bytes is of no use to an operator; that they were no TLS is.
  server.on('tlsClientError', (_error, socket) => {
    refused(socket);
    socket.destroy();
  });
  server.on('secureConnection', (socket) => {
    // A connection that breaks off: 'close' follows, and ends what runs on it.
    socket.on('error', () => {});
    if (socket.alpnProtocol === ALPN) {
      accepted(socket);
      return;
    }
    // A client that offers no ALPN at all passes OpenSSL's check.
    refused(socket);
    socket.destroy();
  });
  return server;
}

export interface ListenOptions {
  /** All addresses where undefined. */
  readonly host: string | undefined;
  /** 0 picks a free one. */
  readonly port: number;
}

/** A TCP server whose sockets are not read until somebody begins to. Rejects with ListenError. */
export function listen(
  { host, port }: ListenOptions,
  accept: (socket: net.Socket) => void,
): Promise<net.Server> {
  const server = net.createServer({ pauseOnConnect: true, noDelay: true }, accept);
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      const code = CODES_BY_ERRNO[errnoOf(cause) ?? ''] ?? 'cannot-listen';
      reject(new ListenError(code, phrase`can't listen on port ${port}`, { cause }));
    });
    server.listen({ port, ...(host === undefined ? {} : { host }) }, () => {
      server.removeAllListeners('error');
      resolve(server);
    });
  });
}
