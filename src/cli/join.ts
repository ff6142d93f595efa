// `lanchat join`: a public room that this profile is in from now on.
import { safeTemplate, safeText } from '../ui/safe-text.ts';
import type { CommandContext } from './context.ts';
import { parseRoom } from './options.ts';
import { inTime, whenReady, withSession } from './session.ts';

/** Throws UsageError (`bad-room`, `too-many-topics`), CommandError. */
export async function join(context: CommandContext, given: string): Promise<void> {
  const name = parseRoom(given);
  await withSession(context, 'join', async (session) => {
    await whenReady(session, context);
    const { room } = await inTime(session.request({ do: 'join', room: name }), context);
    const text = safeTemplate`This profile is in ${safeText(room)}.`;
    context.output.data({ type: 'membership', room, joined: true }, text);
  });
}
