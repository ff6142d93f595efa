import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  formatInterface,
  interfaceFor,
  listInterfaces,
  watchInterfaces,
} from '../../src/discovery/interfaces.ts';
import { ipv4Interface, loopback } from './fake-lan.ts';

describe('watching interfaces', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('tells of an address that comes, goes, or has a link that was away between two looks', () => {
    let now = [ipv4Interface('10.0.0.1')];
    const seen: string[] = [];
    const watch = watchInterfaces(
      (all) => seen.push(all.map((i) => `${i.address} ${i.generation}`).join()),
      { read: () => now, pollMs: 500 },
    );
    vi.advanceTimersByTime(2_000);
    expect(seen).toEqual([]);
    now = [ipv4Interface('10.0.0.1', { generation: '2.3' })];
    vi.advanceTimersByTime(500);
    now = [];
    vi.advanceTimersByTime(500);
    now = [ipv4Interface('10.0.0.2')];
    vi.advanceTimersByTime(500);
    expect(seen).toEqual(['10.0.0.1 2.3', '', '10.0.0.2 2.1']);
    watch.close();
    now = [];
    vi.advanceTimersByTime(5_000);
    expect(seen).toHaveLength(3);
  });

  it('takes no notice of the order in which the system lists them', () => {
    const both = [loopback, ipv4Interface('10.0.0.1')];
    let turn = false;
    const onChange = vi.fn();
    const read = () => {
      turn = !turn;
      return turn ? both : both.toReversed();
    };
    const watch = watchInterfaces(onChange, { read });
    vi.advanceTimersByTime(5_000);
    expect(onChange).not.toHaveBeenCalled();
    watch.close();
  });
});

describe('subnets', () => {
  const lan = [
    ipv4Interface('200.77.0.2'),
    ipv4Interface('10.1.0.1', { netmask: '255.255.252.0' }),
  ];

  it.each([
    ['200.77.0.9', '200.77.0.2'],
    ['200.77.1.9', undefined],
    ['10.1.3.255', '10.1.0.1'],
    ['10.1.4.0', undefined],
    ['fe80::1', undefined],
    ['relay.local', undefined],
  ])('%s belongs to %s', (address, expected) => {
    expect(interfaceFor(address, lan)?.address).toBe(expected);
  });

  it('are written as an address and a prefix length', () => {
    expect(lan.map(formatInterface)).toEqual(['eth0 200.77.0.2/24', 'eth0 10.1.0.1/22']);
  });
});

it('lists loopback of this machine', () => {
  expect(listInterfaces()).toContainEqual(
    expect.objectContaining({ address: '127.0.0.1', internal: true, family: 'IPv4' }),
  );
});
