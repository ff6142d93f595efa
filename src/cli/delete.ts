// `lanchat delete`: takes one message, or a whole conversation, out of what is kept here. Others keep theirs.
import type { Session } from '../client/api.ts';
import { phrase } from '../language/translate.ts';
import { UsageError } from '../protocol/errors.ts';
import { MessageId } from '../protocol/ids.ts';
import { safeTemplate, safeText } from '../ui/safe-text.ts';
import { messageCount } from '../ui/words.ts';
import { ask } from './ask.ts';
import type { CommandContext } from './context.ts';
import { parseConversation } from './conversation-argument.ts';
import { CommandError } from './errors.ts';
import { withHistory } from './kept-session.ts';
import { Cast, deletedRecord } from './message-records.ts';

/** Throws CommandError `unknown-message`, UsageError `not-confirmed`. */
export async function deleteKept(
  context: CommandContext,
  { what, yes }: { what: string; yes: boolean },
): Promise<void> {
  const id = MessageId.parse(what);
  await withHistory(context, (session) =>
    id === null
      ? deleteConversation(context, session, { what, yes })
      : deleteMessage(context, session, id),
  );
}

async function deleteMessage(
  { output }: CommandContext,
  session: Session,
  id: MessageId,
): Promise<void> {
  const { deletedFrom: conversation } = await session.request({ do: 'delete-message', id });
  if (conversation === null) {
    const message = phrase`no message here has the ID ${id}; lanchat history CONVERSATION --ids shows them`;
    throw new CommandError('unknown-message', message);
  }
  const { names } = new Cast(await session.request({ do: 'snapshot' }));
  output.data(
    deletedRecord({ conversation, id, messages: 1 }, names),
    safeText(phrase`Deleted here. Others keep theirs.`),
  );
}

async function deleteConversation(
  context: CommandContext,
  session: Session,
  { what, yes }: { what: string; yes: boolean },
): Promise<void> {
  const conversation = await parseConversation(session, what);
  const cast = new Cast(await session.request({ do: 'snapshot' }));
  const label = cast.label(conversation);
  if (!yes) {
    const question = safeTemplate`All that is kept here of ${label} will be gone. Type yes to go on: `;
    await requireWord(context, question, 'yes');
  }
  const { deleted } = await session.request({ do: 'delete-conversation', conversation });
  context.output.data(
    deletedRecord({ conversation, id: null, messages: deleted }, cast.names),
    safeTemplate`Deleted here: ${messageCount(deleted)} of ${label}. Others keep theirs.`,
  );
}

/** Goes on only if the person types `word`. Throws UsageError `not-confirmed`, also where nobody is there to ask. */
export async function requireWord(
  context: CommandContext,
  question: Parameters<typeof ask>[1],
  word: string,
): Promise<void> {
  if (context.stdin.isTTY !== true) {
    throw new UsageError(
      'not-confirmed',
      phrase`nothing was deleted: without a terminal it needs --yes`,
    );
  }
  if ((await ask(context, question)).toLowerCase() === word) return;
  throw new UsageError('not-confirmed', phrase`nothing was deleted`);
}
