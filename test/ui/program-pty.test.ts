// The whole screen in a pseudo-terminal, over a session that the test plays (test/support/fake-screen.ts).
import { describe, expect, it } from 'vitest';
import type { ClientEvent } from '../../src/client/api.ts';
import { onlineLink, peerId, person } from '../support/fake-session.ts';
import type { PtyOptions, PtySession } from '../support/pty.ts';
import { ptyProgram } from '../support/pty-program.ts';
import { message } from '../support/screen-store.ts';
import { numbersFrom } from '../support/seeded.ts';

const program = ptyProgram(new URL('../support/fake-screen.ts', import.meta.url));

type Start = Pick<Partial<PtyOptions>, 'columns' | 'rows' | 'env'> & { readonly scene?: object };

/** Without waiting for anything. */
function open({ scene = {}, env = {}, ...size }: Start): PtySession {
  return program.start({ ...size, env: { SCENE: JSON.stringify(scene), ...env } });
}

async function start(options: Start = {}): Promise<PtySession> {
  const session = open(options);
  await session.waitForText('You are asha');
  return session;
}

/** Makes the session say an event: typed, pasted as it is, and not sent to anybody. */
function emit(session: PtySession, event: ClientEvent): void {
  session.type(`\x1b[200~emit ${JSON.stringify(event)}\x1b[201~\r`);
}

function text(session: PtySession): string {
  return session.screen.join('\n');
}

const ctrlC = '\x03';
const escapeKey = '\x1b';

describe('talking', () => {
  it('keeps what is typed while the session opens, and sends it then', async () => {
    const session = open({ scene: { slow: true } });
    await session.waitForText('starting');
    session.type('early bird\rmore');
    await session.waitForText('#lobby> more');
    process.kill(session.pid, 'SIGUSR2');
    await session.waitForText('> early bird');
    expect(session.screen.at(-1)).toBe('#lobby> more');
  });

  it('shows what was sent with its state, and goes private by /query', async () => {
    const session = await start();
    session.type('hello\r');
    await session.waitForText('> hello');
    session.type('/query ravi\r');
    await session.waitForText('ravi> ');
    expect(session.screen[0]).toContain('ravi  private · here · key bbbb');
    session.type('psst\r');
    await session.waitForText('✓ psst');
    expect(session.screen.at(-2)).toContain('online · unverified');
  });

  it('inserts a pasted text of several lines and sends none of it', async () => {
    const session = await start();
    session.type('\x1b[200~first\nsecond\n/quit\n\x1b[201~');
    await session.waitForText('/quit');
    const composer = session.screen.slice(-4).map((row) => row.trimEnd());
    expect(composer).toEqual(['#lobby> first', '        second', '        /quit', '']);
    expect(text(session)).not.toContain('asha (you)');
    session.type('\r');
    await session.waitForText('asha (you)');
    expect(text(session)).toMatch(/> first\n.*│ {6}second\n.*│ {6}\/quit/);
  });

  it('completes with Tab, and edits as readline does', async () => {
    const session = await start();
    session.type('/ver\tme\t');
    await session.waitForText('#lobby> /verify meera');
    session.type('\x15wrong right\x1bb\x17');
    await session.waitForText('#lobby> right');
    expect(session.cursor).toEqual({ row: 23, column: 8 });
  });

  it('shows Devanagari, CJK, Hebrew and emoji whole', async () => {
    const session = await start();
    for (const words of ['नमस्ते दुनिया', '漢字かな交じり文', 'שלום עולם', '🙂 ok 👍🏽']) {
      session.type(`${words}\r`);
      await session.waitFor((s) => s.screen.slice(0, -1).some((row) => row.includes(words)), words);
    }
    expect(session.screen.at(-1)).toBe('#lobby> ? for help');
  });
});

describe('keys of one’s own', () => {
  it('hold at the terminal, and what is wrong in their file stands there', async () => {
    const keys = 'send = ctrl+j\nnewline = enter\nfind-window = f5\nnonsense\n';
    const session = await start({ scene: { keys } });
    await session.waitForText('Keys, line 4: ');
    session.type('one\rtwo\n');
    await session.waitForText('> one');
    expect(text(session)).toMatch(/> one\n.*│ {6}two/);
    session.type('\x1b[15~');
    await session.waitForText('Go to');
  });
});

