// A session for what this profile keeps: no relay is looked for, and nothing is kept of an ephemeral one.
import type { Session } from '../client/api.ts';
import { phrase } from '../language/translate.ts';
import { UsageError } from '../protocol/errors.ts';
import { safeTemplate, safeText } from '../ui/safe-text.ts';
import type { CommandContext } from './context.ts';
import { type Attempt, type SessionUse, withSession } from './session.ts';

/** Throws UsageError `ephemeral` where nothing is kept, because --ephemeral keeps nothing. */
export function refuseEphemeral({ options }: CommandContext): void {
  if (!options.ephemeral) return;
  throw new UsageError(
    'ephemeral',
    phrase`with --ephemeral (or LANCHAT_EPHEMERAL) nothing is kept; leave it out for what the profile holds`,
  );
}

/**
 * As `withSession`, for what is on the disk alone: nobody sees us. Rows that turn out to be damaged are said.
 * Throws UsageError `ephemeral`, and `no-profile` unless `purpose` says that one may be made.
 */
export async function withHistory<T>(
  context: CommandContext,
  use: (session: Session, attempt: Attempt) => Promise<T>,
  purpose: Extract<SessionUse, 'existing' | 'offline'> = 'existing',
): Promise<T> {
  refuseEphemeral(context);
  return withSession(context, purpose, async (session, attempt) => {
    // What is missing must not look whole.
    const stop = session.subscribe((event) => {
      if (event.type !== 'error') return;
      context.output.note(safeTemplate`lanchat: ${safeText(event.message)}`);
    });
    try {
      return await use(session, attempt);
    } finally {
      stop();
    }
  });
}
