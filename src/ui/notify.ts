// When to make a noise outside the window, and what to say: the sender only, never the text.
import type { Attention } from './apply-event.ts';
import { type SafeText, safeTemplate as t } from './safe-text.ts';
import type { ScreenState } from './screen-state.ts';
import type { NoticeStyle } from './terminal.ts';

/** A storm of messages makes one noise. */
const QUIET_MS = 3_000;

/** How this terminal shows notices, from its environment; a bell where that is not known. */
export function noticeStyle(env: Readonly<Record<string, string | undefined>>): NoticeStyle {
  // Inside tmux and screen only the bell comes through.
  if (env.TMUX !== undefined || (env.TERM ?? '').startsWith('screen')) return 'bell';
  const { TERM = '', TERM_PROGRAM = '' } = env;
  if (TERM === 'xterm-kitty') return 'osc99';
  if (/^(iTerm\.app|WezTerm|ghostty)$/.test(TERM_PROGRAM)) return 'osc9';
  if (/^(foot|rxvt-unicode)/.test(TERM)) return 'osc777';
  return 'bell';
}

/** Decides for one screen; remembers only when it last spoke. */
export class Notifier {
  readonly #now: () => number;
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** The words of a notice, or null where none is due. */
  notice(attention: Attention, focused: boolean): SafeText | null {
    if (focused) return null;
    const now = this.#now();
    if (Math.abs(now - this.#lastMs) < QUIET_MS) return null;
    this.#lastMs = now;
    const { sender, room } = attention;
    return room === null ? t`${sender} wrote to you` : t`${sender} named you in ${room}`;
  }
}

/** `(3) lanchat`: how much is unread, nothing about whom or what. */
export function windowTitle(state: ScreenState): SafeText {
  let unread = 0;
  for (const conversation of state.conversations.values()) unread += conversation.unread;
  return unread === 0 ? t`lanchat` : t`(${unread}) lanchat`;
}
