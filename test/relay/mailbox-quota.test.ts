// Full mailboxes and a full relay: who is refused, who gives way, and floods that push out nobody else's mail.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ROW_OVERHEAD_BYTES } from '../../src/relay/limits.ts';
import { numberedIdentity } from '../support/wire-client.ts';
import { directBlob, mailed } from './blobs.ts';
import { letter, letters, readTokens, store, tokenOf } from './mail.ts';
import { runRelay } from './running-relay.ts';
import { openStores, type TestStores } from './stores.ts';

/** Every share can be taken from, however small. */
const NO_FLOOR = { mailboxFloorBlobs: 0 };
/** What a letter of 100 bytes counts for. */
const LETTER_BYTES = 100 + 17 + ROW_OVERHEAD_BYTES;

const countFrom = (opened: TestStores, tokens: ReadonlySet<number>, person = 1) =>
  readTokens(opened, person).filter((token) => tokens.has(token)).length;

/** Stores letters of one person and returns their tokens. */
function leave(opened: TestStores, ...options: Parameters<typeof letters>): Set<number> {
  const mail = letters(...options);
  expect(store(opened, mail).every((outcome) => outcome === 'stored')).toBe(true);
  return new Set(mail.map(tokenOf));
}

const refused = (outcomes: readonly string[]) => outcomes.filter((each) => each === 'quota').length;

describe('a mailbox', () => {
  it('takes so many of one sender, from wherever, and refuses the next at once', async () => {
    const opened = await openStores({ limits: { mailboxBlobsASender: 5 } });
    leave(opened, 3, { from: 7, source: 1 });
    leave(opened, 2, { from: 7, source: 2 });
    expect(store(opened, [letter({ from: 7, source: 3 })])).toEqual(['quota']);
    expect(store(opened, [letter({ from: 8 })])).toEqual(['stored']);
    expect(store(opened, [letter({ from: 7, to: 9 })])).toEqual(['stored']);
    expect(readTokens(opened)).toHaveLength(6);
  });

  it('that is full loses the oldest of whom it holds most', async () => {
    const opened = await openStores({ limits: { ...NO_FLOOR, mailboxBlobs: 10 } });
    const few = leave(opened, 3, { from: 2 });
    const many = letters(7, { from: 3 });
    store(opened, many);
    const late = leave(opened, 2, { from: 4 });
    expect(countFrom(opened, few)).toBe(3);
    expect(countFrom(opened, late)).toBe(2);
    const left = readTokens(opened).filter((token) => many.some((each) => tokenOf(each) === token));
    expect(left).toEqual(many.slice(2).map(tokenOf));
  });

  it('that is full refuses who would hold most, and takes nothing away for them', async () => {
    const opened = await openStores({ limits: { mailboxBlobs: 10 } });
    leave(opened, 4, { from: 2 });
    leave(opened, 6, { from: 3 });
    const before = readTokens(opened);
    expect(store(opened, letters(3, { from: 3 }))).toEqual(['quota', 'quota', 'quota']);
    expect(readTokens(opened)).toEqual(before);
  });

  it('counts bytes as well: a few large letters weigh as much as many small ones', async () => {
    const limits = { ...NO_FLOOR, mailboxBytes: 20 * LETTER_BYTES };
    const opened = await openStores({ limits });
    const small = leave(opened, 8, { from: 2 });
    const large = letter({ from: 3, blobBytes: 100 + 11 * LETTER_BYTES });
    store(opened, [large]);
    leave(opened, 1, { from: 4 });
    expect(countFrom(opened, small)).toBe(8);
    expect(readTokens(opened)).not.toContain(tokenOf(large));
  });

  it('loses nothing to a letter that would never fit', async () => {
    const limits = { mailboxBytes: 5 * LETTER_BYTES };
    const opened = await openStores({ limits });
    leave(opened, 4, { from: 2 });
    expect(store(opened, [letter({ from: 3, blobBytes: 8 * LETTER_BYTES })])).toEqual(['quota']);
    expect(readTokens(opened)).toHaveLength(4);
  });

  it('has room again for what was read, or too old', async () => {
    const opened = await openStores({ limits: { mailboxBlobs: 2, mailboxBlobsASender: 2 } });
    const { stores, clock, commit } = opened;
    store(opened, [letter(), letter({ ttlMs: 5_000 })]);
    expect(store(opened, [letter()])).toEqual(['quota']);
    clock.advance(5_000);
    stores.mailbox.sweep();
    commit();
    expect(store(opened, [letter()])).toEqual(['stored']);
  });
});

