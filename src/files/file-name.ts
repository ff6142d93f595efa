// A name that a stranger gave a file, made one that any file system takes, that hides nothing and leads nowhere.
import { utf8FromText } from '../protocol/bytes.ts';
import { cleanLine } from '../protocol/one-line.ts';

/** Of the 255 bytes that file systems take; what is left is for ` (2)`. */
const MAX_BYTES = 240;
const FALLBACK = 'file';

/** What separates folders, what looks like it, and what Windows allows in no name. */
const SEPARATING =
  /[/\\<>:"|?*\u2044\u2215\u2216\u2571\u2572\u27cb\u27cd\u29f8\u29f9\ufe68\uff0f\uff3c\u{1f67c}\u{1f67d}]/gu;
/** What has no look of its own: zero-width characters, fillers, variation selectors, tags. */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Cf}]/gu;
/** A blank to the eye, a symbol to Unicode. */
const BRAILLE_BLANK = /\u2800/g;
/** Hidden files, and what a program would take for an option. */
const LEADING = /^[.\- ]+/;
/** Windows drops these, so that another file would be meant. */
const TRAILING = /[. ]+$/;
/** Devices on Windows, with any extension. */
const RESERVED = /^(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|CLOCK\$|(?:COM|LPT)[0-9¹²³])(?: *\.| *$)/iu;
const EXTENSION = /(?:\.tar)?\.[^. ]{1,16}$/iu;

/**
 * `name`, of anybody's making, as the name of one file: no path, nothing invisible, nothing that a system treats
 * differently; at most 240 bytes of UTF-8, its extension kept. Never empty. Idempotent.
 */
export function safeFileName(name: string): string {
  const shown = name.toWellFormed().replace(INVISIBLE, '').replace(BRAILLE_BLANK, ' ');
  // What cleanLine drops may have stood between a letter and its mark.
  const line = cleanLine(shown, Number.POSITIVE_INFINITY).normalize('NFC').replace(SEPARATING, '_');
  const bare = line.replace(LEADING, '').replace(TRAILING, '');
  const fitting = fitFileName(RESERVED.test(bare) ? `_${bare}` : bare, MAX_BYTES);
  return fitting === '' ? FALLBACK : fitting;
}

/** A safe name cut to `maxBytes` (at least 100) before its extension. */
export function fitFileName(name: string, maxBytes: number): string {
  if (utf8FromText(name).length <= maxBytes) return name;
  const { stem, extension } = splitFileName(name);
  let left = maxBytes - utf8FromText(extension).length;
  let kept = '';
  for (const letter of stem) {
    left -= utf8FromText(letter).length;
    if (left < 0) break;
    kept += letter;
  }
  return `${kept.replace(TRAILING, '')}${extension}`;
}

/** A safe name as the `number`th of its kind: `photo (2).jpg`; the first is itself. */
export function numberedFileName(name: string, number: number): string {
  if (number === 1) return name;
  const { stem, extension } = splitFileName(name);
  return `${stem} (${number})${extension}`;
}

/** The extension with its dot, `.tar.gz` as one; empty where there is none. */
function splitFileName(name: string): { stem: string; extension: string } {
  const [extension = ''] = EXTENSION.exec(name.slice(1)) ?? [];
  return { stem: name.slice(0, name.length - extension.length), extension };
}

/** The same for names that some file system takes for one: whatever their case, width or composition. */
export function nameKey(name: string): string {
  return name.normalize('NFKC').toLowerCase().toUpperCase().toLowerCase().normalize('NFKC');
}
