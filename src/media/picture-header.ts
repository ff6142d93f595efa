// What a picture's first bytes say of it: type, size, which way up, and what decoding it takes. Decodes nothing.
import { exifOrientation, type Orientation } from './orientation.ts';
import { damaged, notAPicture, type PictureSize, type PictureType } from './picture.ts';
import { webpHeader } from './webp-chunks.ts';

export interface PictureHeader extends PictureSize {
  readonly type: PictureType;
  readonly orientation: Orientation;
  /** How much memory decoding takes at most, the pixels with it. */
  readonly memoryBytes: number;
}

const PNG_SIGNATURE = '\x89PNG\r\n\x1a\n';
/** Samples of a pixel by PNG's colour type; 0: there is no such type. */
const PNG_CHANNELS = [1, 0, 3, 1, 2, 0, 4] as const;
const JPEG_END = Buffer.of(0xff, 0xd9);
const EXIF = 'Exif\0\0';

/** Throws PictureError (`not-a-picture`, `picture-damaged`). */
export function readPictureHeader(bytes: Uint8Array): PictureHeader {
  try {
    const header = headerOf(bytes);
    if (header.width > 0 && header.height > 0) return header;
  } catch (error) {
    // Read beyond the end.
    if (!(error instanceof RangeError)) throw error;
  }
  throw damaged();
}

function headerOf(bytes: Uint8Array): PictureHeader {
  const view = viewOf(bytes);
  if (hasText(bytes, 0, PNG_SIGNATURE)) return pngHeader(view);
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return jpegHeader(bytes, view);
  if (hasText(bytes, 0, 'GIF87a') || hasText(bytes, 0, 'GIF89a')) return gifHeader(view);
  if (hasText(bytes, 0, 'RIFF') && hasText(bytes, 8, 'WEBP')) return webpPictureHeader(bytes);
  if (hasText(bytes, 0, 'BM')) return bmpHeader(view);
  throw notAPicture();
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Whether those bytes stand there, one a character. */
function hasText(bytes: Uint8Array, at: number, text: string): boolean {
  return [...text].every((character, index) => bytes[at + index] === character.charCodeAt(0));
}

function pngHeader(view: DataView): PictureHeader {
  const size = { width: view.getUint32(16), height: view.getUint32(20) };
  const bits = (PNG_CHANNELS[view.getUint8(25)] ?? 0) * view.getUint8(24);
  const rowBytes = Math.ceil((size.width * bits) / 8) + 1;
  // What comes out of zlib lies in pieces and then in one.
  const memoryBytes = 2 * rowBytes * size.height + 4 * size.width * size.height;
  return { type: 'png', ...size, orientation: 1, memoryBytes };
}

/** Segments up to the frame's; of several frames the first counts, and the decoder takes no more than one. */
function jpegHeader(bytes: Uint8Array, view: DataView): PictureHeader {
  let orientation: Orientation = 1;
  let at = 2;
  for (;;) {
    if (view.getUint8(at) !== 0xff) throw damaged();
    const marker = view.getUint8(at + 1);
    // A marker may be filled up in front.
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (marker === 0xd9 || marker === 0xda) throw damaged();
    const length = view.getUint16(at + 2);
    if (length < 2) throw damaged();
    if (marker === 0xe1 && hasText(bytes, at + 4, EXIF)) {
      orientation = exifOrientation(bytes.subarray(at + 10, at + 2 + length));
    }
    if (isFrame(marker)) {
      // The decoder would fill up what is missing with grey. A small picture in the EXIF has an end of its own, before.
      if (!hasEnd(bytes.subarray(at))) throw damaged();
      return { orientation, ...jpegFrame(view, at, marker) };
    }
    at += 2 + length;
  }
}

function hasEnd(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes(JPEG_END);
}

/** SOF0 to SOF15, without the tables whose markers lie between them. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
}

function jpegFrame(view: DataView, at: number, marker: number) {
  const size = { width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
  const components = view.getUint8(at + 9);
  // Print's four colours, twelve bits, arithmetic coding: the decoder has none of them.
  const isCommon = marker <= 0xc2 && view.getUint8(at + 4) === 8 && [1, 3].includes(components);
  if (!isCommon) throw notAPicture();
  // All but the plainest keep every coefficient, of two bytes, until the last scan.
  const coefficients = marker === 0xc2 ? 2 * components : 0;
  return {
    type: 'jpeg',
    ...size,
    memoryBytes: (8 + coefficients) * size.width * size.height,
  } as const;
}

function gifHeader(view: DataView): PictureHeader {
  const size = { width: view.getUint16(6, true), height: view.getUint16(8, true) };
  return { type: 'gif', ...size, orientation: 1, memoryBytes: 4 * size.width * size.height };
}

function webpPictureHeader(bytes: Uint8Array): PictureHeader {
  const { width, height, exif } = webpHeader(bytes);
  const orientation = exif === null ? 1 : exifOrientation(exif);
  return { type: 'webp', width, height, orientation, memoryBytes: 16 * width * height };
}

function bmpHeader(view: DataView): PictureHeader {
  // Twelve bytes is the header of OS/2, in which sizes have two.
  const isOld = view.getUint32(14, true) === 12;
  const width = isOld ? view.getUint16(18, true) : view.getInt32(18, true);
  const height = isOld ? view.getUint16(20, true) : Math.abs(view.getInt32(22, true));
  return { type: 'bmp', width, height, orientation: 1, memoryBytes: 4 * width * height };
}
