// Names that people choose, for themselves, rooms and relays: what is allowed, and which look alike.
import { utf8FromText } from './bytes.ts';
import { MAX_NICK_BYTES, MAX_ROOM_NAME_BYTES } from './limits.ts';
import { isOneScript, lookOf } from './scripts.ts';

/** More wouldn't fit beside an address on one line. */
const MAX_RELAY_NAME_BYTES = 48;

// Letters, marks and digits; nothing invisible, no enclosing mark, and nothing that passes for
// punctuation (modifier letters but Japanese ones, clicks, the Latin middle dot, Arabic zeros).
const LETTER =
  '(?:[ー々]|(?![\\p{Default_Ignorable_Code_Point}\\p{Lm}\\u01c0-\\u01c3\\ua78f\\u0660\\u06f0])[\\p{L}\\p{Mn}\\p{Mc}\\p{Nd}])';
const NICK = new RegExp(`^(?!\\p{M})${LETTER}(?:${LETTER}|[_.'-])*$`, 'u');
const ROOM = new RegExp(`^(?!\\p{M})${LETTER}(?:${LETTER}|[_.-])*$`, 'u');
const RELAY = new RegExp(`(?!\\p{M})${LETTER}(?:(?=\\p{M})${LETTER}){0,4}|[ _.-]`, 'gu');
/** What is left out of a name. A letter that is only not allowed here stays, and spoils the name. */
const DROPPED =
  /(?![ー々])(?:[^\p{L}\p{Mn}\p{Mc}\p{Nd}_.'-]|[\p{Default_Ignorable_Code_Point}\p{Lm}])/gu;
// What stands behind such a dot reads as digits of the key, which lanchat writes there: `name·4f2a`.
const FORGED_LABEL = /[·ꞏˑ•‧∙⋅・᛫⸱𐄁ᆞ٠۰].*/su;
// A mark without a letter, more than scripts stack, or one twice, of which nobody sees the second.
const BAD_MARKS = /[^\p{L}\p{M}]\p{M}|\p{M}{5}|[\u0300-\u036f]{3}|(\p{M})\1/u;

const UNNAMED = 'unnamed';

/** Where everybody lands, without the `#` that people write before it. */
export const FIRST_ROOM_NAME = 'lobby';
export const FIRST_ROOM = `#${FIRST_ROOM_NAME}`;

/**
 * A name as its owner may publish it: NFKC, allowed characters, one script of those listed in
 * scripts.ts, at most 32 bytes; or null.
 */
export function parseNick(text: string): string | null {
  const nick = text.trim().normalize('NFKC');
  const isAllowed = NICK.test(nick) && !BAD_MARKS.test(nick) && isOneScript(nick);
  return isAllowed && utf8FromText(nick).length <= MAX_NICK_BYTES ? nick : null;
}

/**
 * What to call somebody whose card says `raw`: the name where it is allowed, else what is left of it
 * after taking out what is no letter, else `anonymous`. Never throws: a card is remote text.
 */
export function cleanNick(raw: string): string {
  const parsed = parseNick(raw);
  if (parsed !== null) return parsed;
  const kept = raw
    .normalize('NFKC')
    .replace(FORGED_LABEL, '')
    .replace(DROPPED, '')
    .replace(/^[^\p{L}\p{Nd}]+/u, '');
  return parseNick(kept) ?? 'anonymous';
}

/** A room's name without its `#`: NFKC, lower case, at most 48 bytes; or null. */
export function parseRoomName(text: string): string | null {
  const name = text.trim().replace(/^#/, '').normalize('NFKC').toLowerCase().normalize('NFKC');
  const isAllowed = ROOM.test(name) && !BAD_MARKS.test(name);
  return isAllowed && utf8FromText(name).length <= MAX_ROOM_NAME_BYTES ? name : null;
}

/**
 * What to call a relay that claims this name: its letters, digits and single spaces, `-`, `_` and
 * `.`, at most 48 bytes, so that it can't look like a further entry of a list; or `unnamed`.
 */
export function cleanRelayName(raw: string): string {
  const kept = (raw.normalize('NFKC').match(RELAY) ?? []).join('').normalize('NFKC');
  let name = '';
  for (const letter of kept.replace(/ {2,}/g, ' ').trim()) {
    if (utf8FromText(name + letter).length > MAX_RELAY_NAME_BYTES) break;
    name += letter;
  }
  return name.trim() || UNNAMED;
}

/** What to call a private room that claims this title: as `cleanRelayName`, but empty where nothing is left. */
export function cleanTitle(raw: string): string {
  const name = cleanRelayName(raw);
  return name === UNNAMED ? '' : name;
}

/** Names with one skeleton look alike to a person (a small form of Unicode TS 39's confusables). */
export function nickSkeleton(nick: string): string {
  return lookOf(nick)
    .replace(/rn/g, 'm')
    .replace(/vv/g, 'w')
    .replace(/[ _.'-]/g, '');
}
