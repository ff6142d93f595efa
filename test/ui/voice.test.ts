// A voice note over the messages: recorded, heard again, sent or thrown away; and one that came, played.
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NoteEncoder } from '../../src/media/note-encoder.ts';
import type { VoiceNote } from '../../src/media/recorder.ts';
import { UsageError } from '../../src/protocol/errors.ts';
import { keyPress } from '../../src/ui/key-sequences.ts';
import type { VoiceOverlay, VoiceShown } from '../../src/ui/voice-overlay.ts';
import { clockTime, waveformBars } from '../../src/ui/voice-rows.ts';
import { playVoice, recordVoice } from '../../src/ui/voice-tasks.ts';
import { inkScreen } from '../support/ink-screen.tsx';
import { keysOf, press } from '../support/screen-presses.ts';
import { lines, type TestScreen, testScreen } from '../support/screen-store.ts';
import {
  loudspeaker,
  microphone,
  nodeLine,
  rawSound,
  type SoundRoom,
  STAYS_OPEN,
  soundRoom,
} from '../support/sound.ts';
import { speech } from '../support/speech.ts';

const SIZES = [
  { columns: 40, rows: 15 },
  { columns: 80, rows: 24 },
  { columns: 200, rows: 50 },
  { columns: 30, rows: 8 },
];

let room: SoundRoom;
let folder = '';
let spoken = '';
let brief = '';
let note = '';

beforeAll(async () => {
  room = await soundRoom();
  folder = join(room.folder, 'notes');
  mkdirSync(folder, { mode: 0o700 });
  spoken = room.file('spoken.raw', rawSound(speech(4)));
  brief = room.file('brief.raw', rawSound(speech(1)));
  const encoder = await NoteEncoder.open(1);
  note = room.file('note.ogg', Buffer.concat([...encoder.write(speech(12)), ...encoder.end()]));
  encoder.free();
});
afterAll(() => room.remove());

function shownIn({ store }: TestScreen): VoiceShown | null {
  const { overlay } = store.state;
  return overlay?.kind === 'voice' ? overlay.shown : null;
}

/** Resolves once the screen is so. */
function until(screen: TestScreen, isSo: (shown: VoiceShown | null) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (!isSo(shownIn(screen))) return;
      forget();
      resolve();
    };
    const forget = screen.store.subscribe(look);
    look();
  });
}

const isHeard = (ms: number) => (shown: VoiceShown | null) =>
  shown?.stage === 'recording' && shown.elapsedMs >= ms;
const isNote = (shown: VoiceShown | null) => shown?.stage === 'note';

interface Recordings {
  readonly screen: TestScreen;
  readonly sent: VoiceNote[];
  readonly done: Promise<void>;
}

function recording(recorder: string, refusal: Error | null = null): Recordings {
  const screen = testScreen();
  const sent: VoiceNote[] = [];
  const host = room.host({ recorder, player: loudspeaker(join(room.folder, 'heard.raw')) });
  const refusals = refusal === null ? [] : [refusal];
  const onRecorded = async (recorded: VoiceNote) => {
    const now = refusals.pop();
    if (now !== undefined) throw now;
    sent.push(recorded);
  };
  const wish = { folder, host, onRecorded };
  return { screen, sent, done: recordVoice(screen.actions, wish) };
}

function files(): number {
  return readdirSync(folder).length;
}

