// advertise() and browse() over the real mDNS library, on an Ethernet in memory.
import os from 'node:os';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Advertisement, advertise } from '../../src/discovery/advertise.ts';
import type { RelayHint } from '../../src/discovery/announcement.ts';
import { type Browser, browse } from '../../src/discovery/browse.ts';
import type { DiscoveryProblem } from '../../src/discovery/problem.ts';
import { type FakeHost, FakeLan, ipv4Interface, loopback } from './fake-lan.ts';

const ID = '0123456789abcdef';
const idOf = (number: number) => number.toString(16).padStart(16, '0');

let lan: FakeLan;
let opened: { close(): void | Promise<void> }[];
let problems: DiscoveryProblem[];

beforeEach(() => {
  vi.useFakeTimers();
  // The library lists this machine's addresses by itself; without them the sender's counts.
  vi.spyOn(os, 'networkInterfaces').mockReturnValue({});
  lan = new FakeLan();
  opened = [];
  problems = [];
});

afterEach(async () => {
  const closing = opened.map((each) => each.close());
  await pass(1_000);
  await Promise.all(closing);
  const open = lan.hosts.flatMap((host) => host.open);
  // The library leaves its next announcement pending, where it finds itself destroyed.
  await pass(3_600_000);
  const timers = vi.getTimerCount();
  vi.useRealTimers();
  vi.restoreAllMocks();
  expect(open).toEqual([]);
  expect(timers).toBe(0);
});

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const settle = () => pass(0);

function startRelay(
  network: FakeHost,
  options: { id?: string; name?: string; port?: number; loopbackOnly?: boolean } = {},
): Advertisement {
  const advertisement = advertise({
    name: options.name ?? 'Kitchen',
    port: options.port ?? 7717,
    relayIdPrefix: options.id ?? ID,
    loopbackOnly: options.loopbackOnly ?? false,
    network,
    onProblem: (problem) => problems.push(problem),
  });
  opened.push(advertisement);
  return advertisement;
}

function startBrowser(network: FakeHost, options: { includeLoopback?: boolean } = {}) {
  const seen: { up: RelayHint[]; down: RelayHint[] } = { up: [], down: [] };
  const browser: Browser = browse({
    onUp: (hint) => seen.up.push(hint),
    onDown: (hint) => seen.down.push(hint),
    onProblem: (problem) => problems.push(problem),
    network,
    ...options,
  });
  opened.push(browser);
  return { ...seen, browser };
}

