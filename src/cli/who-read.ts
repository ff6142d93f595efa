// `lanchat who-read ID`: who is in its room now and says that they have read a message of ours.
import type { MessageId } from '../protocol/ids.ts';
import { Directory } from '../ui/people.ts';
import { safeTemplate } from '../ui/safe-text.ts';
import { personCount } from '../ui/words.ts';
import type { CommandContext } from './context.ts';
import { whoReadWords } from './lines.ts';
import { watch, whenReady, withSession } from './session.ts';

/**
 * Prints whoever answers, until all have or the command's timeout is over: who has not read, and who doesn't tell, are
 * silent alike. Throws UsageError `unknown-message`, `not-in-room`, `too-soon`.
 */
export async function whoRead(context: CommandContext, id: MessageId): Promise<void> {
  await withSession(context, 'join', async (session, attempt) => {
    const { people } = await whenReady(session, context);
    const names = new Directory();
    for (const person of people) names.set(person);
    let left = Number.POSITIVE_INFINITY;
    const answers = watch(session, context.options.timeoutMs, (event) => {
      if (event.type !== 'who-read' || event.id !== id) return undefined;
      context.output.data({ ...event }, whoReadWords(event, names));
      left -= 1;
      return left <= 0 ? true : undefined;
    });
    try {
      attempt.isRepeatable = false;
      const { asked } = await session.request({ do: 'who-read', id });
      context.output.note(safeTemplate`Asked ${personCount(asked)}.`);
      left = asked;
      if (asked > 0) await answers.result;
    } finally {
      answers.stop();
      answers.result.catch(() => {});
    }
  });
}
