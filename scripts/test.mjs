// The one test command: builds what the end-to-end tests run, then runs every test. Arguments go to vitest.
import { runNode, runTool } from './tool.mjs';

const args = process.argv.slice(2);
const passed =
  runNode(['scripts/build.mjs']) && runTool({ from: 'vitest', args: ['run', ...args] });
process.exitCode = passed ? 0 : 1;
