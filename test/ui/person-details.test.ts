// All of a person over the messages: what their key is worth and why, what is known, and what keys set there.
import { describe, expect, it } from 'vitest';
import type { ContactChange, Person, Replies } from '../../src/client/api.ts';
import { UsageError } from '../../src/protocol/errors.ts';
import { overlayView } from '../../src/ui/overlay-rows.ts';
import { rowWidth } from '../../src/ui/spans.ts';
import { FakeSession, peerId, person } from '../support/fake-session.ts';
import { enter, press } from '../support/screen-presses.ts';
import { lines, type TestScreen, testScreen } from '../support/screen-store.ts';

function screenWith(
  bela: Person,
  verified?: Replies['contact']['verified'],
): TestScreen & { readonly changes: ContactChange[] } {
  let found = bela;
  const changes: ContactChange[] = [];
  const session = new FakeSession({
    'find-person': () => ({ matches: [found] }),
    contact: ({ change }) => {
      changes.push(change);
      if (change.petname === 'asha') throw new UsageError('bad-petname', 'somebody is called so');
      const { petname, note, ...flags } = change;
      found = {
        ...found,
        ...(petname != null && { petname }),
        ...(note != null && { note }),
        ...(flags.ignored === true && { ignored: true }),
        ...(flags.blocked === true && { blocked: true }),
        ...(flags.favourite === true && { favourite: true }),
      };
      const firstSeen = '2026-01-02T12:00:00.000Z';
      return { person: found, firstSeen, ...(verified !== undefined && { verified }) };
    },
  });
  session.snapshot = {
    ...session.snapshot,
    people: [bela],
    rooms: [
      { name: '#lobby', kind: 'public', members: [] },
      { name: '#ward', kind: 'public', members: [peerId('b')] },
    ],
  };
  return Object.assign(testScreen(session), { changes });
}

function text({ store }: TestScreen, area = { cells: 62, rows: 21 }): string {
  const { overlay } = store.state;
  if (overlay === null) return '';
  const { rows } = overlayView(store.state, overlay, area);
  expect(rows.length).toBeLessThanOrEqual(area.rows);
  for (const row of rows.slice(1)) expect(rowWidth(row)).toBeLessThanOrEqual(area.cells);
  return rows.map((row) => row.map((part) => part.text).join('')).join('\n');
}

describe('/whois', () => {
  it('says what is known of somebody', async () => {
    const about = { note: 'of ward 3', status: 'on call', petname: 'mum' };
    const screen = screenWith(person('bela', 'b', about));
    await enter(screen, '/whois bela');
    const shown = text(screen);
    for (const words of [
      'unverified: nobody has compared this key with mum yet',
      'goes by bela',
      'here now',
      'first seen 2026-01-02',
      'says: on call',
      'your note: of ward 3',
      'in #ward',
    ]) {
      expect(shown).toContain(words);
    }
    expect(shown.match(/bbbb/g)).toHaveLength(16);
    expect(lines(screen.store, '#lobby')).toEqual([]);
  });

  it('says when and how their key was compared', async () => {
    const verified = { at: '2026-03-04T12:00:00.000Z', by: 'words' } as const;
    const screen = screenWith(person('bela', 'b', { trust: 'verified' }), verified);
    await enter(screen, '/whois bela');
    expect(text(screen)).toContain('verified: you compared keys');
    expect(text(screen)).toContain('verified on 2026-03-04 by seven words');
  });

  it('explains a changed key in two sentences, with the key before', async () => {
    const screen = screenWith(person('bela', 'b', { keyChangedFrom: [peerId('9')] }));
    await enter(screen, '/whois bela');
    const shown = text(screen).replace(/\s+/g, ' ');
    expect(shown).toContain('whose key was 9999 9999 9999 9999 …');
    expect(shown).toContain('Either bela set up lanchat anew, or somebody else uses the name');
  });

  it.each([
    { cells: 40, rows: 12 },
    { cells: 62, rows: 21 },
    { cells: 172, rows: 47 },
  ])('fits $cells×$rows with its keys, whatever they say', async (area) => {
    const hostile = '\u001b[2J\u202e漢字 '.repeat(40);
    const screen = screenWith(person('bela', 'b', { status: hostile, note: hostile }));
    await enter(screen, '/whois bela');
    expect(text(screen, area)).toContain('v: verify');
    expect(text(screen, area)).not.toMatch(/[\u001b\u202e]/);
  });
});

