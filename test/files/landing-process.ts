// Lands the file named first in the folder named second, saying how far it is; after as many lines as are named third it waits to be killed.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Landing } from '../../src/files/landing.ts';
import { chunkLength, chunksOf } from '../../src/protocol/file-content.ts';
import { CHUNK_BYTES } from '../../src/protocol/limits.ts';

const [from = '', folder = '', lines = 'Infinity'] = process.argv.slice(2);
let left = Number(lines);
const content = readFileSync(from);
const size = content.length;
const landing = await Landing.open({
  ...{ folder, size, id: '00'.repeat(16) },
  hash: createHash('sha256').update(content).digest(),
});
await say(landing.chunksThere);
for (let index = landing.chunksThere; index < chunksOf(size); index++) {
  const start = index * CHUNK_BYTES;
  await landing.write(index, content.subarray(start, start + chunkLength(size, index)));
  if (index % 16 === 15) await say(index + 1);
}
console.log(`landed ${await landing.finish('film.mp4')}`);

/** Never resolves once enough was said. */
async function say(count: number): Promise<void> {
  console.log(`at ${count}`);
  if (--left > 0) return;
  setInterval(() => {}, 60_000);
  await new Promise(() => {});
}
