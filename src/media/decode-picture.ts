// Any picture's bytes to pixels in a box, within limits that its header is held to before anything is decoded.
import { decodeBmp } from './bmp-decoder.ts';
import { decodeGif } from './gif-decoder.ts';
import { isSideways, upright } from './orientation.ts';
import {
  type DecodedPicture,
  damaged,
  type PictureLimits,
  type PictureSize,
  type Pixels,
  tooLarge,
} from './picture.ts';
import { type PictureHeader, readPictureHeader } from './picture-header.ts';
import { decodePng } from './png-decoder.ts';
import { fitWithin, scaleDown } from './scale.ts';

export interface PictureWish {
  readonly box: PictureSize;
  readonly limits: Omit<PictureLimits, 'timeMs'>;
}

/** Takes as long as it takes: for a worker. Throws PictureError. */
export async function decodePicture(
  bytes: Uint8Array,
  { box, limits }: PictureWish,
): Promise<DecodedPicture> {
  if (bytes.length > limits.bytes) throw tooLarge();
  const header = readPictureHeader(bytes);
  const { type, width, height, orientation, memoryBytes } = header;
  if (width * height > limits.pixels || memoryBytes > limits.memoryBytes) throw tooLarge();
  const whole = await decodeAs(bytes, header);
  const isTurned = isSideways(orientation);
  // The box is for the picture as it is seen; turning comes last, when there is less to turn.
  const stored = isTurned ? { width: box.height, height: box.width } : box;
  const pixels = upright(scaleDown(whole, fitWithin(whole, stored)), orientation);
  const size = isTurned ? { width: height, height: width } : { width, height };
  return { type, size, pixels };
}

async function decodeAs(
  bytes: Uint8Array,
  { type, width, height }: PictureHeader,
): Promise<Pixels> {
  try {
    switch (type) {
      case 'png':
        return decodePng(bytes);
      case 'gif':
        return decodeGif(bytes);
      case 'bmp':
        return decodeBmp(bytes);
      // Half a megabyte that only these need.
      case 'jpeg':
        return await (await import('./jpeg-decoder.ts')).decodeJpeg(bytes, { width, height });
      case 'webp':
        return await (await import('./webp-decoder.ts')).decodeWebp(bytes, { width, height });
      default:
        return type satisfies never;
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    // Either there is no such memory, or bytes were read beyond the end.
    if (/allocat/i.test(error.message)) throw tooLarge();
    throw damaged({ cause: error });
  }
}
