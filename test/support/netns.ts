/**
 * A LAN in a box for tests: hosts in network namespaces of their own, joined by a bridge. Linux and
 * root only. Nothing in it reaches the machine's real network.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { type Outcome, type Program, startProgram } from './program.ts';

export interface LanHost {
  readonly name: string;
  /** 10.77.0.1 for the first host, and so on, all in one /24. */
  readonly address: string;
  readonly namespace: string;
  readonly interfaceName: string;
  /** Starts a program in the namespace; the LAN's `close()` kills what is still running. */
  spawn(command: readonly string[], environment?: NodeJS.ProcessEnv): Program;
  /** Runs a program in the namespace to its end. */
  run(command: readonly string[]): Promise<Outcome>;
  /** `ip` in the namespace: `host.ip('route', 'add', …)`. Throws if it fails. */
  ip(...parameters: string[]): string;
  /** Takes the interface down, as unplugging does; routes set by hand are lost with it. */
  linkDown(): void;
  linkUp(): void;
  /** Removes the interface altogether, as pulling a USB adapter does. */
  unplug(): void;
  /** Makes it anew after `unplug()`, with the same name and address and its link up. */
  plugIn(): void;
}

export interface Lan<Name extends string> {
  readonly hosts: Readonly<Record<Name, LanHost>>;
  /** Kills what runs in the namespaces and deletes them. Safe to call twice. */
  close(): void;
}

const PREFIX = 'ld';
let lansMade = 0;

/** Why namespaces can't be used here, for `skipIf` and the reason to print; null if they can. */
export function namespacesUnavailable(): string | null {
  if (process.platform !== 'linux') return 'network namespaces need Linux';
  if (process.getuid?.() !== 0) return 'network namespaces need root';
  const probe = `${PREFIX}${process.pid}probe`;
  try {
    execFileSync('ip', ['netns', 'add', probe], { stdio: 'pipe' });
    execFileSync('ip', ['netns', 'del', probe], { stdio: 'pipe' });
    return null;
  } catch (error) {
    return `ip netns fails here: ${error instanceof Error ? error.message.trim() : 'unknown'}`;
  }
}

/**
 * Makes a namespace for each name and one for the bridge between them. Namespaces that a crashed
 * run left behind are removed first.
 */
export function createLan<const Name extends string>(names: readonly Name[]): Lan<Name> {
  removeAbandoned();
  lansMade += 1;
  const id = `${PREFIX}${process.pid}n${lansMade}`;
  const bridge = `${id}-bridge`;
  const namespaces = [bridge];
  const close = () => {
    process.off('exit', close);
    for (const namespace of namespaces.splice(0)) removeNamespace(namespace);
  };
  process.on('exit', close);
  try {
    ip('netns', 'add', bridge);
    ip('-n', bridge, 'link', 'add', 'lan', 'type', 'bridge');
    ip('-n', bridge, 'link', 'set', 'lan', 'up');
    const hosts = names.map((name, index) => {
      const namespace = `${id}-${name}`;
      ip('netns', 'add', namespace);
      namespaces.push(namespace);
      return [name, createHost({ name, namespace, bridge, number: index + 1 })] as const;
    });
    return { hosts: recordOf(hosts), close };
  } catch (error) {
    close();
    throw error;
  }
}

function createHost(place: {
  name: string;
  namespace: string;
  bridge: string;
  number: number;
}): LanHost {
  const { name, namespace, bridge, number } = place;
  const port = `port${number}`;
  const interfaceName = 'eth0';
  const address = `10.77.0.${number}`;
  const inside = (...parameters: string[]) => ip('-n', namespace, ...parameters);
  const linkUp = () => void inside('link', 'set', interfaceName, 'up');
  const plug = () => {
    // Made inside the namespaces: no name can clash with one of the machine's own interfaces.
    inside('link', 'add', interfaceName, 'type', 'veth', 'peer', 'name', port, 'netns', bridge);
    ip('-n', bridge, 'link', 'set', port, 'master', 'lan', 'up');
    inside('addr', 'add', `${address}/24`, 'dev', interfaceName);
    linkUp();
  };
  inside('link', 'set', 'lo', 'up');
  plug();
  const start = (command: readonly string[], environment?: NodeJS.ProcessEnv) =>
    startProgram(['ip', 'netns', 'exec', namespace, ...command], environment);
  return {
    name,
    address,
    namespace,
    interfaceName,
    spawn: start,
    run: (command) => start(command).ended,
    ip: inside,
    linkDown: () => void inside('link', 'set', interfaceName, 'down'),
    linkUp,
    unplug: () => void inside('link', 'del', interfaceName),
    plugIn: plug,
  };
}

// A namespace's name holds the pid of the run that made it.
function removeAbandoned(): void {
  for (const namespace of listNamespaces()) {
    const pid = /^ld(\d+)/.exec(namespace)?.[1];
    if (pid !== undefined && !isRunning(Number(pid))) removeNamespace(namespace);
  }
}

function listNamespaces(): string[] {
  try {
    return readdirSync('/run/netns');
  } catch {
    return [];
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function removeNamespace(namespace: string): void {
  try {
    for (const pid of ip('netns', 'pids', namespace).split('\n').filter(Boolean)) kill(Number(pid));
    ip('netns', 'del', namespace);
  } catch {
    // Already gone.
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Already gone.
  }
}

function ip(...parameters: string[]): string {
  return execFileSync('ip', parameters, { encoding: 'utf8', stdio: 'pipe' });
}

function recordOf<Name extends string>(
  entries: readonly (readonly [Name, LanHost])[],
): Record<Name, LanHost> {
  // Object.fromEntries forgets the names' type.
  const record = Object.fromEntries(entries);
  if (!hasAll(record, entries)) throw new Error('two hosts have the same name');
  return record;
}

function hasAll<Name extends string>(
  record: Record<string, LanHost>,
  entries: readonly (readonly [Name, LanHost])[],
): record is Record<Name, LanHost> {
  return entries.every(([name, host]) => record[name] === host);
}
