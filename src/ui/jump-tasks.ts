// Going to a time or to the oldest unread message of a conversation, through all that is kept; Esc comes back.
import { MAX_PAGE_MESSAGES, type StoredMessage } from '../client/api.ts';
import { phrase } from '../language/translate.ts';
import { UsageError } from '../protocol/errors.ts';
import type { MessageId } from '../protocol/ids.ts';
import { keyHints } from './bound-keys.ts';
import type { Conversation, ConversationKey } from './conversation.ts';
import { destinationOf } from './message-line.ts';
import { type SafeText, safeTemplate as t } from './safe-text.ts';
import { answering } from './selection-answer.ts';
import type { ScreenActions } from './talk.ts';
import { calendarDay, clockTime } from './words.ts';

const DAY = /^(\d{4})-(\d{1,2})-(\d{1,2})$/;
const CLOCK = /^(\d{1,2}):(\d{2})$/;

/**
 * `2026-11-03`, `today`, `yesterday`, `14:30`, or a day and a time; by this machine's clock. A time without a day is the
 * last that has been. Null: it is none of these.
 */
export function timeOf(typed: string, nowMs: number): number | null {
  const [first = '', second, ...more] = typed
    .trim()
    .toLowerCase()
    .split(/\s+|(?<=\d)t(?=\d)/u);
  if (more.length > 0) return null;
  const clock = second === undefined ? clockOf(first) : clockOf(second);
  if (second === undefined && clock !== null) return lastTime(clock, nowMs);
  const day = dayOf(first, nowMs);
  if (day === null || (second !== undefined && clock === null)) return null;
  const [hours, minutes] = clock ?? [0, 0];
  return day.setHours(hours, minutes);
}

type Clock = readonly [number, number];

function lastTime([hours, minutes]: Clock, nowMs: number): number {
  const today = new Date(nowMs).setHours(hours, minutes, 0, 0);
  return today > nowMs ? daysBefore(today, 1).setHours(hours, minutes) : today;
}

function clockOf(typed: string): Clock | null {
  const [, hours = '', minutes = ''] = CLOCK.exec(typed) ?? [];
  const isTime = hours !== '' && Number(hours) < 24 && Number(minutes) < 60;
  return isTime ? [Number(hours), Number(minutes)] : null;
}

/** Its midnight. */
function dayOf(typed: string, nowMs: number): Date | null {
  if (typed === 'today') return daysBefore(nowMs, 0);
  if (typed === 'yesterday') return daysBefore(nowMs, 1);
  const [, year = '', month = '', day = ''] = DAY.exec(typed) ?? [];
  if (year === '') return null;
  const date = new Date(Number(year), Number(month) - 1, Number(day));
  // The 31st of a month that has 30 days would be the 1st of the next.
  return date.getMonth() === Number(month) - 1 && date.getDate() === Number(day) ? date : null;
}

function daysBefore(timeMs: number, days: number): Date {
  const date = new Date(timeMs);
  date.setHours(0, 0, 0, 0);
  date.setDate(date.getDate() - days);
  return date;
}

/** `/goto WHEN`: to the first message of that time or after it. */
export async function goToTime(
  actions: ScreenActions,
  args: string,
  here: ConversationKey,
): Promise<void> {
  const { store, ask } = actions;
  await answering(store, async () => {
    const timeMs = timeMeant(args, store.now());
    const conversation = destinationOf(here);
    const { message } = await ask({ do: 'first-since', conversation, timeMs });
    return message === null ? nothingSince(timeMs) : goTo(actions, message, here);
  });
}

/** As `timeOf`. Throws UsageError `bad-arguments`. */
export function timeMeant(typed: string, nowMs: number): number {
  const timeMs = timeOf(typed, nowMs);
  if (timeMs !== null) return timeMs;
  const forms = phrase`/goto 2026-11-03, yesterday, 14:30, 2026-11-03 14:30`;
  const message =
    typed === '' ? phrase`When? ${forms}` : phrase`"${typed.slice(0, 40)}" is no time: ${forms}`;
  throw new UsageError('bad-arguments', message);
}

export function nothingSince(timeMs: number): SafeText {
  return t`Nothing came here at ${calendarDay(timeMs)} ${clockTime(timeMs)} or later.`;
}

/** Alt+U, `/unread`: to the oldest message here that nobody had looked at when the conversation was opened. */
export async function goToUnread(actions: ScreenActions): Promise<void> {
  const { store } = actions;
  const { active } = store;
  await answering(store, async () => {
    const message = await oldestUnread(actions, active);
    if (message !== null) return goTo(actions, message, active.key);
    const next = keyHints(store.state.keys)('next-unread');
    return t`Nothing is unread here. ${next} goes to the next window that has something.`;
  });
}

async function goTo(
  { store, history }: ScreenActions,
  message: StoredMessage,
  here: ConversationKey,
): Promise<null> {
  await history.goTo(message, () => store.state.active === here);
  return null;
}

/** In memory, where it has been found there; else counted back from the last, as history counted it. */
async function oldestUnread(
  { ask }: ScreenActions,
  { key, owed, firstUnread, marker }: Conversation,
): Promise<StoredMessage | null> {
  if (owed !== null) return countedBack(ask, key, owed);
  const id = firstUnread ?? marker;
  return id === null ? null : (await ask({ do: 'message', id })).message;
}

/** So many messages of others up to that one, as history counted them. */
export interface Owed {
  readonly last: MessageId;
  readonly count: number;
}

/** The first of them; null: the last is there no more. */
export async function countedBack(
  ask: ScreenActions['ask'],
  key: ConversationKey,
  { last, count }: Owed,
): Promise<StoredMessage | null> {
  const conversation = destinationOf(key);
  let { message: first } = await ask({ do: 'message', id: last });
  if (first === null) return null;
  let left = count - (first.state === null ? 1 : 0);
  for (let before = last, isMore = true; isMore && left > 0; ) {
    const page = await ask({ do: 'history', conversation, before, limit: MAX_PAGE_MESSAGES });
    for (const message of page.messages.toReversed()) {
      if (message.state !== null || left === 0) continue;
      first = message;
      left -= 1;
    }
    before = page.messages[0]?.id ?? before;
    isMore = page.more && page.messages.length > 0;
  }
  return first;
}
