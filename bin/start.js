// What the executable does: --version by itself; else paints the first frame and loads the program.
import { mkdirSync, readFileSync } from 'node:fs';
import module from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

const args = process.argv.slice(2);

if (args.length === 1 && args[0] === '--version') {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  process.stdout.write(`${version}\n`);
} else {
  const skeleton = opensScreen() ? await beginScreen() : null;
  cacheCompiledCode();
  // Beside the program, which asks for it once it has read the arguments; a fault in it is met there.
  if (skeleton !== null) import('../dist/screen.js').catch(() => undefined);
  const { main } = await import('../dist/lanchat.js');
  await main(skeleton);
}

/**
 * Whether these arguments can only mean the screen. Unsure means no: then it merely appears later. The
 * program itself decides; an error takes the frame away again.
 */
function opensScreen() {
  const { stdin, stdout, env } = process;
  if (!stdin.isTTY || !stdout.isTTY || env.TERM === 'dumb') return false;
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (/^--(?:home|nick|relay|timeout)$/.test(arg)) rest.shift();
    else if (!/^(?:[#@]|[0-9a-f]{8}|-[qv]$|--(?:home|nick|relay|timeout)=)/i.test(arg))
      return false;
  }
  return true;
}

async function beginScreen() {
  const { leaveModes, showSkeleton } = await import('./skeleton.js');
  const shown = showSkeleton(process);
  let isOurs = true;
  const release = () => {
    isOurs = false;
    shown.release();
  };
  const dismiss = () => {
    if (!isOurs) return;
    release();
    process.stdout.write(leaveModes);
    process.stdin.setRawMode(false);
  };
  return { ...shown, release, dismiss };
}

/**
 * V8's compiled code is kept from Node 22 on. In a folder of this user's only: the default one under the
 * temporary folder could be filled by somebody else with code of theirs.
 */
function cacheCompiledCode() {
  if (module.enableCompileCache === undefined) return;
  try {
    const folder = cacheFolder();
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    module.enableCompileCache(folder);
  } catch {
    // A read-only home: the program starts, a little later.
  }
}

function cacheFolder() {
  const { env, platform } = process;
  if (platform === 'win32') {
    return join(env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'lanchat', 'Cache');
  }
  if (platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'lanchat');
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'lanchat');
}
