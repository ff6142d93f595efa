// Drafts as the client keeps them: over restarts, sealed, bounded, gone with the conversation.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Drafts } from '../../src/client/drafts.ts';
import { openSession } from '../../src/client/open-session.ts';
import { ProfileStore } from '../../src/storage/profile-store.ts';
import { BELA, DATA_KEY } from '../storage/histories.ts';
import { SESSION_DEFAULTS } from '../support/session-options.ts';

let folder: string;
const open: { close(): unknown }[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lanchat-drafts-'));
});
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
  rmSync(folder, { recursive: true, force: true });
});

async function opened(where: string | null = folder) {
  const store = await ProfileStore.open(where, DATA_KEY);
  open.push(store);
  return { store, drafts: new Drafts(store, store.state()) };
}

const lobby = { room: '#lobby' };

describe('drafts', () => {
  it('outlast the process, the one changed last at the end; an empty text is none', async () => {
    const first = await opened();
    first.drafts.set(lobby, 'half a sent');
    first.drafts.set({ peer: BELA }, 'नमस्ते\n👩‍👩‍👧‍👦');
    first.drafts.set({ room: '#ops' }, 'gone soon');
    first.drafts.set({ room: '#ops' }, '');
    first.drafts.set(lobby, 'half a sentence');
    const expected = [
      { conversation: { peer: BELA }, text: 'नमस्ते\n👩‍👩‍👧‍👦' },
      { conversation: lobby, text: 'half a sentence' },
    ];
    expect(first.drafts.all()).toEqual(expected);
    first.store.close();
    open.pop();
    const { drafts } = await opened();
    expect(drafts.all()).toHaveLength(2);
    expect(drafts.all()).toEqual(expect.arrayContaining(expected));
  });

  it('stand in the file under the seal alone, also those that were replaced', async () => {
    const { drafts, store } = await opened();
    drafts.set(lobby, 'first secret words');
    drafts.set(lobby, 'second secret words');
    const bytes = () =>
      Buffer.concat(readdirSync(folder).map((name) => readFileSync(join(folder, name))));
    expect(bytes().includes('secret words')).toBe(false);
    expect(bytes().includes('#lobby')).toBe(false);
    // Control: what was sealed is there to be read with the key.
    expect(store.state().map(({ value }) => Buffer.from(value).toString())).toEqual([
      'second secret words',
    ]);
  });

  it('are few, and of a bounded size: the oldest go', async () => {
    const { drafts, store } = await opened(null);
    for (let n = 0; n < 120; n += 1) drafts.set({ room: `#room-${n}` }, `draft ${n}`);
    expect(drafts.all()).toHaveLength(100);
    expect(drafts.all()[0]).toEqual({ conversation: { room: '#room-20' }, text: 'draft 20' });
    for (let n = 0; n < 90; n += 1) drafts.set({ room: `#long-${n}` }, '漢'.repeat(80_000));
    const bytes = store.state().reduce((sum, { value }) => sum + value.length, 0);
    expect(bytes).toBeLessThanOrEqual(4 * 1024 * 1024);
    expect(drafts.all().at(-1)?.conversation).toEqual({ room: '#long-89' });
  });

  it('take any text: what is no UTF-16 is mended, what is too long is cut', async () => {
    const { drafts } = await opened(null);
    drafts.set(lobby, 'a\ud800b');
    expect(drafts.all()[0]?.text).toBe('a\ufffdb');
    drafts.set(lobby, 'x'.repeat(1_000_000));
    expect(drafts.all()[0]?.text.length).toBeLessThan(100_000);
  });

  it('cost nobody else anything where a row makes no sense', async () => {
    const { store } = await opened(null);
    const value = Buffer.from('text');
    store.commit({
      history: [],
      state: [
        { place: 'draft/nonsense', value },
        { place: 'draft/#bad', value: new Uint8Array([0xff, 0xfe]) },
        { place: 'draft/#long', value: new Uint8Array(300_000).fill(97) },
        { place: 'draft/', value },
        { place: 'draft/#good', value },
      ],
    });
    const drafts = new Drafts(store, store.state());
    expect(drafts.all()).toEqual([{ conversation: { room: '#good' }, text: 'text' }]);
  });
});

describe('a session', () => {
  const start = async (ephemeral = false) => {
    const session = await openSession({
      ...SESSION_DEFAULTS,
      home: folder,
      ephemeral,
      offline: true,
    });
    open.push(session);
    return session;
  };

  it('keeps drafts for the next, and deletes one with its conversation', async () => {
    const first = await start();
    await first.request({ do: 'draft', conversation: lobby, text: 'to the lobby' });
    await first.request({ do: 'draft', conversation: { room: '#ops' }, text: 'to ops' });
    await first.close();
    const second = await start();
    expect((await second.request({ do: 'drafts' })).drafts).toHaveLength(2);
    await second.request({ do: 'delete-conversation', conversation: lobby });
    expect(await second.request({ do: 'drafts' })).toEqual({
      drafts: [{ conversation: { room: '#ops' }, text: 'to ops' }],
    });
    await second.close();
    expect(await (await start()).request({ do: 'drafts' })).toMatchObject({
      drafts: [{ text: 'to ops' }],
    });
  });

  it('writes none to the disk where it is ephemeral', async () => {
    const session = await start(true);
    await session.request({ do: 'draft', conversation: lobby, text: 'fleeting' });
    expect((await session.request({ do: 'drafts' })).drafts).toHaveLength(1);
    expect(readdirSync(folder)).toEqual([]);
  });
});
