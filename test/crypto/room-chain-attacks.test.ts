import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { openDirect } from '../../src/crypto/direct.ts';
import { CryptoError } from '../../src/crypto/errors.ts';
import { publicRoomId, topicOf } from '../../src/crypto/room.ts';
import {
  newReceiverChain,
  newSenderChain,
  openRoomBlob,
  type ReceiverChain,
  type SenderChain,
  sealRoomBlob,
} from '../../src/crypto/room-chain.ts';
import { ready } from '../../src/crypto/sodium.ts';
import { concatBytes, equalBytes } from '../../src/protocol/bytes.ts';
import { encodeRoomHeader } from '../../src/protocol/envelope.ts';
import { ProtocolError } from '../../src/protocol/errors.ts';
import type { RoomId } from '../../src/protocol/ids.ts';
import { filled, paddedText, people, seededRandom } from './fixtures.ts';
import { sealRoomByHand } from './hand-sealed-room.ts';

let room: RoomId;

beforeAll(async () => {
  await ready();
  room = publicRoomId('lobby');
});

function aliceChain(): SenderChain {
  return newSenderChain({ room, secret: null, owner: people().alice.id, random: seededRandom(1) });
}

type Outcome = 'opened' | 'null' | 'malformed' | CryptoError['code'];

/** What becomes of a blob; unless it opened, the chain must stand where it stood. */
function outcome(chain: ReceiverChain, blob: Uint8Array): Outcome {
  const before = structuredClone(chain);
  try {
    if (openRoomBlob(chain, blob, 0) !== null) return 'opened';
    expect(chain).toEqual(before);
    return 'null';
  } catch (error) {
    expect(chain).toEqual(before);
    if (error instanceof CryptoError) return error.code;
    if (error instanceof ProtocolError) return 'malformed';
    throw error;
  }
}

function fresh(): ReceiverChain {
  return newReceiverChain(aliceChain());
}

function hello(): Uint8Array {
  return sealRoomBlob(aliceChain(), paddedText('hello all'), seededRandom(2)).blob;
}

describe('bytes changed on the way', () => {
  it('never open with a bit flipped in any byte, and the chain stays', () => {
    const blob = hello();
    expect(outcome(fresh(), blob)).toBe('opened');
    const held = fresh();
    const seen = new Set<Outcome>();
    for (let at = 0; at < blob.length; at++) {
      const flipped = blob.slice();
      flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8));
      seen.add(outcome(held, flipped));
    }
    expect([...seen].sort()).toEqual(['malformed', 'null']);
    expect(outcome(held, blob)).toBe('opened');
  });

  it('never open truncated, at any length, or with bytes after the end', () => {
    const { blob } = sealRoomBlob(aliceChain(), paddedText('x'.repeat(400)), seededRandom(2));
    const held = fresh();
    for (let length = 0; length < blob.length; length++) {
      expect(outcome(held, blob.subarray(0, length))).not.toBe('opened');
    }
    for (const extra of [1, 16, 512]) {
      expect(outcome(held, concatBytes([blob, filled(extra, 0)]))).not.toBe('opened');
    }
    expect(outcome(held, blob)).toBe('opened');
  });

  it('only ever give null or a known error, whatever they are', () => {
    const held = fresh();
    const header = encodeRoomHeader(held.topic, held.skid, 3);
    const anything = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.uint8Array({ minLength: 392, maxLength: 392 }).map((b) => concatBytes([header, b])),
    );
    fc.assert(
      fc.property(anything, (bytes) => {
        expect(['null', 'malformed']).toContain(outcome(held, bytes));
      }),
      { numRuns: 100 },
    );
  });
});

describe('garbage that claims to be ahead', () => {
  it.each([1, 255, 256, 0xffff_ffff])("doesn't move the chain, %i ahead", (index) => {
    const held = fresh();
    const garbage = hello();
    garbage.set(encodeRoomHeader(held.topic, held.skid, index));
    expect(outcome(held, garbage)).toBe('null');
    expect(outcome(held, hello())).toBe('opened');
  });
});