describe('what was said before', () => {
  const pageUp = '\x1b[5~';

  it('is scrolled through, found, deleted here, and left again', async () => {
    const session = await start({ scene: { past: 450 } });
    await session.waitForText('message 450');
    while (!text(session).includes('nothing older is kept here')) {
      const before = text(session);
      session.type(pageUp);
      await session.waitFor((s) => text(s) !== before, 'another page');
    }
    expect(text(session)).toMatch(/message 1$/m);
    session.type('/search message 222\r');
    await session.waitForText('1 message holds "message 222"');
    session.type('\r');
    await session.waitForText('found ──');
    expect(text(session)).toContain('message 222');
    session.type(escapeKey);
    await session.waitForText('message 450');
    session.type('/search message 222\r');
    await session.waitForText('1 message holds');
    session.type('d');
    await session.waitForText('d again deletes it');
    session.type('d');
    await session.waitForText('Nothing holds "message 222"');
    expect(session.screen).toHaveLength(24);
  });
});

describe('trust', () => {
  const was = peerId('1');
  const now = peerId('2');

  it('says that a key has changed, with both fingerprints', async () => {
    const session = await start();
    emit(session, { type: 'key-changed', nick: 'ravi', was, now, trust: 'verified' });
    await session.waitForText('KEY CHANGED: ravi has another key');
    await session.waitForText('no room keys until');
    expect(text(session).match(/1111/g)).toHaveLength(16);
  });

  it('sends nothing to a verified person’s new key', async () => {
    const people = [
      person('ravi', '1', { trust: 'verified', online: false }),
      person('sita', '2', { keyChangedFrom: [was] }),
    ];
    const session = await start({ scene: { people } });
    session.type('/query sita\r');
    await session.waitForText('Which sita?');
    session.type('\r');
    await session.waitForText('sita> ');
    expect(session.screen.at(-2)).toContain('KEY CHANGED');
    session.type('secret\r');
    await session.waitForText('Not sent');
    expect(session.screen.at(-1)).toBe('sita> secret');
  });

  it('asks which of two is meant, sends nothing, and keeps the text as a draft', async () => {
    const people = [person('ravi', '1'), person('ravi', '2', { ambiguous: true })];
    const session = await start({ scene: { people } });
    session.type('@ravi secret\r');
    await session.waitForText('Which ravi?');
    await session.waitForText('2222 2222');
    session.type('\x1b[B\r');
    await session.waitForText('ravi·2222> secret');
    expect(text(session)).not.toContain('asha (you)');
  });

  it('compares a safety number and records it', async () => {
    const session = await start();
    session.type('/verify ravi\r');
    await session.waitForText('step 1 of 3');
    session.type('2');
    await session.waitForText('01234 56789 01234');
    expect(text(session)).toContain('▄');
    session.type('y');
    await session.waitForText('ravi is verified');
    expect(session.screen.some((row) => row.startsWith('   ✓ ravi'))).toBe(true);
  });
});

describe('the relay', () => {
  const searching = { ...onlineLink, state: 'searching', relay: null, fingerprint: null };

  it('is hosted here with Enter where none is found', async () => {
    const session = await start({ scene: { snapshot: { link: searching, ready: false } } });
    await session.waitForText('hosts one on this machine');
    session.type('\r');
    await session.waitForText(' online');
  });

  it('is asked for where several are there', async () => {
    const choices = ['10.0.0.1', '10.0.0.2'].map((host) => ({
      name: `lab\u001b[31m ${host}`,
      host,
      port: 7717,
      fingerprint: 'ab'.repeat(8),
      pinned: false,
    }));
    const link = { ...searching, state: 'choosing', choices };
    const session = open({ scene: { events: [{ type: 'link', link }] } });
    await session.waitForText('Which relay?');
    session.type('\x1b[B\r');
    await session.waitForText('relay 10.0.0.2:7717');
  });

  it('is missed in words, with what still works', async () => {
    const session = await start();
    const link = { ...onlineLink, state: 'offline', reason: 'silent', retryInMs: 3_000 } as const;
    emit(session, { type: 'link', link });
    await session.waitForText('next try in');
    await session.waitForText('You can read and search.');
  });

  it('asks for a name once where the login’s is no name', async () => {
    const self = { nick: 'pi', fingerprint: peerId('a') };
    const session = open({ scene: { snapshot: { self }, firstRun: true } });
    await session.waitForText('What should people call you?');
    session.type('\x15७\r');
    await session.waitForText('a name begins with a letter');
    session.type('\x15leela\r');
    await session.waitForText('You are called leela');
  });
});

