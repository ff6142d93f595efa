// What the client says of stored messages that can't be read: the rest comes, and nobody takes it for the whole.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import type { ClientEvent } from '../../src/client/api.ts';
import { History } from '../../src/client/history.ts';
import { newState } from '../../src/core/new-state.ts';
import { type Identity, identityFromSeed } from '../../src/crypto/identity.ts';
import { ready } from '../../src/crypto/sodium.ts';
import { MessageId, PeerId } from '../../src/protocol/ids.ts';
import { ProfileStore } from '../../src/storage/profile-store.ts';
import { tamper } from '../storage/histories.ts';
import { MemoryPins } from '../support/memory-pins.ts';

let me: Identity;

beforeAll(async () => {
  await ready();
  me = identityFromSeed(new Uint8Array(32).fill(1));
});

const dataKey = new Uint8Array(32).fill(9);
const conversation = { room: '#lobby' };

async function openHistory(folder: string) {
  const store = await ProfileStore.open(folder, dataKey);
  onTestFinished(() => store.close());
  const env = { nowMs: () => 0, wallMs: () => 0, random: () => new Uint8Array() };
  const start = { env, me, pins: new MemoryPins(), nick: 'me', cardSeq: 0n, bundleSeq: 0n };
  const events: ClientEvent[] = [];
  const core = newState(start);
  const history = new History(store, core, (event) => events.push(event));
  return { store, history, events, core };
}

async function withMessages(count: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lanchat-history-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const { store, history } = await openHistory(folder);
  for (let n = 0; n < count; n++) {
    const id = MessageId.fromBytes(new Uint8Array(16).fill(n + 1));
    const from = { nick: 'me', fingerprint: me.id, trust: 'verified' as const };
    const time = new Date(1_000 * n).toISOString();
    const message = { id, time, sentTime: null, from, text: `${n}`, state: 'relayed' as const };
    const place = { room: conversation.room, peer: null };
    history.commit({
      state: [],
      history: [{ type: 'message', message: { ...message, ...place } }],
    });
  }
  store.close();
  return folder;
}

it('shows what is whole, and says once how much is not', async () => {
  const folder = await withMessages(5);
  const damage = 'UPDATE message SET sealed = zeroblob(100) WHERE row = 3';
  await tamper(folder, (database) => database.exec(damage));
  const { history, events } = await openHistory(folder);
  const page = { do: 'history' as const, conversation, before: null, limit: 50 };
  expect(history.page(page).messages.map(({ text }) => text)).toEqual(['0', '1', '3', '4']);
  expect(events).toMatchObject([{ type: 'error', code: 'damaged-rows' }]);
  history.page(page);
  expect(events).toHaveLength(1);
});

it('says nothing where all of it is whole', async () => {
  const { history, events } = await openHistory(await withMessages(5));
  const page = { do: 'history' as const, conversation, before: null, limit: 50 };
  expect(history.page(page).messages).toHaveLength(5);
  expect(events).toEqual([]);
});

it('has the line of a changed key after a restart, and counts it as read', async () => {
  const folder = await withMessages(1);
  const id = MessageId.fromBytes(new Uint8Array(16).fill(9));
  const who = (n: number) => ({
    ...{ nick: 'bela', trust: 'known' as const },
    fingerprint: PeerId.fromBytes(new Uint8Array(32).fill(n)),
  });
  const [was, now] = [who(1), who(2)];
  const place = { room: null, peer: was.fingerprint };
  const change = { what: 'key-changed' as const, who: [was, now], text: 'verified' };
  const time = new Date(1_000).toISOString();
  const rest = { sentTime: null, text: '', state: null, kind: 'change' as const };
  const message = { id, time, from: now, ...place, ...rest, change };
  const first = await openHistory(folder);
  first.history.commit({ state: [], history: [{ type: 'message', message }] });
  first.store.close();
  const { history } = await openHistory(folder);
  const conversation = { peer: was.fingerprint };
  const { messages } = history.page({ do: 'history', conversation, before: null, limit: 50 });
  expect(messages).toMatchObject([{ id, time, ...place, kind: 'change' }]);
  expect(messages[0]?.change).toMatchObject({
    ...{ what: 'key-changed', text: 'verified' },
    who: [was, now].map(({ fingerprint, nick }) => ({ fingerprint, nick })),
  });
  const summary = history.conversations().conversations.find((each) => 'peer' in each.with);
  expect(summary).toMatchObject({ with: conversation, unread: 0 });
});

it('counts nothing that comes to a muted room or from somebody ignored', async () => {
  const { history, core } = await openHistory(await withMessages(0));
  let n = 0;
  const arrive = (room: string, ignored: boolean) => {
    const id = MessageId.fromBytes(new Uint8Array(16).fill(++n));
    const who = { nick: 'bela', fingerprint: me.id, trust: 'known' as const };
    const from = ignored ? { ...who, ignored } : who;
    const rest = { time: new Date(n).toISOString(), sentTime: null, peer: null, state: null };
    const message = { id, from, text: `${n}`, room, ...rest };
    history.commit({ state: [], history: [{ type: 'message', message }] });
  };
  core.notifyLevels = new Map([['#ward', 'nothing']]);
  arrive('#ward', false);
  arrive('#lobby', true);
  arrive('#lobby', false);
  const counts = history.conversations().conversations.map(({ with: where, unread }) => ({
    ...where,
    unread,
  }));
  expect(counts).toEqual([
    { room: '#lobby', unread: 1 },
    { room: '#ward', unread: 0 },
  ]);
});
