// Sending, taking and stopping files at the screen: what is asked of the client, and what is said.
import {
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Command, Message } from '../../src/client/api.ts';
import { UsageError } from '../../src/protocol/errors.ts';
import { pictureToView } from '../../src/ui/file-tasks.ts';
import { FakeSession, messageId, peerId, person } from '../support/fake-session.ts';
import { inkScreen } from '../support/ink-screen.tsx';
import { enter, keysOf, press } from '../support/screen-presses.ts';
import { lines, message, type TestScreen, testScreen } from '../support/screen-store.ts';
import { fileId, fileMessage, ownFileMessage, transferOf } from '../support/shared-files.ts';

let folder = '';
let picture = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lanchat-files-'));
  picture = join(folder, 'ward plan.png');
  writeFileSync(picture, 'PNG');
});
afterEach(() => rmSync(folder, { recursive: true }));

function screenHere(): TestScreen {
  const session = new FakeSession({
    'send-file': ({ path, to }) => ({
      id: messageId('9'),
      transfer: {
        ...transferOf(fileMessage(), { direction: 'out', state: 'waiting', path }),
        ...{ id: messageId('9'), conversation: to },
      },
    }),
    files: () => ({ files: [] }),
    send: () => ({ id: messageId('8') }),
    typing: () => ({}),
    prepare: () => ({}),
  });
  session.snapshot = {
    ...session.snapshot,
    people: [person('ravi', 'b')],
    rooms: [{ name: '#lobby', kind: 'public', members: [peerId('b')] }],
  };
  const screen = testScreen(session);
  // As the disk says it, and without waiting for it.
  const look = async (path: string) => {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined) return null;
    return { kind: found.isFile() ? 'file' : 'folder', sizeBytes: found.size } as const;
  };
  const files = { ...screen.actions.files, look };
  return { ...screen, actions: { ...screen.actions, files } };
}

function asked({ session }: TestScreen, what: Command['do']) {
  return session.requests.filter((command) => command.do === what);
}

function shown({ store }: TestScreen): string {
  const screen = inkScreen(store);
  const rows = screen.rows().map((row) => row.trimEnd());
  screen.close();
  return rows.join('\n');
}

/** As a terminal gives it: bracketed. */
async function drop(screen: TestScreen, text: string): Promise<void> {
  keysOf(screen).take({ kind: 'paste', text });
  await screen.session.settled();
}

describe('/file', () => {
  it('sends a file with what is said of it, and keeps the line free', async () => {
    const screen = screenHere();
    await enter(screen, `/file '${picture}' the plan :tada:`);
    expect(asked(screen, 'send-file')).toEqual([
      { do: 'send-file', to: { room: '#lobby' }, path: picture, text: 'the plan 🎉' },
    ]);
    expect(screen.store.active.composer.text).toBe('');
  });

  it('reads a path as a shell does', async () => {
    const screen = screenHere();
    await enter(screen, `/file ${picture.replace(' ', '\\ ')}`);
    await enter(screen, `/file "${picture}"`);
    expect(asked(screen, 'send-file')).toHaveLength(2);
  });

  it('answers the message that a line would answer', async () => {
    const screen = screenHere();
    const said = message();
    screen.session.emit({ type: 'message', message: said });
    await press(screen, 'alt+up', 'r');
    screen.store.edit({ type: 'insert', text: `/file '${picture}'` });
    await press(screen, 'enter');
    expect(asked(screen, 'send-file')).toEqual([expect.objectContaining({ reply: said.id })]);
    expect(screen.store.active.intent).toBeNull();
  });

  it('says what is wrong, and gives the line back', async () => {
    const screen = screenHere();
    await enter(screen, '/file /nowhere/at/all.png');
    expect(lines(screen.store, '#lobby').at(-1)).toMatch(
      /^!! \/nowhere\/at\/all\.png is not there/,
    );
    expect(screen.store.active.composer.text).toBe('/file /nowhere/at/all.png');
    await enter(screen, `/file ${folder}`);
    expect(lines(screen.store, '#lobby').at(-1)).toMatch(/is a folder; lanchat file send/);
    await enter(screen, '/file');
    expect(lines(screen.store, '#lobby').at(-1)).toBe('!! /file PATH [TEXT]: which file?');
    expect(asked(screen, 'send-file')).toEqual([]);
  });

  it('gives the line back where the client refuses it', async () => {
    const screen = screenHere();
    screen.session.answer({
      'send-file': () => {
        throw new UsageError('unreadable', 'it can’t be read');
      },
    });
    await enter(screen, `/file '${picture}' look`);
    expect(lines(screen.store, '#lobby')).toEqual(['!! it can’t be read']);
    expect(screen.store.active.composer.text).toBe(`/file '${picture}' look`);
  });

  it('asks once before so much goes to a room, and not for one person', async () => {
    const screen = screenHere();
    truncateSync(picture, 100_000_001);
    await enter(screen, `/file '${picture}' look`);
    expect(asked(screen, 'send-file')).toEqual([]);
    expect(shown(screen)).toContain('Send so large a file to #lobby?');
    expect(shown(screen)).toContain('100 MB: ward plan.png');
    await press(screen, 'escape');
    expect(asked(screen, 'send-file')).toEqual([]);
    await enter(screen, `/file '${picture}' look`);
    await press(screen, 'enter');
    expect(asked(screen, 'send-file')).toHaveLength(1);
    screen.store.open(peerId('b'));
    await enter(screen, `/file '${picture}'`);
    expect(asked(screen, 'send-file')).toHaveLength(2);
  });

  it('completes paths, blanks escaped, as far as they can be typed', async () => {
    const screen = screenHere();
    mkdirSync(join(folder, 'wards'));
    writeFileSync(join(folder, '.hidden'), '');
    writeFileSync(join(folder, 'a\u202etxt.exe'), '');
    symlinkSync(join(folder, 'wards'), join(folder, 'link'));
    screen.store.edit({ type: 'insert', text: `/file ${folder}/ward\\ ` });
    await press(screen, 'tab');
    expect(screen.store.active.composer.text).toBe(`/file ${picture.replace(' ', '\\ ')} `);
    screen.store.edit({ type: 'clear' });
    screen.store.edit({ type: 'insert', text: `/file ${folder}/` });
    await press(screen, 'tab');
    const labels = screen.store.state.completion?.candidates.map(({ label }) => label);
    expect(labels).toEqual(['link', 'ward plan.png', 'wards']);
    // A folder goes on; what is typed behind narrows the list.
    await press(screen, 'w', 'down', 'enter');
    expect(screen.store.active.composer.text).toBe(`/file ${folder}/wards/`);
  });

  it('offers folders alone behind /save', async () => {
    const screen = screenHere();
    mkdirSync(join(folder, 'wards'));
    screen.store.edit({ type: 'insert', text: `/save ${folder}/w` });
    await press(screen, 'tab');
    expect(screen.store.active.composer.text).toBe(`/save ${folder}/wards/`);
  });
});

