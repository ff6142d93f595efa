// `lanchat join` and `lanchat leave`: which rooms this profile is in from now on.
import { safeTemplate, safeText } from '../ui/safe-text.ts';
import type { CommandContext } from './context.ts';
import { parseRoom } from './options.ts';
import { inTime, whenReady, withSession } from './session.ts';

/** Throws UsageError (`bad-room`, `too-many-topics`), CommandError. */
export async function join(context: CommandContext, text: string): Promise<void> {
  const name = parseRoom(text);
  await withSession(context, 'join', async (session) => {
    await whenReady(session, context);
    const { room } = await inTime(session.request({ do: 'join', room: name }), context);
    report(context, { room, joined: true });
  });
}

/** Throws UsageError (`bad-room`, `not-in-room`), CommandError. */
export async function leave(context: CommandContext, text: string): Promise<void> {
  const name = parseRoom(text);
  await withSession(context, 'join', async (session, attempt) => {
    // With a relay: the others are told.
    await whenReady(session, context);
    attempt.isRepeatable = false;
    const { room } = await session.request({ do: 'leave', room: name });
    report(context, { room, joined: false });
  });
}

function report(
  { output }: CommandContext,
  { room, joined }: { room: string; joined: boolean },
): void {
  const what = joined ? safeText('This profile is in') : safeText('This profile has left');
  output.data({ type: 'membership', room, joined }, safeTemplate`${what} ${safeText(room)}.`);
}
