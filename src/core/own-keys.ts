// One's own card and bundle: published at each connection. Live prekeys: renewed, destroyed in time.
import { Prekey } from '../crypto/prekey.ts';
import { openBundle, openCard, signBundle, signCard } from '../crypto/signed-objects.ts';
import { wipe } from '../crypto/sodium.ts';
import { phrase } from '../language/translate.ts';
import { equalBytes } from '../protocol/bytes.ts';
import { LanchatError } from '../protocol/errors.ts';
import type { ObjectKind } from '../protocol/frames.ts';
import type { Kid } from '../protocol/ids.ts';
import { LIVE_PREKEY_DESTROY_MS, LIVE_PREKEY_RENEW_MS } from '../protocol/limits.ts';
import { SEED_BYTES } from '../protocol/sizes.ts';
import { emit, request, takeSeq } from './link.ts';
import {
  isRenewalDue,
  mailboxKeysDueMs,
  mailboxKeyToPublish,
  tendMailboxKeys,
  wipeMailboxKeys,
} from './mailbox-keys.ts';
import { wakeOutboxes } from './outbox.ts';
import { selfOf } from './people.ts';
import { beginAnew } from './rollback.ts';
import type { CoreState } from './state.ts';
import { tendTurnKeys, turnKeysDueMs, wipeTurnKeys } from './turn-keys.ts';

/** The signed card of this profile, for the login. */
export function ownCard(core: CoreState): Uint8Array {
  core.link.cardSeq = core.cardSeq;
  return signCard(core.me, { seq: core.cardSeq, nick: core.nick });
}

/** A new name is a new card. Kept before it is published. */
export function rename(core: CoreState, nick: string): void {
  core.nick = nick;
  core.cardSeq = takeSeq(core);
  core.effects.push({ type: 'save-identity', nick, cardSeq: core.cardSeq });
  emit(core, { type: 'self', ...selfOf(core) });
  if (core.link.online) publish(core, 'card', ownCard(core));
}

/** The name may have changed between the login and its answer. */
export function publishChangedCard(core: CoreState): void {
  if (core.link.cardSeq !== core.cardSeq) publish(core, 'card', ownCard(core));
}

/**
 * A bundle under a new number at each connection, also with the keys of before: it tells senders that
 * what they sent into the old connection may be lost.
 */
export function publishBundle(core: CoreState): void {
  if (newest(core) === undefined) addPrekey(core);
  const prekey = newest(core);
  if (prekey === undefined) return;
  const seq = takeSeq(core);
  if (core.boot === 0n) core.boot = seq;
  core.bundleSeq = seq;
  core.effects.push({ type: 'save-identity', bundleSeq: seq });
  const mailbox = { class: 'mailbox' as const, publicKey: mailboxKeyToPublish(core).publicKey };
  const live = { class: 'live' as const, publicKey: prekey.prekey.publicKey };
  const prekeys = core.hidden ? [mailbox] : [live, mailbox];
  publish(core, 'bundle', signBundle(core.me, { seq, boot: core.boot, prekeys }));
}

/** The prekey a message names, while it lives; else null. */
export function livePrekey(core: CoreState, kid: Kid): Prekey | null {
  // A machine that slept may hand over a message before the clock that destroys old keys.
  const youngestDeadMs = core.env.nowMs() - LIVE_PREKEY_DESTROY_MS;
  const named = core.prekeys.find(({ prekey }) => prekey.kid === kid);
  return named === undefined || named.madeAtMs <= youngestDeadMs ? null : named.prekey;
}

/** Destroys keys of all kinds when their time has come, and publishes new ones. */
export function tendPrekeys(core: CoreState): void {
  tendTurnKeys(core);
  tendMailboxKeys(core);
  const isRenewed = tendLiveKeys(core);
  const isDue = isRenewalDue(core) || (isRenewed && !core.hidden);
  if (core.link.ownChecked && isDue) publishBundle(core);
}

/** Gone 70 min after making, and a new one 50 min after the last, by the monotonic clock. True: there is one. */
function tendLiveKeys(core: CoreState): boolean {
  const now = core.env.nowMs();
  core.prekeys = core.prekeys.filter(({ prekey, madeAtMs }) => {
    const keeps = now - madeAtMs < LIVE_PREKEY_DESTROY_MS;
    if (!keeps) prekey.destroy();
    return keeps;
  });
  const last = newest(core);
  if (last !== undefined && now - last.madeAtMs < LIVE_PREKEY_RENEW_MS) return false;
  if (last === undefined && !core.link.online) return false;
  addPrekey(core);
  return true;
}

