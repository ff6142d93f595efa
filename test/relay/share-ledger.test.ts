// What the ledger counts is what the table holds, whatever a transaction came to; and how often it counts.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PlacedLoad, ShareLedger } from '../../src/relay/share-ledger.ts';
import type { Load, Measure, Origin, Shares } from '../../src/relay/shares.ts';
import { letter, prefixOf, sixteenBytes, store } from './mail.ts';
import { diskFull, openStores } from './stores.ts';

const MEASURE: Measure = { weight: ({ bytes }) => bytes, isSmall: () => false };
const PLACES = ['one', 'two'];
const NAMES = [sixteenBytes(1), sixteenBytes(2)];
const ORIGINS = NAMES.flatMap((source) => NAMES.map((sender) => ({ source, sender })));

type Row = PlacedLoad<string>;

/** Rows in memory, grouped as SQLite would. */
class Rows {
  rows: readonly Row[] = [];
  scans = 0;

  *loads(place?: string): Generator<Row> {
    this.scans++;
    for (const each of place === undefined ? PLACES : [place]) {
      for (const origin of ORIGINS) {
        const load = loadOf(this.rows.filter((row) => row.place === each && isFrom(row, origin)));
        if (load.blobs > 0) yield { place: each, ...origin, load };
      }
    }
  }
}

function isFrom(row: Origin, { source, sender }: Origin): boolean {
  return row.source === source && row.sender === sender;
}

function loadOf(rows: readonly { readonly load: Load }[]): Load {
  return rows.reduce(
    ({ blobs, bytes }, { load }) => ({ blobs: blobs + load.blobs, bytes: bytes + load.bytes }),
    { blobs: 0, bytes: 0 },
  );
}

function expectSame(shares: Shares, rows: readonly Row[]): void {
  expect(shares.load).toEqual(loadOf(rows));
  const held = ORIGINS.filter((origin) => rows.some((row) => isFrom(row, origin)));
  expect(shares.senders).toBe(held.length);
  for (const origin of ORIGINS) {
    expect(shares.of(origin)).toEqual(loadOf(rows.filter((row) => isFrom(row, origin))));
    const [bySource, bySender] = [
      rows.filter(({ source }) => source === origin.source),
      rows.filter(({ sender }) => sender === origin.sender),
    ];
    expect(shares.ofSource(origin)).toEqual(loadOf(bySource));
    expect(shares.ofSender(origin)).toEqual(loadOf(bySender));
  }
  const most = Math.max(0, ...ORIGINS.map((origin) => shares.ofSource(origin).bytes));
  expect(shares.heaviest()?.load.bytes ?? 0).toBe(most);
}

describe('a ledger', () => {
  const change = fc.record({
    origin: fc.constantFrom(...ORIGINS),
    place: fc.constantFrom(...PLACES),
    bytes: fc.integer({ min: 1, max: 9 }),
    /** Removes a row where it is above; a look at a place, or a new count, may come between any two changes. */
    remove: fc.boolean(),
    between: fc.constantFrom('nothing', 'nothing', 'look', 'look in all', 'forget'),
  });
  const transactions = fc.array(
    fc.record({ changes: fc.array(change, { maxLength: 6 }), stored: fc.boolean() }),
    { maxLength: 12 },
  );

  type Transactions = typeof transactions extends fc.Arbitrary<infer T> ? T : never;

  it('holds what the table holds, after transactions that were stored and that were not', () => {
    const check = (all: Transactions) => {
      const table = new Rows();
      const ledger = new ShareLedger<string>(table, { inPlace: MEASURE, inAll: MEASURE });
      for (const { changes, stored } of all) {
        const before = table.rows;
        for (const { origin, place, bytes, remove, between } of changes) {
          if (between === 'look') ledger.of(place);
          if (between === 'look in all') ledger.load(place);
          if (between === 'forget') ledger.forget();
          const gone = table.rows.find((row) => row.place === place && isFrom(row, origin));
          if (remove && gone !== undefined) {
            table.rows = table.rows.filter((row) => row !== gone);
            ledger.remove(place, origin, gone.load);
          } else {
            const load = { blobs: 1, bytes };
            table.rows = [...table.rows, { place, ...origin, load }];
            ledger.add(place, origin, load);
          }
        }
        if (stored) ledger.keep();
        else {
          table.rows = before;
          ledger.undo();
        }
        expectSame(ledger.all, table.rows);
        for (const place of PLACES) {
          const rows = table.rows.filter((row) => row.place === place);
          expectSame(ledger.of(place), rows);
          expect(ledger.load(place)).toEqual(loadOf(rows));
        }
      }
    };
    fc.assert(fc.property(transactions, check), { numRuns: 300 });
  });

  it('counts again only what was forgotten', () => {
    const table = new Rows();
    const ledger = new ShareLedger<string>(table, { inPlace: MEASURE, inAll: MEASURE });
    const [origin] = ORIGINS;
    if (origin === undefined) throw new Error('an origin');
    const held = () => [ledger.all, ledger.of('one')].map(({ load }) => load.bytes);
    expect(held()).toEqual([0, 0]);
    for (let attempt = 0; attempt < 9; attempt++) {
      ledger.add('one', origin, { blobs: 1, bytes: 7 });
      expect(held()).toEqual([7, 7]);
      ledger.undo();
    }
    expect(held()).toEqual([0, 0]);
    expect(table.scans).toBe(1);
    ledger.forget();
    expect(held()).toEqual([0, 0]);
    expect(table.scans).toBe(2);
  });
});

describe('a disk that refuses again and again', () => {
  it('is not counted again for each attempt', async () => {
    const opened = await openStores();
    const { disk, stores } = opened;
    let counted = 0;
    disk.onRead = (sql) => {
      if (sql.includes('GROUP BY')) counted++;
    };
    expect(store(opened, [letter()])).toEqual(['stored']);
    const once = counted;
    expect(once).toBeGreaterThan(0);
    disk.fault = diskFull();
    for (let attempt = 0; attempt < 20; attempt++) {
      expect(store(opened, [letter()])).toEqual(['storage']);
    }
    disk.fault = null;
    expect(store(opened, [letter()])).toEqual(['stored']);
    expect(counted).toBe(once);
    expect(stores.mailbox.queued(prefixOf(1))).toBe(2);
  });
});