describe('hostile names and texts', () => {
  const nasty = [
    '\u001b[2J\u001b[1;1Hgone\u001b]0;owned\u0007',
    '\u009b2J\u0090q\u009c\u0007\u0008\r',
    '\u202eevil\u2066\u2069',
    `${'\u200b'.repeat(50)}${'z\u0301'.repeat(100)}`,
    '﷽'.repeat(60),
    '\ud800\udfff\ufffe',
    `${'漢'.repeat(300)}`,
  ];

  it('moves nothing on the screen that isn’t theirs to move', async () => {
    const session = await start();
    for (const words of nasty) {
      const from = { nick: words, fingerprint: peerId('d'), trust: 'new' } as const;
      emit(session, { type: 'message', message: message({ from, text: words }) });
      emit(session, { type: 'announcement', text: words });
    }
    emit(session, { type: 'message', message: message({ text: 'the end' }) });
    await session.waitForText('the end');
    expect(session.screen[0]?.startsWith(' lanchat  #lobby')).toBe(true);
    expect(session.screen.at(-1)).toBe('#lobby> ? for help');
    expect(session.output).not.toContain('\u001b]0;');
    expect(session.output).not.toContain('\u001b[1;1Hgone');
    expect(session.output).not.toMatch(/[\u0007\u0008\u009b\u0090\u202e\u2066]/);
    for (const row of session.screen.slice(1, 4)) expect(row[17]).toBe('│');
  });
});

