// What the room log notes beside each blob of a row: `token16 ‖ ttl u32 s`. Knows no frames.
import { TOKEN_BYTES } from '../protocol/frames.ts';

const MARK_BYTES = TOKEN_BYTES + 4;

export interface LogMark {
  /** 16 bytes. */
  readonly token: Uint8Array;
  /** Written in whole seconds, rounded down. */
  readonly ttlMs: number;
}

/** 20 bytes a mark, in order; a copy of its own, that no pool shares. */
export function writeMarks(marks: readonly LogMark[]): Buffer {
  const bytes = Buffer.allocUnsafeSlow(MARK_BYTES * marks.length);
  let at = 0;
  for (const { token, ttlMs } of marks) {
    bytes.set(token, at);
    bytes.writeUInt32BE(Math.floor(ttlMs / 1_000), at + TOKEN_BYTES);
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
    const ttlAt = at + TOKEN_BYTES;
    return { token: view.subarray(at, ttlAt), ttlMs: view.readUInt32BE(ttlAt) * 1_000 };
  });
}
