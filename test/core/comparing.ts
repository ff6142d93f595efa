// Two people comparing words in the fake net, and what each was told of it.
import { acceptWords, answerWords, startWords, tellSame } from '../../src/core/words.ts';
import type { FakeNet, FakePerson } from '../support/fake-net.ts';

/** What a person was told of comparisons, in order: `state`, or `failed reason`. */
export function told(person: FakePerson): string[] {
  return person
    .eventsOf('words')
    .map((event) => (event.state === 'failed' ? `failed ${event.reason}` : event.state));
}

/** The words last shown to a person; null: none ever were. */
export function wordsOf(person: FakePerson): string | null {
  const shown = person.eventsOf('words').flatMap((event) => ('words' in event ? [event] : []));
  const last = shown.at(-1);
  return last === undefined ? null : `${last.words.join(' ')} ${last.digits}`;
}

export function start(net: FakeNet, from: FakePerson, to: FakePerson): void {
  net.command(from, (core) => startWords(core, to.id));
}

export function accept(net: FakeNet, who: FakePerson, from: FakePerson): void {
  net.command(who, (core) => acceptWords(core, from.id));
}

/** As the driver does: what is the same is said when it is on disk. */
export function answer(
  net: FakeNet,
  [who, whom]: readonly [FakePerson, FakePerson],
  same: boolean,
): void {
  const person = net.command(who, (core) => answerWords(core, whom.id, same));
  if (person !== null) net.command(who, (core) => tellSame(core, whom.id));
}

/** Both have agreed, and see the words. */
export function compared(net: FakeNet, anna: FakePerson, ben: FakePerson): void {
  start(net, anna, ben);
  net.run(500);
  accept(net, ben, anna);
  net.run(500);
}
