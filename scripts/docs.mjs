// Makes man/lanchat.1 and the made parts of README.md again. Run it after a change of a command, a key or a setting.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withBundled } from './bundled.mjs';
import { root } from './tool.mjs';

// These pages are in English, whatever the locale.
process.env.LANCHAT_LANGUAGE = 'en';

const code = `export { buildProgram } from './src/cli/command-line.ts';
export { manPage } from './scripts/docs/man-page.ts';
export { withSections } from './scripts/docs/readme-sections.ts';`;

await withBundled(code, ({ buildProgram, manPage, withSections }) => {
  const program = buildProgram({ version: '', write: () => {} }, async () => {});
  mkdirSync(join(root, 'man'), { recursive: true });
  writeFileSync(join(root, 'man', 'lanchat.1'), manPage(program));
  const readme = join(root, 'README.md');
  writeFileSync(readme, withSections(readFileSync(readme, 'utf8')));
});
