import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  destinationOf,
  keyOf,
  keyOfMessage,
  liveLine,
  storedLine,
} from '../../src/ui/message-line.ts';
import { peerId } from '../support/fake-session.ts';
import { stored } from '../support/kept-history.ts';
import { testScreen } from '../support/screen-store.ts';

const me = { nick: 'me', fingerprint: peerId('e'), trust: 'verified' } as const;
const FORBIDDEN = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

describe('a message as a line', () => {
  it('belongs to its room, or to the other person, whoever wrote it', () => {
    expect(keyOfMessage(stored(1))).toBe('#lobby');
    const private_ = { room: null, peer: peerId('b') };
    expect(keyOfMessage(stored(1, { ...private_, from: me }))).toBe(peerId('b'));
    for (const key of ['#lobby', peerId('b')]) expect(keyOf(destinationOf(key))).toBe(key);
  });

  it('has the state that history read, unless a later one has been heard since', () => {
    const { store } = testScreen();
    const sent = stored(1, { from: me, state: 'pending', reason: 'not-here' });
    expect(storedLine(store, sent).body).toMatchObject({ state: 'pending', reason: 'not-here' });
    store.setReceipt({ type: 'receipt', id: sent.id, state: 'delivered', reason: null });
    expect(storedLine(store, sent).body).toMatchObject({ state: 'delivered', reason: null });
    store.setReceipt({ type: 'receipt', id: stored(2).id, state: 'relayed', reason: null });
    const failed = stored(2, { from: me, state: 'failed', reason: 'expired' });
    expect(storedLine(store, failed).body).toMatchObject({ state: 'failed', reason: 'expired' });
  });

  it('makes nobody seem to be here who only wrote once', () => {
    const { store } = testScreen();
    storedLine(store, stored(1));
    expect(store.state.people.get(peerId('a'))?.online).toBe(false);
  });

  it('stands in its place in time even where the time can not be read', () => {
    const { store, clock } = testScreen();
    expect(liveLine(store, stored(1, { time: 'nonsense' })).timeMs).toBe(clock.nowMs);
    expect(storedLine(store, stored(1, { time: 'nonsense' })).timeMs).toBe(0);
    expect(liveLine(store, stored(1, { sentTime: 'nonsense' })).body.sentTime).toBeNull();
  });

  it('holds nothing that could drive a terminal, whatever was written', () => {
    const { store } = testScreen();
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (nick, text) => {
        const from = { nick, fingerprint: peerId('d'), trust: 'new' } as const;
        const { body } = storedLine(store, stored(1, { from, text }));
        expect(body.text).not.toMatch(FORBIDDEN);
        expect(store.state.people.label(peerId('d'))).not.toMatch(FORBIDDEN);
      }),
    );
  });
});
