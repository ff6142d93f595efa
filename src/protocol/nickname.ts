// Names that people choose, for themselves and for rooms: what is allowed, and which look alike.
import { utf8FromText } from './bytes.ts';
import { MAX_NICK_BYTES, MAX_ROOM_NAME_BYTES } from './limits.ts';

// Letters, marks and digits of any script, and few joints; no control, bidi, zero-width or space.
const NICK = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}_.'-]*$/u;
const ROOM = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}_.-]*$/u;
/** Where everybody lands, without the `#` that people write before it. */
export const FIRST_ROOM_NAME = 'lobby';
export const FIRST_ROOM = `#${FIRST_ROOM_NAME}`;
const FORBIDDEN_IN_NICK = /[^\p{L}\p{M}\p{N}_.'-]+/gu;
const SCRIPTS = [
  'Latin',
  'Cyrillic',
  'Greek',
  'Armenian',
  'Hebrew',
  'Arabic',
  'Devanagari',
  'Bengali',
  'Tamil',
  'Telugu',
  'Thai',
  'Georgian',
  'Ethiopic',
  'Khmer',
  'Cherokee',
] as const;
const SCRIPT_PATTERNS = SCRIPTS.map((script) => new RegExp(`\\p{Script=${script}}`, 'u'));
// Letters of other scripts that pass for Latin ones, after NFKC and lower-casing.
const LOOK_ALIKES = new Map(
  Object.entries({
    а: 'a',
    е: 'e',
    о: 'o',
    р: 'p',
    с: 'c',
    у: 'y',
    х: 'x',
    і: 'i',
    ј: 'j',
    ѕ: 's',
    һ: 'h',
    ԁ: 'd',
    ԛ: 'q',
    ԝ: 'w',
    в: 'b',
    к: 'k',
    м: 'm',
    н: 'h',
    т: 't',
    г: 'r',
    ո: 'n',
    ս: 'u',
    օ: 'o',
    ա: 'w',
    α: 'a',
    ο: 'o',
    ν: 'v',
    ρ: 'p',
    τ: 't',
    υ: 'u',
    ι: 'i',
    κ: 'k',
    χ: 'x',
    ε: 'e',
    η: 'n',
    ω: 'w',
    ı: 'i',
    ł: 'l',
    ø: 'o',
    '0': 'o',
    '1': 'l',
    '|': 'l',
  }),
);

/** A name as its owner may publish it: NFKC, allowed characters, one script, at most 32 bytes; or null. */
export function parseNick(text: string): string | null {
  const nick = text.trim().normalize('NFKC');
  return NICK.test(nick) && isOneScript(nick) && utf8FromText(nick).length <= MAX_NICK_BYTES
    ? nick
    : null;
}

/**
 * What to call somebody whose card says `raw`: the name where it is allowed, else what is left of it
 * after taking out what is not, else `anonymous`. Never throws: a card is remote text.
 */
export function cleanNick(raw: string): string {
  const parsed = parseNick(raw);
  if (parsed !== null) return parsed;
  const kept = raw
    .normalize('NFKC')
    .replace(FORBIDDEN_IN_NICK, '')
    .replace(/^[^\p{L}\p{N}]+/u, '');
  return parseNick(kept) ?? 'anonymous';
}

/** A room's name without its `#`: NFKC, lower case, at most 48 bytes; or null. */
export function parseRoomName(text: string): string | null {
  const name = text.trim().replace(/^#/, '').normalize('NFKC').toLowerCase();
  return ROOM.test(name) && utf8FromText(name).length <= MAX_ROOM_NAME_BYTES ? name : null;
}

/** Names with one skeleton look alike to a person (a small form of Unicode TS 39's confusables). */
export function nickSkeleton(nick: string): string {
  const lower = nick
    .normalize('NFKC')
    .toLowerCase()
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '');
  let skeleton = '';
  for (const letter of lower) skeleton += LOOK_ALIKES.get(letter) ?? letter;
  return skeleton
    .replace(/rn/g, 'm')
    .replace(/vv/g, 'w')
    .replace(/[_.'-]/g, '');
}

function isOneScript(text: string): boolean {
  return SCRIPT_PATTERNS.filter((pattern) => pattern.test(text)).length <= 1;
}