describe('the terminal', () => {
  it('is measured as it counts itself, so that no end of a row is clipped', async () => {
    const session = await start({ columns: 40, rows: 15 });
    const words = 'स्ते'.repeat(70);
    emit(session, { type: 'message', message: message({ text: words }) });
    emit(session, { type: 'message', message: message({ text: 'the end' }) });
    await session.waitForText('the end');
    expect(text(session).match(/स्ते/g)).toHaveLength(70);
    expect(session.screen.at(-1)).toBe('#lobby> ? for help');
  });

  it('is redrawn at every size, the draft kept', async () => {
    const session = await start();
    session.type('hello\rdraft');
    await session.waitForText('#lobby> draft');
    for (const [columns, rows] of [
      [200, 50],
      [40, 15],
      [29, 7],
      [80, 24],
    ] as const) {
      session.resize(columns, rows);
      if (columns < 30) {
        await session.waitForText('lanchat needs 30×8');
        continue;
      }
      const sidebar = columns === 200 ? 27 : columns === 80 ? 17 : -1;
      await session.waitFor(
        (s) => s.screen[rows - 1] === '#lobby> draft' && s.screen[1]?.indexOf('│') === sidebar,
        `the screen at ${columns}×${rows}`,
      );
      await session.waitForText('> hello');
      expect(session.cursor).toEqual({ row: rows - 1, column: 13 });
    }
  });

  it('is whole after a thousand resizes among keys and messages', async () => {
    const session = await start();
    const next = numbersFrom(5);
    // None that would recall what was emitted, or put the cursor before typed text.
    const keys = ['x', '\x1b[5~', '\x1b[6~', '\x7f', 'नमस्ते', '\t'];
    for (let step = 0; step < 1_000; step += 1) {
      session.resize(1 + next(150), 1 + next(50));
      if (next(3) === 0) session.type(keys[next(keys.length)] ?? 'x');
      if (next(8) === 0) {
        session.type('\x15');
        emit(session, { type: 'message', message: message({ text: `स्ते 👍🏽 ${step}` }) });
      }
      if (step % 10 !== 9) continue;
      // All that was typed has been read by then: more than a terminal holds would stop both ends.
      session.resize(80, 24);
      session.type(`\x15at ${step}`);
      await session.waitFor(
        (s) => s.screen.some((row) => row === `#lobby> at ${step}`),
        'its pace',
      );
    }
    session.resize(80, 24);
    session.type('\x15');
    emit(session, { type: 'message', message: message({ text: 'the end' }) });
    session.type('\x1b[F');
    await session.waitFor(
      (s) => s.screen.at(-1) === '#lobby> ? for help' && text(s).includes('the end'),
      'the end',
    );
    const before = session.output.length;
    const shown = text(session);
    session.type('\x0c');
    await session.waitFor(
      (s) => /\x1b\[24;1H.*\x1b\[\?2026l/.test(s.output.slice(before)) && text(s) === shown,
      `all rows anew, as they were:\n${shown}`,
    );
    // Nothing that could scroll.
    expect(session.output).not.toMatch(/[\n\v\f\r]/);
  });

  function expectRestored(session: PtySession): void {
    expect(session.isAlternateScreen).toBe(false);
    expect(session.modes).toMatchObject({ bracketedPasteMode: false, sendFocusMode: false });
    expect(session.modes.wraparoundMode).toBe(true);
  }

  it('is put back by /quit, and the session closed', async () => {
    const session = await start();
    session.type('/quit\r');
    expect((await session.exited).exitCode).toBe(0);
    await session.waitForText('left, signal null, closed true');
    expectRestored(session);
  });

  it('is put back by Ctrl+C twice', async () => {
    const session = await start();
    session.type(`text${ctrlC}`);
    await session.waitForText('Ctrl+C again quits');
    session.type(ctrlC);
    await session.waitForText('left, signal null');
    expectRestored(session);
  });

  it('is put back by SIGTERM', async () => {
    const session = await start();
    process.kill(session.pid, 'SIGTERM');
    await session.waitForText('left, signal SIGTERM, closed true');
    expectRestored(session);
  });

  it('is put back where the session can’t be opened, and the reason told', async () => {
    const scene = { fault: 'the profile is in use by process 1' };
    const session = open({ scene });
    await session.waitForText('failed: the profile is in use by process 1');
    expectRestored(session);
  });

  it('is put back where drawing fails, and what failed is told alone', async () => {
    const session = open({ scene: { people: [], drawingFault: 'a row too many' } });
    await session.waitForText('failed: a row too many');
    expect((await session.exited).exitCode).toBe(1);
    expectRestored(session);
    expect(text(session).trim()).toBe('failed: a row too many');
  });

  it('makes a noise for a private message only while nobody looks', async () => {
    const session = await start();
    const private_ = (words: string) =>
      message({ room: null, peer: peerId('b'), text: words, from: { ...person('ravi', 'b') } });
    emit(session, { type: 'message', message: private_('seen') });
    await session.waitForText('(1)');
    expect(session.output).not.toContain('\u0007');
    session.type('\x1b[O');
    emit(session, { type: 'message', message: private_('unseen') });
    await session.waitFor((s) => s.output.includes('\u0007'), 'the bell');
    expect(session.output).toMatch(/\x1b\]2;\(\d\) lanchat/);
  });

  it('has no colour with NO_COLOR', async () => {
    const session = await start({ env: { NO_COLOR: '1' } });
    emit(session, { type: 'message', message: message({ text: 'asha: look' }) });
    await session.waitForText('asha: look');
    expect(session.output).not.toMatch(/\x1b\[[0-9;]*\b(3[0-7]|4[0-7]|38|48|9[0-7])\b[0-9;]*m/);
  });

  it('has the colours of a light terminal where it says that it is one, and those of one’s own file', async () => {
    const session = await start({
      env: { COLORTERM: 'truecolor' },
      scene: { theme: 'accent = #010203\nacent = red' },
    });
    expect(session.output).toContain('\x1b]11;?\x1b\\');
    session.type('\x1b]11;rgb:ffff/ffff/ffff\x1b\\');
    await session.waitFor((s) => s.output.includes('38;2;0;90;135m#lobby> '), 'dark on light');
    expect(session.screen.at(-1)).toBe('#lobby> ? for help');
    session.type('/set theme own\r');
    await session.waitForText('Theme, line 2: nothing is called "acent"');
    expect(session.output).toContain('38;2;1;2;3m#lobby> ');
  });

  it('opens and closes the help and the switcher', async () => {
    const session = await start();
    session.type('?');
    await session.waitForText('closes this · lanchat');
    session.type(escapeKey);
    await session.waitFor((s) => !text(s).includes('closes this'), 'no help');
    session.type('\x14me');
    await session.waitForText('> me');
    session.type('\r');
    await session.waitForText('meera> ');
  });
});
