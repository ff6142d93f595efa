// Makes test/vectors/lanchat.json again. Run it after a wire change, together with PROTOCOL.md.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withBundled } from './bundled.mjs';
import { root } from './tool.mjs';

const code = `export { ready } from './src/crypto/sodium.ts';
export { lanchatVectors } from './test/vectors/lanchat.ts';`;

await withBundled(code, async ({ ready, lanchatVectors }) => {
  await ready();
  const target = join(root, 'test/vectors/lanchat.json');
  writeFileSync(target, `${JSON.stringify(lanchatVectors(), null, 2)}\n`);
});
