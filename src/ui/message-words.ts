// What lanchat says about a message, in words: what became of it, reactions, polls, timers. Pure; draws nothing.
import type { Change, Message, Poll, StoredMessage } from '../client/api.ts';
import { UsageError } from '../protocol/errors.ts';
import type { People } from './people.ts';
import { type SafeText, safeText, safeTemplate as t } from './safe-text.ts';
import { calendarDay, clockTime } from './words.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Emoji that one row names; more are counted. */
const MAX_SHOWN_EMOJI = 10;
const MAX_EMOJI_LENGTH = 32;
const MAX_QUOTE_LENGTH = 80;
const MAX_NAMED = 8;

const UNITS: ReadonlyMap<string, number> = new Map([
  ['s', 1],
  ['m', MINUTE],
  ['h', HOUR],
  ['d', DAY],
]);

/** `30s`, `5m`, `2h`, `7d` as seconds; `off` as null. Throws UsageError `bad-timer`. */
export function parseTimer(text: string): number | null {
  if (text.toLowerCase() === 'off') return null;
  const [, count = '', unit = ''] = /^(\d{1,8})([smhd])$/i.exec(text) ?? [];
  const factor = UNITS.get(unit.toLowerCase());
  if (factor === undefined) {
    throw new UsageError(
      'bad-timer',
      'a timer takes 30s, 5m, 2h, 7d or off: 10 seconds to 90 days',
    );
  }
  return Number(count) * factor;
}

/** `30 seconds`, `1 hour`, `7 days`: in the largest unit that it is whole in. */
export function durationWords(seconds: number): SafeText {
  const [size, name] =
    seconds % DAY === 0
      ? ([DAY, t`day`] as const)
      : seconds % HOUR === 0
        ? ([HOUR, t`hour`] as const)
        : seconds % MINUTE === 0
          ? ([MINUTE, t`minute`] as const)
          : ([1, t`second`] as const);
  const count = seconds / size;
  return count === 1 ? t`1 ${name}` : t`${count} ${name}s`;
}

/** What became of a message since it was said, in one line; null: nothing. */
export function fateWords({ edited, reactions, expires }: Message): SafeText | null {
  const parts: SafeText[] = [];
  if (edited !== undefined) parts.push(t`edited`);
  if (reactions !== undefined && reactions.length > 0) parts.push(reactionWords(reactions));
  const timeMs = expires === undefined ? Number.NaN : Date.parse(expires);
  if (!Number.isNaN(timeMs)) {
    parts.push(t`disappears ${calendarDay(timeMs)} ${clockTime(timeMs)}`);
  }
  return parts.length === 0 ? null : joined(parts, t`; `);
}

/** `👍 2  🎉 1`. */
function reactionWords(reactions: NonNullable<Message['reactions']>): SafeText {
  const shown = reactions
    .slice(0, MAX_SHOWN_EMOJI)
    .map(
      ({ emoji, from }) => t`${safeText(emoji, { maxLength: MAX_EMOJI_LENGTH })} ${from.length}`,
    );
  const more = reactions.length - shown.length;
  return joined(more > 0 ? [...shown, t`and ${more} more`] : shown, t`  `);
}

function joined(parts: readonly SafeText[], between: SafeText): SafeText {
  const [first = t``, ...rest] = parts;
  return rest.reduce((text, part) => t`${text}${between}${part}`, first);
}

/** A line a choice; what lanchat counts stands left of what its author wrote. */
export function choiceLines({ choices, votes, own }: Poll): SafeText[] {
  return choices.map((choice, index) => {
    const count = votes[index] ?? 0;
    const voted = count === 1 ? t`1 vote` : t`${count} votes`;
    const yours = own === index ? t`, yours` : t``;
    return t`${index + 1}. ${voted}${yours}: ${safeText(choice, { maxLength: 200 })}`;
  });
}

/** What kind of poll it is, and how it stands. */
export function pollWords({ anonymous, closed, votes }: Poll): SafeText {
  const kind = anonymous ? t`anonymous poll` : t`poll`;
  if (!closed) return anonymous ? t`${kind}, counted when it is closed` : t`${kind}, open`;
  return t`${kind}, closed: ${votes.reduce((sum, count) => sum + count, 0)} voted`;
}

/** The beginning of a text, in one line, as others quote it. */
export function quoteWords(
  name: SafeText,
  { text, deleted }: Pick<StoredMessage, 'text' | 'deleted'>,
): SafeText {
  const words = deleted ? t`message deleted` : safeText(text, { maxLength: MAX_QUOTE_LENGTH });
  return t`${name}: ${words}`;
}

/** That somebody changed something about the conversation. `actor`: their name. */
export function changeWords(
  { what, who, text = '' }: Change,
  actor: SafeText,
  people: Pick<People, 'label'>,
): SafeText {
  const words = safeText(text, { maxLength: 300 });
  const labels = who.slice(0, MAX_NAMED).map(({ fingerprint }) => people.label(fingerprint));
  const names = joined(labels, t`, `);
  switch (what) {
    case 'timer':
      return timerWords(actor, text);
    case 'created':
      return t`${actor} made this room`;
    case 'added':
      return t`${actor} added ${names}`;
    case 'removed':
      return t`${actor} removed ${names}`;
    case 'left':
      return t`${names} left`;
    case 'titled':
      return t`${actor} called it ${words}`;
    case 'topic':
      return t`${actor} set the topic: ${words}`;
    case 'granted':
      return t`${actor} made ${names} moderator`;
    case 'revoked':
      return t`${actor} took moderation from ${names}`;
    case 'read-only':
      return t`${actor} made it read-only: only moderators write`;
    case 'read-write':
      return t`${actor} lets everybody write`;
    case 'transferred':
      return t`${actor} gave the room to ${names}`;
    case 'closed':
      return t`${actor} closed the room`;
    default:
      return what satisfies never;
  }
}

function timerWords(actor: SafeText, text: string): SafeText {
  const seconds = /^\d{1,8}$/.test(text) ? Number(text) : 0;
  return seconds === 0
    ? t`${actor} turned the timer off: messages stay`
    : t`${actor} set the timer: messages disappear after ${durationWords(seconds)}`;
}
