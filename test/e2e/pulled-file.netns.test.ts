// A file whose reader's cable is pulled on the way, on a LAN with real interfaces: it goes on from where it was.
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClientEvent } from '../../src/client/api.ts';
import { type BundledScript, bundleScript } from '../support/bundle.ts';
import { createLan, namespacesUnavailable } from '../support/netns.ts';
import { gathered, startPersonOn, startRelayOn } from './link-hosts.ts';

const unavailable = namespacesUnavailable();
if (unavailable !== null) console.warn(`skipped: ${unavailable}`);

const SIZE = 200_000_000;
const PULLED_AT = 20_000_000;

let script: BundledScript;

beforeAll(async () => {
  script = await bundleScript('test/e2e/link-script.ts');
});
afterAll(() => script.remove());

const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** How much of the file had come, where this tells of that while it comes. */
function comeBy(event: ClientEvent): number | null {
  if (event.type !== 'file' || event.transfer.state !== 'moving') return null;
  return event.transfer.direction === 'in' ? event.transfer.bytes : null;
}

describe.skipIf(unavailable !== null)('a file whose reader’s cable is pulled', () => {
  it('waits, and goes on from where it was', async () => {
    const lan = createLan(['relay', 'asha', 'ben']);
    const folder = await mkdtemp(join(tmpdir(), 'lanchat-pulled-'));
    try {
      const { hosts } = lan;
      await startRelayOn(hosts.relay, script.path, join(folder, 'relay'));
      const asha = await startPersonOn(hosts.asha, script.path, folder);
      const ben = await startPersonOn(hosts.ben, script.path, folder);
      await gathered([asha, ben]);
      const downloads = join(folder, 'got');
      const change = { downloads, acceptFiles: 'everyone', acceptMaxMb: 1_000 } as const;
      await ben.ask({ do: 'set', change });
      const bytes = randomBytes(SIZE);
      const path = join(folder, 'film.bin');
      await writeFile(path, bytes);
      await asha.ask({ do: 'send-file', to: { peer: ben.fingerprint }, path, text: '' });
      await ben.line((event) => (comeBy(event) ?? 0) > PULLED_AT);
      hosts.ben.linkDown();
      await ben.line((event) => event.type === 'disconnected');
      const before = ben.lines.length;
      expect(await readdir(downloads)).toEqual([expect.stringMatching(/^\.lanchat-.*\.part$/)]);
      hosts.ben.linkUp();
      await ben.line((event) => event.type === 'file' && event.transfer.state === 'done');
      const again = ben.lines.slice(before).flatMap(({ data }) => comeBy(data) ?? []);
      expect(again[0]).toBeGreaterThan(PULLED_AT / 2);
      expect(await readdir(downloads)).toEqual(['film.bin']);
      expect(hashOf(await readFile(join(downloads, 'film.bin')))).toBe(hashOf(bytes));
    } finally {
      lan.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    }
  }, 90_000);
});
