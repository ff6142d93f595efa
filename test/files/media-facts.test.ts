// What media say of themselves, read from a few bytes of each, and nothing worse than "not known" of hostile ones.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mediaFacts } from '../../src/files/media-facts.ts';

let home: string;
let path: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'lanchat-media-'));
  path = join(home, 'file');
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const latin = (text: string) => Buffer.from(text, 'latin1');
const u16 = (value: number) => Buffer.from([value >> 8, value & 255]);
const u16le = (value: number) => u16(value).reverse();
const u24le = (value: number) => Buffer.from([value & 255, (value >> 8) & 255, value >> 16]);
function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
const u32le = (value: number) => u32(value).reverse();
const u64 = (value: number) =>
  Buffer.concat([u32(Math.floor(value / 2 ** 32)), u32(value % 2 ** 32)]);
const u64le = (value: number) => u64(value).reverse();
const zeros = (length: number) => Buffer.alloc(length);

function png(width: number, height: number): Buffer {
  return Buffer.concat([latin('\x89PNG\r\n\x1a\n\0\0\0\rIHDR'), u32(width), u32(height), zeros(9)]);
}

const segment = (marker: number, body: Buffer) =>
  Buffer.concat([Buffer.from([0xff, marker]), u16(body.length + 2), body]);
const frame = (width: number, height: number) =>
  segment(0xc2, Buffer.concat([Buffer.from([8]), u16(height), u16(width), zeros(10)]));
function jpeg(...segments: Buffer[]): Buffer {
  return Buffer.concat([latin('\xff\xd8'), ...segments, latin('\xff\xda')]);
}
function exif(orientation: number): Buffer {
  const tags = [u16(2), u16(0x0100), u16(4), u32(1), u32(9)];
  const turned = [u16(0x0112), u16(3), u32(1), u16(orientation), u16(0)];
  return segment(0xe1, Buffer.concat([latin('Exif\0\0MM\0*'), u32(8), ...tags, ...turned, u32(0)]));
}

const riff = (kind: string, ...chunks: Buffer[]) =>
  Buffer.concat([latin('RIFF'), u32le(0), latin(kind), ...chunks]);
const chunk = (name: string, body: Buffer) =>
  Buffer.concat([latin(name), u32le(body.length), body, zeros(body.length % 2)]);
const format = chunk(
  'fmt ',
  Buffer.concat([u16le(1), u16le(1), u32le(8_000), u32le(16_000), zeros(4)]),
);

function page(serial: number, position: Buffer, body: Buffer): Buffer {
  const sizes = Buffer.from([1, body.length]);
  return Buffer.concat([latin('OggS\0\0'), position, u32le(serial), zeros(8), sizes, body]);
}
const opusHead = Buffer.concat([latin('OpusHead\x01\x01'), u16le(312), u32le(48_000), zeros(3)]);

const MP3_FRAME = Buffer.concat([latin('\xff\xfb\x90\x00'), zeros(413)]);
function xing(frames: number): Buffer {
  const first = Buffer.from(MP3_FRAME);
  Buffer.concat([latin('Xing'), u32(1), u32(frames)]).copy(first, 36);
  return first;
}
const ID3 = Buffer.concat([latin('ID3\x04\0\0\0\0\x02\x01'), zeros(257)]);

const box = (name: string, ...parts: Buffer[]) => {
  const body = Buffer.concat(parts);
  return Buffer.concat([u32(body.length + 8), latin(name), body]);
};
const longBox = (name: string, body: Buffer) =>
  Buffer.concat([u32(1), latin(name), u64(body.length + 16), body]);
const ftyp = box('ftyp', latin('isom\0\0\0\0'));
const mvhd = box('mvhd', zeros(12), u32(600), u32(1_500), zeros(80));
const mvhd1 = box(
  'mvhd',
  Buffer.from([1, 0, 0, 0]),
  zeros(16),
  u32(1_000),
  u64(7_200_000),
  zeros(80),
);

const element = (id: string, body: Buffer) =>
  Buffer.concat([Buffer.from(id, 'hex'), Buffer.from([0x08]), u32(body.length), body]);
function float(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return bytes;
}
const ebml = element(
  '1a45dfa3',
  Buffer.concat([Buffer.from('4282', 'hex'), Buffer.from([0x84]), latin('webm')]),
);
const webmInfo = element(
  '1549a966',
  Buffer.concat([
    element('2ad7b1', Buffer.from([0x0f, 0x42, 0x40])),
    element('4489', float(2_500)),
  ]),
);
const unknownSize = (id: string, body: Buffer) =>
  Buffer.concat([Buffer.from(id, 'hex'), Buffer.from('01ffffffffffffff', 'hex'), body]);

