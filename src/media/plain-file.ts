// Reads a file whole: no more than a limit, and nothing that isn't a plain file.
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

// A pipe would otherwise be waited for until somebody writes into it. (Windows has no such flag.)
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** What became shorter meanwhile comes short. Throws what Node does. */
export async function readPlainFile(
  path: string,
  maxBytes: number,
): Promise<Uint8Array | 'not-a-file' | 'too-large'> {
  const file = await open(path, FLAGS);
  try {
    const found = await file.stat();
    if (!found.isFile()) return 'not-a-file';
    if (found.size > maxBytes) return 'too-large';
    const bytes = new Uint8Array(found.size);
    let length = 0;
    while (length < bytes.length) {
      const { bytesRead } = await file.read(bytes, length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return bytes.subarray(0, length);
  } finally {
    await file.close();
  }
}
