// What a message carries, in words, without its name, which is somebody's own. Pure.
import type { SharedFile } from '../client/api.ts';
import { type SafeText, safeText, safeTemplate as t } from '../ui/safe-text.ts';
import { lengthWords, sizeWords } from '../ui/shared-file-words.ts';

const MEDIA_TYPE = /^[\w.+-]{1,40}\/[\w.+-]{1,40}$/;

/** `[file] 2.3 MB, image/png`: the type as scripts know it. */
export function fileMark({ size, type, voice, durationMs }: SharedFile): SafeText {
  if (voice) return t`[voice note] ${lengthWords(durationMs ?? 0)}, ${sizeWords(size)}`;
  if (type === undefined || !MEDIA_TYPE.test(type)) return t`[file] ${sizeWords(size)}`;
  return t`[file] ${sizeWords(size)}, ${safeText(type)}`;
}
