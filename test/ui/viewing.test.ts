// What messages carry, opened: voice notes played or taken, and the small copy of a picture that is not here.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadPicture } from '../../src/cli/pictures.ts';
import type { FileTransfer, Message } from '../../src/client/api.ts';
import type { PictureSource, SmallCopy } from '../../src/ui/picture-viewer.ts';
import type { VoicePlayingWish } from '../../src/ui/voice-tasks.ts';
import { FakeSession, peerId } from '../support/fake-session.ts';
import { inkScreen } from '../support/ink-screen.tsx';
import { enter, press } from '../support/screen-presses.ts';
import { type TestScreen, testScreen } from '../support/screen-store.ts';
import { fileMessage, ownFileMessage, sharedFile, transferOf } from '../support/shared-files.ts';

const played = vi.hoisted(() => ({ wishes: [] as VoicePlayingWish[] }));

vi.mock(import('../../src/ui/voice-tasks.ts'), async (original) => ({
  ...(await original()),
  playVoice: async (_screen: unknown, wish: VoicePlayingWish) => {
    played.wishes.push(wish);
  },
}));

const WAVEFORM = Array.from({ length: 32 }, (_, part) => part % 8);
const SPOKEN = {
  ...{ name: 'voice note 09.14.ogg', size: 36_000, type: 'audio/ogg', voice: true as const },
  ...{ durationMs: 12_340, waveform: WAVEFORM },
};

/** Of twelve seconds. */
function note({ file, ...said }: Message = fileMessage()): Message {
  if (file === undefined) throw new Error('no file');
  const { width: _width, height: _height, ...kept } = file;
  return { ...said, file: { ...kept, ...SPOKEN } };
}

let folder = '';
let path = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lanchat-viewing-'));
  path = join(folder, 'voice note 09.14.ogg');
  writeFileSync(path, 'OggS');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  played.wishes.length = 0;
});

type Change = Partial<FileTransfer>;

/** A message came, and its file stands so. */
function screenWith(said: Message, change: Change, taken: Change = { state: 'waiting' }) {
  const transfer = transferOf(said, change);
  const stored = { ...said, reason: null };
  const session = new FakeSession({
    message: () => ({ message: stored }),
    files: () => ({ files: [{ transfer, message: stored }] }),
    'get-file': () => ({ transfer: transferOf(said, taken) }),
    'mark-read': () => ({}),
  });
  const screen = testScreen(session);
  session.emit({ type: 'message', message: said });
  session.emit({ type: 'file', transfer });
  return screen;
}

function shown({ store }: TestScreen): string {
  const ink = inkScreen(store);
  const rows = ink.rows().map((row) => row.trimEnd());
  ink.close();
  return rows.join('\n');
}

const asked = ({ session }: TestScreen) =>
  session.requests.filter((command) => command.do === 'get-file');

describe('a voice note in a conversation', () => {
  it.each([
    [{ columns: 40, rows: 15 }, /voice note · 0:12 [▁▂▃▄▅▆▇█]{12,}$/m],
    [{ columns: 80, rows: 24 }, /voice note · 0:12 (?:▁▂▃▄▅▆▇█){4}(?: |$)/m],
    [{ columns: 200, rows: 50 }, /voice note · 0:12 (?:▁▂▃▄▅▆▇█){4}(?: |$)/m],
    [{ columns: 30, rows: 8 }, /voice note/],
  ])('is its length, its shape and how it stands at %o', (size, row) => {
    const screen = screenWith(note(), { state: 'offered' });
    screen.store.setSize(size);
    const text = shown(screen);
    expect(text).toMatch(row);
    if (size.columns >= 40) expect(text).toContain('-- not taken yet');
  });

  it('is in words, and named, where its shape is not known', () => {
    const said = note();
    const { waveform: _shape, ...file } = said.file ?? sharedFile();
    const screen = screenWith({ ...said, file }, { state: 'offered' });
    expect(shown(screen)).toContain('voice note · 36 KB · 0:12: voice note 09.14.ogg');
  });
});

describe('a voice note that is here', () => {
  it.each([
    ['by v on its message', null, ['alt+up', 'v']],
    ['by Enter on its message', null, ['alt+up', 'enter']],
    ['by /view, the newest', '/view', []],
    ['from the list of files', '/files', ['v']],
  ])('is played %s', async (_, line, keys) => {
    const screen = screenWith(note(), { state: 'done', path });
    if (line !== null) await enter(screen, line);
    await press(screen, ...keys);
    await vi.waitFor(() => expect(played.wishes).toHaveLength(1));
    expect(played.wishes).toEqual([{ path, durationMs: 12_340, waveform: WAVEFORM }]);
    expect(asked(screen)).toEqual([]);
  });

  it('is played where it is one’s own, as long as it is there', async () => {
    const own = note(ownFileMessage());
    const there = screenWith(own, { state: 'kept', path });
    there.store.open(peerId('b'));
    await press(there, 'alt+up', 'v');
    await vi.waitFor(() => expect(played.wishes).toMatchObject([{ path }]));
    const gone = screenWith(own, { state: 'done', path: join(folder, 'none') });
    gone.store.open(peerId('b'));
    await press(gone, 'alt+up', 'v');
    await vi.waitFor(() => expect(shown(gone)).toContain('Your voice note is gone here'));
    expect(played.wishes).toHaveLength(1);
    expect(asked(gone)).toEqual([]);
  });

  it('is said to be gone where it was moved away, and to be none where it is something else', async () => {
    const gone = screenWith(note(), { state: 'done', path: join(folder, 'none') });
    await press(gone, 'alt+up', 'v');
    await vi.waitFor(() => expect(shown(gone)).toContain('is not where it was saved any more'));
    const other = screenWith(note(), { state: 'done', path, warning: 'program' });
    await press(other, 'alt+up', 'v');
    await vi.waitFor(() => expect(shown(other)).toContain('It is not played'));
    expect(played.wishes).toEqual([]);
  });
});

