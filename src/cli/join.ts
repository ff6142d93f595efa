// `lanchat join`: a public room that this profile is in from now on. Of a private one the client says how people come in.
import { safeTemplate } from '../ui/safe-text.ts';
import type { CommandContext } from './context.ts';
import { Cast } from './message-records.ts';
import { parseRoomQuery } from './options.ts';
import { inTime, whenReady, withSession } from './session.ts';

/** Throws UsageError (`bad-room`, `too-many-topics`, `ambiguous-room`, `invitation-needed`), CommandError. */
export async function join(context: CommandContext, given: string): Promise<void> {
  const name = parseRoomQuery(given);
  await withSession(context, 'join', async (session) => {
    const { names } = new Cast(await whenReady(session, context));
    const { room } = await inTime(session.request({ do: 'join', room: name }), context);
    const text = safeTemplate`This profile is in ${names.rooms.label(room)}.`;
    context.output.data({ type: 'membership', room, joined: true }, text);
  });
}
