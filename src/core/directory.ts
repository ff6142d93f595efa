// Others' presence, cards and bundles: pulled in pages, verified in slices, kept until superseded.
import { kidOf } from '../crypto/prekey.ts';
import { openBundle, openCard } from '../crypto/signed-objects.ts';
import { phrase } from '../language/translate.ts';
import { type BundleFields, decodeBundle, type PrekeyClass } from '../protocol/bundle.ts';
import { LanchatError } from '../protocol/errors.ts';
import type { ObjectKind, PresenceEntry } from '../protocol/frames.ts';
import type { PeerId } from '../protocol/ids.ts';
import { BUNDLE_FRESH_MS, MAX_IDS_PER_GET } from '../protocol/limits.ts';
import { emit, isFirstTelling, later, request, soon } from './link.ts';
import { meet } from './meet.ts';
import { peerOf } from './new-state.ts';
import type { KnownBundle, KnownPrekey, Peer } from './peer-state.ts';
import { nickOf, personOf } from './people.ts';
import type { CoreState } from './state.ts';

/** Slices: checking a card or a bundle is one signature, 0.13 ms, and hashes. */
const VERIFY_COST_MS = 0.3;
/** Bundles are 2.8 kB each: as many as a relay's answer of 32 KiB holds. */
const BUNDLES_PER_GET = 11;
/** Of no connection: they count from 1. */
const NO_SESSION = 0;
/** A bundle that the relay didn't have is asked for again after this long, or this where nobody is here to publish it. */
const MISSED_BUNDLE_MS = 5_000;
const MISSED_AWAY_MS = 10 * 60_000;

/** The relay says who is here; it may lie, so this moves no message to `delivered` and no key. */
export function takePresence(core: CoreState, entries: readonly PresenceEntry[]): void {
  for (const entry of entries) {
    if (entry.id === core.me.id) continue;
    const peer = peerOf(core, entry.id);
    const changed = peer.online !== entry.online;
    if (changed) turnUp(core, peer, entry.online);
    claimBundle(peer, entry.bundleSeq);
    peer.claimedBundleSeq = entry.bundleSeq;
    if (entry.online && (peer.card === null || entry.cardSeq > peer.card.seq)) {
      peer.claimedCardSeq = entry.cardSeq;
      core.fetches.cards.add(peer.id);
    } else if (changed && peer.card !== null) {
      emit(core, { type: 'person', person: personOf(core, peer.id) });
    }
    core.dirty.add(peer.id);
  }
}

function turnUp(core: CoreState, peer: Peer, online: boolean): void {
  peer.online = online;
  peer.heardHiddenAtMs = null;
  peer.unknownUntilMs = 0;
  peer.bundleMissedAtMs = null;
  if (!online) return;
  const now = core.env.nowMs();
  peer.onlineSinceMs = now;
  // One that their mailbox refused waits no longer.
  if (peer.incoming.ackDueAtMs !== null && !core.hidden) peer.incoming.ackDueAtMs = now;
  // Nor do records whose tries nobody was here to answer: their waits begin anew.
  for (const record of peer.records) record.sealings = Math.min(record.sealings, 1);
}

/** Its owner or the relay says that this bundle is out: one that was missed may be there since. */
export function claimBundle(peer: Peer, seq: bigint): void {
  if (seq <= peer.claimedBundleSeq) return;
  peer.claimedBundleSeq = seq;
  peer.bundleMissedAtMs = null;
}

/** The connection ended: nobody is known to be here, and nothing is under way. */
export function forgetPresence(core: CoreState): void {
  core.fetches.cards.clear();
  core.fetches.bundles.clear();
  core.fetches.cardsAsked = false;
  core.fetches.bundlesAsked = false;
  for (const peer of core.peers.values()) {
    peer.claimedBundleSeq = 0n;
    peer.bundleMissedAtMs = null;
    peer.unknownUntilMs = 0;
    if (!peer.online) continue;
    peer.online = false;
    if (peer.card !== null) emit(core, { type: 'person', person: personOf(core, peer.id) });
  }
}

/** Whether every card that presence named is here. */
export function hasAllCards(core: CoreState): boolean {
  return core.fetches.cards.size === 0 && !core.fetches.cardsAsked;
}

