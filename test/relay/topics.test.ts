// Rooms as the relay sees them: rosters and fan-out.
import { beforeAll, describe, expect, it } from 'vitest';
import { ready } from '../../src/crypto/sodium.ts';
import type { FrameOf, JoinProof } from '../../src/protocol/frames.ts';
import type { WireClient } from '../support/wire-client.ts';
import { joinProof, numberedIdentity, numberedTopic } from '../support/wire-client.ts';
import { roomBlob, sealed } from './blobs.ts';
import { heard, join, namesHeard, namesOf, say, sub, TOPIC } from './rooms.ts';
import { runRelay } from './running-relay.ts';

beforeAll(ready);

/** The next roster update, which is not an answer. */
const update = (client: WireClient) =>
  client.nextWhere((f) => f.type === 'roster' && f.req === 0) as Promise<FrameOf<'roster'>>;

describe('fan-out', () => {
  it('reaches all members but the sender, in one order, numbered upwards', async () => {
    const { login } = await runRelay();
    const members = await Promise.all([1, 2, 3].map((number) => login(number)));
    for (const member of members) await join(member);
    const [asha, bo, chen] = members;
    if (!asha || !bo || !chen) throw new Error('three');
    const sent: Uint8Array[][] = [[], []];
    for (let round = 0; round < 50; round++) {
      // Both in one turn, so that own and others' blobs share a segment.
      for (const [index, from] of [asha, bo].entries()) {
        const blob = roomBlob(TOPIC);
        sent[index]?.push(blob);
        from.send({ ...sealed('fanout', blob), req: 1_000 + round });
      }
    }
    await Promise.all([asha, bo].map((from) => from.nextWhere((f) => f.req === 1_049)));
    await Promise.all(members.map((member) => member.settled()));
    const [fromAsha, fromBo] = sent.map((blobs) => namesOf(blobs));
    expect(namesHeard(asha)).toEqual(fromBo);
    expect(namesHeard(bo)).toEqual(fromAsha);
    const all = namesHeard(chen);
    expect(all).toHaveLength(100);
    expect(all.filter((name) => fromAsha?.includes(name))).toEqual(fromAsha);
    const rseqs = heard(chen).map(({ rseq }) => rseq);
    expect(
      rseqs.every((rseq, index) => index === 0 || rseq === (rseqs[index - 1] ?? 0n) + 1n),
    ).toBe(true);
  });

  it('lets a guest speak and hear the roster, gives it no blobs and does not list it', async () => {
    const { login } = await runRelay();
    const [member, guest] = [await login(1), await login(2)];
    await join(member);
    const roster = await join(guest, 0n, joinProof('guest'));
    expect(roster.entries.map(({ id }) => id)).toEqual([numberedIdentity(1).id]);
    const spoken = await say(guest);
    expect(Buffer.from((await member.next('deliver')).blob)).toEqual(Buffer.from(spoken));
    await say(member);
    await guest.settled();
    expect(guest.count('deliver')).toBe(0);
    await join(await login(3));
    expect((await update(guest)).entries.length).toBeGreaterThan(0);
    expect(JSON.stringify(await memberIds(member))).not.toContain(numberedIdentity(2).id);
  });

  it('refuses who has not subscribed', async () => {
    const { login } = await runRelay();
    const client = await login(1);
    const answer = await client.request(sealed('fanout', roomBlob(TOPIC)));
    expect(answer).toMatchObject({ type: 'error', code: 'not-subscribed' });
    const unsub = { type: 'unsub', topic: TOPIC, join: joinProof('left') } as const;
    expect(await client.request(unsub)).toMatchObject({ type: 'error', code: 'not-subscribed' });
  });

  it('sends one sealing once, however often it is retried', async () => {
    const { login } = await runRelay();
    const [asha, bo] = [await login(1), await login(2)];
    await join(asha);
    await join(bo);
    const body = sealed('fanout', roomBlob(TOPIC));
    asha.send({ ...body, req: 11 });
    asha.send({ ...body, req: 12 });
    await asha.nextWhere((f) => f.type === 'done' && f.req === 12);
    await asha.close();
    const again = await login(1);
    await join(again);
    expect(await again.request(body)).toMatchObject({ type: 'done' });
    await bo.settled();
    expect(bo.count('deliver')).toBe(1);
  });
});

