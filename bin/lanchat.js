#!/usr/bin/env node
// The executable: a sentence for a Node that is too old, in syntax that such a one reads; else start.js.
const [major, minor] = process.versions.node.split('.').map(Number);

if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`lanchat needs Node.js 20.19 or newer; this is ${process.versions.node}\n`);
  process.exitCode = 1;
} else {
  import('./start.js');
}
