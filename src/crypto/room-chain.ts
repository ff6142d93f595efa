// Sender chains: one encryption a room message, however many read it. Knows no members and no relay.
import { concatBytes } from '../protocol/bytes.ts';
import { decodeHeader, encodeRoomHeader, ROOM_HEADER_BYTES } from '../protocol/envelope.ts';
import { idBytes, type PeerId, type RoomId, SenderKeyId, type TopicId } from '../protocol/ids.ts';
import {
  CHAIN_MESSAGES,
  MAX_CHAIN_AHEAD,
  MAX_SKIPPED_KEYS,
  SKIPPED_KEY_LIFETIME_MS,
} from '../protocol/limits.ts';
import { isPaddedLength } from '../protocol/padding.ts';
import { SIGNATURE_BYTES } from '../protocol/sizes.ts';
import { CryptoError } from './errors.ts';
import { topicOf } from './room.ts';
import { privateTopicOf } from './room-log.ts';
import { type Random, requireBytes, sodium, wipe } from './sodium.ts';
import { deriveKey, hash, KEY_BYTES, sign, transcript, verify } from './transcript.ts';

const NONCE_BYTES = 24;
const COMMIT_BYTES = 32;
const SKID_RANDOM_BYTES = 8;

/** What both ends of a chain know. Index and chain key say where it stands: the next message's. */
interface Chain {
  readonly room: RoomId;
  readonly topic: TopicId;
  readonly skid: SenderKeyId;
  readonly index: number;
  /** 32 bytes, wiped when the chain moves on. */
  readonly chainKey: Uint8Array;
  /** Ed25519, 32 bytes: stops members, who all hold the chain key, from writing in each other's name. */
  readonly signPublic: Uint8Array;
}

/** One's own chain. */
export interface SenderChain extends Chain {
  /** libsodium's 64-byte form. */
  readonly signSecret: Uint8Array;
}

interface SkippedKey {
  readonly messageKey: Uint8Array;
  readonly skippedAtMs: number;
}

/** Another's chain, from the index at which it was handed over. */
export interface ReceiverChain extends Chain {
  /** Keys of messages that others overtook, by index, oldest first. */
  readonly skipped: ReadonlyMap<number, SkippedKey>;
}

/** A fresh chain at index 0 (PROTOCOL.md, Rooms). `secret`: of a private room, 32 bytes. */
export function newSenderChain(place: {
  readonly room: RoomId;
  readonly secret: Uint8Array | null;
  readonly owner: PeerId;
  readonly random: Random;
}): SenderChain {
  const { room, secret, owner, random } = place;
  const signSeed = random(KEY_BYTES);
  const pair = sodium().crypto_sign_seed_keypair(signSeed);
  wipe(signSeed);
  const skid = skidFor(random(SKID_RANDOM_BYTES), markKeyOf(room, secret), owner);
  const chainKey = random(KEY_BYTES);
  const { publicKey: signPublic, privateKey: signSecret } = pair;
  const topic = secret === null ? topicOf(room) : privateTopicOf(secret);
  return { room, topic, skid, index: 0, chainKey, signPublic, signSecret };
}

/** What marks chains as a member's, 32 bytes: only members of a private room can read it. */
export function markKeyOf(room: RoomId, secret: Uint8Array | null): Uint8Array {
  return secret ?? idBytes(room);
}

/** Whether `skid` names a chain of `owner` in the room with this mark key: members can tell before they hold its key. */
export function isSkidOf(skid: SenderKeyId, markKey: Uint8Array, owner: PeerId): boolean {
  return skidFor(idBytes(skid).subarray(0, SKID_RANDOM_BYTES), markKey, owner) === skid;
}

/** `skid = r8 ‖ KDF(rk, "room-from"; r8, ID)[:8]`, rk = room_id in a public room, the secret in a private one. */
function skidFor(r8: Uint8Array, markKey: Uint8Array, owner: PeerId): SenderKeyId {
  const mark = deriveKey(markKey, 'room-from', r8, idBytes(owner)).subarray(0, 8);
  return SenderKeyId.fromBytes(concatBytes([r8, mark]));
}

/** The other end of a chain as its owner handed it over, with a copy of the key. */
export function newReceiverChain(handed: Chain): ReceiverChain {
  const { room, topic, skid, index, signPublic } = handed;
  requireBytes(handed.chainKey, KEY_BYTES);
  const chainKey = handed.chainKey.slice();
  return { room, topic, skid, index, chainKey, signPublic, skipped: new Map() };
}

