// One line of JSON on stdout, handed to the system when it returns: a process that is killed then has said it.
import { writeSync } from 'node:fs';

/**
 * Not by `process.stdout`, which keeps in memory what a slow reader has no room for, and makes the descriptor
 * one that can't wait.
 */
export function reportLine(value: object): void {
  const bytes = Buffer.from(`${JSON.stringify(value)}\n`);
  for (let written = 0; written < bytes.length; ) written += writeSync(1, bytes, written);
}