const facts = async (content: Buffer) => {
  writeFileSync(path, content);
  return await mediaFacts(path);
};

describe('the size of a picture', () => {
  const thumbnail = segment(0xe1, Buffer.concat([latin('Exif\0\0'), frame(1, 1)]));

  it.each<[string, Buffer, number, number]>([
    ['PNG', png(640, 480), 640, 480],
    ['GIF', Buffer.concat([latin('GIF89a'), u16le(320), u16le(200), zeros(3)]), 320, 200],
    ['JPEG', jpeg(segment(0xe0, zeros(14)), frame(4_032, 3_024)), 4_032, 3_024],
    [
      'JPEG behind fillers and much else',
      jpeg(
        latin('\xff\xff\xff'),
        segment(0xe2, zeros(65_000)),
        segment(0xc4, zeros(20)),
        frame(7, 9),
      ),
      7,
      9,
    ],
    ['JPEG with a picture in it', jpeg(thumbnail, frame(7, 9)), 7, 9],
    ['JPEG that lies on its side', jpeg(exif(6), frame(4_032, 3_024)), 3_024, 4_032],
    ['JPEG upside down', jpeg(exif(3), frame(4_032, 3_024)), 4_032, 3_024],
    [
      'WebP',
      riff('WEBP', chunk('VP8 ', Buffer.concat([zeros(6), u16le(550), u16le(368), zeros(9)]))),
      550,
      368,
    ],
    [
      'lossless WebP',
      riff(
        'WEBP',
        chunk('VP8L', Buffer.concat([Buffer.from([0x2f]), u32le((49 << 14) | 99), zeros(9)])),
      ),
      100,
      50,
    ],
    [
      'extended WebP',
      riff('WEBP', chunk('VP8X', Buffer.concat([zeros(4), u24le(1_919), u24le(1_079)]))),
      1_920,
      1_080,
    ],
  ])('is read of a %s', async (_, content, width, height) => {
    expect(await facts(content)).toMatchObject({ width, height, durationMs: null });
  });

  it.each<[string, Buffer]>([
    ['nothing', png(0, 5)],
    ['more than there is', png(4_000_000_000, 5)],
    ['a JPEG without a frame', jpeg(segment(0xe0, zeros(14)))],
    [
      'a JPEG of a segment that is none',
      Buffer.concat([latin('\xff\xd8\xff\xe0'), u16(1), frame(1, 1)]),
    ],
    [
      'a JPEG of fillers without end',
      Buffer.concat([latin('\xff\xd8'), Buffer.alloc(50_000, 0xff)]),
    ],
    [
      'a JPEG of segments without end',
      jpeg(...Array.from({ length: 3_000 }, () => segment(0xfe, zeros(0))), frame(1, 1)),
    ],
    ['a cut PNG', png(5, 5).subarray(0, 20)],
  ])('is not known of %s', async (_, content) => {
    expect(await facts(content)).toMatchObject({ width: null, height: null });
  });
});

