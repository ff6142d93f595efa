// Lists of people over the messages: those of a room, what a room is, everybody's trust; and what keys do there.
import { describe, expect, it } from 'vitest';
import type { Person, Room } from '../../src/client/api.ts';
import { PeerId } from '../../src/protocol/ids.ts';
import { keyPress } from '../../src/ui/key-sequences.ts';
import type { OverlayArea } from '../../src/ui/list-rows.ts';
import { overlayView } from '../../src/ui/overlay-rows.ts';
import { FakeSession, peerId, person } from '../support/fake-session.ts';
import { enter, keysOf, press, settled } from '../support/screen-presses.ts';
import { message, type TestScreen, testScreen } from '../support/screen-store.ts';

const self = peerId('e');
const asha = person('asha', 'a', { trust: 'verified', status: 'in the lab' });
const bela = person('bela', 'b', { petname: 'mum', online: false });
const chen = person('chen', 'c', { keyChangedFrom: [peerId('9')] });
const dora = person('dora', 'd');
const everybody = [asha, bela, chen, dora];

const NAME = `+${'4f2a91c0'.repeat(8)}`;
const ward: Room = {
  ...{ name: NAME, kind: 'private', title: 'ward 3', topic: 'night shift' },
  ...{ owner: peerId('a'), moderators: [peerId('c')], invited: [peerId('d')] },
  ...{ members: [self, peerId('b'), peerId('c'), peerId('a')] },
  ...{ readOnly: true, expireSeconds: 7_200, notifyLevel: 'nothing' as const },
};

function screenWith(people: readonly Person[] = everybody, rooms: readonly Room[] = [ward]) {
  const session = new FakeSession({
    contact: ({ peer }) => {
      const found = people.find(({ fingerprint }) => fingerprint === peer) ?? asha;
      return { person: found, firstSeen: '2026-01-02T03:04:05.000Z' };
    },
  });
  session.snapshot = {
    ...session.snapshot,
    people,
    rooms: [{ name: '#lobby', kind: 'public', members: [] }, ...rooms],
  };
  return testScreen(session);
}

const wide: OverlayArea = { cells: 62, rows: 21 };
const areas: readonly OverlayArea[] = [{ cells: 40, rows: 12 }, wide, { cells: 172, rows: 47 }];

function rows({ store }: TestScreen, area = wide): string[] {
  const { overlay } = store.state;
  if (overlay === null) return [];
  const view = overlayView(store.state, overlay, area).rows;
  expect(view.length).toBeLessThanOrEqual(area.rows);
  return view.map((row) => {
    return row
      .map(({ text }) => text)
      .join('')
      .trimEnd();
  });
}

describe('/who', () => {
  it('lists who is here before who is away, with trust in words and roles', async () => {
    const screen = screenWith();
    screen.store.open(NAME);
    await enter(screen, '/names');
    expect(rows(screen)[0]).toBe(' In +ward 3: 5 people  Enter: details, v: verify, Esc');
    expect(
      rows(screen)
        .slice(2)
        .map((row) => row.replace(/ +/g, ' ').trim()),
    ).toEqual([
      '> asha verified here owner says: in the lab',
      'chen KEY CHANGED here moderator',
      'you here member',
      'dora unverified here invited',
      'mum (bela) unverified away member',
    ]);
  });

  it('lists everybody who is here from a private conversation', async () => {
    const screen = screenWith();
    screen.store.open(peerId('a'));
    await enter(screen, '/who');
    expect(rows(screen).join('\n')).toMatch(
      /In the relay: 3 people[\s\S]*asha[\s\S]*chen[\s\S]*dora/,
    );
  });

  it('opens with Alt+W, and Enter shows the person, from whom Esc comes back', async () => {
    const screen = screenWith();
    screen.store.open(NAME);
    keysOf(screen).take(keyPress('w', { alt: true }));
    await press(screen, 'down', 'enter');
    expect(screen.store.state.overlay).toMatchObject({ kind: 'person', peer: peerId('c') });
    await press(screen, 'escape');
    expect(screen.store.state.overlay).toMatchObject({ kind: 'members', selected: 1 });
    await press(screen, 'v');
    expect(screen.store.state.overlay).toMatchObject({ kind: 'verify-how', peer: peerId('c') });
  });

  it('makes no more rows than are seen, however many people there are', async () => {
    const members = Array.from({ length: 3_000 }, (_, index) => {
      const id = index.toString(16).padStart(64, '0');
      return person(`p${index}`, 'f', { fingerprint: idOf(id) });
    });
    const room: Room = { name: '#hall', kind: 'public', members: members.map(fingerprintOf) };
    const screen = screenWith(members, [room]);
    screen.store.open('#hall');
    await enter(screen, '/who');
    await press(screen, 'up');
    expect(rows(screen).at(-1)).toMatch(/^ > p\d+ +unverified/);
    await press(screen, 'pageup', 'down');
    expect(screen.store.state.overlay).toMatchObject({ selected: 2_984 });
  });
});

