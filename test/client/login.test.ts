import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { answerChallenge, helloFrame } from '../../src/client/login.ts';
import { TransportError } from '../../src/client/transport-error.ts';
import { identityFromSeed } from '../../src/crypto/identity.ts';
import { signChallenge, verifyLogin } from '../../src/crypto/login.ts';
import { ready } from '../../src/crypto/sodium.ts';
import { hexFromBytes } from '../../src/protocol/bytes.ts';
import {
  encodeChallengeFields,
  encodeFrame,
  encodeHelloBody,
  type Frame,
  type FrameOf,
} from '../../src/protocol/frames.ts';
import { challengeFor, relayWithKey } from './scripted-relay.ts';

const EXPORTER = new Uint8Array(32).fill(3);
const NONCE = new Uint8Array(32).fill(4);
const CARD = new Uint8Array([1, 2, 3]);

beforeAll(() => ready());

function answer(frame: Frame, changes: { accepts?: boolean; exporter?: Uint8Array } = {}) {
  const me = identityFromSeed(new Uint8Array(32).fill(1));
  let cardsShown = 0;
  const card = () => {
    cardsShown += 1;
    return CARD;
  };
  const { accepts = true, exporter = EXPORTER } = changes;
  const run = () =>
    answerChallenge(frame, { me, card, exporter, nonce: NONCE, accepts: () => accepts });
  return { me, run, cardsShown: () => cardsShown };
}

const good = (): FrameOf<'challenge'> => challengeFor(helloFrame(NONCE), relayWithKey(9), EXPORTER);

describe('the login', () => {
  it('begins with version 1 and a nonce, bytes for bytes', () => {
    expect(hexFromBytes(encodeFrame(helloFrame(NONCE)))).toBe(
      `00000028${'01'}${'00000001'}${'01'}${'01'}${'04'.repeat(32)}${'00'}`,
    );
    expect(() => helloFrame(new Uint8Array(31))).toThrow(RangeError);
  });

  it('answers an accepted relay with the card and a signature over this channel', () => {
    const { me, run } = answer(good());
    const { auth, relay } = run();
    expect(relay.id).toBe(relayWithKey(9).id);
    expect(auth).toMatchObject({ type: 'auth', req: 2, card: CARD });
    const claim = {
      ...{ exporter: EXPORTER, relay: relay.id, clientNonce: NONCE, version: 1 },
      serverNonce: good().nonce,
    };
    const claimed = { publicKey: me.ed25519, signature: auth.signature };
    expect(verifyLogin(claimed, 'relay-auth', claim)).toBe(true);
    expect(verifyLogin(claimed, 'relay-auth', { ...claim, exporter: NONCE })).toBe(false);
  });

  it.each<[string, () => Frame, { accepts?: boolean; exporter?: Uint8Array }, string]>([
    ['a key that is not accepted', good, { accepts: false }, 'relay-key-changed'],
    ['another channel', good, { exporter: NONCE }, 'login-failed'],
    ['another version', () => ({ ...good(), version: 2 }), {}, 'version'],
    [
      'END',
      () => ({ type: 'end', req: 0, code: 'too-many-connections' }),
      {},
      'too-many-connections',
    ],
    ['ERROR', () => ({ type: 'error', req: 1, code: 'quota' }), {}, 'quota'],
    ['a frame out of place', () => ({ type: 'ping', req: 0 }), {}, 'unexpected'],
  ])('shows no card to %s', (_what, frame, changes, code) => {
    const { run, cardsShown } = answer(frame(), changes);
    expect(run).toThrow(expect.objectContaining({ code }));
    expect(run).toThrow(TransportError);
    expect(cardsShown()).toBe(0);
  });

  it('refuses a challenge that was changed in any byte', () => {
    const challenge = good();
    const bytes = encodeChallengeFields(challenge);
    const signed = Buffer.concat([bytes, challenge.signature]);
    fc.assert(
      fc.property(fc.nat(signed.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const key = challenge.relayKey.slice();
        const nonce = challenge.nonce.slice();
        const signature = challenge.signature.slice();
        // After version and slot: key, nonce, limits, signature.
        if (at >= 2 && at < 34) key[at - 2] = (key[at - 2] ?? 0) ^ flip;
        else if (at >= 34 && at < 66) nonce[at - 34] = (nonce[at - 34] ?? 0) ^ flip;
        else signature[at % 64] = (signature[at % 64] ?? 0) ^ flip;
        const changed = { ...challenge, relayKey: key, nonce, signature };
        expect(answer(changed).run).toThrow(expect.objectContaining({ code: 'login-failed' }));
      }),
      { numRuns: 60 },
    );
    expect(() => answer(challenge).run()).not.toThrow();
  });

  it('refuses a challenge that answers a HELLO with another range of versions', () => {
    const relay = relayWithKey(9);
    const { signature: _signature, ...fields } = good();
    const helloBody = encodeHelloBody({ ...helloFrame(NONCE), maxVersion: 2 });
    const challengeFields = encodeChallengeFields(fields);
    const signature = signChallenge(relay, { exporter: EXPORTER, helloBody, challengeFields });
    const { run } = answer({ ...fields, signature });
    expect(run).toThrow(expect.objectContaining({ code: 'login-failed' }));
  });
});