describe('a used key', () => {
  it('opens nothing again: neither the same blob nor another under its index', () => {
    const chain = aliceChain();
    const first = sealRoomByHand({ chain, index: 0, text: 'first' });
    const other = sealRoomByHand({ chain, index: 0, text: 'other' });
    const opened = openRoomBlob(fresh(), first, 0);
    if (opened === null) throw new Error('control');
    expect(outcome(opened.chain, first)).toBe('null');
    expect(outcome(opened.chain, other)).toBe('null');
    expect(outcome(fresh(), other)).toBe('opened');
  });

  it('is gone too when it was kept for an overtaken message', () => {
    const chain = aliceChain();
    const blob = (index: number) => sealRoomByHand({ chain, index, text: `message ${index}` });
    const ahead = openRoomBlob(fresh(), blob(2), 0);
    if (ahead === null) throw new Error('control');
    const overtaken = openRoomBlob(ahead.chain, blob(0), 0);
    if (overtaken === null) throw new Error('control');
    expect(outcome(overtaken.chain, blob(0))).toBe('null');
    expect(outcome(overtaken.chain, blob(2))).toBe('null');
    expect(outcome(overtaken.chain, blob(1))).toBe('opened');
  });
});

describe('a member who holds the chain key', () => {
  it("can't write in the owner's name", () => {
    const chain = aliceChain();
    const { signSecret } = people().mallory;
    const honest = { chain, index: 0, text: 'I owe you' };
    const held = fresh();
    expect(outcome(held, sealRoomByHand({ ...honest, signSecret }))).toBe('bad-signature');
    // And the attempt doesn't burn the key of the owner's own message.
    expect(outcome(held, sealRoomByHand(honest))).toBe('opened');
  });

  it("can't reuse the owner's signature under another index, room or label", () => {
    const chain = aliceChain();
    const honest = { chain, index: 2, text: 'yes' };
    expect(outcome(fresh(), sealRoomByHand({ ...honest, signedIndex: 1 }))).toBe('bad-signature');
    const signedRoom = publicRoomId('other');
    expect(outcome(fresh(), sealRoomByHand({ ...honest, signedRoom }))).toBe('bad-signature');
    const signLabel = 'room-join';
    expect(outcome(fresh(), sealRoomByHand({ ...honest, signLabel }))).toBe('bad-signature');
    expect(outcome(fresh(), sealRoomByHand(honest))).toBe('opened');
  });

  it("can't make one blob that commits to another key", () => {
    const chain = aliceChain();
    const honest = { chain, index: 0, text: 'two-faced' };
    expect(outcome(fresh(), sealRoomByHand({ ...honest, commit: filled(32, 7) }))).toBe('null');
    expect(outcome(fresh(), sealRoomByHand(honest))).toBe('opened');
  });
});

describe('a blob for another chain', () => {
  it('is null under another sender, another room and another kind', () => {
    const { bob, bobPrekey } = people();
    const random = seededRandom(9);
    const bobChain = newReceiverChain(
      newSenderChain({ room, secret: null, owner: bob.id, random }),
    );
    const elsewhere = newReceiverChain({ ...aliceChain(), room: publicRoomId('other') });
    expect(outcome(bobChain, hello())).toBe('null');
    expect(outcome(elsewhere, hello())).toBe('null');
    expect(openDirect(hello(), { me: bob, prekey: bobPrekey })).toBeNull();
    expect(outcome(fresh(), hello())).toBe('opened');
  });
});

describe("the owner's own blob under another room's topic", () => {
  it('is null: the relay would show it where it was not written', () => {
    const chain = aliceChain();
    const elsewhere = { ...chain, topic: topicOf(publicRoomId('other')) };
    expect(outcome(fresh(), sealRoomByHand({ chain: elsewhere, index: 0, text: 'hi' }))).toBe(
      'null',
    );
    expect(outcome(fresh(), sealRoomByHand({ chain, index: 0, text: 'hi' }))).toBe('opened');
  });
});

describe('sealing', () => {
  it('never repeats key, nonce or ciphertext for the same text', () => {
    const random = seededRandom(4);
    const first = sealRoomBlob(aliceChain(), paddedText('same'), random);
    const second = sealRoomBlob(first.chain, paddedText('same'), random);
    // Behind the header: nonce, commitment to the key, and everything sealed.
    for (let at = 38; at + 16 <= first.blob.length; at += 16) {
      const [a, b] = [first.blob, second.blob].map((blob) => blob.subarray(at, at + 16));
      expect(a !== undefined && b !== undefined && equalBytes(a, b)).toBe(false);
    }
  });
});
