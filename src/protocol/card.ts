// A card: who an ID is. Layout only; signatures are checked in crypto/.
import { ByteReader, ByteWriter, textFromUtf8, utf8FromText } from './bytes.ts';
import { ProtocolError } from './errors.ts';
import { MAX_CARD_BYTES, MAX_NICK_BYTES } from './limits.ts';
import { PUBLIC_KEY_BYTES, SIGNATURE_BYTES } from './sizes.ts';

const CARD_VERSION = 1;

/** What a card says; `seq` rises with each change. */
export interface CardFields {
  readonly ed25519: Uint8Array;
  readonly x25519: Uint8Array;
  readonly seq: bigint;
  /** As its owner wrote it: untrusted text, cleaned before it is shown. At most 32 bytes of UTF-8. */
  readonly nick: string;
}

/** A decoded card, its signature not yet checked. `signed` is what the signature covers. */
export interface UncheckedCard extends CardFields {
  readonly signed: Uint8Array;
  readonly signature: Uint8Array;
}

/** `ver ‖ ed32 ‖ x32 ‖ seq u64 ‖ nicklen u8 ‖ nick`: the signed part (PROTOCOL.md, Keys). */
export function encodeCardFields(card: CardFields): Uint8Array {
  const nick = utf8FromText(card.nick);
  if (nick.length > MAX_NICK_BYTES) throw new RangeError('nick too long');
  return new ByteWriter()
    .u8(CARD_VERSION)
    .fixed(card.ed25519, PUBLIC_KEY_BYTES)
    .fixed(card.x25519, PUBLIC_KEY_BYTES)
    .u64(card.seq)
    .u8(nick.length)
    .raw(nick)
    .finish();
}

/** Reads a signed card of at most 170 bytes. Throws ProtocolError. */
export function decodeCard(bytes: Uint8Array): UncheckedCard {
  if (bytes.length > MAX_CARD_BYTES) throw new ProtocolError('card too long');
  const reader = new ByteReader(bytes);
  if (reader.u8() !== CARD_VERSION) throw new ProtocolError('card version');
  const ed25519 = reader.take(PUBLIC_KEY_BYTES);
  const x25519 = reader.take(PUBLIC_KEY_BYTES);
  const seq = reader.u64();
  const nickLength = reader.u8();
  if (nickLength > MAX_NICK_BYTES) throw new ProtocolError('nick too long');
  const nick = textFromUtf8(reader.take(nickLength));
  const signature = reader.take(SIGNATURE_BYTES);
  reader.end();
  const signed = bytes.subarray(0, bytes.length - SIGNATURE_BYTES);
  return { ed25519, x25519, seq, nick, signed, signature };
}
