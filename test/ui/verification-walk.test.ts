// Comparing keys in three steps: how, what, and whether it is the same.
import { describe, expect, it } from 'vitest';
import { overlayView } from '../../src/ui/overlay-rows.ts';
import { statusRow } from '../../src/ui/status-rows.ts';
import { FakeSession, peerId, person } from '../support/fake-session.ts';
import { enter, press } from '../support/screen-presses.ts';
import { lines, type TestScreen, testScreen } from '../support/screen-store.ts';

const digits = '012345678901234567890123456789012345678901234567890123456789';
const small = { cells: 40, rows: 12 };
const words = ['acorn', 'agent', 'tiger', 'violin', 'zigzag', 'panda', 'olive'];

function screenWith(change: Parameters<typeof person>[2] = {}): TestScreen {
  const bela = person('bela', 'b', change);
  const session = new FakeSession({
    'find-person': () => ({ matches: [bela] }),
    'safety-number': () => ({ digits, qr: digits, person: bela }),
    'words-start': () => ({}),
    'words-answer': () => ({}),
    verify: () => ({ person: { ...bela, trust: 'verified' } }),
  });
  session.snapshot = { ...session.snapshot, people: [bela] };
  return testScreen(session);
}

function text({ store }: TestScreen, area = { cells: 62, rows: 21 }): string {
  const { overlay } = store.state;
  if (overlay === null) return '';
  const { rows } = overlayView(store.state, overlay, area);
  expect(rows.length).toBeLessThanOrEqual(area.rows);
  return rows.map((row) => row.map((part) => part.text).join('')).join('\n');
}

function status({ store }: TestScreen): string {
  const row = statusRow(store.state, { countdownMs: null, sidebar: true });
  return row.map((part) => part.text).join('');
}

function did({ session }: TestScreen): string[] {
  return session.requests.map(({ do: what }) => what);
}

describe('the first step', () => {
  it('says what for, and offers three ways; words first where the other is here', async () => {
    const screen = screenWith();
    await enter(screen, '/verify bela');
    expect(text(screen).replace(/\s+/g, ' ')).toContain('nobody stands between you and bela');
    expect(text(screen)).toMatch(/> 1 {2}seven words[\s\S]*2 {2}sixty digits[\s\S]*3 {2}QR code/);
    await press(screen, 'enter');
    expect(screen.store.state.overlay).toMatchObject({ kind: 'comparison', sas: null });
    expect(did(screen)).toContain('words-start');
  });

  it('shows all ways on a small screen, and explains the one that is selected', async () => {
    const screen = screenWith();
    await enter(screen, '/verify bela');
    for (const means of ['one reads aloud', 'works from paper', 'scan the one']) {
      expect(text(screen, small)).toMatch(/1 {2}seven words[\s\S]*2 {2}sixty[\s\S]*3 {2}QR code/);
      expect(text(screen, small).replace(/\s+/g, ' ')).toContain(means);
      expect(text(screen, small)).toContain('1 2 3, Enter, Esc');
      await press(screen, 'down');
    }
  });

  it('begins with the digits where they are away, and says why', async () => {
    const screen = screenWith({ online: false });
    await enter(screen, '/verify bela');
    expect(text(screen)).toContain('needs bela here');
    await press(screen, 'enter');
    expect(screen.store.state.overlay).toMatchObject({ kind: 'verify', shown: 'digits' });
  });

  it('is passed over by who names the way', async () => {
    const screen = screenWith();
    await enter(screen, '/verify bela qr');
    expect(screen.store.state.overlay).toMatchObject({ kind: 'verify', shown: 'qr' });
  });

  it('goes by number, and by arrows round and round', async () => {
    const screen = screenWith();
    await enter(screen, '/verify bela');
    await press(screen, 'up', '9', 'enter');
    expect(screen.store.state.overlay).toMatchObject({ kind: 'verify', shown: 'qr' });
  });
});

describe('the last step', () => {
  it.each([small, { cells: 62, rows: 21 }, { cells: 172, rows: 47 }])(
    'asks yes or no at $cells×$rows, below all digits',
    async (area) => {
      const screen = screenWith();
      await enter(screen, '/verify bela digits');
      const shown = text(screen, area);
      expect(shown.replace(/\D+/g, '')).toContain('0123456789012');
      expect(shown.match(/\d{5}/g)).toHaveLength(12);
      expect(shown).toMatch(/Step 3: the same\?[\s\S]*y: yes[\s\S]*n: no/);
    },
  );

  it.each([small, { cells: 62, rows: 20 }])(
    'has all of its title at $cells×$rows, and room for a long name',
    async (area) => {
      const screen = screenWith();
      await enter(screen, '/verify bela digits');
      const shown = text(screen, area).replace(/[█▀▄\s]/g, '');
      expect(shown).toContain('Verifybela,');
      expect(shown).toContain(':compare');
      const called = screenWith({ nick: 'abcdefghijklmnopqrstuvwxyzabcdef' });
      await enter(called, '/verify bela digits');
      expect(text(called, area)).toContain('Verify abc');
      expect(text(called, area).match(/\d{5}/g)).toHaveLength(12);
    },
  );

  it('tells in the status line of the person whose keys are compared, not of the window below', async () => {
    const screen = screenWith();
    const chen = person('chen', 'c', { trust: 'verified' });
    screen.session.emit({ type: 'person', person: chen });
    screen.store.open(peerId('c'));
    expect(status(screen)).toContain('· verified');
    await enter(screen, '/verify bela digits');
    expect(status(screen)).toContain('· unverified');
    await press(screen, 'escape');
    expect(status(screen)).toContain('· verified');
  });

  it('asks yes or no below all words on the smallest screen, too', async () => {
    const screen = screenWith();
    await enter(screen, '/verify bela words');
    const peer = { nick: 'bela', fingerprint: peerId('b'), trust: 'known' } as const;
    const compare = { words, digits: '000 001 217 240 255 166 155' };
    screen.session.emit({ type: 'words', peer, state: 'compare', ...compare });
    const shown = text(screen, small);
    for (const word of words) expect(shown).toContain(word);
    expect(shown).toContain('y: yes  n: no');
  });

  it('records nothing with n, and says what that means', async () => {
    const screen = screenWith();
    await enter(screen, '/verify bela digits');
    await press(screen, 'n');
    expect(did(screen)).not.toContain('verify');
    expect(lines(screen.store, '#lobby').at(-1)).toMatch(/^!! Not verified: it differs/);
    expect(screen.store.state.overlay).toBeNull();
    await enter(screen, '/verify bela digits');
    await press(screen, 'y');
    expect(did(screen)).toContain('verify');
  });
});
