// Private frames: passed on as they are, or refused with the reason.
import { describe, expect, it } from 'vitest';
import { numberedIdentity, numberedTopic } from '../support/wire-client.ts';
import { directBlob, roomBlob, sealed } from './blobs.ts';
import { endOf, runRelay } from './running-relay.ts';

const bo = () => numberedIdentity(2).id;

describe('SEND', () => {
  it.each([256, 4_096, 65_536])('delivers a blob of %i padded bytes unchanged', async (size) => {
    const { login } = await runRelay();
    const [from, to, other] = [await login(1), await login(2), await login(3)];
    const blob = directBlob(bo(), size);
    expect(await from.request(sealed('send', blob))).toMatchObject({ type: 'done' });
    const delivered = await to.next('deliver');
    expect(delivered.rseq).toBe(0n);
    expect(Buffer.from(delivered.blob).equals(blob)).toBe(true);
    await Promise.all([from.settled(), other.settled()]);
    expect([from.count('deliver'), other.count('deliver')]).toEqual([0, 0]);
  });

  it('keeps the order of one sender', async () => {
    const { login } = await runRelay();
    const [from, to] = [await login(1), await login(2)];
    const blobs = Array.from({ length: 200 }, () => directBlob(bo()));
    blobs.forEach((blob, index) => {
      from.send({ ...sealed('send', blob), req: index + 1 });
    });
    for (const blob of blobs) {
      expect(Buffer.from((await to.next('deliver')).blob).equals(blob)).toBe(true);
    }
  });

  it('says not-here of somebody unknown and of somebody who left', async () => {
    const { login, event } = await runRelay();
    const [from, to] = [await login(1), await login(2)];
    const unknown = await from.request(sealed('send', directBlob(numberedIdentity(3).id)));
    expect(unknown).toMatchObject({ type: 'error', code: 'not-here' });
    await to.close();
    await event('disconnected');
    const left = await from.request(sealed('send', directBlob(bo())));
    expect(left).toMatchObject({ type: 'error', code: 'not-here' });
  });

  it.each([
    ['a room blob in SEND', sealed('send', roomBlob(numberedTopic(1)))],
    ['a private blob in FANOUT', sealed('fanout', new Uint8Array(34 + 1_280 + 256).fill(1))],
    ['a length between the buckets', sealed('send', new Uint8Array(1_800).fill(1))],
    ['no blob', sealed('send', new Uint8Array(0))],
  ])('ends a connection that sends %s', async (_name, body) => {
    const { login } = await runRelay();
    const client = await login(1);
    client.send({ ...body, req: 9 });
    expect(await endOf(client)).toBe('malformed');
  });
});
