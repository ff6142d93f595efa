// Which conversation is meant by what somebody typed. Reads no message.
import type { Destination, Session } from '../client/api.ts';
import { UsageError } from '../protocol/errors.ts';
import { PeerId } from '../protocol/ids.ts';
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
  const { room } = await session.request({ do: 'find-room', query });
  if (room !== null) return room;
  // A group has no title: it is shown by who is in it.
  const { names } = new Cast(await session.request({ do: 'snapshot' }));
  const shown = names.rooms.byLabel(query);
  if (shown !== null) return shown;
  if (/^\+[0-9a-f]{64}$/iu.test(query)) return query.toLowerCase();
  const message = `this profile is in no room called ${query}; lanchat rooms lists them`;
  throw new UsageError('not-in-room', message);
}
