// Recording: what the microphone hears is in the file, whatever ends it; and a program that fails is said to.
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NoteDecoder } from '../../src/media/note-decoder.ts';
import { LevelMeter } from '../../src/media/pcm.ts';
import { type Recorded, type RecordingOptions, startRecording } from '../../src/media/recorder.ts';
import { findPlayers, findRecorders, splitCommandLine } from '../../src/media/sound-programs.ts';
import { correlation } from '../support/likeness.ts';
import {
  endlessMicrophone,
  microphone,
  nodeLine,
  rawSound,
  type SoundRoom,
  STAYS_OPEN,
  soundRoom,
} from '../support/sound.ts';
import { speech } from '../support/speech.ts';

const voice = speech(2);
let room: SoundRoom;
let source = '';
let folder = '';

beforeAll(async () => {
  room = await soundRoom();
  source = room.file('voice.raw', rawSound(voice));
  folder = join(room.folder, 'notes');
  mkdirSync(folder, { mode: 0o700 });
});
afterAll(() => room.remove());

function record(recorder: string, options: Partial<RecordingOptions> = {}) {
  return startRecording({ host: room.host({ recorder }), folder, ...options });
}

async function soundIn({ path }: Recorded): Promise<Int16Array> {
  const decoder = new NoteDecoder(new Uint8Array(readFileSync(path)));
  await decoder.start(0, 1);
  const sound = decoder.read(Number.POSITIVE_INFINITY);
  decoder.free();
  return sound;
}

function files(): number {
  return readdirSync(folder).length;
}

describe('a recording', () => {
  it('has what the microphone heard, its length and its shape', async () => {
    const levels: number[] = [];
    const onLevel = ({ rmsDb, peakDb }: { rmsDb: number; peakDb: number }) => {
      expect(peakDb).toBeGreaterThanOrEqual(rmsDb);
      levels.push(peakDb);
    };
    const note = await record(microphone(source), { onLevel }).done;
    if (note === null) throw new Error('nothing recorded');
    expect(note).toMatchObject({ durationMs: 2_000, ended: 'program-ended', complaint: '' });
    const sound = await soundIn(note);
    expect(sound).toHaveLength(voice.length);
    expect(correlation(sound, voice)).toBeGreaterThan(0.85);
    expect(levels).toHaveLength(40);
    expect(Math.max(...levels)).toBeLessThanOrEqual(0);
    expect(note.waveform).toHaveLength(32);
    expect(Math.max(...note.waveform)).toBe(7);
    // The sixth syllable is a pause: from 1.25 to 1.5 s.
    expect(note.waveform.slice(21, 23)).toEqual([0, 0]);
  });

  it('ends when it is told to, with all that was heard until then', async () => {
    const recording = record(microphone(source, STAYS_OPEN), {
      onLevel: (_, elapsedMs) => {
        if (elapsedMs === 2_000) recording.stop();
      },
    });
    expect(await recording.done).toMatchObject({ durationMs: 2_000, ended: 'stopped' });
  });

  it('ends at its limit, to the sample', async () => {
    const recording = record(endlessMicrophone(source), { limitMs: 3_210 });
    const note = await recording.done;
    if (note === null) throw new Error('nothing recorded');
    expect(note).toMatchObject({ durationMs: 3_210, ended: 'limit' });
    expect(await soundIn(note)).toHaveLength(3_210 * 48);
  });

  it('keeps what was said where the program dies in the middle, and says why it did', async () => {
    const dies = microphone(source, `process.stderr.write('unplugged\\n', () => process.exit(1))`);
    const note = await record(dies).done;
    expect(note).toMatchObject({ durationMs: 2_000, complaint: 'unplugged' });
  });

  it('takes odd bytes as they come', async () => {
    const odd = nodeLine(
      `const all = fs.readFileSync('${source}'); let at = 0; const go = () => { if (at < all.length) process.stdout.write(all.subarray(at, at += 4097), () => setImmediate(go)); }; go();`,
    );
    const note = await record(odd).done;
    if (note === null) throw new Error('nothing recorded');
    expect(correlation(await soundIn(note), voice)).toBeGreaterThan(0.85);
  });

  it('of nothing is none, with the last line that the program said', async () => {
    const before = files();
    const busy = nodeLine(
      `console.error('ALSA lib'); console.error('audio open error: Device or resource busy'); process.exit(1)`,
    );
    await expect(record(busy).done).rejects.toMatchObject({
      code: 'recorder-failed',
      message: expect.stringMatching(/it said: audio open error: Device or resource busy$/),
    });
    await expect(record(nodeLine('')).done).rejects.toMatchObject({
      code: 'recorder-failed',
      message: expect.stringContaining('recorded nothing'),
    });
    expect(files()).toBe(before);
  });

  it('into a folder that is not there fails, and nothing goes on', async () => {
    const missing = record(endlessMicrophone(source), { folder: join(folder, 'missing') });
    await expect(missing.done).rejects.toMatchObject({ code: 'recording-failed' });
  });
});

