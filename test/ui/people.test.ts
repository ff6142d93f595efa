import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCatalogue, setCatalogue } from '../../src/language/translate.ts';
import { PeerId } from '../../src/protocol/ids.ts';
import { Directory, trustWord } from '../../src/ui/people.ts';
import { peerId, person } from '../support/fake-session.ts';

function id(start: string): PeerId {
  const parsed = PeerId.parse(start.padEnd(64, '0'));
  if (parsed === null) throw new Error('not hex');
  return parsed;
}

describe('labels', () => {
  it('[A82 petname taken] is told apart by its key, and a petname never is', () => {
    const people = new Directory();
    people.set(person('bela', 'b', { petname: 'mum' }));
    people.set(person('mum', 'c', { ambiguous: true }));
    expect(people.label(peerId('b'))).toBe('mum');
    expect(people.label(peerId('c'))).toBe('mum·cccc');
    expect(people.byLabel('mum·cccc').map(({ fingerprint }) => fingerprint)).toEqual([peerId('c')]);
    // Control: without the petname both go by their nicks.
    people.set(person('bela', 'b'));
    people.set(person('mum', 'c'));
    expect([people.label(peerId('b')), people.label(peerId('c'))]).toEqual(['bela', 'mum']);
  });

  it('[A102 name of ours] that lines of lanchat give the person at this keyboard is nobody else’s without a key', () => {
    const people = new Directory();
    for (const nick of ['you', 'You', 'y.o.u', 'y0u', 'yöu']) {
      people.set(person(nick, 'b'));
      expect(people.label(peerId('b')), nick).toMatch(/·bbbb$/);
    }
    expect(people.byLabel(people.label(peerId('b')))).toHaveLength(1);
    // Control: other names stand alone, and so does one that the person chose.
    people.set(person('yousef', 'b'));
    expect(people.label(peerId('b'))).toBe('yousef');
    people.set(person('ravi', 'b', { petname: 'you' }));
    expect(people.label(peerId('b'))).toBe('you');
  });

  it('[A102 name of ours] is so in the language that is spoken', () => {
    setCatalogue(readCatalogue('es'));
    try {
      const people = new Directory();
      people.set(person('Tu', 'b'));
      people.set(person('you', 'c'));
      expect(people.label(peerId('b'))).toBe('Tu·bbbb');
      expect(people.label(peerId('c')), 'Control: no such word there').toBe('you');
    } finally {
      setCatalogue(null);
    }
  });

  it('is the bare name where nobody shares it', () => {
    const people = new Directory();
    people.set(person('ravi', 'b'));
    expect(people.label(peerId('b'))).toBe('ravi');
  });

  it('adds as many digits as tell the keys apart', () => {
    const people = new Directory();
    people.set({ ...person('ravi', 'b'), fingerprint: id('4f2a1') });
    people.set({ ...person('ravi', 'b'), fingerprint: id('4f2a2') });
    people.set({ ...person('ravi', 'b'), fingerprint: id('90ab') });
    expect(people.label(id('4f2a1'))).toBe('ravi·4f2a1000');
    expect(people.label(id('90ab'))).toBe('ravi·90ab');
  });

  it('tells look-alikes apart as it does namesakes', () => {
    const people = new Directory();
    people.set(person('ravi', 'b'));
    people.set(person('rávi', 'c'));
    expect(people.label(peerId('b'))).toBe('ravi·bbbb');
  });

  it('is bare again when the namesake takes another name', () => {
    const people = new Directory();
    people.set(person('ravi', 'b'));
    people.set(person('ravi', 'c'));
    people.set(person('kiran', 'c'));
    expect(people.label(peerId('b'))).toBe('ravi');
  });

  it('finds whom it labelled, and nobody for another key’s label', () => {
    const people = new Directory();
    people.set(person('ravi', 'b'));
    people.set(person('ravi', 'c'));
    const found = people.byLabel(people.label(peerId('c')));
    expect(found.map(({ fingerprint }) => fingerprint)).toEqual([peerId('c')]);
    expect(people.byLabel('ravi·dddd')).toEqual([]);
  });

  it('keeps everybody it has a reason to keep, however many strangers come', () => {
    const people = new Directory();
    people.set(person('meera', 'c', { trust: 'verified', online: false }));
    people.set(person('ravi', 'b', { trust: 'known' }));
    for (let index = 0; index < 10_010; index += 1) {
      const fingerprint = id(`f${index.toString(16).padStart(8, '0')}`);
      people.set({ ...person(`s${index}`, 'f', { trust: 'new', online: false }), fingerprint });
    }
    expect(people.list().length).toBe(10_000);
    expect(people.get(peerId('c'))?.nick).toBe('meera');
    expect(people.get(peerId('b'))?.nick).toBe('ravi');
    expect(people.lookAlikes('s0')).toEqual([]);
    expect(people.lookAlikes('s10009')).toHaveLength(1);
  });

  it('calls whoever speaks before their card by the name that came with it', () => {
    const people = new Directory();
    people.set(person('ravi', 'b'));
    expect(people.meet({ nick: 'ravi', fingerprint: peerId('c'), trust: 'new' })).toBe('ravi·cccc');
    people.set(person('kiran', 'c'));
    expect(people.meet({ nick: 'ravi', fingerprint: peerId('c'), trust: 'new' })).toBe('kiran');
  });

  it('holds no control, whatever a name holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (nick) => {
        const people = new Directory();
        people.set(person(nick, 'b'));
        expect(people.label(peerId('b'))).toMatch(/^[^\p{Cc}\p{Z}()\u202a-\u202e\u2066-\u2069]+$/u);
      }),
    );
  });
});

describe('trust in words', () => {
  it.each([
    ['new', [], 'unverified'],
    ['known', [], 'unverified'],
    ['verified', [], 'verified'],
    ['known', [peerId('1')], 'KEY CHANGED'],
    ['verified', [peerId('1')], 'KEY CHANGED'],
  ] as const)('%s, changed from %j: %s', (trust, keyChangedFrom, word) => {
    expect(trustWord({ trust, keyChangedFrom })).toBe(word);
  });
});
