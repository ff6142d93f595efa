// Whose files are taken without asking, and who may have ours. Pure.
import { rooms } from '../core/commands.ts';
import { isBlocked, isContact } from '../core/people.ts';
import type { CoreState } from '../core/state.ts';
import type { PeerId } from '../protocol/ids.ts';
import type { Settings } from '../storage/settings.ts';
import type { FileEntry } from './file-ledger.ts';

const MB = 1_000_000;
/** Taken without asking, that are not here yet, of one person: a thousand offers at once are no reason for a thousand downloads. */
const MAX_UNASKED = 32;
/** Of all together: a crowd is no reason either. */
const MAX_UNASKED_IN_ALL = 256;

export function isTakenUnasked(
  core: CoreState,
  { acceptFiles, acceptMaxMb }: Settings,
  { from, file }: FileEntry,
  all: readonly FileEntry[],
): boolean {
  const pin = core.pins.get(from);
  if (acceptFiles === 'ask' || file.size > acceptMaxMb * MB) return false;
  if (pin === null || pin.ignored || pin.blocked) return false;
  const isVerified = pin.trust === 'verified';
  const isKnown = isVerified || pin.contacted || isContact(pin);
  if (acceptFiles === 'verified' && !isVerified) return false;
  if (acceptFiles === 'contacts' && !isKnown) return false;
  const waiting = all.filter((entry) => entry.state === 'wanted');
  if (waiting.length >= MAX_UNASKED_IN_ALL) return false;
  return waiting.filter((entry) => entry.from === from).length < MAX_UNASKED;
}

/** Whether a file of ours was sent to this person: they are who it went to, or are in that room. */
export function mayHave(core: CoreState, entry: FileEntry | null, peer: PeerId): boolean {
  if (entry === null || isBlocked(core, peer)) return false;
  const { conversation } = entry;
  if ('peer' in conversation) return conversation.peer === peer;
  const room = rooms(core, true).find(({ name }) => name === conversation.room);
  return room?.members.includes(peer) === true;
}
