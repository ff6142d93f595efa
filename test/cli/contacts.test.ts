// `lanchat contact`, `contacts`, `whois`, `status`, `room mute`: what they ask for, and what they print.
import { describe, expect, it } from 'vitest';
import type { ContactChange, Person } from '../../src/client/api.ts';
import { runCommand } from '../support/command.ts';
import { FakeSession, peerId, person } from '../support/fake-session.ts';

const NIGHTS = `+${'4f2a91c0'.repeat(8)}`;
const FIRST_SEEN = '2026-01-02T03:04:05.000Z';

function sessionWith(bela: Person): FakeSession {
  return new FakeSession({
    'find-person': () => ({ matches: [bela] }),
    contact: ({ change }) => ({ person: { ...bela, ...shown(change) }, firstSeen: FIRST_SEEN }),
    status: ({ text }) => ({ text: text ?? 'as before' }),
    'room-mute': ({ room, muted }) => ({ room, muted }),
  });
}

/** As the client answers. */
function shown({ petname, favourite, blocked }: ContactChange): Partial<Person> {
  return {
    ...(typeof petname === 'string' && { petname }),
    ...(favourite === true && { favourite }),
    ...(blocked === true && { blocked }),
  };
}

const changes = (session: FakeSession) =>
  session.requests.flatMap((command) => (command.do === 'contact' ? [command.change] : []));

describe('lanchat contact', () => {
  it.each<[readonly string[], ContactChange]>([
    [[], {}],
    [['--petname', 'mum'], { petname: 'mum' }],
    [['--no-petname', '--favourite'], { petname: null, favourite: true }],
    [['--no-favourite', '--note', 'ward 3'], { favourite: false, note: 'ward 3' }],
    [['--ignore', '--no-block'], { ignored: true, blocked: false }],
    [['--no-ignore', '--block'], { ignored: false, blocked: true }],
  ])('asks for what its options say: %j', async (options, change) => {
    const session = sessionWith(person('bela', 'b'));
    const run = runCommand(['contact', '@bela', ...options], { session });
    expect(await run.status).toBe(0);
    expect(changes(session)).toEqual([change]);
  });

  it('tells what is set, and leaves out what is not', async () => {
    const session = sessionWith(person('bela', 'b', { status: 'on call' }));
    const run = runCommand(['contact', '@bela', '--petname', 'mum', '--json'], { session });
    expect(await run.status).toBe(0);
    expect(run.records()).toEqual([
      {
        ...{ v: 1, type: 'contact', nick: 'bela', fingerprint: peerId('b'), trust: 'known' },
        ...{ petname: 'mum', status: 'on call', firstSeen: FIRST_SEEN },
      },
    ]);
  });

  it('tells when and how a key was compared', async () => {
    const bela = person('bela', 'b', { trust: 'verified' });
    const session = sessionWith(bela);
    const verified = { at: '2026-03-04T12:00:00.000Z', by: 'words' as const };
    session.answer({ contact: () => ({ person: bela, firstSeen: FIRST_SEEN, verified }) });
    const run = runCommand(['contact', '@bela', '--json'], { session });
    expect(await run.status).toBe(0);
    expect(run.records()).toMatchObject([{ verifiedAt: verified.at, verifiedBy: 'words' }]);
    const human = runCommand(['contact', '@bela'], { session });
    expect(await human.status).toBe(0);
    expect(human.stdout()).toContain('  verified on 2026-03-04 by seven words\n');
  });

  it('calls somebody by their petname, with the nick beside it', async () => {
    const session = sessionWith(person('bela', 'b', { petname: 'mum' }));
    const run = runCommand(['contact', '@mum'], { session });
    expect(await run.status).toBe(0);
    expect(run.stdout()).toMatch(/^mum\n {2}goes by bela\n/);
  });
});

