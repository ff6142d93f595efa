// Rows that are damaged in one way or another: each costs itself, and the mail beside it comes and goes as ever.
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { letter, letters, prefixOf, read, readTokens, store, tokenOf } from './mail.ts';
import { databasePath, openStores, startStores, type TestStores } from './stores.ts';

const DAY_MS = 24 * 60 * 60_000;
const PAGE_BYTES = 4_096;
/** Enough for a row to need pages beside the one that it is in. */
const LARGE = { blobBytes: 20_000 };

/** Mail for two people, of which the second letter can neither be read whole nor removed. */
async function withBrokenLetter(limits = {}) {
  const path = await databasePath();
  const first = await openStores({ path, limits });
  const mail = letters(4, LARGE);
  store(first, mail);
  store(first, letters(2, { ...LARGE, to: 7 }));
  first.stores.close();
  breakChain(path, tokenOf(mail[1] ?? letter()));
  const opened = await openStores({ path, limits });
  return { opened, tokens: mail.map(tokenOf) };
}

/** Points the first of the pages that hold the rest of a letter to a page that is not there. */
function breakChain(path: string, token: number): void {
  const bytes = readFileSync(path);
  const written = Buffer.alloc(8);
  written.writeUInt32BE(token, 0);
  written.writeUInt32BE(2, 4);
  const at = bytes.indexOf(written);
  // Its beginning is in the row's own page, whose last bytes before the next cell point on.
  const own = Math.floor(at / PAGE_BYTES) * PAGE_BYTES;
  for (let pointer = at + written.length; pointer < own + PAGE_BYTES - 3; pointer++) {
    const page = bytes.readUInt32BE(pointer);
    if (page < 2 || page > bytes.length / PAGE_BYTES) continue;
    bytes.writeUInt32BE(0x4000_0000 | page, pointer);
    writeFileSync(path, bytes);
    return;
  }
  throw new Error('no pointer there');
}

const rowsIn = ({ disk }: TestStores) =>
  disk.prepare('SELECT count(*) AS letters FROM mail').get()?.letters;

describe('a letter that can neither be read nor removed', () => {
  it('keeps back none of those behind it, and is told once', async () => {
    const { opened, tokens } = await withBrokenLetter();
    const [one, , three, four] = tokens;
    expect(readTokens(opened)).toEqual([one, three, four]);
    expect(readTokens(opened)).toEqual([one, three, four]);
    expect(opened.events).toMatchObject([{ type: 'unreadable', problem: { code: 'corrupt' } }]);
  });

  it('does not stop others from being acknowledged', async () => {
    const { opened } = await withBrokenLetter();
    const { stores, clock, commit } = opened;
    const all = stores.mailbox.page(prefixOf(1), 0n).frames.length;
    expect(all).toBe(3);
    const numbers = read(opened).map(({ rseq }) => rseq);
    const between = numbers.map((rseq) => rseq + 1n);
    stores.mailbox.acknowledge(prefixOf(1), [...numbers, ...between]);
    commit();
    // That one failed by it; the next passes it over.
    clock.advance(5_000);
    commit();
    expect(rowsIn(opened)).toBe(3);
    expect(readTokens(opened, 7)).toHaveLength(2);
  });

  it('does not stop others from growing old', async () => {
    const { opened } = await withBrokenLetter();
    const { stores, clock, commit } = opened;
    clock.advance(DAY_MS);
    stores.mailbox.sweep();
    for (let attempt = 0; attempt < 2; attempt++) {
      clock.advance(5_000);
      commit();
    }
    expect(rowsIn(opened)).toBe(1);
  });

  it('does not stop a full mailbox from making room', async () => {
    const { opened, tokens } = await withBrokenLetter({ mailboxBlobs: 4, mailboxFloorBlobs: 0 });
    const [one, , three, four] = tokens;
    expect(store(opened, [letter({ from: 3 })])).toEqual(['stored']);
    expect(readTokens(opened).slice(0, 2)).toEqual([three, four]);
    expect(readTokens(opened)).not.toContain(one);
    // The broken one is the oldest now: one commit fails by it, and then the next oldest goes.
    expect(store(opened, [letter({ from: 3 })])).toEqual(['storage']);
    expect(store(opened, [letter({ from: 4 })])).toEqual(['stored']);
    expect(readTokens(opened)).not.toContain(three);
  });
});

describe('a row with a damaged field', () => {
  it.each([
    'size = 1 << 50',
    'size = -5',
    "sender = x''",
    "recipient = x'00'",
    "token = x''",
    "frame = x''",
    'expires_ms = -1',
  ])('costs itself alone: %s', async (change) => {
    const limits = { mailboxBytes: 100_000, mailboxBytesInAll: 200_000 };
    const opened = await openStores({ limits });
    const mail = letters(4);
    store(opened, mail);
    opened.disk.exec(`UPDATE mail SET ${change} WHERE rseq = (SELECT max(rseq) FROM mail)`);
    opened.crash();
    const again = startStores(opened.disk, { limits });
    const late = letter({ from: 5 });
    expect(store(again, [late])).toEqual(['stored']);
    again.stores.mailbox.sweep();
    again.commit();
    const expected = [...mail.slice(0, -1), late].map(tokenOf);
    const damaged = tokenOf(mail.at(-1) ?? letter());
    expect(readTokens(again).filter((token) => token !== damaged)).toEqual(expected);
    expect(again.events).toEqual([]);
  });
});
