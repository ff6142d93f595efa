import { describe, expect, it } from 'vitest';
import { encodeVerificationQr } from '../../src/crypto/verification-qr.ts';
import { UsageError } from '../../src/protocol/errors.ts';
import { DEFAULT_KEYS } from '../../src/ui/bound-keys.ts';
import { COMMANDS, findCommand } from '../../src/ui/commands.ts';
import { helpRows } from '../../src/ui/help-rows.ts';
import { LINE_PATIENCE_MS } from '../../src/ui/line-queue.ts';
import { safeText } from '../../src/ui/safe-text.ts';
import { parseLine, runLine } from '../../src/ui/typed-line.ts';
import { FakeSession, messageId, peerId, person } from '../support/fake-session.ts';
import { enter, press, settled } from '../support/screen-presses.ts';
import { lines, type TestScreen, testScreen } from '../support/screen-store.ts';

const ravi = person('ravi', 'b');
const otherRavi = person('ravi', 'c', { ambiguous: true });

function screenWith(people = [ravi]): TestScreen {
  const session = new FakeSession({
    send: () => ({ id: messageId('9') }),
    'find-person': ({ query }) => ({
      matches: people.filter(({ nick }) => nick === query.replace('@', '')),
    }),
  });
  session.snapshot = {
    ...session.snapshot,
    people,
    rooms: [{ name: '#work', kind: 'public', members: [] }],
  };
  return testScreen(session);
}

function sent(screen: TestScreen) {
  return screen.session.requests.filter(({ do: what }) => what === 'send');
}

describe('the table', () => {
  it('has every command and name once', () => {
    const names = COMMANDS.flatMap(({ name, aliases }) => [name, ...aliases]);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(findCommand(name.toUpperCase())).not.toBeNull();
  });

  it('is the help, whole', () => {
    const help = helpRows('', 80, { keys: DEFAULT_KEYS, version: safeText('1') })
      .map((row) => row.map(({ text }) => text).join(''))
      .join('\n');
    for (const { name, aliases } of COMMANDS) {
      for (const each of [name, ...aliases]) expect(help).toContain(`/${each}`);
    }
  });
});

describe('what a line means', () => {
  it.each([
    ['hello', { kind: 'say', text: 'hello' }],
    ['//join is a command', { kind: 'say', text: '/join is a command' }],
    ['@ravi psst', { kind: 'tell-person', name: '@ravi', text: 'psst' }],
    ['#work done', { kind: 'tell-room', room: '#work', text: 'done' }],
    ['# a heading', { kind: 'say', text: '# a heading' }],
    ['@ 5 o’clock', { kind: 'say', text: '@ 5 o’clock' }],
    [' /quit', { kind: 'say', text: ' /quit' }],
    ['   ', { kind: 'nothing' }],
    ['/etc/passwd is here', { kind: 'unknown-command', name: '/etc/passwd' }],
    ['one\n/quit', { kind: 'say', text: 'one\n/quit' }],
  ])('%j', (text, line) => {
    expect(parseLine(text)).toEqual(line);
  });

  it('keeps the lines of a message to a person', () => {
    expect(parseLine('/msg ravi one\ntwo')).toMatchObject({
      kind: 'command',
      args: 'ravi one\ntwo',
    });
  });
});

describe('sending', () => {
  it('never sends an unknown command, and leaves it in the composer', async () => {
    const screen = screenWith();
    await enter(screen, '/jion #work');
    expect(screen.store.active.composer.text).toBe('/jion #work');
    expect(screen.session.requests).toEqual([]);
    expect(lines(screen.store, '#lobby').join()).toMatch(
      /\/jion is no command.*did you mean \/join\?/,
    );
  });

  it('sends to the window one is in, and a slash where two were typed', async () => {
    const screen = screenWith();
    await enter(screen, '//x');
    expect(sent(screen)).toEqual([{ do: 'send', to: { room: '#lobby' }, text: '/x' }]);
  });

  it('addresses a person or a room directly without going there', async () => {
    const screen = screenWith();
    await enter(screen, '@ravi psst');
    await enter(screen, '#work done');
    expect(sent(screen)).toEqual([
      { do: 'send', to: { peer: ravi.fingerprint }, text: 'psst' },
      { do: 'send', to: { room: '#work' }, text: 'done' },
    ]);
    expect(screen.store.state.active).toBe('#lobby');
  });

  it('does not send to a room one is not in', async () => {
    const screen = screenWith();
    await enter(screen, '#elsewhere hello');
    expect(sent(screen)).toEqual([]);
    expect(lines(screen.store, '#lobby').join()).toContain('/join #elsewhere');
  });

  it('gives the text back where the client refuses it', async () => {
    const screen = screenWith();
    screen.session.answer({
      send: () => {
        throw new UsageError('too-long', 'the message is too long');
      },
    });
    await enter(screen, 'hello');
    expect(screen.store.active.composer.text).toBe('hello');
    expect(lines(screen.store, '#lobby')).toEqual(['!! the message is too long']);
  });

  it('stops at a verified person’s changed key until it is verified or trusted', async () => {
    const old = person('ravi', 'd', { trust: 'verified', online: false });
    const changed = { ...ravi, keyChangedFrom: [old.fingerprint] };
    const screen = screenWith([changed, old]);
    screen.store.open(screen.store.conversation(changed.fingerprint).key);
    await enter(screen, 'secret');
    expect(sent(screen)).toEqual([]);
    expect(screen.store.active.composer.text).toBe('secret');
    screen.session.answer({
      trust: () => ({ person: ravi }),
      'find-person': () => ({ matches: [changed] }),
    });
    await enter(screen, `/trust ${changed.fingerprint}`);
    await enter(screen, 'secret');
    expect(sent(screen)).toHaveLength(1);
  });
});

