// Who hides, as the relay tells of them to others: not at all, or as gone.
import { beforeAll, describe, expect, it } from 'vitest';
import { Prekey } from '../../src/crypto/prekey.ts';
import { signBundle } from '../../src/crypto/signed-objects.ts';
import { ready } from '../../src/crypto/sodium.ts';
import { joinProof, numberedIdentity, type WireClient } from '../support/wire-client.ts';
import { directBlob, mailed, sealed } from './blobs.ts';
import { join, say } from './rooms.ts';
import { runRelay, type TestRelay } from './running-relay.ts';

beforeAll(ready);

const HIDDEN = 2;

/** All that was told of the one who hides, once everything that was to be told by now has been. */
async function toldOf(relay: TestRelay, watcher: WireClient, marker: number) {
  const other = await relay.login(marker);
  const { id } = numberedIdentity(marker);
  await join(other);
  const last = await watcher.nextWhere(
    (frame) => frame.type === 'roster' && frame.req === 0 && frame.entries.some((e) => e.id === id),
  );
  await watcher.settled();
  const hidden = numberedIdentity(HIDDEN).id;
  return [last, ...watcher.inbox.splice(0)].flatMap((frame): object[] => {
    if (frame.type === 'presence') {
      return frame.entries.filter((e) => e.id === hidden).map(({ online }) => ({ online }));
    }
    if (frame.type !== 'roster') return [];
    return frame.entries
      .filter((e) => e.id === hidden)
      .map(({ here, join: { seq } }) => ({ here, seq }));
  });
}

function bundle(seq: bigint) {
  const { publicKey } = new Prekey(new Uint8Array(32).fill(7));
  const prekeys = [{ class: 'mailbox' as const, publicKey }];
  return signBundle(numberedIdentity(HIDDEN), { seq, boot: seq, prekeys });
}

describe('a client that hides', () => {
  it('[A84 hidden at the relay] is told of to nobody: not at login, in a room, when it publishes, nor when it goes', async () => {
    const relay = await runRelay();
    // It was here before, so that its place in the room is known.
    const before = await relay.login(HIDDEN);
    await join(before);
    await before.close();
    await relay.event('disconnected');
    const watcher = await relay.login(1);
    await join(watcher);
    await toldOf(relay, watcher, 10);
    const hidden = await relay.login(HIDDEN, { hidden: true });
    await join(hidden, 0n, joinProof('joined', 9n));
    expect(
      await hidden.request({ type: 'publish', kind: 'bundle', object: bundle(5n) }),
    ).toMatchObject({ type: 'done' });
    // It reads the room, and what comes to its mailbox, at once.
    const said = await say(watcher);
    expect(Buffer.from((await hidden.next('deliver')).blob)).toEqual(Buffer.from(said));
    const blob = directBlob(numberedIdentity(HIDDEN).id);
    const now = await watcher.request(sealed('send', blob));
    expect(now).toMatchObject({ type: 'error', code: 'not-here' });
    expect(await watcher.request(mailed(blob))).toMatchObject({
      type: 'done',
    });
    expect(Buffer.from((await hidden.next('deliver')).blob)).toEqual(Buffer.from(blob));
    // A newcomer sees it in no list either, but as a member who is away.
    const newcomer = await relay.login(3);
    const roster = await join(newcomer);
    const listed = roster.entries.find(({ id }) => id === numberedIdentity(HIDDEN).id);
    expect(listed).toMatchObject({ here: false, join: { seq: 1n } });
    const { entries } = await newcomer.next('presence');
    expect(entries.map(({ id }) => id)).not.toContain(numberedIdentity(HIDDEN).id);
    await hidden.close();
    await relay.event('disconnected', 1);
    expect(await toldOf(relay, watcher, 11)).toEqual([]);
    // Control: one that does not hide is told of with all of that.
    const shown = await relay.login(HIDDEN);
    await join(shown, 0n, joinProof('joined', 12n));
    const told = await toldOf(relay, watcher, 12);
    expect(told).toContainEqual({ online: true });
    expect(told).toContainEqual({ here: true, seq: 12n });
  });

  it('[A84 hidden at the relay] looks gone when it hides later, and comes again with a new proof', async () => {
    const relay = await runRelay();
    const watcher = await relay.login(1);
    await join(watcher);
    const client = await relay.login(HIDDEN);
    await join(client);
    await toldOf(relay, watcher, 10);
    expect(await client.request({ type: 'hide', hidden: true })).toMatchObject({ type: 'done' });
    expect(await toldOf(relay, watcher, 11)).toEqual(
      expect.arrayContaining([{ online: false }, { here: false, seq: 1n }]),
    );
    expect(await client.request({ type: 'hide', hidden: true })).toMatchObject({ type: 'done' });
    expect(await toldOf(relay, watcher, 12)).toEqual([]);
    // Control: shown again, both are told.
    await client.request({ type: 'hide', hidden: false });
    await join(client, 0n, joinProof('joined', 2n));
    expect(await toldOf(relay, watcher, 13)).toEqual(
      expect.arrayContaining([{ online: true }, { here: true, seq: 2n }]),
    );
  });

  it('[A84 hidden at the relay] that takes the place of a connection of its own that was shown is told of as gone', async () => {
    const relay = await runRelay();
    const watcher = await relay.login(1);
    await join(watcher);
    const shown = await relay.login(HIDDEN);
    await join(shown);
    expect(await toldOf(relay, watcher, 10)).toContainEqual({ online: true });
    await relay.login(HIDDEN, { hidden: true });
    const told = await toldOf(relay, watcher, 11);
    expect(told).toContainEqual({ online: false });
    expect(told).not.toContainEqual({ online: true });
  });
});
