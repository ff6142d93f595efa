// What lanchat says about a message, in words: what became of it, reactions, polls, timers. Pure; draws nothing.
import type { Change, Message, Poll, StoredMessage, Who } from '../client/api.ts';
import type { PeerId } from '../protocol/ids.ts';
import { durationWords } from './durations.ts';
import { type Oddity, withShownLinks } from './links.ts';
import { fingerprintWords } from './people.ts';
import { type RoomCallers, roomChangeWords } from './room-words.ts';
import { type SafeText, safeText, safeTemplate as t } from './safe-text.ts';
import { fileName } from './shared-file-words.ts';
import { calendarDay, clockTime } from './words.ts';

const MAX_SHOWN_EMOJI = 10;
const MAX_EMOJI_LENGTH = 32;
const MAX_QUOTE_LENGTH = 80;

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

/** That a link is not what it looks like. */
export function oddLinkWords(oddity: Oddity): SafeText {
  switch (oddity.kind) {
    case 'elsewhere':
      return t`A link here goes to ${oddity.host}, whatever else it says.`;
    case 'mixed':
      return t`The link to ${oddity.host} was written with letters of several alphabets: ${oddity.written}`;
    case 'letters':
      return t`The link to ${oddity.host} was written ${oddity.written}`;
    default:
      return oddity satisfies never;
  }
}

/** The beginning of a text, in one line, as others quote it. */
export function quoteWords(
  name: SafeText,
  { text, deleted, file }: Pick<StoredMessage, 'text' | 'deleted' | 'file'>,
): SafeText {
  if (file !== undefined && text === '' && !deleted) return t`${name}: ${fileName(file.name)}`;
  const words = deleted
    ? t`message deleted`
    : withShownLinks(safeText(text, { maxLength: MAX_QUOTE_LENGTH }));
  return t`${name}: ${words}`;
}

interface ChangeScene {
  readonly people: Pick<RoomCallers, 'meet'>;
  /** The room's label, where what is shown is not its own timeline. */
  readonly place?: SafeText | undefined;
}

/** That somebody changed something about the conversation. `actor`: their name. */
export function changeWords(
  change: Change,
  actor: SafeText,
  { people, place = t`this room` }: ChangeScene,
): SafeText {
  const { what, who, text } = change;
  if (what === 'timer') return timerWords(actor, text ?? '');
  if (what === 'key-changed') return keyChangeWords(change, people);
  return roomChangeWords({ what, who, ...(text === undefined ? {} : { text }) }, people, place);
}

/** Who bore the name under which key, and who bears it now; null for what is no change of key. */
export function keyChangeOf({ what, who, text }: Change): KeyChanged | null {
  const [was, now] = who;
  if (what !== 'key-changed' || was === undefined || now === undefined) return null;
  return { was: was.fingerprint, now: now.fingerprint, who: now, wasVerified: text === 'verified' };
}

interface KeyChanged {
  readonly was: PeerId;
  readonly now: PeerId;
  readonly who: Who;
  readonly wasVerified: boolean;
}

function keyChangeWords(change: Change, people: Pick<RoomCallers, 'meet'>): SafeText {
  const changed = keyChangeOf(change);
  if (changed === null) return t`KEY CHANGED`;
  const { was, now, who, wasVerified } = changed;
  const before = wasVerified ? t`verified` : t`unverified`;
  return t`KEY CHANGED: ${people.meet(who)} has another key. It was ${fingerprintWords(was)} (${before}), and is now ${fingerprintWords(now)}.`;
}

function timerWords(actor: SafeText, text: string): SafeText {
  const seconds = /^\d{1,8}$/.test(text) ? Number(text) : 0;
  return seconds === 0
    ? t`${actor} turned the timer off: messages stay`
    : t`${actor} set the timer: messages disappear after ${durationWords(seconds)}`;
}