describe('/room', () => {
  it('says what the room is above who is in it', async () => {
    const screen = screenWith();
    screen.store.open(NAME);
    await enter(screen, '/room');
    const text = rows(screen, { cells: 172, rows: 47 }).join('\n');
    for (const words of [
      'Room +ward 3',
      '+ward 3 (+4f2a91c0): a private room',
      'muted: it counts nothing unread',
      'topic: night shift',
      'read-only: only asha and the moderators write here',
      'disappears after 2 hours',
      'its owner asks people in',
      'asked in, and not heard from yet: 1 person',
      `ID ${Array.from({ length: 8 }, () => '4f2a 91c0').join(' ')}`,
    ]) {
      expect(text).toContain(words);
    }
    expect(text).toMatch(/dora +unverified +here invited/);
  });

  it('scrolls to people where what it is fills the screen', async () => {
    const screen = screenWith();
    screen.store.setSize({ columns: 40, rows: 15 });
    screen.store.open(NAME);
    keysOf(screen).take(keyPress('i', { alt: true }));
    const small = { cells: 40, rows: 12 };
    expect(rows(screen, small)[2]).toContain('+ward 3');
    await press(screen, 'down', 'down');
    expect(rows(screen, small).at(-1)).toMatch(/^ > chen +KEY CHANGED here moderator/);
    await press(screen, 'up', 'up');
    expect(rows(screen, small).at(-1)).toMatch(/^ > mum/);
  });
});

describe('/trust without a name', () => {
  it('lists trouble first, then whom one writes to unverified', async () => {
    const screen = screenWith();
    const from = { ...dora };
    screen.session.emit({
      type: 'message',
      message: message({ room: null, peer: peerId('d'), from }),
    });
    await enter(screen, '/trust');
    const shown = rows(screen);
    // No row ends or begins with what stands between two.
    expect(shown.slice(2, 4)).toEqual([
      ' KEY CHANGED: 1 · unverified, and you write to them: 1',
      ' other unverified: 1 · verified: 1',
    ]);
    const names = shown.flatMap((row) => /^ {2}[ >]\s*(\w+)|^ > (\w+)/.exec(row)?.slice(1) ?? []);
    expect(names.filter((name) => name !== undefined)).toEqual(['chen', 'dora', 'mum', 'asha']);
  });

  it('goes to details with Enter, to comparing with v, and accepts nobody', async () => {
    const screen = screenWith();
    await enter(screen, '/trust');
    await press(screen, 'enter');
    expect(screen.store.state.overlay).toMatchObject({ kind: 'person', peer: peerId('c') });
    await press(screen, 'escape', 'v');
    expect(screen.store.state.overlay).toMatchObject({ kind: 'verify-how', peer: peerId('c') });
    expect(screen.session.requests.map(({ do: what }) => what)).not.toContain('trust');
  });

  it('says so where nobody is known', async () => {
    const screen = screenWith([]);
    await enter(screen, '/trust');
    expect(rows(screen)).toContain(' You know nobody yet.');
  });
});

it.each(areas)('lists fit $cells×$rows and hold hostile names', async (area) => {
  const evil = person('\u001b[2J\u202ex'.repeat(20), 'f', { status: '漢字\n'.repeat(99) });
  const screen = screenWith([...everybody, evil]);
  screen.store.open(NAME);
  for (const line of ['/who', '/trust']) {
    await enter(screen, line);
    const text = rows(screen, area).join('\n');
    expect(text).not.toMatch(/[\u001b\u202e]/);
    expect(text).toContain('chen');
    await settled(screen);
    screen.store.setOverlay(null);
  }
});

function fingerprintOf({ fingerprint }: Person) {
  return fingerprint;
}

function idOf(text: string) {
  const id = PeerId.parse(text);
  if (id === null) throw new Error('not an id');
  return id;
}
