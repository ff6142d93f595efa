// `lanchat verify WHO --words`: both see seven words, and say whether they are the same.
import type { ClientEvent, Person, Session } from '../client/api.ts';
import { phrase } from '../language/translate.ts';
import { UsageError } from '../protocol/errors.ts';
import { comparisonWords, isAlarming, type WordsEvent } from '../ui/comparison.ts';
import { cleanNickname } from '../ui/people.ts';
import { type SafeText, safeText } from '../ui/safe-text.ts';
import { ask } from './ask.ts';
import type { CommandContext } from './context.ts';
import { CommandError } from './errors.ts';
import { watch } from './session.ts';

/**
 * Waits until the person is here, at most the command's timeout, and compares. Throws CommandError (`not-here`,
 * `words-differ`, `timeout`, `declined`), UsageError (`not-confirmed`, `too-soon`, `comparing`).
 */
export async function verifyByWords(
  context: CommandContext,
  session: Session,
  person: Person,
): Promise<void> {
  await whenHere(context, session, person);
  const { fingerprint: peer } = person;
  const events = (look: (event: WordsEvent) => WordsEvent | undefined) =>
    watch(session, null, (event) => {
      if (!isOf(event, person)) return undefined;
      report(context, event);
      refuseFailed(event);
      return look(event);
    });
  const shown = events((event) => (event.state === 'compare' ? event : undefined));
  await during(shown, session.request({ do: 'words-start', peer }));
  const ended = events((event) => (event.state === 'same' ? event : undefined));
  // Whoever ended it meanwhile is not to wait for an answer.
  const over = new AbortController();
  const signal = AbortSignal.any([context.signal, over.signal]);
  try {
    await during(ended, answer({ ...context, signal }, session, person));
  } finally {
    over.abort();
  }
}

/** What `heard` comes to, once `work` is done; at once where either fails. */
async function during(heard: ReturnType<typeof watch>, work: Promise<unknown>): Promise<void> {
  try {
    await Promise.all([heard.result, work]);
  } finally {
    heard.stop();
  }
}

async function answer(context: CommandContext, session: Session, person: Person): Promise<void> {
  const same = await asksSame(context);
  await session.request({ do: 'words-answer', peer: person.fingerprint, same });
}

/** From a terminal as from a script: one line of stdin. Throws UsageError `not-confirmed`. */
async function asksSame(context: CommandContext): Promise<boolean> {
  const question = phrase`Do both of you have the same words? y or n: `;
  const isAsked = !context.output.options.json;
  const line = (await ask(context, isAsked ? safeText(question) : safeText(''))).toLowerCase();
  if (['y', 'yes', 'same'].includes(line)) return true;
  if (['n', 'no', 'different'].includes(line)) return false;
  const message = phrase`nobody said whether the words are the same: nothing was recorded`;
  throw new UsageError('not-confirmed', message);
}

function report({ output }: CommandContext, event: WordsEvent): void {
  // Why it failed is said once, at the end.
  if (event.state === 'failed') return;
  output.data({ ...event }, comparisonWords(event, nameIn(event)));
}

function refuseFailed(event: WordsEvent): void {
  if (event.state !== 'failed') return;
  const message = comparisonWords(event, nameIn(event));
  const { reason } = event;
  if (isAlarming(reason)) throw new CommandError('words-differ', message);
  if (reason === 'timeout') throw new CommandError('timeout', message);
  if (reason === 'declined') throw new CommandError('declined', message);
  throw new CommandError('too-soon', message);
}

function nameIn({ peer }: WordsEvent): SafeText {
  return cleanNickname(peer.nick);
}

function isOf(event: ClientEvent, { fingerprint }: Person): event is WordsEvent {
  return event.type === 'words' && event.peer.fingerprint === fingerprint;
}

async function whenHere(context: CommandContext, session: Session, person: Person): Promise<void> {
  if (person.online) return;
  const { timeoutMs } = context.options;
  const came = watch(session, timeoutMs, (event) =>
    event.type === 'person' &&
    event.person.fingerprint === person.fingerprint &&
    event.person.online
      ? true
      : undefined,
  );
  context.output.note(safeText(phrase`They are not here yet; waiting.`));
  if ((await came.result) !== null) return;
  const message = phrase`they did not come within ${timeoutMs / 1000} s; words are compared by two who are here`;
  throw new CommandError('not-here', message);
}
