// One line of JSON on stdout, handed to the system when it returns: a process that is killed then has said it.
import { writeSync } from 'node:fs';
import { errnoOf } from '../../src/protocol/errors.ts';

const FULL_PAUSE_MS = 1;

/** Not by `process.stdout`, which keeps in memory what a slow reader has no room for yet. */
export function reportLine(value: object): void {
  const bytes = Buffer.from(`${JSON.stringify(value)}\n`);
  for (let written = 0; written < bytes.length; ) written += writeSome(bytes.subarray(written));
}

function writeSome(bytes: Uint8Array): number {
  try {
    return writeSync(1, bytes);
  } catch (error) {
    if (errnoOf(error) !== 'EAGAIN') throw error;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, FULL_PAUSE_MS);
    return 0;
  }
}
