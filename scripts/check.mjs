// Everything that is checked without running the program. Goes through all of it, then says what failed.
import { runTool } from './tool.mjs';

const checks = {
  types: { from: 'typescript', name: 'tsc', args: ['-p', 'tsconfig.json'] },
  'lint, format and import rule': {
    from: '@biomejs/biome',
    name: 'biome',
    args: ['check', '--error-on-warnings', '--max-diagnostics=100'],
  },
  'dead code': { from: 'knip', args: [] },
  // What only tests use is dead too.
  'dead files in the program': {
    from: 'knip',
    args: ['--production', '--include', 'files,dependencies,unlisted'],
  },
  package: { from: 'publint', args: ['run', '--strict', '--pack', 'npm'] },
};

const failed = Object.keys(checks).filter((title) => {
  console.log(`check: ${title}`);
  return !runTool(checks[title]);
});
console.log(failed.length === 0 ? 'check: all passed' : `check: failed: ${failed.join('; ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;
