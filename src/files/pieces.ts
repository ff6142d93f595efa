// Reads and writes large files a piece at a time, so that neither memory nor the event loop is held by it.
import type { FileHandle } from 'node:fs/promises';

const PIECE_BYTES = 1024 * 1024;

/**
 * The bytes of a file from `from` to `to`, or what there is of them; each piece is overwritten by the next but one. The disk
 * reads ahead while a piece is worked on. Throws what Node does, and the signal's reason.
 */
export async function* readPieces(
  handle: FileHandle,
  { from, to }: { from: number; to: number },
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const buffers = [0, 1].map(() => new Uint8Array(Math.min(PIECE_BYTES, to - from)));
  const read = async (turn: number, position: number): Promise<Uint8Array | null> => {
    const buffer = buffers[turn % 2];
    const wanted = Math.min(PIECE_BYTES, to - position);
    if (buffer === undefined || wanted <= 0) return null;
    const { bytesRead } = await handle.read(buffer, 0, wanted, position);
    return bytesRead === 0 ? null : buffer.subarray(0, bytesRead);
  };
  let position = from;
  let next = read(0, position);
  for (let turn = 1; ; turn++) {
    const piece = await next;
    signal?.throwIfAborted();
    if (piece === null) return;
    position += piece.length;
    next = read(turn, position);
    // A caller that stops early leaves it behind, whatever comes of it.
    next.catch(() => {});
    yield piece;
  }
}

/** Writes all of `bytes` at `position`: a disk that fills up takes a part of them, and refuses the next. */
export async function writeAll(
  handle: FileHandle,
  bytes: Uint8Array,
  position: number,
): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}
