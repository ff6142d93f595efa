// `lanchat verify`: shows a safety number, or compares one and records that it matched. By words: verify-words.ts.
import type { Person, Session } from '../client/api.ts';
import { comparedNumber, SAFETY_DIGITS } from '../client/compared-number.ts';
import { phrase } from '../language/translate.ts';
import { UsageError } from '../protocol/errors.ts';
import { displayName, fingerprintWords, trustWord } from '../ui/people.ts';
import { safeTemplate, safeText } from '../ui/safe-text.ts';
import { ask } from './ask.ts';
import type { CommandContext } from './context.ts';
import { qrLines } from './qr.ts';
import { resolvePerson, whenReady, withSession } from './session.ts';
import { verifyByWords } from './verify-words.ts';

/** A whole fingerprint, or 8 digits and more of one: needs no roster to be told apart. */
const FINGERPRINT = /^[0-9a-f]{8,64}$/i;

/** Throws CommandError: nobody, several; LanchatError `digits-differ` where the number or code is another. */
export async function verify(
  context: CommandContext,
  request: { peer: string; number: readonly string[]; words: boolean },
): Promise<void> {
  if (request.words && request.number.length > 0) {
    throw new UsageError('bad-arguments', phrase`either a number or --words`);
  }
  const digits = request.number.length === 0 ? null : readNumber(request.number.join(''));
  await withSession(context, 'leave-alone', async (session) => {
    if (request.words || !FINGERPRINT.test(request.peer)) await whenReady(session, context);
    const found = await findPerson(session, request.peer);
    if (request.words) return verifyByWords(context, session, found);
    const shown = await session.request({ do: 'safety-number', peer: found.fingerprint });
    const person = digits === null ? shown.person : await record(session, found, digits);
    report(context, { ...shown, person }, digits !== null);
    if (digits === null && (await asksToRecord(context))) {
      await record(session, found, null);
      context.output.human(safeTemplate`${displayName(found)} is now verified.`);
    }
  });
}

/** Verifying is how a changed key is looked into, so here it is no obstacle where it is the only match. */
async function findPerson(session: Session, query: string): Promise<Person> {
  const { matches } = await session.request({ do: 'find-person', query });
  const [only, second] = matches;
  return only !== undefined && second === undefined ? only : resolvePerson(session, query);
}

async function record(session: Session, person: Person, digits: string | null): Promise<Person> {
  return (await session.request({ do: 'verify', peer: person.fingerprint, digits })).person;
}

function readNumber(text: string): string {
  const number = comparedNumber(text);
  if (number !== null) return number;
  throw new UsageError(
    'bad-number',
    phrase`a safety number has ${SAFETY_DIGITS} digits; a scanned code begins with LANCHAT1: and must be whole`,
  );
}

function report(
  { output }: CommandContext,
  shown: { digits: string; qr: string; person: Person },
  compared: boolean,
): void {
  const { person, digits, qr } = shown;
  const { nick, fingerprint, trust } = person;
  output.data(
    { type: 'safety-number', nick, fingerprint, digits, trust },
    safeTemplate`${displayName(person)} (${trustWord(person)})\n${fingerprintWords(fingerprint)}`,
  );
  if (compared) {
    output.human(safeText(phrase`It matches: recorded as verified.`));
    return;
  }
  const groups = digits.match(/\d{5}/g) ?? [];
  for (let row = 0; row < groups.length; row += 4) {
    output.human(safeText(`    ${groups.slice(row, row + 4).join(' ')}`));
  }
  output.human(...qrLines(qr));
}

/** Only a person at a terminal is asked; a script gives the number it compared. */
async function asksToRecord(context: CommandContext): Promise<boolean> {
  if (context.output.options.json || context.stdin.isTTY !== true) return false;
  const question = phrase`Does their screen show the same number? Type yes to record it: `;
  return (await ask(context, safeText(question))).toLowerCase() === 'yes';
}