describe('how long something plays', () => {
  const audio = chunk('data', zeros(24_000));
  const opus = [page(7, u64le(0), opusHead), page(7, u64le(48_312), zeros(9))];

  it.each<[string, Buffer, number]>([
    ['WAV', riff('WAVE', format, chunk('LIST', zeros(5)), audio), 1_500],
    [
      'WAV that was never ended',
      riff('WAVE', format, latin('data\xff\xff\xff\xff'), zeros(8_000)),
      500,
    ],
    [
      'FLAC',
      Buffer.concat([
        latin('fLaC\0\0\0\x22'),
        zeros(10),
        Buffer.from('0ac442f000015888', 'hex'),
        zeros(16),
      ]),
      2_000,
    ],
    ['Opus', Buffer.concat(opus), 1_000],
    [
      'Opus whose last pages are another’s, or end nothing',
      Buffer.concat([
        ...opus,
        page(8, u64le(9e9), zeros(9)),
        page(7, Buffer.alloc(8, 0xff), zeros(9)),
      ]),
      1_000,
    ],
    [
      'Vorbis',
      Buffer.concat([
        page(1, u64le(0), Buffer.concat([latin('\x01vorbis'), zeros(5), u32le(44_100), zeros(14)])),
        page(1, u64le(88_200), zeros(9)),
      ]),
      2_000,
    ],
    [
      'MP3 of one rate',
      Buffer.concat([ID3, ...Array.from({ length: 96 }, () => MP3_FRAME)]),
      2_502,
    ],
    ['MP3 that says it', Buffer.concat([xing(1_000), MP3_FRAME]), 26_122],
    [
      'MP4',
      Buffer.concat([ftyp, box('mdat', zeros(3_000)), box('moov', box('free'), mvhd)]),
      2_500,
    ],
    [
      'MP4 of long boxes',
      Buffer.concat([ftyp, longBox('mdat', zeros(99)), box('moov', mvhd1)]),
      7_200_000,
    ],
    [
      'WebM',
      Buffer.concat([
        ebml,
        element('18538067', Buffer.concat([element('ec', zeros(9)), webmInfo])),
      ]),
      2_500,
    ],
    ['WebM that was recorded', Buffer.concat([ebml, unknownSize('18538067', webmInfo)]), 2_500],
  ])('is read of %s', async (_, content, durationMs) => {
    expect(await facts(content)).toMatchObject({ width: null, durationMs });
  });

  it.each<[string, Buffer]>([
    ['WAV of no rate', riff('WAVE', chunk('fmt ', zeros(16)), audio)],
    ['WAV of chunks without end', riff('WAVE', zeros(80_000))],
    ['Opus before its start', Buffer.concat([opus[0] ?? zeros(0), page(7, u64le(5), zeros(9))])],
    [
      'Ogg of pages without end',
      Buffer.concat([opus[0] ?? zeros(0), latin('OggS'.repeat(30_000))]),
    ],
    ['MP4 of no scale', Buffer.concat([ftyp, box('moov', box('mvhd', zeros(100)))])],
    ['MP4 of a box that is none', Buffer.concat([ftyp, u32(7), latin('moov'), zeros(20)])],
    [
      'MP4 of boxes without end',
      Buffer.concat([ftyp, ...Array.from({ length: 3_000 }, () => box('free')), box('moov', mvhd)]),
    ],
    [
      'MP4 of a box past all numbers',
      Buffer.concat([ftyp, u32(1), latin('free'), Buffer.alloc(8, 0xff), zeros(20)]),
    ],
    [
      'MP4 longer than a day',
      Buffer.concat([ftyp, box('moov', box('mvhd', zeros(12), u32(1), u32(90_000), zeros(80)))]),
    ],
    ['WebM of elements without end', Buffer.concat([ebml, unknownSize('18538067', zeros(900))])],
    [
      'WebM in itself',
      Buffer.concat([ebml, ...Array.from({ length: 3_000 }, () => element('ec', zeros(0)))]),
    ],
    [
      'WebM of no number',
      Buffer.concat([
        ebml,
        unknownSize('18538067', element('1549a966', element('4489', float(Number.NaN)))),
      ]),
    ],
  ])('is not known of %s', async (_, content) => {
    expect(await facts(content)).toMatchObject({ durationMs: null });
  });
});

describe('the facts of a file', () => {
  it('are none of a text, a folder and nothing', async () => {
    expect(await facts(latin('hello'))).toEqual({
      ...{ type: 'text/plain', width: null, height: null, durationMs: null },
    });
    await expect(mediaFacts(home)).rejects.toMatchObject({ code: 'not-a-file' });
    await expect(mediaFacts(join(home, 'none'))).rejects.toMatchObject({ code: 'not-found' });
  });

  it('are numbers or nothing of whatever begins like one', async () => {
    const beginnings = [
      ...[png(1, 1), jpeg(exif(6), frame(1, 1)), riff('WEBP', chunk('VP8X', zeros(10)))],
      ...[riff('WAVE', format, chunk('data', zeros(9))), page(7, u64le(0), opusHead), xing(9)],
      ...[latin('fLaC'), Buffer.concat([ftyp, box('moov', mvhd)]), latin('GIF89a'), ID3],
      Buffer.concat([ebml, unknownSize('18538067', webmInfo)]),
    ];
    const hostile = fc.tuple(
      fc.constantFrom(...beginnings),
      fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { maxLength: 6 }),
      fc.uint8Array({ maxLength: 200 }),
    );
    await fc.assert(
      fc.asyncProperty(hostile, async ([beginning, changes, rest]) => {
        const content = Buffer.concat([beginning, rest]);
        for (const [at, value] of changes) if (at < content.length) content[at] = value;
        const { width, height, durationMs } = await facts(content);
        for (const number of [width, height, durationMs]) {
          expect(number === null || (Number.isInteger(number) && number >= 1)).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });
});
