// Pictures of every kind to pixels, in the thread that the program uses.
import { pathToFileURL } from 'node:url';
import { deflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PictureDecoder } from '../../src/media/picture-decoder.ts';
import { decodePng } from '../../src/media/png-decoder.ts';
import { MAX_THUMBNAIL_BYTES } from '../../src/protocol/limits.ts';
import { type BundledScript, bundleScript } from '../support/bundle.ts';
import { numbersFrom } from '../support/seeded.ts';
import { pngOf, SAMPLES, withOrientation } from './sample-pictures.ts';

const BOX = { width: 100, height: 100 };

let worker: BundledScript;
let decoder: PictureDecoder;

beforeAll(async () => {
  worker = await bundleScript('src/media/picture-worker.ts');
  decoder = new PictureDecoder({ worker: pathToFileURL(worker.path) });
});

afterAll(async () => {
  await decoder.close();
  worker.remove();
});

type Pixels = Awaited<ReturnType<PictureDecoder['decode']>>['pixels'];

/** `red`, `blue` …: codecs that lose something come near it. */
function colourAt({ width, rgba }: Pixels, x: number, y: number): string {
  const at = 4 * (y * width + x);
  const [red = 0, green = 0, blue = 0, alpha = 0] = rgba.subarray(at, at + 4);
  if (alpha === 0) return 'none';
  const high = [red, green, blue].map((value) => (value > 200 ? 1 : value < 60 ? 0 : '?')).join('');
  return { '100': 'red', '001': 'blue', '111': 'white', '000': 'black' }[high] ?? high;
}

describe('a picture', () => {
  it.each(Object.entries(SAMPLES))('is decoded: %s', async (name, bytes) => {
    const { type, size, pixels } = await decoder.decode(bytes, BOX);
    expect(name.toLowerCase()).toContain(type);
    expect(size).toEqual({ width: 16, height: 8 });
    expect(pixels).toMatchObject(size);
    const corners = [0, 7].flatMap((y) => [colourAt(pixels, 1, y), colourAt(pixels, 14, y)]);
    expect(corners).toEqual(['red', 'blue', 'red', 'blue']);
  });

  it.each([
    [1, '16x8 red blue red blue'],
    [2, '16x8 blue red blue red'],
    [3, '16x8 blue red blue red'],
    [4, '16x8 red blue red blue'],
    [5, '8x16 red red blue blue'],
    [6, '8x16 red red blue blue'],
    [7, '8x16 blue blue red red'],
    [8, '8x16 blue blue red red'],
    [9, '16x8 red blue red blue'],
  ])('is turned as its camera was held: %i', async (orientation, seen) => {
    const bytes = withOrientation(SAMPLES.jpeg, orientation);
    const { size, pixels } = await decoder.decode(bytes, BOX);
    const [right, bottom] = [size.width - 2, size.height - 2];
    const corners = [
      [1, 1],
      [right, 1],
      [1, bottom],
      [right, bottom],
    ].map(([x = 0, y = 0]) => colourAt(pixels, x, y));
    expect(`${size.width}x${size.height} ${corners.join(' ')}`).toBe(seen);
  });

  it('is made smaller to fit, its proportions kept, and never larger', async () => {
    const { size, pixels } = await decoder.decode(SAMPLES.palettePng, { width: 4, height: 100 });
    expect(size).toEqual({ width: 16, height: 8 });
    expect([pixels.width, pixels.height]).toEqual([4, 2]);
    expect([0, 1, 2, 3].map((x) => colourAt(pixels, x, 1))).toEqual(['red', 'red', 'blue', 'blue']);
    const turned = await decoder.decode(withOrientation(SAMPLES.jpeg, 6), {
      width: 100,
      height: 4,
    });
    expect([turned.pixels.width, turned.pixels.height]).toEqual([2, 4]);
  });

  it('has a thumbnail that is a PNG of its own, small whatever there is to pack', async () => {
    const next = numbersFrom(7);
    const raw = new Uint8Array(300 * (4 * 300 + 1)).map((_, at) =>
      at % 1_201 === 0 ? 0 : next(256),
    );
    const noise = pngOf({ width: 300, height: 300, data: deflateSync(raw) });
    const { size, png } = await decoder.thumbnail(noise);
    expect(size).toEqual({ width: 300, height: 300 });
    expect(png.length).toBeLessThanOrEqual(MAX_THUMBNAIL_BYTES);
    expect(decodePng(png)).toMatchObject({ width: 96, height: 96 });
    const small = await decoder.thumbnail(SAMPLES.losslessWebp);
    expect(decodePng(small.png)).toMatchObject({ width: 16, height: 8 });
    expect(colourAt(decodePng(small.png), 15, 7)).toBe('blue');
  });

  it('that nobody waits for any more is given up, and the next is decoded', async () => {
    const wanted = new AbortController();
    const given = decoder.decode(SAMPLES.jpeg, BOX, wanted.signal);
    const waiting = decoder.decode(SAMPLES.gif, BOX, wanted.signal);
    const next = decoder.decode(SAMPLES.gif, BOX);
    wanted.abort(new Error('closed'));
    await expect(given).rejects.toThrow('closed');
    await expect(waiting).rejects.toThrow('closed');
    expect((await next).type).toBe('gif');
  });

  it('is refused once the decoder is closed, and what runs ends', async () => {
    const other = new PictureDecoder({ worker: pathToFileURL(worker.path) });
    const running = other.decode(SAMPLES.jpeg, BOX);
    const ends = expect(running).rejects.toThrow();
    await other.close();
    await ends;
    await expect(other.decode(SAMPLES.jpeg, BOX)).rejects.toThrow();
  });
});
