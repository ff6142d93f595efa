// The rules of PROTOCOL.md that keep two people's conversation whole and closed, each with what takes it out of
// the code: schedules must then fail (rules.test.ts). A rule whose text is no longer there is an error.

export interface Rule {
  readonly name: string;
  /** In src/. */
  readonly file: string;
  readonly text: string;
  /** What stands there without the rule. */
  readonly without: string;
}

export const RULES: readonly Rule[] = [
  {
    name: 'a record stays with its sender until it is acknowledged',
    file: 'core/sealing.ts',
    text: 'takeDone(core, peer, record);\n    return;',
    without: 'takeDone(core, peer, record);\n    peer.records = [];\n    return;',
  },
  {
    name: 'what waits to go out is on disk',
    file: 'core/durable-people.ts',
    text: 'export function saveOut(core: CoreState, peer: Peer, record: OutRecord): void {',
    without:
      'export function saveOut(core: CoreState, peer: Peer, record: OutRecord): void {\n  if (core !== null) return;',
  },
  {
    name: 'durable first, then the wire',
    file: 'core/core.ts',
    text: "core.effects.unshift({ type: 'save' })",
    without: "core.effects.push({ type: 'save' })",
  },
  {
    name: 'numbers go on after a restart',
    file: 'core/restore-people.ts',
    text: 'peer.nextSeq = row.nextSeq;',
    without: '',
  },
  {
    name: 'where an order stands is on disk',
    file: 'core/durable-people.ts',
    text: 'save(core, runPlace(peer.id, stream), () => storedSequence(sequence));',
    without: '',
  },
  {
    name: 'what waits behind a gap is on disk',
    file: 'core/durable-sequence.ts',
    text: '() => read(item)',
    without: '() => (item === null ? read(item) : null)',
  },
  {
    name: 'repeats are recognised by stream and number',
    file: 'core/sequence.ts',
    text: "if (known !== undefined) return known === digest ? 'repeat' : 'forged';\n  if (seq < sequence.next && !isSkipped(sequence, seq)) return 'repeat';",
    without: '',
  },
  {
    name: 'records are shown in the order of their stream',
    file: 'core/sequence.ts',
    text: 'if (seq > sequence.next && seq > patience.low && !isImpatient(sequence, patience)) break;',
    without: '',
  },
  {
    name: 'only what arrived is acknowledged',
    file: 'core/outbox.ts',
    text: 'const arrived = seq <= upTo || ranges.some(([from, to]) => from <= seq && seq <= to);',
    without: 'const arrived = seq <= highest;',
  },
  {
    name: 'a repeat is acknowledged too',
    file: 'core/inbox.ts',
    text: 'oweAcknowledgement(core, peer, record);',
    without: "if (kind === 'new') oweAcknowledgement(core, peer, record);",
  },
  {
    name: 'acknowledgements are not acknowledged',
    file: 'core/inbox.ts',
    text: 'takeNote(core, peer, payload.note);',
    without:
      'takeNote(core, peer, payload.note);\n  peer.incoming.ackDueAtMs ??= core.env.nowMs() + ACK_INTERVAL_MS;\n  core.dirty.add(peer.id);',
  },
  {
    name: 'a note says from which number on something may come',
    file: 'core/sealing.ts',
    text: 'low: lowest?.seq ?? peer.nextSeq,',
    without: 'low: 1,',
  },
  {
    name: 'sealed anew where the connection ended before the answer',
    file: 'core/sealing.ts',
    text: "record.phase = 'queued';\n  if (answer?.type !== 'error') return;",
    without: "if (answer?.type !== 'error') return;\n  record.phase = 'queued';",
  },
  {
    name: 'sealed anew where it went to memory, and its reader is away',
    file: 'core/outbox.ts',
    text: 'if (isAway(core, peer) && !isHeardHidden(core, peer)) return true;',
    without: '',
  },
  {
    name: 'sealed anew where it went to memory, and its reader has connected anew',
    file: 'core/outbox.ts',
    text: 'return bootOf(peer) > sealed.boot || bundleSeqOf(peer) > sealed.bundleSeq;',
    without: 'return false;',
  },
  {
    name: 'a newer bundle that is claimed is fetched where something may be lost',
    file: 'core/outbox.ts',
    text: 'if (!online) return false;',
    without: 'if (online || !online) return false;',
  },
  {
    name: 'sealed anew where a later record came through, after 5 s',
    file: 'core/outbox.ts',
    text: 'overtakenAtMs === null ? Number.POSITIVE_INFINITY : overtakenAtMs + OVERTAKEN_MS;',
    without: 'Number.POSITIVE_INFINITY + (overtakenAtMs ?? 0) + OVERTAKEN_MS;',
  },
  {
    name: 'the oldest is sealed anew after 15 s',
    file: 'core/outbox.ts',
    text: 'return Math.min(byOvertaking, sinceMs + retryAfterMs(record));',
    without: 'return byOvertaking + 0 * sinceMs;',
  },
  {
    name: 'a key that answered nothing is doubted',
    file: 'core/outbox.ts',
    text: 'doubtKeys(peer, record);',
    without: '',
  },
  {
    name: 'a turn key that is gone is named',
    file: 'core/inbox.ts',
    text: 'nameLost(core, header.kid);',
    without: '',
  },
  {
    name: 'whom turn keys were given to is on disk',
    file: 'core/restore-people.ts',
    text: 'for (const kid of peer.turns.kids) core.turnKids.set(kid, id);',
    without: '',
  },
  {
    name: 'every turn brings a new key',
    file: 'core/turn-keys.ts',
    text: 'newest !== undefined && !newest.isUsed && isFresh(newest)',
    without: 'newest !== undefined && isFresh(newest)',
  },
  {
    name: 'opening under a turn key destroys all older ones',
    file: 'core/turn-keys.ts',
    text: 'if (other.n < turn.n) destroy(core, other);',
    without: 'if (other.n < 0n) destroy(core, other);',
  },
  {
    name: 'turn keys die after 70 min',
    file: 'protocol/limits.ts',
    text: 'TURN_PREKEY_DESTROY_MS = 70',
    without: 'TURN_PREKEY_DESTROY_MS = 7_000',
  },
  {
    name: 'a turn key is sealed to for 30 min',
    file: 'core/turn-keys.ts',
    text: 'if (isStale || theirs.boot < bootOf(peer))',
    without: 'if (!isStale && theirs.boot < bootOf(peer))',
  },
  {
    name: 'no turn key of an earlier run is sealed to',
    file: 'core/turn-keys.ts',
    text: 'if (isStale || theirs.boot < bootOf(peer))',
    without: 'if (isStale)',
  },
  {
    name: 'live keys die after 70 min',
    file: 'protocol/limits.ts',
    text: 'LIVE_PREKEY_DESTROY_MS = 70',
    without: 'LIVE_PREKEY_DESTROY_MS = 7_000',
  },
  {
    name: 'another mailbox key a day',
    file: 'protocol/limits.ts',
    text: 'MAILBOX_PREKEY_RENEW_MS = 24',
    without: 'MAILBOX_PREKEY_RENEW_MS = 24_000',
  },
  {
    name: 'a mailbox key dies a day after it was replaced, once the mailbox was read',
    file: 'core/mailbox.ts',
    text: 'if (isDrained) destroyDrainedKeys(core);',
    without: '',
  },
  {
    name: 'mailbox keys are on disk',
    file: 'core/restore.ts',
    text: 'restoreOne(core, rows, { place: MAILBOX_KEYS_PLACE, read: restoreMailboxKeys });',
    without: '',
  },
  {
    name: 'who is away is sealed to under a mailbox key',
    file: 'core/which-key.ts',
    text: "if (!isStoredFor(core, peer)) return 'away';",
    without: "if (core.env !== null) return 'away';",
  },
  {
    name: 'a bundle of an earlier connection is fetched first',
    file: 'core/directory.ts',
    text: 'bundle === null || bundle.session !== core.link.session',
    without: 'bundle === null',
  },
  {
    name: 'a bundle older than 10 min is fetched first',
    file: 'core/directory.ts',
    text: 'if (core.env.nowMs() - bundle.fetchedAtMs > BUNDLE_FRESH_MS) return false;',
    without: '',
  },
  {
    name: 'a bundle below one that was named is fetched first',
    file: 'core/directory.ts',
    text: 'return bundle.seq >= peer.claimedBundleSeq && bundle.seq >= peer.provenBundleSeq;',
    without: 'return true;',
  },
  {
    name: 'what was read from the mailbox is acknowledged to the relay',
    file: 'core/core.ts',
    text: 'flushTaken(core);',
    without: '',
  },
];