describe('a voice note that is not here', () => {
  it('is taken by the key that plays it, which says so and plays nothing', async () => {
    const screen = screenWith(note(), { state: 'offered' });
    await press(screen, 'alt+up', 'v');
    await vi.waitFor(() => expect(asked(screen)).toHaveLength(1));
    expect(shown(screen)).toContain('Asked for the voice note; v on it plays it once it is here.');
    expect(played.wishes).toEqual([]);
  });

  it('is said to be on its way where it is', async () => {
    const screen = screenWith(note(), { state: 'moving' });
    await press(screen, 'alt+up', 'v');
    await vi.waitFor(() => expect(shown(screen)).toContain('The voice note is on its way'));
  });

  it('is played at once where the client has it after all', async () => {
    const screen = screenWith(note(), { state: 'failed' }, { state: 'done', path });
    await press(screen, 'alt+up', 'v');
    await vi.waitFor(() => expect(played.wishes).toMatchObject([{ path }]));
  });
});

describe('the small copy of a picture', () => {
  const PNG =
    'iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAFklEQVR4nGP8z8DAwMDAxMDAwMDAAAANHQEDasKb6QAAAABJRU5ErkJggg==';

  function offered(change: Change, hasCopy = true) {
    const said = fileMessage(hasCopy ? { thumbnail: PNG } : {});
    const screen = screenWith(said, change);
    const opened: (readonly [PictureSource, string, SmallCopy | undefined])[] = [];
    const pictures = {
      open: async (...of: readonly [PictureSource, string, SmallCopy?]) => {
        opened.push([of[0], of[1], of[2]]);
      },
    };
    return { screen, opened, there: { ...screen, actions: { ...screen.actions, pictures } } };
  }

  it('is opened only by a key, as what it is', async () => {
    const { there, opened } = offered({ state: 'offered' });
    expect(opened).toEqual([]);
    await press(there, 'alt+up', 'v');
    await vi.waitFor(() => expect(opened).toHaveLength(1));
    const [source, name, copy] = opened[0] ?? [];
    expect(Buffer.from(source as Uint8Array).toString('base64')).toBe(PNG);
    expect([name, copy?.copyOf]).toEqual(['photo.png', 'picture · 2.4 MB · 1920×1080']);
  });

  it('is none of a picture that came without one, nor of one that is no picture after all', async () => {
    for (const { there, opened, screen } of [
      offered({ state: 'offered' }, false),
      offered({ state: 'done', path, warning: 'program' }),
    ]) {
      await press(there, 'alt+up', 'v');
      await vi.waitFor(() => expect(shown(screen)).toContain('There is no picture to show'));
      expect(opened).toEqual([]);
    }
  });

  it('says that it is one, and takes the whole by the key that it names', async () => {
    const screen = screenWith(fileMessage({ thumbnail: PNG }), { state: 'offered' });
    screen.loadPicture = async () => {
      const pixels = { width: 2, height: 2, rgba: new Uint8Array(16) };
      return { type: 'png', size: { width: 2, height: 2 }, pixels };
    };
    await press(screen, 'alt+up', 'v');
    await vi.waitFor(() => expect(shown(screen)).toContain('A small copy'));
    expect(shown(screen).replace(/[\s│]+/g, ' ')).toContain(
      'A small copy, which came with the message; s takes the whole: picture · 2.4 MB · 1920×1080',
    );
    await press(screen, 's');
    expect(screen.store.state.overlay).toBeNull();
    await vi.waitFor(() => expect(asked(screen)).toHaveLength(1));
  });

  it.each([
    ['nothing of an image', Buffer.from('<svg onload=1>')],
    ['a picture that is cut off', Buffer.from(PNG, 'base64').subarray(0, 40)],
  ])('is said to be bad where it is %s', async (_, bytes) => {
    const screen = screenWith(fileMessage({ thumbnail: bytes.toString('base64') }), {
      state: 'offered',
    });
    screen.loadPicture = loadPicture;
    await press(screen, 'alt+up', 'v');
    await vi.waitFor(() => {
      expect(screen.store.state.overlay).toMatchObject({ outcome: { kind: 'failed' } });
    });
    expect(shown(screen)).toContain('picture');
  });
});
