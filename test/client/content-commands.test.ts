// Commands that say something or change what was said, over a real engine and history; no relay is there.
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { ClientEvent } from '../../src/client/api.ts';
import { type ContentCommand, runContent } from '../../src/client/content-commands.ts';
import { Engine } from '../../src/client/engine.ts';
import { History } from '../../src/client/history.ts';
import { newState } from '../../src/core/new-state.ts';
import { enterRoom } from '../../src/core/rooms.ts';
import { identityFromSeed } from '../../src/crypto/identity.ts';
import { ready } from '../../src/crypto/sodium.ts';
import type { MessageId } from '../../src/protocol/ids.ts';
import { ProfileStore, type StoredMessage } from '../../src/storage/profile-store.ts';
import { LOBBY, said } from '../storage/histories.ts';
import { MemoryPins } from '../support/memory-pins.ts';
import { randomFrom } from '../support/seeded.ts';

beforeAll(ready);

const ATTIC = { room: '#attic' };

async function open(...kept: readonly StoredMessage[]) {
  const store = await ProfileStore.open(null, new Uint8Array(32).fill(1));
  const core = newState({
    env: { nowMs: () => performance.now(), wallMs: () => Date.now(), random: randomFrom(1) },
    me: identityFromSeed(new Uint8Array(32).fill(1)),
    pins: new MemoryPins(),
    ...{ nick: 'me', cardSeq: 0n, bundleSeq: 0n },
  });
  const events: ClientEvent[] = [];
  const emit = (event: ClientEvent) => events.push(event);
  const history = new History(store, core, emit);
  const engine = new Engine(core, {
    commit: (batch) => history.commit(batch),
    emit: (event) => {
      if (event.type !== 'synced' && event.type !== 'file-state') emit(event);
    },
    ...{ onStorage: () => {}, saveIdentity: () => {}, saveRooms: () => {}, transmit: () => {} },
    isCongested: () => false,
  });
  onTestFinished(() => {
    engine.close();
    store.close();
  });
  store.commit({ state: [], history: kept.map((message) => ({ type: 'message', message })) });
  engine.command(() => {
    enterRoom(core, 'lobby', 'joined');
    enterRoom(core, 'attic', 'joined');
  });
  const run = <C extends ContentCommand>(command: C) => runContent({ engine, history }, command);
  const idOf = async (command: ContentCommand): Promise<MessageId> => {
    const { id } = await run(command);
    if (id === null) throw new Error('no id');
    return id;
  };
  return { run, idOf, events, engine, history };
}

function refusal(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'taken',
    (error: { code: string }) => error.code,
  );
}

describe('what was said a moment ago', () => {
  it('can be changed at once, and is told behind itself, once that is on disk', async () => {
    const { run, idOf, events, engine } = await open();
    const id = await idOf({ do: 'send', to: LOBBY, text: 'helo' });
    const [edited] = await Promise.all([
      run({ do: 'edit', id, text: 'hello' }),
      run({ do: 'react', id, emoji: '👍', on: true }),
    ]);
    expect(edited).toMatchObject({ in: LOBBY });
    await engine.settled();
    const told = events.filter(({ type }) => type === 'message' || type === 'message-changed');
    expect(told[0]).toMatchObject({ type: 'message', message: { id, text: 'helo' } });
    expect(told.at(-1)).toMatchObject({
      type: 'message-changed',
      message: { id, text: 'hello', state: 'pending', originals: [{ text: 'helo' }] },
    });
    expect(told.at(-1)).toMatchObject({ message: { reactions: [{ emoji: '👍' }] } });
  });

  it('is answered only in its own conversation, whatever its name is written like', async () => {
    const { run, idOf } = await open(said(1, { conversation: ATTIC }));
    const reply = await idOf({ do: 'send', to: LOBBY, text: 'tea?' });
    const answer = { do: 'send', text: 'yes' } as const;
    expect(await refusal(run({ ...answer, to: { room: '#LOBBY' }, reply }))).toBe('taken');
    expect(await refusal(run({ ...answer, to: LOBBY, reply: said(1).id }))).toBe('unknown-message');
    expect(await refusal(run({ ...answer, to: LOBBY, reply: said(9).id }))).toBe('unknown-message');
  });
});

describe('what can’t be done', () => {
  const poll = { choices: ['a', 'b'], anonymous: false, closed: false, votes: [], counts: null };
  const theirs = said(1, { conversation: LOBBY });
  const theirPoll = said(2, { conversation: LOBBY, kind: 'poll', poll });
  const closedPoll = said(3, {
    conversation: LOBBY,
    kind: 'poll',
    poll: { ...poll, closed: true },
  });
  const deleted = said(4, { conversation: LOBBY, text: '', deleted: true });
  const elsewhere = said(5, { conversation: { room: '#left' } });

  it.each<[string, ContentCommand, string]>([
    ['edit', { do: 'edit', id: theirs.id, text: 'x' }, 'not-yours'],
    ['unsend', { do: 'unsend', id: theirs.id }, 'not-yours'],
    ['close-poll', { do: 'close-poll', id: theirPoll.id }, 'not-yours'],
    ['vote', { do: 'vote', id: theirs.id, choice: 0 }, 'not-a-poll'],
    ['vote', { do: 'vote', id: theirPoll.id, choice: 2 }, 'bad-choice'],
    ['vote', { do: 'vote', id: theirPoll.id, choice: 0.5 }, 'bad-choice'],
    ['vote', { do: 'vote', id: closedPoll.id, choice: 0 }, 'poll-closed'],
    ['react', { do: 'react', id: deleted.id, emoji: '👍', on: true }, 'unknown-message'],
    ['react', { do: 'react', id: theirs.id, emoji: 'hi', on: true }, 'bad-emoji'],
    ['react', { do: 'react', id: elsewhere.id, emoji: '👍', on: true }, 'not-in-room'],
    ['edit', { do: 'edit', id: said(9).id, text: 'x' }, 'unknown-message'],
    ['timer', { do: 'timer', with: LOBBY, seconds: 60 }, 'bad-timer'],
  ])('by %s of %j is refused with a code, and changes nothing', async (_, command, code) => {
    const { run, events, engine } = await open(theirs, theirPoll, closedPoll, deleted, elsewhere);
    expect(await refusal(run(command))).toBe(code);
    await engine.settled();
    expect(events.filter(({ type }) => type.startsWith('message'))).toEqual([]);
  });

  it('to a sticker or a poll of ours is to edit it; it can be deleted', async () => {
    const { run, idOf, engine, history } = await open();
    const id = await idOf({ do: 'send', to: LOBBY, text: 'cat', kind: 'sticker' });
    expect(await refusal(run({ do: 'edit', id, text: 'x' }))).toBe('not-editable');
    expect(await refusal(run({ do: 'unsend', id }))).toBe('taken');
    await engine.settled();
    expect(history.message(id)).toMatchObject({ deleted: true, text: '' });
  });
});

it('an anonymous poll of ours counts our own vote, and keeps no other names once closed', async () => {
  const { run, idOf, engine, history } = await open();
  const asked = { do: 'poll', room: '#lobby', question: 'tea?', choices: ['yes', 'no'] } as const;
  const id = await idOf({ ...asked, anonymous: true });
  expect(await run({ do: 'vote', id, choice: 1 })).toEqual({ id: null, in: LOBBY });
  await run({ do: 'close-poll', id });
  await engine.settled();
  expect(history.message(id)?.poll).toMatchObject({ closed: true, votes: [0, 1], own: 1 });
  expect(await refusal(run({ do: 'vote', id, choice: 0 }))).toBe('poll-closed');
});
