// Reads what the relay kept for us while we were away, page by page, and tells it what is on our disk. Opens nothing.
import { MAX_RSEQS_PER_ACK } from '../protocol/limits.ts';
import { request } from './link.ts';
import { destroyDrainedKeys, hasDrainableKey } from './mailbox-keys.ts';
import type { CoreState } from './state.ts';

/** What is passed on while pages come is numbered above them: another round finds what was passed over. */
const MAX_ROUNDS = 8;
/** While a key waits for the mailbox to be read to its end. */
const READ_AGAIN_MS = 60 * 60_000;

/** Begins to read; at each connection, after the bundle is published. */
export function openMailbox(core: CoreState, mailboxBlobs: number): void {
  const { link } = core;
  link.mailboxBlobs = mailboxBlobs;
  link.drained = mailboxBlobs === 0;
  link.fetching.rounds = 0;
  if (!link.drained) beginRound(core);
}

/** The connection ended: what was not acknowledged comes again. */
export function closeMailbox(core: CoreState): void {
  core.link.fetching.asked = false;
  core.link.fetching.taken = [];
}

function beginRound(core: CoreState): void {
  const { fetching } = core.link;
  fetching.againAtMs = core.env.nowMs() + READ_AGAIN_MS;
  fetching.rounds++;
  fetching.pages = 0;
  fetching.upTo = 0n;
  fetchPage(core);
}

function fetchPage(core: CoreState): void {
  const { fetching } = core.link;
  const after = fetching.upTo;
  fetching.asked = true;
  fetching.pages++;
  request(core, { type: 'fetch', after }, (answer) => {
    if (answer === null) return;
    fetching.asked = false;
    if (answer.type === 'done' && fetching.upTo > after) fetchPage(core);
    else endRound(core, answer.type === 'drained');
  });
}

/** A relay that can't read its disk has nothing more for us; but what it holds may still need its keys. */
function endRound(core: CoreState, isDrained: boolean): void {
  const { link } = core;
  if (isDrained && link.fetching.pages > 1 && link.fetching.rounds < MAX_ROUNDS) {
    beginRound(core);
    return;
  }
  link.drained = true;
  if (isDrained) destroyDrainedKeys(core);
}

/** A stored blob came, whatever was in it: the relay may forget it once this step is on disk. */
export function takeStored(core: CoreState, rseq: bigint): void {
  const { fetching } = core.link;
  fetching.taken.push(rseq);
  if (rseq > fetching.upTo) fetching.upTo = rseq;
}

/** Called at the end of each step. */
export function flushTaken(core: CoreState): void {
  const { taken } = core.link.fetching;
  while (taken.length > 0) {
    const rseqs = taken.splice(0, MAX_RSEQS_PER_ACK);
    core.effects.push({ type: 'transmit', frame: { type: 'ack', req: 0, rseqs } });
  }
}

/** Reads again where that lets a key go: one connection may last for weeks. */
export function tendMailbox(core: CoreState): void {
  const dueMs = mailboxDueMs(core);
  if (dueMs === null || core.env.nowMs() < dueMs) return;
  core.link.fetching.rounds = 0;
  beginRound(core);
}

/** When `tendMailbox` has something to do, monotonic ms; null: nothing waits for it. */
export function mailboxDueMs(core: CoreState): number | null {
  const { online, drained, mailboxBlobs, fetching } = core.link;
  if (!online || !drained || mailboxBlobs === 0 || fetching.asked) return null;
  return hasDrainableKey(core) ? fetching.againAtMs : null;
}
