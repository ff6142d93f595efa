// Makes test/vectors/lanchat.json again. Run it after a wire change, together with PROTOCOL.md.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const target = join(root, 'test/vectors/lanchat.json');
// Inside the project, so that the bundle finds libsodium-wrappers.
const scratch = mkdtempSync(join(root, 'node_modules', '.vectors-'));

try {
  const outfile = join(scratch, 'vectors.mjs');
  await build({
    stdin: {
      contents: `export { ready } from './src/crypto/sodium.ts';
                 export { lanchatVectors } from './test/vectors/lanchat.ts';`,
      resolveDir: root,
    },
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
  });
  const { ready, lanchatVectors } = await import(pathToFileURL(outfile).href);
  await ready();
  writeFileSync(target, `${JSON.stringify(lanchatVectors(), null, 2)}\n`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