describe('finding a relay', () => {
  it('hears of a relay that starts later, at once', async () => {
    const { up } = startBrowser(lan.host('10.77.0.2'));
    await settle();
    startRelay(lan.host('10.77.0.1'));
    await settle();
    expect(up).toEqual([
      {
        name: 'Kitchen',
        host: '10.77.0.1',
        addresses: ['10.77.0.1'],
        port: 7717,
        relayIdPrefix: ID,
      },
    ]);
  });

  it('asks, and so finds a relay that started before it', async () => {
    startRelay(lan.host('10.77.0.1'));
    await pass(60_000);
    const { up } = startBrowser(lan.host('10.77.0.2'));
    await settle();
    expect(up).toHaveLength(1);
  });

  it('asks again every 2 s, so that a lost answer costs 2 s', async () => {
    const relay = lan.host('10.77.0.1');
    startRelay(relay);
    await pass(60_000);
    relay.faults.send = 'ENOBUFS';
    const { up } = startBrowser(lan.host('10.77.0.2'));
    await pass(1_000);
    expect(up).toEqual([]);
    delete relay.faults.send;
    await pass(1_000);
    expect(up).toHaveLength(1);
  });

  it('names a relay once, however often it answers', async () => {
    startRelay(lan.host('10.77.0.1'));
    const { up, browser } = startBrowser(lan.host('10.77.0.2'));
    await pass(120_000);
    expect(up).toHaveLength(1);
    expect(browser.hints()).toEqual(up);
  });

  it('tells two relays apart, and one relay at two addresses', async () => {
    startRelay(lan.host('10.77.0.1'));
    startRelay(lan.host('10.77.0.3'), { id: idOf(7) });
    startRelay(lan.host('10.77.0.4'));
    const { up } = startBrowser(lan.host('10.77.0.2'));
    await settle();
    expect(up.map((h) => `${h.relayIdPrefix} ${h.host}`).sort()).toEqual([
      `${idOf(7)} 10.77.0.3`,
      `${ID} 10.77.0.1`,
      `${ID} 10.77.0.4`,
    ]);
  });

  it('keeps a loopback advertisement off the LAN', async () => {
    const host = lan.host('10.77.0.1');
    host.addresses = [...host.addresses, loopback];
    startRelay(host, { loopbackOnly: true });
    const here = startBrowser(host, { includeLoopback: true });
    const there = startBrowser(lan.host('10.77.0.2'));
    await pass(10_000);
    expect(here.up.map((h) => h.host)).toEqual(['127.0.0.1']);
    expect(there.up).toEqual([]);
    expect(lan.sent.filter(({ packet }) => packet.includes(ID))).toEqual([]);
  });

  it('leaves loopback alone unless asked', async () => {
    const host = lan.host('10.77.0.1');
    host.addresses = [...host.addresses, loopback];
    startRelay(host, { loopbackOnly: true });
    const { up } = startBrowser(host);
    await pass(10_000);
    expect(up).toEqual([]);
  });

  it('prints nothing and keeps its name when somebody else claims it', async () => {
    const printed = vi.spyOn(console, 'log');
    startRelay(lan.host('10.77.0.1'), { name: 'impostor' });
    await settle();
    startRelay(lan.host('10.77.0.3'), { name: 'Kitchen' });
    const { up } = startBrowser(lan.host('10.77.0.2'));
    await pass(5_000);
    expect(up.map((h) => h.name).sort()).toEqual(['Kitchen', 'impostor']);
    expect(printed).not.toHaveBeenCalled();
  });
});

describe('a relay that leaves', () => {
  it('says goodbye when it closes', async () => {
    const relay = startRelay(lan.host('10.77.0.1'));
    const { down, browser } = startBrowser(lan.host('10.77.0.2'));
    await settle();
    await relay.close();
    await settle();
    expect(down.map((h) => h.host)).toEqual(['10.77.0.1']);
    expect(browser.hints()).toEqual([]);
  });

  it('is forgotten after 30 s of silence when it crashed', async () => {
    const host = lan.host('10.77.0.1');
    startRelay(host);
    const { down } = startBrowser(lan.host('10.77.0.2'));
    await settle();
    host.faults.stuck = true;
    await pass(28_000);
    expect(down).toEqual([]);
    await pass(6_000);
    expect(down).toHaveLength(1);
  });

  it('is news again when it comes back after 5 s of silence', async () => {
    const host = lan.host('10.77.0.1');
    startRelay(host);
    const { up, down } = startBrowser(lan.host('10.77.0.2'));
    await settle();
    host.faults.send = 'ENETUNREACH';
    await pass(8_000);
    delete host.faults.send;
    await pass(2_000);
    expect(up).toHaveLength(2);
    expect(down).toEqual([]);
  });

  it('closes within half a second when the goodbye cannot leave', async () => {
    const host = lan.host('10.77.0.1');
    const relay = startRelay(host);
    await settle();
    host.faults.stuck = true;
    let closed = false;
    void relay.close().then(() => {
      closed = true;
    });
    await pass(499);
    expect(closed).toBe(false);
    await pass(1);
    expect(closed).toBe(true);
  });

  it('closes when it never could open the port', async () => {
    const host = lan.host('10.77.0.1');
    host.faults.bind = 'EADDRINUSE';
    const relay = startRelay(host);
    const closing = relay.close();
    await pass(500);
    await closing;
    expect(host.open).toEqual([]);
  });
});