/**
 * Seals one message and moves the chain on: `chain` is spent and its key wiped, so store the one returned
 * before sending the blob. `padded` has a bucket's length. Throws RangeError after 256 messages,
 * or where `chain` is spent.
 */
export function sealRoomBlob(
  chain: SenderChain,
  padded: Uint8Array,
  random: Random,
): { readonly chain: SenderChain; readonly blob: Uint8Array } {
  if (chain.index >= CHAIN_MESSAGES) throw new RangeError('chain is at its end');
  requireUnspent(chain);
  if (!isPaddedLength(padded.length)) throw new RangeError('content is not padded');
  const messageKey = messageKeyAt(chain);
  const chainKey = nextChainKey(chain);
  const header = encodeRoomHeader(chain.topic, chain.skid, chain.index);
  const commit = hash('room-commit', messageKey);
  const room = idBytes(chain.room);
  const signature = sign(chain.signSecret, 'room-msg', header, room, commit, padded);
  const nonce = random(NONCE_BYTES);
  const encrypt = sodium().crypto_aead_xchacha20poly1305_ietf_encrypt;
  const aad = transcript('room-ad', header, room, commit);
  const sealed = encrypt(concatBytes([signature, padded]), aad, null, nonce, messageKey);
  wipe(messageKey, chain.chainKey);
  const blob = concatBytes([header, nonce, commit, sealed]);
  return { chain: { ...chain, index: chain.index + 1, chainKey }, blob };
}

/**
 * Opens one message. Null where it is of another chain, its key is used or was never handed over, it is
 * more than 255 ahead, or it doesn't decrypt: the chain then stands where it stood. Otherwise `chain`
 * is spent and the one returned takes its place. `nowMs` is a monotonic clock's. Throws ProtocolError
 * where the blob is malformed, CryptoError `bad-signature` where a member wrote in the owner's name.
 */
export function openRoomBlob(
  chain: ReceiverChain,
  blob: Uint8Array,
  nowMs: number,
): { readonly chain: ReceiverChain; readonly padded: Uint8Array } | null {
  const header = decodeHeader(blob);
  if (header.kind !== 'room' || header.topic !== chain.topic || header.skid !== chain.skid) {
    return null;
  }
  requireUnspent(chain);
  const step = stepTo(chain, header.index);
  if (step === null) return null;
  const opened = decryptBlob(chain, blob, step.messageKey);
  if (opened === null) {
    wipeStep(step);
    return null;
  }
  const { fields, signature, padded } = opened;
  if (!verify({ publicKey: chain.signPublic, signature }, 'room-msg', ...fields, padded)) {
    wipeStep(step);
    throw new CryptoError('bad-signature', 'room message');
  }
  return { chain: advance(chain, step, nowMs), padded };
}

/** A wiped key is one that everybody knows: our bug must not become readable messages. */
function requireUnspent({ chainKey }: Chain): void {
  if (sodium().is_zero(chainKey)) throw new RangeError('chain was moved on already');
}

/** The chain without skipped keys older than 7 days; those are wiped. */
export function dropExpiredKeys(chain: ReceiverChain, nowMs: number): ReceiverChain {
  return { ...chain, skipped: keepNewest([...chain.skipped], nowMs) };
}

/** How a chain gets to a message's key. */
type Step =
  | { readonly kind: 'skipped'; readonly index: number; readonly messageKey: Uint8Array }
  | {
      readonly kind: 'forward';
      readonly index: number;
      readonly messageKey: Uint8Array;
      /** Keys from the chain's index up to, but not including, the message's. */
      readonly passed: readonly Uint8Array[];
      readonly chainKey: Uint8Array;
    };

/** The key of message `index`, as a copy, without changing the chain; null where there is none. */
function stepTo(chain: ReceiverChain, index: number): Step | null {
  if (index < chain.index) {
    const kept = chain.skipped.get(index);
    return kept === undefined
      ? null
      : { kind: 'skipped', index, messageKey: kept.messageKey.slice() };
  }
  if (index - chain.index > MAX_CHAIN_AHEAD) return null;
  const passed: Uint8Array[] = [];
  let at: ChainPosition = {
    skid: chain.skid,
    index: chain.index,
    chainKey: chain.chainKey.slice(),
  };
  while (at.index < index) {
    passed.push(messageKeyAt(at));
    at = nextPosition(at);
  }
  const messageKey = messageKeyAt(at);
  return { kind: 'forward', index, messageKey, passed, chainKey: nextPosition(at).chainKey };
}

