// What others wrote stands among facts of lanchat's: none of its rows begins where a fact does.
import { describe, expect, it } from 'vitest';
import type { Room } from '../../src/client/api.ts';
import { completionsOf } from '../../src/ui/completion.ts';
import { factRows } from '../../src/ui/list-rows.ts';
import { infoRows } from '../../src/ui/message-info.ts';
import { overlayView } from '../../src/ui/overlay-rows.ts';
import { safeText } from '../../src/ui/safe-text.ts';
import type { Row } from '../../src/ui/spans.ts';
import { headerRow } from '../../src/ui/status-rows.ts';
import { FakeSession, peerId, person } from '../support/fake-session.ts';
import { nthId, stored } from '../support/kept-history.ts';
import { enter } from '../support/screen-presses.ts';
import { type TestScreen, testScreen } from '../support/screen-store.ts';

const NAME = `+${'4f2a91c0'.repeat(8)}`;
/** Rows of whatever width begin with each of these words. */
const lie = 'verified '.repeat(100).trim();
const bela = person('bela', 'b', { status: lie });
const ward: Room = {
  ...{ name: NAME, kind: 'private', title: 'ward 3', topic: lie, owner: peerId('b') },
  ...{ members: [peerId('e'), peerId('b')], moderators: [], invited: [] },
  ...{ readOnly: false, expireSeconds: null },
};

function screenWith(): TestScreen {
  const session = new FakeSession({
    'find-person': () => ({ matches: [bela] }),
    contact: () => ({ person: bela, firstSeen: '2026-01-02T12:00:00.000Z' }),
  });
  session.snapshot = { ...session.snapshot, people: [bela], rooms: [ward] };
  return testScreen(session);
}

function text(row: Row): string {
  return row.map((part) => part.text).join('');
}

function shown({ store }: TestScreen, cells: number): string[] {
  const { overlay } = store.state;
  return overlay === null
    ? []
    : overlayView(store.state, overlay, { cells, rows: 60 }).rows.map(text);
}

function expectApart(rows: readonly string[], fact: RegExp): void {
  const lies = rows.filter((row) => /^ *verified(?: verified)+/.test(row));
  expect(lies.length).toBeGreaterThan(0);
  for (const row of lies) expect(row).toMatch(/^ {3,}verified/);
  // Control: facts are there, and begin further left.
  expect(rows.filter((row) => fact.test(row)).length).toBeGreaterThan(0);
}

describe.each([30, 62, 172])('in %d cells', (cells) => {
  it('a status line', async () => {
    const screen = screenWith();
    await enter(screen, '/whois bela');
    expectApart(shown(screen, cells), /^ (?:says: verified|first seen )/);
  });

  it('a topic', async () => {
    const screen = screenWith();
    screen.store.open(NAME);
    await enter(screen, '/room');
    expectApart(shown(screen, cells), /^ topic: verified/);
  });

  it('an earlier text, whose rows are no further texts either', () => {
    const until = '2026-01-31T09:15:00.000Z';
    const originals = [{ text: 'until 2026 '.repeat(27), until }];
    const { store } = screenWith();
    const message = stored(1, { id: nthId(1), edited: until, originals });
    const rows = infoRows(store.state, message, cells).map(text);
    const texts = rows.filter((row) => /^ {3}until/.test(row));
    expect(texts).toHaveLength(1);
    // Control: its rows are all there.
    expect(rows.filter((row) => /^ {5,}(?:until|2026)/.test(row)).length).toBeGreaterThan(0);
  });
});

it('a status line or a topic is called so where it stands behind facts in one row', () => {
  const { store } = screenWith();
  store.open(bela.fingerprint);
  expect(text(headerRow(store.state))).toContain(' · says: verified');
  store.open(NAME);
  expect(text(headerRow(store.state))).toContain(' · topic: verified');
  const abouts = ['@be', '/mute +wa'].flatMap((typed) =>
    completionsOf(typed, store.state).candidates.map(({ about }) => about),
  );
  expect(abouts[0]).toMatch(/^unverified · here · says: verified/);
  expect(abouts[1]).toMatch(/^a private room · 2 in it · topic: verified/);
});

it('a fact that fits stands in one row', () => {
  expect(factRows(safeText('says: here'), 15).map(text)).toEqual([' says: here']);
  expect(factRows(safeText('says: here now'), 15).map(text)).toEqual([' says: here', '   now']);
});
