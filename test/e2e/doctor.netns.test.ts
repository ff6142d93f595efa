// Faults made on purpose, and the finding that names each.
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Finding } from '../../src/discovery/findings.ts';
import { type BundledScript, bundleScript } from '../support/bundle.ts';
import { createLan, type LanHost, namespacesUnavailable } from '../support/netns.ts';

const unavailable = namespacesUnavailable();
if (unavailable !== null) console.warn(`skipped: ${unavailable}`);
const hasNft = spawnSync('nft', ['--version']).status === 0;
if (!hasNft) console.warn('skipped: faults that need nft (package nftables)');

const ID = '0123456789abcdef';
const WITHOUT_DISCOVERY = 'or go without discovery: lanchat --relay HOST:PORT.';
const ALLOW =
  'On 10.77.0.1 allow TCP port 7717 in the firewall ' +
  '(ufw: sudo ufw allow 7717/tcp; firewalld: sudo firewall-cmd --add-port=7717/tcp)';
let script: BundledScript;

beforeAll(async () => {
  script = await bundleScript('test/support/discovery-script.ts');
});
afterAll(() => script.remove());

async function withLan(use: (relay: LanHost, here: LanHost) => Promise<void>) {
  const lan = createLan(['relay', 'here']);
  try {
    await use(lan.hosts.relay, lan.hosts.here);
  } finally {
    lan.close();
  }
}

async function startRelay(on: LanHost) {
  await on.spawn(['node', script.path, 'advertise', ID, 'Kitchen']).line('"advertising"');
}

/** What the doctor finds, by check. */
async function diagnose(on: LanHost, ...relay: string[]) {
  const { stdout, stderr } = await on.run(['node', script.path, 'diagnose', ...relay]);
  expect(stderr).toBe('');
  const findings: Finding[] = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).data);
  for (const { ok, fix } of findings) expect(ok, fix).toBe(fix === undefined);
  return Object.fromEntries(findings.map((finding) => [finding.check, finding]));
}

function shell(on: LanHost, command: string) {
  return on.run(['sh', '-c', command]);
}

async function firewall(on: LanHost, hook: 'input' | 'output', rule: string) {
  const chain = `add chain inet test c { type filter hook ${hook} priority 0; }`;
  const script = `add table inet test; ${chain}; add rule inet test c ${rule}`;
  expect(await on.run(['nft', script])).toMatchObject({ code: 0 });
}