type ChainPosition = Pick<Chain, 'skid' | 'index' | 'chainKey'>;

/** The position after `at`, whose key is wiped. */
function nextPosition(at: ChainPosition): ChainPosition {
  const chainKey = nextChainKey(at);
  wipe(at.chainKey);
  return { skid: at.skid, index: at.index + 1, chainKey };
}

/** `mk_i = KDF(ck_i, "room-mk"; skid, i u32)`. */
function messageKeyAt({ chainKey, skid, index }: ChainPosition): Uint8Array {
  const indexBytes = new Uint8Array(4);
  new DataView(indexBytes.buffer).setUint32(0, index);
  return deriveKey(chainKey, 'room-mk', idBytes(skid), indexBytes);
}

/** `ck_{i+1} = KDF(ck_i, "room-ck"; skid)`. */
function nextChainKey({ chainKey, skid }: ChainPosition): Uint8Array {
  return deriveKey(chainKey, 'room-ck', idBytes(skid));
}

function wipeStep(step: Step): void {
  wipe(step.messageKey);
  if (step.kind === 'forward') wipe(step.chainKey, ...step.passed);
}

interface DecryptedBlob {
  /** The signed fields before the content: header, room_id, commit. */
  readonly fields: readonly [Uint8Array, Uint8Array, Uint8Array];
  readonly signature: Uint8Array;
  readonly padded: Uint8Array;
}

/** Checks the commitment first: without it one blob could open to different texts under two keys. */
function decryptBlob(
  chain: ReceiverChain,
  blob: Uint8Array,
  messageKey: Uint8Array,
): DecryptedBlob | null {
  const header = blob.subarray(0, ROOM_HEADER_BYTES);
  const nonce = blob.subarray(ROOM_HEADER_BYTES, ROOM_HEADER_BYTES + NONCE_BYTES);
  const sealedAt = ROOM_HEADER_BYTES + NONCE_BYTES + COMMIT_BYTES;
  const commit = blob.subarray(sealedAt - COMMIT_BYTES, sealedAt);
  if (!sodium().memcmp(commit, hash('room-commit', messageKey))) return null;
  const room = idBytes(chain.room);
  const aad = transcript('room-ad', header, room, commit);
  const decrypt = sodium().crypto_aead_xchacha20poly1305_ietf_decrypt;
  try {
    const content = decrypt(null, blob.subarray(sealedAt), aad, nonce, messageKey);
    const signature = content.subarray(0, SIGNATURE_BYTES);
    return {
      fields: [header, room, commit],
      signature,
      padded: content.subarray(SIGNATURE_BYTES),
    };
  } catch {
    return null;
  }
}

/** The chain after a message that holds. Wipes the key that was used and, going forward, the old chain key. */
function advance(chain: ReceiverChain, step: Step, nowMs: number): ReceiverChain {
  wipe(step.messageKey);
  switch (step.kind) {
    case 'skipped': {
      const used = chain.skipped.get(step.index);
      if (used !== undefined) wipe(used.messageKey);
      const rest = [...chain.skipped].filter(([index]) => index !== step.index);
      return { ...chain, skipped: keepNewest(rest, nowMs) };
    }
    case 'forward': {
      wipe(chain.chainKey);
      const passed = step.passed.map((messageKey, offset): [number, SkippedKey] => [
        chain.index + offset,
        { messageKey, skippedAtMs: nowMs },
      ]);
      const skipped = keepNewest([...chain.skipped, ...passed], nowMs);
      return { ...chain, index: step.index + 1, chainKey: step.chainKey, skipped };
    }
    default:
      return step satisfies never;
  }
}

/** At most 256 keys and none older than 7 days; wipes the others. */
function keepNewest(
  keys: readonly (readonly [number, SkippedKey])[],
  nowMs: number,
): ReadonlyMap<number, SkippedKey> {
  const firstKept = Math.max(0, keys.length - MAX_SKIPPED_KEYS);
  const kept = new Map<number, SkippedKey>();
  keys.forEach(([index, key], position) => {
    const isExpired = nowMs - key.skippedAtMs >= SKIPPED_KEY_LIFETIME_MS;
    if (position < firstKept || isExpired) wipe(key.messageKey);
    else kept.set(index, key);
  });
  return kept;
}
