// Pictures made to harm whoever looks at them.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { deflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeBmp } from '../../src/media/bmp-decoder.ts';
import { decodeGif } from '../../src/media/gif-decoder.ts';
import { PICTURE_LIMITS } from '../../src/media/picture.ts';
import { PictureDecoder } from '../../src/media/picture-decoder.ts';
import { readPictureFile } from '../../src/media/picture-file.ts';
import { PictureSequence } from '../../src/media/picture-sequence.ts';
import { decodePng } from '../../src/media/png-decoder.ts';
import { LanchatError } from '../../src/protocol/errors.ts';
import { type BundledScript, bundleScript } from '../support/bundle.ts';
import { numbersFrom } from '../support/seeded.ts';
import { pngChunk, pngOf, SAMPLES } from './sample-pictures.ts';

const BOX = { width: 100, height: 100 };
const SIZE = { width: 16, height: 8 };

let folder: string;
let worker: BundledScript;
let decoder: PictureDecoder;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lanchat-test-'));
  worker = await bundleScript('src/media/picture-worker.ts');
  decoder = decoderWith({});
});

afterAll(async () => {
  await decoder.close();
  worker.remove();
  rmSync(folder, { recursive: true, force: true });
});

function decoderWith(limits: Partial<typeof PICTURE_LIMITS>): PictureDecoder {
  return new PictureDecoder({
    worker: pathToFileURL(worker.path),
    limits: { ...PICTURE_LIMITS, ...limits },
  });
}

/** `decoded`, or the code with which it was refused. */
async function outcomeOf(bytes: Uint8Array, by = decoder): Promise<string> {
  return by.decode(bytes, BOX).then(() => 'decoded', codeOf);
}

function codeOf(error: unknown): string {
  if (error instanceof LanchatError) return error.code;
  throw error;
}

/** Five codes of one symbol each: a picture of one colour, in no bits. */
const CODES: readonly (readonly [number, number])[] = Array.from({ length: 5 }, () => [1, 4]);

/** Numbers of so many bits each, the lowest first, as bytes. */
function packed(...numbers: readonly (readonly [number, number])[]): number[] {
  const bits = numbers.flatMap(([value, count]) =>
    Array.from({ length: count }, (_, bit) => (value >> bit) & 1),
  );
  return Array.from({ length: Math.ceil(bits.length / 8) }, (_, at) =>
    bits.slice(8 * at, 8 * at + 8).reduce((byte, bit, place) => byte | (bit << place), 0),
  );
}

function riffChunk(name: string, data: readonly number[]): number[] {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(data.length);
  return [...Buffer.from(name), ...length, ...data, ...(data.length % 2 === 0 ? [] : [0])];
}

function uint24(value: number): number[] {
  return [value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff];
}

/** The sample with other bytes from there on. */
function changed(sample: Uint8Array, at: number, bytes: readonly number[]): Uint8Array {
  const copy = sample.slice();
  copy.set(bytes, at);
  return copy;
}

function indexOf(sample: Uint8Array, bytes: readonly number[]): number {
  return Buffer.from(sample).indexOf(Uint8Array.from(bytes));
}

/** Rows of red, packed; filters included. */
function packedRows(count: number, rowBytes: number): Uint8Array {
  return deflateSync(new Uint8Array(count * (rowBytes + 1)));
}

