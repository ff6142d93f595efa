// A small picture of a picture that is sent, for whoever has not taken it yet. Loads nothing that decodes before there is one.
import { LanchatError } from '../protocol/errors.ts';

export interface FileThumbnail {
  /** Of the picture itself. */
  readonly width: number;
  readonly height: number;
  /** A PNG, base64. */
  readonly thumbnail: string;
}

/** Null where it is no picture, or one that can't be decoded here: it goes without. */
export async function fileThumbnail(path: string, type: string): Promise<FileThumbnail | null> {
  if (!type.startsWith('image/')) return null;
  try {
    const { readPictureFile } = await import('../media/picture-file.ts');
    const { PictureDecoder } = await import('../media/picture-decoder.ts');
    const bytes = await readPictureFile(path);
    const decoder = new PictureDecoder();
    try {
      const { size, png } = await decoder.thumbnail(bytes);
      return { ...size, thumbnail: Buffer.from(png).toString('base64') };
    } finally {
      await decoder.close();
    }
  } catch (error) {
    if (error instanceof LanchatError) return null;
    throw error;
  }
}
