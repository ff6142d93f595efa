// Which room somebody means by what they typed: the client knows titles and digits, the window how groups are called.
import type { Session } from '../client/api.ts';
import { type RoomNames, roomQuery } from './room-names.ts';

/** The one name of a room that we are in; null: none is called so. Throws UsageError `bad-room`, `ambiguous-room`. */
export async function enteredRoom(
  ask: Session['request'],
  names: Pick<RoomNames, 'byLabel'>,
  typed: string,
): Promise<string | null> {
  const { room } = await ask({ do: 'find-room', query: roomQuery(typed) });
  return room ?? names.byLabel(typed);
}
