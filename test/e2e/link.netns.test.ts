// Three hosts and a relay on a bridge: found by mDNS with nothing typed, blind on the wire, back after an outage.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findPlaintext } from '../../src/cli/plaintext-detector.ts';
import { type BundledScript, bundleScript } from '../support/bundle.ts';
import { createLan, type LanHost, namespacesUnavailable } from '../support/netns.ts';
import {
  gathered,
  type HostedPerson,
  isOnline,
  isReading,
  startPersonOn,
  startRelayOn,
} from './link-hosts.ts';

const unavailable = namespacesUnavailable();
if (unavailable !== null) console.warn(`skipped: ${unavailable}`);
const withoutCapture = unavailable ?? captureUnavailable();
if (unavailable === null && withoutCapture !== null) console.warn(`skipped: ${withoutCapture}`);

/** The whole half minute takes its time: set LANCHAT_OUTAGE_SECONDS=30 for it. */
const OUTAGE_MS = Number(process.env.LANCHAT_OUTAGE_SECONDS ?? 4) * 1_000;
const TIMEOUT_MS = 60_000 + 3 * OUTAGE_MS;

let script: BundledScript;

beforeAll(async () => {
  script = await bundleScript('test/e2e/link-script.ts');
});
afterAll(() => script.remove());

function captureUnavailable(): string | null {
  try {
    execFileSync('tcpdump', ['--version'], { stdio: 'pipe' });
    return null;
  } catch {
    return 'the capture needs tcpdump';
  }
}

interface House {
  readonly hosts: Record<'relay' | 'asha' | 'ben' | 'cara', LanHost>;
  readonly folder: string;
}

async function withHouse(use: (house: House) => Promise<void>) {
  const lan = createLan(['relay', 'asha', 'ben', 'cara']);
  const folder = await mkdtemp(join(tmpdir(), 'lanchat-house-'));
  try {
    await use({ hosts: lan.hosts, folder });
  } finally {
    lan.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function startPeople({ hosts, folder }: House) {
  const start = (host: LanHost) => startPersonOn(host, script.path, folder);
  const [asha, ben, cara] = await Promise.all([hosts.asha, hosts.ben, hosts.cara].map(start));
  if (asha === undefined || ben === undefined || cara === undefined) throw new Error('three');
  await gathered([asha, ben, cara]);
  return { asha, ben, cara };
}

function tell(from: HostedPerson, to: HostedPerson, text: string) {
  return from.ask({ do: 'send', to: { peer: to.fingerprint }, text });
}

function say(from: HostedPerson, text: string) {
  return from.ask({ do: 'send', to: { room: '#lobby' }, text });
}

/** Both type privately and in the room, a line each half second, until `stop`. */
function typeUntil(asha: HostedPerson, ben: HostedPerson, stop: Promise<void>): Promise<number> {
  let isOver = false;
  void stop.then(() => {
    isOver = true;
  });
  return (async () => {
    let n = 0;
    while (!isOver) {
      n += 1;
      await tell(asha, ben, `asha private ${n}`);
      await say(asha, `asha room ${n}`);
      await tell(ben, asha, `ben private ${n}`);
      await say(ben, `ben room ${n}`);
      await pause(500);
    }
    return n;
  })();
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

function numbered(words: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${words} ${index + 1}`);
}

/** Every line of both, once and in order, to each who should read it. Returns when the last one came. */
async function expectEveryLine(
  people: Record<'asha' | 'ben' | 'cara', HostedPerson>,
  count: number,
) {
  const { asha, ben, cara } = people;
  const expected: [HostedPerson, string][] = [
    [ben, 'asha private'],
    [ben, 'asha room'],
    [asha, 'ben private'],
    [asha, 'ben room'],
    [cara, 'asha room'],
    [cara, 'ben room'],
  ];
  const last = expected.map(([reader, words]) => reader.line(isReading(`${words} ${count}`)));
  const lines = await Promise.all(last);
  for (const [reader, words] of expected) {
    expect(reader.heard(words)).toEqual(numbered(words, count));
  }
  for (const person of [asha, ben, cara]) {
    expect(person.lines.filter(({ event }) => event === 'gap')).toEqual([]);
  }
  return Math.max(...lines.map(({ at }) => at));
}

async function outageOf(name: 'asha' | 'relay') {
  await withHouse(async (house) => {
    await startRelayOn(house.hosts.relay, script.path, join(house.folder, 'relay'));
    const people = await startPeople(house);
    const { asha, ben } = people;
    let stop = () => {};
    const typed = typeUntil(
      asha,
      ben,
      new Promise((resolve) => {
        stop = resolve;
      }),
    );
    await asha.line(isReading('ben room 2'));
    const downAt = Date.now();
    house.hosts[name].linkDown();
    await pause(OUTAGE_MS);
    const upAt = Date.now();
    house.hosts[name].linkUp();
    await pause(1_000);
    stop();
    const count = await typed;
    const doneAt = await expectEveryLine(people, count);
    const lost = asha.lines.find(({ event, at }) => event === 'disconnected' && at >= downAt);
    const back = asha.lines.find(({ data, at }) => at >= upAt && isOnline(data));
    console.info(
      `${name}'s cable out ${OUTAGE_MS} ms: loss shown after ${since(downAt, lost?.at)}, ` +
        `online ${since(upAt, back?.at)} after its return, last of ${count} lines ${since(upAt, doneAt)}`,
    );
  });
}

