// `lanchat listen`: streams what arrives, for people and scripts. Decides nothing.
import {
  isUnknownMessage,
  MAX_PAGE_MESSAGES,
  type MessagePage,
  type Session,
  type Snapshot,
} from '../client/api.ts';
import { phrase } from '../language/translate.ts';
import { UsageError } from '../protocol/errors.ts';
import type { MessageId } from '../protocol/ids.ts';
import type { CommandContext } from './context.ts';
import { resolveRoom } from './conversation-argument.ts';
import { refuseEphemeral } from './kept-session.ts';
import { ListenStream } from './listen-stream.ts';
import { parseRoom, parseRoomQuery } from './options.ts';
import { inTime, whenReady, withSession } from './session.ts';

export interface ListenRequest {
  /** Only these; none: everything. */
  readonly rooms: readonly string[];
  readonly join: readonly string[];
  readonly count: number | null;
  /** Begin with what history holds after this message. */
  readonly since: MessageId | null;
  /** Also how far files have come. */
  readonly progress: boolean;
}

/** Resolves after `count` messages, or once nobody reads stdout; else it goes on until interrupted. */
export async function listen(context: CommandContext, request: ListenRequest): Promise<void> {
  if (request.since !== null) refuseEphemeral(context);
  const queries = request.rooms.map(parseRoomQuery);
  const join = request.join.map(parseRoom);
  const stream = new ListenStream(context, request);
  const stopped = new Promise<void>((resolve) => {
    context.output.readerGone.addEventListener('abort', () => resolve(), { once: true });
  });
  await withSession(context, 'join', async (session) => {
    const only = new Set<string>();
    for (const query of queries) only.add(await resolveRoom(session, query));
    const finished = stream.restart(only);
    const unsubscribe = session.subscribe((event) => stream.take(event));
    try {
      await catchUp(session, stream, request.since);
      if (stream.isFull || context.output.readerGone.aborted) return;
      stream.begin(await enterRooms(session, context, { join, only }));
      await Promise.race([finished, stopped]);
    } finally {
      unsubscribe();
    }
  });
}

/**
 * Prints what history holds after `since`, or, with the session that takes over from one whose process has
 * ended, after the last message that the stream has seen. Throws `unknown-message` on an unknown `since`.
 */
async function catchUp(
  session: Session,
  stream: ListenStream,
  since: MessageId | null,
): Promise<void> {
  let id = stream.lastSeen ?? since;
  if (id === null) return;
  try {
    for (let more = true; more && id !== null; ) {
      const limit = MAX_PAGE_MESSAGES;
      const page: MessagePage = await session.request({ do: 'since', id, limit });
      await stream.catchUp(page.messages);
      id = page.messages.at(-1)?.id ?? null;
      more = page.more;
    }
  } catch (error) {
    // What was seen may have been deleted since; nobody asked for it by name.
    if (!isUnknownMessage(error) || stream.lastSeen === null) throw error;
  }
}

/** Rooms remembered are joined each time, also where the profile's owner has no use for them. */
async function enterRooms(
  session: Session,
  context: CommandContext,
  { join, only }: { join: readonly string[]; only: ReadonlySet<string> },
): Promise<Snapshot> {
  const { rooms } = await whenReady(session, context);
  const remembered = await session.request({ do: 'remembered' });
  const joined = new Set(rooms.map((room) => room.name));
  for (const room of [...remembered.rooms, ...join]) {
    if (joined.has(room)) continue;
    joined.add(room);
    await inTime(session.request({ do: 'join', room }), context);
  }
  for (const room of only) {
    if (joined.has(room)) continue;
    throw new UsageError('not-in-room', phrase`you are not in ${room}; add --join '${room}'`);
  }
  return session.request({ do: 'snapshot' });
}
