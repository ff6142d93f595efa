// What a picture is to the rest of the program: pixels of our own making, and the ways in which a file is none.
import { phrase } from '../language/translate.ts';
import { LanchatError } from '../protocol/errors.ts';

export type PictureType = 'png' | 'jpeg' | 'gif' | 'webp' | 'bmp';

export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** Rows from the top, four bytes a pixel: red, green, blue, alpha (not multiplied in). */
export interface Pixels extends PictureSize {
  readonly rgba: Uint8Array;
}

/** `size`: of the picture itself, turned as it is to be seen; `pixels` is it scaled down into the box that was asked for. */
export interface DecodedPicture {
  readonly type: PictureType;
  readonly size: PictureSize;
  readonly pixels: Pixels;
}

export interface PictureLimits {
  /** Of the file. */
  readonly bytes: number;
  /** Width times height, as the header says, before anything is decoded. */
  readonly pixels: number;
  /** What decoding may take, by the header. */
  readonly memoryBytes: number;
  readonly timeMs: number;
}

const MIB = 1024 * 1024;

/** A photo of today's telephones is 12 to 50 megapixels; on a small board that takes seconds. */
export const PICTURE_LIMITS: PictureLimits = {
  bytes: 32 * MIB,
  pixels: 64_000_000,
  memoryBytes: 512 * MIB,
  timeMs: 10_000,
};

export type PictureErrorCode =
  | 'not-a-picture'
  | 'picture-damaged'
  | 'picture-too-large'
  | 'picture-timeout'
  | 'picture-unreadable';

/** A file can't be shown as a picture. Whoever made it may have meant it so. */
export class PictureError extends LanchatError {
  constructor(code: PictureErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, options);
  }
}

export function notAPicture(): PictureError {
  return new PictureError(
    'not-a-picture',
    phrase`this is no picture that lanchat knows: PNG, JPEG, GIF, WebP or BMP of a common kind`,
  );
}

export function damaged(options?: ErrorOptions): PictureError {
  return new PictureError(
    'picture-damaged',
    phrase`the picture is damaged, or not all of it is there`,
    options,
  );
}

export function tooLarge(): PictureError {
  return new PictureError(
    'picture-too-large',
    phrase`the picture is too large to show here; another program may`,
  );
}

export function timedOut(): PictureError {
  return new PictureError(
    'picture-timeout',
    phrase`showing the picture would take too long; another program may`,
  );
}

/** The failure behind a code that came out of a worker; null: it is no code of ours. */
export function pictureError(code: string): PictureError | null {
  switch (code) {
    case 'not-a-picture':
      return notAPicture();
    case 'picture-damaged':
      return damaged();
    case 'picture-too-large':
      return tooLarge();
    case 'picture-timeout':
      return timedOut();
    default:
      return null;
  }
}
