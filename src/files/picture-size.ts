// How wide and high a picture says it is, as it is to be shown. Decodes nothing.
import { NotFound, type Probe } from './probe.ts';

export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

const EXIF_BYTES = 4_096;
const ORIENTATION = 0x0112;

export async function pngSize(probe: Probe): Promise<PictureSize> {
  const head = await probe.read(0, 24);
  return { width: head.readUInt32BE(16), height: head.readUInt32BE(20) };
}

export async function gifSize(probe: Probe): Promise<PictureSize> {
  const head = await probe.read(0, 10);
  return { width: head.readUInt16LE(6), height: head.readUInt16LE(8) };
}

export async function webpSize(probe: Probe): Promise<PictureSize> {
  const head = await probe.read(0, 30);
  switch (head.toString('latin1', 12, 16)) {
    case 'VP8 ':
      return { width: head.readUInt16LE(26) & 0x3fff, height: head.readUInt16LE(28) & 0x3fff };
    case 'VP8L': {
      const bits = head.readUInt32LE(21);
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case 'VP8X':
      return { width: head.readUIntLE(24, 3) + 1, height: head.readUIntLE(27, 3) + 1 };
    default:
      throw new NotFound();
  }
}

/** From marker to marker, up to the frame's header. */
export async function jpegSize(probe: Probe): Promise<PictureSize> {
  let isTurned = false;
  for (let position = 2; ; ) {
    const start = await probe.read(position, 4);
    const [first, marker = 0] = start;
    if (first !== 0xff) throw new NotFound();
    if (marker === 0xff) {
      position++;
      continue;
    }
    if (marker === 0x01 || (marker & 0xf8) === 0xd0) {
      position += 2;
      continue;
    }
    const length = start.readUInt16BE(2);
    // The end, or the picture's data, before any frame.
    if (marker === 0xd9 || marker === 0xda || length < 2) throw new NotFound();
    if (isFrame(marker)) {
      const sizes = await probe.read(position + 5, 4);
      const [height, width] = [sizes.readUInt16BE(0), sizes.readUInt16BE(2)];
      return isTurned ? { width: height, height: width } : { width, height };
    }
    if (marker === 0xe1) {
      const exif = await probe.readUpTo(position + 4, Math.min(length - 2, EXIF_BYTES));
      isTurned ||= isTurnedBy(exif);
    }
    position += 2 + length;
  }
}

/** SOF0 to SOF15, without the tables that stand among them. */
function isFrame(marker: number): boolean {
  return (marker & 0xf0) === 0xc0 && ![0xc4, 0xc8, 0xcc].includes(marker);
}

/** Whether what a camera wrote says that width and height change places. */
function isTurnedBy(exif: Buffer): boolean {
  if (exif.length < 14 || exif.toString('latin1', 0, 6) !== 'Exif\0\0') return false;
  const tiff = exif.subarray(6);
  const isLittle = tiff.toString('latin1', 0, 2) === 'II';
  const u16 = (at: number) => (isLittle ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
  const list = isLittle ? tiff.readUInt32LE(4) : tiff.readUInt32BE(4);
  if (list + 2 > tiff.length) return false;
  const end = Math.min(list + 2 + 12 * u16(list), tiff.length - 11);
  for (let at = list + 2; at < end; at += 12) {
    if (u16(at) === ORIENTATION) return u16(at + 8) >= 5 && u16(at + 8) <= 8;
  }
  return false;
}
