// Voice notes that somebody made to break whoever plays them: each ends in an error that says so, in bounded time and memory.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NoteDecoder } from '../../src/media/note-decoder.ts';
import { NoteEncoder } from '../../src/media/note-encoder.ts';
import { OggPageWriter } from '../../src/media/ogg.ts';
import { MAX_NOTE_BYTES, readNote } from '../../src/media/ogg-opus.ts';
import { OpusThread } from '../../src/media/opus-thread.ts';
import { playNote } from '../../src/media/player.ts';
import { ProtocolError } from '../../src/protocol/errors.ts';
import { loudspeaker, type SoundRoom, soundRoom } from '../support/sound.ts';
import { speech } from '../support/speech.ts';

const PRE_SKIP = 312;
const FRAME = 960;
/** SILK, narrow band, 20 ms, one frame of nothing. */
const SILENT = Uint8Array.of(0x08, 0);

async function honest(): Promise<Uint8Array> {
  const encoder = await NoteEncoder.open(1);
  const bytes = Buffer.concat([...encoder.write(speech(3)), ...encoder.end()]);
  encoder.free();
  return new Uint8Array(bytes);
}

const note = await honest();

/** The head and tags of a note, then these pages, with right checksums. */
function noteOf(
  ...pages: readonly {
    readonly packets: readonly Uint8Array[];
    readonly granule: number;
    readonly isLast?: boolean;
  }[]
): Uint8Array {
  const writer = new OggPageWriter(9);
  const head = new Uint8Array(19);
  head.set(Buffer.from('OpusHead'));
  head.set([1, 1, PRE_SKIP & 0xff, PRE_SKIP >> 8], 8);
  const tags = Buffer.concat([Buffer.from('OpusTags'), new Uint8Array(8)]);
  const begin = { granule: 0n, isLast: false };
  return Buffer.concat([
    writer.page([head], begin),
    writer.page([tags], begin),
    ...pages.map(({ packets, granule, isLast = false }) =>
      writer.page(packets, { granule: BigInt(granule), isLast }),
    ),
  ]);
}

const CONTINUED = 1;
const LAST = 4;

/** A page of full segments alone, with the checksum of RFC 3533, bit by bit. */
function page(wish: {
  readonly flags: number;
  readonly sequence: number;
  readonly body: Uint8Array;
}): Uint8Array {
  const segments = wish.body.length / 255;
  const bytes = Buffer.alloc(27 + segments, 255);
  bytes.write('OggS\0', 'latin1');
  bytes[5] = wish.flags;
  bytes.writeBigInt64LE(-1n, 6);
  bytes.writeUInt32LE(9, 14);
  bytes.writeUInt32LE(wish.sequence, 18);
  bytes.writeUInt32LE(0, 22);
  bytes[26] = segments;
  const whole = Buffer.concat([bytes, wish.body]);
  let crc = 0;
  for (const byte of whole) {
    crc ^= byte << 24;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc << 1) ^ (crc < 0 ? 0x04c1_1db7 : 0);
  }
  whole.writeUInt32LE(crc >>> 0, 22);
  return whole;
}

function changed(at: number, byte: number): Uint8Array {
  const copy = note.slice();
  copy[at] = byte;
  return copy;
}

async function playsTo(file: Uint8Array): Promise<number> {
  const decoder = new NoteDecoder(file);
  await decoder.start(0, 1);
  const { length } = decoder.read(Number.POSITIVE_INFINITY);
  decoder.free();
  return length;
}

