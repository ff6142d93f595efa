// What the plain interface loads: neither Ink nor React, not even when first needed.
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { SQLITE_WHERE_INSTALLED } from '../support/bundle.ts';

/** Everything that a source file imports, and what that imports, by path. */
async function loadedBy(file: string): Promise<string[]> {
  const { metafile } = await build({
    entryPoints: [fileURLToPath(new URL(`../../src/cli/${file}`, import.meta.url))],
    ...{ bundle: true, write: false, metafile: true, splitting: true, outdir: 'nowhere' },
    ...{ platform: 'node', target: 'node20.19', format: 'esm', logLevel: 'error' },
    ...SQLITE_WHERE_INSTALLED,
    external: [...SQLITE_WHERE_INSTALLED.external, 'react-devtools-core'],
  });
  return Object.keys(metafile.inputs);
}

const SCREEN = /node_modules\/(?:ink|react|react-reconciler|yoga-layout)\/|\.tsx$/;

describe('the plain interface', () => {
  it('loads nothing of the screen', async () => {
    const loaded = await loadedBy('plain.ts');
    expect(loaded).toContainEqual(expect.stringMatching(/cli\/plain-commands\.ts$/));
    expect(loaded.filter((file) => SCREEN.test(file))).toEqual([]);
    // Control: the screen does.
    expect((await loadedBy('screen.ts')).filter((file) => SCREEN.test(file))).not.toEqual([]);
  });
});