describe.skipIf(unavailable !== null).concurrent('doctor', () => {
  it('finds nothing wrong where nothing is', () =>
    withLan(async (relay, here) => {
      await startRelay(relay);
      const found = await diagnose(here);
      expect(Object.values(found).map(({ check, ok }) => ({ check, ok }))).toEqual(
        ['interfaces', 'mdns-port', 'multicast', 'relays', 'relay'].map((check) => ({
          check,
          ok: true,
        })),
      );
      expect(found.interfaces?.detail).toBe('Up: eth0 10.77.0.2/24.');
      expect(found.relays?.detail).toBe(`Answered by mDNS: 10.77.0.1:7717 (${ID}…).`);
    }));

  it('names an interface that refuses multicast', () =>
    withLan(async (relay, here) => {
      await startRelay(relay);
      await shell(here, 'echo 0 > /proc/sys/net/ipv4/igmp_max_memberships');
      const { multicast, relays } = await diagnose(here);
      expect(multicast).toMatchObject({
        ok: false,
        detail: 'No multicast on eth0: joining 224.0.0.251 is refused (ENOBUFS).',
        fix: expect.stringMatching(/igmp_max_memberships must not be 0.*--relay HOST:PORT\.$/),
      });
      expect(relays).toMatchObject({ ok: false, fix: 'Mend what is named above first.' });
    }));

  it.skipIf(!hasNft).each([
    ['output', 'sending to 224.0.0.251 is refused (EPERM)'],
    ['input', 'what is sent to 224.0.0.251 does not come back'],
  ] as const)('names a firewall that drops multicast on %s', (hook, what) =>
    withLan(async (_relay, here) => {
      await firewall(here, hook, 'ip daddr 224.0.0.0/4 drop');
      expect((await diagnose(here)).multicast).toMatchObject({
        detail: `No multicast on eth0: ${what}.`,
        fix:
          "Allow UDP to 224.0.0.251 port 5353 on eth0 in this machine's firewall, " +
          WITHOUT_DISCOVERY,
      });
    }),
  );

  it('names the program that holds port 5353 for itself', () =>
    withLan(async (relay, here) => {
      await startRelay(relay);
      const hold = "require('dgram').createSocket('udp4').bind(5353, () => console.log('held'))";
      const holder = here.spawn(['node', '-e', hold]);
      await holder.line('held');
      const found = await diagnose(here);
      expect(found['mdns-port']).toMatchObject({
        ok: false,
        detail: `UDP port 5353 is held exclusively by node (pid ${holder.pid}).`,
        fix: `Stop node (pid ${holder.pid}), ${WITHOUT_DISCOVERY}`,
      });
    }));

  it('takes no offence at a program that shares port 5353', () =>
    withLan(async (_relay, here) => {
      const share =
        "require('dgram').createSocket({type:'udp4',reuseAddr:true})" +
        ".bind(5353, () => console.log('shared'))";
      const sharer = here.spawn(['node', '-e', share]);
      await sharer.line('shared');
      expect((await diagnose(here))['mdns-port']).toMatchObject({
        ok: true,
        detail: `UDP port 5353 is shared with node (pid ${sharer.pid}).`,
      });
    }));

  it('names a relay in the wrong subnet', () =>
    withLan(async (relay, here) => {
      relay.ip('addr', 'flush', 'dev', relay.interfaceName);
      relay.ip('addr', 'add', '10.78.0.1/24', 'dev', relay.interfaceName);
      await startRelay(relay);
      expect((await diagnose(here, '10.78.0.1', '7717')).relay).toMatchObject({
        detail:
          'Wrong subnet: 10.78.0.1 is in no network of this machine (eth0 10.77.0.2/24) ' +
          'and no route leads there.',
        fix: 'Join this machine to the network of 10.78.0.1, or give both addresses in one subnet.',
      });
    }));

  it('names packets that are dropped', () =>
    withLan(async (relay, here) => {
      await startRelay(relay);
      // With the neighbour entry given, only the answers from the relay's side are lost.
      const { stdout } = await shell(relay, 'cat /sys/class/net/eth0/address');
      const neighbour = [relay.address, 'lladdr', stdout.trim(), 'dev', here.interfaceName];
      here.ip('neigh', 'replace', ...neighbour);
      relay.ip('route', 'add', 'blackhole', `${here.address}/32`);
      expect((await diagnose(here, relay.address, '7717')).relay).toMatchObject({
        detail: 'Packets to 10.77.0.1:7717 are dropped: no answer within 5 s.',
        fix: `${ALLOW}; on Wi-Fi turn off client isolation in the access point.`,
      });
    }));

  it.skipIf(!hasNft)('names a firewall that rejects', () =>
    withLan(async (relay, here) => {
      await startRelay(relay);
      await firewall(relay, 'input', 'tcp dport 7717 reject with icmpx admin-prohibited');
      expect((await diagnose(here)).relay).toMatchObject({
        detail: 'A firewall rejects connections to 10.77.0.1:7717.',
        fix: `${ALLOW}.`,
      });
    }),
  );

  it('names a relay that is down', () =>
    withLan(async (relay, here) => {
      const found = await diagnose(here, relay.address, '7717');
      expect(found.relay).toMatchObject({
        detail: 'The relay is down: 10.77.0.1 answers, but nothing listens on port 7717.',
        fix: 'Start it there: lanchat relay --port 7717; if one runs, use the port that it printed.',
      });
      expect(found.relays).toMatchObject({
        detail: 'No relay answered by mDNS within 1.5 s.',
        fix: 'Start one on any machine of this network: lanchat relay.',
      });
    }));

  it("names a relay's machine that is off", () =>
    withLan(async (relay, here) => {
      relay.linkDown();
      expect((await diagnose(here, relay.address, '7717')).relay).toMatchObject({
        detail: 'No machine in this network has the address 10.77.0.1.',
      });
    }));

  it('names multicast that is lost on the way to a relay that can be reached', () =>
    withLan(async (relay, here) => {
      await startRelay(relay);
      await shell(relay, 'echo 0 > /proc/sys/net/ipv4/igmp_max_memberships');
      relay.unplug();
      relay.plugIn();
      const found = await diagnose(here, relay.address, '7717');
      expect(found.relay).toMatchObject({ ok: true });
      expect(found.relays).toMatchObject({
        detail:
          'No relay answered by mDNS within 1.5 s, though 10.77.0.1:7717 can be reached: ' +
          'multicast is blocked.',
        fix: expect.stringMatching(/^Use lanchat --relay 10\.77\.0\.1:7717, or allow multicast/),
      });
    }));

  it('names a host name that has no address', () =>
    withLan(async (_relay, here) => {
      expect((await diagnose(here, 'relay.invalid', '7717')).relay).toMatchObject({
        detail: 'The name relay.invalid has no address here.',
        fix: "Use the relay's IP address: lanchat --relay ADDRESS:7717.",
      });
    }));

  it('names a machine without a network', () =>
    withLan(async (_relay, here) => {
      here.linkDown();
      expect((await diagnose(here)).interfaces).toMatchObject({
        ok: false,
        detail: 'No network interface but loopback is up with an IPv4 address.',
      });
    }));
});
