import { beforeAll, describe, expect, it } from 'vitest';
import { relayIdentityFromSeed } from '../../src/crypto/identity.ts';
import { publicRoomId, signJoin, topicOf, verifyJoin } from '../../src/crypto/room.ts';
import { ready } from '../../src/crypto/sodium.ts';
import { filled, people } from './fixtures.ts';

beforeAll(ready);

describe('a public room', () => {
  it('has one id and topic for all who know its name', () => {
    expect(publicRoomId('lobby')).toBe(publicRoomId('lobby'));
    expect(publicRoomId('lobby')).not.toBe(publicRoomId('Lobby'));
    expect(topicOf(publicRoomId('lobby'))).not.toBe(topicOf(publicRoomId('other')));
    expect(publicRoomId('lobby')).not.toContain(topicOf(publicRoomId('lobby')));
  });
});

describe('a join', () => {
  function joined() {
    const { alice, bob } = people();
    const relay = relayIdentityFromSeed(filled(32, 8)).id;
    const place = { relay, room: publicRoomId('lobby') };
    const join = signJoin(alice, place, { seq: 7n, standing: 'joined' });
    return { alice, bob, place, join };
  }

  it('holds for its signer, relay and room', () => {
    const { alice, place, join } = joined();
    expect(verifyJoin(alice.ed25519, place, join)).toBe(true);
  });

  it('is refused for anybody or anything else', () => {
    const { alice, bob, place, join } = joined();
    const relay = relayIdentityFromSeed(filled(32, 9)).id;
    expect(verifyJoin(bob.ed25519, place, join)).toBe(false);
    expect(verifyJoin(alice.ed25519, { ...place, relay }, join)).toBe(false);
    expect(verifyJoin(alice.ed25519, { ...place, room: publicRoomId('x') }, join)).toBe(false);
    expect(verifyJoin(alice.ed25519, place, { ...join, seq: 8n })).toBe(false);
    expect(verifyJoin(alice.ed25519, place, { ...join, standing: 'left' })).toBe(false);
    expect(verifyJoin(alice.ed25519, place, { ...join, standing: 'guest' })).toBe(false);
    expect(verifyJoin(alice.ed25519, place, { ...join, signature: filled(64, 0) })).toBe(false);
  });
});
