// Reads a picture's file, and says in words why it can't be had.
import { phrase } from '../language/translate.ts';
import { errnoOf } from '../protocol/errors.ts';
import { notAPicture, PICTURE_LIMITS, PictureError, tooLarge } from './picture.ts';
import { readPlainFile } from './plain-file.ts';

/** Throws PictureError. */
export async function readPictureFile(
  path: string,
  maxBytes = PICTURE_LIMITS.bytes,
): Promise<Uint8Array> {
  const read = await readPlainFile(path, maxBytes).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  if (read === 'not-a-file') throw notAPicture();
  if (read === 'too-large') throw tooLarge();
  return read;
}

/** What is no fault of the file's stays as it is. */
function unreadable(path: string, error: unknown): unknown {
  const errno = errnoOf(error);
  if (errno === null) return error;
  const message =
    errno === 'ENOENT'
      ? phrase`there is no file ${path}`
      : phrase`${path} can't be read (${errno})`;
  return new PictureError('picture-unreadable', message, { cause: error });
}
