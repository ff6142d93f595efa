// Names, types, reasons and captions of hostile files in every view of the screen.
import { describe, expect, it } from 'vitest';
import type { FileTransfer } from '../../src/client/api.ts';
import { applyEvent } from '../../src/ui/apply-event.ts';
import { Notifier } from '../../src/ui/notify.ts';
import { FakeSession, peerId, person } from '../support/fake-session.ts';
import { expectHarmless, FRAME_SIZES } from '../support/harmless-frames.ts';
import { drivingPart, HOSTILE } from '../support/hostile-text.ts';
import { inkScreen } from '../support/ink-screen.tsx';
import { painted } from '../support/painted-screen.ts';
import { enter, keysOf, press } from '../support/screen-presses.ts';
import { message, type TestScreen, testScreen } from '../support/screen-store.ts';
import { fileId, fileMessage, transferOf } from '../support/shared-files.ts';

const STATES = ['offered', 'waiting', 'moving', 'done', 'failed', 'cancelled'] as const;

/** One file a state, each with the text wherever one can be. */
function hostileFiles(text: string): TestScreen {
  const files = STATES.map((state, n) => {
    const said = fileMessage({ id: fileId(n), name: text, type: text }, { text });
    const told = { state, name: text, path: text, reason: text, warning: text };
    return { message: { ...said, reason: null }, transfer: transferOf(said, told) };
  });
  const first = files[0]?.message ?? null;
  const session = new FakeSession({
    files: () => ({ files }),
    message: () => ({ message: first }),
    'get-file': () => ({ transfer: files[0]?.transfer ?? transferOf(message()) }),
    'cancel-file': () => ({ cancelled: true }),
    prepare: () => ({}),
    'mark-read': () => ({}),
  });
  session.snapshot = {
    ...session.snapshot,
    people: [person('ravi', 'b')],
    rooms: [{ name: '#lobby', kind: 'public', members: [peerId('b')] }],
  };
  const screen = testScreen(session);
  for (const { message: said, transfer } of files) {
    session.emit({ type: 'message', message: said });
    session.emit({ type: 'file', transfer });
  }
  const reading = { id: null, direction: 'out', state: 'reading', name: text } as const;
  session.emit({ type: 'file', transfer: transferOf(fileMessage({ id: fileId(99) }), reading) });
  return screen;
}

async function views(text: string): Promise<{ rows: string[]; columns: number }[]> {
  const screen = hostileFiles(text);
  const seen: { rows: string[]; columns: number }[] = [];
  const look = () => {
    for (const size of FRAME_SIZES) {
      screen.store.setSize(size);
      seen.push({ rows: painted(screen), columns: size.columns });
    }
  };
  look();
  await press(screen, 'alt+up', 's');
  look();
  await press(screen, 'i');
  look();
  await press(screen, 'escape', 'r');
  look();
  await press(screen, 'escape');
  for (const line of ['/files', '/files all', '/save', '/cancel']) {
    await enter(screen, line);
    look();
    await press(screen, 'c', 'enter');
    look();
    await press(screen, 'escape');
  }
  // A name of one's own disk is somebody's words, too.
  const files = {
    ...screen.actions.files,
    look: async () => ({ kind: 'file', sizeBytes: 1 }) as const,
  };
  const there = { ...screen, actions: { ...screen.actions, files } };
  keysOf(there).take({ kind: 'paste', text: `'/tmp/${text.replaceAll("'", '')}'` });
  await screen.session.settled();
  look();
  return seen;
}

describe('hostile files on the screen', () => {
  it.each(HOSTILE)(
    '[A98 hostile files] drive nothing in any view, and take no cell of another row: $name',
    async ({ text }) => {
      expectHarmless(await views(text));
    },
  );

  it('[A98 hostile files] Control: what is harmless stands in each of those views', async () => {
    const frames = await views('harmless.png');
    for (const { rows } of frames) expect(rows.join('\n')).toContain('harmless');
  });

  it.each(HOSTILE)('[A98 hostile files] nor outside the window, in a notice: $name', ({ text }) => {
    const { store } = testScreen();
    const said = fileMessage({ name: text, type: text });
    const told = (change: Partial<FileTransfer>) =>
      applyEvent(store, { type: 'file', transfer: transferOf(said, { name: text, ...change }) });
    store.setPreferences({ ...store.state.preferences, notifyText: true });
    store.setFocused(false);
    store.transfers.ask(said.id);
    const heard = [
      applyEvent(store, { type: 'message', message: { ...said, room: null, peer: peerId('b') } }),
      told({ state: 'done', path: text }),
    ];
    for (const attention of heard) {
      if (attention === null) throw new Error('nothing to signal');
      const { state } = store;
      const notice = new Notifier(() => 0).notice(attention, { state, wall: new Date() });
      expect(notice).not.toBeNull();
      expect(drivingPart(notice ?? '')).toBeNull();
    }
  });

  it('[A98 hostile files] with a name that looks like lanchat’s words claim nothing: it stands last, after a colon', () => {
    const screen = testScreen();
    const name = 'a · saved as b.png';
    screen.session.emit({ type: 'message', message: fileMessage({ name }) });
    const shown = inkScreen(screen.store);
    const row = shown.rows().find((each) => each.includes('saved as')) ?? '';
    shown.close();
    expect(row).toMatch(/-- picture · 2\.4 MB(?: · 1920×1080)?: a · saved as b\.png/);
    // Control: what lanchat says itself begins its row.
    expect(row).not.toMatch(/-- saved as/);
  });
});