/**
 * Whether the peer's bundle may be sealed to as it is. One older than 10 min, of an earlier connection,
 * or below a seq that somebody claimed is fetched first (PROTOCOL.md, Which key).
 */
export function hasFreshBundle(core: CoreState, peer: Peer): boolean {
  const { bundle } = peer;
  if (bundle === null || bundle.session !== core.link.session) return false;
  if (core.env.nowMs() - bundle.fetchedAtMs > BUNDLE_FRESH_MS) return false;
  return bundle.seq >= peer.claimedBundleSeq && bundle.seq >= peer.provenBundleSeq;
}

/** Nothing is sealed to the bundle that is known before it has been fetched again. */
export function staleBundle(peer: Peer): void {
  if (peer.bundle !== null) peer.bundle = { ...peer.bundle, session: NO_SESSION };
}

/** Whether a newer bundle is said to be out than the newest that is proven. */
export function hasOpenClaim(peer: Peer): boolean {
  return peer.claimedBundleSeq > bundleSeqOf(peer);
}

/** Of the newest bundle that the person published, as far as it is proven: one a connection and more. */
export function bundleSeqOf({ bundle, provenBundleSeq }: Peer): bigint {
  const seq = bundle?.seq ?? 0n;
  return seq > provenBundleSeq ? seq : provenBundleSeq;
}

/**
 * Asks for what the outbox needs; `flushFetches` sends it. Needs the card, whose key signs the bundle. False
 * where the relay was asked a moment ago and had none.
 */
export function wantBundle(core: CoreState, peer: Peer): boolean {
  const retryAt = bundleRetryAtMs(peer);
  if (retryAt !== null && core.env.nowMs() < retryAt) return false;
  if (peer.card === null) core.fetches.cards.add(peer.id);
  else core.fetches.bundles.add(peer.id);
  return true;
}

/** When a bundle that was missed may be asked for again; null where none is. */
export function bundleRetryAtMs({ bundleMissedAtMs, online }: Peer): number | null {
  if (bundleMissedAtMs === null) return null;
  return bundleMissedAtMs + (online ? MISSED_BUNDLE_MS : MISSED_AWAY_MS);
}

/** One page of each kind under way at a time; called at the end of each step. */
export function flushFetches(core: CoreState): void {
  const { fetches, link } = core;
  if (!link.online) return;
  if (!fetches.cardsAsked && fetches.cards.size > 0) {
    fetches.cardsAsked = true;
    ask(core, 'card', takeSome(fetches.cards, MAX_IDS_PER_GET));
  }
  if (!fetches.bundlesAsked && fetches.bundles.size > 0) {
    fetches.bundlesAsked = true;
    ask(core, 'bundle', takeSome(fetches.bundles, BUNDLES_PER_GET));
  }
}

function takeSome(ids: Set<PeerId>, count: number): PeerId[] {
  const some: PeerId[] = [];
  for (const id of ids) {
    if (some.length === count) break;
    some.push(id);
  }
  for (const id of some) ids.delete(id);
  return some;
}

function ask(core: CoreState, kind: ObjectKind, ids: readonly PeerId[]): void {
  const { session } = core.link;
  const claims = new Map(ids.map((id) => [id, peerOf(core, id).claimedBundleSeq]));
  const isCurrent = () => core.link.session === session && core.link.online;
  request(core, { type: 'get', kind, ids }, (answer) => {
    if (answer === null) return;
    const objects = answer.type === 'found' && answer.kind === kind ? answer.objects : [];
    // Cards of a crowd may wait; a bundle is asked for only when a message needs it.
    const queue = kind === 'card' ? later : soon;
    for (const object of objects) {
      const copy = object.slice();
      queue(core, VERIFY_COST_MS, () => {
        // What an earlier connection brought is asked for again in this one.
        if (isCurrent()) takeObject(core, kind, copy);
      });
    }
    queue(core, 0, () => {
      if (isCurrent()) settlePage(core, kind, claims);
    });
  });
}

function takeObject(core: CoreState, kind: ObjectKind, bytes: Uint8Array): void {
  try {
    if (kind === 'card') takeCard(core, bytes);
    else takeBundle(core, bytes);
  } catch (error) {
    // A relay or a stranger that serves broken objects costs only these objects.
    if (!(error instanceof LanchatError)) throw error;
  }
}

