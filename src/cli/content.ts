// `lanchat edit`, `unsend`, `react`, `timer`, `poll`, `vote`, `close-poll`: what is said besides words, and what changes it.
import type { Command, Destination, Session } from '../client/api.ts';
import { withEmoji } from '../client/short-codes.ts';
import { phrase } from '../language/translate.ts';
import { UsageError } from '../protocol/errors.ts';
import type { MessageId } from '../protocol/ids.ts';
import { parseTimer } from '../ui/durations.ts';
import { isRoomName } from '../ui/room-names.ts';
import { safeTemplate } from '../ui/safe-text.ts';
import type { CommandContext } from './context.ts';
import { parseConversation } from './conversation-argument.ts';
import { deliver } from './deliver.ts';
import { openTarget } from './send.ts';
import { whenReady, withSession } from './session.ts';
import { checkText } from './text-input.ts';

type ChangeCommand = Extract<Command, { do: 'edit' | 'unsend' | 'react' | 'vote' | 'close-poll' }>;

/** Of a message by its id, wherever it was said. Throws UsageError, CommandError, or what the session refuses with. */
export async function change(context: CommandContext, command: ChangeCommand): Promise<void> {
  await withSession(context, 'leave-alone', async (session, attempt) => {
    const where = await whereIs(session, command.id);
    const to = 'room' in where ? where.room : where.peer;
    const { name } = await openTarget(session, context, to);
    attempt.isRepeatable = false;
    await deliver({ session, context, name, wait: 'relayed', isDone: true }, async () => {
      const reply = await session.request(command);
      if (reply.id === null) context.output.note(safeTemplate`Done.`);
      return reply;
    });
  });
}

async function whereIs(session: Session, id: MessageId): Promise<Destination> {
  const { message } = await session.request({ do: 'message', id });
  if (message?.room) return { room: message.room };
  if (message?.peer) return { peer: message.peer };
  throw new UsageError(
    'unknown-message',
    phrase`history holds no message with the ID ${id}; lanchat history CONVERSATION --ids shows them`,
  );
}

export function edit(
  context: CommandContext,
  id: MessageId,
  words: readonly string[],
): Promise<void> {
  return change(context, { do: 'edit', id, text: checkText(words.join(' '), 'the message') });
}

/** `emoji`: one, or its code. */
export function react(
  context: CommandContext,
  id: MessageId,
  { emoji, off }: { readonly emoji: string; readonly off: boolean },
): Promise<void> {
  return change(context, { do: 'react', id, emoji: withEmoji(emoji), on: !off });
}

/** `number`: from 1, as it stands beside the choice. */
export function vote(context: CommandContext, id: MessageId, number: string): Promise<void> {
  const choice = /^\d{1,2}$/.test(number) ? Number(number) - 1 : -1;
  return change(context, { do: 'vote', id, choice });
}

/** Throws UsageError `bad-timer`, also for rooms, and as `parseConversation`. */
export async function timer(context: CommandContext, to: string, duration: string): Promise<void> {
  const seconds = parseTimer(duration);
  await withSession(context, 'leave-alone', async (session, attempt) => {
    await whenReady(session, context);
    // A room is for the client to refuse: nobody must be seen coming into one, nor a group be made, for nothing.
    const destination = await parseConversation(session, to);
    const name = 'room' in destination ? destination.room : destination.peer;
    attempt.isRepeatable = false;
    await deliver({ session, context, name, wait: 'relayed', isDone: true }, () =>
      session.request({ do: 'timer', with: destination, seconds }),
    );
  });
}

export interface PollRequest {
  readonly room: string;
  readonly question: string;
  readonly choices: readonly string[];
  readonly anonymous: boolean;
}

export async function poll(context: CommandContext, request: PollRequest): Promise<void> {
  if (!isRoomName(request.room))
    throw new UsageError('bad-room', phrase`polls are for rooms, such as '#general' or '+title'`);
  await withSession(context, 'leave-alone', async (session, attempt) => {
    const { name: room } = await openTarget(session, context, request.room);
    attempt.isRepeatable = false;
    await deliver({ session, context, name: room, wait: 'relayed', isDone: false }, () =>
      session.request({ do: 'poll', ...request, room }),
    );
  });
}
