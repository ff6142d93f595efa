// What stands under the messages while the link to the relay is lost: since when, what still works, what is tried. Pure.
import { type KeyHints, keyHints } from './bound-keys.ts';
import { ownRows } from './message-body.ts';
import { type SafeText, safeTemplate as t } from './safe-text.ts';
import type { ScreenState } from './screen-state.ts';
import type { Row } from './spans.ts';

export interface Waiting {
  /** How long there has been no link; null: there is one, or there never was anything to link to. */
  readonly lostMs: number | null;
  /** Until the link is tried again; null: it is being tried. */
  readonly countdownMs: number | null;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

export function lostRows(
  state: ScreenState,
  { lostMs, countdownMs }: Waiting,
  cells: number,
): Row[] {
  if (lostMs === null) return [];
  return [
    ...ownRows(
      t`No link to the relay for ${spanWords(lostMs)}; ${tryWords(countdownMs, keyHints(state.keys))}.`,
      cells,
      'warning',
    ),
    ...ownRows(worksWords(state), cells),
  ];
}

function tryWords(countdownMs: number | null, key: KeyHints): SafeText {
  if (countdownMs === null || countdownMs <= 0) return t`trying now`;
  return t`next try in ${Math.ceil(countdownMs / 1000)} s, ${key('send')} tries at once`;
}

/** Only what is so: an ephemeral profile keeps nothing over its end. */
export function worksWords({ ephemeral }: Pick<ScreenState, 'ephemeral'>): SafeText {
  return ephemeral
    ? t`You can read and search. What you write waits, goes out when the relay is back, and is gone if you leave before.`
    : t`You can read and search. What you write is kept here and goes out when the relay is back.`;
}

/** `12 s`, `3 min`, `2 h`: short, since it changes while one looks. */
function spanWords(ms: number): SafeText {
  if (ms < MINUTE_MS) return t`${Math.floor(Math.max(0, ms) / 1000)} s`;
  if (ms < HOUR_MS) return t`${Math.floor(ms / MINUTE_MS)} min`;
  return t`${Math.floor(ms / HOUR_MS)} h`;
}