/** A card of a known seq is skipped unopened; a lower one is a rollback and ignored. */
function takeCard(core: CoreState, bytes: Uint8Array): void {
  const card = openCard(bytes);
  const known = core.peers.get(card.id)?.card;
  if (known !== undefined && known !== null && known.seq >= card.seq) return;
  meet(core, card);
  peerOf(core, card.id).bundleMissedAtMs = null;
  core.dirty.add(card.id);
}

function takeBundle(core: CoreState, bytes: Uint8Array): void {
  const owner = core.peers.get(decodeBundle(bytes).id);
  if (owner?.card === undefined || owner.card === null) return;
  const bundle = openBundle(bytes, owner.card);
  if (isRollback(owner, bundle)) return;
  const keys = { live: prekeyOf(bundle, 'live'), mailbox: prekeyOf(bundle, 'mailbox') };
  if (owner.bundle?.seq === bundle.seq && !isSame(owner.bundle, { ...keys, boot: bundle.boot })) {
    alarmFork(core, owner.id);
    return;
  }
  owner.bundle = {
    ...{ seq: bundle.seq, boot: bundle.boot, ...keys },
    fetchedAtMs: core.env.nowMs(),
    session: core.link.session,
  };
  owner.bundleMissedAtMs = null;
}

function prekeyOf({ prekeys }: BundleFields, wanted: PrekeyClass): KnownPrekey | null {
  const prekey = prekeys.find((candidate) => candidate.class === wanted);
  return prekey === undefined
    ? null
    : { kid: kidOf(prekey.publicKey), publicKey: prekey.publicKey };
}

/** An older bundle than one seen: its keys may be stolen or gone. */
function isRollback(owner: Peer, bundle: BundleFields): boolean {
  return owner.bundle !== null && bundle.seq < owner.bundle.seq;
}

type BundleKeys = Pick<KnownBundle, 'boot' | 'live' | 'mailbox'>;

function isSame(a: BundleKeys, b: BundleKeys): boolean {
  const isSameKey = (kind: PrekeyClass) => a[kind]?.kid === b[kind]?.kid;
  return a.boot === b.boot && isSameKey('live') && isSameKey('mailbox');
}

/** Once: the bundle is asked for again and again, as it can't be used. */
function alarmFork(core: CoreState, id: PeerId): void {
  if (!isFirstTelling(core, `fork ${id}`)) return;
  const message = phrase`two different key bundles of ${nickOf(core, id)} bear one number: that identity runs twice, or is stolen`;
  emit(core, { type: 'error', code: 'fork', message });
}

/**
 * What a page left open is asked for again, as long as each page brings something; else it is missed,
 * unless more has been claimed since it was asked for.
 */
function settlePage(core: CoreState, kind: ObjectKind, claims: ReadonlyMap<PeerId, bigint>): void {
  const { fetches } = core;
  const ids = [...claims.keys()];
  if (kind === 'card') fetches.cardsAsked = false;
  else fetches.bundlesAsked = false;
  const open = ids.filter((id) => isOpen(core, kind, id));
  const progressed = open.length < ids.length;
  for (const id of open) {
    const peer = peerOf(core, id);
    if (kind === 'card') {
      if (progressed) fetches.cards.add(id);
      else if (peer.card === null) peer.bundleMissedAtMs = core.env.nowMs();
    } else if (progressed || peer.claimedBundleSeq > (claims.get(id) ?? 0n)) {
      fetches.bundles.add(id);
    } else missBundle(core, peer);
  }
  for (const id of ids) core.dirty.add(id);
}

function isOpen(core: CoreState, kind: ObjectKind, id: PeerId): boolean {
  const peer = peerOf(core, id);
  if (kind === 'card') return peer.card === null || peer.card.seq < peer.claimedCardSeq;
  return !hasFreshBundle(core, peer);
}

/**
 * A claim that the relay can't back with a bundle counts for nothing: its lie must not stop a message.
 * What the owner itself said inside a box stands: sealing to an older key would help whoever stole that.
 */
function missBundle(core: CoreState, peer: Peer): void {
  const { bundle } = peer;
  peer.claimedBundleSeq = bundle?.session === core.link.session ? bundle.seq : 0n;
  if (!hasFreshBundle(core, peer)) peer.bundleMissedAtMs = core.env.nowMs();
}
