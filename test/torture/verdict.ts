// What must hold of two histories once everything has settled: each message once, in order, as was reported.
import type { MessageId } from '../../src/protocol/ids.ts';
import { type Books, finalState, nameOf } from './books.ts';
import {
  type Letter,
  letterOf,
  NAMES,
  type Name,
  otherThan,
  PLACES,
  type Place,
} from './letters.ts';
import type { History, Kept } from './reports.ts';

export type Histories = Readonly<Record<Name, History>>;

/** What one of the two wrote in one place: as their own history holds it, and as the other's does. */
interface Run {
  readonly from: Name;
  readonly place: Place;
  readonly sent: readonly Row[];
  readonly arrived: readonly Row[];
}

type Row = Kept & { readonly letter: Letter };

/** Why the two have yet to settle, or null: something may still be on its way. */
export function unsettled(histories: Histories): string | null {
  for (const { place, sent, arrived } of runsOf(histories)) {
    const there = new Set(arrived.map(({ id }) => id));
    for (const { id, letter, state } of sent) {
      if (state !== finalState(place)) return `${nameOf(letter)} is only ${state}`;
      if (!there.has(id)) return `${nameOf(letter)} is ${state}, and did not arrive`;
    }
  }
  return null;
}

/** For two who have settled. Throws an Error that says what is wrong. */
export function judge(books: Books, histories: Histories): void {
  for (const run of runsOf(histories)) {
    const { from, place, sent, arrived } = run;
    requireRising(sent, `${from} keeps`);
    requireRising(arrived, `${otherThan(from)} keeps`);
    const ids = new Set(sent.map(({ id }) => id));
    for (const { id, letter } of arrived) {
      if (!ids.has(id)) throw new Error(`${nameOf(letter)} arrived, and ${from} never sent it`);
    }
    const last = sent.at(-1)?.letter.number ?? 0;
    if (last > books.of(from).tried[place]) throw new Error(`${from} sent more than was asked`);
  }
  for (const name of NAMES) judgeReports(books, name, histories);
}

/** What was reported is so. */
function judgeReports(books: Books, name: Name, histories: Histories): void {
  const { told, states, shown } = books.of(name);
  const kept = new Map<MessageId, string>();
  const keptNames = new Set<string>();
  for (const place of PLACES) {
    for (const { id, letter } of rowsOf(histories, name, place)) {
      kept.set(id, nameOf(letter));
      keptNames.add(nameOf(letter));
    }
  }
  for (const [id, letter] of told) {
    if (kept.get(id) !== nameOf(letter)) throw new Error(`${nameOf(letter)} was told, and is lost`);
  }
  for (const [id, state] of states) {
    if (!kept.has(id)) throw new Error(`message ${id} of ${name} was ${state}, and is lost`);
  }
  for (const shownName of shown) {
    if (!keptNames.has(shownName)) throw new Error(`${shownName} was shown, and is lost`);
  }
}

function runsOf(histories: Histories): Run[] {
  return NAMES.flatMap((from) =>
    PLACES.map((place) => {
      const isFrom = ({ letter }: Row) => letter.from === from;
      const sent = rowsOf(histories, from, place).filter(isFrom);
      const arrived = rowsOf(histories, otherThan(from), place).filter(isFrom);
      return { from, place, sent, arrived };
    }),
  );
}

function rowsOf(histories: Histories, name: Name, place: Place): Row[] {
  return histories[name][place].map((kept) => {
    const letter = letterOf(kept.text);
    if (letter === null) throw new Error(`${name} keeps what nobody wrote: ${kept.text}`);
    if (letter.place !== place || (letter.from === name) !== kept.isOwn) {
      throw new Error(`${name} keeps ${nameOf(letter)} where it does not belong`);
    }
    return { ...kept, letter };
  });
}

/** Each once, and in the order of their numbers. */
function requireRising(rows: readonly Row[], who: string): void {
  let last: Letter | null = null;
  for (const { letter } of rows) {
    if (last !== null && letter.number <= last.number) {
      throw new Error(`${who} ${nameOf(letter)} after ${nameOf(last)}`);
    }
    last = letter;
  }
}
