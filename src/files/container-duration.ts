// How long a film or sound in boxes says it is, in milliseconds. Goes from box to box, into those on the way alone.
import { NotFound, type Probe } from './probe.ts';

const SEGMENT = 0x18538067;
const INFO = 0x1549a966;
const SCALE = 0x2ad7b1;
const DURATION = 0x4489;
/** Nanoseconds, where the file doesn't say. */
const DEFAULT_SCALE = 1_000_000;

interface Span {
  readonly start: number;
  readonly end: number;
}

/** MP4, MOV, M4A. */
export async function mp4Duration(probe: Probe): Promise<number> {
  const movie = await findBox(probe, { start: 0, end: probe.sizeBytes }, 'moov');
  const { start } = await findBox(probe, movie, 'mvhd');
  const [version] = await probe.read(start, 1);
  if (version === 1) {
    const header = await probe.read(start, 32);
    return (Number(header.readBigUInt64BE(24)) / header.readUInt32BE(20)) * 1_000;
  }
  const header = await probe.read(start, 20);
  const duration = header.readUInt32BE(16);
  if (duration === 0xffffffff) throw new NotFound();
  return (duration / header.readUInt32BE(12)) * 1_000;
}

async function findBox(probe: Probe, { start, end }: Span, name: string): Promise<Span> {
  for (let position = start; position + 8 <= end; ) {
    const head = await probe.read(position, 8);
    const short = head.readUInt32BE(0);
    const headBytes = short === 1 ? 16 : 8;
    const long =
      short === 1 ? Number((await probe.read(position + 8, 8)).readBigUInt64BE(0)) : short;
    const size = short === 0 ? end - position : long;
    if (size < headBytes) break;
    const box = { start: position + headBytes, end: Math.min(end, position + size) };
    if (head.toString('latin1', 4) === name) return box;
    position += size;
  }
  throw new NotFound();
}

/** WebM, Matroska. */
export async function matroskaDuration(probe: Probe): Promise<number> {
  const segment = await findElement(probe, { start: 0, end: probe.sizeBytes }, SEGMENT);
  const info = await findElement(probe, segment, INFO);
  const duration = await floatIn(probe, await findElement(probe, info, DURATION));
  const scale = await findElement(probe, info, SCALE).catch(noneFound);
  const nanoseconds = scale === null ? DEFAULT_SCALE : await integerIn(probe, scale);
  return (duration * nanoseconds) / 1_000_000;
}

function noneFound(error: unknown): null {
  if (error instanceof NotFound) return null;
  throw error;
}

async function findElement(probe: Probe, { start, end }: Span, id: number): Promise<Span> {
  for (let position = start; position < end; ) {
    const head = await probe.readUpTo(position, 12);
    const idBytes = lengthOf(head[0], 4);
    const sizeBytes = lengthOf(head[idBytes], 8);
    if (head.length < idBytes + sizeBytes) break;
    const size = sizeIn(head.subarray(idBytes, idBytes + sizeBytes));
    const content = position + idBytes + sizeBytes;
    if (head.readUIntBE(0, idBytes) === id) {
      return { start: content, end: Math.min(end, content + (size ?? end)) };
    }
    // What has no end of its own has all the rest in it.
    if (size === null) break;
    position = content + size;
  }
  throw new NotFound();
}

/** How many bytes a number takes, by the zeros that its first one begins with. */
function lengthOf(first: number | undefined, max: number): number {
  const length = first === undefined ? 0 : Math.clz32(first) - 23;
  if (length < 1 || length > max) throw new NotFound();
  return length;
}

/** Null: not known when it was written. */
function sizeIn(bytes: Buffer): number | null {
  const mask = 0xff >>> bytes.length;
  const values = [(bytes[0] ?? 0) & mask, ...bytes.subarray(1)];
  const isUnknown = values[0] === mask && values.slice(1).every((value) => value === 0xff);
  return isUnknown ? null : values.reduce((sum, value) => sum * 256 + value, 0);
}

async function floatIn(probe: Probe, { start, end }: Span): Promise<number> {
  const bytes = await probe.read(start, end - start);
  if (bytes.length === 4) return bytes.readFloatBE(0);
  if (bytes.length === 8) return bytes.readDoubleBE(0);
  throw new NotFound();
}

async function integerIn(probe: Probe, { start, end }: Span): Promise<number> {
  const bytes = await probe.read(start, end - start);
  if (bytes.length > 8) throw new NotFound();
  return bytes.reduce((sum, byte) => sum * 256 + byte, 0);
}