describe('lanchat contacts', () => {
  it('lists those about whom something is set, favourites first', async () => {
    const session = new FakeSession();
    const people = [
      person('nobody', 'a'),
      person('bela', 'b', { blocked: true }),
      person('chen', 'c', { favourite: true }),
    ];
    session.snapshot = { ...session.snapshot, people };
    const run = runCommand(['contacts', '--json'], { session });
    expect(await run.status).toBe(0);
    expect(run.records()).toMatchObject([
      { type: 'contact', nick: 'chen', favourite: true },
      { type: 'contact', nick: 'bela', blocked: true },
    ]);
  });
});

describe('lanchat whois', () => {
  it('names the rooms that one shares', async () => {
    const session = sessionWith(person('bela', 'b'));
    const rooms = [
      { name: '#lobby', kind: 'public' as const, members: [peerId('b'), peerId('e')] },
      { name: '#ward', kind: 'public' as const, members: [peerId('e')] },
      {
        ...{ name: NIGHTS, kind: 'private' as const, title: 'nights', topic: '', invited: [] },
        ...{ owner: peerId('b'), moderators: [], members: [peerId('b'), peerId('e')] },
        ...{ readOnly: false, expireSeconds: null },
      },
    ];
    session.snapshot = { ...session.snapshot, rooms };
    const run = runCommand(['whois', '@bela', '--json'], { session });
    expect(await run.status).toBe(0);
    expect(run.records()).toMatchObject([
      { type: 'contact', online: true, rooms: ['#lobby', NIGHTS] },
    ]);
    const shown = runCommand(['whois', '@bela'], { session });
    expect(await shown.status).toBe(0);
    expect(shown.stdout()).toContain('  in #lobby, +nights\n');
  });

  it('[A85 hostile line] lets no line of theirs, nor a name or note, drive the terminal', async () => {
    const hostile = 'x\u001b]0;owned\u0007\u001b[2J\u202e\r\nroot# rm';
    const bela = person('bela', 'b', { petname: hostile, note: hostile, status: hostile });
    const run = runCommand(['whois', '@bela'], { session: sessionWith(bela) });
    expect(await run.status).toBe(0);
    expect(run.stdout()).not.toMatch(/[\u001b\u0007\r\u202e]/);
    expect(run.stdout()).not.toMatch(/^root#/m);
    // Control: what is harmless of it is there.
    expect(run.stdout()).toContain('root# rm');
    const json = runCommand(['whois', '@bela', '--json'], { session: sessionWith(bela) });
    expect(await json.status).toBe(0);
    expect(json.stdout()).not.toMatch(/[\u001b\u0007\r\u202e]/);
    expect(json.records()).toMatchObject([{ status: hostile }]);
  });
});

describe('lanchat status and room mute', () => {
  it('sets, shows and clears a line', async () => {
    const session = sessionWith(person('bela', 'b'));
    for (const args of [['status'], ['status', 'on', 'call'], ['status', '--clear']]) {
      expect(await runCommand(args, { session }).status).toBe(0);
    }
    const texts = session.requests.flatMap((each) => (each.do === 'status' ? [each.text] : []));
    expect(texts).toEqual([null, 'on call', '']);
    expect(await runCommand(['status', 'x', '--clear'], { session }).status).toBe(1);
  });

  it('mutes a room, and ends that', async () => {
    const session = sessionWith(person('bela', 'b'));
    const run = runCommand(['room', 'mute', '#lobby', '--json'], { session });
    expect(await run.status).toBe(0);
    expect(run.records()).toEqual([{ v: 1, type: 'muted', room: '#lobby', muted: true }]);
    const shown = runCommand(['room', 'mute', '#lobby'], { session });
    expect(await shown.status).toBe(0);
    expect(shown.stdout()).toContain("lanchat room mute '#lobby' --off ends that");
    expect(await runCommand(['room', 'mute', '#lobby', '--off'], { session }).status).toBe(0);
    const mutes = session.requests.flatMap((each) => (each.do === 'room-mute' ? [each.muted] : []));
    expect(mutes).toEqual([true, true, false]);
    expect(await runCommand(['room', 'mute', 'lobby'], { session }).status).toBe(1);
  });
});
