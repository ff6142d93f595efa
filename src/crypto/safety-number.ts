// What two people compare to rule out a man in the middle: 60 digits to read aloud, or a QR payload.
import { idBytes, type PeerId } from '../protocol/ids.ts';
import { sodium } from './sodium.ts';
import { transcript } from './transcript.ts';

/** Makes a search for an ID with a given half 5,200 times dearer (PROTOCOL.md, Verification). */
const ITERATIONS = 5_200;
const DIGEST_BYTES = 64;
const GROUPS_PER_HALF = 6;
const BYTES_PER_GROUP = 5;

/** Twelve groups of five digits, spaces between; the same for both sides. Takes some 20 ms. */
export function safetyNumber(a: PeerId, b: PeerId): string {
  return [safetyHalf(a), safetyHalf(b)].sort().join(' ');
}

/** `h_0 = ID; h_{j+1} = BLAKE2b-512(T("safety"; h_j, ID))`; six 5-byte groups mod 100000. */
function safetyHalf(peer: PeerId): string {
  const id = idBytes(peer);
  const { crypto_generichash } = sodium();
  let digest = crypto_generichash(DIGEST_BYTES, transcript('safety', id, id), null);
  // From here on only h_j changes, so the transcript is built once and h_j is written into it.
  const input = transcript('safety', digest, id);
  const digestAt = input.length - id.length - 4 - DIGEST_BYTES;
  for (let done = 1; done < ITERATIONS; done++) {
    input.set(digest, digestAt);
    digest = crypto_generichash(DIGEST_BYTES, input, null);
  }
  const groups: string[] = [];
  for (let group = 0; group < GROUPS_PER_HALF; group++) {
    const start = group * BYTES_PER_GROUP;
    let value = 0;
    for (const byte of digest.subarray(start, start + BYTES_PER_GROUP)) value = value * 256 + byte;
    groups.push(String(value % 100_000).padStart(5, '0'));
  }
  return groups.join(' ');
}
