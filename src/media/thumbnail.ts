// The small picture that goes with an offer: made anew from pixels, so that nothing else of the file is in it.
import { indexPixels } from './palette.ts';
import type { PictureSize, Pixels } from './picture.ts';
import { encodeIndexedPng } from './png-encoder.ts';

/**
 * 96 × 96 pixels of a byte each, a palette of 256 colours with their alpha, and PNG's own bytes: 10,500 at most, below
 * MAX_THUMBNAIL_BYTES, however little zlib finds to pack.
 */
export const THUMBNAIL_BOX: PictureSize = { width: 96, height: 96 };

/** A PNG of pixels that fit in THUMBNAIL_BOX; at most MAX_THUMBNAIL_BYTES. */
export function thumbnailOf(pixels: Pixels): Uint8Array {
  return encodeIndexedPng(indexPixels(pixels, 256));
}
