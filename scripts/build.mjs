// Builds dist/: lanchat.js for everything headless, screen.js for the terminal UI, and what they share.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));

// Ink imports its devtools bridge only when DEV=true; the empty stand-in keeps it out of the bundle.
const withoutDevtools = {
  name: 'without-devtools',
  setup(builder) {
    builder.onResolve({ filter: /^react-devtools-core$/ }, () => ({
      path: 'empty',
      namespace: 'empty',
    }));
    builder.onLoad({ filter: /.*/, namespace: 'empty' }, () => ({
      contents: 'export default {};',
    }));
  },
};

// Shared code goes into chunks of its own, so that a command loads what it uses: `lanchat id` no
// libsodium, nothing headless ink or react.
const entryPoints = { lanchat: 'src/cli/main.ts', screen: 'src/cli/screen.ts' };

rmSync(`${root}dist`, { recursive: true, force: true });
const { metafile } = await build({
  entryPoints,
  absWorkingDir: root,
  outdir: 'dist',
  chunkNames: 'parts/[name]-[hash]',
  bundle: true,
  splitting: true,
  platform: 'node',
  target: 'node20.19',
  format: 'esm',
  minify: true,
  keepNames: false,
  legalComments: 'none',
  metafile: true,
  define: {
    'process.env.NODE_ENV': '"production"',
    'process.env.DEV': '"false"',
    LANCHAT_VERSION: JSON.stringify(version),
  },
  plugins: [withoutDevtools],
  // CommonJS dependencies call require() for node: modules, which an ESM bundle lacks.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
});
writeFileSync(`${root}dist/meta.json`, JSON.stringify(metafile));
