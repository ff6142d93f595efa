// Offers by the thousand, from one person and from a crowd: few are taken unasked, little is written, and what is wanted stays.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { ClientEvent, Message, SharedFile } from '../../src/client/api.ts';
import { fittingFiles } from '../../src/client/file-list.ts';
import type { FileReplies } from '../../src/client/file-transfer.ts';
import { Files } from '../../src/client/files.ts';
import { History } from '../../src/client/history.ts';
import { sharedFile } from '../../src/core/shared-file.ts';
import { ready } from '../../src/crypto/sodium.ts';
import { MessageId, type PeerId } from '../../src/protocol/ids.ts';
import { MAX_CAPTION_BYTES, MAX_THUMBNAIL_BYTES } from '../../src/protocol/limits.ts';
import { ProfileStore } from '../../src/storage/profile-store.ts';
import { DEFAULT_SETTINGS } from '../../src/storage/settings.ts';
import { ConnectedCore } from '../support/connected-core.ts';
import { numberedIdentity } from '../support/wire-client.ts';
import { LOOPBACK } from './file-people.ts';
import { letIn, relayWithKey, scriptRelay } from './scripted-relay.ts';

await ready();

/** As profile-socket.ts has it. */
const MAX_ANSWER_LENGTH = 16 * 1024 * 1024;
const RELAY = relayWithKey(5);

function numbered(number: number, bytes: number): Uint8Array {
  const value = new Uint8Array(bytes);
  new DataView(value.buffer).setUint32(0, number);
  return value;
}

const messageId = (number: number) => MessageId.fromBytes(numbered(number, 16));

function fileOf(number: number, from: PeerId): SharedFile {
  const hash = new Uint8Array(32).fill(3);
  return sharedFile({ key: numbered(number, 32), hash, size: 5, name: `${number}.png` }, from);
}

/** A message with a file of its own. */
function message(number: number, from: PeerId, file = fileOf(number, from)): Message {
  return {
    ...{ id: messageId(number), time: '2026-11-28T10:00:00.000Z', sentTime: null, room: null },
    ...{ peer: from, from: { nick: 'x', fingerprint: from }, text: '', state: null, file },
  } as unknown as Message;
}

/** Somebody who takes everybody's files, at a relay that answers nothing. */
async function taker() {
  const carried = { now: 0, most: 0 };
  const port = await scriptRelay(async (served) => {
    carried.now++;
    carried.most = Math.max(carried.most, carried.now);
    served.socket.once('close', () => carried.now--);
    await letIn(served, RELAY);
  });
  const downloads = await mkdtemp(join(tmpdir(), 'lanchat-files-'));
  const store = await ProfileStore.open(null, new Uint8Array(32).fill(2));
  const idle = { emit: () => undefined, onStorage: () => undefined, onEnd: () => undefined };
  const { core, engine } = new ConnectedCore(1, idle);
  const events: ClientEvent[] = [];
  const files = new Files({
    ...{ core, engine, store, rows: [], history: new History(store, core, () => undefined) },
    settings: () => ({ ...DEFAULT_SETTINGS, acceptFiles: 'everyone', downloads }),
    card: () => new Uint8Array(8),
    emit: (event) => void events.push(event),
    ...{ neighbourhood: LOOPBACK, spool: null },
  });
  onTestFinished(async () => {
    await files.close();
    store.close();
    await rm(downloads, { recursive: true, force: true });
  });
  files.connected({ id: RELAY.id, host: '127.0.0.1', port, localAddress: null });
  const meet = (number: number): PeerId => {
    const { id } = numberedIdentity(number);
    core.pins.see({ id, nick: `p${number}` } as Parameters<typeof core.pins.see>[0], 0);
    return id;
  };
  const offer = (number: number, from: PeerId, file = fileOf(number, from)) =>
    files.take({ type: 'message', message: message(number, from, file) });
  const waiting = async () => {
    const { files: all } = (await files.run({
      ...{ do: 'files', conversation: null, limit: 500 },
    })) as FileReplies['files'];
    return all.filter(({ transfer: { state } }) => state === 'waiting' || state === 'moving');
  };
  return { files, store, events, carried, meet, offer, waiting };
}

