// Reads a large file a piece at a time, so that neither memory nor the event loop is held by it.
import type { FileHandle } from 'node:fs/promises';

const PIECE_BYTES = 1024 * 1024;

/**
 * The first `sizeBytes` of a file, or what there is of them; each piece is overwritten by the next but one. The disk reads
 * ahead while a piece is worked on. Throws what Node does, and the signal's reason.
 */
export async function* readPieces(
  handle: FileHandle,
  sizeBytes: number,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const buffers = [0, 1].map(() => new Uint8Array(Math.min(PIECE_BYTES, sizeBytes)));
  const read = async (turn: number, position: number): Promise<Uint8Array | null> => {
    const buffer = buffers[turn % 2];
    const wanted = Math.min(PIECE_BYTES, sizeBytes - position);
    if (buffer === undefined || wanted <= 0) return null;
    const { bytesRead } = await handle.read(buffer, 0, wanted, position);
    return bytesRead === 0 ? null : buffer.subarray(0, bytesRead);
  };
  let position = 0;
  let next = read(0, 0);
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
