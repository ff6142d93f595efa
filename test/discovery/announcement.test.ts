import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { announcementFor, readAnnouncements } from '../../src/discovery/announcement.ts';

const ID = '0123456789abcdef';
const INSTANCE = `lanchat-${ID}._lanchat._tcp.local`;
const HOST = `lanchat-${ID}.local`;
const isLocal = (address: string) => address.startsWith('10.77.0.');

const bytes = (...texts: string[]) => texts.map((text) => Buffer.from(text));

function packet(change: { txt?: unknown; srv?: unknown; a?: unknown[]; ttl?: number } = {}) {
  return {
    answers: [
      { type: 'PTR', name: '_lanchat._tcp.local', ttl: change.ttl ?? 120, data: INSTANCE },
      {
        type: 'SRV',
        name: INSTANCE,
        ttl: 120,
        data: change.srv ?? { port: 7717, target: HOST },
      },
    ],
    additionals: [
      {
        type: 'TXT',
        name: INSTANCE,
        ttl: 120,
        data: change.txt ?? bytes('v=1', `id=${ID}`, 'n=Kitchen'),
      },
      ...(change.a ?? ['10.77.0.1']).map((data) => ({ type: 'A', name: HOST, ttl: 120, data })),
    ],
  };
}

function read(change: Parameters<typeof packet>[0] = {}, source = '10.77.0.1') {
  return readAnnouncements(packet(change), source, isLocal);
}

function hint(change: Parameters<typeof packet>[0] = {}, source = '10.77.0.1') {
  const [first] = read(change, source);
  return first?.kind === 'alive' ? first.hint : null;
}

describe('what a relay publishes', () => {
  it('keeps every TXT string and DNS label within its limit, whatever the name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (name) => {
        const { instance, host, txt } = announcementFor({ name, relayIdPrefix: ID });
        expect(Buffer.byteLength(`n=${txt.n}`)).toBeLessThanOrEqual(66);
        expect(Buffer.byteLength(instance)).toBeLessThanOrEqual(63);
        expect(host).toBe(HOST);
        const data = Object.entries(txt).map(([key, value]) => Buffer.from(`${key}=${value}`));
        expect(hint({ txt: data })).toMatchObject({ name: txt.n, relayIdPrefix: ID });
      }),
    );
  });

  it('cuts a name between characters, never inside one', () => {
    const name = `${'é'.repeat(31)}🙂🙂`;
    expect(announcementFor({ name, relayIdPrefix: ID }).txt.n).toBe('é'.repeat(31));
  });

  it('refuses a fingerprint prefix that is not 16 lower-case hex digits', () => {
    for (const relayIdPrefix of ['', 'ABCDEF0123456789', `${ID}0`, 'g'.repeat(16)]) {
      expect(() => announcementFor({ name: 'x', relayIdPrefix })).toThrow(RangeError);
    }
  });
});