describe('a thousand offers at once', () => {
  it('[A153 offers without end] of one person are few downloads, at most three at once, and one commit', async () => {
    const { store, carried, meet, offer, waiting } = await taker();
    const mallory = meet(66);
    const commit = vi.spyOn(store, 'commit');
    for (let number = 1; number <= 1_000; number++) offer(number, mallory);
    await vi.waitFor(() => expect(carried.now).toBe(3));
    // All that came in one turn is one; and where each of three is to land.
    expect(commit.mock.calls.length).toBeLessThan(10);
    expect(await waiting()).toHaveLength(0);
    expect(carried.most).toBe(3);
    // Control: another's is taken beside them.
    offer(2_000, meet(2));
    await vi.waitFor(() => expect(carried.now).toBe(4));
    expect(await waiting()).toHaveLength(1);
  });

  it('[A153 offers without end] of a crowd are bounded together, and push out nothing that is wanted', async () => {
    const { files, carried, meet, offer, events } = await taker();
    const asha = meet(2);
    offer(1, asha);
    const last = () => events.flatMap((e) => (e.type === 'file' ? [e.transfer] : []));
    expect(last()[0]).toMatchObject({ id: messageId(1), state: 'waiting' });
    for (let person = 0; person < 100; person++) {
      const one = meet(100 + person);
      for (let number = 0; number < 30; number++) offer(10_000 + 100 * person + number, one);
    }
    await vi.waitFor(() => expect(carried.now).toBe(4));
    const unasked = last().filter(({ state }) => state === 'waiting');
    expect(unasked).toHaveLength(256);
    const { files: all } = (await files.run({
      ...{ do: 'files', conversation: { peer: asha }, limit: 9 },
    })) as FileReplies['files'];
    expect(all.map(({ transfer }) => transfer.id)).toEqual([messageId(1)]);
    expect(carried.most).toBeLessThanOrEqual(4);
  });

  it('[A154 borrowed key] of what another has sent is a file of its own, and asked for once', async () => {
    const { files, store, meet, offer } = await taker();
    const [asha, mallory] = [meet(2), meet(66)];
    offer(1, asha);
    const forged = { ...fileOf(1, mallory), hash: '09'.repeat(32), name: 'evil.sh' };
    offer(2, mallory, forged);
    offer(3, mallory, forged);
    vi.spyOn(History.prototype, 'message').mockImplementation((id) =>
      id === messageId(3) ? (message(3, mallory, forged) as never) : null,
    );
    onTestFinished(() => void vi.restoreAllMocks());
    const get = (number: number) => files.run({ do: 'get-file', id: messageId(number) });
    await expect(get(3)).rejects.toMatchObject({ code: 'no-file' });
    expect(await get(2)).toMatchObject({ transfer: { name: 'evil.sh', state: 'waiting' } });
    // Control: what it was borrowed from is what it was.
    expect(await get(1)).toMatchObject({ transfer: { name: '1.png', state: 'waiting' } });
    expect(store.state().filter(({ place }) => place.startsWith('file/'))).toHaveLength(2);
  });
});

describe('the answer to `files`', () => {
  type Listed = FileReplies['files']['files'][number];
  const thumbnail = Buffer.from(new Uint8Array(MAX_THUMBNAIL_BYTES)).toString('base64');

  function listed(number: number, text: string): Listed {
    const file = { ...fileOf(number, numberedIdentity(2).id), thumbnail };
    const told = { ...message(number, numberedIdentity(2).id, file), text };
    const transfer = { id: told.id, name: '\u0001'.repeat(255) };
    return { transfer, message: told } as unknown as Listed;
  }

  it.each([
    ['plain captions', 'x', 500],
    ['captions of which every character is escaped', '\u0001', 250],
  ])('fits in a line of the profile’s socket: %s', (_what, character, atLeast) => {
    const text = character.repeat(MAX_CAPTION_BYTES);
    const all = Array.from({ length: 2_000 }, (_, number) => listed(number, text));
    const answer = fittingFiles(all, 2_000);
    expect(JSON.stringify({ files: answer }).length).toBeLessThan(MAX_ANSWER_LENGTH);
    expect(answer.length).toBeGreaterThanOrEqual(atLeast);
    // The newest, which come first, have theirs.
    expect(answer[0]?.message?.file?.thumbnail).toBe(thumbnail);
    expect(answer.at(-1)?.message?.file?.thumbnail).toBeUndefined();
    expect(fittingFiles(all, 3)).toHaveLength(3);
  });
});
