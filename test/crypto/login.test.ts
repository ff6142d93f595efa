import { beforeAll, describe, expect, it } from 'vitest';
import { relayIdentityFromSeed } from '../../src/crypto/identity.ts';
import {
  signAnnouncement,
  signChallenge,
  signLogin,
  verifyAnnouncement,
  verifyChallenge,
  verifyLogin,
} from '../../src/crypto/login.ts';
import { ready } from '../../src/crypto/sodium.ts';
import { encodeChallengeFields, encodeHelloBody } from '../../src/protocol/frames.ts';
import { filled, people } from './fixtures.ts';

beforeAll(ready);

function handshake() {
  const relay = relayIdentityFromSeed(filled(32, 8));
  const otherRelay = relayIdentityFromSeed(filled(32, 7));
  const hello = { minVersion: 1, maxVersion: 2, nonce: filled(32, 0xc1) };
  const challenge = {
    version: 2,
    relayKey: relay.publicKey,
    nonce: filled(32, 0x51),
    limits: { frameBytes: 71_680, topics: 64, mailboxBlobs: 0 },
  };
  const claim = {
    exporter: filled(32, 0xe0),
    helloBody: encodeHelloBody(hello),
    challengeFields: encodeChallengeFields(challenge),
  };
  return { relay, otherRelay, hello, challenge, claim };
}

describe("the relay's answer", () => {
  it('holds on its own connection under its own key', () => {
    const { relay, otherRelay, claim } = handshake();
    const signature = signChallenge(relay, claim);
    expect(verifyChallenge({ publicKey: relay.publicKey, signature }, claim)).toBe(true);
    expect(verifyChallenge({ publicKey: otherRelay.publicKey, signature }, claim)).toBe(false);
  });

  it('is refused through another TLS connection', () => {
    const { relay, claim } = handshake();
    const signature = signChallenge(relay, claim);
    const elsewhere = { ...claim, exporter: filled(32, 0xe1) };
    expect(verifyChallenge({ publicKey: relay.publicKey, signature }, elsewhere)).toBe(false);
  });

  it('is refused when the offered or chosen version was changed on the way', () => {
    const { relay, hello, challenge, claim } = handshake();
    const narrowed = { ...claim, helloBody: encodeHelloBody({ ...hello, maxVersion: 1 }) };
    const signature = signChallenge(relay, narrowed);
    expect(verifyChallenge({ publicKey: relay.publicKey, signature }, claim)).toBe(false);
    const fields = encodeChallengeFields({ ...challenge, version: 1 });
    const lowered = { ...claim, challengeFields: fields };
    const honest = { publicKey: relay.publicKey, signature: signChallenge(relay, claim) };
    expect(verifyChallenge(honest, lowered)).toBe(false);
    expect(verifyChallenge(honest, claim)).toBe(true);
  });
});

describe('a login', () => {
  function login() {
    const { alice, bob } = people();
    const { relay, otherRelay } = handshake();
    const claim = {
      exporter: filled(32, 0xe0),
      relay: relay.id,
      clientNonce: filled(32, 0xc1),
      serverNonce: filled(32, 0x51),
      version: 1,
    };
    return { alice, bob, otherRelay, claim, signature: signLogin(alice, 'relay-auth', claim) };
  }

  it('holds for its own connection, relay and challenge', () => {
    const { alice, claim, signature } = login();
    expect(verifyLogin({ publicKey: alice.ed25519, signature }, 'relay-auth', claim)).toBe(true);
  });

  it('is refused when a relay plays it on to another, or on another connection', () => {
    const { alice, bob, otherRelay, claim, signature } = login();
    const claimed = { publicKey: alice.ed25519, signature };
    expect(verifyLogin(claimed, 'relay-auth', { ...claim, relay: otherRelay.id })).toBe(false);
    expect(verifyLogin(claimed, 'relay-auth', { ...claim, exporter: filled(32, 0xe1) })).toBe(
      false,
    );
    expect(verifyLogin(claimed, 'relay-auth', { ...claim, clientNonce: filled(32, 0) })).toBe(
      false,
    );
    expect(verifyLogin(claimed, 'relay-auth', { ...claim, serverNonce: filled(32, 0) })).toBe(
      false,
    );
    expect(verifyLogin(claimed, 'relay-auth', { ...claim, version: 2 })).toBe(false);
    expect(verifyLogin({ publicKey: bob.ed25519, signature }, 'relay-auth', claim)).toBe(false);
  });

  it("is no answer of a relay's, though both sign the same connection", () => {
    const { alice, claim, signature } = login();
    const { claim: challengeClaim } = handshake();
    const asRelay = { publicKey: alice.ed25519, signature };
    expect(verifyChallenge(asRelay, { ...challengeClaim, exporter: claim.exporter })).toBe(false);
  });
});

describe('an announcement', () => {
  it('holds for the relay that made it, word for word', () => {
    const { relay, otherRelay } = handshake();
    const announcement = { seq: 4n, text: 'Down at five – save your work' };
    const signature = signAnnouncement(relay, announcement);
    const claimed = { publicKey: relay.publicKey, signature };
    expect(verifyAnnouncement(claimed, relay.id, announcement)).toBe(true);
    expect(verifyAnnouncement(claimed, otherRelay.id, announcement)).toBe(false);
    expect(verifyAnnouncement(claimed, relay.id, { ...announcement, seq: 5n })).toBe(false);
    expect(verifyAnnouncement(claimed, relay.id, { ...announcement, text: 'Down' })).toBe(false);
    const others = { publicKey: otherRelay.publicKey, signature };
    expect(verifyAnnouncement(others, relay.id, announcement)).toBe(false);
  });
});
