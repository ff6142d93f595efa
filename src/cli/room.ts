// `lanchat room …`: what is done to a room that this profile is in. Each ends once the relay has what others must hear of.
import type { Command, Made, Replies, Session } from '../client/api.ts';
import { phrase } from '../language/translate.ts';
import { UsageError } from '../protocol/errors.ts';
import { safeTemplate, safeText } from '../ui/safe-text.ts';
import type { CommandContext } from './context.ts';
import { resolveRoom } from './conversation-argument.ts';
import { handOver } from './handing-over.ts';
import { Cast } from './message-records.ts';
import { printRoom, printWholeRoom } from './room-records.ts';
import { resolvePeople, resolvePerson, whenReady, withSession } from './session.ts';

/** As typed: `parseRoomQuery` has looked at it. */
interface Named {
  readonly room: string;
}

/** Throws UsageError as core/private-commands.ts says of each, CommandError as `resolvePerson` and `handOver`. */
export async function invite(
  context: CommandContext,
  { room, who }: Named & { readonly who: readonly string[] },
): Promise<void> {
  await change(context, room, async (session, name) => {
    return { do: 'room-invite', room: name, peers: await resolvePeople(session, who) };
  });
}

/** As `invite`. */
export async function remove(
  context: CommandContext,
  { room, who }: Named & { readonly who: readonly string[] },
): Promise<void> {
  const isOwned = await change(context, room, async (session, name) => {
    return { do: 'room-remove', room: name, peers: await resolvePeople(session, who) };
  });
  if (isOwned) return;
  const message = phrase`What is said from now on they read no more; the owner's lanchat takes them out.`;
  context.output.note(safeText(message));
}

/** As `invite`. */
export async function grant(context: CommandContext, request: Member): Promise<void> {
  await moderate(context, request, true);
}

/** As `invite`. */
export async function revoke(context: CommandContext, request: Member): Promise<void> {
  await moderate(context, request, false);
}

interface Member extends Named {
  readonly who: string;
}

async function moderate(
  context: CommandContext,
  { room, who }: Member,
  on: boolean,
): Promise<void> {
  await change(context, room, async (session, name) => {
    const { fingerprint: peer } = await resolvePerson(session, who);
    return { do: 'room-moderator', room: name, peer, on };
  });
}

/** As `invite`. */
export async function transfer(context: CommandContext, { room, who }: Member): Promise<void> {
  await change(context, room, async (session, name) => {
    const { fingerprint: peer } = await resolvePerson(session, who);
    return { do: 'room-transfer', room: name, peer };
  });
  context.output.note(safeText(phrase`The room is theirs once their lanchat has answered yours.`));
}

/** As `invite`. */
export async function title(
  context: CommandContext,
  { room, text }: Named & { readonly text: string },
): Promise<void> {
  await change(context, room, async (_session, name) => {
    return { do: 'room-title', room: name, title: text };
  });
}

/** As `invite`. */
export async function topic(
  context: CommandContext,
  { room, text }: Named & { readonly text: string },
): Promise<void> {
  await change(context, room, async (_session, name) => {
    return { do: 'room-topic', room: name, topic: text };
  });
}

/** As `invite`; `undefined`: as it is. */
export async function set(
  context: CommandContext,
  {
    room,
    readOnly,
    expireSeconds,
  }: Named & {
    readonly readOnly: boolean | undefined;
    readonly expireSeconds: number | null | undefined;
  },
): Promise<void> {
  if (readOnly === undefined && expireSeconds === undefined) {
    throw new UsageError(
      'bad-arguments',
      phrase`room set takes --[no-]read-only, --expire or --no-expire`,
    );
  }
  await change(context, room, async (_session, name) => ({
    ...{ do: 'room-set', room: name },
    ...(readOnly === undefined ? {} : { readOnly }),
    ...(expireSeconds === undefined ? {} : { expireSeconds }),
  }));
}

/** As `invite`. */
export async function close(context: CommandContext, { room }: Named): Promise<void> {
  await change(context, room, async (_session, name) => ({ do: 'room-close', room: name }));
}

/** Throws UsageError `not-in-room`, `ambiguous-room`. */
export async function info(context: CommandContext, { room }: Named): Promise<void> {
  // Looking at it must not look like coming in.
  await withSession(context, 'visit', async (session) => {
    await whenReady(session, context);
    const name = await resolveRoom(session, room);
    const snapshot = await session.request({ do: 'snapshot' });
    const found = snapshot.rooms.find((each) => each.name === name);
    if (found === undefined) throw new UsageError('not-in-room', phrase`you are not in ${room}`);
    printWholeRoom(context.output, found, snapshot);
  });
}

/** Throws UsageError `not-in-room`, `ambiguous-room`, `owner-stays`, CommandError as `handOver`. */
export async function leave(context: CommandContext, { room }: Named): Promise<void> {
  await withSession(context, 'join', async (session, attempt) => {
    // With a relay: the others are told.
    await whenReady(session, context);
    const { names } = new Cast(await session.request({ do: 'snapshot' }));
    const name = await resolveRoom(session, room);
    attempt.isRepeatable = false;
    const reply = await session.request({ do: 'leave', room: name });
    context.output.data(
      { type: 'membership', room: reply.room, joined: false },
      safeTemplate`This profile has left ${names.rooms.label(reply.room)}.`,
    );
    await handOver(session, context, reply);
  });
}

type ChangeCommand = Extract<
  Command,
  {
    do:
      | 'room-invite'
      | 'room-remove'
      | 'room-title'
      | 'room-topic'
      | 'room-moderator'
      | 'room-transfer'
      | 'room-set'
      | 'room-close';
  }
>;

/** Does it, waits until the relay has what others must hear of, and prints the room as it is then. Whether it is ours. */
async function change(
  context: CommandContext,
  room: string,
  commandFor: (session: Session, name: string) => Promise<ChangeCommand>,
): Promise<boolean> {
  return withSession(context, 'leave-alone', async (session, attempt) => {
    await whenReady(session, context);
    const command = await commandFor(session, await resolveRoom(session, room));
    attempt.isRepeatable = false;
    const made: Made & Replies[ChangeCommand['do']] = await session.request(command);
    await handOver(session, context, made);
    const snapshot = await session.request({ do: 'snapshot' });
    const now = snapshot.rooms.find(({ name }) => name === command.room);
    if (now === undefined || now.kind === 'public') return false;
    printRoom(context.output, now, snapshot);
    return now.owner === snapshot.self.fingerprint;
  });
}