describe('what is believed of a received packet', () => {
  it('reads name, address, port and fingerprint prefix', () => {
    expect(read()).toEqual([
      {
        kind: 'alive',
        instance: INSTANCE,
        hint: {
          name: 'Kitchen',
          host: '10.77.0.1',
          addresses: ['10.77.0.1'],
          port: 7717,
          relayIdPrefix: ID,
        },
      },
    ]);
  });

  it('reads a goodbye', () => {
    expect(read({ ttl: 0 })).toEqual([{ kind: 'goodbye', instance: INSTANCE }]);
  });

  it.each([
    ['another version', bytes('v=2', `id=${ID}`, 'n=x')],
    ['no version', bytes(`id=${ID}`, 'n=x')],
    ['no name', bytes('v=1', `id=${ID}`)],
    ['no id', bytes('v=1', 'n=x')],
    ['a short id', bytes('v=1', 'id=0123', 'n=x')],
    ['an id in capitals', bytes('v=1', 'id=0123456789ABCDEF', 'n=x')],
    ['a name of 65 bytes', bytes('v=1', `id=${ID}`, `n=${'x'.repeat(65)}`)],
    ['a name that is not UTF-8', [...bytes('v=1', `id=${ID}`), Buffer.from([0x6e, 0x3d, 0xff])]],
    ['a text that is no list', 'v=1'],
    ['strings in place of bytes', ['v=1', `id=${ID}`, 'n=x']],
  ])('ignores TXT with %s', (_what, txt) => {
    expect(read({ txt })).toEqual([]);
  });

  it('takes the first of a repeated key, and ignores keys it does not know', () => {
    const txt = bytes('v=1', `id=${ID}`, 'n=first', 'n=second', 'x=1', '=nothing', 'flag');
    expect(hint({ txt })?.name).toBe('first');
  });

  it.each([0, -1, 65536, 1.5, Number.NaN, '7717'])('ignores port %s', (port) => {
    expect(read({ srv: { port, target: HOST } })).toEqual([]);
  });

  it('never takes an address that cannot be a relay on this LAN', () => {
    const a = ['0.0.0.0', '127.0.0.1', '224.0.0.251', '255.255.255.255', 'fe80::1', 'x', 7, null];
    expect(hint({ a }, '10.77.0.9')?.addresses).toEqual(['10.77.0.9']);
    expect(read({ a }, '0.0.0.0')).toEqual([]);
  });

  it('puts the sender first, then our own subnet, then the rest', () => {
    const a = ['172.17.0.1', '10.77.0.8', '10.77.0.1'];
    expect(hint({ a })?.addresses).toEqual(['10.77.0.1', '10.77.0.8', '172.17.0.1']);
  });

  it('goes by the claimed address where a reflector passes the packet on', () => {
    expect(hint({ a: ['10.78.0.5'] }, '10.77.0.254')?.host).toBe('10.78.0.5');
  });

  it('goes by the sender where no address is claimed', () => {
    expect(hint({ a: [] }, '10.77.0.4')?.host).toBe('10.77.0.4');
  });

  it('on loopback goes by the sender alone', () => {
    expect(hint({ a: ['10.77.0.1'] }, '127.0.0.1')?.addresses).toEqual(['127.0.0.1']);
  });

  it('keeps at most 8 addresses of a relay and 16 relays of a packet', () => {
    const many = Array.from({ length: 40 }, (_, i) => `10.77.0.${i + 1}`);
    expect(hint({ a: many })?.addresses).toHaveLength(8);
    const { answers, additionals } = packet();
    const flood = { answers: Array.from({ length: 60 }, () => answers).flat(), additionals };
    expect(readAnnouncements(flood, '10.77.0.1', isLocal)).toHaveLength(16);
  });

  it('survives any value in place of a packet', () => {
    fc.assert(
      fc.property(fc.anything(), fc.string(), (value, source) => {
        expect(readAnnouncements(value, source, isLocal)).toEqual([]);
      }),
    );
  });

  it('yields only well-formed hints from records of any shape', () => {
    const text = fc.constantFrom(INSTANCE, HOST, '_lanchat._tcp.local', '__proto__', '', '.');
    const data = fc.oneof(
      text,
      fc.ipV4(),
      fc.record({ port: fc.integer(), target: fc.oneof(text, fc.anything()) }),
      fc.array(fc.oneof(fc.uint8Array(), fc.constantFrom(...bytes('v=1', `id=${ID}`, 'n=x')))),
      fc.anything(),
    );
    const type = fc.constantFrom('PTR', 'SRV', 'TXT', 'A', 'AAAA', 'OPT');
    const record = fc.oneof(
      { weight: 1, arbitrary: fc.record({ type, name: text, ttl: fc.integer(), data }) },
      { weight: 2, arbitrary: fc.constantFrom(...packet().answers, ...packet().additionals) },
      { weight: 1, arbitrary: fc.anything() },
    );
    const value = fc.record({ answers: fc.array(record), additionals: fc.array(record) });
    let hints = 0;
    fc.assert(
      fc.property(value, fc.ipV4(), (hostile, source) => {
        for (const found of readAnnouncements(hostile, source, isLocal)) {
          if (found.kind === 'goodbye') continue;
          hints += 1;
          expect(found.hint.relayIdPrefix).toMatch(/^[0-9a-f]{16}$/);
          expect(Buffer.byteLength(found.hint.name)).toBeLessThanOrEqual(64);
          expect(found.hint.port).toBeGreaterThan(0);
          expect(found.hint.port).toBeLessThan(65536);
          expect(found.hint.addresses).toContain(found.hint.host);
        }
      }),
      { numRuns: 500 },
    );
    expect(hints).toBeGreaterThan(0);
  });
});
