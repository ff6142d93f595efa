// Which conversation is meant by what somebody typed. Reads no message.
import type { Destination, Session } from '../client/api.ts';
import { phrase } from '../language/translate.ts';
import { UsageError } from '../protocol/errors.ts';
import { PeerId } from '../protocol/ids.ts';
import { enteredRoom } from '../ui/entered-room.ts';
import { isRoomName } from '../ui/room-names.ts';
import { Cast } from './message-records.ts';
import { parseRoomQuery } from './options.ts';
import { resolvePerson } from './session.ts';

/** A room, `@nick` or a fingerprint. Throws UsageError as `resolveRoom`, and as `resolvePerson`. */
export async function parseConversation(session: Session, text: string): Promise<Destination> {
  if (isRoomName(text)) return { room: await resolveRoom(session, text) };
  // Also of somebody whom this profile has forgotten since.
  const peer = PeerId.parse(text);
  return { peer: peer ?? (await resolvePerson(session, text)).fingerprint };
}

/**
 * The one name of a room: `#name`, or of a private one `+` and 64 hex digits, also of one that was left. Throws UsageError
 * `bad-room`, `ambiguous-room`, `not-in-room`.
 */
export async function resolveRoom(session: Session, text: string): Promise<string> {
  const query = parseRoomQuery(text);
  if (query.startsWith('#')) return query;
  // A group has no title: it is shown by who is in it.
  const { names } = new Cast(await session.request({ do: 'snapshot' }));
  const ask: Session['request'] = (command) => session.request(command);
  const entered = await enteredRoom(ask, names.rooms, query);
  if (entered !== null) return entered;
  const kept = await keptRoom(session, query.toLowerCase());
  if (kept !== null) return kept;
  const message = phrase`this profile is in no room called ${query}; lanchat rooms lists them`;
  throw new UsageError('not-in-room', message);
}

/** Of a room that was left nothing is known any more but its name, and what history has of it. */
async function keptRoom(session: Session, query: string): Promise<string | null> {
  if (/^\+[0-9a-f]{64}$/u.test(query)) return query;
  if (!/^\+[0-9a-f]{8,63}$/u.test(query)) return null;
  const { conversations } = await session.request({ do: 'conversations' });
  const names = conversations.flatMap(({ with: kept }) => ('room' in kept ? [kept.room] : []));
  const [found, ...others] = names.filter((name) => name.startsWith(query));
  if (others.length === 0) return found ?? null;
  const message = phrase`${others.length + 1} rooms fit ${query}; use more digits of the one you mean`;
  throw new UsageError('ambiguous-room', message);
}
