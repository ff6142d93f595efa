// Attacks on private messages, through the core: each beside a control that differs only in the attack.
import { beforeAll, describe, expect, it } from 'vitest';
import { peerOf } from '../../../src/core/new-state.ts';
import { sealDirect } from '../../../src/crypto/direct.ts';
import { conversationOf } from '../../../src/crypto/identity.ts';
import { Prekey } from '../../../src/crypto/prekey.ts';
import { signTurn } from '../../../src/crypto/signed-objects.ts';
import { ready, sodium } from '../../../src/crypto/sodium.ts';
import { sign } from '../../../src/crypto/transcript.ts';
import { encodeBundleFields } from '../../../src/protocol/bundle.ts';
import { concatBytes } from '../../../src/protocol/bytes.ts';
import { encodeCbor } from '../../../src/protocol/cbor.ts';
import { idBytes, StreamId } from '../../../src/protocol/ids.ts';
import { pad } from '../../../src/protocol/padding.ts';
import { encodeDirectPayload, RECORD_TYPES } from '../../../src/protocol/record.ts';
import { honestDh, sealByHand } from '../../crypto/hand-sealed.ts';
import { FakeNet, type FakePerson, watch } from '../../support/fake-net.ts';
import {
  deliver,
  flipped,
  malloryKeys,
  note,
  random,
  record,
  sealed,
  sealedPayload,
} from './forging.ts';

beforeAll(ready);

/** The relay holds one honest message of anna to ben back, so that it can be changed before it arrives. */
function intercepted() {
  const net = new FakeNet();
  const { anna, ben, cara } = net.trio();
  const blobs: Uint8Array[] = [];
  net.tampers.push(({ frame, person }) => {
    if (frame.type !== 'deliver' || person !== ben) return undefined;
    blobs.push(frame.blob);
    return [];
  });
  net.send(anna, ben, 'the harbour at nine');
  net.run(200);
  const [blob] = blobs;
  if (blob === undefined) throw new Error('nothing was sent');
  net.tampers.length = 0;
  return { net, anna, ben, cara, blob };
}

/** Nothing shown, nothing said, nobody known, nothing acknowledged. */
function expectNothing(person: FakePerson): void {
  expect(person.shown).toEqual([]);
  expect(person.errors).toEqual([]);
}

describe('bytes changed on the way', () => {
  it('[A01 bit flip] shows nothing, and the honest bytes still open', () => {
    const { net, ben, blob } = intercepted();
    for (let at = 0; at < blob.length; at += 7) net.inject(ben, deliver(flipped(blob, at, at % 8)));
    expectNothing(ben);
    net.inject(ben, deliver(blob));
    expect(ben.shown).toEqual(['anna: the harbour at nine']);
  });

  it('[A02 truncation] shows nothing, and the honest bytes still open', () => {
    const { net, ben, blob } = intercepted();
    for (let length = 0; length < blob.length; length += 97) {
      net.inject(ben, deliver(blob.subarray(0, length)));
    }
    expectNothing(ben);
    net.inject(ben, deliver(blob));
    expect(ben.shown).toEqual(['anna: the harbour at nine']);
  });

  it('[A03 trailing bytes] shows nothing, also up to the next bucket', () => {
    const { net, ben, blob } = intercepted();
    for (const extra of [1, 16, 256]) {
      net.inject(ben, deliver(concatBytes([blob, new Uint8Array(extra)])));
    }
    expectNothing(ben);
    net.inject(ben, deliver(blob));
    expect(ben.shown).toHaveLength(1);
  });
});

