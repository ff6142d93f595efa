// How long a sound says it is, in milliseconds. Decodes nothing.
import { NotFound, type Probe } from './probe.ts';

/** Ogg's pages are no longer. */
const MAX_PAGE_BYTES = 65_307;
const OPUS_RATE = 48_000;
const MP3_SEARCH_BYTES = 4_096;

export async function wavDuration(probe: Probe): Promise<number> {
  let bytesPerSecond = 0;
  for (let position = 12; ; ) {
    const start = await probe.read(position, 8);
    const [name, size] = [start.toString('latin1', 0, 4), start.readUInt32LE(4)];
    const content = position + 8;
    if (name === 'fmt ') bytesPerSecond = (await probe.read(content, 12)).readUInt32LE(8);
    // What is written as it is recorded names no size that holds.
    if (name === 'data') {
      return (Math.min(size, probe.sizeBytes - content) / bytesPerSecond) * 1_000;
    }
    position = content + size + (size % 2);
  }
}

export async function flacDuration(probe: Probe): Promise<number> {
  const head = await probe.read(0, 26);
  const rate = head.readUIntBE(18, 3) >>> 4;
  const samples = ((head[21] ?? 0) & 0x0f) * 2 ** 32 + head.readUInt32BE(22);
  return (samples / rate) * 1_000;
}

/** Opus and Vorbis: the position in the last page, less what is skipped at the start. */
export async function oggDuration(probe: Probe): Promise<number> {
  const page = await probe.readUpTo(0, 512);
  const body = 27 + (page[26] ?? 0);
  const head = page.subarray(body, body + 19);
  if (head.length < 19) throw new NotFound();
  const isOpus = head.toString('latin1', 0, 8) === 'OpusHead';
  if (!isOpus && head.toString('latin1', 0, 7) !== '\x01vorbis') throw new NotFound();
  const rate = isOpus ? OPUS_RATE : head.readUInt32LE(12);
  const skipped = isOpus ? head.readUInt16LE(10) : 0;
  const end = Math.max(0, probe.sizeBytes - MAX_PAGE_BYTES);
  const position = lastPosition(await probe.readUpTo(end, MAX_PAGE_BYTES), page.readUInt32LE(14));
  return ((position - skipped) / rate) * 1_000;
}

/** That of the last page of the stream `serial` which ends something. */
function lastPosition(tail: Buffer, serial: number): number {
  for (let at = tail.lastIndexOf('OggS'); at >= 0; at = tail.lastIndexOf('OggS', at - 1)) {
    const isPage = at + 18 <= tail.length && tail.readUInt32LE(at + 14) === serial;
    const position = isPage ? tail.readBigInt64LE(at + 6) : -1n;
    if (position >= 0n) return Number(position);
    if (at === 0) break;
  }
  throw new NotFound();
}

interface Mp3Frame {
  readonly bitrateKbps: number;
  readonly rate: number;
  readonly samples: number;
  /** Where an encoder says how many frames there are, from the frame's start. */
  readonly factsAt: number;
}

const KBPS = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const KBPS_LOW = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
const RATES = [44_100, 48_000, 32_000];

/** As its encoder counted the frames, or by the first one's rate where it didn't. */
export async function mp3Duration(probe: Probe): Promise<number> {
  const start = await afterTag(probe);
  const bytes = await probe.readUpTo(start, MP3_SEARCH_BYTES);
  for (let at = 0; at + 4 <= bytes.length; at++) {
    const frame = mp3Frame(bytes.subarray(at));
    if (frame === null) continue;
    const frames = frameCount(bytes.subarray(at), frame.factsAt);
    if (frames !== null) return ((frames * frame.samples) / frame.rate) * 1_000;
    return ((probe.sizeBytes - start - at) * 8) / frame.bitrateKbps;
  }
  throw new NotFound();
}

/** Behind an ID3 tag, whose size has seven bits a byte. */
async function afterTag(probe: Probe): Promise<number> {
  const head = await probe.read(0, 10);
  if (head.toString('latin1', 0, 3) !== 'ID3') return 0;
  const size = [...head.subarray(6)].reduce((sum, byte) => sum * 128 + (byte & 0x7f), 0);
  const hasFooter = ((head[5] ?? 0) & 0x10) !== 0;
  return 10 + size + (hasFooter ? 10 : 0);
}

function mp3Frame(bytes: Buffer): Mp3Frame | null {
  const [first = 0, second = 0, third = 0, fourth = 0] = bytes;
  // Eleven bits, and layer III.
  if (first !== 0xff || (second & 0xe6) !== 0xe2) return null;
  const version = (second >>> 3) & 3;
  const isOne = version === 3;
  const bitrateKbps = (isOne ? KBPS : KBPS_LOW)[third >>> 4] ?? 0;
  const rate = RATES[(third >>> 2) & 3] ?? 0;
  if (version === 1 || bitrateKbps === 0 || rate === 0) return null;
  const isMono = fourth >>> 6 === 3;
  const side = isOne ? (isMono ? 17 : 32) : isMono ? 9 : 17;
  const divisor = isOne ? 1 : version === 2 ? 2 : 4;
  return { bitrateKbps, rate: rate / divisor, samples: isOne ? 1_152 : 576, factsAt: 4 + side };
}

function frameCount(frame: Buffer, factsAt: number): number | null {
  if (frame.length >= factsAt + 12) {
    const name = frame.toString('latin1', factsAt, factsAt + 4);
    const hasCount = ((frame[factsAt + 7] ?? 0) & 1) === 1;
    if ((name === 'Xing' || name === 'Info') && hasCount) return frame.readUInt32BE(factsAt + 8);
  }
  const isVbri = frame.length >= 54 && frame.toString('latin1', 36, 40) === 'VBRI';
  return isVbri ? frame.readUInt32BE(50) : null;
}
