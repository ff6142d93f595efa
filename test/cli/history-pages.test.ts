// Conversations longer than a page: whole, or only their end, while others are deleted and arrive.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lastMessages, wholeConversation } from '../../src/cli/history-pages.ts';
import type { StoredMessage } from '../../src/client/api.ts';
import { FakeSession } from '../support/fake-session.ts';
import { KeptHistory, nthId, stored } from '../support/kept-history.ts';
import { openHistory } from '../support/opened-history.ts';

const inLobby = { room: '#lobby' };

function talk(count: number, first = 1): StoredMessage[] {
  return Array.from({ length: count }, (_, index) => stored(first + index));
}

const idsOf = (messages: readonly StoredMessage[]) => messages.map(({ id }) => id);

async function told(messages: AsyncIterable<StoredMessage>): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of messages) ids.push(id);
  return ids;
}

describe('the last messages before a point', () => {
  it('come once each, oldest first, whatever the pages and the bounds', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(60),
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 80 }),
        fc.option(fc.nat(59)),
        async (total, pageSize, last, beforeIndex) => {
          const all = talk(total);
          const history = await KeptHistory.open(all);
          const session = history.serve(new FakeSession(), pageSize);
          const end = beforeIndex === null || beforeIndex >= total ? null : beforeIndex;
          const before = end === null ? null : (all[end]?.id ?? null);
          const ids = await told(lastMessages(session, inLobby, { before, last }));
          expect(ids).toEqual(idsOf(all.slice(0, end ?? total).slice(-last)));
          history.close();
        },
      ),
      { numRuns: 100 },
    );
  });

  it('are one request where a page holds them', async () => {
    const session = (await openHistory(talk(600))).serve(new FakeSession());
    const ids = await told(lastMessages(session, inLobby, { before: null, last: 500 }));
    expect(ids).toEqual(idsOf(talk(500, 101)));
    expect(session.requests).toHaveLength(1);
  });

  it('are told once each while some of them are deleted and others arrive', async () => {
    const history = await openHistory(talk(30));
    const session = history.serve(new FakeSession(), 4);
    const texts: string[] = [];
    const range = { before: null, last: 100 };
    for await (const { text } of lastMessages(session, inLobby, range)) {
      texts.push(text);
      if (texts.length !== 3) continue;
      history.add(stored(31));
      history.expire(nthId(13), nthId(20));
    }
    const left = talk(30).filter(({ id }) => id !== nthId(13) && id !== nthId(20));
    expect(texts).toEqual(left.map(({ text }) => text));
  });
});

describe('a whole conversation', () => {
  it('is read once, a page when its turn comes', async () => {
    const history = await openHistory(talk(1_000));
    const session = history.serve(new FakeSession(), 100);
    const pages = new Set<number>();
    for await (const _each of wholeConversation(session, inLobby)) {
      pages.add(session.requests.length);
    }
    expect([...pages]).toEqual(Array.from({ length: 10 }, (_, n) => 1 + n));
    expect(session.requests).toHaveLength(10);
  });

  it('goes on where long messages filled an answer before it had as many as were asked for', async () => {
    const long = talk(30).map((message) => ({ ...message, text: 'x'.repeat(60_000) }));
    const session = (await openHistory(long)).serve(new FakeSession());
    expect(await told(wholeConversation(session, inLobby))).toEqual(idsOf(long));
    expect(session.requests.length).toBeGreaterThan(1);
    const last = lastMessages(session, inLobby, { before: null, last: 25 });
    expect(await told(last)).toEqual(idsOf(long.slice(-25)));
  });

  it('has what arrives while it is read', async () => {
    const history = await openHistory(talk(10));
    const session = history.serve(new FakeSession(), 4);
    const ids: string[] = [];
    for await (const { id } of wholeConversation(session, inLobby)) {
      ids.push(id);
      if (ids.length === 1) history.add(stored(11));
    }
    expect(ids).toEqual(idsOf(talk(11)));
  });

  it('goes on after what is deleted meanwhile, also the last that was told', async () => {
    const history = await openHistory(talk(10));
    const session = history.serve(new FakeSession(), 4);
    const ids: string[] = [];
    for await (const { id } of wholeConversation(session, inLobby)) {
      ids.push(id);
      if (ids.length === 4) history.expire(nthId(3), nthId(4), nthId(6));
    }
    expect(ids).toEqual(idsOf([...talk(5), ...talk(4, 7)]));
  });

  it('goes on with what is left where all that was told has expired', async () => {
    const history = await openHistory(talk(10));
    const session = history.serve(new FakeSession(), 4);
    const ids: string[] = [];
    for await (const { id } of wholeConversation(session, inLobby)) {
      ids.push(id);
      if (ids.length === 4) history.expire(...idsOf(talk(6)));
    }
    expect(ids).toEqual(idsOf([...talk(4), ...talk(4, 7)]));
  });
});
