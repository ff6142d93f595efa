// A voice note as a file: what goes in comes out again, at any speed and from any place.
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { NoteDecoder } from '../../src/media/note-decoder.ts';
import { NoteEncoder } from '../../src/media/note-encoder.ts';
import { bytesOf, SAMPLES_PER_SECOND, samplesOf } from '../../src/media/pcm.ts';
import { bandDb, correlation, pitchHz } from '../support/likeness.ts';
import { speech } from '../support/speech.ts';

const ALL = Number.POSITIVE_INFINITY;

async function encoded(sound: Int16Array, piece = sound.length): Promise<Uint8Array> {
  const encoder = await NoteEncoder.open(0x1234_5678);
  const bytes: Uint8Array[] = [];
  for (let at = 0; at < sound.length; at += piece) {
    bytes.push(...encoder.write(sound.subarray(at, at + piece)));
  }
  bytes.push(...encoder.end());
  encoder.free();
  return Buffer.concat(bytes);
}

async function heard(file: Uint8Array, { from = 0, speed = 1 } = {}): Promise<Int16Array> {
  const decoder = new NoteDecoder(file);
  await decoder.start(from, speed);
  const sound = decoder.read(ALL);
  decoder.free();
  return sound;
}

const voice = speech(4);
const note = await encoded(voice);

const speaks = spawnSync('espeak-ng', ['--version']).status === 0;
/** Words that somebody could have said, where the program that says them is installed. */
function spoken(): Int16Array {
  const options = { maxBuffer: 64 * 1024 * 1024 };
  const said = spawnSync(
    'espeak-ng',
    ['--stdout', 'Can you hear me? The quick brown fox jumps over the lazy dog.'],
    options,
  );
  // A WAV of 22,050 Hz: each sample stands for a little more than two.
  const source = samplesOf(said.stdout.subarray(44));
  const length = Math.floor((source.length * SAMPLES_PER_SECOND) / 22_050);
  return Int16Array.from({ length }, (_, at) => {
    const place = (at * 22_050) / SAMPLES_PER_SECOND;
    const [one = 0, two = 0] = [source[Math.floor(place)], source[Math.floor(place) + 1]];
    return Math.round(one + (two - one) * (place % 1));
  });
}

describe('a voice note', () => {
  it('plays as long as was spoken, to the sample', async () => {
    for (const length of [1, 959, 960, 961, 48_000, 123_457]) {
      expect(await heard(await encoded(voice.subarray(0, length)))).toHaveLength(length);
    }
  });

  it('sounds as what was spoken: the same wave, as loud in each band of a voice', async () => {
    const out = await heard(note);
    expect(correlation(voice, out)).toBeGreaterThan(0.85);
    for (const [from, to] of [
      [100, 500],
      [500, 1_000],
      [1_000, 2_000],
      [2_000, 4_000],
    ] as const) {
      expect(Math.abs(bandDb(voice, from, to) - bandDb(out, from, to))).toBeLessThan(2);
    }
    // Control: another voice is none of that.
    expect(Math.abs(correlation(speech(4, 170), out))).toBeLessThan(0.5);
  });

  it.skipIf(!speaks)('does so with words too (needs espeak-ng)', async () => {
    const words = spoken();
    const out = await heard(await encoded(words));
    expect(out).toHaveLength(words.length);
    expect(correlation(words, out)).toBeGreaterThan(0.85);
  });

  it('is the same file in whatever pieces the sound comes', async () => {
    expect(Buffer.from(await encoded(voice, 777)).equals(note)).toBe(true);
  });

  it('takes 3 kB a second at most, which is 24 kbit/s', () => {
    expect(note.length).toBeLessThan(4 * 3_200);
    expect(note.length).toBeGreaterThan(4 * 1_000);
  });

  it('names neither who spoke nor when', async () => {
    expect(Buffer.from(note).toString('latin1')).toContain('OpusTags\x07\0\0\0lanchat\0\0\0\0');
    expect(Buffer.from(await encoded(voice)).equals(note)).toBe(true);
  });

  it('goes on from any place as it would have come there', async () => {
    const whole = await heard(note);
    for (const from of [0, 1, 50_000, 191_000, 191_999]) {
      const rest = await heard(note, { from });
      expect(rest).toHaveLength(voice.length - from);
      const early = rest.subarray(0, 9_600);
      if (from === 50_000) {
        expect(correlation(whole.subarray(from, from + 9_600), early)).toBeGreaterThan(0.95);
      }
    }
    expect(await heard(note, { from: voice.length })).toHaveLength(0);
  });

  it('is read a little at a time as well', async () => {
    const decoder = new NoteDecoder(note);
    await decoder.start(0, 1.5);
    const pieces: Uint8Array[] = [];
    for (let piece = decoder.read(4_800); piece.length > 0; piece = decoder.read(4_800)) {
      pieces.push(bytesOf(piece));
    }
    const whole = await heard(note, { speed: 1.5 });
    expect(Buffer.concat(pieces).equals(bytesOf(whole))).toBe(true);
  });
});

describe('faster', () => {
  it.each([1.5, 2])('takes its part of the time at the same pitch: %s', async (speed) => {
    const fast = await heard(note, { speed });
    expect(Math.abs(fast.length - voice.length / speed)).toBeLessThanOrEqual(1);
    expect(pitchHz(fast) / pitchHz(voice)).toBeCloseTo(1, 1);
    expect(Math.abs(pitchHz(fast) - pitchHz(voice))).toBeLessThan(5);
    expect(Math.abs(bandDb(fast, 100, 4_000) - bandDb(voice, 100, 4_000))).toBeLessThan(2);
  });

  it('Control: left out samples are another pitch', () => {
    const squeezed = Int16Array.from({ length: voice.length / 2 }, (_, at) => voice[2 * at] ?? 0);
    expect(pitchHz(squeezed) / pitchHz(voice)).toBeGreaterThan(1.8);
  });

  it('takes whatever is shorter than a piece of it', async () => {
    for (const length of [1, 900, 2_000, 3_000]) {
      const short = await heard(await encoded(voice.subarray(0, length)), { speed: 2 });
      expect(Math.abs(short.length - length / 2)).toBeLessThanOrEqual(1);
    }
  });
});
