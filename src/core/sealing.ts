// Seals what is queued, and what is owed, to the best key of its recipient, and takes the relay's answer.
import { sealDirect } from '../crypto/direct.ts';
import { CryptoError } from '../crypto/errors.ts';
import { type SignedNote, signTurn } from '../crypto/signed-objects.ts';
import { TOKEN_BYTES } from '../protocol/frames.ts';
import type { Kid } from '../protocol/ids.ts';
import { BLOB_TTL_SECONDS, MAX_HAVE_RANGES, MAX_HAVE_STREAMS } from '../protocol/limits.ts';
import { type Have, MAX_LOST, MAX_WANTS, type Note } from '../protocol/note.ts';
import { pad } from '../protocol/padding.ts';
import { encodeDirectPayload, isUpkeep, RECORD_TYPES } from '../protocol/record.ts';
import { bundleSeqOf, wantBundle } from './directory.ts';
import { saveOut, savePeer } from './durable-people.ts';
import { later, request, soon } from './link.ts';
import { fail, mayBeLost, nextQueued, queueLost, retryAfterMs, show } from './outbox.ts';
import type { OutRecord, Peer, Sealing } from './peer-state.ts';
import { isBlocked } from './people.ts';
import { received } from './sequence.ts';
import type { Answer, CoreState } from './state.ts';
import { bootOf, dropTurn, turnToGive } from './turn-keys.ts';
import { pendingTyping } from './typing.ts';
import { chooseKey, isAway, type SealingKey } from './which-key.ts';

/** Sealing takes an encapsulation and two DH: about 1 ms. */
const SEAL_COST_MS = 1;
/** A refused acknowledgement goes again after this long, not at once and for ever. */
const REFUSED_ACK_MS = 1_000;
/** A relay that can't keep anything for somebody is asked again after this long. */
const REFUSED_MAILBOX_MS = 10 * 60_000;
const NO_RECORD = new Uint8Array(0);

/** Moves what can move for each peer that something happened to; called at the end of each step. */
export function pumpOutboxes(core: CoreState): void {
  for (const id of core.dirty) {
    const peer = core.peers.get(id);
    if (peer !== undefined) pump(core, peer);
  }
  core.dirty.clear();
}

function pump(core: CoreState, peer: Peer): void {
  if (!core.link.ownChecked || !core.link.online || peer.sealing) return;
  if (isBlocked(core, peer.id)) return;
  queueLost(core, peer);
  const record = nextQueued(core, peer);
  if (record === null && !isControlDue(core, peer)) {
    if (mayBeLost(peer)) wantBundle(core, peer);
    return;
  }
  const choice = chooseKey(core, peer, record === null ? 'control' : 'record');
  if (choice === 'unsure') return;
  if (choice === 'away' || (choice === 'fetch' && !wantBundle(core, peer))) tellAway(core, peer);
  if (choice === 'away' || choice === 'fetch') return;
  peer.sealing = true;
  const queue = record !== null && isForAll(record) && !isAwaited(peer) ? later : soon;
  queue(core, SEAL_COST_MS, () => sealNext(core, peer));
}

/** What goes to everybody in a room alike. */
function isForAll({ type }: OutRecord): boolean {
  const { roomKey, roomOperations, roomStrike } = RECORD_TYPES;
  return type === roomKey || type === roomOperations || type === roomStrike;
}

/**
 * A message behind keys must not wait for a whole room's keys: their person's go first then. So do those of who was
 * just let in, and has nothing of the room yet.
 */
function isAwaited({ records }: Peer): boolean {
  return records.some((record) => {
    return (
      record.type === RECORD_TYPES.roomWelcome || (record.phase === 'queued' && !isForAll(record))
    );
  });
}

/** Only of those of whom it is known. */
function tellAway(core: CoreState, peer: Peer): void {
  if (!isAway(core, peer)) return;
  for (const record of peer.records) {
    if (record.phase === 'queued' && record.sealings === 0) {
      show(core, record, { state: 'pending', reason: 'not-here' });
    }
  }
}

