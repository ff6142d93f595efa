// Walks over whole frames in a stream of bytes, without copying and without reading them.

/** Where one frame, its length field included, stands in `bytes`. */
export type FrameFound = (bytes: Buffer, from: number, end: number) => void;

/** What to hand each chunk to; calls back for every frame as soon as it is whole. */
export function walkFrames(found: FrameFound): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let from = 0;
    while (bytes.length - from >= 4) {
      const end = from + 4 + bytes.readUInt32BE(from);
      if (end > bytes.length) break;
      found(bytes, from, end);
      from = end;
    }
    // A copy: whose chunk it is may write over it.
    rest = Buffer.from(bytes.subarray(from));
  };
}
