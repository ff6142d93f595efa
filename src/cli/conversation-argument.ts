// Which conversation is meant by what somebody typed. Reads no message.
import type { Destination, Session } from '../client/api.ts';
import { PeerId } from '../protocol/ids.ts';
import { parseRoom } from './options.ts';
import { resolvePerson } from './session.ts';

/** `#room`, `@nick` or a fingerprint. Throws UsageError (`bad-room`) and as `resolvePerson`. */
export async function parseConversation(session: Session, text: string): Promise<Destination> {
  if (text.startsWith('#')) return { room: parseRoom(text) };
  // Also of somebody whom this profile has forgotten since.
  const peer = PeerId.parse(text);
  return { peer: peer ?? (await resolvePerson(session, text)).fingerprint };
}