describe('damaged note', () => {
  it('[A129 damaged note] Control: as it was made it plays, and so does one by these means', async () => {
    expect(await playsTo(note)).toBe(3 * 48_000);
    const made = noteOf({ packets: [SILENT, SILENT], granule: 2 * FRAME, isLast: true });
    expect(await playsTo(made)).toBe(2 * FRAME - PRE_SKIP);
  });

  it('[A129 damaged note] cut off anywhere is refused', () => {
    for (let length = 0; length < note.length; length += 1) {
      expect(() => readNote(note.subarray(0, length))).toThrow(ProtocolError);
    }
  });

  it('[A129 damaged note] with any byte changed is refused, and so is one with more behind its end', () => {
    for (let at = 0; at < note.length; at += 1) {
      expect(() => readNote(changed(at, (note[at] ?? 0) ^ 0x41))).toThrow(ProtocolError);
    }
    expect(() => readNote(Buffer.concat([note, Uint8Array.of(0)]))).toThrow(/follows its end/);
    expect(() => readNote(Buffer.concat([note, note]))).toThrow(/follows its end/);
  });

  it('[A129 damaged note] that never ends, by its pages, is refused', () => {
    expect(() => readNote(noteOf({ packets: [SILENT], granule: FRAME }))).toThrow(/in the middle/);
    expect(() => readNote(noteOf())).toThrow(/in the middle/);
  });

  it('[A129 damaged note] with pages lost, twice or of another stream is refused', () => {
    const pages = [FRAME, 2 * FRAME].map((granule) => ({ packets: [SILENT], granule }));
    const whole = noteOf(...pages, { packets: [SILENT], granule: 3 * FRAME, isLast: true });
    const page = noteOf(pages[0] ?? { packets: [], granule: 0 }).length - noteOf().length;
    const at = noteOf().length;
    const without = Buffer.concat([whole.subarray(0, at), whole.subarray(at + page)]);
    const twice = Buffer.concat([whole.subarray(0, at + page), whole.subarray(at)]);
    expect(() => readNote(whole)).not.toThrow();
    for (const file of [without, twice]) expect(() => readNote(file)).toThrow(/one stream/);
  });

  it('[A129 damaged note] whose packets are no Opus ends in an error, or in sound as long as it said', async () => {
    const packet = fc.uint8Array({ minLength: 1, maxLength: 300 });
    await fc.assert(
      fc.asyncProperty(fc.array(packet, { minLength: 1, maxLength: 4 }), async (packets) => {
        const file = noteOf({ packets, granule: 500, isLast: true });
        const length = await playsTo(file).catch((error: unknown) => {
          expect(error).toBeInstanceOf(ProtocolError);
          return 500 - PRE_SKIP;
        });
        expect(length).toBeLessThanOrEqual(500 - PRE_SKIP);
      }),
      { numRuns: 300 },
    );
  });
});

