import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { foldText, type Searchable, SearchIndex } from '../../src/storage/search-index.ts';

const ALL = { conversation: null, limit: 1_000 };

let entries: Searchable[];
let reads: number;
let index: SearchIndex;

beforeEach(() => {
  entries = [];
  reads = 0;
  index = new SearchIndex(newestFirst);
});
afterEach(() => {
  index.close();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

function* newestFirst(before: number): IterableIterator<Searchable> {
  for (const entry of entries.toReversed()) {
    if (entry.row >= before) continue;
    reads++;
    yield entry;
  }
}

/** Writes a row as the store does: to the table, and to the index. */
function write(text: string, conversation = 'a'): number {
  const row = (entries.at(-1)?.row ?? 0) + 1;
  entries.push({ row, conversation, text });
  index.add({ row, conversation, text });
  return row;
}

function erase(isGone: (entry: Searchable) => boolean): void {
  entries = entries.filter((entry) => !isGone(entry));
  index.remove(isGone);
}

/** From now on each look at the clock finds a slice's time over. */
function sliceAtEveryRow(): void {
  let nowMs = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => {
    nowMs += 10;
    return nowMs;
  });
}

describe('words are found', () => {
  test.each([
    ['whatever their case', 'Straße in BERLIN', 'STRASSE berlin'],
    ['without their accents', 'Crème brûlée à São Paulo', 'creme sao'],
    ['with accents that the text lacks', 'creme brulee', 'crème brûlée'],
    ['whether composed or not', 'cafe\u0301', 'caf\u00e9'],
    ['as parts of words', 'messenger', 'seng'],
    ['in any order', 'one two three', 'three one'],
    ['in another form of the same letters', 'ＦＵＬＬ ﬁne ①', 'full fine 1'],
    ['in Greek, wherever a sigma stands', 'Ὀδυσσεὺς σοφός', 'ΟΔΥΣΣΕΥΣ ΣΟΦΟΣ'],
    ['in Turkish', 'İSTANBUL', 'istanbul'],
    ['in Cyrillic', 'Ёлка', 'елка'],
    ['in Hindi', 'नमस्ते दुनिया', 'दुनिया'],
    ['in Arabic, with its points or not', 'مُحَمَّد كتب', 'محمد'],
    ['in Hebrew, with its points or not', 'שָׁלוֹם', 'שלום'],
    ['in Korean, while a syllable is still typed', '안녕하세요', '안녀'],
    ['in Japanese', 'かきくけこ ガラス', 'ガラス'],
    ['in Chinese', '今天天气很好', '天气'],
    ['in Thai', 'สวัสดีครับ', 'สวัสดี'],
    ['with nothing between letters that can be seen', 'se\u200bcr\u00adet', 'secret'],
    ['as emoji', 'good 👩🏽‍💻 work', '👩🏽‍💻'],
  ])('%s', async (_, text, query) => {
    write('something else');
    const row = write(text);
    expect(await index.find(query, ALL)).toEqual([row]);
  });

  test.each([
    ['another vowel sign of Hindi', 'की', 'का'],
    ['another consonant of Japanese', 'かき', 'がき'],
    ['half of the words', 'one two', 'one three'],
    ['a query of nothing but space', 'one', ' \t\u3000'],
    ['a query of nothing but accents', 'one', '\u0301'],
  ])('but not by %s', async (_, text, query) => {
    write(text);
    expect(await index.find(query, ALL)).toEqual([]);
  });

  test('folding what is folded changes nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(foldText(foldText(text))).toBe(foldText(text));
      }),
    );
  });
});

