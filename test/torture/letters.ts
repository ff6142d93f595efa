// The numbered messages of a kill run: each text says who wrote it, where, and which it is. Knows no process.

export const NAMES = ['asha', 'bo'] as const;
export type Name = (typeof NAMES)[number];

export const PLACES = ['private', 'room'] as const;
/** To the other person, or in the room that both are in. */
export type Place = (typeof PLACES)[number];

export interface Letter {
  readonly from: Name;
  readonly place: Place;
  /** Counts from 1 for each person and place; one that was never sent may be left out. */
  readonly number: number;
}

/** Most are short, some fill several pages of a database. */
const LONG_EVERY = 16;
const LONG_CHARACTERS = 9_000;
const SHORT_CHARACTERS = 700;

/** The same text for the same letter, so that a changed one is noticed. */
export function textOf({ from, place, number }: Letter): string {
  const size = number % LONG_EVERY === 0 ? LONG_CHARACTERS : (number * 37) % SHORT_CHARACTERS;
  return `${from} ${place} ${number} ${'.'.repeat(size)}`;
}

/** Null where nobody writes such a text. */
export function letterOf(text: string): Letter | null {
  const [sender, where, digits] = text.split(' ', 3);
  const from = NAMES.find((name) => name === sender);
  const place = PLACES.find((name) => name === where);
  if (from === undefined || place === undefined) return null;
  const letter = { from, place, number: Number(digits) };
  return textOf(letter) === text ? letter : null;
}

export function otherThan(name: Name): Name {
  return name === 'asha' ? 'bo' : 'asha';
}