async function memberIds(client: WireClient): Promise<string[]> {
  return (await join(client, 0n, joinProof('joined'))).entries.map(({ id }) => id);
}

describe('roster', () => {
  it('tells of joins, of ended connections, and of signed leaves', async () => {
    const { login } = await runRelay();
    const [asha, bo] = [await login(1), await login(2)];
    await join(asha);
    await update(asha);
    await join(bo, 0n, joinProof('joined', 5n, 1));
    const { id } = numberedIdentity(2);
    const entry = async () => (await update(asha)).entries.find((e) => e.id === id);
    expect(await entry()).toMatchObject({ here: true, join: { seq: 5n, standing: 'joined' } });
    await bo.close();
    expect(await entry()).toMatchObject({ here: false, join: { seq: 5n, standing: 'joined' } });
    const back = await login(2);
    expect((await join(back, 0n, joinProof('joined', 5n, 1))).entries).toHaveLength(2);
    expect(await entry()).toMatchObject({ here: true });
    const leave = { type: 'unsub', topic: TOPIC, join: joinProof('left', 6n, 2) } as const;
    expect(await back.request(leave)).toMatchObject({ type: 'done' });
    const left = await entry();
    expect(left).toMatchObject({ here: false, join: { seq: 6n, standing: 'left' } });
    expect(Buffer.from(left?.join.signature ?? [])).toEqual(Buffer.alloc(64, 2));
    await say(asha);
    await back.settled();
    expect(back.count('deliver')).toBe(0);
  });

  it('keeps the newest proof: an older one is stale, another under the same seq a fork', async () => {
    const { login } = await runRelay();
    const client = await login(1);
    await join(client, 0n, joinProof('joined', 5n, 1));
    const answer = async (proof: JoinProof) => client.request(sub(0n, proof));
    expect(await answer(joinProof('joined', 4n))).toMatchObject({ code: 'stale-seq' });
    expect(await answer(joinProof('joined', 5n, 2))).toMatchObject({ code: 'fork' });
    expect(await answer(joinProof('joined', 5n, 1))).toMatchObject({ type: 'roster' });
    expect(await answer(joinProof('joined', 6n, 2))).toMatchObject({ type: 'roster' });
  });

  it('is full when everybody on it is here, and otherwise forgets who is not', async () => {
    const { login, event } = await runRelay({ limits: { rosterEntries: 2 } });
    const [asha, bo, chen] = [await login(1), await login(2), await login(3)];
    await join(asha);
    await join(bo);
    expect(await chen.request(sub())).toMatchObject({ type: 'error', code: 'quota' });
    await bo.close();
    await event('disconnected');
    const roster = await join(chen);
    const ids = roster.entries.map(({ id }) => id);
    expect(ids).toEqual([numberedIdentity(1).id, numberedIdentity(3).id]);
  });

  it('bounds topics, of one connection and of all', async () => {
    const { login } = await runRelay({ limits: { topicsAConnection: 2, topics: 3 } });
    const [asha, bo] = [await login(1), await login(2)];
    const open = async (client: WireClient, number: number) =>
      client.request(sub(0n, joinProof('joined'), numberedTopic(number)));
    expect(await open(asha, 1)).toMatchObject({ type: 'roster' });
    expect(await open(asha, 2)).toMatchObject({ type: 'roster' });
    expect(await open(asha, 3)).toMatchObject({ type: 'error', code: 'too-many-topics' });
    expect(await open(bo, 3)).toMatchObject({ type: 'roster' });
    expect(await open(bo, 4)).toMatchObject({ type: 'error', code: 'quota' });
    const unsub = { type: 'unsub', topic: numberedTopic(3), join: joinProof('left', 2n) } as const;
    expect(await bo.request(unsub)).toMatchObject({ type: 'done' });
    expect(await open(bo, 4)).toMatchObject({ type: 'roster' });
  });
});
