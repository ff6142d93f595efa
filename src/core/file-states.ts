// How it stands with a file between two people: told, and taken (PROTOCOL.md, Files). Carries no content.
import { decodeFileState, encodeFileState, type FileState } from '../protocol/file-content.ts';
import type { PeerId } from '../protocol/ids.ts';
import { type DirectRecord, RECORD_TYPES } from '../protocol/record.ts';
import { mayAnswer } from './automatic.ts';
import { emit } from './link.ts';
import { peerOf } from './new-state.ts';
import { enqueue } from './outbox.ts';
import type { Peer } from './peer-state.ts';
import { requireReachable } from './reach.ts';
import type { CoreState } from './state.ts';

/** That wait for one person: whoever sends files without end and never comes for the answers. */
const MOST_WAITING = 256;

/**
 * Whether it lies in their outbox now: not where too many wait there. `byItself`: no person asked for it, so somebody
 * hidden doesn't show by it that they are here. Throws UsageError `unknown-person`, `blocked`, `key-changed`.
 */
export function tellFileState(
  core: CoreState,
  to: PeerId,
  { state, byItself }: { readonly state: FileState; readonly byItself: boolean },
): boolean {
  requireReachable(core, to);
  const type = RECORD_TYPES.fileState;
  if (!mayAnswer(core, to, { type, most: MOST_WAITING })) return false;
  const before = core.isByItself;
  core.isByItself = byItself;
  enqueue(core, peerOf(core, to), { type, content: encodeFileState(state) });
  core.isByItself = before;
  return true;
}

/** Throws ProtocolError. */
export function takeFileState(
  core: CoreState,
  { id }: Peer,
  { type, content }: DirectRecord,
): void {
  if (type !== RECORD_TYPES.fileState) return;
  emit(core, { type: 'file-state', from: id, state: decodeFileState(content) });
}