describe('recording a voice note', () => {
  it('shows how loud and how long, and Enter twice sends it', async () => {
    const { screen, sent } = recording(microphone(spoken, STAYS_OPEN));
    await until(screen, isHeard(4_000));
    const ink = inkScreen(screen.store);
    const shown = ink.rows().join('\n');
    ink.close();
    expect(shown).toContain('Recording');
    expect(shown).toContain('0:04 of at most 5:00');
    expect(shown).toMatch(/█+·+/);
    expect(shown).toMatch(/(?:silent|quiet|good|too loud) \(-\d+ dB\)/);
    await press(screen, 'enter');
    await until(screen, isNote);
    expect(sent).toEqual([]);
    await press(screen, 'enter');
    expect(shownIn(screen)).toBeNull();
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({ durationMs: 4_000 });
    expect(sent[0]?.waveform).toHaveLength(32);
    expect(
      readFileSync(sent[0]?.path ?? '')
        .subarray(0, 4)
        .toString(),
    ).toBe('OggS');
    expect(lines(screen.store, '#lobby')).not.toContain('-- The voice note was discarded.');
  });

  it('lets it be heard before it is sent', async () => {
    const { screen, sent } = recording(microphone(brief, STAYS_OPEN));
    await until(screen, isHeard(1_000));
    await press(screen, 'enter');
    await until(screen, isNote);
    await press(screen, ' ');
    await until(screen, (shown) => shown?.stage === 'note' && shown.play !== null);
    await until(screen, (shown) => shown?.stage === 'note' && shown.play === null);
    expect(existsSync(join(room.folder, 'heard.raw'))).toBe(true);
    await press(screen, 'enter');
    expect(sent).toHaveLength(1);
  });

  it('throws away a short one at once, and no file is left', async () => {
    const before = files();
    const { screen, sent, done } = recording(microphone(brief, STAYS_OPEN));
    await until(screen, isHeard(500));
    await press(screen, 'escape');
    expect(shownIn(screen)).toBeNull();
    await done;
    expect(sent).toEqual([]);
    expect(files()).toBe(before);
    expect(lines(screen.store, '#lobby')).toContain('-- The voice note was discarded.');
  });

  it('asks before it throws away a longer one, and goes on meanwhile', async () => {
    const before = files();
    const { screen, sent, done } = recording(microphone(spoken, STAYS_OPEN));
    await until(screen, isHeard(4_000));
    await press(screen, 'escape');
    expect(shownIn(screen)).toMatchObject({ stage: 'recording', asking: true });
    await press(screen, 'x');
    expect(shownIn(screen)).toMatchObject({ stage: 'recording', asking: false });
    await press(screen, 'enter');
    await until(screen, isNote);
    await press(screen, 'escape');
    expect(shownIn(screen)).toMatchObject({ stage: 'note', asking: true });
    await press(screen, 'enter');
    expect(shownIn(screen)).toMatchObject({ stage: 'note', asking: false });
    await press(screen, 'escape', 'escape');
    expect(shownIn(screen)).toBeNull();
    await done;
    expect(sent).toEqual([]);
    await expect.poll(files).toBe(before);
  });

  it('ends with the overlay, whatever closes it', async () => {
    const before = files();
    const { screen, sent, done } = recording(microphone(spoken, STAYS_OPEN));
    await until(screen, isHeard(1_000));
    keysOf(screen).take(keyPress('c', { ctrl: true }));
    await done;
    expect(shownIn(screen)).toBeNull();
    expect(sent).toEqual([]);
    expect(files()).toBe(before);
  });

  it('keeps what was said where the recorder ends by itself, and says so', async () => {
    const dies = microphone(spoken, `process.stderr.write('unplugged\\n', () => process.exit(1))`);
    const { screen } = recording(dies);
    await until(screen, isNote);
    expect(shownIn(screen)).toMatchObject({
      durationMs: 4_000,
      problem:
        'The recording ended by itself; what was said until then is here. The recorder said: unplugged',
    });
    await press(screen, 'escape', 'escape');
  });

  it('is still there, and says why, where it was refused', async () => {
    const refusal = new UsageError('key-changed', 'their key changed');
    const { screen, sent } = recording(microphone(brief, STAYS_OPEN), refusal);
    await until(screen, isHeard(1_000));
    await press(screen, 'enter');
    await until(screen, isNote);
    await press(screen, 'enter');
    await until(screen, isNote);
    expect(shownIn(screen)).toMatchObject({ problem: 'Not sent: their key changed', of: 'draft' });
    expect(sent).toEqual([]);
    await press(screen, 'enter');
    expect(sent).toHaveLength(1);
  });

  it('says why there is none', async () => {
    const none = recording('missing-program');
    await none.done;
    expect(lines(none.screen.store, '#lobby').at(-1)).toContain('LANCHAT_RECORDER');
    const busy = recording(nodeLine(`console.error('Device or resource busy'); process.exit(1)`));
    await busy.done;
    expect(shownIn(busy.screen)).toBeNull();
    expect(lines(busy.screen.store, '#lobby').at(-1)).toMatch(/^!! .*Device or resource busy$/);
  });
});

