/** Keeps 10,000 lines while 120,000 come and go, as an open screen does; prints the most that old objects took, in bytes. */
import { getHeapSpaceStatistics } from 'node:v8';
import { boundHeap } from '../../src/cli/heap.ts';

const KEPT = 10_000;
const LINES = 120_000;

if (process.argv[2] === 'bounded') boundHeap();

interface Line {
  readonly text: string;
  readonly cells: readonly { readonly at: number }[];
}

function line(n: number): Line {
  return { text: `message ${n}`, cells: Array.from({ length: 40 }, (_, at) => ({ at: n + at })) };
}

const lines: Line[] = [];
let most = 0;
for (let n = 0; n < LINES; n++) {
  lines.push(line(n));
  if (lines.length > KEPT) lines.splice(0, KEPT / 10);
  if (n % 1_000 !== 0) continue;
  const old = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'old_space');
  most = Math.max(most, old?.space_size ?? 0);
}
process.stdout.write(`${most}\n`);
