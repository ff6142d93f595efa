// Reads a picture's file whole: no more than a limit, and nothing that isn't a plain file.
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { phrase } from '../language/translate.ts';
import { errnoOf } from '../protocol/errors.ts';
import { notAPicture, PICTURE_LIMITS, PictureError, tooLarge } from './picture.ts';

// A pipe would otherwise be waited for until somebody writes into it.
const READ_ONLY = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** Throws PictureError. */
export async function readPictureFile(
  path: string,
  maxBytes = PICTURE_LIMITS.bytes,
): Promise<Uint8Array> {
  try {
    const file = await open(path, READ_ONLY);
    try {
      const found = await file.stat();
      if (!found.isFile()) throw notAPicture();
      if (found.size > maxBytes) throw tooLarge();
      const bytes = new Uint8Array(found.size);
      let length = 0;
      while (length < bytes.length) {
        const { bytesRead } = await file.read(bytes, length);
        // It became shorter meanwhile.
        if (bytesRead === 0) break;
        length += bytesRead;
      }
      return bytes.subarray(0, length);
    } finally {
      await file.close();
    }
  } catch (error) {
    const errno = errnoOf(error);
    if (error instanceof PictureError || errno === null) throw error;
    if (errno === 'ENOENT') {
      throw new PictureError('picture-unreadable', phrase`there is no file ${path}`);
    }
    throw new PictureError('picture-unreadable', phrase`${path} can't be read (${errno})`, {
      cause: error,
    });
  }
}
