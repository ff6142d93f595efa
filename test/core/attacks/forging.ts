// What an attacker with real keys can make: private messages with any record and note, and room keys.
import { sealDirect } from '../../../src/crypto/direct.ts';
import { conversationOf, type Identity, identityFromSeed } from '../../../src/crypto/identity.ts';
import { encodeCbor } from '../../../src/protocol/cbor.ts';
import type { FrameOf } from '../../../src/protocol/frames.ts';
import { MessageId, StreamId } from '../../../src/protocol/ids.ts';
import type { Note } from '../../../src/protocol/note.ts';
import { pad } from '../../../src/protocol/padding.ts';
import {
  type DirectRecord,
  encodeDirectPayload,
  encodeDirectRecord,
  RECORD_TYPES,
} from '../../../src/protocol/record.ts';
import type { FakePerson } from '../../support/fake-net.ts';
import { randomFrom } from '../../support/seeded.ts';

export const random = randomFrom(4_242);

export function malloryKeys(): Identity {
  return identityFromSeed(new Uint8Array(32).fill(66));
}

export function deliver(blob: Uint8Array, rseq = 0n): FrameOf<'deliver'> {
  return { type: 'deliver', req: 0, rseq, blob };
}

/** A text of `from` for `to`, on a stream of its own, with whatever an attacker wants otherwise. */
export function record(
  from: Identity,
  to: FakePerson,
  changes: Partial<DirectRecord> & { readonly text?: string } = {},
): Uint8Array {
  const { text = 'hello', ...fields } = changes;
  return encodeDirectRecord({
    type: RECORD_TYPES.text,
    conversation: conversationOf(from.id, to.id),
    messageId: MessageId.fromBytes(random(16)),
    stream: StreamId.fromBytes(new Uint8Array(8).fill(7)),
    seq: 1,
    timeMs: 0,
    content: encodeCbor({ text }),
    ...fields,
  });
}

let k = 0;

export function note(changes: Partial<Note> = {}): Note {
  k++;
  return {
    ...{ boot: 1n, k, low: 1, bundleSeq: 0n, have: [], lost: [], turn: null, quiet: false },
    wants: [],
    ...changes,
  };
}

/** Sealed as the protocol says, to the newest live key of `to`. */
export function sealed(
  from: Identity,
  to: FakePerson,
  recordBytes: Uint8Array,
  noteToSend: Note = note(),
): FrameOf<'deliver'> {
  return sealedPayload(from, to, encodeDirectPayload(recordBytes, noteToSend));
}

export function sealedPayload(
  from: Identity,
  to: FakePerson,
  payload: Uint8Array,
): FrameOf<'deliver'> {
  const recipientPrekey = to.core.prekeys.at(-1)?.prekey.publicKey;
  if (recipientPrekey === undefined) throw new Error('no live key');
  const padded = pad(payload);
  return deliver(sealDirect({ sender: from, recipient: to.id, recipientPrekey, padded, random }));
}

/** The bytes with one bit turned. */
export function flipped(bytes: Uint8Array, at: number, bit = 0): Uint8Array {
  const copy = bytes.slice();
  copy[at] = (copy[at] ?? 0) ^ (1 << bit);
  return copy;
}
