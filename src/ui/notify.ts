// When to make a noise outside the window, how this terminal takes one, and what to say in it.
import type { Preferences } from '../client/api.ts';
import type { Attention } from './apply-event.ts';
import { isQuietAt } from './quiet-hours.ts';
import { type SafeText, safeText, safeTemplate as t } from './safe-text.ts';
import type { ScreenState } from './screen-state.ts';
import type { NoticeStyle } from './terminal.ts';

/** A storm of messages makes one noise. */
const QUIET_MS = 3_000;
/** Whose terminal says nothing of its window is taken to look for so long after the last key. */
const LOOKING_MS = 60_000;

export interface NoticeWay {
  readonly style: NoticeStyle;
  /** Completes "this is how, because …". */
  readonly why: SafeText;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** How this terminal shows notices, from its environment; a bell where that is not known. */
export function noticeWay(env: Environment): NoticeWay {
  const { TERM = '', TERM_PROGRAM = '', LC_TERMINAL = '' } = env;
  // Inside these only the bell comes through.
  if (env.TMUX !== undefined || TERM.startsWith('tmux')) {
    return { style: 'bell', why: t`tmux lets nothing else through` };
  }
  if (env.STY !== undefined || TERM.startsWith('screen')) {
    return { style: 'bell', why: t`screen lets nothing else through` };
  }
  if (env.ZELLIJ !== undefined) return { style: 'bell', why: t`zellij lets nothing else through` };
  if (env.KITTY_WINDOW_ID !== undefined) return { style: 'osc99', why: t`the terminal is kitty` };
  if (TERM === 'xterm-kitty') return { style: 'osc99', why: because('TERM', TERM) };
  if (/^(iTerm\.app|WezTerm|ghostty)$/.test(TERM_PROGRAM)) {
    return { style: 'osc9', why: because('TERM_PROGRAM', TERM_PROGRAM) };
  }
  // Of these two it comes along over SSH.
  if (LC_TERMINAL === 'iTerm2') return { style: 'osc9', why: because('LC_TERMINAL', LC_TERMINAL) };
  if (/^(xterm-ghostty|wezterm)$/.test(TERM)) return { style: 'osc9', why: because('TERM', TERM) };
  if (/^(foot|rxvt-unicode|contour)/.test(TERM)) {
    return { style: 'osc777', why: because('TERM', TERM) };
  }
  return { style: 'bell', why: t`this terminal is not known to take more` };
}

function because(name: string, value: string): SafeText {
  return t`${safeText(name)} is ${safeText(value, { maxLength: 40 })}`;
}

/** As it is set, and as the terminal can. Null: nothing is to be told. */
export function chosenWay({ notify }: Preferences, env: Environment): NoticeWay | null {
  switch (notify) {
    case 'off':
      return null;
    case 'bell':
      return { style: 'bell', why: t`/set notify is bell` };
    case 'terminal':
      return noticeWay(env);
    default:
      return notify satisfies never;
  }
}

const STYLE_NAMES: Readonly<Record<NoticeStyle, SafeText>> = {
  osc9: t`OSC 9`,
  osc99: t`OSC 99`,
  osc777: t`OSC 777`,
  bell: t`the bell (BEL)`,
};

/** How notices go in this terminal, and why so. */
export function wayOnlyWords({ style, why }: NoticeWay): SafeText {
  return t`Signalled by ${STYLE_NAMES[style]}, because ${why}.`;
}

/** What a trial of the notices says: how they go, why so, and whether one would come now. */
export function wayWords(way: NoticeWay | null, state: ScreenState, now: Date): SafeText {
  if (way === null) return t`Nothing is signalled: /set notify terminal changes that.`;
  const how = wayOnlyWords(way);
  const { quietHours } = state.preferences;
  if (isQuietAt(quietHours, now)) {
    return t`${how}\nThis was a trial: in the quiet hours, ${safeText(quietHours)}, nothing is.`;
  }
  if (state.focusReported) return how;
  return t`${how}\nThe terminal has not said whether its window is looked at: what comes a minute after your last key is signalled. In tmux, set -g focus-events on lets it.`;
}

export interface Circumstances {
  readonly state: Pick<ScreenState, 'focused' | 'focusReported' | 'preferences'>;
  /** This machine's wall clock. */
  readonly wall: Date;
}

/** Decides for one screen; remembers when it last spoke, and when a key was last pressed. */
export class Notifier {
  readonly #now: () => number;
  #lastMs = Number.NEGATIVE_INFINITY;
  #pressedMs: number;

  /** `now`: monotonic milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
    this.#pressedMs = now();
  }

  pressed(): void {
    this.#pressedMs = this.#now();
  }

  /** The words of a notice, or null where none is due. */
  notice(attention: Attention, { state, wall }: Circumstances): SafeText | null {
    const now = this.#now();
    const { focused, focusReported, preferences } = state;
    const isLooking = focusReported ? focused : now - this.#pressedMs < LOOKING_MS;
    if (isLooking || isQuietAt(preferences.quietHours, wall)) return null;
    if (now - this.#lastMs < QUIET_MS) return null;
    this.#lastMs = now;
    return preferences.notifyText ? textWords(attention) : senderWords(attention);
  }
}

function senderWords({ sender, room, mention, isArrived }: Attention): SafeText {
  if (isArrived) return t`A file of ${sender} is here`;
  if (room === null) return t`${sender} wrote to you`;
  return mention ? t`${sender} named you in ${room}` : t`${sender} wrote in ${room}`;
}

function textWords({ sender, room, text }: Attention): SafeText {
  return room === null ? t`${sender}: ${text}` : t`${sender} in ${room}: ${text}`;
}

/** `(3) lanchat`: how much is unread, nothing about whom or what. */
export function windowTitle(state: ScreenState): SafeText {
  let unread = 0;
  for (const conversation of state.conversations.values()) unread += conversation.unread;
  return unread === 0 ? t`lanchat` : t`(${unread}) lanchat`;
}
