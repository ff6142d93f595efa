// Of which records of ours people hear how they stand: all that is said, not what only keeps the protocol going.
import { RECORD_TYPES } from '../protocol/record.ts';

const TOLD: ReadonlySet<number> = new Set([
  ...[RECORD_TYPES.text, RECORD_TYPES.edit, RECORD_TYPES.delete, RECORD_TYPES.react],
  ...[RECORD_TYPES.timer, RECORD_TYPES.secretVote],
  ...[RECORD_TYPES.roomText, RECORD_TYPES.roomEdit, RECORD_TYPES.roomDelete],
  ...[RECORD_TYPES.roomReact, RECORD_TYPES.poll, RECORD_TYPES.vote, RECORD_TYPES.closePoll],
]);

/** Under the record's own id, which of a change is no message's. */
export function isTold(type: number): boolean {
  return TOLD.has(type);
}