describe('a picture whose header', () => {
  const frame = indexOf(SAMPLES.jpeg, [0xff, 0xc0]);
  const huge: Record<string, Uint8Array> = {
    png: pngOf({ width: 60_000, height: 60_000, data: packedRows(8, 64) }),
    gif: changed(SAMPLES.gif, 6, [0xff, 0xff, 0xff, 0xff]),
    jpeg: changed(SAMPLES.jpeg, frame + 5, [0xff, 0xff, 0xff, 0xff]),
    webp: changed(SAMPLES.losslessWebp, 21, [0xff, 0xff, 0xff, 0x0f]),
    animation: changed(SAMPLES.animatedWebp, 24, [0xff, 0xff, 0x0f, 0xff, 0xff, 0x0f]),
    bmp: changed(SAMPLES.bmp, 18, [0xff, 0xff, 0, 0, 0xff, 0xff, 0, 0]),
  };

  it.each(Object.entries(huge))(
    '[A122 huge picture] promises billions of pixels is not decoded: %s',
    async (_, bytes) => {
      expect(await outcomeOf(bytes)).toBe('picture-too-large');
    },
  );

  it('[A122 huge picture] Control: the same with the size that it has is', async () => {
    const { gif, jpeg, losslessWebp, animatedWebp, bmp } = SAMPLES;
    const png = pngOf({ ...SIZE, data: packedRows(8, 64) });
    for (const bytes of [png, gif, jpeg, losslessWebp, animatedWebp, bmp]) {
      expect(await outcomeOf(bytes)).toBe('decoded');
    }
  });

  it.each([
    ['Control: is within the canvas', 16, 'decoded'],
    ['is larger than the canvas', 4_000, 'picture-damaged'],
  ])('[A162 frame beyond its canvas] of an animation that %s', async (_what, width, outcome) => {
    // Nothing of it is judged by what the frame says of itself, and a plain one of any size takes few bytes.
    const bits = [0x2f, ...packed([width - 1, 14], [7, 14], [0, 1], [0, 3], [0, 3], ...CODES)];
    const image = riffChunk('VP8L', bits);
    const size = [...uint24(width - 1), ...uint24(7)];
    const frame = riffChunk('ANMF', [...new Uint8Array(6), ...size, 0, 0, 0, 0, ...image]);
    const canvas = riffChunk('VP8X', [2, 0, 0, 0, ...uint24(15), ...uint24(7)]);
    const animation = riffChunk('ANIM', [0, 0, 0, 0, 0, 0]);
    const bytes = Uint8Array.from(
      riffChunk('RIFF', [...Buffer.from('WEBP'), ...canvas, ...animation, ...frame]),
    );
    const sparing = decoderWith({ pixels: 1_000 });
    expect(await outcomeOf(bytes, sparing)).toBe(outcome);
    await sparing.close();
  });

  it('[A122 huge picture] says one size and means another is damaged', async () => {
    // A second frame, of a size that the first one hides.
    const header = SAMPLES.jpeg.subarray(frame, frame + 19);
    const second = changed(header, 5, [0xff, 0xff, 0xff, 0xff]);
    const twice = Buffer.concat([
      SAMPLES.jpeg.subarray(0, frame + 19),
      second,
      SAMPLES.jpeg.subarray(frame + 19),
    ]);
    expect(await outcomeOf(twice)).toBe('picture-damaged');
    // An animation's frame whose bitstream is larger than its place.
    const image = indexOf(SAMPLES.animatedWebp, [...Buffer.from('ANMF')]);
    const lying = changed(SAMPLES.animatedWebp, image + 8 + 6, [1, 0, 0, 1, 0, 0]);
    expect(await outcomeOf(lying)).toBe('picture-damaged');
    expect(await outcomeOf(changed(SAMPLES.bmp, 18, [0, 0, 0, 0]))).toBe('picture-damaged');
  });

  it('[A122 huge picture] needs more memory or bytes than it may have is not decoded', async () => {
    const sparing = decoderWith({ memoryBytes: 500 });
    const short = decoderWith({ bytes: 100 });
    expect(await outcomeOf(SAMPLES.jpeg, sparing)).toBe('picture-too-large');
    expect(await outcomeOf(SAMPLES.jpeg, short)).toBe('picture-too-large');
    await Promise.all([sparing.close(), short.close()]);
  });
});

