// `/files`: which files, how each stands, and what its keys do.
import { describe, expect, it } from 'vitest';
import { FakeSession, peerId, person } from '../support/fake-session.ts';
import { inkScreen } from '../support/ink-screen.tsx';
import { enter, press } from '../support/screen-presses.ts';
import { message, type TestScreen, testScreen } from '../support/screen-store.ts';
import { fileId, fileMessage, ownFileMessage, transferOf } from '../support/shared-files.ts';

const offered = fileMessage({ id: fileId(1) }, { text: 'see' });
const moving = fileMessage({ id: fileId(2), name: 'film.mkv', type: 'video/x-matroska' });
const own = ownFileMessage({ id: fileId(3), name: 'plan.pdf', type: 'application/pdf' });
const TRANSFERS = [
  transferOf(offered),
  transferOf(moving, { state: 'moving', bytes: 600_000, bytesPerSecond: 600_000 }),
  transferOf(own, { state: 'kept', path: '/home/me/plan.pdf' }),
];

function screenWithFiles(): TestScreen {
  const messages = [offered, moving, own].map((each) => ({ ...each, reason: null }));
  const session = new FakeSession({
    files: ({ conversation }) => ({
      files: TRANSFERS.flatMap((transfer, n) => {
        const isHere = conversation === null || 'room' in transfer.conversation;
        return isHere ? [{ transfer, message: messages[n] ?? null }] : [];
      }),
    }),
    'get-file': ({ id }) => {
      const found = TRANSFERS.find((each) => each.id === id) ?? transferOf(offered);
      return { transfer: { ...found, state: 'waiting' } };
    },
    'cancel-file': () => ({ cancelled: true }),
  });
  session.snapshot = {
    ...session.snapshot,
    people: [person('ravi', 'b')],
    rooms: [{ name: '#lobby', kind: 'public', members: [peerId('b')] }],
  };
  const screen = testScreen(session);
  for (const each of messages) session.emit({ type: 'message', message: each });
  return screen;
}

function shown({ store }: TestScreen): string {
  const screen = inkScreen(store);
  const rows = screen.rows().map((row) => row.trimEnd());
  screen.close();
  return rows.join('\n');
}

describe('/files', () => {
  it.each([
    { columns: 40, rows: 15 },
    { columns: 80, rows: 24 },
    { columns: 200, rows: 50 },
  ])('lists those of the conversation with how they stand, at $columns×$rows', async (size) => {
    const screen = screenWithFiles();
    screen.store.setSize(size);
    await enter(screen, '/files');
    const rows = shown(screen);
    expect(rows).toContain('Files: #lobby');
    expect(rows).toMatch(/ > picture · 2\.4 MB(?: · 1920×1080)?: photo\.png/);
    expect(rows).toMatch(/ {3}video · .*: film\.mkv/);
    expect(rows).toMatch(/▓░░░░░ 25 % · (?:600 KB\/s · )?3 s left/);
    expect(rows).not.toContain('plan.pdf');
  });

  it('lists all by a key, and by a word', async () => {
    const screen = screenWithFiles();
    await enter(screen, '/files');
    await press(screen, 'tab');
    expect(shown(screen)).toContain('document · 2.4 MB · 1920×1080: plan.pdf');
    expect(shown(screen)).toContain('kept by the relay · ravi · 2026-01-31 09:15');
    await press(screen, 'escape');
    await enter(screen, '/files all');
    expect(shown(screen)).toContain('plan.pdf');
  });

  it('saves what is not here by Enter, and shows how it stands from then on', async () => {
    const screen = screenWithFiles();
    await enter(screen, '/files');
    await press(screen, 'enter');
    expect(screen.session.requests).toContainEqual({ do: 'get-file', id: offered.id });
    expect(shown(screen)).toContain('Asked for photo.png.');
    expect(shown(screen)).toContain('waiting for ravi');
    const done = transferOf(offered, { state: 'done', path: '/in/photo.png' });
    screen.session.emit({ type: 'file', transfer: done });
    expect(shown(screen)).toContain('saved as photo.png');
  });

  it('goes by Enter to the message of what is here or on its way', async () => {
    const screen = screenWithFiles();
    await enter(screen, '/files');
    await press(screen, 'down', 'enter');
    expect(screen.session.requests.map(({ do: what }) => what)).not.toContain('get-file');
    expect(screen.store.state.overlay).toBeNull();
    expect(screen.store.active.found).toBe(moving.id);
  });

  it('stops one by a key', async () => {
    const screen = screenWithFiles();
    await enter(screen, '/files');
    await press(screen, 'down', 'c');
    expect(screen.session.requests).toContainEqual({ do: 'cancel-file', id: moving.id });
    expect(shown(screen)).toContain('film.mkv is stopped.');
  });

  it('says that there are none', async () => {
    const screen = testScreen(new FakeSession({ files: () => ({ files: [] }) }));
    await enter(screen, '/files');
    expect(shown(screen)).toContain('No files: #lobby');
  });

  it('draws the few that are seen of a thousand', async () => {
    const many = Array.from({ length: 1_000 }, (_, n) => {
      const said = fileMessage({ id: fileId(n), name: `${n}.png` });
      return { transfer: transferOf(said), message: { ...said, reason: null } };
    });
    const screen = testScreen(new FakeSession({ files: () => ({ files: many }) }));
    screen.session.emit({ type: 'message', message: message() });
    await enter(screen, '/files');
    await press(screen, 'up');
    expect(shown(screen)).toContain('999.png');
    expect(shown(screen)).not.toContain(': 1.png');
  });
});
