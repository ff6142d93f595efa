// How this terminal shows pictures: by what the environment says, and by what it answers when it is asked. Pure.
import type { PictureSize } from './picture.ts';

export type PictureProtocol = 'kitty' | 'iterm' | 'sixel' | 'blocks';

type Environment = Readonly<Record<string, string | undefined>>;

/** What the terminal has answered so far. */
export interface TerminalAnswers {
  readonly kitty: boolean;
  readonly sixel: boolean;
  /** Of a cell, in pixels; null: not known. */
  readonly cell: PictureSize | null;
}

export const NO_ANSWERS: TerminalAnswers = { kitty: false, sixel: false, cell: null };

/** A picture of one pixel that is looked at and not kept; device attributes, which name sixel; a cell's size. */
const KITTY_QUERY = '\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\';
const ATTRIBUTES_QUERY = '\x1b[c';
const CELL_QUERY = '\x1b[16t';

const KITTY_ANSWER = '\x1b_Gi=31;OK\x1b\\';
const ATTRIBUTES_ANSWER = /^\x1b\[\?([\d;]+)c$/;
const CELL_ANSWER = /^\x1b\[6;(\d{1,3});(\d{1,3})t$/;
const SIXEL_ATTRIBUTE = '4';

/** Where nothing says how large a cell is: as terminals commonly have it. */
const COMMON_CELL: PictureSize = { width: 10, height: 20 };

/** What to write to hear how it is; null: what is known already is all, or nobody would answer. */
export function pictureQuery(env: Environment): string | null {
  if (isMultiplexed(env) || isPlain(env)) return null;
  const named = namedProtocol(env);
  if (named !== null) return CELL_QUERY;
  // This one writes on the screen what stands in such a question.
  const asksKitty = env.TERM_PROGRAM !== 'Apple_Terminal';
  return (asksKitty ? KITTY_QUERY : '') + CELL_QUERY + ATTRIBUTES_QUERY;
}

/** With what a whole sequence of the terminal's says; anything else changes nothing. */
export function withAnswer(answers: TerminalAnswers, sequence: string): TerminalAnswers {
  if (sequence === KITTY_ANSWER) return { ...answers, kitty: true };
  const attributes = ATTRIBUTES_ANSWER.exec(sequence)?.[1]?.split(';') ?? [];
  if (attributes.includes(SIXEL_ATTRIBUTE)) return { ...answers, sixel: true };
  const [, height, width] = CELL_ANSWER.exec(sequence)?.map(Number) ?? [];
  if (!width || !height) return answers;
  return { ...answers, cell: { width, height } };
}

/** How pictures are drawn, and how large a cell is in pixels for it. */
export function pictureProtocol(
  setting: 'auto' | PictureProtocol,
  env: Environment,
  answers: TerminalAnswers,
): { readonly protocol: PictureProtocol; readonly cell: PictureSize } {
  const cell = answers.cell ?? COMMON_CELL;
  if (setting !== 'auto') return { protocol: setting, cell };
  return { protocol: bestProtocol(env, answers), cell };
}

function bestProtocol(env: Environment, answers: TerminalAnswers): PictureProtocol {
  // Programs between us and the terminal move and cut what they know, and a picture isn't.
  if (isMultiplexed(env)) return 'blocks';
  const named = namedProtocol(env);
  if (named !== null) return named;
  if (answers.kitty) return 'kitty';
  // It is drawn in the terminal's pixels: without a cell's size it might cover what stands beside it.
  return answers.sixel && answers.cell !== null ? 'sixel' : 'blocks';
}

/** tmux and GNU screen; mosh answers nothing for a terminal that it doesn't know. */
function isMultiplexed({ TMUX = '', STY = '', TERM = '' }: Environment): boolean {
  return TMUX !== '' || STY !== '' || /^(?:screen|tmux)/.test(TERM);
}

function isPlain({ TERM = '' }: Environment): boolean {
  return /^(?:linux|dumb|vt\d+)$/.test(TERM);
}

/** Of a terminal that says who it is. One that was started inside another may have inherited the other's window. */
function namedProtocol(env: Environment): 'kitty' | 'iterm' | null {
  const { TERM = '', TERM_PROGRAM = '', KITTY_WINDOW_ID = '' } = env;
  const isKitty = KITTY_WINDOW_ID !== '' && /^(?:kitty)?$/.test(TERM_PROGRAM);
  if (isKitty || TERM_PROGRAM === 'ghostty' || /^xterm-(?:kitty|ghostty)$/.test(TERM))
    return 'kitty';
  return TERM_PROGRAM === 'iTerm.app' || TERM_PROGRAM === 'WezTerm' ? 'iterm' : null;
}
