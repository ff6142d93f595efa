// Files between hosts with real interfaces: straight where the two reach each other, over the relay where they do not.
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClientEvent } from '../../src/client/api.ts';
import { type BundledScript, bundleScript } from '../support/bundle.ts';
import { createLan, type LanHost, namespacesUnavailable } from '../support/netns.ts';
import { gathered, type HostedPerson, startPersonOn, startRelayOn } from './link-hosts.ts';

const unavailable = namespacesUnavailable();
if (unavailable !== null) console.warn(`skipped: ${unavailable}`);

const TIMEOUT_MS = 60_000;
const SIZE = 20_000_000;

let script: BundledScript;

beforeAll(async () => {
  script = await bundleScript('test/e2e/link-script.ts');
});
afterAll(() => script.remove());

type Hosts = Record<'relay' | 'asha' | 'ben', LanHost>;

async function withHosts(use: (hosts: Hosts, folder: string) => Promise<void>) {
  const lan = createLan(['relay', 'asha', 'ben']);
  const folder = await mkdtemp(join(tmpdir(), 'lanchat-straight-'));
  try {
    await use(lan.hosts, folder);
  } finally {
    lan.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Sends a file from asha to ben, who both let it go straight, and returns the last way it took. */
async function lastWay(hosts: Hosts, folder: string): Promise<string | null> {
  await startRelayOn(hosts.relay, script.path, join(folder, 'relay'));
  const asha = await startPersonOn(hosts.asha, script.path, folder);
  const ben = await startPersonOn(hosts.ben, script.path, folder);
  await gathered([asha, ben]);
  const downloads = join(folder, 'got');
  const change = {
    directFiles: true,
    downloads,
    acceptFiles: 'everyone',
    acceptMaxMb: 100,
  } as const;
  for (const person of [asha, ben]) await person.ask({ do: 'set', change });
  const bytes = randomBytes(SIZE);
  const path = join(folder, 'film.bin');
  await writeFile(path, bytes);
  await asha.ask({ do: 'send-file', to: { peer: ben.fingerprint }, path, text: '' });
  await ben.line((event) => event.type === 'file' && event.transfer.state === 'done');
  const landed = await readFile(join(downloads, 'film.bin'));
  expect(hashOf(landed)).toBe(hashOf(bytes));
  return waysOf(ben).at(-1) ?? null;
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function waysOf({ lines }: HostedPerson) {
  const isMoving = ({ data }: { readonly data: ClientEvent }) =>
    data?.type === 'file' && data.transfer.state === 'moving' ? [data.transfer.via] : [];
  return lines.flatMap(isMoving);
}

describe.skipIf(unavailable !== null)('a file between two hosts', () => {
  it(
    'goes straight where they reach each other',
    () => withHosts(async (hosts, folder) => expect(await lastWay(hosts, folder)).toBe('direct')),
    TIMEOUT_MS,
  );

  it(
    'goes over the relay where they don’t',
    () =>
      withHosts(async (hosts, folder) => {
        // To each other's address there is no way; the relay's stays.
        hosts.asha.ip('route', 'add', 'blackhole', `${hosts.ben.address}/32`);
        hosts.ben.ip('route', 'add', 'blackhole', `${hosts.asha.address}/32`);
        expect(await lastWay(hosts, folder)).toBe('relay');
      }),
    TIMEOUT_MS,
  );
});
