// Pictures on this machine's disk, for whoever types their names where no shell reads them: `~/` is the home folder.
import type { DecodedPicture } from '../media/picture.ts';
import { pictureWords } from '../ui/picture-rows.ts';
import type { LoadPicture } from '../ui/picture-viewer.ts';
import { type SafeText, safeTemplate as t } from '../ui/safe-text.ts';
import { resolveTyped } from './typed-path.ts';

/** For words alone. */
const SMALLEST_BOX = { width: 1, height: 1 };

/** Nothing that decodes is loaded before. Throws PictureError. */
export const loadPicture: LoadPicture = async (source, { box, signal }) => {
  const { readPictureFile } = await import('../media/picture-file.ts');
  const { PictureDecoder } = await import('../media/picture-decoder.ts');
  const bytes = typeof source === 'string' ? await readPictureFile(resolveTyped(source)) : source;
  const decoder = new PictureDecoder();
  try {
    return await decoder.decode(bytes, box, signal);
  } finally {
    await decoder.close();
  }
};

/** `/view FILE` where there is no screen: what it is. Throws PictureError. */
export async function pictureFileWords(file: string): Promise<SafeText> {
  if (file === '') return t`/view FILE: which picture?`;
  const { signal } = new AbortController();
  const picture: DecodedPicture = await loadPicture(file, { box: SMALLEST_BOX, signal });
  return pictureWords(picture);
}
