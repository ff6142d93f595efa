// The operator's requests over the relay's own local socket: one JSON line each way. Knows no network.
import type { Socket } from 'node:net';
import type { PeerId } from '../protocol/ids.ts';
import { readJsonLines, writeJsonLine } from '../storage/json-lines.ts';

/** The longest announcement, every character of it escaped, fits. */
const MAX_LINE_LENGTH = 16 * 1024;
const MIN_PREFIX_DIGITS = 8;
const FINGERPRINT_DIGITS = 64;

export interface PeerStatus {
  readonly fingerprint: PeerId;
  /** Untrusted text. */
  readonly nick: string;
  readonly address: string;
  readonly connectedMs: number;
}

export type KickOutcome =
  | { readonly outcome: 'kicked'; readonly id: PeerId }
  | { readonly outcome: 'unknown-peer' }
  | { readonly outcome: 'ambiguous'; readonly peers: readonly PeerId[] };

/** What an operator may ask of a relay. */
export interface Controlled {
  /** Who is logged in. */
  peers(): PeerStatus[];
  /** Ends the connection of the one peer whose fingerprint begins so. */
  kick(fingerprintPrefix: string): KickOutcome;
  /** Signs `text`, sends it to all who are logged in and says how many; `too-long`: over 2,000 bytes. */
  announce(text: string): number | 'too-long';
}

type ControlRequest =
  | { readonly do: 'peers' }
  | { readonly do: 'kick'; readonly fingerprint: string }
  | { readonly do: 'announce'; readonly text: string };

/** Hands over every connection of the operator's own programs; whoever listens decides who is let in. */
export type AcceptControl = (handler: (connection: Socket) => void) => void;

/**
 * Answers on all control connections until it is closed. Answers:
 * `{"peers":[…]}`, `{"kicked":"…64 hex…"}`, `{"announced":n}` (how many were told), or `{"error":"…"}` with
 * `bad-request`, `unknown-peer`, `ambiguous` (then with `"peers"`) or `too-long`. Returns what closes it.
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
    // An operator's program that went away: 'close' follows and says as much.
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    readJsonLines(socket, MAX_LINE_LENGTH, (request) => {
      writeJsonLine(socket, answer(parseRequest(request), relay));
    });
  });
  return () => {
    closed = true;
    for (const socket of sockets) socket.destroy();
  };
}

function answer(request: ControlRequest | null, relay: Controlled): object {
  if (request === null) return { error: 'bad-request' };
  switch (request.do) {
    case 'peers':
      return { peers: relay.peers() };
    case 'kick':
      return kick(request.fingerprint, relay);
    case 'announce':
      return announce(request.text, relay);
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

function announce(text: string, relay: Controlled): object {
  const announced = relay.announce(text);
  return announced === 'too-long' ? { error: announced } : { announced };
}

/** Null for anything but exactly one of the requests. */
function parseRequest(value: unknown): ControlRequest | null {
  if (typeof value !== 'object' || value === null) return null;
  const fields = new Map<string, unknown>(Object.entries(value));
  const verb = fields.get('do');
  if (verb === 'peers') return fields.size === 1 ? { do: verb } : null;
  if (fields.size !== 2) return null;
  const [fingerprint, text] = [fields.get('fingerprint'), fields.get('text')];
  if (verb === 'kick' && isFingerprintPrefix(fingerprint)) return { do: verb, fingerprint };
  if (verb === 'announce' && typeof text === 'string') return { do: verb, text };
  return null;
}

function isFingerprintPrefix(text: unknown): text is string {
  if (typeof text !== 'string') return false;
  const { length } = text;
  return length >= MIN_PREFIX_DIGITS && length <= FINGERPRINT_DIGITS && /^[0-9a-f]+$/i.test(text);
}
