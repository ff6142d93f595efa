import { beforeAll, describe, expect, it } from 'vitest';
import { publicRoomId } from '../../src/crypto/room.ts';
import {
  dropExpiredKeys,
  isSkidOf,
  newReceiverChain,
  newSenderChain,
  openRoomBlob,
  type ReceiverChain,
  type SenderChain,
  sealRoomBlob,
} from '../../src/crypto/room-chain.ts';
import { ready } from '../../src/crypto/sodium.ts';
import { ROOM_OVERHEAD_BYTES } from '../../src/protocol/envelope.ts';
import { idBytes, type RoomId, SenderKeyId } from '../../src/protocol/ids.ts';
import { CHAIN_MESSAGES, SKIPPED_KEY_LIFETIME_MS } from '../../src/protocol/limits.ts';
import { unpad } from '../../src/protocol/padding.ts';
import { filled, paddedText, people, seededRandom } from './fixtures.ts';
import { sealRoomByHand } from './hand-sealed-room.ts';

let room: RoomId;

beforeAll(async () => {
  await ready();
  room = publicRoomId('lobby');
});

function aliceChain(seed = 1): SenderChain {
  return newSenderChain({
    room,
    secret: null,
    owner: people().alice.id,
    random: seededRandom(seed),
  });
}

/** Seals `texts` in order; the blobs and the chain after them. */
function say(
  chain: SenderChain,
  texts: readonly string[],
): { chain: SenderChain; blobs: Uint8Array[] } {
  const random = seededRandom(77);
  const blobs: Uint8Array[] = [];
  let at = chain;
  for (const text of texts) {
    const sealed = sealRoomBlob(at, paddedText(text), random);
    blobs.push(sealed.blob);
    at = sealed.chain;
  }
  return { chain: at, blobs };
}

function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `message ${index}`);
}

/** A reader that keeps its chain; gives the text or null. */
function reader(from: ReceiverChain) {
  let chain = from;
  return {
    read(blob: Uint8Array | undefined, nowMs = 0): string | null {
      if (blob === undefined) throw new Error('no such blob');
      const opened = openRoomBlob(chain, blob, nowMs);
      if (opened === null) return null;
      chain = opened.chain;
      return new TextDecoder().decode(unpad(opened.padded));
    },
    get chain() {
      return chain;
    },
    expire(nowMs: number) {
      chain = dropExpiredKeys(chain, nowMs);
    },
  };
}

describe('a sender chain', () => {
  it('is read in order by whoever holds it', () => {
    const chain = aliceChain();
    const bob = reader(newReceiverChain(chain));
    const carol = reader(newReceiverChain(chain));
    const { blobs } = say(chain, numbered(4));
    expect(blobs.map((blob) => bob.read(blob))).toEqual(numbered(4));
    expect(blobs.map((blob) => carol.read(blob))).toEqual(numbered(4));
  });

  it('adds 174 bytes to the padded content', () => {
    const { blobs } = say(aliceChain(), ['hello']);
    expect(blobs[0]?.length).toBe(256 + ROOM_OVERHEAD_BYTES);
    expect(ROOM_OVERHEAD_BYTES).toBe(174);
  });

  it('is read out of order, each message once', () => {
    const chain = aliceChain();
    const bob = reader(newReceiverChain(chain));
    const { blobs } = say(chain, numbered(5));
    expect([3, 0, 4, 2, 1].map((index) => bob.read(blobs[index]))).toEqual(
      [3, 0, 4, 2, 1].map((index) => `message ${index}`),
    );
    expect(bob.chain.skipped.size).toBe(0);
    expect(blobs.map((blob) => bob.read(blob))).toEqual([null, null, null, null, null]);
  });

  it('gives a newcomer nothing from before the index it was handed over at', () => {
    const { chain: handed, blobs: earlier } = say(aliceChain(), numbered(3));
    const newcomer = reader(newReceiverChain(handed));
    const { blobs: later } = say(handed, ['for all of us']);
    expect(earlier.map((blob) => newcomer.read(blob))).toEqual([null, null, null]);
    expect(newcomer.read(later[0])).toBe('for all of us');
  });

  it('ends after 256 messages', () => {
    const { chain, blobs } = say(aliceChain(), numbered(CHAIN_MESSAGES));
    expect(blobs).toHaveLength(256);
    expect(() => sealRoomBlob(chain, paddedText('one more'), seededRandom(1))).toThrow(RangeError);
  });

  it('wipes each key once the next message has moved it on', () => {
    const chain = aliceChain();
    const held = newReceiverChain(chain);
    const { blobs } = say(chain, ['hello']);
    expect(chain.chainKey).toEqual(filled(32, 0));
    const bob = reader(held);
    expect(held.chainKey).not.toEqual(filled(32, 0));
    bob.read(blobs[0]);
    expect(held.chainKey).toEqual(filled(32, 0));
  });

  it('refuses to seal or open with a chain that was moved on: its key is zeros by then', () => {
    const chain = aliceChain();
    const held = newReceiverChain(chain);
    const { blobs } = say(chain, numbered(2));
    expect(() => say(chain, ['again'])).toThrow(RangeError);
    const [first, second] = blobs;
    if (first === undefined || second === undefined) throw new Error('two blobs');
    expect(openRoomBlob(held, first, 0)).not.toBeNull();
    expect(() => openRoomBlob(held, second, 0)).toThrow(RangeError);
  });

  it('leaves a handed-over copy alone when the sender moves on', () => {
    const chain = aliceChain();
    const copy = chain.chainKey.slice();
    const held = newReceiverChain(chain);
    say(chain, ['hello']);
    expect(held.chainKey).toEqual(copy);
  });
});

