// Stickers: small drawings of our own, by name. Who sends one sends its name alone, so that nobody draws on another's screen.
import { type SafeText, safeText, safeTemplate as t } from './safe-text.ts';

const STICKERS: ReadonlyMap<string, readonly SafeText[]> = new Map([
  ['cat', [t`/\\_/\\`, t`( o.o )`, t` > ^ <`]],
  ['dog', [t`/^-^\\`, t`/ o o \\`, t`V\\ Y /V`]],
  ['fish', [t`><(((('>`]],
  ['coffee', [t`  ( (`, t`   ) )`, t`[____]D`]],
  ['heart', [t` ,d88b.d88b,`, t` 88888888888`, t` 'Y8888888Y'`, t`   'Y888Y'`, t`     'Y'`]],
  ['thanks', [t`*  *   *  *`, t`  T H A N K S`, t`*  *   *  *`]],
  ['done', [t`[x] done`]],
  ['shrug', [t`¯\\_(ツ)_/¯`]],
  ['table', [t`(╯°□°)╯︵ ┻━┻`]],
  ['bear', [t`ʕ•ᴥ•ʔ`]],
  ['party', [t`\\o/  \\o/  \\o/`]],
  ['zzz', [t`( -.-) zzz`]],
]);

export const STICKER_NAMES: readonly string[] = [...STICKERS.keys()];

/** The rows of a sticker; of one that we have not, its name, cleaned. */
export function stickerRows(name: string): readonly SafeText[] {
  return STICKERS.get(name) ?? [t`[sticker ${safeText(name, { maxLength: 40 })}]`];
}