describe('an ambiguous name', () => {
  it('opens a picker with both keys and sends nothing, even after the choice', async () => {
    const screen = screenWith([ravi, otherRavi]);
    await enter(screen, '/msg ravi secret');
    expect(sent(screen)).toEqual([]);
    const { overlay } = screen.store.state;
    if (overlay?.kind !== 'picker') throw new Error('no picker');
    expect(overlay.people.map(({ fingerprint }) => fingerprint)).toEqual([
      peerId('b'),
      peerId('c'),
    ]);
    expect(overlay.purpose).toEqual({ kind: 'open', draft: 'secret' });
  });

  it('asks also where the client knows one key and the name looks like another’s', async () => {
    const lookAlike = person('rávi', 'c', { ambiguous: true });
    const screen = screenWith([{ ...ravi, ambiguous: true }, lookAlike]);
    await enter(screen, '@ravi secret');
    expect(screen.store.state.overlay?.kind).toBe('picker');
    expect(sent(screen)).toEqual([]);
  });

  it('takes the label that tells them apart', async () => {
    const screen = screenWith([ravi, otherRavi]);
    expect(screen.store.state.people.label(otherRavi.fingerprint)).toBe('ravi·cccc');
    await enter(screen, '@ravi·cccc psst');
    expect(sent(screen)).toEqual([{ do: 'send', to: { peer: peerId('c') }, text: 'psst' }]);
  });
});

describe('lines typed one right after the other', () => {
  /** As from one chunk of input: nothing happens between them. */
  function type(screen: TestScreen, ...typed: readonly string[]): void {
    for (const line of typed) runLine(screen.actions, parseLine(line));
  }

  it('sends in the order typed, also where a name is looked up first', async () => {
    const screen = screenWith();
    type(screen, '@ravi hi', 'hello', '/msg ravi again', '#work there');
    await settled(screen);
    expect(sent(screen)).toMatchObject([
      { to: { peer: peerId('b') }, text: 'hi' },
      { to: { room: '#lobby' }, text: 'hello' },
      { to: { peer: peerId('b') }, text: 'again' },
      { to: { room: '#work' }, text: 'there' },
    ]);
  });

  it('waits for a slow line for a while only', async () => {
    const screen = screenWith();
    screen.session.hold('join');
    type(screen, '/join #slow', 'one', 'two');
    await settled(screen);
    expect(sent(screen)).toEqual([]);
    screen.clock.advance(LINE_PATIENCE_MS);
    await settled(screen);
    expect(sent(screen)).toMatchObject([{ text: 'one' }, { text: 'two' }]);
  });

  it('sends a line that waited to where it was typed', async () => {
    const screen = screenWith();
    screen.session.hold('join');
    type(screen, '/join #slow', 'for the lobby');
    screen.store.open('#work');
    screen.clock.advance(LINE_PATIENCE_MS);
    await settled(screen);
    screen.clock.advance(LINE_PATIENCE_MS);
    await settled(screen);
    expect(sent(screen)).toMatchObject([{ to: { room: '#lobby' }, text: 'for the lobby' }]);
  });

  it('leaves at once, whatever waits', async () => {
    const screen = screenWith();
    screen.session.hold('join');
    type(screen, '/join #slow', '/quit leave');
    expect(screen.wishes).toEqual([{ stopRelay: false }]);
  });
});