describe('somebody else’s message', () => {
  it('[A05 wrong recipient] opens for nobody else', () => {
    const { net, ben, cara, blob } = intercepted();
    net.inject(cara, deliver(blob));
    const renamed = blob.slice();
    renamed.set(idBytes(cara.id).subarray(0, 16), 2);
    net.inject(cara, deliver(renamed));
    expectNothing(cara);
    net.inject(ben, deliver(blob));
    expect(ben.shown).toHaveLength(1);
  });

  it('[A06 forwarding] by its recipient to a third is not its author’s', () => {
    const { net, anna, ben, cara } = intercepted();
    const written = record(anna.profile.me, ben, { text: 'meet me' });
    // Ben seals what anna wrote to him for cara, as himself: the record names anna and ben.
    net.inject(cara, sealed(ben.profile.me, cara, written));
    // And in anna's name, with the one DH he has.
    const prekey = cara.core.prekeys[0]?.prekey.publicKey ?? new Uint8Array();
    const forged = sealByHand({
      ...{ recipient: cara.id, recipientPrekey: prekey, random },
      padded: pad(encodeDirectPayload(record(anna.profile.me, cara), note())),
      claimed: anna.profile.me,
      dh: honestDh(ben.profile.me, prekey),
    });
    net.inject(cara, deliver(forged));
    expectNothing(cara);
    const own = sealed(ben.profile.me, cara, record(ben.profile.me, cara, { text: 'meet me' }));
    net.inject(cara, own);
    expect(cara.shown).toEqual(['ben: meet me']);
  });

  it('[A08 key splice] is another person’s: a foreign X25519 key makes another ID', () => {
    const { net, anna, ben } = intercepted();
    const mallory = malloryKeys();
    const prekey = ben.core.prekeys[0]?.prekey.publicKey ?? new Uint8Array();
    const spliced = { ...anna.profile.me, x25519: mallory.x25519, dhSecret: mallory.dhSecret };
    const seal = (sender: typeof spliced) => {
      const padded = pad(encodeDirectPayload(record(anna.profile.me, ben), note()));
      return deliver(
        sealDirect({ sender, recipient: ben.id, recipientPrekey: prekey, padded, random }),
      );
    };
    net.inject(ben, seal(spliced));
    expectNothing(ben);
    net.inject(ben, seal(anna.profile.me));
    expect(ben.shown).toEqual(['anna: hello']);
  });

  it('[A09 low-order keys] is refused under a sender key that makes every secret known', () => {
    const { net, anna, ben } = intercepted();
    const prekey = ben.core.prekeys[0]?.prekey.publicKey ?? new Uint8Array();
    const padded = pad(encodeDirectPayload(record(anna.profile.me, ben), note()));
    const seal = (x25519: Uint8Array, dh: Uint8Array) =>
      sealByHand({
        ...{ recipient: ben.id, recipientPrekey: prekey, padded, random, dh },
        claimed: { ...anna.profile.me, x25519 },
      });
    net.inject(ben, deliver(seal(new Uint8Array(32), new Uint8Array(32))));
    expectNothing(ben);
    net.inject(ben, deliver(seal(anna.profile.me.x25519, honestDh(anna.profile.me, prekey))));
    expect(ben.shown).toEqual(['anna: hello']);
  });

  it('[A09 low-order keys] of a bundle are never sealed to', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    let poison = true;
    net.tampers.push(({ frame, person }) => {
      if (!poison || frame.type !== 'found' || frame.kind !== 'bundle' || person !== anna)
        return undefined;
      // Ben himself is the attacker: he signs a bundle whose x_auth anybody can compute with.
      const publicKey = (ben.core.prekeys[0]?.prekey.publicKey ?? new Uint8Array()).slice();
      publicKey.fill(0, 32, 64);
      const prekeys = [{ class: 'live' as const, publicKey }];
      const { bundleSeq: seq, boot, me } = ben.core;
      const fields = encodeBundleFields({ id: me.id, seq, boot, prekeys });
      const object = concatBytes([fields, sign(me.signSecret, 'bundle', fields)]);
      return [{ frame: { ...frame, objects: [object] } }];
    });
    const id = net.send(anna, ben, 'hello');
    net.run(20_000);
    expect(net.sent('send')).toBe(0);
    expect(anna.lastState(id)).toBe('pending');
    poison = false;
    net.run(20_000);
    expect(anna.lastState(id)).toBe('delivered');
  });
});