describe('a picture that is packed', () => {
  const gigabyte = deflateSync(new Uint8Array(256 * 1024 * 1024), { level: 9 });

  it('[A123 packed bomb] to unpack without end is damaged, and unpacked no further than its size', async () => {
    expect(await outcomeOf(pngOf({ ...SIZE, data: gigabyte }))).toBe('picture-damaged');
    // Control: what its size takes is unpacked.
    expect(await outcomeOf(pngOf({ ...SIZE, data: packedRows(8, 64) }))).toBe('decoded');
  });

  it('[A123 packed bomb] with text and colours that unpack without end is decoded without them', async () => {
    const text = Buffer.concat([Buffer.from('note\0\0'), gigabyte]);
    const before = ['zTXt', 'iCCP'].map((name) => pngChunk(name, text));
    const data = packedRows(8, 64);
    expect(await outcomeOf(pngOf({ ...SIZE, data, before }))).toBe('decoded');
  });
});

describe('a picture that takes long', () => {
  it('[A124 endless picture] is given up when its time is over, and the next one is decoded', async () => {
    const hurried = decoderWith({ timeMs: 1 });
    expect(await outcomeOf(SAMPLES.jpeg, hurried)).toBe('picture-timeout');
    await hurried.close();
    expect(await outcomeOf(SAMPLES.jpeg)).toBe('decoded');
  });

  it('[A124 endless picture] lets the program go on meanwhile', async () => {
    const large = pngOf({ width: 3_000, height: 3_000, data: packedRows(3_000, 12_000) });
    let turns = 0;
    let isDone = false;
    const turn = () => {
      turns += 1;
      if (!isDone) setImmediate(turn);
    };
    turn();
    expect(await outcomeOf(large)).toBe('decoded');
    isDone = true;
    expect(turns).toBeGreaterThan(20);
  });

  it('[A124 endless picture] of frames without end is its first', async () => {
    const { animatedGif } = SAMPLES;
    const frames = animatedGif.subarray(animatedGif.indexOf(0x2c, 20), -1);
    const long = Buffer.concat([
      animatedGif.subarray(0, -1),
      ...Array.from({ length: 100_000 }, () => frames),
    ]);
    expect(await outcomeOf(long)).toBe('decoded');
  });

  it('[A124 endless picture] of remarks before the first frame, or of a frame without an end, is damaged', async () => {
    const head = SAMPLES.gif.subarray(0, SAMPLES.gif.lastIndexOf(0x2c));
    const remarks = Array.from({ length: 10_000 }, () => Buffer.from([0x21, 0xfe, 1, 65, 0]));
    expect(await outcomeOf(Buffer.concat([head, ...remarks]))).toBe('picture-damaged');
    const tall = [0x2c, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0, 2, 1, 0x84, 0];
    expect(await outcomeOf(Buffer.concat([head, Buffer.from(tall)]))).toBe('picture-damaged');
  });
});

describe('a picture that is broken', () => {
  const own = [
    ['png', SAMPLES.interlacedPng, decodePng],
    ['deep png', SAMPLES.deepPng, decodePng],
    ['gif', SAMPLES.interlacedGif, decodeGif],
    ['bmp', SAMPLES.bmp, decodeBmp],
  ] as const;
  const expected = (error: unknown) => {
    if (!(error instanceof RangeError)) codeOf(error);
  };

  it.each(own)(
    '[A125 broken picture] at any length is refused, or is all there: %s',
    (_, bytes, decode) => {
      const whole = decode(bytes);
      for (let length = 0; length < bytes.length; length += 1) {
        try {
          expect(decode(bytes.subarray(0, length))).toEqual(whole);
        } catch (error) {
          expected(error);
        }
      }
    },
  );

  it.each(own)(
    '[A125 broken picture] in any byte is refused or decoded, and ends: %s',
    (_, bytes, decode) => {
      const next = numbersFrom(11);
      for (let run = 0; run < 2_000; run += 1) {
        const copy = bytes.slice();
        // Behind the size, which is judged before.
        for (let count = next(4); count >= 0; count -= 1)
          copy[26 + next(copy.length - 26)] = next(256);
        try {
          decode(copy);
        } catch (error) {
          expected(error);
        }
      }
    },
  );

  it('[A125 broken picture] is said to be so, whatever decodes it, and the program goes on', async () => {
    const next = numbersFrom(13);
    const samples = Object.values(SAMPLES);
    for (let run = 0; run < 40; run += 1) {
      const copy = samples[run % samples.length]?.slice() ?? new Uint8Array();
      for (let count = 0; count < 6; count += 1) copy[12 + next(copy.length - 12)] = next(256);
      expect(await outcomeOf(copy)).toMatch(
        /^(?:decoded|not-a-picture|picture-(?:damaged|too-large))$/,
      );
    }
    // Of an animation that much is a first frame.
    for (const [name, bytes] of Object.entries(SAMPLES)) {
      if (name.startsWith('animated')) continue;
      const half = bytes.subarray(0, Math.floor(bytes.length * 0.6));
      expect(await outcomeOf(half)).toBe('picture-damaged');
    }
    const frame = indexOf(SAMPLES.jpeg, [0xff, 0xc0]);
    // Four colours, as printers have them.
    expect(await outcomeOf(changed(SAMPLES.jpeg, frame + 9, [4]))).toBe('not-a-picture');
    expect(await outcomeOf(Buffer.from('no picture at all'))).toBe('not-a-picture');
    expect(await outcomeOf(new Uint8Array())).toBe('not-a-picture');
  });
});

