// What people would otherwise copy a file with: scp, through an SSH server of this run on loopback, where the machine has both.
import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { pause } from './bench.ts';

const run = promisify(execFile);
const PORT = 22_522;

/** Where it is, in the folders of programs and those of the system's own. */
function programPath(name: string): string | null {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? null;
}

/** A server with keys of its own, that knows nobody else. */
export interface SecureCopy {
  /** Milliseconds. */
  copy(from: string, to: string): Promise<number>;
  close(): void;
}

/** Null: this machine has no scp, or no SSH server. */
export async function startSecureCopy(folder: string): Promise<SecureCopy | null> {
  const [server, scp, keygen] = [
    programPath('sshd'),
    programPath('scp'),
    programPath('ssh-keygen'),
  ];
  if (server === null || scp === null || keygen === null) return null;
  const [host, user] = [join(folder, 'ssh-host'), join(folder, 'ssh-user')];
  for (const path of [host, user]) await run(keygen, ['-q', '-t', 'ed25519', '-N', '', '-f', path]);
  const config = join(folder, 'ssh.conf');
  writeFileSync(config, configText({ host, keys: `${user}.pub`, folder }));
  // It insists on a folder for its own, when the system has not begun it.
  if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true });
  const child = spawn(server, ['-D', '-e', '-f', config], { stdio: 'ignore' });
  await listening();
  const options = ['-q', '-P', String(PORT), '-i', user, '-o', 'StrictHostKeyChecking=no'];
  const known = ['-o', `UserKnownHostsFile=${join(folder, 'ssh-known')}`];
  return {
    async copy(from, to) {
      const startMs = performance.now();
      const target = `${userInfo().username}@127.0.0.1:${to}`;
      await run(scp, [...options, ...known, from, target]);
      const tookMs = performance.now() - startMs;
      rmSync(to, { force: true });
      return tookMs;
    },
    close: () => void child.kill(),
  };
}

function configText({
  host,
  keys,
  folder,
}: {
  readonly host: string;
  readonly keys: string;
  readonly folder: string;
}): string {
  const lines = [
    ...[`Port ${PORT}`, 'ListenAddress 127.0.0.1', `HostKey ${host}`, `AuthorizedKeysFile ${keys}`],
    ...['StrictModes no', 'UsePAM no', 'PasswordAuthentication no', 'PermitRootLogin yes'],
    ...[`PidFile ${join(folder, 'ssh.pid')}`, 'Subsystem sftp internal-sftp'],
  ];
  return `${lines.join('\n')}\n`;
}

async function listening(): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(PORT, '127.0.0.1', () => resolve(true));
      socket.once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (isOpen) return;
    await pause(50);
  }
  throw new Error('the SSH server did not begin');
}
