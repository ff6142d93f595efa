// Builds dist/: lanchat.js for everything headless, screen.js for the terminal UI, and what they share.
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

// Ink's bridge to React's devtools, and the WebSocket library that only it needs, stay out.
const withoutDevtools = {
  name: 'without-devtools',
  setup(builder) {
    builder.onResolve({ filter: /^\.\/devtools\.js$/ }, ({ importer }) =>
      /node_modules[\\/]ink[\\/]/.test(importer) ? { path: 'empty', namespace: 'empty' } : null,
    );
    builder.onLoad({ filter: /.*/, namespace: 'empty' }, () => ({ contents: 'export {};' }));
  },
};

// Ink lays everything out before it writes, also what it writes line by line as our screen's one text
// (src/ui/screen.tsx): there nothing reads the layout. Loading Yoga took a seventh of the screen's start.
const withoutLayout = {
  name: 'without-layout',
  setup(builder) {
    builder.onResolve({ filter: /^yoga-layout$/ }, () => ({
      path: 'yoga',
      namespace: 'no-layout',
    }));
    builder.onLoad({ filter: /.*/, namespace: 'no-layout' }, () => ({
      contents: `const node = new Proxy({}, { get: () => () => undefined });
        export default { Node: { create: () => node }, DISPLAY_NONE: 'none' };`,
    }));
  },
};

// What cuts text into characters, and knows every emoji there is, takes an eighth of the screen's start to make. These
// make it when they are loaded; now when the first text wants it. Of a single UTF-16 unit the tables of widths know it as well.
const lazily = (name, make) =>
  `let ${name}Made; const ${name} = { segment: (text) => (${name}Made ??= ${make}).segment(text) };`;
const MADE_WHEN_LOADED = [
  {
    filter: /[\\/]string-width[\\/]index\.js$/,
    changes: [
      ['const segmenter = new Intl.Segmenter();', lazily('segmenter', 'new Intl.Segmenter()')],
      [
        'const rgiEmojiRegex = /^\\p{RGI_Emoji}$/v;',
        'let emoji; const rgiEmojiRegex = { test: (text) => text.length > 1 && (emoji ??= /^\\p{RGI_Emoji}$/v).test(text) };',
      ],
    ],
  },
  {
    filter: /[\\/]slice-ansi[\\/]tokenize-ansi\.js$/,
    changes: [
      [
        "const GRAPHEME_SEGMENTER = new Intl.Segmenter(undefined, {granularity: 'grapheme'});",
        lazily('GRAPHEME_SEGMENTER', 'new Intl.Segmenter()'),
      ],
    ],
  },
  {
    filter: /[\\/]ansi-tokenize[\\/]build[\\/]tokenize\.js$/,
    changes: [
      [
        'const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });',
        lazily('segmenter', 'new Intl.Segmenter()'),
      ],
    ],
  },
];
const lazyCharacters = {
  name: 'lazy-characters',
  setup(builder) {
    for (const { filter, changes } of MADE_WHEN_LOADED) {
      builder.onLoad({ filter }, ({ path }) => {
        let contents = readFileSync(path, 'utf8');
        for (const [eager, lazy] of changes) {
          if (!contents.includes(eager)) throw new Error(`${path} has no ${eager}`);
          contents = contents.replace(eager, () => lazy);
        }
        return { contents };
      });
    }
  },
};

const { metafile, outputFiles } = await build({
  // Shared code goes into parts of its own, so that a command loads what it uses: `lanchat id` no
  // libsodium, nothing headless ink or react. A thread begins with a file of its own, beside the part that starts it.
  entryPoints: {
    lanchat: 'src/cli/main.ts',
    screen: 'src/cli/screen.ts',
    'parts/picture-worker': 'src/media/picture-worker.ts',
    'parts/opus-worker': 'src/media/opus-worker.ts',
  },
  loader: { '.wasm': 'binary' },
  absWorkingDir: root,
  outdir: 'dist',
  chunkNames: 'parts/[name]-[hash]',
  bundle: true,
  splitting: true,
  platform: 'node',
  target: 'node20.19',
  format: 'esm',
  minify: true,
  legalComments: 'none',
  metafile: true,
  write: false,
  define: {
    'process.env.NODE_ENV': '"production"',
    'process.env.DEV': '"false"',
    LANCHAT_VERSION: JSON.stringify(version),
  },
  // wrap-ansi brings an older copy with tables of its own; the one here measures the same text.
  alias: { 'string-width': join(root, 'node_modules/string-width') },
  plugins: [withoutDevtools, withoutLayout, lazyCharacters],
  // A native module with files of its own: found where it is installed, and only where Node has no SQLite.
  external: ['@photostructure/sqlite'],
  // CommonJS dependencies call require() for node: modules, which an ESM bundle lacks.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
});

// A program that starts meanwhile must find the old build or the new one: parts have their contents in
// their names, so they go first, and the entries that name them replace the old ones last.
const isEntry = ({ path }) => dirname(path) === join(root, 'dist');
const files = outputFiles.toSorted((a, b) => Number(isEntry(a)) - Number(isEntry(b)));
for (const { path, contents } of files) replace(path, contents);
replace(join(root, 'dist', 'meta.json'), JSON.stringify(metafile));
const parts = new Set(files.map(({ path }) => basename(path)));
for (const name of readdirSync(join(root, 'dist', 'parts'))) {
  if (!parts.has(name)) rmSync(join(root, 'dist', 'parts', name));
}

function replace(path, contents) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.new`, contents);
  renameSync(`${path}.new`, path);
}