describe('what reaches the terminal of a picture', () => {
  const hostile = '\x1b]0;owned\x07\x1b[2J';

  it('[A126 bytes of the file] is made of its pixels: no text, no name, no byte of the file', () => {
    const text = pngChunk('tEXt', Buffer.from(`Comment\0${hostile}`));
    const file = pngOf({ ...SIZE, data: packedRows(8, 64), before: [text] });
    // Control: the file holds it.
    expect(Buffer.from(file).includes(hostile)).toBe(true);
    const pixels = decodePng(file);
    const cells = { width: 2, height: 1 };
    const drawn = {
      kitty: PictureSequence.kitty(pixels, cells).draw,
      iterm: PictureSequence.iterm(pixels, cells).draw,
      sixel: PictureSequence.sixel(pixels, cells).draw,
    };
    expect(drawn.kitty).toMatch(/^(?:\x1b_G[\w=,]+;[\w+/=]+\x1b\\)+$/);
    expect(drawn.iterm).toMatch(/^\x1b\]1337;File=[\w=;]+:[\w+/=]+\x07$/);
    expect(drawn.sixel).toMatch(/^\x1bP0;1;0q[\d;#!"$?-~-]*\x1b\\$/);
    const sent = Buffer.from(/:([\w+/=]+)/.exec(drawn.iterm)?.[1] ?? '', 'base64');
    expect(sent.includes('owned')).toBe(false);
    expect(decodePng(sent)).toEqual(pixels);
  });
});

describe('a picture that is no plain file', () => {
  const at = (name: string) => join(folder, name);
  const readingOf = (path: string) => readPictureFile(path).then(() => 'read', codeOf);

  it('[A127 no plain file] is refused without waiting for it: a folder, a device, a pipe', async () => {
    spawnSync('mkfifo', [at('pipe')]);
    expect(await readingOf(folder)).toMatch(/^(?:not-a-picture|picture-unreadable)$/);
    expect(await readingOf('/dev/zero')).toBe('not-a-picture');
    expect(await readingOf(at('pipe'))).toBe('not-a-picture');
    expect(await readingOf(at('nothing'))).toBe('picture-unreadable');
    // Control: a plain one is read, whole.
    writeFileSync(at('plain.png'), SAMPLES.palettePng);
    expect(await readPictureFile(at('plain.png'))).toEqual(SAMPLES.palettePng);
  });

  it('[A127 no plain file] nor read where it is larger than a picture may be', async () => {
    writeFileSync(at('large'), '');
    truncateSync(at('large'), PICTURE_LIMITS.bytes + 1);
    expect(await readingOf(at('large'))).toBe('picture-too-large');
  });
});
