// Playing: the loudspeaker hears the note, from where and as fast as is asked; and the position is told as it goes.
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { NoteDecoder } from '../../src/media/note-decoder.ts';
import { NoteEncoder } from '../../src/media/note-encoder.ts';
import { bytesOf, samplesOf } from '../../src/media/pcm.ts';
import { type Playing, type PlayState, playNote } from '../../src/media/player.ts';
import { correlation, pitchHz } from '../support/likeness.ts';
import { loudspeaker, nodeLine, type SoundRoom, soundRoom } from '../support/sound.ts';
import { speech } from '../support/speech.ts';

const voice = speech(8);
let room: SoundRoom;
let path = '';
let heardFile = '';
let decoded = new Int16Array(0);

beforeAll(async () => {
  room = await soundRoom();
  heardFile = join(room.folder, 'heard.raw');
  const encoder = await NoteEncoder.open(1);
  const note = Buffer.concat([...encoder.write(voice), ...encoder.end()]);
  path = room.file('note.ogg', note);
  const decoder = new NoteDecoder(note);
  await decoder.start(0, 1);
  decoded = decoder.read(Number.POSITIVE_INFINITY).slice();
});
afterAll(() => room.remove());
beforeEach(() => rmSync(heardFile, { force: true }));

/** Plays, and does what is told once a position is reached, each once, in order. */
async function play(
  todo: readonly (readonly [number, (playing: Playing) => void])[] = [],
  player = loudspeaker(heardFile),
) {
  const states: PlayState[] = [];
  const left = [...todo];
  let playing: Playing | null = null;
  const onState = (state: PlayState) => {
    states.push(state);
    const [next] = left;
    if (playing === null || next === undefined || state.positionMs < next[0]) return;
    left.shift();
    next[1](playing);
  };
  playing = await playNote({ host: room.host({ player }), path, onState });
  const end = await playing.done;
  const heard = existsSync(heardFile) ? samplesOf(readFileSync(heardFile)) : new Int16Array(0);
  return { states, end, heard };
}

describe('a note that is played', () => {
  it('is heard whole, as it was decoded', async () => {
    const { heard, end } = await play();
    expect(end).toBe('played');
    expect(Buffer.from(bytesOf(heard)).equals(bytesOf(decoded))).toBe(true);
    expect(correlation(heard, voice)).toBeGreaterThan(0.85);
  });

  it('tells its position four times a second, from the beginning to the end', async () => {
    const { states } = await play();
    const positions = states.map(({ positionMs }) => positionMs);
    expect(positions.length).toBeGreaterThanOrEqual(30);
    expect(positions[0]).toBe(0);
    expect(positions).toEqual(positions.toSorted((a, b) => a - b));
    for (const [at, position] of positions.slice(0, 30).entries()) {
      expect(Math.abs(position - at * 250)).toBeLessThanOrEqual(at * 50);
    }
    expect(states.every(({ durationMs }) => durationMs === 8_000)).toBe(true);
  });

  it.each([1.5, 2] as const)('is heard faster at the same pitch: %s', async (speed) => {
    const { heard, states } = await play([[0, (playing) => playing.setSpeed(speed)]]);
    expect(states.at(-1)?.speed).toBe(speed);
    // The first was told before it could be said: what was heard at the speed it began with is what is more.
    const rest = heard.subarray(heard.length - 48_000);
    expect(Math.abs(pitchHz(rest) - pitchHz(voice))).toBeLessThan(5);
    expect(heard.length / voice.length).toBeLessThan(1 / speed + 0.15);
    expect(heard.length / voice.length).toBeGreaterThan(1 / speed - 0.04);
  });

  it('stops for a pause, and goes on where that was', async () => {
    const { states, end } = await play([
      [
        2_000,
        (playing) => {
          playing.pause();
          setImmediate(() => playing.resume());
        },
      ],
    ]);
    expect(end).toBe('played');
    const paused = states.findIndex((state) => state.paused);
    expect(states[paused]?.positionMs).toBeGreaterThanOrEqual(2_000);
    expect(states[paused + 1]?.positionMs).toBe(states[paused]?.positionMs);
    expect(states[paused + 1]?.paused).toBe(false);
  });

  it('goes forwards and back, and not beyond its ends', async () => {
    const { states, heard } = await play([
      [1_000, (playing) => playing.seekBy(5_000)],
      [6_200, (playing) => playing.seekBy(-5_000)],
      [1_500, (playing) => playing.seekBy(-60_000)],
      [500, (playing) => playing.seekBy(60_000)],
    ]);
    const jumps = states.flatMap(({ positionMs }, at) => {
      const by = positionMs - (states[at - 1]?.positionMs ?? 0);
      return Math.abs(by) > 400 ? [Math.round(by / 1_000)] : [];
    });
    expect(jumps.slice(0, 2)).toEqual([5, -5]);
    expect(states.some(({ positionMs }, at) => at > 0 && positionMs === 0)).toBe(true);
    expect(states.at(-1)?.positionMs).toBe(8_000);
    expect(heard.length).toBeLessThan(voice.length);
  });

  it('ends when it is told to, also in a pause', async () => {
    const { end, states } = await play([[1_000, (playing) => playing.stop()]]);
    expect(end).toBe('stopped');
    expect(states.at(-1)?.positionMs).toBeLessThan(2_000);
    const paused = await play([
      [
        500,
        (playing) => {
          playing.pause();
          setImmediate(() => playing.stop());
        },
      ],
    ]);
    expect(paused.end).toBe('stopped');
  });
});

