// What the screen says where nobody else is yet, and nothing has been said.
import { afterEach, describe, expect, it } from 'vitest';
import type { Room } from '../../src/client/api.ts';
import type { Moment } from '../../src/ui/frame.ts';
import { FakeSession, onlineLink, peerId, person } from '../support/fake-session.ts';
import { type InkScreen, inkScreen, stillMoment } from '../support/ink-screen.tsx';
import { message, type TestScreen, testScreen } from '../support/screen-store.ts';

const self = peerId('e');
const ravi = person('ravi', 'b');
const NAME = `+${'4f2a91c0'.repeat(8)}`;
const ward: Exclude<Room, { kind: 'public' }> = {
  ...{ name: NAME, kind: 'private', title: 'ward 3', topic: '', owner: self, moderators: [] },
  ...{ members: [self], invited: [], readOnly: false, expireSeconds: null },
};

let open: InkScreen[] = [];
afterEach(() => {
  for (const screen of open) screen.close();
  open = [];
});

function shown(screen: TestScreen, moment: Moment = stillMoment): InkScreen {
  const ink = inkScreen(screen.store, { moment });
  open.push(ink);
  return ink;
}

/** What stands under the messages, right of the sidebar. */
function words(screen: TestScreen, moment?: Moment): string[] {
  return shown(screen, moment)
    .rows()
    .slice(1, -2)
    .map((row) => row.split('│').at(-1)?.trim() ?? '')
    .filter((row) => row !== '');
}

function screenIn(room: Room | null, relay = onlineLink.relay): TestScreen {
  const session = new FakeSession();
  session.snapshot = {
    ...session.snapshot,
    people: room === null ? [] : [ravi],
    rooms: room === null ? [] : [room],
    link: { ...onlineLink, relay },
  };
  const screen = testScreen(session);
  if (room !== null) screen.store.open(room.name);
  return screen;
}

describe('nobody here yet', () => {
  it.each([
    ['127.0.0.1:7717', '-- lanchat --relay 192.168.1.5:7717'],
    ['[::1]:7001', '-- lanchat --relay 192.168.1.5:7001'],
    ['10.0.0.9:7717', '-- lanchat --relay 10.0.0.9:7717'],
  ])('at a relay at %s gives the exact command for the other machine', (relay, command) => {
    expect(words(screenIn(null, relay))).toEqual([
      '-- Nobody else is here yet. On another machine here:',
      '-- lanchat',
      '-- or, where it finds nothing:',
      command,
    ]);
  });

  it('makes what is to be typed stand out, and no warning of it', () => {
    const rows = shown(screenIn(null)).styled();
    const command = rows.find((row) => row.includes('lanchat --relay'));
    expect(command).toMatch(/\x1b\[1mlanchat --relay 192\.168\.1\.5:7717/);
    expect(command).not.toContain('!!');
  });

  it('gives no address of this machine alone where there is no network', () => {
    const said = words(screenIn(null), { ...stillMoment, lanAddress: () => null });
    expect(said.join(' ')).toMatch(/this machine is on( --)? no( --)? network/);
    expect(said.join(' ')).not.toContain('127.0.0.1');
  });

  it('is said in the sidebar too, once the roster is known', () => {
    const screen = screenIn(null);
    expect(shown(screen).rows().join('\n')).toMatch(/PEOPLE +│\n {3}nobody here/);
    screen.store.setReady(false);
    screen.store.notifyNow();
    expect(shown(screen).rows().join('\n')).not.toContain('nobody here');
  });

  it.each([
    [40, 15],
    [80, 24],
    [200, 50],
  ])('is whole at %i×%i', (columns, rows) => {
    const screen = screenIn(null);
    screen.store.setSize({ columns, rows });
    expect(words(screen).join(' ').replace(/ -- +/g, ' ')).toContain(
      'lanchat --relay 192.168.1.5:7717',
    );
    expect(words(screen).length).toBeLessThanOrEqual(rows / 3);
    expect(words(screen).includes('-- or, where it finds nothing:')).toBe(rows > 15);
  });
});

describe('a room with nobody else in it', () => {
  it.each<[string, Room, readonly string[]]>([
    [
      'public',
      { name: '#ward-3', kind: 'public', members: [self] },
      ['-- Only you are in #ward-3 yet. Others come in with', '-- /join #ward-3'],
    ],
    [
      'one’s own',
      ward,
      ['-- Only you are in +ward 3 yet. You ask somebody in with', '-- /invite NAME'],
    ],
    [
      'one’s own, with somebody asked',
      { ...ward, invited: [ravi.fingerprint] },
      ['-- Only you are in +ward 3 yet; asked, and without an', 'answer: 1.'],
    ],
    [
      'somebody’s who has gone',
      { ...ward, owner: ravi.fingerprint },
      ['-- Only you are left in +ward 3.'],
    ],
  ])('%s: says how others come, or that nobody does', (_which, room, said) => {
    expect(words(screenIn(room))).toEqual(said);
  });

  it.each<[string, Room]>([
    ['whose members are not known yet', { name: '#ward-3', kind: 'public', members: [] }],
    ['with others', { name: '#ward-3', kind: 'public', members: [self, ravi.fingerprint] }],
    ['with others alone', { name: '#ward-3', kind: 'public', members: [ravi.fingerprint] }],
    ['that is closed', { ...ward, closed: true }],
  ])('says nothing of it in one %s', (_which, room) => {
    expect(words(screenIn(room)).join(' ')).not.toContain('Only you');
  });
});

describe('a person who is away', () => {
  function away(change = {}): TestScreen {
    const screen = screenIn({ name: '#lobby', kind: 'public', members: [self] });
    screen.session.emit({
      type: 'person',
      person: { ...ravi, online: false, ...change },
    });
    screen.store.open(ravi.fingerprint);
    return screen;
  }

  it('can be written to, and nothing is promised of it before it is written', () => {
    const screen = away();
    expect(words(screen).join(' ')).toContain('ravi is away. Write all the same');
    screen.session.emit({
      type: 'message',
      message: message({ room: null, peer: ravi.fingerprint, state: 'failed' }),
    });
    expect(words(screen).join(' ')).not.toContain('Write all the same');
  });

  it('is not offered to be written to where they are blocked', () => {
    expect(words(away({ blocked: true })).join(' ')).not.toContain('Write all the same');
  });
});
