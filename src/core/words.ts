// Comparing seven words with somebody who is here (PROTOCOL.md, Verification): what a person does, and the clock.
import { SAS_BYTES, sasCommitment } from '../crypto/sas.ts';
import { phrase } from '../language/translate.ts';
import { UsageError } from '../protocol/errors.ts';
import type { PeerId } from '../protocol/ids.ts';
import { RECORD_TYPES } from '../protocol/record.ts';
import { recordVerified } from './commands.ts';
import type { Person } from './events.ts';
import { emit } from './link.ts';
import type { Peer } from './peer-state.ts';
import { nickOf, requireKnown, whoOf } from './people.ts';
import { noteContacted } from './reach.ts';
import type { CoreState } from './state.ts';
import { begin, end, INTERVAL_MS, isTooSoon, reply, send, stop, tell } from './words-attempt.ts';

/**
 * Asks somebody to compare, or agrees where they have asked; where a comparison is open, says again how it stands.
 * Throws UsageError `unknown-person`, `not-here`, `too-soon`, `comparing`.
 */
export function startWords(core: CoreState, id: PeerId): void {
  requireKnown(core, id);
  const open = core.words.open.get(id);
  if (open?.phase === 'asked') {
    acceptWords(core, id);
    return;
  }
  if (open !== undefined && open.phase !== 'same') {
    tell(core, id, open);
    return;
  }
  const peer = requireHere(core, id);
  requireAlone(core, id);
  const now = core.env.nowMs();
  if (isTooSoon(core, id, INTERVAL_MS)) {
    const message = phrase`two people compare words once a minute; wait a little, and ask again`;
    throw new UsageError('too-soon', message);
  }
  const nonce = core.env.random(SAS_BYTES);
  const commitment = sasCommitment({ initiator: core.me.id, responder: id }, nonce);
  const attempt = begin(core, id, { isOurs: true, commitment, nonce });
  core.words.begunAtMs.set(id, now);
  send(core, peer, attempt, { type: RECORD_TYPES.wordsCommit });
  noteContacted(core, id);
  tell(core, id, attempt);
}

/** Our person agrees to compare. Throws UsageError `no-comparison`, `not-here`, `comparing`. */
export function acceptWords(core: CoreState, id: PeerId): void {
  const attempt = core.words.open.get(id);
  if (attempt?.phase !== 'asked') throw nothingOpen();
  const peer = requireHere(core, id);
  requireAlone(core, id);
  reply(core, peer, attempt);
}

/**
 * What our person found; `same: false` also ends what has no words yet. The mark of a verified person is given only
 * here; the caller says so with `tellSame` once it is on disk. Throws UsageError `no-comparison`.
 */
export function answerWords(core: CoreState, id: PeerId, same: boolean): Person | null {
  const attempt = core.words.open.get(id);
  if (attempt === undefined || attempt.phase === 'same') throw nothingOpen();
  if (!same) {
    stop(core, id, attempt.phase === 'compare' ? 'different' : 'declined');
    return null;
  }
  if (attempt.phase !== 'compare') throw nothingOpen();
  const person = recordVerified(core, id, 'words');
  attempt.phase = 'same';
  return person;
}

export function tellSame(core: CoreState, id: PeerId): void {
  emit(core, { type: 'words', peer: whoOf(core, id), state: 'same' });
}

/** Ends what nobody has ended in time. */
export function tendWords(core: CoreState): void {
  for (const [id, { untilMs, phase }] of core.words.open) {
    if (untilMs > core.env.nowMs()) continue;
    if (phase === 'same') core.words.open.delete(id);
    else end(core, id, 'timeout');
  }
}

/** When `tendWords` has something to do, monotonic ms; null: no comparison is open. */
export function wordsDueMs({ words }: CoreState): number | null {
  const due = Array.from(words.open.values(), ({ untilMs }) => untilMs);
  return due.length === 0 ? null : Math.min(...due);
}

function requireHere(core: CoreState, id: PeerId): Peer {
  const peer = core.peers.get(id);
  if (core.link.online && peer?.online === true) return peer;
  const nick = nickOf(core, id);
  throw new UsageError(
    'not-here',
    phrase`${nick} is not here now; words are compared by two who are`,
  );
}

/** Nobody can read two lists aloud at a time without mixing them up. */
function requireAlone(core: CoreState, id: PeerId): void {
  for (const [other, { phase }] of core.words.open) {
    if (other === id || phase === 'asked' || phase === 'same') continue;
    const message = phrase`you are comparing words with ${nickOf(core, other)}; finish that first`;
    throw new UsageError('comparing', message);
  }
}

function nothingOpen(): UsageError {
  const message = phrase`there are no words to answer; ask for them first (verify, with words)`;
  return new UsageError('no-comparison', message);
}