describe('a flood', () => {
  it('of one sender fills a mailbox for nobody else, and learns of it', async () => {
    const limits = { mailboxBlobs: 100, mailboxBlobsASender: 90 };
    const opened = await openStores({ limits });
    const honest = leave(opened, 20, { from: 2 });
    const outcomes = store(opened, letters(200, { from: 66 }));
    expect(refused(outcomes)).toBe(120);
    expect(countFrom(opened, honest)).toBe(20);
    // Others still find room, at the expense of the flood.
    const late = leave(opened, 20, { from: 3 });
    expect(countFrom(opened, honest)).toBe(20);
    expect(countFrom(opened, late)).toBe(20);
    expect(readTokens(opened)).toHaveLength(100);
  });

  /** Each of the crowd sends one letter. */
  const crowd = (size: number, source: (member: number) => number) =>
    Array.from({ length: size }, (_, n) => letter({ from: 1_000 + n, source: source(n) }));

  it('of a thousand made-up senders on one machine pushes out nothing', async () => {
    const opened = await openStores({ limits: { mailboxBlobs: 100 } });
    const honest = leave(opened, 40, { from: 2 });
    const outcomes = store(
      opened,
      crowd(1_000, () => 66),
    );
    expect(refused(outcomes)).toBe(940);
    expect(countFrom(opened, honest)).toBe(40);
    const late = leave(opened, 9, { from: 3 });
    expect(countFrom(opened, honest) + countFrom(opened, late)).toBe(49);
  });

  it.each([
    [16, 16],
    [0, 1],
  ])(
    'of them on a machine each leaves everybody what is small, %i letters',
    async (mailboxFloorBlobs, left) => {
      const opened = await openStores({ limits: { mailboxBlobs: 100, mailboxFloorBlobs } });
      const honest = leave(opened, 40, { from: 2 });
      store(
        opened,
        crowd(1_000, (n) => 1_000 + n),
      );
      expect(countFrom(opened, honest)).toBe(left);
    },
  );

  it.each([
    [16, 8, 28],
    [0, 1, 21],
  ])(
    'beside somebody on one machine takes nothing of what is small, %i letters',
    async (mailboxFloorBlobs, left, told) => {
      const opened = await openStores({ limits: { mailboxBlobs: 200, mailboxFloorBlobs } });
      const honest = leave(opened, 8, { from: 2, source: 66 });
      const outcomes = store(
        opened,
        crowd(220, () => 66),
      );
      expect(countFrom(opened, honest)).toBe(left);
      expect(refused(outcomes)).toBe(told);
    },
  );

  it('beside somebody on one machine takes of what is much in bytes', async () => {
    const limits = { mailboxBlobs: 200, mailboxFloorBytes: 5 * LETTER_BYTES };
    const opened = await openStores({ limits });
    const honest = leave(opened, 8, { from: 2, source: 66 });
    store(
      opened,
      crowd(220, () => 66),
    );
    expect(countFrom(opened, honest)).toBe(5);
  });

  it('into many mailboxes fills the relay for nobody else', async () => {
    const limits = { mailboxBytesInAll: 100 * LETTER_BYTES };
    const opened = await openStores({ limits });
    const honest = leave(opened, 40, { from: 2, to: 1 });
    const flood = Array.from({ length: 300 }, (_, n) =>
      letter({ from: 1_000 + n, to: 1_000 + n, source: 66 }),
    );
    expect(refused(store(opened, flood))).toBe(240);
    expect(countFrom(opened, honest)).toBe(40);
    const late = leave(opened, 9, { from: 3, to: 4 });
    expect(countFrom(opened, honest)).toBe(40);
    expect(countFrom(opened, late, 4)).toBe(9);
    // The oldest of the flood made room.
    expect(readTokens(opened, 1_000)).toEqual([]);
    expect(readTokens(opened, 1_059)).toHaveLength(1);
  });
});

/** A letter that was taken, and is in its mailbox. */
interface Kept {
  readonly token: number;
  readonly from: number;
  readonly source: number;
  readonly to: number;
  readonly bytes: number;
}

const FAIR_LIMITS = {
  mailboxFloorBlobs: 2,
  mailboxFloorBytes: 1_000,
  mailboxBlobs: 12,
  mailboxBytes: 2_400,
  mailboxBlobsASender: 8,
  mailboxBytesInAll: 3_600,
};

