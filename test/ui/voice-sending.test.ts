// `/voice`: what is recorded goes to where one was, as a voice note, and lies nowhere once it was refused and discarded.
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { screenFiles } from '../../src/cli/local-files.ts';
import { TemporaryFiles } from '../../src/cli/temporary-files.ts';
import type { Command } from '../../src/client/api.ts';
import { UsageError } from '../../src/protocol/errors.ts';
import type { VoiceRecordingWish } from '../../src/ui/voice-tasks.ts';
import { peerId } from '../support/fake-session.ts';
import { press } from '../support/screen-presses.ts';
import { message, testScreen } from '../support/screen-store.ts';
import { transferOf } from '../support/shared-files.ts';

const recorded = vi.hoisted(() => ({ wishes: [] as VoiceRecordingWish[] }));

vi.mock(import('../../src/ui/voice-tasks.ts'), async (original) => ({
  ...(await original()),
  recordVoice: async (_screen: unknown, wish: VoiceRecordingWish) => {
    recorded.wishes.push(wish);
  },
}));

const WAVEFORM = Array.from({ length: 32 }, (_, part) => part % 8);
const temporary: TemporaryFiles[] = [];

afterEach(async () => {
  recorded.wishes.length = 0;
  for (const files of temporary.splice(0)) await files.close();
});

/** Where a note of twelve seconds was recorded in answer to a message. */
async function recording(refuses: (command: Command) => void = () => {}) {
  const screen = testScreen();
  const files = new TemporaryFiles(null);
  temporary.push(files);
  const actions = { ...screen.actions, files: screenFiles({ platform: 'linux', env: {} }, files) };
  const there = { ...screen, actions };
  screen.session.answer({
    'send-file': (command) => {
      refuses(command);
      return { id: message().id, transfer: transferOf(message()) };
    },
  });
  const asked = message({ text: 'how was it?' });
  screen.session.emit({ type: 'message', message: asked });
  await press(there, 'alt+up', 'r');
  screen.store.edit({ type: 'insert', text: '/voice as I said :wave:' });
  await press(there, 'enter');
  await vi.waitFor(() => expect(recorded.wishes).toHaveLength(1));
  const [wish] = recorded.wishes;
  if (wish === undefined) throw new Error('nothing was recorded');
  const note = { path: join(wish.folder, `${process.pid}-0a1b`), durationMs: 12_340 };
  writeFileSync(note.path, 'a note');
  const sent = () =>
    screen.session.requests.flatMap((command) => (command.do === 'send-file' ? [command] : []));
  return { screen: there, asked, wish, note: { ...note, waveform: WAVEFORM }, sent };
}

describe('/voice', () => {
  it('sends what was recorded to where it began, as the answer that was begun', async () => {
    const { screen, asked, wish, note, sent } = await recording();
    screen.store.open(peerId('b'));
    await wish.onRecorded(note);
    const [command] = sent();
    expect(command).toMatchObject({
      ...{ to: { room: '#lobby' }, text: 'as I said 👋', reply: asked.id },
      ...{ voiceMs: 12_340, waveform: WAVEFORM, temporary: true },
    });
    expect(command?.name).toMatch(/^voice note \d\d\.\d\d\.ogg$/);
    expect(dirname(command?.path ?? '')).toBe(wish.folder);
    expect(existsSync(command?.path ?? '')).toBe(true);
    expect(existsSync(note.path)).toBe(false);
  });

  it('leaves a note that was refused where it was, and answers the same when it is sent again', async () => {
    let isRefused = true;
    const { wish, note, sent, asked } = await recording(() => {
      if (isRefused) throw new UsageError('key-changed', 'their key changed');
    });
    await expect(wish.onRecorded(note)).rejects.toThrow('their key changed');
    expect(readdirSync(wish.folder)).toEqual([`${process.pid}-0a1b`]);
    isRefused = false;
    await wish.onRecorded(note);
    expect(sent().map(({ reply }) => reply)).toEqual([asked.id, asked.id]);
  });
});