describe('a search', () => {
  test('gives the newest first, as many as asked for, of one conversation or of all', async () => {
    for (let number = 0; number < 10; number++) write('hi', number % 2 === 0 ? 'a' : 'b');
    expect(await index.find('hi', { conversation: null, limit: 3 })).toEqual([10, 9, 8]);
    expect(await index.find('hi', { conversation: 'a', limit: 3 })).toEqual([9, 7, 5]);
    expect(await index.find('hi', { conversation: 'c', limit: 3 })).toEqual([]);
    expect(await index.find('hi', { conversation: null, limit: 0 })).toEqual([]);
  });

  test('reads everything once, and nothing before it is needed', async () => {
    for (let number = 0; number < 10; number++) write('hi');
    expect([reads, index.isHeld]).toEqual([0, false]);
    await index.find('hi', ALL);
    await index.find('ho', ALL);
    write('ho');
    expect(await index.find('ho', ALL)).toEqual([11]);
    expect(reads).toBe(10);
  });

  test('lets other work come between', async () => {
    for (let number = 0; number < 5; number++) write('hi');
    sliceAtEveryRow();
    let turns = 0;
    const count = () => {
      turns++;
      timer = setImmediate(count);
    };
    let timer = setImmediate(count);
    await index.find('hi', ALL);
    clearImmediate(timer);
    expect(turns).toBeGreaterThan(5);
  });

  test('finds what is written, and not what is deleted, while it reads', async () => {
    for (let number = 0; number < 6; number++) write('hi');
    sliceAtEveryRow();
    const found = index.find('hi', ALL);
    await new Promise(setImmediate);
    const late = write('hi late');
    erase(({ row }) => row === 6 || row === 1);
    await new Promise(setImmediate);
    erase(({ row }) => row === 3);
    expect(await found).toEqual([late, 5, 4, 2]);
  });

  test('of two at once, both find everything and all is read once', async () => {
    for (let number = 0; number < 5; number++) write('hi');
    sliceAtEveryRow();
    const both = await Promise.all([index.find('hi', ALL), index.find('hi', ALL)]);
    expect(both).toEqual([
      [5, 4, 3, 2, 1],
      [5, 4, 3, 2, 1],
    ]);
    expect(reads).toBeLessThanOrEqual(10);
  });

  test('that can not read says so, and the next one tries again', async () => {
    write('hi');
    let isBroken = true;
    const fault = new Error('disk');
    const flaky = new SearchIndex((before) => {
      if (isBroken) throw fault;
      return newestFirst(before);
    });
    await expect(flaky.find('hi', ALL)).rejects.toBe(fault);
    isBroken = false;
    expect(await flaky.find('hi', ALL)).toEqual([1]);
    flaky.close();
  });

  test('finds no more once it is closed', async () => {
    for (let number = 0; number < 5; number++) write('hi');
    sliceAtEveryRow();
    const found = index.find('hi', ALL);
    index.close();
    expect(await found).toEqual([]);
    expect(await index.find('hi', ALL)).toEqual([]);
    expect(index.isHeld).toBe(false);
  });

  test('that has found some finds none where it is closed before its end', async () => {
    for (let number = 0; number < 5; number++) write('hi');
    await index.find('hi', ALL);
    sliceAtEveryRow();
    const found = index.find('hi', ALL);
    await new Promise(setImmediate);
    index.close();
    expect(await found).toEqual([]);
  });
});

describe('in memory', () => {
  test('words stay for five minutes after the last search, and no timer after that', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    write('hi');
    await index.find('hi', ALL);
    vi.advanceTimersByTime(4 * 60_000);
    await index.find('hi', ALL);
    vi.advanceTimersByTime(4 * 60_000);
    expect(index.isHeld).toBe(true);
    vi.advanceTimersByTime(60_000);
    expect([index.isHeld, vi.getTimerCount()]).toEqual([false, 0]);
    expect(await index.find('hi', ALL)).toEqual([1]);
  });

  test('no more is held than has room, and the rest is found all the same', async () => {
    index = new SearchIndex(newestFirst, 1_000);
    for (let number = 0; number < 20; number++) write('hi');
    const all = entries.map(({ row }) => row).toReversed();
    expect(await index.find('hi', ALL)).toEqual(all);
    reads = 0;
    expect(await index.find('hi', ALL)).toEqual(all);
    expect(reads).toBeGreaterThan(10);
    expect(reads).toBeLessThan(20);
    for (let number = 0; number < 20; number++) all.unshift(write('hi'));
    expect(await index.find('hi', ALL)).toEqual(all);
    const large = write(`hi ${'x'.repeat(2_000)}`);
    expect(index.isHeld).toBe(false);
    expect(await index.find('hi', ALL)).toEqual([large, ...all]);
  });

  test('what is deleted makes room', async () => {
    index = new SearchIndex(newestFirst, 1_000);
    for (let number = 0; number < 9; number++) write('hi');
    await index.find('hi', ALL);
    erase(() => true);
    reads = 0;
    for (let number = 0; number < 9; number++) write('hi');
    expect(await index.find('hi', ALL)).toHaveLength(9);
    expect(reads).toBe(0);
  });

  test('a search is what a look at every row would be, whatever comes and goes', async () => {
    const step = fc.oneof(
      fc.record({ write: fc.constantFrom('a b', 'b c', 'c'), to: fc.constantFrom('x', 'y') }),
      fc.record({ erase: fc.nat({ max: 40 }) }),
      fc.record({ find: fc.constantFrom('a', 'b', 'c b', ''), of: fc.constantFrom('x', null) }),
    );
    const run = async (steps: readonly StepOf<typeof step>[]) => {
      entries = [];
      index = new SearchIndex(newestFirst, 1_500);
      for (const each of steps) {
        if ('write' in each) write(each.write, each.to);
        else if ('erase' in each) erase(({ row }) => row === each.erase);
        else {
          const scope = { conversation: each.of, limit: 5 };
          expect(await index.find(each.find, scope)).toEqual(looked(each.find, each.of));
        }
      }
      index.close();
    };
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 60 }), run), { numRuns: 200 });
  });
});

type StepOf<A> = A extends fc.Arbitrary<infer T> ? T : never;

function looked(query: string, conversation: string | null): number[] {
  const words = query.split(' ').filter((word) => word !== '');
  const hits = entries.filter(
    (entry) =>
      (conversation === null || entry.conversation === conversation) &&
      words.length > 0 &&
      words.every((word) => entry.text.includes(word)),
  );
  return hits
    .map(({ row }) => row)
    .toReversed()
    .slice(0, 5);
}