const bytesOf = (kept: readonly Kept[]) => kept.reduce((sum, { bytes }) => sum + bytes, 0);
const weightOf = (kept: readonly Kept[]) =>
  Math.max(kept.length / FAIR_LIMITS.mailboxBlobs, bytesOf(kept) / FAIR_LIMITS.mailboxBytes);

/** Whether, of all that was kept, as much came from the place that lost a letter as from where the other is from. */
function mayYield(gone: Kept, to: Kept, kept: readonly Kept[]): boolean {
  const inBox = (source: number) =>
    kept.filter((each) => each.source === source && each.to === gone.to);
  const inAll = (source: number) => kept.filter((each) => each.source === source);
  return (
    weightOf(inBox(gone.source)) >= weightOf(inBox(to.source)) ||
    bytesOf(inAll(gone.source)) >= bytesOf(inAll(to.source))
  );
}

const isSmall = (kept: readonly Kept[]) =>
  kept.length <= FAIR_LIMITS.mailboxFloorBlobs && bytesOf(kept) <= FAIR_LIMITS.mailboxFloorBytes;

/** Whether what gave way was part of a small share: of its source, or of its sender beside the other's. */
function wasSafe(gone: Kept, to: Kept, kept: readonly Kept[]): boolean {
  const isBeside = gone.source === to.source;
  const share = kept.filter(
    ({ source, from }) => source === gone.source && (!isBeside || from === gone.from),
  );
  return isSmall(share.filter((each) => each.to === gone.to)) && isSmall(share);
}

function expectWithinBounds(kept: readonly Kept[]): void {
  for (const person of [1, 2]) {
    expect(weightOf(kept.filter(({ to }) => to === person))).toBeLessThanOrEqual(1);
  }
  expect(bytesOf(kept)).toBeLessThanOrEqual(FAIR_LIMITS.mailboxBytesInAll);
}

describe('fairness', () => {
  const sendings = fc.array(
    fc.record({
      from: fc.integer({ min: 1, max: 6 }),
      source: fc.integer({ min: 1, max: 3 }),
      to: fc.integer({ min: 1, max: 2 }),
      blobBytes: fc.integer({ min: 20, max: 400 }),
    }),
    { maxLength: 60 },
  );

  it('holds for any order of letters: bounds are kept, and only a larger share gives way', async () => {
    const check = async (
      sent: readonly Omit<Kept & { blobBytes: number }, 'token' | 'bytes'>[],
    ) => {
      const opened = await openStores({ limits: FAIR_LIMITS });
      let kept: Kept[] = [];
      for (const options of sent) {
        const fresh = letter(options);
        const bytes = fresh.frame.length + ROW_OVERHEAD_BYTES;
        const mine = { ...options, token: tokenOf(fresh), bytes };
        const isStored = store(opened, [fresh])[0] === 'stored';
        const now = new Set([...readTokens(opened, 1), ...readTokens(opened, 2)]);
        expect(now.has(mine.token)).toBe(isStored);
        if (isStored) kept.push(mine);
        const gone = kept.filter(({ token }) => !now.has(token));
        expect(gone.every((each) => mayYield(each, mine, kept))).toBe(true);
        expect(gone.some((each) => wasSafe(each, mine, kept))).toBe(false);
        kept = kept.filter(({ token }) => now.has(token));
        expectWithinBounds(kept);
      }
      opened.disk.close();
    };
    await fc.assert(fc.asyncProperty(sendings, check), { numRuns: 60 });
  });
});

describe('over the wire', () => {
  it('who fills a mailbox is told at once, from however many names on one machine', async () => {
    const { login, connect } = await runRelay({ limits: { ...NO_FLOOR, mailboxBlobs: 6 } });
    const recipient = numberedIdentity(9);
    await (await login(9)).close();
    const honest = await connect({ localAddress: '127.0.0.2' });
    await honest.login(numberedIdentity(1));
    for (let count = 0; count < 3; count++) {
      const answer = await honest.request(mailed(directBlob(recipient.id)));
      expect(answer).toMatchObject({ type: 'done' });
    }
    const answers: unknown[] = [];
    for (const name of [2, 3, 4, 5, 6]) {
      const answer = await (await login(name)).request(mailed(directBlob(recipient.id)));
      answers.push(answer.type === 'error' ? answer.code : answer.type);
    }
    expect(answers).toEqual(['done', 'done', 'done', 'quota', 'quota']);
    const late = await connect({ localAddress: '127.0.0.3' });
    await late.login(numberedIdentity(7));
    expect(await late.request(mailed(directBlob(recipient.id)))).toMatchObject({ type: 'done' });
  });
});