describe('what is dropped onto the window', () => {
  it.each([
    ['in quotes', () => `'${picture}'`],
    ['escaped', () => picture.replaceAll(' ', '\\ ')],
    ['as it is', () => picture],
    ['as an address', () => `file://${encodeURI(picture)}`],
    ['with a break behind it', () => `'${picture}' \n`],
  ])('is offered as a file: %s', async (_, text) => {
    const screen = screenHere();
    await drop(screen, text());
    expect(shown(screen)).toContain('Send what was dropped to #lobby?');
    expect(shown(screen)).toContain('3 bytes: ward plan.png');
    await press(screen, 'enter');
    expect(asked(screen, 'send-file')).toEqual([
      { do: 'send-file', to: { room: '#lobby' }, path: picture, text: '' },
    ]);
    expect(screen.store.active.composer.text).toBe('');
    expect(screen.store.state.overlay).toBeNull();
  });

  it('is several files at once, and words beside them stay', async () => {
    const screen = screenHere();
    const other = join(folder, 'b.txt');
    writeFileSync(other, 'b');
    screen.store.edit({ type: 'insert', text: 'look: ' });
    await drop(screen, `'${picture}' '${other}'`);
    await press(screen, 'enter');
    expect(asked(screen, 'send-file').map((command) => 'path' in command && command.path)).toEqual([
      picture,
      other,
    ]);
    expect(screen.store.active.composer.text).toBe('look: ');
  });

  it('stays text where that is wanted', async () => {
    const screen = screenHere();
    await drop(screen, `'${picture}'`);
    await press(screen, 'escape');
    expect(screen.store.active.composer.text).toBe(`'${picture}'`);
    expect(asked(screen, 'send-file')).toEqual([]);
  });

  it.each([
    ['nothing that is there', () => '/nowhere/at/all.png'],
    ['a folder', () => folder],
    ['a path with words', () => `${picture.replaceAll(' ', '\\ ')} is the plan`],
    ['a relative path', () => 'package.json'],
    ['a share of another machine', () => `//server${picture}`],
    ['an address of another machine', () => `file://server${encodeURI(picture)}`],
    ['a slash in disguise', () => `file://${encodeURI(folder)}%2f${encodeURI('ward plan.png')}`],
    ['a control', () => `${picture}\u0007`],
  ])('is only text: %s', async (_, text) => {
    const screen = screenHere();
    await drop(screen, text());
    expect(screen.store.state.overlay).toBeNull();
    expect(screen.store.active.composer.text).not.toBe('');
  });

  it('is what a command takes where one is typed', async () => {
    const screen = screenHere();
    screen.store.edit({ type: 'insert', text: '/file ' });
    await drop(screen, `'${picture}'`);
    expect(screen.store.state.overlay).toBeNull();
    await press(screen, 'enter');
    await enter(screen, '');
    expect(asked(screen, 'send-file')).toHaveLength(1);
  });
});

