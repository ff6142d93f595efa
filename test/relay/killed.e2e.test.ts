// A relay that is killed while it takes mail: what it had answered is there, in order and once, each time.
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { ready } from '../../src/crypto/sodium.ts';
import { makeTestFolder, removeTestFolder, startChild } from '../storage/children.ts';
import { bundleScript } from '../support/bundle.ts';
import { numbersFrom } from '../support/seeded.ts';
import { numberedIdentity, WireClient } from '../support/wire-client.ts';
import { directBlob, mailed } from './blobs.ts';
import { namesOf } from './rooms.ts';

const KILLS = 12;
const AT_ONCE = 20;
const WRITER = 1;
const READER = 2;

interface Letters {
  /** In the order in which they were sent. */
  readonly sent: string[];
  readonly accepted: Set<string>;
  readonly acknowledged: Set<string>;
}

/** Sends until so many are answered, then kills the relay in the middle of the others. */
async function writeUntilKilled(
  port: number,
  { sent, accepted }: Letters,
  { answers, kill }: { readonly answers: number; readonly kill: () => void },
): Promise<void> {
  const writer = await WireClient.login({ port }, numberedIdentity(WRITER));
  let answered = 0;
  const write = async () => {
    while (answered < answers) {
      const blob = directBlob(numberedIdentity(READER).id);
      const [name = ''] = namesOf([blob]);
      sent.push(name);
      const answer = await writer.request(mailed(blob));
      expect(answer.type).toBe('done');
      accepted.add(name);
      if (++answered === answers) kill();
    }
  };
  await Promise.allSettled(Array.from({ length: AT_ONCE }, () => write()));
  await writer.closed;
}

/** Reads all that waits, and acknowledges the first part of it. */
async function readAll(port: number, { acknowledged }: Letters, keep: number): Promise<string[]> {
  const reader = await WireClient.login({ port }, numberedIdentity(READER));
  const found: string[] = [];
  const rseqs: bigint[] = [];
  for (let after = 0n, end = 'done'; end === 'done'; ) {
    end = (await reader.request({ type: 'fetch', after })).type;
    for (const frame of reader.inbox.splice(0)) {
      if (frame.type !== 'deliver') continue;
      found.push(...namesOf([frame.blob]));
      rseqs.push(frame.rseq);
      after = frame.rseq;
    }
    expect(['done', 'drained']).toContain(end);
  }
  const read = rseqs.slice(0, Math.max(0, rseqs.length - keep));
  for (const name of found.slice(0, read.length)) acknowledged.add(name);
  for (let from = 0; from < read.length; from += 1_024) {
    reader.send({ type: 'ack', req: 0, rseqs: read.slice(from, from + 1_024) });
  }
  await reader.settled();
  await reader.close();
  return found;
}

it('loses and doubles nothing, however often it is killed', { timeout: 120_000 }, async () => {
  await ready();
  const folder = makeTestFolder();
  const script = await bundleScript('test/relay/relay-disk-child.ts');
  onTestFinished(() => {
    script.remove();
    removeTestFolder(folder);
  });
  const start = async () => {
    const child = startChild([process.execPath, script.path, join(folder, 'relay.db')]);
    const { port } = (await child.next()) ?? {};
    return { child, port: Number(port), kill: () => void child.process.kill('SIGKILL') };
  };
  const random = numbersFrom(7);
  const letters: Letters = { sent: [], accepted: new Set(), acknowledged: new Set() };
  for (let round = 0; round < KILLS; round++) {
    const { child, port, kill } = await start();
    onTestFinished(kill);
    const found = await readAll(port, letters, 20 + random(40));
    expect(new Set(found).size).toBe(found.length);
    const missing = [...letters.accepted].filter(
      (name) => !found.includes(name) && !letters.acknowledged.has(name),
    );
    expect(missing).toEqual([]);
    // Those of one connection are in its order; each round writes on one of its own.
    expect(found).toEqual(letters.sent.filter((name) => found.includes(name)));
    await writeUntilKilled(port, letters, { answers: 1 + random(150), kill });
    await child.exited;
  }
  const { child, port } = await start();
  expect((await readAll(port, letters, 0)).length).toBeGreaterThan(0);
  child.process.stdin?.write('close\n');
  expect(await child.next()).toEqual({ type: 'closed', check: 'ok' });
});
