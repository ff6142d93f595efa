// Makes man/lanchat.1 and the made parts of README.md again. Run it after a change of a command, a key or a setting.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { root } from './tool.mjs';

// Inside the project, so that the bundle finds its packages.
const scratch = mkdtempSync(join(root, 'node_modules', '.docs-'));

// These pages are in English, whatever the locale.
process.env.LANCHAT_LANGUAGE = 'en';

try {
  const outfile = join(scratch, 'docs.mjs');
  await build({
    stdin: {
      contents: `export { buildProgram } from './src/cli/command-line.ts';
                 export { manPage } from './scripts/docs/man-page.ts';
                 export { withSections } from './scripts/docs/readme-sections.ts';`,
      resolveDir: root,
    },
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
  });
  const { buildProgram, manPage, withSections } = await import(pathToFileURL(outfile).href);
  const program = buildProgram({ version: '', write: () => {} }, async () => {});
  mkdirSync(join(root, 'man'), { recursive: true });
  writeFileSync(join(root, 'man', 'lanchat.1'), manPage(program));
  const readme = join(root, 'README.md');
  writeFileSync(readme, withSections(readFileSync(readme, 'utf8')));
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
