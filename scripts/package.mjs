// Makes the release tarball: everything bundled, no scripts, no dependencies, so that it installs offline.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { thirdPartyNotices } from './notices.mjs';
import { root, runNode } from './tool.mjs';

const documents = ['README.md', 'SECURITY.md', 'CHANGELOG.md', 'LICENSE'];

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
  for (const name of documents) cpSync(join(root, name), join(folder, name));
  writeFileSync(join(folder, 'THIRD-PARTY-NOTICES.txt'), thirdPartyNotices(metafile));
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest(), null, 2)}\n`);
}

function manifest() {
  const { name, version, description, license, type, bin, engines } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  );
  return { name, version, description, license, type, bin, engines };
}
