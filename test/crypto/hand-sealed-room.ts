// A room message built layer by layer with bare libsodium, so that a member can get any layer wrong.
import type { SenderChain } from '../../src/crypto/room-chain.ts';
import { sodium } from '../../src/crypto/sodium.ts';
import { deriveKey, hash, type SignLabel, sign, transcript } from '../../src/crypto/transcript.ts';
import { ByteWriter, concatBytes } from '../../src/protocol/bytes.ts';
import { encodeRoomHeader } from '../../src/protocol/envelope.ts';
import { idBytes, type RoomId } from '../../src/protocol/ids.ts';
import { paddedText } from './fixtures.ts';

export interface HandRoomSealing {
  /** Unspent; its key is copied, so one chain serves for any number of blobs. */
  readonly chain: Pick<
    SenderChain,
    'room' | 'topic' | 'skid' | 'index' | 'chainKey' | 'signSecret'
  >;
  readonly index: number;
  readonly text: string;
  /** Who signs, where it isn't the chain's owner. */
  readonly signSecret?: Uint8Array;
  readonly signLabel?: SignLabel;
  readonly signedIndex?: number;
  readonly signedRoom?: RoomId;
  readonly commit?: Uint8Array;
}

export function sealRoomByHand(sealing: HandRoomSealing): Uint8Array {
  const { chain, index, text } = sealing;
  const skid = idBytes(chain.skid);
  let chainKey: Uint8Array = chain.chainKey.slice();
  for (let at = chain.index; at < index; at++) chainKey = deriveKey(chainKey, 'room-ck', skid);
  const messageKey = deriveKey(chainKey, 'room-mk', skid, new ByteWriter().u32(index).finish());
  const header = encodeRoomHeader(chain.topic, chain.skid, index);
  const commit = sealing.commit ?? hash('room-commit', messageKey);
  const padded = paddedText(text);
  const room = idBytes(chain.room);
  const signature = sign(
    sealing.signSecret ?? chain.signSecret,
    sealing.signLabel ?? 'room-msg',
    encodeRoomHeader(chain.topic, chain.skid, sealing.signedIndex ?? index),
    idBytes(sealing.signedRoom ?? chain.room),
    commit,
    padded,
  );
  const nonce = new Uint8Array(24).fill(index);
  const sealed = sodium().crypto_aead_xchacha20poly1305_ietf_encrypt(
    concatBytes([signature, padded]),
    transcript('room-ad', header, room, commit),
    null,
    nonce,
    messageKey,
  );
  return concatBytes([header, nonce, commit, sealed]);
}
