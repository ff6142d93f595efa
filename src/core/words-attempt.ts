// One comparison by words with one person: how it begins, what it sends, how it ends. Decides nothing.
import type { Sas } from '../crypto/sas.ts';
import { encodeCbor } from '../protocol/cbor.ts';
import type { MessageId, PeerId } from '../protocol/ids.ts';
import { RECORD_TYPES } from '../protocol/record.ts';
import type { WordsReason } from './events.ts';
import { emit } from './link.ts';
import { peerOf } from './new-state.ts';
import { enqueue, withdraw } from './outbox.ts';
import type { Peer } from './peer-state.ts';
import { whoOf } from './people.ts';
import { noteContacted } from './reach.ts';
import type { CoreState } from './state.ts';

/** Two people who are on the phone need seconds; a comparison that nobody ends must not stay open. */
const ATTEMPT_MS = 2 * 60_000;

/** Each attempt is one guess for a man in the middle, at 1 in 2^56. */
export const INTERVAL_MS = 60_000;

/**
 * `committed`: we asked. `asked`: they did, and nobody has agreed yet. `replied`: our person agreed. `compare`: the
 * words are there. `same`: our person found them so.
 */
export interface WordsAttempt {
  readonly isOurs: boolean;
  readonly commitment: Uint8Array;
  /** Our contribution. */
  readonly nonce: Uint8Array;
  readonly untilMs: number;
  phase: 'committed' | 'asked' | 'replied' | 'compare' | 'same';
  /** Both asked at the same moment, and this one goes on. */
  isCrossed: boolean;
  sas: Sas | null;
  /** Ours that are of no use once it has ended. */
  readonly sent: MessageId[];
}

/** What comparisons there are (`CoreState.words`). */
export interface Words {
  readonly open: Map<PeerId, WordsAttempt>;
  /** When each person's last one began. */
  readonly begunAtMs: Map<PeerId, number>;
}

export function begin(
  core: CoreState,
  id: PeerId,
  fields: Pick<WordsAttempt, 'isOurs' | 'commitment' | 'nonce'>,
): WordsAttempt {
  const attempt: WordsAttempt = {
    ...fields,
    untilMs: core.env.nowMs() + ATTEMPT_MS,
    phase: fields.isOurs ? 'committed' : 'asked',
    ...{ isCrossed: false, sas: null, sent: [] },
  };
  core.words.open.set(id, attempt);
  return attempt;
}

export function reply(core: CoreState, peer: Peer, attempt: WordsAttempt): void {
  attempt.phase = 'replied';
  send(core, peer, attempt, { type: RECORD_TYPES.wordsReply, nonce: attempt.nonce });
  noteContacted(core, peer.id);
  tell(core, peer.id, attempt);
}

export function send(
  core: CoreState,
  peer: Peer,
  { commitment, sent }: WordsAttempt,
  { type, nonce }: { readonly type: number; readonly nonce?: Uint8Array },
): void {
  const content = encodeCbor({ commit: commitment, ...(nonce !== undefined && { nonce }) });
  sent.push(enqueue(core, peer, { type, content }).id);
}

/** Ends it here, and says so to the other side. */
export function stop(core: CoreState, id: PeerId, reason: WordsReason): void {
  const attempt = core.words.open.get(id);
  if (attempt === undefined) return;
  end(core, id, reason);
  // Who has heard nothing of us hears nothing now.
  if (attempt.phase === 'asked' && reason !== 'declined') return;
  send(core, peerOf(core, id), attempt, { type: RECORD_TYPES.wordsReveal });
}

export function end(core: CoreState, id: PeerId, reason: WordsReason): void {
  const attempt = core.words.open.get(id);
  if (attempt === undefined) return;
  takeBack(core, peerOf(core, id), attempt);
  core.words.open.delete(id);
  emit(core, { type: 'words', peer: whoOf(core, id), state: 'failed', reason });
}

/** What has not gone out is of no use any more. */
export function takeBack(core: CoreState, peer: Peer, { sent }: WordsAttempt): void {
  for (const id of sent) withdraw(core, peer, id);
}

export function tell(core: CoreState, id: PeerId, { phase, sas }: WordsAttempt): void {
  const peer = whoOf(core, id);
  if (sas !== null) emit(core, { type: 'words', peer, state: 'compare', ...sas });
  else emit(core, { type: 'words', peer, state: phase === 'asked' ? 'asked' : 'waiting' });
}

/** Also forgets who asked long ago: anybody can ask under ever new IDs. */
export function isTooSoon({ words, env }: CoreState, id: PeerId, intervalMs: number): boolean {
  for (const [other, atMs] of words.begunAtMs) {
    if (env.nowMs() - atMs >= INTERVAL_MS) words.begunAtMs.delete(other);
  }
  const begunAtMs = words.begunAtMs.get(id);
  return begunAtMs !== undefined && env.nowMs() - begunAtMs < intervalMs;
}
