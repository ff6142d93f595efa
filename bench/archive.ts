// A profile with a long past: which rooms it is in, who spoke there, and what of it a search looks for.
import { createHash } from 'node:crypto';
import { MessageId, PeerId } from '../src/protocol/ids.ts';
import type { StoredMessage } from '../src/storage/stored-message.ts';
import { numbersFrom } from '../test/support/seeded.ts';

/** Without the `#`. Half of everything was said in the first. */
export const ARCHIVE_ROOMS: readonly string[] = [
  'lobby',
  ...Array.from({ length: 49 }, (_, index) => `ward-${String(index + 1).padStart(2, '0')}`),
];

/** One message in so many holds it. */
export const RARE_WORD = 'kumquat';
const RARE_EVERY = 2_000;
const PEOPLE = 40;
/** From one message to the next: a million are about a year. */
const INTERVAL_MS = 30_000;
const VOCABULARY = makeVocabulary(3_000);

/** A word that many messages hold, and one of few. */
export const COMMON_WORD = wordAt(3);
export const SELDOM_WORD = wordAt(2_000);
/** No message holds it. */
export const MISSING_WORD = 'xylophone';

/** Stands in the last message of this room alone, and differs from that of the room before from its first letter on. */
export function lastWords(room: number): string {
  return `${String.fromCharCode(97 + (room % 26))}${room}-was-said-last`;
}

/** The same messages for the same number of them, oldest first, up to now. */
export function* archiveMessages(count: number): IterableIterator<StoredMessage> {
  const number = numbersFrom(7);
  const startMs = Date.now() - count * INTERVAL_MS;
  for (let index = 0; index < count; index++) {
    const room = roomAt(index);
    const author = number(PEOPLE);
    const isLast = index + 2 * ARCHIVE_ROOMS.length >= count;
    yield {
      id: MessageId.fromBytes(digestOf(`message ${index}`, MessageId.sizeBytes)),
      timeMs: startMs + index * INTERVAL_MS,
      sentTimeMs: null,
      conversation: { room: `#${ARCHIVE_ROOMS[room]}` },
      from: {
        fingerprint: PeerId.fromBytes(digestOf(`person ${author}`, PeerId.sizeBytes)),
        nick: `person-${author}`,
      },
      text: isLast ? lastWords(room) : textOf(index, number),
      state: null,
      reason: null,
    };
  }
}

/** The rooms other than the first take turns. */
function roomAt(index: number): number {
  return index % 2 === 0 ? 0 : 1 + (((index - 1) / 2) % (ARCHIVE_ROOMS.length - 1));
}

/** Four to nineteen words, some more often than others: 80 characters in the middle. */
function textOf(index: number, number: (bound: number) => number): string {
  const words = Array.from({ length: 4 + number(16) }, () => wordAt(number(1 + number(3_000))));
  if (index % RARE_EVERY === 0) words.push(RARE_WORD);
  return words.join(' ');
}

function wordAt(index: number): string {
  return VOCABULARY[index] ?? '';
}

function makeVocabulary(size: number): readonly string[] {
  const number = numbersFrom(11);
  const syllable = () => `${'bdfgklmnprst'[number(12)]}${'aeiou'[number(5)]}`;
  return Array.from({ length: size }, () =>
    Array.from({ length: 1 + number(4) }, syllable).join(''),
  );
}

function digestOf(text: string, sizeBytes: number): Uint8Array {
  return new Uint8Array(createHash('sha256').update(text).digest().subarray(0, sizeBytes));
}
