// A bundle: the prekeys that others may seal to. Layout only; signatures are checked in crypto/.
import { ByteReader, ByteWriter } from './bytes.ts';
import { ProtocolError } from './errors.ts';
import { idBytes, PeerId } from './ids.ts';
import { MAX_PREKEYS_PER_BUNDLE } from './limits.ts';
import { SIGNATURE_BYTES } from './sizes.ts';

const BUNDLE_VERSION = 1;
/** `x_seal32 ‖ x_auth32 ‖ xwing1216`. */
export const PREKEY_BYTES = 32 + 32 + 1_216;

/** Live keys are in memory only; mailbox keys (a later issue's) are on disk. */
export type PrekeyClass = 'live' | 'mailbox';

const CLASS_CODES = { live: 1, mailbox: 2 } as const;

export interface BundleFields {
  readonly id: PeerId;
  readonly seq: bigint;
  /** `seq` of this run's first bundle: a higher one means that memory keys of before are gone. */
  readonly boot: bigint;
  readonly prekeys: readonly { readonly class: PrekeyClass; readonly publicKey: Uint8Array }[];
}

/** A decoded bundle, its signature not yet checked. */
export interface UncheckedBundle extends BundleFields {
  readonly signed: Uint8Array;
  readonly signature: Uint8Array;
}

/**
 * `ver ‖ ID ‖ seq u64 ‖ boot u64 ‖ n u8 ‖ n × {class u8 ‖ pub}`: the signed part (PROTOCOL.md, Keys).
 * Throws RangeError on more than four prekeys.
 */
export function encodeBundleFields(bundle: BundleFields): Uint8Array {
  if (bundle.prekeys.length > MAX_PREKEYS_PER_BUNDLE) throw new RangeError('too many prekeys');
  const writer = new ByteWriter()
    .u8(BUNDLE_VERSION)
    .raw(idBytes(bundle.id))
    .u64(bundle.seq)
    .u64(bundle.boot)
    .u8(bundle.prekeys.length);
  for (const prekey of bundle.prekeys) {
    writer.u8(CLASS_CODES[prekey.class]).fixed(prekey.publicKey, PREKEY_BYTES);
  }
  return writer.finish();
}

/** Reads a signed bundle of at most four prekeys. Throws ProtocolError. */
export function decodeBundle(bytes: Uint8Array): UncheckedBundle {
  const reader = new ByteReader(bytes);
  if (reader.u8() !== BUNDLE_VERSION) throw new ProtocolError('bundle version');
  const id = PeerId.fromBytes(reader.take(PeerId.sizeBytes));
  const seq = reader.u64();
  const boot = reader.u64();
  if (boot > seq) throw new ProtocolError('boot above seq');
  const count = reader.u8();
  if (count > MAX_PREKEYS_PER_BUNDLE) throw new ProtocolError('too many prekeys');
  const prekeys = Array.from({ length: count }, () => ({
    class: decodeClass(reader.u8()),
    publicKey: reader.take(PREKEY_BYTES),
  }));
  const signature = reader.take(SIGNATURE_BYTES);
  reader.end();
  const signed = bytes.subarray(0, bytes.length - SIGNATURE_BYTES);
  return { id, seq, boot, prekeys, signed, signature };
}

function decodeClass(code: number): PrekeyClass {
  if (code === CLASS_CODES.live) return 'live';
  if (code === CLASS_CODES.mailbox) return 'mailbox';
  throw new ProtocolError('prekey class');
}