describe('a network that changes', () => {
  it('advertises on an interface that appears later', async () => {
    const host = lan.host('10.77.0.1');
    const [eth0] = host.addresses;
    host.addresses = [];
    startRelay(host);
    const { up } = startBrowser(lan.host('10.77.0.2'));
    await pass(5_000);
    expect(up).toEqual([]);
    expect(problems).toEqual([{ kind: 'no-interface', interface: '', code: '' }]);
    host.addresses = eth0 ? [eth0] : [];
    await pass(500);
    expect(up).toHaveLength(1);
  });

  it('joins again when the link went and came back with the same address', async () => {
    const host = lan.host('10.77.0.2');
    const { up } = startBrowser(host);
    await settle();
    for (const socket of host.open) socket.joined.clear();
    startRelay(lan.host('10.77.0.1'));
    await pass(4_000);
    expect(up).toEqual([]);
    host.addresses = [ipv4Interface('10.77.0.2', { generation: '2.3' })];
    await pass(500);
    expect(up).toHaveLength(1);
    expect(host.open).toHaveLength(1);
  });

  it('speaks on every interface', async () => {
    const host = lan.host('10.77.0.1');
    host.addresses = [...host.addresses, ipv4Interface('10.78.0.1', { name: 'wlan0' })];
    startRelay(host);
    await settle();
    expect(lan.sent.map(({ from }) => from)).toEqual(['10.77.0.1', '10.78.0.1']);
  });

  it('leaves its sockets alone when only IPv6 addresses change', async () => {
    const host = lan.host('10.77.0.1');
    startRelay(host);
    await settle();
    host.addresses = [...host.addresses, ipv4Interface('fe80::1', { family: 'IPv6' })];
    await pass(1_000);
    expect(host.sockets).toHaveLength(1);
  });
});

describe('a socket that fails', () => {
  it('reports a held port once, and works when it is freed', async () => {
    const host = lan.host('10.77.0.1');
    host.faults.bind = 'EADDRINUSE';
    startRelay(host);
    const { up } = startBrowser(lan.host('10.77.0.2'));
    await pass(12_000);
    expect(problems).toEqual([{ kind: 'port-held', interface: 'eth0', code: 'EADDRINUSE' }]);
    delete host.faults.bind;
    await pass(5_000);
    expect(up).toHaveLength(1);
  });

  it.each([
    ['join', 'ENODEV', 'no-multicast'],
    ['send', 'ENETUNREACH', 'network-unreachable'],
    ['send', 'EPERM', 'not-permitted'],
    ['send', 'ENOBUFS', 'socket-failed'],
    ['bind', 'EACCES', 'not-permitted'],
  ] as const)('reports a %s that fails with %s as %s, once', async (step, code, kind) => {
    const host = lan.host('10.77.0.1');
    host.faults[step] = code;
    startBrowser(host);
    await pass(20_000);
    expect(problems).toEqual([{ kind, interface: 'eth0', code }]);
  });

  it('reports an error that comes later and goes on', async () => {
    const host = lan.host('10.77.0.2');
    const { up } = startBrowser(host);
    await settle();
    host.open[0]?.emit('error', Object.assign(new Error('down'), { code: 'ENETDOWN' }));
    startRelay(lan.host('10.77.0.1'));
    await settle();
    expect(problems.map((p) => p.kind)).toEqual(['network-unreachable']);
    expect(up).toHaveLength(1);
  });
});

