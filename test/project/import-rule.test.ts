// The linter's import rule, against ARCHITECTURE.md: every forbidden pair of folder and module is really
// refused, in every form that an import takes, and no allowed one is.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

interface Allowed {
  readonly folders: readonly string[];
  readonly packages: readonly string[];
  readonly node: readonly string[];
}

// What each folder may import; src/cli/ may import everything.
const rule: Readonly<Record<string, Allowed>> = {
  language: { folders: [], packages: [], node: ['fs'] },
  protocol: { folders: ['language'], packages: ['cborg', 'valibot'], node: [] },
  crypto: { folders: ['language', 'protocol'], packages: ['libsodium-wrappers'], node: ['crypto'] },
  core: { folders: ['language', 'protocol', 'crypto'], packages: ['valibot'], node: [] },
  storage: {
    folders: ['language', 'protocol', 'crypto'],
    packages: ['env-paths', 'valibot', '@photostructure/sqlite'],
    node: ['fs', 'crypto', 'net'],
  },
  files: {
    folders: ['language', 'protocol', 'storage'],
    packages: ['tar/header', 'tar/pax'],
    node: ['fs', 'crypto'],
  },
  discovery: {
    folders: ['language', 'protocol'],
    packages: ['bonjour-service'],
    node: ['fs', 'crypto', 'net', 'dgram'],
  },
  relay: {
    folders: ['language', 'protocol', 'crypto', 'storage'],
    packages: [],
    node: ['crypto', 'net', 'tls'],
  },
  client: {
    folders: ['language', 'core', 'storage', 'files', 'discovery', 'protocol', 'crypto'],
    packages: ['valibot'],
    node: ['crypto', 'net', 'tls'],
  },
  ui: {
    folders: ['language', 'client', 'files', 'protocol'],
    packages: ['react', 'ink', 'string-width', 'uqr'],
    node: [],
  },
};

const folders = [...Object.keys(rule), 'cli'];
const nodeModules = ['fs', 'crypto', 'net', 'tls', 'dgram', 'http', 'vm', 'child_process'];
const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
const packages = [
  ...new Set([
    ...Object.keys(dependencies),
    ...Object.values(rule).flatMap((allowed) => allowed.packages),
  ]),
];

/** One file of a made-up project: where it lies, what it holds, whether the linter must refuse it. */
interface Specimen {
  readonly folder: string;
  readonly code: string;
  readonly isForbidden: boolean;
}

function specimens(): Specimen[] {
  return Object.entries(rule).flatMap(([folder, allowed]) => {
    const specimen = (module: string, isForbidden: boolean) => ({
      folder,
      code: `import '${module}';`,
      isForbidden,
    });
    return [
      specimen('./beside.ts', false),
      ...folders
        .filter((other) => other !== folder)
        .map((other) => specimen(`../${other}/any.ts`, !allowed.folders.includes(other))),
      ...packages.map((name) => specimen(name, !allowed.packages.includes(name))),
      ...nodeModules.map((name) => specimen(`node:${name}`, !allowed.node.includes(name))),
      specimen('fs', true),
      specimen('left-pad', true),
      specimen('/etc/any.ts', true),
    ];
  });
}

/** Ways to name a module, and ways around a folder's name. */
function disguises(): Specimen[] {
  const forms = (module: string) => [
    `import { any } from '${module}';\nexport const mine = any;`,
    `import type { Any } from '${module}';\nexport type Mine = Any;`,
    `import * as any from '${module}';\nexport const mine = any;`,
    `export { any } from '${module}';`,
    `export type { Any } from '${module}';`,
    `export const mine = await import('${module}');`,
    `export const mine = await import(\`${module}\`);`,
    `export const mine = await import(['${module}'].join());`,
    `export const mine = require('${module}');`,
    `export type Mine = import('${module}').Any;`,
    `export type Mine = typeof import('${module}');`,
  ];
  const paths = [
    '../relay/relay.ts',
    './../relay/relay.ts',
    './../../src/relay/relay.ts',
    '../crypto/../relay/relay.ts',
    '../../src/relay/relay.ts',
    '../../node_modules/ink/build/index.js',
    './deep/../../relay/relay.ts',
    'cborg/json',
    'file:///etc/any.ts',
  ];
  return [
    ...forms('../relay/relay.ts'),
    ...forms('node:fs'),
    ...forms('ink'),
    ...paths.map((path) => `import '${path}';`),
  ].map((code) => ({ folder: 'core', code, isForbidden: true }));
}

/** The indices of the specimens that the project's own linter configuration refuses. */
function refusedBy(all: readonly Specimen[]): Set<number> {
  const project = mkdtempSync(join(tmpdir(), 'lanchat-import-rule-'));
  try {
    cpSync('biome.json', join(project, 'biome.json'));
    cpSync('scripts/lint', join(project, 'scripts/lint'), { recursive: true });
    for (const [index, { folder, code }] of all.entries()) {
      const path = join(project, 'src', folder, `specimen-${index}.ts`);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, `${code}\n`);
    }
    return new Set(diagnosedFiles(project));
  } finally {
    rmSync(project, { recursive: true, force: true });
  }
}

function diagnosedFiles(project: string): number[] {
  const biome = join(process.cwd(), 'node_modules/@biomejs/biome/bin/biome');
  const args = ['lint', '--reporter=json', '--max-diagnostics=none', 'src'];
  const { stdout, stderr } = spawnSync(process.execPath, [biome, ...args], {
    cwd: project,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (!stdout.startsWith('{')) throw new Error(stderr);
  const { diagnostics } = JSON.parse(stdout);
  return diagnostics
    .filter(({ category }: { category: string }) => isImportRule(category))
    .map(({ location }: { location: { path: string } }) =>
      Number(/specimen-(\d+)/.exec(location.path)?.[1]),
    );
}

function isImportRule(category: string): boolean {
  return /^(?:lint\/style\/(?:noRestrictedImports|noCommonJs)|plugin)$/.test(category);
}

describe('the import rule', () => {
  it('refuses every module that a folder may not import, and nothing else', () => {
    const all = specimens();
    const refused = refusedBy(all);
    const wrong = all.filter(({ isForbidden }, index) => isForbidden !== refused.has(index));
    expect(wrong).toEqual([]);
    expect(all.filter(({ isForbidden }) => isForbidden).length).toBeGreaterThan(150);
  });

  it('refuses them in every form of import and however the path is written', () => {
    const all = disguises();
    const refused = refusedBy(all);
    expect(all.filter((_, index) => !refused.has(index))).toEqual([]);
  });
});
