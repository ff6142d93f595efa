// How much people may send whom this profile never wrote to: keys cost nothing, and a disk is finite. Knows no keys.
import { phrase } from '../language/translate.ts';
import { type DirectRecord, RECORD_TYPES } from '../protocol/record.ts';
import { emit } from './link.ts';
import type { Peer } from './peer-state.ts';
import type { CoreState } from './state.ts';

/** Of all of them together: a class of people who write for the first time, not a flood. */
const WINDOW_MS = 60 * 60_000;
const MAX_BYTES = 16 * 1024 * 1024;
const MAX_RECORDS = 5_000;
/** What a message takes up beside its text. */
const OVERHEAD_BYTES = 256;

/**
 * Whether this record may be kept now. One that may not is not acknowledged either: its sender has it, and sends
 * it again.
 */
export function admits(core: CoreState, peer: Peer, { type, content }: DirectRecord): boolean {
  const pin = core.pins.get(peer.id);
  const isKnown = pin !== null && (pin.contacted || pin.trust === 'verified');
  if (isKnown || type === RECORD_TYPES.roomKey) return true;
  const { strangers } = core;
  const now = core.env.nowMs();
  if (now - strangers.sinceMs >= WINDOW_MS) {
    core.strangers = { sinceMs: now, bytes: 0, records: 0, isTold: false };
  }
  const isFull = core.strangers.bytes >= MAX_BYTES || core.strangers.records >= MAX_RECORDS;
  if (isFull) tellOnce(core);
  core.strangers.bytes += content.length + OVERHEAD_BYTES;
  core.strangers.records++;
  return !isFull;
}

function tellOnce(core: CoreState): void {
  if (core.strangers.isTold) return;
  core.strangers.isTold = true;
  const message = phrase`people you never wrote to send more than an hour of talk holds; what else they say waits with them`;
  emit(core, { type: 'error', code: 'strangers', message });
}
