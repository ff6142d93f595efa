// The operator's requests over the relay's own local socket: one JSON line each way. Knows no network.
import type { Socket } from 'node:net';
import type { KickOutcome, PeerStatus, RelayStatus } from './relay.ts';

/** Longer lines are no request of ours. */
const MAX_LINE_BYTES = 1_024;
const MIN_PREFIX_DIGITS = 8;
const FINGERPRINT_DIGITS = 64;

export interface Controlled {
  peers(): PeerStatus[];
  kick(fingerprintPrefix: string): KickOutcome;
  status(): RelayStatus;
}

type ControlRequest =
  | { readonly do: 'peers' }
  | { readonly do: 'status' }
  | { readonly do: 'kick'; readonly fingerprint: string };

/** Hands over every connection of the operator's own programs; whoever listens decides who is let in. */
export type AcceptControl = (handler: (connection: Socket) => void) => void;

/**
 * Answers on all control connections until it is closed. Answers:
 * `{"peers":[…]}`, `{"connected":n}`, `{"kicked":"…64 hex…"}`, or `{"error":"…"}` with `bad-request`,
 * `unknown-peer` or `ambiguous` (then with `"peers"`). Returns what closes it.
 */
export function serveControl(accept: AcceptControl, relay: Controlled): () => void {
  const sockets = new Set<Socket>();
  let closed = false;
  accept((socket) => {
    if (closed) {
      socket.destroy();
      return;
    }
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    readLines(socket, (line) => {
      socket.write(`${JSON.stringify(answer(line, relay))}\n`);
    });
  });
  return () => {
    closed = true;
    for (const socket of sockets) socket.destroy();
  };
}

function readLines(socket: Socket, take: (line: string) => void): void {
  let unfinished = '';
  socket.setEncoding('utf8');
  socket.on('data', (text: string) => {
    const lines = (unfinished + text).split('\n');
    unfinished = lines.pop() ?? '';
    for (const line of lines) take(line);
    if (unfinished.length > MAX_LINE_BYTES) socket.destroy();
  });
}

function answer(line: string, relay: Controlled): object {
  const request = parseRequest(line);
  if (request === null) return { error: 'bad-request' };
  switch (request.do) {
    case 'peers':
      return { peers: relay.peers() };
    case 'status':
      return relay.status();
    case 'kick':
      return kick(request.fingerprint, relay);
    default:
      return request satisfies never;
  }
}

function kick(fingerprint: string, relay: Controlled): object {
  const outcome = relay.kick(fingerprint);
  switch (outcome.outcome) {
    case 'kicked':
      return { kicked: outcome.id };
    case 'unknown-peer':
      return { error: 'unknown-peer' };
    case 'ambiguous':
      return { error: 'ambiguous', peers: outcome.peers };
    default:
      return outcome satisfies never;
  }
}

/** Null for anything but exactly one of the requests. */
function parseRequest(line: string): ControlRequest | null {
  const value = parseJson(line);
  if (line.length > MAX_LINE_BYTES || typeof value !== 'object' || value === null) return null;
  const fields = new Map<string, unknown>(Object.entries(value));
  const verb = fields.get('do');
  if (fields.size === 1 && (verb === 'peers' || verb === 'status')) return { do: verb };
  const fingerprint = fields.get('fingerprint');
  if (fields.size !== 2 || verb !== 'kick' || typeof fingerprint !== 'string') return null;
  return isFingerprintPrefix(fingerprint) ? { do: verb, fingerprint } : null;
}

function isFingerprintPrefix(text: string): boolean {
  const { length } = text;
  return length >= MIN_PREFIX_DIGITS && length <= FINGERPRINT_DIGITS && /^[0-9a-f]+$/i.test(text);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