describe('note without end', () => {
  it('[A130 note without end] that claims to be longer than it is, or shorter, is refused', () => {
    const last = (granule: number) => noteOf({ packets: [SILENT], granule, isLast: true });
    expect(() => readNote(last(FRAME))).not.toThrow();
    expect(() => readNote(last(FRAME + 1))).toThrow(/lies/);
    expect(() => readNote(last(2 ** 45))).toThrow(/lies/);
    expect(() => readNote(last(-FRAME))).toThrow(/lies/);
    expect(() => readNote(last(PRE_SKIP))).toThrow(/no sound/);
    const between = { packets: [SILENT], granule: FRAME + 1 };
    expect(() =>
      readNote(noteOf(between, { packets: [SILENT], granule: 2 * FRAME, isLast: true })),
    ).toThrow(/lies/);
  });

  it('[A130 note without end] of few bytes that play for hours is refused', () => {
    // 120 ms in two bytes.
    const long = Uint8Array.of(0x1b, 2);
    const pages = Array.from({ length: 250 }, (_, page) => ({
      packets: Array.from({ length: 255 }, () => long),
      granule: (page + 1) * 255 * 5_760,
    }));
    expect(() => readNote(noteOf(...pages))).toThrow(/too long/);
  });

  it('[A130 note without end] of packets that say they play nothing, or too long at once, is refused', () => {
    for (const packet of [
      Uint8Array.of(0x1b, 0),
      Uint8Array.of(0x1b, 3),
      Uint8Array.of(0x1b, 63),
    ]) {
      const file = noteOf({ packets: [packet], granule: FRAME, isLast: true });
      expect(() => readNote(file)).toThrow(/plays nothing, or too long/);
    }
  });

  it('[A130 note without end] of a packet that goes on over pages without end is refused', () => {
    const begin = noteOf();
    const full = (sequence: number) =>
      page({ flags: sequence === 2 ? 0 : CONTINUED, sequence, body: new Uint8Array(255 * 255) });
    const held = Buffer.concat([begin, full(2), full(3), full(4)]);
    expect(() => readNote(held)).toThrow(/too large/);
    const orphan = page({ flags: CONTINUED, sequence: 2, body: new Uint8Array(255 * 255) });
    expect(() => readNote(Buffer.concat([begin, orphan]))).toThrow(/never began/);
    const small = page({ flags: 0, sequence: 2, body: new Uint8Array(255) });
    const cut = page({ flags: 0, sequence: 3, body: new Uint8Array(255) });
    expect(() => readNote(Buffer.concat([begin, small, cut]))).toThrow(/never began/);
    const last = page({ flags: CONTINUED | LAST, sequence: 3, body: new Uint8Array(255) });
    expect(() => readNote(Buffer.concat([begin, small, last]))).toThrow(/has no end/);
  });

  it('[A130 note without end] larger than a note can be is not looked at', () => {
    expect(() => readNote(new Uint8Array(MAX_NOTE_BYTES + 1))).toThrow(/too large/);
  });
});

describe('codec held up', () => {
  let room: SoundRoom;
  beforeAll(async () => {
    room = await soundRoom();
  });
  afterAll(() => room.remove());

  function thread(code: string, timeoutMs: number): OpusThread {
    const path = join(room.folder, 'thread.mjs');
    writeFileSync(path, code);
    return OpusThread.decoder({ worker: pathToFileURL(path), timeoutMs });
  }

  it('[A131 codec held up] in a thread that never answers ends in time', async () => {
    const held = thread('for (;;);', 20);
    await expect(held.ask({ do: 'open', file: note })).rejects.toMatchObject({
      code: 'bad-voice-note',
      message: expect.stringContaining('takes too long'),
    });
    await expect(held.ask({ do: 'end' })).rejects.toMatchObject({ code: 'bad-voice-note' });
  });

  it('[A131 codec held up] in a thread that takes all memory ends, and this one goes on', async () => {
    const greedy = thread('const all = []; for (;;) all.push(new Array(1e4).fill({}));', 60_000);
    await expect(greedy.ask({ do: 'end' })).rejects.toMatchObject({ code: 'bad-voice-note' });
  });

  it('[A131 codec held up] by a hostile note is an error that says so, with nothing left running', async () => {
    const heard = join(room.folder, 'heard.raw');
    const host = room.host({ player: loudspeaker(heard) });
    const path = room.file('bad.ogg', note.subarray(0, 4_000));
    await expect(playNote({ host, path, onState: () => {} })).rejects.toMatchObject({
      code: 'bad-voice-note',
    });
  });
});

describe('a note that is no file', () => {
  let room: SoundRoom;
  beforeAll(async () => {
    room = await soundRoom();
  });
  afterAll(() => room.remove());

  it('[A136 a note that is no file] but a pipe or a folder holds nobody up', {
    skip: process.platform === 'win32',
  }, async () => {
    const pipe = join(room.folder, 'pipe');
    expect(spawnSync('mkfifo', [pipe]).status).toBe(0);
    const host = room.host({ player: loudspeaker(join(room.folder, 'heard.raw')) });
    for (const path of [pipe, '/dev/zero', room.folder, join(room.folder, 'none')]) {
      await expect(playNote({ host, path, onState: () => {} })).rejects.toMatchObject({
        code: 'bad-voice-note',
      });
    }
  });
});
