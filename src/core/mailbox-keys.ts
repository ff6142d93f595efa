// One's own mailbox prekeys, on disk: what others seal to while we are away. Made, replaced, destroyed in time.
import * as v from 'valibot';
import { Prekey } from '../crypto/prekey.ts';
import { wipe } from '../crypto/sodium.ts';
import { byteString, decodeCbor } from '../protocol/cbor.ts';
import { idBytes, type Kid, RelayId } from '../protocol/ids.ts';
import {
  BUNDLE_FRESH_MS,
  MAILBOX_PREKEY_DESTROY_MS,
  MAILBOX_PREKEY_KEEP_MS,
  MAILBOX_PREKEY_RENEW_MS,
} from '../protocol/limits.ts';
import { SEED_BYTES } from '../protocol/sizes.ts';
import { save } from './durable.ts';
import { ageNow, ageSchema, ageSince, fullAgeMs, monotonicOf, runningMs } from './running-time.ts';
import type { Age, CoreState, MailboxPrekey } from './state.ts';

export const MAILBOX_KEYS_PLACE = 'mailbox-keys';
/** A week's and more: at this many the oldest goes, whatever a relay still holds. */
const MAX_KEYS = 10;
/** Of running time: senders may use a bundle that they fetched before the key was replaced. */
const MIN_REPLACED_MS = BUNDLE_FRESH_MS + 5 * 60_000;

const schema = v.object({
  keys: v.pipe(
    v.array(
      v.object({
        seed: byteString(SEED_BYTES),
        madeAt: ageSchema,
        replacedAt: v.nullable(ageSchema),
        relays: v.array(byteString(RelayId.sizeBytes)),
      }),
    ),
    v.maxLength(MAX_KEYS),
  ),
});

/**
 * The key to publish at the present relay: another one a day. Between runs the wall clock counts: one that
 * is wrong makes a key too many, which costs nothing.
 */
export function mailboxKeyToPublish(core: CoreState): Prekey {
  const newest = isRenewalDue(core) ? addKey(core) : (newestKey(core) ?? addKey(core));
  const { relayId } = core.link;
  if (relayId !== null && !newest.relays.has(relayId)) {
    newest.relays.add(relayId);
    saveKeys(core);
  }
  return newest.prekey;
}

/** Whether the next bundle brings another mailbox key. */
export function isRenewalDue(core: CoreState): boolean {
  const newest = newestKey(core);
  if (newest === undefined) return true;
  return fullAgeMs(core, newest.madeAt) >= MAILBOX_PREKEY_RENEW_MS;
}

/** Null where it is gone, or never was. */
export function mailboxPrekey(core: CoreState, kid: Kid): Prekey | null {
  return core.mailboxKeys.find(({ prekey }) => prekey.kid === kid)?.prekey ?? null;
}

/** Destroys what was replaced 8 days ago, as far as anybody knows: no relay keeps a blob that long. */
export function tendMailboxKeys(core: CoreState): void {
  keepKeys(core, ({ replacedAt }) => {
    return replacedAt === null || fullAgeMs(core, replacedAt) < MAILBOX_PREKEY_DESTROY_MS;
  });
}

/**
 * Everything that the present relay held for us has been read: what was replaced a day ago is destroyed,
 * unless it was handed out at another relay too, which may still hold something.
 */
export function destroyDrainedKeys(core: CoreState): void {
  const { relayId } = core.link;
  if (relayId === null || !hasDrainableKey(core)) return;
  keepKeys(core, (key) => {
    if (!isDrainable(core, key)) return true;
    key.relays.delete(relayId);
    return key.relays.size > 0;
  });
  saveKeys(core);
}

/** Whether reading the mailbox of the present relay to its end would let a key go. */
export function hasDrainableKey(core: CoreState): boolean {
  const { relayId } = core.link;
  return core.mailboxKeys.some(
    (key) => isDrainable(core, key) && relayId !== null && key.relays.has(relayId),
  );
}

/** When a key is due to be made, drained or destroyed, monotonic ms; null: there is none. */
export function mailboxKeysDueMs(core: CoreState): number | null {
  const newest = newestKey(core);
  if (newest === undefined) return null;
  const due = core.mailboxKeys.flatMap(({ replacedAt }) => {
    if (replacedAt === null) return [];
    const drainableRunMs = Math.max(
      replacedAt.runMs + MIN_REPLACED_MS,
      dueRunMs(core, replacedAt, MAILBOX_PREKEY_KEEP_MS),
    );
    // What is drainable already waits for the relay, and no clock.
    const drainable = drainableRunMs > runningMs(core) ? [drainableRunMs] : [];
    return [...drainable, dueRunMs(core, replacedAt, MAILBOX_PREKEY_DESTROY_MS)];
  });
  due.push(dueRunMs(core, newest.madeAt, MAILBOX_PREKEY_RENEW_MS));
  return monotonicOf(core, Math.min(...due));
}

/** The running time at which what was so `then` has that full age. */
function dueRunMs(core: CoreState, then: Age, ageMs: number): number {
  return then.runMs + ageMs - ageSince(core, then).idleMs;
}

/** Wipes what is in memory; the rows stay. */
export function wipeMailboxKeys(core: CoreState): void {
  for (const { prekey, seed } of core.mailboxKeys) {
    prekey.destroy();
    wipe(seed);
  }
  core.mailboxKeys = [];
}

/** Throws ProtocolError. */
export function restoreMailboxKeys(core: CoreState, value: Uint8Array): void {
  core.mailboxKeys = decodeCbor(schema, value).keys.map(({ seed, relays, ...ages }) => ({
    ...{ prekey: new Prekey(seed), seed, ...ages },
    relays: new Set(relays.map(RelayId.fromBytes)),
  }));
}

function newestKey(core: CoreState): MailboxPrekey | undefined {
  return core.mailboxKeys.at(-1);
}

function addKey(core: CoreState): MailboxPrekey {
  const seed = core.env.random(SEED_BYTES);
  const madeAt = ageNow(core);
  const before = newestKey(core);
  if (before !== undefined) before.replacedAt = madeAt;
  const key = {
    prekey: new Prekey(seed),
    seed,
    madeAt,
    replacedAt: null,
    relays: new Set<RelayId>(),
  };
  core.mailboxKeys.push(key);
  const kept = new Set(core.mailboxKeys.slice(-MAX_KEYS));
  keepKeys(core, (other) => kept.has(other));
  saveKeys(core);
  return key;
}

/** At least a day ago, as far as anybody knows; and surely long enough for senders to have heard of it. */
function isDrainable(core: CoreState, { replacedAt }: MailboxPrekey): boolean {
  if (replacedAt === null) return false;
  const { runMs } = ageSince(core, replacedAt);
  return runMs >= MIN_REPLACED_MS && fullAgeMs(core, replacedAt) >= MAILBOX_PREKEY_KEEP_MS;
}

function keepKeys(core: CoreState, isKept: (key: MailboxPrekey) => boolean): void {
  const keys = core.mailboxKeys;
  core.mailboxKeys = keys.filter((key) => {
    const keeps = isKept(key);
    if (keeps) return true;
    key.prekey.destroy();
    wipe(key.seed);
    return false;
  });
  if (core.mailboxKeys.length < keys.length) saveKeys(core);
}

function saveKeys(core: CoreState): void {
  save(core, MAILBOX_KEYS_PLACE, () => ({
    keys: core.mailboxKeys.map(({ seed, madeAt, replacedAt, relays }) => ({
      ...{ seed, madeAt, replacedAt },
      relays: [...relays].map(idBytes),
    })),
  }));
}
