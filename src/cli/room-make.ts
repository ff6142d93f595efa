// `lanchat room create`, `invitations`, `accept`, `decline`: how a private room begins, for its owner and for who comes in.
import type { Snapshot } from '../client/api.ts';
import { phrase } from '../language/translate.ts';
import { UsageError } from '../protocol/errors.ts';
import { isRequest } from '../ui/room-words.ts';
import { safeTemplate, safeText } from '../ui/safe-text.ts';
import type { CommandContext } from './context.ts';
import { handOver } from './handing-over.ts';
import { withHistory } from './kept-session.ts';
import { Cast } from './message-records.ts';
import { invitationLine, invitationRecord, printRoom } from './room-records.ts';
import { whenReady, withSession } from './session.ts';

export interface CreateRequest {
  readonly title: string;
  readonly readOnly: boolean;
  readonly expireSeconds: number | null;
}

/** Needs no relay: there is nobody yet who must hear of it. Throws UsageError `bad-title`, `bad-timer`, `ephemeral`. */
export async function create(context: CommandContext, request: CreateRequest): Promise<void> {
  const use: Parameters<typeof withHistory<void>>[1] = async (session, attempt) => {
    attempt.isRepeatable = false;
    const { room: name } = await session.request({ do: 'room-create', ...request });
    const snapshot = await session.request({ do: 'snapshot' });
    const room = snapshot.rooms.find((each) => each.name === name);
    if (room !== undefined) printRoom(context.output, room, snapshot);
  };
  await withHistory(context, use, 'offline');
}

/** Those that came, with what to type. */
export async function invitations(context: CommandContext): Promise<void> {
  await withSession(context, 'leave-alone', async (session) => {
    // Those in the mailbox are read by then.
    const snapshot = await whenReady(session, context);
    const waiting = await session.request({ do: 'invitations' });
    for (const each of waiting.invitations) {
      context.output.data(invitationRecord(each), invitationLine(each, snapshot));
    }
    if (waiting.invitations.length === 0) {
      context.output.note(safeText(phrase`Nobody asks this profile into a room.`));
    }
  });
}

/** Throws UsageError `unknown-invitation`, `ambiguous-room`, `bad-room`, `too-many-topics`, CommandError as `handOver`. */
export async function answer(
  context: CommandContext,
  { room: query, accept }: { readonly room: string; readonly accept: boolean },
): Promise<void> {
  if (!query.startsWith('+')) {
    const message = phrase`${query} is public: nobody is asked in; lanchat join '${query}' enters it`;
    throw new UsageError('bad-room', message);
  }
  await withSession(context, 'leave-alone', async (session, attempt) => {
    const room = groupOf(await whenReady(session, context), query) ?? query;
    attempt.isRepeatable = false;
    const reply = await session.request({ do: 'room-answer', room, accept });
    await handOver(session, context, reply);
    // In this order: one that is no longer among them has become a room.
    const { invitations } = await session.request({ do: 'invitations' });
    const snapshot = await session.request({ do: 'snapshot' });
    const entered = snapshot.rooms.find(({ name }) => name === reply.room);
    if (entered !== undefined) return printRoom(context.output, entered, snapshot);
    const waiting = invitations.find(({ room, accepted }) => accepted && room === reply.room);
    if (waiting !== undefined) {
      context.output.data(invitationRecord(waiting), invitationLine(waiting, snapshot));
    } else {
      context.output.data(
        { type: 'membership', room: reply.room, joined: false },
        safeTemplate`You said no to ${safeText(query)}.`,
      );
    }
  });
}

/** The stranger's group that is shown so: it has no title to be found by. */
function groupOf(snapshot: Snapshot, query: string): string | null {
  const shown = new Cast(snapshot).names.rooms.byLabel(query);
  return snapshot.rooms.find((room) => room.name === shown && isRequest(room))?.name ?? null;
}
