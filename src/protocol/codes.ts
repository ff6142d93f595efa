// The one table of END and ERROR codes. Texts for people are made in cli/ and ui/, never sent over the wire.
import { ProtocolError } from './errors.ts';

/** u16 on the wire. END closes the connection with one; ERROR answers a request with one. */
export const CODES = {
  /** Bytes that the protocol forbids. */
  malformed: 1,
  /** A length above the limit announced. */
  'too-large': 2,
  /** A frame that has no place in this state. */
  unexpected: 3,
  /** No version in common. */
  version: 4,
  /** Login not finished in time. */
  'handshake-timeout': 5,
  /** The login's signature does not hold: wrong key, another relay, or another TLS channel. */
  'login-failed': 6,
  /** The same ID logged in anew elsewhere; don't come back by yourself. */
  replaced: 7,
  /** The operator ended the connection; don't come back by yourself. */
  kicked: 8,
  'shutting-down': 9,
  /** The out-queue was full: this client reads too slowly. */
  'slow-reader': 10,
  /** Nothing received for SILENCE_TIMEOUT_MS. */
  silent: 11,
  'too-many-connections': 12,
  'not-admitted': 13,
  /** The recipient is not connected, and this was not to be stored; or the relay knows nobody of that ID. */
  'not-here': 14,
  /** A card or bundle below the one already published. */
  'stale-seq': 15,
  /** A card or bundle with a known seq and other bytes: this identity runs twice, or is stolen. */
  fork: 16,
  /** Another ID with the same first 16 bytes is here. */
  'prefix-taken': 17,
  /** FANOUT to a topic that this connection has not subscribed. */
  'not-subscribed': 18,
  'too-many-topics': 19,
  /** The recipient's mailbox or the sender's share of it is full, or another quota is used up. */
  quota: 20,
  /** A fault of the relay's own. */
  internal: 21,
  /** The relay's disk takes nothing now, or fails: nothing was stored. Trying again later may help. */
  storage: 22,
  /** The relay keeps no file of that name, or not any more. */
  'no-file': 23,
} as const;

export type Code = keyof typeof CODES;

const NAMES = new Map<number, Code>();
for (const name of Object.keys(CODES)) if (isCode(name)) NAMES.set(CODES[name], name);

function isCode(name: string): name is Code {
  return name in CODES;
}

/** Throws ProtocolError for a number that is not in the table. */
export function codeFromNumber(number: number): Code {
  const name = NAMES.get(number);
  if (name === undefined) throw new ProtocolError(`code ${number}`);
  return name;
}
