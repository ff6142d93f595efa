// Who is who: first sight, names under other keys, what sending waits for, and what an operator may say.
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { compare, markVerified } from '../../src/core/commands.ts';
import { personOf } from '../../src/core/people.ts';
import { say } from '../../src/core/say.ts';
import { relayIdentityFromSeed } from '../../src/crypto/identity.ts';
import { signAnnouncement } from '../../src/crypto/login.ts';
import { ready } from '../../src/crypto/sodium.ts';
import { encodeVerificationQr } from '../../src/crypto/verification-qr.ts';
import { PeerId } from '../../src/protocol/ids.ts';
import { FakeNet, type FakePerson } from '../support/fake-net.ts';
import { answer, compared } from './comparing.ts';

beforeAll(ready);

const YEAR_MS = 365 * 24 * 60 * 60_000;

function see(person: FakePerson, whom: FakePerson) {
  return personOf(person.core, whom.id);
}

function blocked(person: FakePerson, whom: FakePerson): string | null {
  try {
    say(person.core, { to: { peer: whom.id }, text: 'is it you?' });
    return null;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'thrown';
  }
}

describe('first sight', () => {
  it('pins: new in this run, known in the next', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    expect(see(anna, ben).trust).toBe('new');
    expect(anna.profile.pins.get(ben.id)?.trust).toBe('known');
    net.restart(anna);
    net.connect(anna);
    net.run(1_000);
    expect(see(anna, ben).trust).toBe('known');
    expect(anna.eventsOf('key-changed')).toEqual([]);
  });

  it('of somebody never seen is no address to send to', () => {
    const net = new FakeNet();
    const anna = net.arrive('anna');
    const ben = net.add('ben');
    net.run(500);
    expect(blocked(anna, ben)).toBe('unknown-person');
    expect(blocked(anna, anna)).toBe('unknown-person');
  });
});

describe('verification', () => {
  it('belongs to the ID and outlives the run', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    const here = compare(anna.core, ben.id);
    const there = compare(ben.core, anna.id);
    expect(here.digits).toBe(there.digits);
    net.command(anna, (core) => markVerified(core, ben.id, there.digits.replaceAll(' ', '-')));
    net.rename(ben, 'benedict');
    net.run(500);
    net.restart(anna);
    net.connect(anna);
    net.run(500);
    expect(see(anna, ben)).toMatchObject({ nick: 'benedict', trust: 'verified' });
  });

  it.each(['words', 'digits', 'code'] as const)('by %s is recorded as that', (by) => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    const recorded = vi.spyOn(anna.core.pins, 'verify');
    if (by === 'words') {
      compared(net, anna, ben);
      answer(net, [anna, ben], true);
    } else {
      const qr = encodeVerificationQr({ own: ben.id, seen: anna.id });
      net.command(anna, (core) => markVerified(core, ben.id, by === 'code' ? qr : null));
    }
    expect(recorded.mock.calls).toEqual([[ben.id, expect.any(Number), by]]);
  });

  it('is refused with other digits', () => {
    const net = new FakeNet();
    const { anna, ben, cara } = net.trio();
    const { digits } = compare(anna.core, cara.id);
    expect(() => markVerified(anna.core, ben.id, digits)).toThrow(
      expect.objectContaining({ code: 'digits-differ' }),
    );
    expect(see(anna, ben).trust).toBe('new');
  });
});

describe('verification by the code that the other shows', () => {
  it('holds where it is of these two', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    const { qr } = compare(ben.core, anna.id);
    net.command(anna, (core) => markVerified(core, ben.id, ` ${qr}\n`));
    expect(see(anna, ben).trust).toBe('verified');
  });

  it('is refused with any other', () => {
    const net = new FakeNet();
    const { anna, ben, cara } = net.trio();
    const nobody = PeerId.fromBytes(new Uint8Array(32));
    const right = compare(ben.core, anna.id).qr;
    const codes = {
      'of another person': compare(cara.core, anna.id).qr,
      'shown to another person': compare(ben.core, cara.id).qr,
      'one’s own': compare(anna.core, ben.id).qr,
      'of nobody': encodeVerificationQr({ own: nobody, seen: nobody }),
      'of zeros': `LANCHAT1:${'A'.repeat(right.length - 'LANCHAT1:'.length)}`,
      'cut short': right.slice(0, -1),
      empty: '',
    };
    for (const [which, code] of Object.entries(codes)) {
      expect(() => markVerified(anna.core, ben.id, code), which).toThrow(
        expect.objectContaining({ code: 'digits-differ' }),
      );
    }
    expect(see(anna, ben).trust).toBe('new');
  });
});

