// What lies over the messages when somebody looks at a picture: its data, and the ways in which this terminal can show it.
import type { PictureSetting } from '../client/preferences.ts';
import type { DecodedPicture, PictureSize } from '../media/picture.ts';
import type { PictureSequence } from '../media/picture-sequence.ts';
import { pictureProtocol, type TerminalAnswers } from '../media/terminal-pictures.ts';
import { colourDepth } from './colours.ts';
import type { SafeText } from './safe-text.ts';
import type { Row } from './spans.ts';

export type PictureWay =
  /** Only what it is: there is no colour to show it in. */
  | { readonly kind: 'words' }
  | { readonly kind: 'shades' }
  | { readonly kind: 'blocks'; readonly depth: '256' | 'true' }
  /** `cell`: of one, in pixels. */
  | { readonly kind: 'kitty' | 'iterm' | 'sixel'; readonly cell: PictureSize };

/** Rows, or what the terminal draws. */
export type Drawing =
  | { readonly kind: 'rows'; readonly rows: readonly Row[] }
  | { readonly kind: 'sequence'; readonly sequence: PictureSequence };

/** Into so many cells, at least one each way. */
export type DrawInto = (room: PictureSize) => Drawing;

export type ViewOutcome =
  | { readonly kind: 'loading' }
  | { readonly kind: 'shown'; readonly picture: DecodedPicture; readonly draw: DrawInto }
  | { readonly kind: 'failed'; readonly why: SafeText };

export interface ViewOverlay {
  readonly kind: 'view';
  readonly name: SafeText;
  readonly way: PictureWay;
  readonly outcome: ViewOutcome;
  /** What the whole picture is, where this is a small copy of it. */
  readonly copyOf: SafeText | null;
  /** Takes that one; null: there is nothing to take. */
  readonly take: (() => void) | null;
}

/** As the person has set it; `auto`: the best that the environment and the terminal's answers let it be. */
export function pictureWay(
  setting: PictureSetting,
  env: Readonly<Record<string, string | undefined>>,
  answers: TerminalAnswers,
): PictureWay {
  const depth = colourDepth(env);
  if (setting === 'off') return { kind: 'words' };
  // Who names a protocol knows their terminal; without colours there is nothing that blocks could show.
  if (depth === 'none' && (setting === 'auto' || setting === 'blocks')) return { kind: 'words' };
  const { protocol, cell } = pictureProtocol(setting, env, answers);
  if (protocol !== 'blocks') return { kind: protocol, cell };
  // The sixteen are whatever the person has made of them.
  return depth === '256' || depth === 'true' ? { kind: 'blocks', depth } : { kind: 'shades' };
}
