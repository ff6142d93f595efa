// What the other side of a comparison by words writes, and what it must not: any second try ends it without words.
import { SAS_BYTES, type SasPair, sasCommitment, sasOf } from '../crypto/sas.ts';
import { equalBytes } from '../protocol/bytes.ts';
import type { PeerId } from '../protocol/ids.ts';
import { type DirectRecord, RECORD_TYPES } from '../protocol/record.ts';
import {
  decodeWordsCommit,
  decodeWordsReply,
  decodeWordsReveal,
  type WordsCommit,
  type WordsReply,
  type WordsReveal,
} from '../protocol/words-content.ts';
import type { Peer } from './peer-state.ts';
import type { CoreState } from './state.ts';
import {
  begin,
  end,
  isTooSoon,
  reply,
  send,
  stop,
  takeBack,
  tell,
  type WordsAttempt,
} from './words-attempt.ts';

/** What the other side keeps to is counted from when it sent, and the way takes time. */
const THEIR_INTERVAL_MS = 55_000;

/** People whom we never wrote to and who ask at once; IDs cost nothing, and each is a line on the screen. */
const MAX_ASKED = 4;

/** Takes a record of a comparison; of any other type, nothing. Throws ProtocolError. */
export function takeWords(core: CoreState, peer: Peer, { type, content }: DirectRecord): void {
  if (type === RECORD_TYPES.wordsCommit) takeCommit(core, peer, decodeWordsCommit(content));
  if (type === RECORD_TYPES.wordsReply) takeReply(core, peer, decodeWordsReply(content));
  if (type === RECORD_TYPES.wordsReveal) takeReveal(core, peer, decodeWordsReveal(content));
}

/** Nothing is answered before our person agrees; but for one who has just asked the same of them. */
function takeCommit(core: CoreState, peer: Peer, { commit }: WordsCommit): void {
  // One that lay in a mailbox is of a comparison that is over; and nobody could say who asks.
  const pin = core.pins.get(peer.id);
  if (!peer.online || pin === null) return;
  const open = core.words.open.get(peer.id);
  if (open !== undefined && open.phase !== 'same') {
    takeSecondCommit(core, peer, { open, commit });
    return;
  }
  if (isTooSoon(core, peer.id, THEIR_INTERVAL_MS)) return;
  const asked = [...core.words.open.values()].filter(({ phase }) => phase === 'asked');
  const isFriend = pin.contacted || pin.trust === 'verified';
  if (asked.length >= MAX_ASKED && !isFriend) return;
  tell(core, peer.id, beginTheirs(core, peer, commit));
}

/** Where both asked at the same moment, and nothing has followed, the lower ID's goes on. Else it is a second try. */
function takeSecondCommit(
  core: CoreState,
  peer: Peer,
  { open, commit }: { readonly open: WordsAttempt; readonly commit: Uint8Array },
): void {
  if (open.phase !== 'committed' || open.isCrossed) {
    stop(core, peer.id, 'repeated');
    return;
  }
  if (core.me.id < peer.id) {
    open.isCrossed = true;
    return;
  }
  takeBack(core, peer, open);
  reply(core, peer, beginTheirs(core, peer, commit));
}

function takeReply(core: CoreState, peer: Peer, { commit, nonce }: WordsReply): void {
  const open = core.words.open.get(peer.id);
  if (open === undefined || !open.isOurs || open.phase === 'same') {
    endIfRelayed(core, peer, commit);
    return;
  }
  if (!equalBytes(open.commitment, commit)) stop(core, peer.id, 'mismatch');
  else if (open.phase !== 'committed') stop(core, peer.id, 'repeated');
  else {
    send(core, peer, open, { type: RECORD_TYPES.wordsReveal, nonce: open.nonce });
    compare(core, peer.id, { open, theirs: nonce });
  }
}

function takeReveal(core: CoreState, peer: Peer, { commit, nonce }: WordsReveal): void {
  const open = core.words.open.get(peer.id);
  const isNamed = open !== undefined && equalBytes(open.commitment, commit);
  if (nonce === undefined) {
    if (isNamed) end(core, peer.id, hasWords(open) ? 'different' : 'declined');
    return;
  }
  if (open === undefined || open.isOurs || open.phase === 'same') {
    endIfRelayed(core, peer, commit);
    return;
  }
  const pair: SasPair = { initiator: peer.id, responder: core.me.id };
  const isMatch = isNamed && equalBytes(sasCommitment(pair, nonce), commit);
  if (!isMatch) stop(core, peer.id, 'mismatch');
  else if (open.phase !== 'replied') stop(core, peer.id, 'repeated');
  else compare(core, peer.id, { open, theirs: nonce });
}

/** Who answers a comparison that was opened with another has it from them, or stands between. */
function endIfRelayed(core: CoreState, peer: Peer, commit: Uint8Array): void {
  for (const [id, { commitment, phase }] of core.words.open) {
    if (id !== peer.id && phase !== 'same' && equalBytes(commitment, commit)) {
      stop(core, id, 'relayed');
    }
  }
}

function compare(
  core: CoreState,
  id: PeerId,
  { open, theirs }: { readonly open: WordsAttempt; readonly theirs: Uint8Array },
): void {
  const { commitment, isOurs, nonce } = open;
  open.sas = sasOf({
    initiator: isOurs ? core.me.id : id,
    responder: isOurs ? id : core.me.id,
    initiatorNonce: isOurs ? nonce : theirs,
    responderNonce: isOurs ? theirs : nonce,
    commitment,
  });
  open.phase = 'compare';
  tell(core, id, open);
}

function hasWords({ phase }: WordsAttempt): boolean {
  return phase === 'compare' || phase === 'same';
}

function beginTheirs(core: CoreState, peer: Peer, commitment: Uint8Array): WordsAttempt {
  core.words.begunAtMs.set(peer.id, core.env.nowMs());
  const nonce = core.env.random(SAS_BYTES);
  return begin(core, peer.id, { isOurs: false, commitment, nonce });
}
