// Going from conversation to conversation in the plain interface, and what is said on the way: where one is, what is unread.

import { type Destination, MAX_PAGE_MESSAGES } from '../client/api.ts';
import { phrase } from '../language/translate.ts';
import { UsageError } from '../protocol/errors.ts';
import { keyOf } from '../ui/message-line.ts';
import { silenceWords } from '../ui/room-words.ts';
import { type SafeText, safeTemplate as t } from '../ui/safe-text.ts';
import { ownLine } from './lines.ts';
import type { PlainScene } from './plain-scene.ts';

/** Unread messages that are said at once; the rest is asked for. */
const MAX_SAID = 20;
/** Of our own and of others who are ignored, among those that are unread. */
const READ_BESIDE = 50;

/** From now on what is typed goes there; what is unread of it is said. Throws what the client does. */
export async function goTo(scene: PlainScene, place: Destination): Promise<void> {
  const { session, show, people, places, reading, placeChanged, seen } = scene;
  // What a room is called that was just made may come later than its name.
  const { rooms } = await session.request({ do: 'snapshot' });
  for (const room of rooms) {
    people.rooms.set(room);
    places.setRoom(room);
  }
  const unread = places.go(place);
  reading.came(keyOf(place), null);
  placeChanged();
  show(t`-- what you type now goes to ${places.fullLabel(place)}`);
  const standing = standingLine(scene, place);
  if (standing !== null) show(standing);
  if (unread > 0) {
    await sayUnread(scene, place, unread);
    seen();
  }
}

/** Why nothing goes out there, or not yet; null: it does. */
function standingLine({ people, places }: PlainScene, place: Destination): SafeText | null {
  if ('peer' in place) {
    const isAway = people.get(place.peer)?.online === false;
    return isAway ? t`-- ${people.label(place.peer)} is away` : null;
  }
  const room = places.rooms.get(place.room);
  if (room === undefined || room.kind === 'public' || places.self === null) return null;
  const words = silenceWords(room, places.self, people);
  return words === null ? null : ownLine(words);
}

async function sayUnread(scene: PlainScene, place: Destination, unread: number): Promise<void> {
  const { session, show, events, reading } = scene;
  const limit = Math.min(MAX_PAGE_MESSAGES, Math.min(unread, MAX_SAID) + READ_BESIDE);
  const page = { conversation: place, before: null, limit };
  const { messages } = await session.request({ do: 'history', ...page });
  const ofOthers = messages.filter(({ state, from }) => state === null && from.ignored !== true);
  const last = messages.at(-1)?.id;
  if (last !== undefined) reading.came(keyOf(place), { last, count: unread });
  const first = ofOthers.at(-Math.min(unread, MAX_SAID));
  const from = first === undefined ? 0 : messages.indexOf(first);
  const more = unread - MAX_SAID;
  if (more > 0) show(t`-- unread before these: ${more}; /read ${unread} says them too`);
  for (const message of messages.slice(from)) show(...events.unread(message));
}

/** `/where`: where one is, and every conversation with its number and what is unread there. */
export function sayWhere({ show, places }: PlainScene): void {
  const { here } = places;
  show(
    here === null
      ? t`-- What you type goes nowhere now: /join #room, /query NAME or /win NUMBER.`
      : t`-- You are in ${places.fullLabel(here)}: what you type goes there.`,
    ...places.lines().map((line) => t`-- ${line}`),
  );
}

/** `/win NUMBER`: as `/where` counts them. Throws UsageError `bad-arguments`, and what the client does. */
export async function goToNumber(scene: PlainScene, typed: string): Promise<void> {
  if (typed === '') return sayWhere(scene);
  const place = /^\d{1,4}$/.test(typed) ? scene.places.numbered(Number(typed)) : null;
  if (place !== null) return goTo(scene, place);
  const { count } = scene.places;
  throw new UsageError(
    'bad-arguments',
    phrase`/win takes a number from 1 to ${count}; /where lists them`,
  );
}

/** `/next`: where something is unread; who names us or writes privately before the rest. */
export async function goToUnread(scene: PlainScene): Promise<void> {
  const place = scene.places.nextUnread();
  if (place === null) scene.show(t`-- Nothing is unread.`);
  else await goTo(scene, place);
}