describe('taking a file', () => {
  function withOffers(...said: readonly Message[]): TestScreen {
    const screen = screenHere();
    const transfers = () =>
      said.map((each) => screen.store.transfers.get(each.id) ?? transferOf(each));
    screen.session.answer({
      files: () => ({ files: transfers().map((transfer) => ({ transfer, message: null })) }),
      'get-file': ({ id }) => {
        const found = transfers().find((each) => each.id === id);
        if (found === undefined) throw new UsageError('no-file', 'there is no file');
        return { transfer: { ...found, state: 'waiting' } };
      },
      'cancel-file': () => ({ cancelled: true }),
    });
    for (const each of said.toReversed()) {
      screen.session.emit({ type: 'message', message: each });
      screen.session.emit({ type: 'file', transfer: transferOf(each) });
    }
    return screen;
  }

  it('is a key on its message', async () => {
    const said = fileMessage();
    const screen = withOffers(said);
    await press(screen, 'alt+up', 's');
    expect(asked(screen, 'get-file')).toEqual([{ do: 'get-file', id: said.id }]);
    expect(screen.store.active.selection?.said).toBe('Asked for photo.png.');
    // Once it is here, the same key says where.
    const done = { state: 'done', path: '/in/photo.png' } as const;
    screen.session.emit({ type: 'file', transfer: transferOf(said, done) });
    await press(screen, 's');
    expect(asked(screen, 'get-file')).toHaveLength(1);
    expect(screen.store.active.selection?.said).toBe('photo.png is saved: /in/photo.png');
  });

  it('is still /export on a message without one', async () => {
    const screen = screenHere();
    screen.session.emit({ type: 'message', message: message() });
    await press(screen, 'alt+up', 's');
    expect(screen.store.active.composer.text).toBe('/export ');
  });

  it('is /save for the newest that is not here, into a folder that is named', async () => {
    const [newer, older] = [fileMessage({ id: fileId(2) }), fileMessage({ id: fileId(1) })];
    const screen = withOffers(newer, older);
    screen.session.emit({ type: 'file', transfer: transferOf(newer, { state: 'done' }) });
    await enter(screen, `/save '${folder}'`);
    expect(asked(screen, 'get-file')).toEqual([{ do: 'get-file', id: older.id, folder }]);
  });

  it('says so where there is none', async () => {
    const screen = screenHere();
    await enter(screen, '/save');
    await enter(screen, '/cancel');
    expect(lines(screen.store, '#lobby')).toEqual([
      '!! nobody has sent a file here',
      '!! no file is on its way here',
    ]);
  });

  it('is stopped by /cancel, the newest under way', async () => {
    const [newer, older] = [fileMessage({ id: fileId(2) }), fileMessage({ id: fileId(1) })];
    const screen = withOffers(newer, older);
    screen.session.emit({ type: 'file', transfer: transferOf(older, { state: 'moving' }) });
    await enter(screen, '/cancel');
    expect(asked(screen, 'cancel-file')).toEqual([{ do: 'cancel-file', id: older.id }]);
    expect(lines(screen.store, '#lobby').at(-1)).toBe('-- photo.png is stopped.');
  });
});