function sealNext(core: CoreState, peer: Peer): void {
  peer.sealing = false;
  core.dirty.add(peer.id);
  const record = nextQueued(core, peer);
  if (!core.link.online || (record === null && !isControlDue(core, peer))) return;
  if (isBlocked(core, peer.id)) return;
  // Everything may have changed since this was queued: then the bundle is fetched first, or it waits.
  const key = chooseKey(core, peer, record === null ? 'control' : 'record');
  if (typeof key === 'string') return;
  const note = nextNote(core, peer, { record, key });
  const blob = seal(core, peer, { record, key, note });
  if (blob === null) return;
  const { arrivals } = peer.incoming;
  const sealing = noteSealing(core, peer, { record, key });
  const isAlone = record === null;
  const token = core.env.random(TOKEN_BYTES);
  const ttlSeconds = sealing.isKept ? BLOB_TTL_SECONDS : 0;
  request(core, { type: 'send', token, ttlSeconds, blob }, (answer) => {
    core.dirty.add(peer.id);
    takeNoteAnswer(core, peer, { answer, sealing, arrivals, lost: note.lost, isAlone });
    if (answer?.type === 'error' && answer.code === 'not-here') takeNotHere(core, peer, sealing);
    if (record !== null) takeAnswer(core, peer, { record, sealing, answer });
  });
}

interface ToSeal {
  readonly record: OutRecord | null;
  readonly key: SealingKey;
}

function seal(
  core: CoreState,
  peer: Peer,
  { record, key, note }: ToSeal & { readonly note: Note },
): Uint8Array | null {
  try {
    return sealDirect({
      sender: core.me,
      recipient: peer.id,
      recipientPrekey: key.publicKey,
      padded: pad(encodeDirectPayload(record?.bytes ?? NO_RECORD, note)),
      random: core.env.random,
    });
  } catch (error) {
    if (!(error instanceof CryptoError)) throw error;
    // A prekey that its owner made unusable: theirs to mend with the next turn or bundle.
    if (key.kind === 'turn') dropTurn(peer, key.kid);
    else {
      peer.bundle = null;
      peer.bundleMissedAtMs = core.env.nowMs();
    }
    return null;
  }
}

/**
 * Acknowledgements, and a turn key with conversation messages and what acknowledges them. None into a
 * mailbox, where it would be dead before it is read, and none beside wants, for which there would be no place.
 */
function nextNote(core: CoreState, peer: Peer, { record, key }: ToSeal): Note {
  core.noteCounter++;
  const stream = record?.stream ?? peer.stream;
  const lowest = peer.records.find((candidate) => candidate.stream === stream);
  const wants = peer.wants.slice(0, MAX_WANTS);
  // Who is about to read the words needs no word that they come; and wants leave no place.
  const isSaid = record?.type === RECORD_TYPES.text || wants.length > 0;
  const typing = isSaid ? null : pendingTyping(core, peer);
  const place = { boot: core.boot, k: core.noteCounter, bundleSeq: core.bundleSeq };
  const isTurn = key.kind !== 'mailbox' && wants.length === 0 && isConversation(peer, record);
  return {
    ...place,
    low: lowest?.seq ?? peer.nextSeq,
    have: haveOf(peer),
    lost: peer.turns.lost,
    turn: isTurn ? signedTurn(core, peer, place) : null,
    quiet: core.quiet,
    wants,
    ...(typing !== null && { typing }),
  };
}

function signedTurn(core: CoreState, peer: Peer, place: SignedNote): Uint8Array {
  const { n, prekey } = turnToGive(core, peer);
  const { stream, nextSeq: next } = peer;
  return signTurn(core.me, place, { n, stream, next, publicKey: prekey.publicKey });
}

/** Room keys are no conversation, nor is what acknowledges them alone. */
function isConversation(peer: Peer, record: OutRecord | null): boolean {
  return record === null ? peer.incoming.isConversing : !isUpkeep(record.type);
}

/** What arrived from this peer, its newest streams. */
function haveOf(peer: Peer): Have[] {
  const streams = [...peer.incoming.streams].slice(-MAX_HAVE_STREAMS);
  return streams.map(([stream, sequence]) => ({
    stream,
    ...received(sequence, MAX_HAVE_RANGES),
  }));
}

