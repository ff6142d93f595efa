// `npm start`: opens lanchat; without a terminal it runs the demo, so that one command always does the main job.
const { stdin, argv } = process;
if (!stdin.isTTY && argv.length === 2) argv.push('demo');
await import('../bin/lanchat.js');