describe('a replay', () => {
  it('[A07 replay] before the prekey is destroyed is a repeat', () => {
    const { net, ben, blob } = intercepted();
    for (let times = 0; times < 5; times++) net.inject(ben, deliver(blob));
    net.run(60_000);
    for (let times = 0; times < 5; times++) net.inject(ben, deliver(blob));
    expect(ben.shown).toEqual(['anna: the harbour at nine']);
    expect(ben.errors).toEqual([]);
  });

  it('[A07 replay] after the prekey was destroyed opens nothing, in this run or the next', () => {
    const { net, ben, blob } = intercepted();
    net.inject(ben, deliver(blob));
    net.run(71 * 60_000);
    net.inject(ben, deliver(blob));
    expect(ben.shown).toHaveLength(1);
    net.restart(ben);
    net.connect(ben);
    net.run(1_000);
    net.inject(ben, deliver(blob));
    expect(ben.shown).toHaveLength(1);
  });

  it('[A07 replay] of a note changes no state: what it signs counts only upwards', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    const { me } = ben.profile;
    const { publicKey } = new Prekey(random(32));
    const stream = StreamId.fromBytes(random(8));
    const say = (k: number, above: bigint) => {
      const place = { boot: ben.core.boot, k, bundleSeq: ben.core.bundleSeq + above };
      const turn = signTurn(me, place, { n: 1n, stream, next: 1, publicKey });
      net.inject(anna, sealed(me, anna, new Uint8Array(), note({ ...place, turn })));
    };
    const proven = () => (anna.core.peers.get(ben.id)?.provenBundleSeq ?? 0n) - ben.core.bundleSeq;
    say(9, 5n);
    expect(proven()).toBe(5n);
    say(8, 99n);
    expect(proven()).toBe(5n);
    say(10, 99n);
    expect(proven()).toBe(99n);
  });
});

describe('nonce reuse', () => {
  it('[A11 nonce reuse] does not happen: the same record sealed again shares no block', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    const sends = watch(net, 'send');
    net.tampers.push(({ frame, person }) =>
      frame.type === 'deliver' && person === ben ? [] : undefined,
    );
    net.send(anna, ben, 'x'.repeat(1_000));
    net.run(90_000);
    expect(sends.length).toBeGreaterThanOrEqual(3);
    const blocks = sends.flatMap(({ frame }) => {
      const found = new Set<string>();
      for (let at = 34; at + 32 <= frame.blob.length; at += 32) {
        found.add(sodium().to_hex(frame.blob.slice(at, at + 32)));
      }
      return [...found];
    });
    expect(new Set(blocks).size).toBe(blocks.length);
  });
});