describe('a file without a word', () => {
  it('is copied, deleted and found by what it is', async () => {
    const said = fileMessage();
    const screen = screenHere();
    screen.session.answer({
      'delete-message': () => ({ deletedFrom: { room: '#lobby' } }),
      search: () => ({ messages: [{ ...said, reason: null }], more: false }),
    });
    screen.session.emit({ type: 'message', message: said });
    await press(screen, 'alt+up', 'c');
    expect(screen.copied).toEqual(['photo.png']);
    await enter(screen, '/search photo');
    expect(shown(screen)).toContain('picture · 2.4 MB · 1920×1080: photo.png');
    await press(screen, 'escape', 'd', 'h');
    expect(screen.store.active.selection?.said).toMatch(/^Deleted here; .*"picture · 2\.4 MB/);
  });

  it('tells all about itself in the info of its message', async () => {
    const said = fileMessage();
    const screen = screenHere();
    screen.session.answer({ message: () => ({ message: { ...said, reason: null } }) });
    screen.session.emit({ type: 'message', message: said });
    const done = { state: 'done', path: '/in/photo (2).png' } as const;
    screen.session.emit({ type: 'file', transfer: transferOf(said, done) });
    await press(screen, 'alt+up', 'i');
    const rows = shown(screen);
    expect(rows).toContain('picture · 2.4 MB · 1920×1080: photo.png');
    expect(rows).toContain('said to be image/png');
    expect(rows).toContain('saved as photo (2).png');
    expect(rows).toContain('on this machine /in/photo (2).png');
  });
});

describe('/paste', () => {
  const png = Uint8Array.from(Buffer.from('89504e470d0a1a0a00', 'hex'));

  it('asks before the picture on the clipboard goes out, as a file that is deleted after it', async () => {
    const screen = screenHere();
    const kept: Uint8Array[] = [];
    const files = {
      ...screen.actions.files,
      clipboardPicture: async () => png,
      keepTemporary: async (bytes: Uint8Array) => {
        kept.push(bytes);
        return '/tmp/lanchat-1.png';
      },
    };
    const there = { ...screen, actions: { ...screen.actions, files } };
    await enter(there, '/paste this morning');
    expect(shown(screen)).toContain('Send the picture on the clipboard to #lobby?');
    expect(kept).toEqual([]);
    await press(there, 'escape');
    expect(kept).toEqual([]);
    await enter(there, '/paste this morning');
    await press(there, 'enter');
    expect(kept).toEqual([png]);
    expect(asked(screen, 'send-file')).toEqual([
      {
        ...{ do: 'send-file', to: { room: '#lobby' }, path: '/tmp/lanchat-1.png' },
        ...{ text: 'this morning', name: 'clipboard.png', temporary: true },
      },
    ]);
  });

  it('leaves no picture behind that could not be sent', async () => {
    const screen = screenHere();
    screen.session.answer({
      'send-file': () => {
        throw new UsageError('key-changed', 'their key changed');
      },
    });
    const discarded: string[] = [];
    const files = {
      ...screen.actions.files,
      clipboardPicture: async () => png,
      keepTemporary: async () => '/tmp/lanchat-1.png',
      discard: async (path: string) => {
        discarded.push(path);
      },
    };
    const there = { ...screen, actions: { ...screen.actions, files } };
    await enter(there, '/paste');
    await press(there, 'enter');
    expect(discarded).toEqual(['/tmp/lanchat-1.png']);
    expect(lines(screen.store, '#lobby')).toEqual(['!! their key changed']);
  });

  it('says so where no clipboard can be read', async () => {
    const screen = screenHere();
    await enter(screen, '/paste');
    // What reads it is loaded first.
    await expect
      .poll(() => lines(screen.store, '#lobby').at(-1))
      .toMatch(/^!! no program here reads pictures/);
  });
});

describe('a picture that is here', () => {
  it.each([
    ['by a key on its message', ['alt+up', 'v'], null],
    ['by /view, the newest', [], '/view'],
    ['from the list of files', ['v'], '/files'],
  ])('is shown %s', async (_, keys, line) => {
    const said = fileMessage();
    const screen = screenHere();
    const opened: string[] = [];
    const pictures = {
      open: async (path: string, name: string) => {
        opened.push(`${name} ${path}`);
      },
    };
    const there = { ...screen, actions: { ...screen.actions, pictures } };
    const stored = { ...said, reason: null };
    let transfer = transferOf(said, { state: 'done', path: '/in/photo.png' });
    const play = async () => {
      if (line !== null) await enter(there, line);
      await press(there, ...keys);
    };
    screen.session.answer({
      message: () => ({ message: stored }),
      files: () => ({ files: [{ transfer, message: stored }] }),
    });
    screen.session.emit({ type: 'message', message: said });
    screen.session.emit({ type: 'file', transfer });
    await play();
    expect(opened).toEqual(['photo.png /in/photo.png']);
    // Control: one that is not here yet is not.
    transfer = transferOf(said, { state: 'moving' });
    screen.session.emit({ type: 'file', transfer });
    await press(there, 'escape', 'escape');
    await play();
    expect(opened).toHaveLength(1);
  });
});

describe('a picture to view', () => {
  const said = fileMessage();
  const done = transferOf(said, { state: 'done', path: '/in/photo.png' });

  it('is one that has landed, or that is our own', () => {
    expect(pictureToView(said, done)).toEqual({ path: '/in/photo.png', name: 'photo.png' });
    const own = ownFileMessage();
    expect(pictureToView(own, transferOf(own, { state: 'kept', path: '/a/b.png' }))).toEqual({
      ...{ path: '/a/b.png', name: 'photo.png' },
    });
  });

  it('is none that is not here, or is none', () => {
    expect(pictureToView(said, null)).toBeNull();
    expect(pictureToView(said, transferOf(said))).toBeNull();
    expect(pictureToView(said, { ...done, state: 'moving' })).toBeNull();
    expect(pictureToView(said, { ...done, warning: 'program' })).toBeNull();
    expect(pictureToView(message(), done)).toBeNull();
    expect(pictureToView(fileMessage({ type: 'video/mp4' }), done)).toBeNull();
  });
});