describe('a known name under another key', () => {
  it('is told loudly, once, and both stay apart', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    net.restart(anna);
    net.connect(anna);
    net.run(500);
    const other = net.arrive('other', { nick: 'ben' });
    net.run(1_000);
    net.cut(other);
    net.run(500);
    net.connect(other);
    net.run(1_000);
    expect(anna.eventsOf('key-changed')).toEqual([
      { type: 'key-changed', nick: 'ben', was: ben.id, now: other.id, trust: 'known' },
    ]);
    expect(see(anna, other)).toMatchObject({ keyChangedFrom: [ben.id], ambiguous: true });
    expect(see(anna, ben)).toMatchObject({ keyChangedFrom: [], ambiguous: true });
    expect(net.find(anna, '@ben').toSorted()).toEqual([ben.id, other.id].toSorted());
  });

  it('is told also when the wall clock was set back since the first was seen', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    anna.wallSkewMs = -YEAR_MS;
    net.restart(anna);
    net.connect(anna);
    const other = net.arrive('other', { nick: 'ben' });
    net.run(1_000);
    expect(anna.eventsOf('key-changed')).toMatchObject([{ was: ben.id, now: other.id }]);
    expect(see(anna, ben).keyChangedFrom).toEqual([]);
  });

  it('is told when it is taken on later', () => {
    const net = new FakeNet();
    const { anna, ben, cara } = net.trio();
    net.rename(cara, 'ben');
    net.run(500);
    expect(anna.eventsOf('key-changed')).toMatchObject([{ was: ben.id, now: cara.id }]);
  });

  it.each([
    ['Cyrillic letters', 'сора', 'copa'],
    ['capitals', 'ANNA', 'anna'],
    ['an accent', 'ánna', 'anna'],
    ['rn for m', 'rnax', 'max'],
    ['a digit for a letter', 'pau1', 'paul'],
  ])('is known by its looks: %s', (_, fake, real) => {
    const net = new FakeNet();
    const ben = net.arrive('ben');
    const known = net.arrive('known', { nick: real });
    net.run(500);
    const other = net.arrive('other', { nick: fake });
    net.run(1_000);
    expect(ben.eventsOf('key-changed')).toMatchObject([{ was: known.id, now: other.id }]);
    expect(see(ben, known).ambiguous).toBe(true);
    expect(net.find(ben, real)).toContain(known.id);
  });

  it('in letters of two scripts is no name at all', () => {
    const net = new FakeNet();
    const ben = net.arrive('ben');
    const other = net.arrive('other', { nick: 'аnna' });
    net.run(1_000);
    expect(see(ben, other).nick).toBe('anonymous');
  });

  it('leaves other names alone', () => {
    const net = new FakeNet();
    const { anna, cara } = net.trio();
    expect(anna.eventsOf('key-changed')).toEqual([]);
    expect(see(anna, cara)).toMatchObject({ keyChangedFrom: [], ambiguous: false });
  });
});

describe('a verified name under another key', () => {
  function impostor() {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    net.verify(anna, ben);
    const other = net.arrive('other', { nick: 'ben' });
    net.run(1_000);
    return { net, anna, ben, other };
  }

  it('is not written to', () => {
    const { net, anna, ben, other } = impostor();
    expect(anna.eventsOf('key-changed')).toMatchObject([{ was: ben.id, trust: 'verified' }]);
    expect(blocked(anna, other)).toBe('key-changed');
    net.run(5_000);
    expect(other.shown).toEqual([]);
    expect(blocked(anna, ben)).toBeNull();
  });

  it('is written to once the person trusts it', () => {
    const { net, anna, other } = impostor();
    net.trust(anna, other);
    expect(blocked(anna, other)).toBeNull();
    expect(see(anna, other).keyChangedFrom).toEqual([]);
  });

  it('is written to once it is verified, too', () => {
    const { net, anna, other } = impostor();
    net.verify(anna, other);
    expect(blocked(anna, other)).toBeNull();
  });

  it('is blocked again under the next name it takes from somebody verified', () => {
    const { net, anna, other } = impostor();
    const cara = net.arrive('cara');
    net.run(500);
    net.verify(anna, cara);
    net.trust(anna, other);
    net.rename(other, 'cara');
    net.run(500);
    expect(blocked(anna, other)).toBe('key-changed');
  });
});

describe('whom a query means', () => {
  it('by prefix is among the pinned, by 8 digits and more', () => {
    const net = new FakeNet();
    const { anna, ben } = net.duo();
    expect(net.find(anna, ben.id.slice(0, 8))).toEqual([ben.id]);
    expect(net.find(anna, ben.id.slice(0, 7))).toEqual([]);
    expect(net.find(anna, ben.id.toUpperCase())).toEqual([ben.id]);
    expect(net.find(anna, (ben.id.match(/..../g) ?? []).join(' '))).toEqual([ben.id]);
    const unseen: PeerId = net.add('unseen').id;
    expect(net.find(anna, unseen.slice(0, 8))).toEqual([]);
  });

  it('is never somebody who has no name yet', () => {
    const net = new FakeNet();
    const { anna } = net.duo();
    net.tampers.push(({ frame }) => (frame.type === 'found' ? [] : undefined));
    net.arrive('cara');
    net.run(1_000);
    expect(net.find(anna, '@')).toEqual([]);
    expect(net.find(anna, '')).toEqual([]);
  });
});

describe('an announcement', () => {
  function signed(net: FakeNet, seq: bigint, text: string, key = net.relayKey) {
    const signature = signAnnouncement(key, { seq, text });
    return { type: 'announce' as const, req: 0, seq, text, signature };
  }

  it('of the pinned relay is shown, and its replay is not', () => {
    const net = new FakeNet();
    const { anna } = net.duo();
    const first = signed(net, 1n, 'closing at six');
    net.inject(anna, first);
    net.inject(anna, first);
    net.inject(anna, signed(net, 2n, 'closing now'));
    net.inject(anna, first);
    expect(anna.eventsOf('announcement').map(({ text }) => text)).toEqual([
      'closing at six',
      'closing now',
    ]);
  });

  it('of another key, or with other words, is not shown', () => {
    const net = new FakeNet();
    const { anna } = net.duo();
    const stranger = relayIdentityFromSeed(new Uint8Array(32).fill(99));
    net.inject(anna, signed(net, 1n, 'send me your seed', stranger));
    net.inject(anna, { ...signed(net, 1n, 'all is well'), text: 'all is hell' });
    net.inject(anna, { ...signed(net, 1n, 'all is well'), seq: 2n });
    expect(anna.eventsOf('announcement')).toEqual([]);
  });
});