describe('a player', () => {
  it('that dies in the middle is said to, with its last words', async () => {
    const dies = nodeLine(
      `process.stdin.once('data', () => { console.error('no device'); process.exit(1); })`,
    );
    await expect(play([], dies)).rejects.toMatchObject({
      code: 'player-failed',
      message: expect.stringMatching(/it said: no device$/),
    });
  });

  it('that can’t reach the loudspeaker leaves it to the next', async () => {
    const bin = join(room.folder, 'several');
    mkdirSync(bin);
    const script = (name: string, code: string) => {
      room.file(join('several', name), Buffer.from(`#!/bin/sh\n${code}\n`));
      chmodSync(join(bin, name), 0o755);
    };
    script('aplay', 'echo no card >&2; exit 1');
    script('paplay', 'echo no server >&2; exit 1');
    // Time stands still until one plays: those that can't have all of it to say so.
    const clock = room.host();
    const sleep = (ms: number) => (existsSync(heardFile) ? clock.sleep(ms) : clock.sleep(0));
    const host = { ...clock, env: { PATH: bin }, sleep };
    const options = { host, path, onState: () => {} };
    await expect((await playNote(options)).done).rejects.toMatchObject({
      message: expect.stringMatching(/^aplay .* no card$/),
    });
    script('ffplay', `exec /bin/cat >> ${heardFile}`);
    expect(await (await playNote(options)).done).toBe('played');
    expect(Buffer.from(bytesOf(decoded)).equals(readFileSync(heardFile))).toBe(true);
  });

  it('that fails at the end is said to as well', async () => {
    const fails = nodeLine(
      `process.stdin.resume(); process.on('exit', () => { process.exitCode = 3; })`,
    );
    await expect(play([], fails)).rejects.toMatchObject({ code: 'player-failed' });
  });

  it('that is not there is asked for before anything is read', async () => {
    const host = room.host();
    const missing = { host: { ...host, env: {} }, path: '/missing', onState: () => {} };
    await expect(playNote(missing)).rejects.toMatchObject({ code: 'no-player' });
  });

  it('is given no more than a moment ahead', async () => {
    const { heard, states } = await play([[1_000, (playing) => playing.stop()]]);
    const position = states.at(-1)?.positionMs ?? 0;
    // What it had been given when it was stopped, of which it may have written less.
    expect(heard.length / 48).toBeLessThanOrEqual(position + 250 + 400 + 100 + 50);
  });
});