/** Every note carries the acknowledgements, lost keys and wants that were due. */
function noteSealing(core: CoreState, peer: Peer, { record, key }: ToSeal): Sealing {
  const { incoming } = peer;
  const now = core.env.nowMs();
  const sealing: Sealing = {
    ...{ kid: key.kid, inMemory: key.kind !== 'mailbox', atMs: now },
    isKept: key.kind === 'mailbox' || !peer.online,
    ...{ boot: bootOf(peer), bundleSeq: bundleSeqOf(peer) },
    isFirst: record?.transmitted === false,
  };
  peer.wants = peer.wants.slice(MAX_WANTS);
  peer.turns.lost = [];
  peer.typing.pending = null;
  incoming.ackDueAtMs = null;
  incoming.lastAckAtMs = now;
  incoming.isConversing = false;
  // What went by itself is no word of a person's, after which they could be asked and would answer.
  if (isConversation(peer, record) && record?.byItself !== true) peer.spokenAtMs = now;
  if (record === null) return sealing;
  record.phase = 'sent';
  record.sealings++;
  record.transmitted = true;
  record.sealed = sealing;
  record.mailbox = null;
  record.overtakenAtMs = null;
  if (!record.mayBeOut) {
    record.mayBeOut = true;
    saveOut(core, peer, record);
  }
  return sealing;
}

function isControlDue(core: CoreState, peer: Peer): boolean {
  const { ackDueAtMs } = peer.incoming;
  // A want is of use only while its blobs wait for the key.
  if (peer.wants.length > 0 && peer.online) return true;
  if (pendingTyping(core, peer) !== null) return true;
  return ackDueAtMs !== null && ackDueAtMs <= core.env.nowMs();
}

interface NoteAnswer {
  readonly answer: Answer;
  readonly sealing: Sealing;
  /** `Incoming.arrivals` when the note was made. */
  readonly arrivals: number;
  readonly lost: readonly Kid[];
  /** Without a record, which would bring another note if it has to go again. */
  readonly isAlone: boolean;
}

/** What a note said that didn't go is owed. */
function takeNoteAnswer(core: CoreState, peer: Peer, sent: NoteAnswer): void {
  const { incoming, turns } = peer;
  if (sent.answer?.type === 'done') {
    if (!incoming.owes || incoming.arrivals !== sent.arrivals) return;
    incoming.owes = false;
    savePeer(core, peer);
    return;
  }
  turns.lost = [...sent.lost, ...turns.lost].slice(-MAX_LOST);
  const isRefused = sent.answer !== null && !sent.sealing.inMemory;
  const waitMs = isRefused ? REFUSED_MAILBOX_MS : REFUSED_ACK_MS;
  if (sent.isAlone) incoming.ackDueAtMs ??= core.env.nowMs() + waitMs;
}

/** They have gone, and what was sealed for now goes to their mailbox; or the relay knows nobody of that ID. */
function takeNotHere(core: CoreState, peer: Peer, { isKept }: Sealing): void {
  if (!isKept) peer.online = false;
  else peer.unknownUntilMs = core.env.nowMs() + REFUSED_MAILBOX_MS;
}

interface RecordAnswer {
  readonly record: OutRecord;
  readonly sealing: Sealing;
  readonly answer: Answer;
}

function takeAnswer(core: CoreState, peer: Peer, { record, sealing, answer }: RecordAnswer): void {
  // It may be acknowledged, or sealed again, since.
  if (record.sealed !== sealing || record.phase !== 'sent' || !peer.records.includes(record))
    return;
  if (answer?.type === 'done') {
    record.phase = 'waiting';
    takeDone(core, peer, record);
    return;
  }
  record.phase = 'queued';
  if (answer?.type !== 'error') return;
  if (answer.code === 'not-here') {
    record.sealings--;
    if (sealing.isKept) tellAway(core, peer);
  } else if (answer.code === 'storage') postpone(core, record, sealing);
  else refuse(core, peer, record);
}

/** The relay's disk is full, or fails: it says that this may pass. */
function postpone(core: CoreState, record: OutRecord, { inMemory }: Sealing): void {
  // What needed no disk waits as if it were on its way.
  if (inMemory) {
    record.phase = 'waiting';
    return;
  }
  record.sealings--;
  record.notBeforeMs = core.env.nowMs() + REFUSED_MAILBOX_MS;
}

function takeDone(core: CoreState, peer: Peer, record: OutRecord): void {
  show(core, record, { state: 'relayed', reason: null });
  if (record.sealed?.inMemory !== false) return;
  record.mailbox = core.link.relayId;
  saveOut(core, peer, record);
}

/** An earlier sealing may be out and yet be acknowledged: this one's refusal only waits. */
function refuse(core: CoreState, peer: Peer, record: OutRecord): void {
  if (record.sealed?.isFirst === true) {
    fail(core, peer, { record, reason: 'refused' });
    return;
  }
  if (record.sealed?.inMemory === false) {
    record.notBeforeMs = core.env.nowMs() + retryAfterMs(record);
  } else record.phase = 'waiting';
}
