// Publishing cards and bundles, and asking for them.
import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { signBundle, signCard } from '../../src/crypto/signed-objects.ts';
import { ready } from '../../src/crypto/sodium.ts';
import { PREKEY_BYTES } from '../../src/protocol/bundle.ts';
import type { ObjectKind } from '../../src/protocol/frames.ts';
import { MAX_FOUND_BYTES } from '../../src/relay/limits.ts';
import { numberedIdentity } from '../support/wire-client.ts';
import { endOf, runRelay } from './running-relay.ts';

beforeAll(ready);

function bundle(number: number, seq: bigint, prekeys = 1): Uint8Array {
  const keys = Array.from({ length: prekeys }, () => ({
    class: 'live' as const,
    publicKey: randomBytes(PREKEY_BYTES),
  }));
  return signBundle(numberedIdentity(number), { seq, boot: 1n, prekeys: keys });
}

const card = (number: number, seq: bigint, nick: string) =>
  signCard(numberedIdentity(number), { seq, nick });
const get = (kind: ObjectKind, ...numbers: number[]) => ({
  type: 'get' as const,
  kind,
  ids: numbers.map((number) => numberedIdentity(number).id),
});
const publish = (kind: ObjectKind, object: Uint8Array) => ({
  type: 'publish' as const,
  kind,
  object,
});

describe('publishing', () => {
  it('hands out what its owner signed, byte for byte, and tells everybody the new seq', async () => {
    const { login } = await runRelay();
    const [asha, bo] = [await login(1), await login(2)];
    const object = bundle(1, 7n);
    expect(await asha.request(publish('bundle', object))).toMatchObject({ type: 'done' });
    const found = await bo.request(get('bundle', 1));
    expect(found).toMatchObject({ type: 'found', kind: 'bundle' });
    expect(found.type === 'found' && found.objects.map((o) => Buffer.from(o))).toEqual([
      Buffer.from(object),
    ]);
    const update = await bo.nextWhere(
      (frame) => frame.type === 'presence' && frame.entries.some((e) => e.bundleSeq === 7n),
    );
    expect(update).toMatchObject({ req: 0, complete: true });
  });

  it.each(['card', 'bundle'] as const)('refuses a %s below the one published', async (kind) => {
    const { login } = await runRelay();
    const asha = await login(1);
    const make = (seq: bigint) => (kind === 'card' ? card(1, seq, 'asha') : bundle(1, seq));
    expect(await asha.request(publish(kind, make(9n)))).toMatchObject({ type: 'done' });
    const answer = await asha.request(publish(kind, make(8n)));
    expect(answer).toMatchObject({ type: 'error', code: 'stale-seq' });
    expect(await asha.request(publish(kind, make(10n)))).toMatchObject({ type: 'done' });
  });

  it('takes the same bytes twice, and calls other bytes under the same seq a fork', async () => {
    const { login } = await runRelay();
    const asha = await login(1);
    const object = bundle(1, 7n);
    expect(await asha.request(publish('bundle', object))).toMatchObject({ type: 'done' });
    expect(await asha.request(publish('bundle', object))).toMatchObject({ type: 'done' });
    const forked = await asha.request(publish('bundle', bundle(1, 7n)));
    expect(forked).toMatchObject({ type: 'error', code: 'fork' });
    const found = await asha.request(get('bundle', 1));
    expect(found.type === 'found' && found.objects.map((o) => Buffer.from(o))).toEqual([
      Buffer.from(object),
    ]);
  });

  it("ends a connection that publishes another's card or bundle, or a forged one", async () => {
    const { login, events } = await runRelay();
    const forged = bundle(1, 7n);
    forged[40] = (forged[40] ?? 0) ^ 1;
    const attempts = [
      publish('bundle', bundle(2, 7n)),
      publish('card', card(2, 7n, 'bo')),
      publish('bundle', forged),
      publish('bundle', bundle(1, 7n).subarray(1)),
      publish('card', new Uint8Array(3)),
    ];
    for (const attempt of attempts) {
      const mallory = await login(1);
      mallory.send({ ...attempt, req: 5 });
      expect(await endOf(mallory)).toBe('malformed');
      await mallory.closed;
    }
    const bo = await login(2);
    expect(await bo.request(get('bundle', 1, 2))).toMatchObject({ objects: [] });
    const details = events.flatMap((e) => (e.type === 'dropped' ? [e.detail] : []));
    expect(details.slice(0, 3)).toEqual([
      'bundle refused: wrong-owner',
      'card of another ID',
      'bundle refused: bad-signature',
    ]);
  });

  it('still answers for somebody who left, and leaves out whom it never saw', async () => {
    const { login } = await runRelay();
    const bo = await login(2);
    const asha = await login(1, { nick: 'asha' });
    await asha.close();
    await bo.nextWhere((f) => f.type === 'presence' && f.entries.some((e) => !e.online));
    const found = await bo.request(get('card', 3, 1, 4));
    expect(found.type === 'found' && found.objects.map((o) => Buffer.from(o))).toEqual([
      Buffer.from(card(1, 1n, 'asha')),
    ]);
  });

  it('answers with as many as fit in one answer, in order; the rest is asked for again', async () => {
    const { login } = await runRelay();
    const numbers = Array.from({ length: 20 }, (_, index) => index + 1);
    for (const number of numbers) {
      const client = await login(number);
      await client.request(publish('bundle', bundle(number, 1n, 4)));
    }
    const reader = await login(1);
    const seen: string[] = [];
    let rounds = 0;
    while (seen.length < numbers.length) {
      const found = await reader.request(get('bundle', ...numbers.slice(seen.length)));
      if (found.type !== 'found' || found.objects.length === 0) throw new Error('no progress');
      const bytes = found.objects.reduce((sum, object) => sum + object.length + 4, 8);
      expect(bytes).toBeLessThanOrEqual(MAX_FOUND_BYTES);
      for (const object of found.objects)
        seen.push(Buffer.from(object.subarray(1, 33)).toString('hex'));
      rounds++;
    }
    expect(seen).toEqual(numbers.map((number) => numberedIdentity(number).id));
    expect(rounds).toBe(4);
  });
});
