// People as the relay's directory knows them, without connections.
import { type Card, signCard } from '../../src/crypto/signed-objects.ts';
import { PeerId } from '../../src/protocol/ids.ts';
import type { Connection } from '../../src/relay/connection.ts';
import type { Directory, Login, Person } from '../../src/relay/directory.ts';
import { TokenBucket } from '../../src/relay/rate.ts';
import { numberedIdentity } from '../support/wire-client.ts';

export const BYTES: Uint8Array = Uint8Array.of(1, 2, 3);
export const SOURCE: Uint8Array = new Uint8Array(16).fill(1);

/** Cards come verified; a shared prefix can't be made from real keys, which is the point of it. */
export function card(firstByte: number, lastByte = 0, seq = 1n): Card {
  const id = new Uint8Array(32).fill(firstByte);
  id[31] = lastByte;
  const key = new Uint8Array(32);
  return { id: PeerId.fromBytes(id), ed25519: key, x25519: key, seq, nick: `nick ${firstByte}` };
}

/** A real one, as it is read back from the disk. */
export function cardOf(number: number, seq = 1n) {
  const { id, ed25519, x25519 } = numberedIdentity(number);
  const nick = `nick ${number}`;
  const bytes = signCard(numberedIdentity(number), { seq, nick });
  return { card: { id, ed25519, x25519, seq, nick }, bytes };
}

export function enter(directory: Directory, of: Card, bytes = BYTES, source = SOURCE): Person {
  const person = directory.enter(of, bytes, source);
  if (typeof person === 'string') throw new Error(person);
  return person;
}

export function loginOf(person: Person): Login {
  const bucket = new TokenBucket({ perSecond: 1, burst: 1 }, 0);
  // The directory only carries it.
  const connection = {} as Connection;
  const origin = { source: SOURCE, sender: new Uint8Array(16) };
  const rates = { requests: bucket, sends: bucket, roomBytes: bucket };
  return { connection, person, ...origin, sinceMs: 0, hidden: false, topics: new Map(), ...rates };
}

/** Where somebody comes from. */
export const machine = (number: number) => new Uint8Array(16).fill(number);

export function comeAndGo(directory: Directory, of: Card, bytes = BYTES, source = SOURCE): void {
  const login = loginOf(enter(directory, of, bytes, source));
  directory.arrive(login);
  directory.leave(login);
}
