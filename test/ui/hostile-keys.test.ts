// Bytes of a keyboard that a slow line, a busy program or a pasted text brings together otherwise than a person meant them.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { bindKeys, DEFAULT_KEYS_OF } from '../../src/ui/bound-keys.ts';
import { EMPTY_COMPOSER } from '../../src/ui/composer.ts';
import { readKeyFile } from '../../src/ui/key-file.ts';
import { KeyDecoder } from '../../src/ui/keys.ts';
import { switcherFor } from '../../src/ui/switcher.ts';
import { FakeSession, person } from '../support/fake-session.ts';
import { keysOf } from '../support/screen-presses.ts';
import { lines, message, type TestScreen, testScreen } from '../support/screen-store.ts';

// `setImmediate` stays real: it is how the fake session settles.
beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => vi.useRealTimers());

const asha = person('asha', 'a');
const COMMAND = '/msg asha hush\r';

interface Typist {
  readonly screen: TestScreen;
  /** Each a read of its own, at once behind the one before. */
  readonly type: (...reads: readonly string[]) => void;
  readonly sent: () => unknown[];
}

/** Nothing is typed for so long. */
async function pause(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
  await new Promise((resolve) => setImmediate(resolve));
}

function typist(): Typist {
  const session = new FakeSession({
    send: () => ({ id: message().id }),
    prepare: () => ({}),
    typing: () => ({}),
    'find-person': () => ({ matches: [asha] }),
  });
  const members = [session.snapshot.self.fingerprint, asha.fingerprint];
  const rooms = [{ name: '#lobby', kind: 'public', members }] as const;
  session.snapshot = { ...session.snapshot, people: [asha], rooms };
  const screen = testScreen(session);
  const keys = keysOf(screen);
  const decoder = new KeyDecoder({ onKey: (event) => keys.take(event) });
  return {
    screen,
    type: (...reads) => {
      for (const read of reads) decoder.push(Buffer.from(read));
    },
    sent: () =>
      session.requests.flatMap((each) =>
        each.do === 'send' ? [{ to: each.to, text: each.text }] : [],
      ),
  };
}

const toAsha = [{ to: { peer: asha.fingerprint }, text: 'hush' }];

describe('Esc and a command that come in one read', () => {
  it('[A99 Esc and slash] is that command, and not its words to the room', async () => {
    const { screen, type, sent } = typist();
    type(`\x1b${COMMAND}`);
    await screen.session.settled();
    expect(sent()).toEqual(toAsha);
  });

  it('[A99 Esc and slash] Control: apart they are the same', async () => {
    const { screen, type, sent } = typist();
    type('\x1b');
    await pause(100);
    type(COMMAND);
    await screen.session.settled();
    expect(sent()).toEqual(toAsha);
  });

  it('[A99 Esc and slash] whatever lies over the messages, and whatever list is open', async () => {
    const over = typist();
    over.screen.store.setOverlay(switcherFor(over.screen.store.state, EMPTY_COMPOSER));
    over.type(`\x1b${COMMAND}`);
    await over.screen.session.settled();
    expect(over.sent()).toEqual(toAsha);
    const listed = typist();
    listed.type('/s\t');
    expect(listed.screen.store.state.completion).not.toBeNull();
    listed.type('\x1bQ');
    expect(listed.screen.store.state.completion).toBeNull();
    expect(listed.screen.store.active.composer.text).toBe('/sQ');
  });

  it('[A99 Esc and slash] keeps the character as it was typed', () => {
    const { screen, type } = typist();
    type('\x1bĐ', '\x1bK', '\x1b ', '\x1b🙂', '\x1b\x1b/');
    expect(screen.store.active.composer.text).toBe('ĐK 🙂/');
  });

  it('[A99 Esc and slash] by the person’s own keys: what has an action is Alt, what has none any more is Esc', () => {
    const { screen, type } = typist();
    const file = readKeyFile('window-2 = alt+/\nredo = ctrl+r\n');
    screen.store.setKeys(bindKeys(file.keysOf));
    type('\x1b/', '\x1br');
    expect(screen.store.active.composer.text).toBe('r');
    screen.store.edit({ type: 'clear' });
    screen.store.setKeys(bindKeys(DEFAULT_KEYS_OF));
    type('\x1b/', '\x1br');
    expect(screen.store.active.composer.text, 'Control: with the keys of the table').toBe('/');
  });

  it('[A99 Esc and slash] is no guess where the terminal says that Alt was held', () => {
    const { screen, type } = typist();
    type('\x1b[47;3u');
    expect(screen.store.active.composer.text).toBe('');
  });
});

describe('a paste that a slow line cuts', () => {
  const FIRST = '\x1b[200~see:\r';
  const REST = `one\r${COMMAND}/quit\r`;

  it('[A101 paste that pauses] is text to its end, sends nothing and runs nothing', async () => {
    const { screen, type, sent } = typist();
    type(FIRST);
    await pause(5_000);
    type(REST);
    await pause(5_000);
    type('two\r\x1b[201~');
    await screen.session.settled();
    expect(screen.store.active.composer.text).toBe('see:\none\n/msg asha hush\n/quit\ntwo\n');
    expect(sent()).toEqual([]);
    expect(screen.wishes).toEqual([]);
    // Control: behind its end keys are keys.
    type('\r');
    await screen.session.settled();
    expect(sent()).toMatchObject([{ text: expect.stringContaining('see:') }]);
  });

  it('[A101 paste that pauses] Control: outside a paste the same is sent and run', async () => {
    const { screen, type, sent } = typist();
    type(REST);
    await screen.session.settled();
    expect(sent()).toEqual([{ to: { room: '#lobby' }, text: 'one' }, ...toAsha]);
    expect(screen.wishes).toHaveLength(1);
  });

  it('[A101 paste that pauses] does not pause where the program was busy, and the rest was there to read', () => {
    const { screen, type } = typist();
    type(FIRST);
    // The time is over, and nothing has been read yet.
    vi.advanceTimersByTime(1_500);
    type('y\x1b[201~');
    expect(screen.store.active.composer.text).toBe('see:\ny');
  });

  it('[A101 paste that pauses] answers no question over the messages', async () => {
    const { screen, type } = typist();
    type(FIRST);
    await pause(5_000);
    const question = { kind: 'verify', digits: '1', qr: '', shown: 'digits' } as const;
    screen.store.setOverlay({ ...question, peer: asha.fingerprint });
    type('n');
    await pause(100);
    expect(screen.store.state.overlay?.kind).toBe('verify');
    // Control: behind the end of the paste the same answers it.
    type('\x1b[201~n');
    expect(screen.store.state.overlay).toBeNull();
  });

  it('[A101 paste that pauses] whose end is lost says how to go on, and goes on', async () => {
    const { screen, type, sent } = typist();
    type(FIRST);
    await pause(5_000);
    type('hi');
    await pause(100);
    type('\r');
    await pause(100);
    expect(lines(screen.store, '#lobby').join()).toContain('Esc or Ctrl+C ends it');
    type('\x03');
    await pause(100);
    type('again\r');
    await screen.session.settled();
    expect(sent()).toEqual([{ to: { room: '#lobby' }, text: 'again' }]);
  });
});