describe('playing a voice note', () => {
  function playing(player = loudspeaker(join(room.folder, 'played.raw'))): TestScreen {
    const screen = testScreen();
    const waveform = Array.from({ length: 32 }, (_, bar) => bar % 8);
    const host = room.host({ player });
    void playVoice(screen.actions, { path: note, durationMs: 12_000, waveform, host });
    return screen;
  }
  const at = (fromMs: number) => (shown: VoiceShown | null) =>
    shown?.stage === 'note' && (shown.play?.positionMs ?? -1) >= fromMs;

  it('begins at once, pauses, goes on, jumps, is faster, and Esc ends it', async () => {
    const screen = playing();
    await until(screen, at(250));
    await press(screen, ' ');
    expect(shownIn(screen)).toMatchObject({ play: { paused: true, speed: 1 } });
    await press(screen, 's', 'right');
    const { play } = shownIn(screen) as Extract<VoiceShown, { stage: 'note' }>;
    expect(play?.positionMs).toBeGreaterThanOrEqual(5_250);
    expect(play).toMatchObject({ paused: true, speed: 1.5 });
    await press(screen, 's', 's', 's', 's', 'left', 'left');
    expect(shownIn(screen)).toMatchObject({ play: { positionMs: 0, speed: 2 } });
    await press(screen, ' ');
    await until(screen, at(1_000));
    await press(screen, 'escape');
    expect(shownIn(screen)).toBeNull();
  });

  it('plays to the end, and again', async () => {
    const screen = playing();
    await until(screen, at(0));
    for (let time = 0; time < 2; time += 1) {
      await until(screen, (shown) => shown?.stage === 'note' && shown.play === null);
      await press(screen, ' ');
      await until(screen, at(250));
    }
    await press(screen, 'escape');
  });

  it('says why it can’t', async () => {
    const screen = playing(nodeLine(`console.error('no card'); process.exit(1)`));
    await until(screen, (shown) => shown?.stage === 'note' && shown.problem !== null);
    expect(shownIn(screen)).toMatchObject({ play: null });
    const ink = inkScreen(screen.store);
    expect(ink.rows().join(' ')).toContain('no card');
    ink.close();
  });
});

describe.each(SIZES)('at $columns×$rows', (size) => {
  function rows(shown: VoiceShown): string[] {
    const screen = testScreen();
    screen.store.setSize(size);
    const task: VoiceOverlay['task'] = { press: () => {} };
    screen.store.setOverlay({ kind: 'voice', shown, task });
    const ink = inkScreen(screen.store);
    const found = ink.rows();
    ink.close();
    return found;
  }
  const play = { positionMs: 83_000, durationMs: 167_000, paused: false, speed: 1.5 } as const;
  const shown: VoiceShown = {
    ...{ stage: 'note', durationMs: 167_000, of: 'message', asking: false, problem: null, play },
    waveform: Array.from({ length: 32 }, (_, bar) => bar % 8),
  };

  it('says in words what the bars show, without a colour', () => {
    const text = rows(shown).join('\n');
    expect(text.replace(/\s+/g, ' ')).toContain('playing 1:23 of 2:47, speed 1.5');
    if (size.rows > 8) {
      expect(text).toMatch(/█{14,16}·{14,16}/);
      expect(text).toContain('▁▂▃▄▅▆▇█▁▂▃▄▅▆▇█');
    }
  });

  it('asks, counts and meters within the frame', () => {
    const level = { rmsDb: -20, peakDb: 0 };
    const now = { stage: 'recording', elapsedMs: 61_000, limitMs: 300_000, level } as const;
    const text = rows({ ...now, asking: false });
    expect(text.join('\n')).toContain('1:01 of at most 5:00');
    expect(text.join('\n')).toContain('too loud (-20 dB)');
    expect(
      rows({ ...now, asking: true })
        .join(' ')
        .replace(/[\s│]+/g, ' '),
    ).toContain('Discard it?');
    for (const row of [...text, ...rows(shown)])
      expect(row.length).toBeLessThanOrEqual(size.columns);
  });
});

describe('words and bars', () => {
  it('are of what they are given', () => {
    expect(clockTime(0)).toBe('0:00');
    expect(clockTime(59_999)).toBe('0:59');
    expect(clockTime(3_600_000)).toBe('60:00');
    expect(waveformBars([0, 1, 4, 6])).toBe('▁▂▅▇');
    expect(waveformBars([-3, 99, 3.4])).toBe('▁█▄');
  });
});