it('tells at 40×12 of everything that is known, once it is scrolled to, and that there is more', async () => {
  const small = { cells: 40, rows: 12 };
  const verified = { at: '2026-03-04T12:00:00.000Z', by: 'words' } as const;
  const about = { trust: 'verified', note: 'of ward 3', status: 'on call' } as const;
  const screen = screenWith(person('bela', 'b', about), verified);
  screen.store.setSize({ columns: 40, rows: 15 });
  await enter(screen, '/whois bela');
  expect(text(screen, small)).toMatch(/^ … \d more$/m);
  expect(text(screen, small).match(/verified/g)).toHaveLength(2);
  await press(screen, 'pagedown', 'pagedown');
  for (const words of ['by seven', 'words', 'first seen', 'on call', 'of ward 3', 'in #ward']) {
    expect(text(screen, small)).toContain(words);
  }
  expect(text(screen, small)).not.toContain('more');
  await press(screen, 'up', 'up', 'up', 'up', 'up', 'up');
  expect(text(screen, small)).toContain('here now');
});

it('breaks no key from what it does at 40×12', async () => {
  const screen = screenWith(person('bela', 'b'));
  await enter(screen, '/whois bela');
  const shown = text(screen, { cells: 40, rows: 12 });
  const keys = ['m: write', 'v: verify', 'p: petname', 'n: note', 'f: favourite', 'i: ignore'];
  for (const key of [...keys, 'b: block']) expect(shown).toContain(` ${key}`);
});

describe('keys in the details', () => {
  async function opened(): Promise<ReturnType<typeof screenWith>> {
    const screen = screenWith(person('bela', 'b'));
    await enter(screen, '/whois bela');
    screen.changes.length = 0;
    return screen;
  }

  it.each([
    ['f', { favourite: true }, 'f: no favourite'],
    ['i', { ignored: true }, 'i: show again'],
    ['b', { blocked: true }, 'b: unblock'],
  ])('%s sets it and offers the way back', async (key, change, offer) => {
    const screen = await opened();
    await press(screen, key);
    expect(screen.changes).toEqual([change]);
    expect(text(screen).replace(/\s+/g, ' ')).toContain(offer);
  });

  it('p and n take a petname and a note, and an empty line takes them away', async () => {
    const screen = await opened();
    await press(screen, 'p', 'm', 'u', 'm');
    expect(text(screen)).toContain(' petname: mum');
    await press(screen, 'enter');
    expect(screen.changes).toEqual([{ petname: 'mum' }]);
    expect(text(screen)).toContain('goes by bela');
    await press(screen, 'n', 'x', 'backspace', 'enter');
    expect(screen.changes.at(-1)).toEqual({ note: null });
  });

  it('says a refusal where it was typed', async () => {
    const screen = await opened();
    await press(screen, 'p', 'a', 's', 'h', 'a', 'enter');
    expect(text(screen)).toContain('somebody is called so');
    expect(text(screen)).toContain(' petname: asha');
    await press(screen, 'escape');
    expect(text(screen)).toContain('p: petname');
    await press(screen, 'escape');
    expect(screen.store.state.overlay).toBeNull();
  });

  it('m opens the conversation and v begins to compare; others do nothing', async () => {
    const screen = await opened();
    await press(screen, 'x');
    expect(screen.store.state.overlay).toMatchObject({ kind: 'person' });
    await press(screen, 'v');
    expect(screen.store.state.overlay).toMatchObject({ kind: 'verify-how', peer: peerId('b') });
    await press(screen, 'escape');
    await enter(screen, '/whois bela');
    await press(screen, 'm');
    expect(screen.store.state.active).toBe(peerId('b'));
    expect(screen.store.state.overlay).toBeNull();
  });
});