describe('skipped keys', () => {
  it('reach 255 messages ahead and no further', () => {
    const chain = aliceChain();
    const { blobs } = say(chain, numbered(CHAIN_MESSAGES));
    const atEdge = reader(newReceiverChain(aliceChain()));
    expect(atEdge.read(blobs[255])).toBe('message 255');
    expect(atEdge.chain.skipped.size).toBe(255);
    expect(atEdge.read(blobs[0])).toBe('message 0');
  });

  it('are refused 256 ahead, and the chain stands where it stood', () => {
    const chain = aliceChain();
    const bob = reader(newReceiverChain(chain));
    const before = bob.chain;
    expect(bob.read(sealRoomByHand({ chain, index: 256, text: 'too far' }))).toBeNull();
    expect(bob.chain).toBe(before);
    expect(bob.read(sealRoomByHand({ chain, index: 255, text: 'just near' }))).toBe('just near');
  });

  it('stay at 256 however far a sender runs: the oldest go first', () => {
    const chain = aliceChain();
    const bob = reader(newReceiverChain(chain));
    const blob = (index: number) => sealRoomByHand({ chain, index, text: `message ${index}` });
    expect(bob.read(blob(200))).toBe('message 200');
    const oldest = bob.chain.skipped.get(0)?.messageKey;
    expect(bob.read(blob(399))).toBe('message 399');
    expect(bob.chain.skipped.size).toBe(256);
    expect(oldest).toEqual(filled(32, 0));
    expect(bob.read(blob(141))).toBeNull();
    expect(bob.read(blob(142))).toBe('message 142');
    expect(bob.read(blob(398))).toBe('message 398');
  });

  it('are gone and wiped after seven days', () => {
    const chain = aliceChain();
    const bob = reader(newReceiverChain(chain));
    const { blobs } = say(chain, numbered(4));
    bob.read(blobs[2], 1_000);
    const kept = [...bob.chain.skipped.values()].map((key) => key.messageKey);
    bob.expire(1_000 + SKIPPED_KEY_LIFETIME_MS - 1);
    expect(bob.read(blobs[0], 1_000 + SKIPPED_KEY_LIFETIME_MS - 1)).toBe('message 0');
    bob.expire(1_000 + SKIPPED_KEY_LIFETIME_MS);
    expect(bob.read(blobs[1], 1_000 + SKIPPED_KEY_LIFETIME_MS)).toBeNull();
    expect(kept).toEqual([filled(32, 0), filled(32, 0)]);
    expect(bob.read(blobs[3], 1_000 + SKIPPED_KEY_LIFETIME_MS)).toBe('message 3');
  });

  it('of other messages survive the use of one', () => {
    const chain = aliceChain();
    const bob = reader(newReceiverChain(chain));
    const { blobs } = say(chain, numbered(4));
    bob.read(blobs[3]);
    const key = bob.chain.skipped.get(1)?.messageKey;
    expect(bob.read(blobs[1])).toBe('message 1');
    expect(key).toEqual(filled(32, 0));
    expect(bob.read(blobs[0])).toBe('message 0');
    expect(bob.read(blobs[2])).toBe('message 2');
  });
});

describe('a sender key id', () => {
  it('tells members whose chain it is', () => {
    const { alice, bob } = people();
    const { skid } = aliceChain();
    expect(isSkidOf(skid, idBytes(room), alice.id)).toBe(true);
    expect(isSkidOf(skid, idBytes(room), bob.id)).toBe(false);
    expect(isSkidOf(skid, idBytes(publicRoomId('other')), alice.id)).toBe(false);
    expect(isSkidOf(SenderKeyId.fromBytes(filled(16, 0)), idBytes(room), alice.id)).toBe(false);
  });

  it('differs for each chain of one person', () => {
    expect(aliceChain(1).skid).not.toBe(aliceChain(3).skid);
  });
});