describe('a level', () => {
  it('is in dB below full scale, and silence has one as well', () => {
    const levels: { rmsDb: number; peakDb: number }[] = [];
    const meter = new LevelMeter((level) => levels.push(level));
    meter.write(new Int16Array(2_400));
    meter.write(new Int16Array(2_400).fill(16_384));
    meter.write(new Int16Array(2_400).fill(-32_768));
    meter.write(new Int16Array(2_399));
    expect(levels).toHaveLength(3);
    expect(levels[0]).toEqual({ rmsDb: -96, peakDb: -96 });
    expect(levels[1]?.rmsDb).toBeCloseTo(-6.02, 1);
    expect(levels[2]).toEqual({ rmsDb: 0, peakDb: 0 });
    expect(new LevelMeter(() => {}).waveform()).toEqual(Array.from({ length: 32 }, () => 0));
  });
});

const findRecorder = (machine: Parameters<typeof findRecorders>[0]) => findRecorders(machine)[0];
const findPlayer = (machine: Parameters<typeof findPlayers>[0]) => findPlayers(machine)[0];

describe('the program', () => {
  function withPrograms(...names: readonly string[]): string {
    const bin = join(room.folder, `bin-${names.join('-')}`);
    mkdirSync(bin, { recursive: true });
    for (const name of names) {
      room.file(join(`bin-${names.join('-')}`, name), Buffer.from('#!/bin/sh\n'));
      chmodSync(join(bin, name), 0o755);
    }
    return bin;
  }
  const machine = (platform: string, PATH?: string) => ({ platform, env: { PATH } });

  it.each([
    [['sox', 'arecord', 'ffmpeg'], 'arecord'],
    [['ffmpeg', 'parecord', 'pw-record'], 'parecord'],
    [['pw-record', 'ffmpeg'], 'pw-record'],
    [['sox', 'rec', 'ffmpeg'], 'ffmpeg'],
    [['sox', 'rec'], 'rec'],
    [['sox'], 'sox'],
  ])('of %j is %s', (names, best) => {
    expect(findRecorder(machine('linux', withPrograms(...names)))).toMatchObject({ name: best });
  });

  it.each([
    [['sox', 'play', 'aplay', 'paplay'], 'aplay'],
    [['paplay', 'pw-play', 'ffplay'], 'paplay'],
    [['pw-play', 'ffmpeg'], 'pw-play'],
    [['ffmpeg', 'ffplay'], 'ffplay'],
    [['ffmpeg', 'play'], 'ffmpeg'],
    [['play', 'sox'], 'play'],
    [['sox'], 'sox'],
  ])('that plays, of %j, is %s', (names, best) => {
    expect(findPlayer(machine('linux', withPrograms(...names)))).toMatchObject({ name: best });
  });

  it('is told so on other systems as well', () => {
    const bin = withPrograms('ffmpeg', 'sox', 'sox.exe', 'ffmpeg.exe');
    expect(findRecorder(machine('darwin', bin)).args).toContain('avfoundation');
    expect(findPlayer(machine('darwin', bin)).args).toContain('audiotoolbox');
    expect(findRecorder(machine('win32', bin)).args).toContain('waveaudio');
    const named = { PATH: bin, LANCHAT_MICROPHONE: 'Microphone (USB)' };
    expect(findRecorder({ platform: 'win32', env: named }).args).toContain(
      'audio=Microphone (USB)',
    );
  });

  it.each([
    ['linux', /sudo apt install alsa-utils/],
    ['darwin', /brew install sox/],
    ['win32', /install/],
  ])('that is missing is asked for: %s', (platform, words) => {
    const empty = withPrograms();
    expect(() => findRecorder(machine(platform, empty))).toThrow(
      expect.objectContaining({ code: 'no-recorder', message: expect.stringMatching(words) }),
    );
    expect(() => findPlayer(machine(platform, empty))).toThrow(
      expect.objectContaining({ code: 'no-player', message: expect.stringMatching(words) }),
    );
    expect(() => findPlayer({ platform, env: {} })).toThrow(/install/);
  });

  it('that can’t reach the microphone leaves it to the next', async () => {
    const bin = join(room.folder, 'several');
    mkdirSync(bin);
    const script = (name: string, code: string) => {
      room.file(join('several', name), Buffer.from(`#!/bin/sh\n${code}\n`));
      chmodSync(join(bin, name), 0o755);
    };
    script('arecord', 'echo no card >&2; exit 1');
    script('parecord', 'echo no server >&2; exit 1');
    const host = { ...room.host(), env: { PATH: bin } };
    await expect(startRecording({ host, folder }).done).rejects.toMatchObject({
      message: expect.stringMatching(/^arecord .* no card$/),
    });
    script('ffmpeg', `exec /bin/cat ${source}`);
    expect(await startRecording({ host, folder }).done).toMatchObject({ durationMs: 2_000 });
  });

  it('of one’s own is the only one, and must be there', () => {
    const PATH = withPrograms('arecord');
    const own = (LANCHAT_RECORDER: string) =>
      findRecorder({ platform: 'linux', env: { PATH, LANCHAT_RECORDER } });
    expect(own(`${process.execPath} -e 'a  b' "c"d`)).toMatchObject({ args: ['-e', 'a  b', 'cd'] });
    expect(own('arecord -D hw:1')).toMatchObject({ args: ['-D', 'hw:1'] });
    expect(own(' ')).toMatchObject({ name: 'arecord' });
    expect(() => own('missing-program')).toThrow(/LANCHAT_RECORDER/);
  });

  it('splits a line at blanks, and keeps what is quoted', () => {
    expect(splitCommandLine(`a 'b c' "d 'e' f" g"h i"j '' C:\\x`)).toEqual([
      ...['a', 'b c', "d 'e' f", 'gh ij', '', 'C:\\x'],
    ]);
    expect(splitCommandLine(`one " two`)).toEqual(['one', '"', 'two']);
  });
});

