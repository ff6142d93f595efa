// What the relay remembers of people: prefixes, sequence numbers, and how it forgets.
import { describe, expect, it } from 'vitest';
import type { Card } from '../../src/crypto/signed-objects.ts';
import { PeerId } from '../../src/protocol/ids.ts';
import type { Connection } from '../../src/relay/connection.ts';
import { Directory, type Login, type Person } from '../../src/relay/directory.ts';
import { TokenBucket } from '../../src/relay/rate.ts';

const LIMITS = { absentPeople: 2, absentPeopleAgeMs: 1_000 };
const BYTES = Uint8Array.of(1, 2, 3);

/** Cards come verified; a shared prefix can't be made from real keys, which is the point of it. */
function card(firstByte: number, lastByte = 0, seq = 1n): Card {
  const id = new Uint8Array(32).fill(firstByte);
  id[31] = lastByte;
  const key = new Uint8Array(32);
  return { id: PeerId.fromBytes(id), ed25519: key, x25519: key, seq, nick: `nick ${firstByte}` };
}

function enter(directory: Directory, of: Card): Person {
  const person = directory.enter(of, BYTES);
  if (typeof person === 'string') throw new Error(person);
  return person;
}

function loginOf(person: Person): Login {
  const bucket = new TokenBucket({ perSecond: 1, burst: 1 }, 0);
  // The directory only carries it.
  const connection = {} as Connection;
  return { connection, person, sinceMs: 0, topics: new Set(), requests: bucket, sends: bucket };
}

function comeAndGo(directory: Directory, of: Card, nowMs: number): void {
  const login = loginOf(enter(directory, of));
  directory.arrive(login);
  directory.leave(login, nowMs);
}

describe('directory', () => {
  it('refuses a second ID with the same first 16 bytes, while there and after', () => {
    const directory = new Directory(LIMITS);
    const login = loginOf(enter(directory, card(7, 1)));
    directory.arrive(login);
    expect(directory.enter(card(7, 2), BYTES)).toBe('prefix-taken');
    directory.leave(login, 0);
    expect(directory.enter(card(7, 2), BYTES)).toBe('prefix-taken');
    expect(directory.enter(card(7, 1), BYTES)).toBe(login.person);
  });

  it('keeps those who left up to its bounds of number and age, the longest absent forgotten first', () => {
    const directory = new Directory(LIMITS);
    for (const [first, leftAtMs] of [
      [1, 0],
      [2, 10],
      [3, 20],
    ] as const) {
      comeAndGo(directory, card(first), leftAtMs);
    }
    const known = () => [1, 2, 3].filter((first) => directory.get(card(first).id) !== undefined);
    expect(known()).toEqual([2, 3]);
    directory.forgetAbsent(1_015);
    expect(known()).toEqual([3]);
    expect(directory.enter(card(1, 9), BYTES)).toMatchObject({ login: null });
  });

  it('never forgets somebody who is connected, and counts absence anew after each visit', () => {
    const directory = new Directory(LIMITS);
    comeAndGo(directory, card(1), 0);
    directory.arrive(loginOf(enter(directory, card(1))));
    for (const first of [2, 3, 4]) comeAndGo(directory, card(first), 5_000);
    directory.forgetAbsent(100_000);
    expect(directory.get(card(1).id)).toBeDefined();
    expect(directory.get(card(4).id)).toBeUndefined();
  });

  it('does not take an older connection that ends late for the newer one', () => {
    const directory = new Directory(LIMITS);
    const person = enter(directory, card(1));
    const [older, newer] = [loginOf(person), loginOf(person)];
    directory.arrive(older);
    directory.arrive(newer);
    expect(directory.leave(older, 0)).toBe(false);
    expect(person.login).toBe(newer);
  });
});
