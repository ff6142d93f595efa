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
/** Of one person in a day so many times the largest: who sends on and on fills nobody's disk. */
const MOST_A_DAY = 100;
const DAY_MS = 24 * 60 * 60_000;

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
  if (waiting.filter((entry) => entry.from === from).length >= MAX_UNASKED) return false;
  return bytesToday(from, all) + file.size <= MOST_A_DAY * acceptMaxMb * MB;
}

/** Of what has come of theirs, or is to come. */
function bytesToday(from: PeerId, all: readonly FileEntry[]): number {
  const since = Date.now() - DAY_MS;
  const taken = all.filter(
    (entry) =>
      entry.from === from &&
      entry.direction === 'in' &&
      ['wanted', 'done'].includes(entry.state) &&
      entry.atMs > since,
  );
  return taken.reduce((sum, { file }) => sum + file.size, 0);
}

/** Whether a file of ours was sent to this person: they are who it went to, or are in that room. */
export function mayHave(core: CoreState, entry: FileEntry | null, peer: PeerId): boolean {
  if (entry === null || isBlocked(core, peer)) return false;
  const { conversation } = entry;
  if ('peer' in conversation) return conversation.peer === peer;
  const room = rooms(core, true).find(({ name }) => name === conversation.room);
  return room?.members.includes(peer) === true;
}
