// What goes to the thread that decodes a picture, and what comes back from it.
import type { PictureWish } from './decode-picture.ts';
import type { DecodedPicture, PictureSize } from './picture.ts';

export interface PictureJob {
  readonly bytes: Uint8Array;
  readonly wish: PictureWish;
  readonly as: 'pixels' | 'thumbnail';
}

export type PictureAnswer =
  | { readonly kind: 'pixels'; readonly picture: DecodedPicture }
  | { readonly kind: 'thumbnail'; readonly size: PictureSize; readonly png: Uint8Array }
  /** By a code of PictureError. */
  | { readonly kind: 'failed'; readonly code: string };
