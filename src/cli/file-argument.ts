// Which message's file is meant by what somebody typed.
import { MAX_PAGE_MESSAGES, type Session } from '../client/api.ts';
import { phrase } from '../language/translate.ts';
import { UsageError } from '../protocol/errors.ts';
import { MessageId } from '../protocol/ids.ts';

/**
 * A message's ID, or its first 8 digits and more where that is one of the newest messages with a file. Throws UsageError `bad-id`,
 * `unknown-message`, `ambiguous`.
 */
export async function resolveFile(
  session: Pick<Session, 'request'>,
  typed: string,
): Promise<MessageId> {
  const whole = MessageId.parse(typed);
  if (whole !== null) return whole;
  if (!/^[0-9a-f]{8,31}$/i.test(typed)) {
    throw new UsageError(
      'bad-id',
      phrase`a file has the ID of its message: 32 hex digits, or its first 8 and more; lanchat file list shows them`,
    );
  }
  const all = { conversation: null, limit: MAX_PAGE_MESSAGES };
  const { files } = await session.request({ do: 'files', ...all });
  const ids = new Set(files.flatMap(({ transfer: { id } }) => (id === null ? [] : [id])));
  const [found, ...others] = [...ids].filter((id) => id.startsWith(typed.toLowerCase()));
  if (found === undefined) throw unknownFile(typed);
  if (others.length === 0) return found;
  throw new UsageError(
    'ambiguous',
    phrase`several files have IDs that begin with ${typed}; use more digits`,
  );
}

export function unknownFile(id: string): UsageError {
  return new UsageError(
    'unknown-message',
    phrase`there is no message ${id} with a file; lanchat file list shows them`,
  );
}
