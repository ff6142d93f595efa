// What lines that went long ago may take of a screen's memory.
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type BundledScript, bundleScript } from '../support/bundle.ts';

let script: BundledScript;

beforeAll(async () => {
  script = await bundleScript('test/cli/heap-process.ts');
});

afterAll(() => script.remove());

function mostBytes(...args: readonly string[]): number {
  return Number(execFileSync(process.execPath, [script.path, ...args], { encoding: 'utf8' }));
}

it('does not let what is old grow to several times what is in use', () => {
  const bounded = mostBytes('bounded');
  // Control: V8 by itself does.
  expect(mostBytes()).toBeGreaterThan(1.5 * bounded);
  expect(bounded).toBeLessThan(50_000_000);
}, 30_000);