/** When `tendPrekeys` has something to do next, monotonic ms; null while there is no key. */
export function prekeysDueMs(core: CoreState): number | null {
  const due = [turnKeysDueMs(core), core.link.online ? mailboxKeysDueMs(core) : null];
  const oldest = core.prekeys[0];
  const last = newest(core);
  if (oldest !== undefined) due.push(oldest.madeAtMs + LIVE_PREKEY_DESTROY_MS);
  if (last !== undefined) due.push(last.madeAtMs + LIVE_PREKEY_RENEW_MS);
  const times = due.filter((time) => time !== null);
  return times.length === 0 ? null : Math.min(...times);
}

/** Wipes every key in memory: at the end of the process, and so that nothing recorded opens any more. */
export function destroyPrekeys(core: CoreState): void {
  wipeTurnKeys(core);
  wipeMailboxKeys(core);
  for (const { prekey } of core.prekeys) prekey.destroy();
  core.prekeys = [];
}

function newest(core: CoreState) {
  return core.prekeys.at(-1);
}

function addPrekey(core: CoreState): void {
  const seed = core.env.random(SEED_BYTES);
  core.prekeys.push({ prekey: new Prekey(seed), madeAtMs: core.env.nowMs() });
  wipe(seed);
}

/**
 * At each connection, before anything is sealed: looks at our own bundle at the relay, and publishes one above it. Where
 * that is above the last number which this profile remembers, a later state of it published it.
 */
export function publishAboveOwn(core: CoreState): void {
  const last = core.lastSeq;
  core.link.ownChecked = false;
  request(core, { type: 'get', kind: 'bundle', ids: [core.me.id] }, (answer) => {
    if (answer === null) return;
    core.link.ownChecked = true;
    const object = answer.type === 'found' ? answer.objects[0] : undefined;
    const seq = object === undefined ? null : ownSeq(core, 'bundle', object);
    // A profile that remembers nothing, such as one restored from a backup, has no numbers to begin anew.
    const isOlder = core.isRolledBack || (seq !== null && seq > last && last > 0n);
    core.isRolledBack = false;
    if (isOlder) beginAnew(core);
    if (seq !== null && seq > core.lastSeq) core.lastSeq = seq;
    const stays = core.hidden && object !== undefined && seq !== null && isOfHidden(core, object);
    if (stays) goOnWith(core, seq);
    else publishBundle(core);
    wakeOutboxes(core);
  });
}

/** Whether this bundle of ours holds our mailbox key and nothing else: then another would only tell that we came. */
function isOfHidden(core: CoreState, object: Uint8Array): boolean {
  const { prekeys } = openBundle(object, core.me);
  const [only] = prekeys;
  const { publicKey } = mailboxKeyToPublish(core);
  return prekeys.length === 1 && only !== undefined && equalBytes(only.publicKey, publicKey);
}

function goOnWith(core: CoreState, bundleSeq: bigint): void {
  core.bundleSeq = bundleSeq;
  if (core.boot === 0n) core.boot = takeSeq(core);
}

function publish(core: CoreState, kind: ObjectKind, object: Uint8Array): void {
  request(core, { type: 'publish', kind, object }, (answer) => {
    if (answer?.type !== 'error') return;
    if (answer.code === 'stale-seq') overtake(core, kind);
    if (answer.code === 'fork') alarmTwice(core);
  });
}

function alarmTwice(core: CoreState): void {
  const message = phrase`this identity has published other keys elsewhere: the profile runs twice, or was copied`;
  emit(core, { type: 'error', code: 'fork', message });
}

/** A restored profile or a clock set back: numbers go on above the copy that the relay has. */
function overtake(core: CoreState, kind: ObjectKind): void {
  request(core, { type: 'get', kind, ids: [core.me.id] }, (answer) => {
    const object = answer?.type === 'found' ? answer.objects[0] : undefined;
    const seq = object === undefined ? null : ownSeq(core, kind, object);
    if (seq === null || seq < core.lastSeq) return;
    core.lastSeq = seq;
    if (kind === 'card') {
      rename(core, core.nick);
      return;
    }
    // Nobody heeds a run that seems older than one they know.
    core.boot = 0n;
    publishBundle(core);
  });
}

/** The number of our own object; null where it isn't ours: a lie of the relay must not move our numbers. */
function ownSeq(core: CoreState, kind: ObjectKind, object: Uint8Array): bigint | null {
  try {
    if (kind === 'bundle') return openBundle(object, core.me).seq;
    const card = openCard(object);
    return card.id === core.me.id ? card.seq : null;
  } catch (error) {
    if (error instanceof LanchatError) return null;
    throw error;
  }
}