describe('records out of place', () => {
  it.each([
    ['a room text', RECORD_TYPES.roomText],
    ['type 0', 0],
    ['a type above the rooms', 0x80],
  ])('[A39 type confusion] shows no %s that came privately', (_, type) => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    const { me } = anna.profile;
    net.inject(ben, sealed(me, ben, record(me, ben, { type })));
    net.run(1_000);
    expect(ben.shown).toEqual([]);
    net.inject(ben, sealed(me, ben, record(me, ben, { type: RECORD_TYPES.text })));
    expect(ben.shown).toEqual(['anna: hello']);
  });

  it('[A39 type confusion] takes content that is no strict CBOR for nothing, and goes on', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    const { me } = anna.profile;
    const contents = [
      new Uint8Array(),
      encodeCbor('bare text'),
      encodeCbor({ text: 7 }),
      concatBytes([encodeCbor({ text: 'a' }), Uint8Array.of(0)]),
      Uint8Array.of(0xbf, 0xff),
    ];
    contents.forEach((content, index) => {
      net.inject(ben, sealed(me, ben, record(me, ben, { seq: index + 1, content })));
    });
    expect(ben.shown).toEqual([]);
    net.inject(ben, sealed(me, ben, record(me, ben, { seq: contents.length + 1, text: 'fine' })));
    expect(ben.shown).toEqual(['anna: fine']);
  });

  it('[A39 type confusion] takes a conversation of two others for nobody’s', () => {
    const net = new FakeNet();
    const { anna, ben, cara } = net.trio();
    const { me } = anna.profile;
    const conversation = conversationOf(anna.id, cara.id);
    net.inject(ben, sealed(me, ben, record(me, ben, { conversation })));
    expect(ben.shown).toEqual([]);
    net.inject(ben, sealed(me, ben, record(me, ben)));
    expect(ben.shown).toHaveLength(1);
  });

  it('[A40 same number] other bytes under one number are an alarm, and both are shown', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    const { me } = anna.profile;
    const first = record(me, ben, { text: 'yes' });
    net.inject(ben, sealed(me, ben, first));
    net.inject(ben, sealed(me, ben, first));
    expect(ben.errors).toEqual([]);
    net.inject(ben, sealed(me, ben, record(me, ben, { text: 'no' })));
    expect(ben.shown).toEqual(['anna: yes', 'anna: no']);
    expect(ben.errors).toEqual(['forged']);
  });

  it('[A03 trailing bytes] after the note are refused', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    const { me } = anna.profile;
    const payload = encodeDirectPayload(record(me, ben), note());
    net.inject(ben, sealedPayload(me, ben, concatBytes([payload, Uint8Array.of(1)])));
    expect(ben.shown).toEqual([]);
    net.inject(ben, sealedPayload(me, ben, payload));
    expect(ben.shown).toEqual(['anna: hello']);
  });
});

describe('a forged acknowledgement', () => {
  it('[A41 ack forging] of a third moves nobody’s message', () => {
    const net = new FakeNet();
    const { anna, ben, cara } = net.trio();
    net.tampers.push(({ frame, person }) =>
      frame.type === 'deliver' && person === ben ? [] : undefined,
    );
    const id = net.send(anna, ben, 'for ben');
    net.run(500);
    const { stream } = peerOf(anna.core, ben.id);
    const have = [{ stream, upTo: 1, ranges: [] }];
    const empty = new Uint8Array();
    net.inject(anna, sealed(cara.profile.me, anna, empty, note({ have })));
    expect(anna.lastState(id)).toBe('relayed');
    net.inject(anna, sealed(ben.profile.me, anna, empty, note({ have })));
    expect(anna.lastState(id)).toBe('delivered');
  });

  it('[A41 ack forging] ahead of time delivers nothing that was never sealed', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    net.cut(ben);
    net.run(200);
    const id = net.send(anna, ben, 'later');
    const { stream } = peerOf(anna.core, ben.id);
    const have = [{ stream, upTo: 1_000, ranges: [] }];
    net.inject(anna, sealed(ben.profile.me, anna, new Uint8Array(), note({ have })));
    expect(anna.lastState(id)).toBe('pending');
    net.connect(ben);
    net.run(2_000);
    expect(ben.shown).toEqual(['anna: later']);
    expect(anna.lastState(id)).toBe('delivered');
  });
});

describe('what a sender can make us keep', () => {
  it('[A31 index skip] numbers far ahead are bounded, and cost no time', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    const { me } = anna.profile;
    for (let n = 1; n <= 300; n++) {
      net.inject(ben, sealed(me, ben, record(me, ben, { seq: n * 1_000_000_000 })));
    }
    net.run(60_000);
    const [sequence] = ben.core.peers.get(anna.id)?.incoming.streams.values() ?? [];
    expect(sequence?.held.size).toBe(0);
    expect(sequence?.skipped.length).toBeLessThanOrEqual(1_024);
    expect(sequence?.digests.size).toBeLessThanOrEqual(512);
    expect(ben.shown).toHaveLength(300);
    // Control: an honest stream beside it.
    net.send(anna, ben, 'still there');
    net.run(1_000);
    expect(ben.shown.at(-1)).toBe('anna: still there');
  });
});