describe('hostile packets', () => {
  async function announcementBytes(id: string, from: string): Promise<Buffer> {
    const before = lan.sent.length;
    const relay = startRelay(lan.host(from), { id });
    await settle();
    const sent = lan.sent.slice(before).find(({ packet }) => packet.includes(id));
    await relay.close();
    await settle();
    return sent?.packet ?? Buffer.alloc(0);
  }

  it('keeps at most 8 hints of one sender and 64 in all, and says so once', async () => {
    const packet = await announcementBytes(ID, '10.77.0.1');
    const { browser, up } = startBrowser(lan.host('10.77.0.2'));
    for (let i = 0; i < 2_000; i += 1) {
      const forged = Buffer.from(packet.toString('latin1').replaceAll(ID, idOf(i)), 'latin1');
      lan.inject(forged, `10.77.1.${i % 2}`);
      lan.inject(forged, `10.77.2.${i % 200}`);
      await pass(20);
    }
    expect(up.length).toBeGreaterThan(16);
    expect(browser.hints()).toHaveLength(64);
    for (const sender of ['10.77.1.0', '10.77.1.1']) {
      expect(browser.hints().filter((h) => h.host === sender)).toHaveLength(8);
    }
    expect(problems).toEqual([{ kind: 'too-many-relays', interface: '', code: '' }]);
  });

  it('survives a flood, and finds an honest relay after it', async () => {
    const packet = await announcementBytes(ID, '10.77.0.1');
    const { up } = startBrowser(lan.host('10.77.0.2'));
    for (let i = 0; i < 5_000; i += 1)
      lan.inject(packet.subarray(0, i % packet.length), '10.77.0.9');
    await pass(5_000);
    startRelay(lan.host('10.77.0.1'), { id: idOf(1) });
    await settle();
    expect(up.map((h) => h.relayIdPrefix)).toContain(idOf(1));
  });

  it('answers a flood of questions with at most ten packets a second', async () => {
    startRelay(lan.host('10.77.0.1'));
    const browserHost = lan.host('10.77.0.2');
    startBrowser(browserHost);
    await pass(60_000);
    const question = lan.sent.find(({ from }) => from === '10.77.0.2')?.packet ?? Buffer.alloc(0);
    const before = lan.sent.length;
    for (let i = 0; i < 1_000; i += 1) {
      lan.inject(question, '10.77.0.66');
      await pass(10);
    }
    const answers = lan.sent.slice(before).filter(({ from }) => from === '10.77.0.1');
    expect(question.length).toBeGreaterThan(0);
    expect(answers.length).toBeGreaterThan(50);
    expect(answers.length).toBeLessThan(130);
  });

  it('drops packets that claim too much or are too long before decoding them', async () => {
    const packet = await announcementBytes(ID, '10.77.0.1');
    const { up } = startBrowser(lan.host('10.77.0.2'));
    await settle();
    const claims = [4, 6, 8, 10].map((offset) => {
      const claiming = Buffer.from(packet);
      claiming.writeUInt16BE(0xffff, offset);
      return claiming;
    });
    const long = Buffer.concat([packet, Buffer.alloc(1501 - packet.length)]);
    for (const hostile of [...claims, long]) lan.inject(hostile, '10.77.0.1');
    await settle();
    expect(up).toEqual([]);
    lan.inject(Buffer.concat([packet, Buffer.alloc(1500 - packet.length)]), '10.77.0.1');
    await settle();
    expect(up).toHaveLength(1);
  });

  it('neither throws nor lets a malformed hint through, whatever bytes arrive', async () => {
    const packet = await announcementBytes(ID, '10.77.0.1');
    const { up } = startBrowser(lan.host('10.77.0.2'));
    startRelay(lan.host('10.77.0.3'), { id: idOf(3) });
    await settle();
    const flips = fc.array(fc.tuple(fc.nat(packet.length - 1), fc.nat(255)), { maxLength: 12 });
    const mutated = flips.map((changes) => {
      const copy = Buffer.from(packet);
      for (const [offset, value] of changes) copy[offset] = value;
      return copy;
    });
    const header = fc.constantFrom(packet.subarray(0, 12), lan.sent[0]?.packet.subarray(0, 12));
    const noise = fc
      .tuple(header, fc.uint8Array({ maxLength: 1488 }))
      .map(([head, rest]) => Buffer.concat([head ?? Buffer.alloc(0), rest]));
    await fc.assert(
      fc.asyncProperty(fc.oneof(mutated, noise), async (hostile) => {
        lan.inject(hostile, '10.77.0.9');
        await pass(10);
      }),
      { numRuns: 1_500 },
    );
    for (const hint of up) {
      expect(hint.relayIdPrefix).toMatch(/^[0-9a-f]{16}$/);
      expect(hint.port).toBeGreaterThan(0);
    }
    await pass(2_000);
    expect(up.map((h) => h.relayIdPrefix)).toContain(idOf(3));
  });
});
