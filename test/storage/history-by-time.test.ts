// The first message of a conversation at a time or after it, found without reading all of them.
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ProfileStore } from '../../src/storage/profile-store.ts';
import { batchOf, DATA_KEY, LOBBY, messageId, START_MS, said, WITH_ASHA } from './histories.ts';

async function storeOf(...gaps: readonly { minutes: number; here: boolean; gone: boolean }[]) {
  const store = await ProfileStore.open(null, DATA_KEY);
  onTestFinished(() => store.close());
  let timeMs = START_MS;
  const messages = gaps.map(({ minutes, here, gone }, index) => {
    timeMs += minutes * 60_000;
    const conversation = here ? LOBBY : WITH_ASHA;
    return { gone, message: said(index + 1, { timeMs, conversation }) };
  });
  store.commit(batchOf(messages.map(({ message }) => message)));
  for (const { gone, message } of messages) if (gone) store.deleteMessage(message.id);
  const kept = messages.filter(({ gone }) => !gone).map(({ message }) => message);
  return { store, here: kept.filter(({ conversation }) => conversation === LOBBY) };
}

describe('the first message since a time', () => {
  it('is the one that reading all finds, whatever lies between and was deleted', async () => {
    const gap = fc.record({
      minutes: fc.integer({ min: 0, max: 3 }),
      here: fc.boolean(),
      gone: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(gap, { maxLength: 60 }), async (gaps) => {
        const { store, here } = await storeOf(...gaps);
        for (let minutes = -1; minutes < 200; minutes += 7) {
          const timeMs = START_MS + minutes * 60_000;
          const wanted = here.find((message) => message.timeMs >= timeMs);
          expect(store.firstSince(LOBBY, timeMs)?.id).toBe(wanted?.id);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('is none in a conversation of nothing, or after the last', async () => {
    const { store } = await storeOf({ minutes: 1, here: true, gone: false });
    expect(store.firstSince(WITH_ASHA, 0)).toBeNull();
    expect(store.firstSince(LOBBY, START_MS + 60_000)?.id).toBe(messageId(1));
    expect(store.firstSince(LOBBY, START_MS + 60_001)).toBeNull();
  });
});
