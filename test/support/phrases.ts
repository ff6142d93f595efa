// The texts of the program that are translated, found in its source: the templates of `phrase` and `safeTemplate`.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const TAG = /(?<![\w.])(?:phrase|safeTemplate|t)`/g;
/** Something to translate: two letters that stand together outside of places. */
const WORDS = /\p{L}{2}/u;

export interface Phrase {
  /** As a catalogue has it: `{0} joined`. */
  readonly text: string;
  /** `src/ui/words.ts:12`. */
  readonly where: string;
}

/** All of them, each text once, in the order of the files. */
export function phrases(): Phrase[] {
  const found = new Map<string, Phrase>();
  for (const path of sources('src')) {
    const source = readFileSync(path, 'utf8');
    for (const { index, 0: tag } of source.matchAll(TAG)) {
      const text = templateAt(source, index + tag.length);
      const line = source.slice(0, index).split('\n').length;
      if (WORDS.test(text.replace(/\{\d+\}/g, '')) && !found.has(text))
        found.set(text, { text, where: `${path}:${line}` });
    }
  }
  return [...found.values()];
}

function sources(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return entries
    .filter((entry) => /\.tsx?$/.test(entry))
    .map((entry) => join(folder, entry))
    .sort();
}

/** The template that begins there, its places numbered. */
function templateAt(source: string, from: number): string {
  let text = '';
  let places = 0;
  for (let at = from; source[at] !== '`'; at += 1) {
    if (at >= source.length) throw new Error('a template without an end');
    if (source[at] === '\\') {
      at += 1;
      text += source[at] === 'n' ? '\n' : source[at];
    } else if (source.startsWith('${', at)) {
      text += `{${places}}`;
      places += 1;
      at = endOfPlace(source, at + 2);
    } else text += source[at];
  }
  return text;
}

/** Where the brace stands that closes it. */
function endOfPlace(source: string, from: number): number {
  let depth = 1;
  for (let at = from; at < source.length; at += 1) {
    const character = source[at];
    if (character === '{') depth += 1;
    if (character === '}') depth -= 1;
    if (depth === 0) return at;
    if (character === '`') at = endOfTemplate(source, at + 1);
    else if (character === "'" || character === '"') at = source.indexOf(character, at + 1);
  }
  throw new Error('a place without an end');
}

function endOfTemplate(source: string, from: number): number {
  for (let at = from; at < source.length; at += 1) {
    if (source[at] === '\\') at += 1;
    else if (source.startsWith('${', at)) at = endOfPlace(source, at + 2);
    else if (source[at] === '`') return at;
  }
  throw new Error('a template without an end');
}
