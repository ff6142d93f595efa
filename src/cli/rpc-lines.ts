// Cuts stdin into lines, each bounded, and finds the next one again after a line that is too long.
import type { Input } from './context.ts';

/** The longest text fits, with room for escapes. */
const MAX_LINE_BYTES = 256 * 1024;

const LINE_FEED = 0x0a;
const BLANK = /^[ \t\r]*$/;
/** Longer lines are not looked at for being blank. */
const SHORT_BYTES = 16;

/**
 * Each line without its end, the last one also where it has none; blank ones are passed over. Null in place of a line
 * of more than MAX_LINE_BYTES, which is thrown away as it comes.
 */
export async function* linesOf(stdin: Input): AsyncGenerator<Uint8Array | null> {
  const line = new Line();
  for await (const chunk of stdin) {
    const bytes = Buffer.from(chunk);
    let start = 0;
    for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, start)) {
      line.add(bytes.subarray(start, end));
      start = end + 1;
      yield* line.end();
    }
    line.add(bytes.subarray(start));
  }
  yield* line.end();
}

/** The line that is being read. */
class Line {
  #parts: Uint8Array[] = [];
  #sizeBytes = 0;

  add(part: Uint8Array): void {
    this.#sizeBytes += part.length;
    if (this.#sizeBytes > MAX_LINE_BYTES) this.#parts = [];
    else if (part.length > 0) this.#parts.push(part);
  }

  *end(): Generator<Uint8Array | null> {
    const isTooLong = this.#sizeBytes > MAX_LINE_BYTES;
    const bytes = Buffer.concat(this.#parts);
    this.#parts = [];
    this.#sizeBytes = 0;
    if (isTooLong) yield null;
    else if (bytes.length > SHORT_BYTES || !BLANK.test(bytes.toString('latin1'))) yield bytes;
  }
}