describe('other commands', () => {
  it('opens the safety number of the person one talks with', async () => {
    const screen = screenWith();
    const digits = '1'.repeat(60);
    screen.session.answer({ 'safety-number': () => ({ digits, qr: digits, person: ravi }) });
    screen.store.open(screen.store.conversation(ravi.fingerprint).key);
    await enter(screen, '/verify');
    await press(screen, '2');
    expect(screen.store.state.overlay).toMatchObject({ kind: 'verify', digits });
  });

  it('records a number only through the client, which compares it', async () => {
    const screen = screenWith();
    screen.session.answer({
      verify: () => {
        throw new UsageError('digits-differ', 'the number differs');
      },
    });
    const digits = '12345'.repeat(12);
    await enter(screen, `/verify ravi ${digits.replace(/.{5}/g, '$& ')}`);
    expect(screen.session.requests.at(-1)).toMatchObject({ do: 'verify', digits });
    expect(lines(screen.store, '#lobby')).toEqual(['!! the number differs']);
  });

  it.each(['12345 67890', 'sme', 'LANCHAT1:HALF', 'digit'])(
    'takes %s for a slip and for no number: nobody is alarmed',
    async (typed) => {
      const screen = screenWith();
      await enter(screen, `/verify ravi ${typed}`);
      expect(screen.session.requests.map((request) => request.do)).not.toContain('verify');
      expect(lines(screen.store, '#lobby').join()).toMatch(/^!! \/verify NAME takes words, digits/);
    },
  );

  it.each([
    ['same', true],
    ['Different', false],
  ])('answers whether the words are the %s', async (typed, same) => {
    const screen = screenWith();
    screen.session.answer({ 'words-answer': () => ({}) });
    await enter(screen, `/verify ravi ${typed}`);
    const answer = { do: 'words-answer', peer: ravi.fingerprint, same };
    expect(screen.session.requests.at(-1)).toEqual(answer);
  });

  it('hands a scanned code to the client as it is', async () => {
    const screen = screenWith();
    screen.session.answer({ verify: () => ({ person: { ...ravi, trust: 'verified' } }) });
    const code = encodeVerificationQr({ own: peerId('b'), seen: peerId('e') });
    await enter(screen, `/verify ravi ${code}`);
    expect(screen.session.requests.at(-1)).toEqual({
      ...{ do: 'verify', peer: peerId('b'), digits: code },
    });
    expect(lines(screen.store, '#lobby').join()).toContain('ravi is verified');
  });

  it('lets the relay run on, or stops it, as it is told', async () => {
    const screen = screenWith();
    screen.store.setHosting('running');
    await enter(screen, '/quit leave');
    await enter(screen, '/quit stop');
    expect(screen.wishes).toEqual([{ stopRelay: false }, { stopRelay: true }]);
  });

  it('says since when a relay is hosted here, for how many, and starts no second one', async () => {
    const screen = screenWith();
    screen.store.setHosting('running');
    screen.dependents = 2;
    await enter(screen, '/relay');
    expect(lines(screen.store, '#lobby').join()).toMatch(
      /hosted here since .*: 2 others are on it/,
    );
    await enter(screen, '/relay host');
    expect(lines(screen.store, '#lobby').join()).toContain('hosted here already');
    expect(screen.hosted).toBe(0);
  });

  it('leaves at once where nobody depends on anything', async () => {
    const screen = screenWith();
    await enter(screen, '/quit');
    expect(screen.wishes).toEqual([{ stopRelay: null }]);
  });

  it('goes to a window by number, and says how many there are', async () => {
    const screen = screenWith();
    await enter(screen, '/win 2');
    expect(screen.store.state.active).toBe('#work');
    await enter(screen, '/win 9');
    expect(lines(screen.store, '#work').join()).toContain('1 to 2');
  });

  it('clears the lines but not a changed key', async () => {
    const screen = screenWith();
    screen.store.note(screen.store.state.people.label(ravi.fingerprint));
    screen.store.add('#lobby', {
      kind: 'key-changed',
      nick: screen.store.state.people.label(ravi.fingerprint),
      changes: [{ was: peerId('1'), now: peerId('b') }],
      more: 0,
      wasVerified: true,
    });
    await enter(screen, '/clear');
    expect(lines(screen.store, '#lobby')).toEqual(['key changed ravi 1111 bbbb']);
  });

  it('goes to a relay by its address and refuses what is none', async () => {
    const screen = screenWith();
    screen.session.answer({ 'choose-relay': () => ({}) });
    await enter(screen, '/relay 10.0.0.1:99');
    await enter(screen, '/relay not a relay');
    expect(screen.session.requests).toEqual([
      { do: 'choose-relay', host: '10.0.0.1', port: 99, fingerprint: null },
    ]);
    expect(lines(screen.store, '#lobby').at(-1)).toContain('!!');
  });
});
