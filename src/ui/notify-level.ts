// What of a conversation its person is told of, from what they set and what kind it is. Pure.
import type { NotifyLevel } from '../client/api.ts';
import { PeerId } from '../protocol/ids.ts';
import type { ConversationKey } from './conversation.ts';
import { isRoomName } from './room-names.ts';
import type { ScreenState } from './screen-state.ts';

type Known = Pick<ScreenState, 'rooms' | 'people' | 'preferences'>;

/** Its own level, else the one of all, else by its kind: of private conversations and groups everything, of rooms mentions. */
export function notifyLevelOf(
  { rooms, people, preferences }: Known,
  key: ConversationKey,
): NotifyLevel {
  const peer = PeerId.parse(key);
  const room = rooms.get(key);
  const own = peer === null ? room?.notifyLevel : people.get(peer)?.notifyLevel;
  if (own !== undefined) return own;
  if (preferences.notifyLevel !== 'usual') return preferences.notifyLevel;
  return isRoomName(key) && room?.kind !== 'group' ? 'mentions' : 'all';
}
