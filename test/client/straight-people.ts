// What stands between two machines in tests: other addresses, a line that is cut, and people who are not who is expected.
import { once } from 'node:events';
import net, { type AddressInfo, type Socket } from 'node:net';
import tls, { type TLSSocket } from 'node:tls';
import { onTestFinished } from 'vitest';
import type { Neighbourhood } from '../../src/client/straight-addresses.ts';
import { createCertificate } from '../../src/crypto/certificate.ts';
import { FrameSplitter } from '../../src/protocol/frame-stream.ts';
import { decodeFrame, type Frame } from '../../src/protocol/frames.ts';
import { LOOPBACK } from './file-people.ts';

export interface Misled extends Neighbourhood {
  /** Ports of addresses that they were told of. */
  readonly told: number[];
}

/** Whoever is told of an address goes to another port of 127.0.0.1 instead: where `serve`, which is given the last told of, listens. */
export async function misled(
  serve: (told: () => number) => Promise<number> | number,
): Promise<Misled> {
  const told: number[] = [];
  const port = await serve(() => told.at(-1) ?? 0);
  return {
    ...{ told, offered: LOOPBACK.offered },
    toTry: (written) => {
      const addresses = LOOPBACK.toTry(written);
      for (const address of addresses) told.push(address.port);
      return addresses.slice(0, 1).map(({ host }) => ({ host, port }));
    },
  };
}

/** Ends with the test. */
export async function tcpServer(serve: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    serve(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return (server.address() as AddressInfo).port;
}

export function tcpClient(port: number): Socket {
  const socket = net.connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  onTestFinished(() => {
    socket.destroy();
  });
  return socket;
}

/** Passes the bytes on, both ways. */
export function passOn(from: Socket, to: Socket): void {
  from.pipe(to).pipe(from);
}

/** Speaks TLS as a sender's machine does. Ends with the test. */
export async function tlsServer(
  serve: (socket: TLSSocket) => void,
  alpn = 'lanchat-file/1',
): Promise<number> {
  const server = tls.createServer({ ...createCertificate(), ALPNProtocols: [alpn] }, (socket) => {
    socket.on('error', () => undefined);
    serve(socket);
  });
  server.on('tlsClientError', () => undefined);
  return tcpServer((socket) => server.emit('connection', socket));
}

/** Speaks TLS as a reader's machine does; the socket is gone with the test. */
export async function tlsClient(port: number, alpn = 'lanchat-file/1'): Promise<TLSSocket> {
  const socket = tls.connect({
    ...{ host: '127.0.0.1', port, rejectUnauthorized: false, ALPNProtocols: [alpn] },
    minVersion: 'TLSv1.3',
  });
  socket.on('error', () => undefined);
  onTestFinished(() => {
    socket.destroy();
  });
  await new Promise<void>((resolve) => {
    socket.once('secureConnect', () => resolve()).once('close', () => resolve());
  });
  return socket;
}

/** Calls back with every frame that comes. */
export function onFrames(socket: TLSSocket, take: (frame: Frame) => void): void {
  const splitter = new FrameSplitter(70 * 1024);
  socket.on('data', (chunk) => {
    for (const bytes of splitter.push(chunk)) take(decodeFrame(bytes));
  });
}

/** All that comes until the other end closes. */
export async function readToEnd(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  socket.resume();
  if (!socket.closed) await once(socket, 'close');
  return Buffer.concat(chunks);
}
