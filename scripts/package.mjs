// Makes the release tarball: everything bundled, no scripts, nothing to fetch, so that it installs offline.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { thirdPartyNotices } from './notices.mjs';
import { root, runNode } from './tool.mjs';

const documents = ['README.md', 'SECURITY.md', 'CLI.md', 'CHANGELOG.md', 'LICENSE'];

// SQLite for Nodes without one, which no bundle can hold: of each package what runs, its main file first.
// The prebuilds are those of every platform, since whoever makes the tarball doesn't know which it is for.
const sqlite = '@photostructure/sqlite';
const sqlitePackages = {
  [sqlite]: ['dist/index.mjs', 'prebuilds', 'LICENSE'],
  'node-gyp-build': ['index.js', 'node-gyp-build.js', 'LICENSE'],
};

// The npm that runs this script; as a file it needs no shell, which npm.cmd on Windows would.
const npm = process.env.npm_execpath;
if (npm === undefined) throw new Error('run it as: npm run package');

if (!runNode(['scripts/build.mjs'])) process.exit(1);
const staging = mkdtempSync(join(tmpdir(), 'lanchat-package-'));
try {
  fill(staging);
  const args = ['pack', staging, '--pack-destination', root, '--ignore-scripts'];
  if (!runNode([npm, ...args])) process.exitCode = 1;
} finally {
  rmSync(staging, { recursive: true, force: true });
}

function fill(folder) {
  const metafile = JSON.parse(readFileSync(join(root, 'dist/meta.json'), 'utf8'));
  cpSync(join(root, 'bin'), join(folder, 'bin'), {
    recursive: true,
    filter: (path) => !path.endsWith('.d.ts'),
  });
  cpSync(join(root, 'dist'), join(folder, 'dist'), {
    recursive: true,
    filter: (path) => basename(path) !== 'meta.json',
  });
  cpSync(join(root, 'man'), join(folder, 'man'), { recursive: true });
  for (const name of documents) cpSync(join(root, name), join(folder, name));
  const packages = Object.keys(sqlitePackages);
  for (const name of packages) copyPackage(name, join(folder, 'node_modules', name));
  const notices = thirdPartyNotices(metafile, packages);
  writeFileSync(join(folder, 'THIRD-PARTY-NOTICES.txt'), notices);
  writeManifest(folder, manifest());
}

function manifest() {
  const { name, version, description, license, type, bin, man, engines, optionalDependencies } =
    readManifest(root);
  const bundled = { optionalDependencies, bundleDependencies: [sqlite] };
  return { name, version, description, license, type, bin, man, engines, ...bundled };
}

// Without its scripts, and without the platforms that it is for: elsewhere npm would leave it out or refuse.
function copyPackage(name, folder) {
  const from = join(root, 'node_modules', name);
  const files = sqlitePackages[name];
  for (const path of files) cpSync(join(from, path), join(folder, path), { recursive: true });
  const { version, license, dependencies = {} } = readManifest(from);
  const bundled = Object.entries(dependencies).filter(([other]) => other in sqlitePackages);
  const needed = Object.fromEntries(bundled);
  writeManifest(folder, { name, version, license, main: files[0], dependencies: needed });
}

function readManifest(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}

function writeManifest(folder, contents) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(contents, null, 2)}\n`);
}
