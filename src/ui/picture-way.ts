// What lies over the messages when somebody looks at a picture: its data, and the ways in which this terminal can show it.
import type { DecodedPicture, PictureSize } from '../media/picture.ts';
import { pictureProtocol, type TerminalAnswers } from '../media/terminal-pictures.ts';
import { colourDepth } from './colours.ts';
import type { SafeText } from './safe-text.ts';

export type PictureWay =
  /** Only what it is: there is no colour to show it in. */
  | { readonly kind: 'words' }
  | { readonly kind: 'shades' }
  | { readonly kind: 'blocks'; readonly depth: '256' | 'true' }
  /** `cell`: of one, in pixels. */
  | { readonly kind: 'kitty' | 'iterm' | 'sixel'; readonly cell: PictureSize };

export type ViewOutcome =
  | { readonly kind: 'loading' }
  | { readonly kind: 'shown'; readonly picture: DecodedPicture }
  | { readonly kind: 'failed'; readonly why: SafeText };

export interface ViewOverlay {
  readonly kind: 'view';
  readonly name: SafeText;
  readonly way: PictureWay;
  readonly outcome: ViewOutcome;
}

/** The best that the environment and the terminal's answers let it be. */
export function pictureWay(
  env: Readonly<Record<string, string | undefined>>,
  answers: TerminalAnswers,
): PictureWay {
  const depth = colourDepth(env);
  if (depth === 'none') return { kind: 'words' };
  const { protocol, cell } = pictureProtocol('auto', env, answers);
  if (protocol !== 'blocks') return { kind: protocol, cell };
  // The sixteen are whatever the person has made of them.
  return depth === '16' ? { kind: 'shades' } : { kind: 'blocks', depth };
}
