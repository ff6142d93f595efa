// Which addresses are offered and tried: what somebody writes must not send a client to any service it likes.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressesToTry, ownAddresses, parseAddress } from '../../src/client/straight-addresses.ts';
import type { NetworkInterface } from '../../src/discovery/interfaces.ts';

function at(address: string, changes: Partial<NetworkInterface> = {}): NetworkInterface {
  const family = address.includes(':') ? 'IPv6' : 'IPv4';
  const netmask = family === 'IPv4' ? '255.255.255.0' : 'ffff:ffff:ffff:ffff::';
  return { name: 'eth0', address, netmask, family, internal: false, generation: '', ...changes };
}

const LOOPBACK = [
  at('127.0.0.1', { name: 'lo', netmask: '255.0.0.0', internal: true }),
  at('::1', { name: 'lo', internal: true }),
];
/** With a public network of its own. */
const OURS = [
  ...LOOPBACK,
  at('192.168.1.5'),
  at('198.51.100.5'),
  at('2001:db8:1:2::5'),
  at('fe80::5'),
];

const tried = (...written: string[]) => addressesToTry(written, OURS).map(({ host }) => host);

describe('addresses that are tried', () => {
  it.each([
    ['192.168.1.9', '192.168.1.9:40000'],
    ['10.1.2.3', '10.1.2.3:1024'],
    ['172.31.0.1', '172.31.0.1:65535'],
    ['169.254.7.7', '169.254.7.7:50000'],
    ['198.51.100.77', '198.51.100.77:50000'],
    ['fd12::7', '[FD12::7]:50000'],
    ['2001:db8:1:2::77', '[2001:db8:1:2::77]:50000'],
  ])('are %s, a neighbour’s', (host, written) => {
    expect(tried(written)).toEqual([host]);
  });

  it('are each tried once, and no more than a record holds', () => {
    expect(tried('10.0.0.1:5000', '10.0.0.1:5000')).toEqual(['10.0.0.1']);
    const many = Array.from({ length: 20 }, (_, n) => `10.0.0.${n}:5000`);
    expect(tried(...many)).toHaveLength(8);
  });
});

describe('[A142 hostile addresses] what a sender writes', () => {
  it.each([
    ...['127.0.0.1:5000', '127.8.8.8:5000', '[::1]:5000', '0.0.0.0:5000', '[::]:5000'],
    ...['[::ffff:127.0.0.1]:5000', '[::ffff:10.0.0.1]:5000', '[0:0:0:0:0:ffff:a00:1]:5000'],
    ...['224.0.0.251:5353', '239.255.255.250:5000', '255.255.255.255:5000', '[ff02::fb]:5353'],
    ...['8.8.8.8:5000', '198.51.101.1:5000', '172.32.0.1:5000', '[2001:db8:1:3::1]:5000'],
    ...['[fe80::1]:5000', '[fe80::1%eth0]:5000', '[::ffff:8.8.8.8]:5000'],
    ...['192.168.1.5:5000', '[2001:db8:1:2:0:0:0:5]:5000', '198.51.100.5:5000'],
  ])('%s is no neighbour’s, and is not gone to', (written) => {
    expect(tried(written)).toEqual([]);
  });

  it.each([
    ...['10.0.0.1:22', '10.0.0.1:80', '10.0.0.1:1023', '10.0.0.1:65536', '10.0.0.1:0', '10.0.0.1'],
    ...['10.0.0.1:-5000', '10.0.0.1:05000', '10.0.0.1:5e3', ' 10.0.0.1:5000', '10.0.0.1:5000\n'],
    ...['printer.local:5000', 'localhost:5000', '010.0.0.1:5000', '167772161:5000', '10.1:5000'],
    ...['http://10.0.0.1:5000', '10.0.0.1:5000/x', '[10.0.0.1]:5000', 'fd12::7:5000', '', ':5000'],
    ...['[fd12::7]', '[fd12::7%1]:5000', '١٠.0.0.1:5000', '[fd12:::7]:5000', '[]:5000'],
  ])('%j is no address', (written) => {
    expect(tried(written)).toEqual([]);
  });

  it('whatever it is, leads to no port of the system and never fails', () => {
    const text = fc.oneof(
      fc.string({ maxLength: 64 }),
      fc.tuple(fc.ipV4(), fc.integer()).map(([host, port]) => `${host}:${port}`),
      fc.tuple(fc.ipV6(), fc.integer()).map(([host, port]) => `[${host}]:${port}`),
    );
    fc.assert(
      fc.property(fc.array(text, { maxLength: 12 }), (written) => {
        for (const { port } of addressesToTry(written, OURS)) {
          expect(port).toBeGreaterThan(1_023);
          expect(port).toBeLessThan(65_536);
        }
      }),
    );
  });

  it('Control: it is where it is a neighbour’s', () => {
    expect(parseAddress('10.0.0.1:5000')).toEqual({ host: '10.0.0.1', port: 5_000 });
    expect(tried('10.0.0.1:5000')).toEqual(['10.0.0.1']);
  });
});

describe('addresses that are offered', () => {
  it('begin with the one towards the relay and what else its interface has', () => {
    const interfaces = [
      ...LOOPBACK,
      at('172.17.0.1', { name: 'docker0' }),
      at('fd00::1', { name: 'docker0' }),
      at('10.77.0.2', { name: 'wlan0' }),
      at('fd77::2', { name: 'wlan0' }),
    ];
    const sorted = ['10.77.0.2', 'fd77::2', '172.17.0.1', 'fd00::1'];
    expect(ownAddresses(interfaces, '10.77.0.2')).toEqual(sorted);
    expect(ownAddresses(interfaces, '::ffff:10.77.0.2')).toEqual(sorted);
    const first = ownAddresses(interfaces, 'fd77::2');
    expect(first.slice(0, 2)).toEqual(['fd77::2', '10.77.0.2']);
  });

  it('leave out this machine’s own, and those of one link', () => {
    expect(ownAddresses([...LOOPBACK, at('fe80::5')], '127.0.0.1')).toEqual([]);
    expect(ownAddresses(OURS, null)).not.toContain('fe80::5');
  });

  it('are at most eight', () => {
    const many = Array.from({ length: 30 }, (_, n) => at(`10.0.${n}.1`, { name: `veth${n}` }));
    expect(ownAddresses(many, '10.0.29.1')).toHaveLength(8);
    expect(ownAddresses(many, '10.0.29.1')[0]).toBe('10.0.29.1');
  });
});
