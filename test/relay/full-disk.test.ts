// A disk that is really full: the relay says so, claims nothing, and goes on when there is room.
import { expect, it } from 'vitest';
import { ready } from '../../src/crypto/sodium.ts';
import { whyNoMounts } from '../storage/children.ts';
import { numberedIdentity, WireClient } from '../support/wire-client.ts';
import { directBlob, mailed } from './blobs.ts';
import { relayOnDiskOf } from './small-disk-relay.ts';

/** A relay on a disk of 3 MB, of which something that can be deleted takes the half. */
async function relayOnSmallDisk() {
  const { child, port } = await relayOnDiskOf(3, 1_500_000);
  return {
    child,
    port,
    say: (line: string) => child.process.stdin?.write(`${line}\n`),
  };
}

it('refuses while it is full, and has all that it accepted when there is room', async ({
  skip,
}) => {
  const whyNot = whyNoMounts();
  if (whyNot !== null) return skip(whyNot);
  await ready();
  const { child, port, say } = await relayOnSmallDisk();
  const [asha, bo] = [numberedIdentity(1), numberedIdentity(2)];
  await (await WireClient.login({ port }, bo)).close();
  const writer = await WireClient.login({ port }, asha);
  const accepted: string[] = [];
  const leave = async () => {
    const blob = directBlob(bo.id, 16_384);
    const answer = await writer.request(mailed(blob));
    if (answer.type === 'done') accepted.push(Buffer.from(blob.subarray(-8)).toString('hex'));
    return answer;
  };
  let answer = await leave();
  while (answer.type === 'done') answer = await leave();
  expect(answer).toMatchObject({ code: 'storage' });
  expect(await leave()).toMatchObject({ code: 'storage' });
  expect(await child.next()).toMatchObject({ type: 'storage', problem: { code: 'no-space' } });
  expect(accepted.length).toBeGreaterThan(20);
  say('room');
  while ((await leave()).type !== 'done') await writer.settled();
  expect(await child.next()).toEqual({ type: 'storage', problem: null });
  const reader = await WireClient.login({ port }, bo);
  const found: string[] = [];
  for (let after = 0n, end = 'done'; end === 'done'; ) {
    end = (await reader.request({ type: 'fetch', after })).type;
    for (const frame of reader.inbox.splice(0)) {
      if (frame.type !== 'deliver') continue;
      found.push(Buffer.from(frame.blob.subarray(-8)).toString('hex'));
      after = frame.rseq;
    }
  }
  expect(found).toEqual(accepted);
  await Promise.all([writer.close(), reader.close()]);
  say('close');
  expect(await child.next()).toEqual({ type: 'closed', check: 'ok' });
});