function since(start: number, end: number | undefined): string {
  return end === undefined ? 'never' : `${end - start} ms`;
}

describe.skipIf(unavailable !== null)('people on a LAN', () => {
  it('lose nothing while the cable of one of them is out', () => outageOf('asha'), TIMEOUT_MS);

  it('lose nothing while the cable of the relay is out', () => outageOf('relay'), TIMEOUT_MS);

  it(
    'come back to a relay that was killed and started again',
    () =>
      withHouse(async (house) => {
        const start = () =>
          startRelayOn(house.hosts.relay, script.path, join(house.folder, 'relay'));
        const killed = await start();
        const people = await startPeople(house);
        const { asha, ben } = people;
        let stop = () => {};
        const typed = typeUntil(
          asha,
          ben,
          new Promise((resolve) => {
            stop = resolve;
          }),
        );
        await asha.line(isReading('ben room 2'));
        const killedAt = Date.now();
        // The program is `ip netns exec`, which becomes node: the signal is node's.
        killed.kill('SIGKILL');
        const lost = await asha.line((e) => e.type === 'disconnected', killedAt);
        await pause(1_000);
        await start();
        const startedAt = Date.now();
        const back = await asha.line(isOnline, startedAt - 500);
        stop();
        const doneAt = await expectEveryLine(people, await typed);
        const reason = lost.data.type === 'disconnected' ? lost.data.reason : '';
        console.info(
          `relay killed: ${reason} shown after ${since(killedAt, lost.at)}, online ` +
            `${since(startedAt, back.at)} after its start, last line ${since(startedAt, doneAt)}`,
        );
      }),
    TIMEOUT_MS,
  );
});

describe.skipIf(withoutCapture !== null)('whoever listens on the wire', () => {
  it(
    'sees no plaintext, and finds the relay only by what it announces',
    () =>
      withHouse(async (house) => {
        const { hosts, folder } = house;
        const file = join(folder, 'wire.pcap');
        const bridge = hosts.relay.namespace.replace(/-relay$/, '-bridge');
        const capture = hosts.relay.spawn([
          ...['ip', 'netns', 'exec', bridge],
          ...['tcpdump', '-i', 'lan', '-U', '-s', '0', '-Z', 'root', '-w', file],
        ]);
        await startRelayOn(hosts.relay, script.path, join(folder, 'relay'));
        const { asha, ben, cara } = await startPeople(house);
        const secrets = ['the-heron-flies-at-dawn', 'meet-me-behind-the-boathouse'];
        const [inRoom = '', inPrivate = ''] = secrets;
        await say(asha, inRoom);
        await tell(asha, cara, inPrivate);
        await Promise.all([ben.line(isReading(inRoom)), cara.line(isReading(inRoom))]);
        await cara.line(isReading(inPrivate));
        // Control: what really is on this wire in clear is found.
        const planted = 'planted-in-clear-for-the-detector';
        await hosts.ben.run(['node', '-e', clearDatagram(hosts.asha.address, planted)]);
        await untilCaptured(file, planted);
        capture.kill('SIGINT');
        await capture.ended;
        const wire = readFileSync(file);
        expect(findPlaintext(wire, [planted])).toBe(planted);
        expect(wire.includes('_lanchat')).toBe(true);
        expect(findPlaintext(wire, secrets)).toBeNull();
      }),
    TIMEOUT_MS,
  );
});

function clearDatagram(address: string, text: string): string {
  return `const s = require('dgram').createSocket('udp4');
    s.send(${JSON.stringify(text)}, 9, ${JSON.stringify(address)}, () => s.close());`;
}

/** tcpdump writes a moment later. */
async function untilCaptured(file: string, text: string): Promise<void> {
  while (!readFileSync(file).includes(text)) await pause(50);
}