describe('program in the way', () => {
  it('[A132 program in the way] in the folder that we are in, or a relative one, is never run', () => {
    const here = join(room.folder, 'here');
    mkdirSync(here, { recursive: true });
    room.file('here/arecord', Buffer.from('#!/bin/sh\n'));
    chmodSync(join(here, 'arecord'), 0o755);
    const was = process.cwd();
    process.chdir(here);
    try {
      for (const PATH of ['', '.', ':', './', '../here']) {
        expect(() => findRecorder({ platform: 'linux', env: { PATH } })).toThrow(/apt install/);
      }
      // Control: named whole it is.
      expect(findRecorder({ platform: 'linux', env: { PATH: here } }).path).toBe(
        join(here, 'arecord'),
      );
    } finally {
      process.chdir(was);
    }
  });

  it('[A132 program in the way] is not started by a shell: nothing in a line of one’s own is an expansion', async () => {
    const marker = join(room.folder, 'marker');
    const line = `${nodeLine('process.stderr.write(process.argv.slice(1).join(String.fromCharCode(32)))')} ; touch ${marker} $(touch ${marker}) | tee ${marker}`;
    await expect(record(line).done).rejects.toMatchObject({
      message: expect.stringContaining(`; touch ${marker} $(touch ${marker}) | tee ${marker}`),
    });
    expect(existsSync(marker)).toBe(false);
  });
});

describe('words of the program', () => {
  it('[A133 words of the program] drive no terminal', async () => {
    const line = nodeLine(
      `process.stderr.write('\\x1b]0;owned\\x07\\x1b[2Jred\\u202e\\r\\x9b31mtext' + 'x'.repeat(5000)); process.exitCode = 1`,
    );
    const error = await record(line).done.catch((thrown: Error) => thrown);
    if (!(error instanceof Error)) throw new Error('it should have failed');
    expect(error.message).toMatch(/it said: /);
    expect(error.message).not.toMatch(/[\x00-\x1f\x7f-\x9f\u202e]/u);
    expect(error.message.length).toBeLessThan(300);
  });
});

describe('recording left behind', () => {
  it('[A134 recording left behind] is readable by nobody else', async () => {
    const note = await record(microphone(source)).done;
    if (note === null) throw new Error('nothing recorded');
    if (process.platform !== 'win32') expect(statSync(note.path).mode & 0o777).toBe(0o600);
  });

  it('[A134 recording left behind] is none where it was discarded: before, while or after it was heard', async () => {
    const before = files();
    const early = record(endlessMicrophone(source));
    void early.discard();
    expect(await early.done).toBeNull();
    const late = record(endlessMicrophone(source), {
      onLevel: (_, elapsedMs) => {
        if (elapsedMs === 1_000) void late.discard();
      },
    });
    expect(await late.done).toBeNull();
    const stopped = record(microphone(source, STAYS_OPEN), {
      onLevel: (_, elapsedMs) => {
        if (elapsedMs !== 1_000) return;
        stopped.stop();
        void stopped.discard();
      },
    });
    expect(await stopped.done).toBeNull();
    const whole = record(microphone(source));
    expect(await whole.done).not.toBeNull();
    expect(files()).toBe(before + 1);
    await whole.discard();
    expect(files()).toBe(before);
  });
});

describe('recorder that does not end', () => {
  it('[A135 recorder that does not end] when it is told to is ended', async () => {
    const stubborn = microphone(source, `process.on('SIGTERM', () => {}); ${STAYS_OPEN}`);
    const recording = record(stubborn, {
      onLevel: (_, elapsedMs) => {
        if (elapsedMs === 2_000) recording.stop();
      },
    });
    expect(await recording.done).toMatchObject({ durationMs: 2_000, ended: 'stopped' });
  });

  it('[A135 recorder that does not end] nor lets a program of its own go is left alone', {
    skip: process.platform === 'win32',
  }, async () => {
    // The shell is ended, what it started holds the pipe.
    const line = `/bin/sh -c "cat ${source}; sleep 3 & wait"`;
    const recording = record(line, {
      onLevel: (_, elapsedMs) => {
        if (elapsedMs === 2_000) recording.stop();
      },
    });
    expect(await recording.done).toMatchObject({ durationMs: 2_000, ended: 'stopped' });
  });
});
