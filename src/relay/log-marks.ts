// What the room log notes beside each blob: `sender16 ‖ token16 ‖ ttl u32 s`. Knows no frames.
import { TOKEN_BYTES } from '../protocol/frames.ts';

/** A person's stand-in on disk. */
export const SENDER_BYTES = 16;
const MARK_BYTES = SENDER_BYTES + TOKEN_BYTES + 4;

export interface LogMark {
  /** Whose it is, see `senderHash`. */
  readonly sender: Uint8Array;
  readonly token: Uint8Array;
  /** Whole seconds. */
  readonly ttlMs: number;
}

export function writeMarks(marks: readonly LogMark[]): Buffer {
  const bytes = Buffer.allocUnsafeSlow(MARK_BYTES * marks.length);
  let at = 0;
  for (const { sender, token, ttlMs } of marks) {
    bytes.set(sender, at);
    bytes.set(token, at + SENDER_BYTES);
    bytes.writeUInt32BE(Math.floor(ttlMs / 1_000), at + SENDER_BYTES + TOKEN_BYTES);
    at += MARK_BYTES;
  }
  return bytes;
}

/** Views of `bytes`; null where it is not whole marks. */
export function readMarks(bytes: Uint8Array): LogMark[] | null {
  if (bytes.length % MARK_BYTES !== 0) return null;
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: bytes.length / MARK_BYTES }, (_, index) => {
    const at = index * MARK_BYTES;
    const tokenAt = at + SENDER_BYTES;
    const ttlAt = tokenAt + TOKEN_BYTES;
    return {
      sender: view.subarray(at, tokenAt),
      token: view.subarray(tokenAt, ttlAt),
      ttlMs: view.readUInt32BE(ttlAt) * 1_000,
    };
  });
}
