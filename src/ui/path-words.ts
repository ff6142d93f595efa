// Paths as people type them and as terminals drop them: quoted, escaped, as file:// addresses. Looks at no file.

/** More at once is no drop of files. */
const MAX_DROPPED = 20;
const MAX_DROPPED_LENGTH = 16_384;
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/u;
/** What means something to a shell, or ends the word. */
const SPECIAL = /[\s'"\\$`!*?()[\]{}|&;<>#]/gu;

/** The first word of a text, its quotes and escapes undone. */
export interface TypedPath {
  readonly path: string;
  /** What follows it. */
  readonly rest: string;
  /** Nothing follows, and no quote has ended: it may be typed on. */
  readonly isOpen: boolean;
}

/** As shells read it: `'…'`, `"…"`, and `\` before any character, but on Windows, where that is part of a path. */
export function readPath(text: string, isWindows: boolean): TypedPath {
  let path = '';
  let quote: string | null = null;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text.charAt(at);
    const escapes = letter === '\\' && !isWindows && quote !== "'" && at + 1 < text.length;
    if (escapes) {
      at += 1;
      path += text.charAt(at);
    } else if (quote === null && (letter === "'" || letter === '"')) quote = letter;
    else if (letter === quote) quote = null;
    else if (quote === null && /\s/u.test(letter)) {
      return { path, rest: text.slice(at).trim(), isOpen: false };
    } else path += letter;
  }
  return { path, rest: '', isOpen: true };
}

/** So that `readPath` reads it back. */
export function writePath(path: string, isWindows: boolean): string {
  if (!isWindows) return path.replace(SPECIAL, '\\$&');
  return /\s|'/u.test(path) ? `"${path}"` : path;
}

/** What a terminal may have meant by a paste: paths of files, all absolute; the likelier reading first. Empty: no paths. */
export function droppedPaths(pasted: string, isWindows: boolean): readonly (readonly string[])[] {
  const text = pasted.trim();
  if (text === '' || text.length > MAX_DROPPED_LENGTH) return [];
  const words: string[] = [];
  for (let rest = text; rest !== ''; ) {
    const word = readPath(rest, isWindows);
    words.push(word.path);
    if (words.length > MAX_DROPPED) return [];
    rest = word.rest;
  }
  // Some terminals escape no blank.
  const readings = [words, text.split(/\r?\n/u).map((line) => line.trim())];
  return readings.flatMap((reading) => {
    const paths = reading.map((word) => absolutePath(word, isWindows));
    return paths.every((path) => path !== null) ? [paths] : [];
  });
}

/** Null: no path of this machine's own disks. A share of another machine is none: looking at it tells that one who looks. */
function absolutePath(word: string, isWindows: boolean): string | null {
  const path = /^file:/iu.test(word) ? pathOfAddress(word, isWindows) : word;
  if (path === null || CONTROL.test(path)) return null;
  const isAbsolute = isWindows ? /^[a-z]:[\\/]/iu.test(path) : /^\/(?!\/)/u.test(path);
  return isAbsolute ? path : null;
}

/** Of `file:///…` on this machine. Null: of another machine, or nothing that can be a path. */
function pathOfAddress(address: string, isWindows: boolean): string | null {
  // A slash or a backslash in disguise would name another folder than one reads.
  if (!URL.canParse(address) || /%(?:2f|5c|00)/iu.test(address)) return null;
  const { protocol, hostname, pathname, search, hash } = new URL(address);
  if (protocol !== 'file:' || (hostname !== '' && hostname !== 'localhost')) return null;
  if (search !== '' || hash !== '') return null;
  try {
    const path = decodeURIComponent(pathname);
    return isWindows ? path.replace(/^\/(?=[a-z]:)/iu, '').replaceAll('/', '\\') : path;
  } catch {
    return null;
  }
}
