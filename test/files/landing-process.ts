// Lands the file named first in the folder named second, saying how far it is, until it is killed.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Landing } from '../../src/files/landing.ts';
import { chunkLength, chunksOf } from '../../src/protocol/file-content.ts';
import { CHUNK_BYTES } from '../../src/protocol/limits.ts';

const [from = '', folder = ''] = process.argv.slice(2);
const content = readFileSync(from);
const size = content.length;
const landing = await Landing.open({
  ...{ folder, size, id: '00'.repeat(16) },
  hash: createHash('sha256').update(content).digest(),
});
console.log(`at ${landing.chunksThere}`);
for (let index = landing.chunksThere; index < chunksOf(size); index++) {
  const start = index * CHUNK_BYTES;
  await landing.write(index, content.subarray(start, start + chunkLength(size, index)));
  if (index % 16 === 15) console.log(`at ${index + 1}`);
}
console.log(`landed ${await landing.finish('film.mp4')}`);
