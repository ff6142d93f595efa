// The built program hosting a relay from its screen: who is asked, and when the relay outlives the screen.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Program } from '../support/cli.ts';
import { PtySession } from '../support/pty.ts';

const executable = fileURLToPath(new URL('../../bin/lanchat.js', import.meta.url));
/** As the executable, but a relay takes a free port, stays unannounced, and leaves its pid. */
const WRAPPER = `import { writeFileSync } from 'node:fs';
if (process.argv[2] === 'relay') {
  process.argv.push('--port', '0', '--host', '127.0.0.1', '--no-mdns');
  writeFileSync(process.env.RELAY_PID, String(process.pid));
}
await import(${JSON.stringify(pathToFileURL(executable).href)});
`;

const ctrlC = '\x03';
let folder: string;
let session: PtySession;
let others: Program[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lanchat-hosting-'));
  writeFileSync(join(folder, 'program.mjs'), WRAPPER);
});

afterEach(async () => {
  await session.close();
  for (const other of others) other.process.kill('SIGKILL');
  await Promise.all(others.map(({ ended }) => ended));
  others = [];
  if (existsSync(join(folder, 'pid')) && isAlive()) process.kill(relayPid(), 'SIGKILL');
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

function environment(name: string): Record<string, string> {
  return {
    ...{ HOME: folder, LANCHAT_HOME: join(folder, name), RELAY_PID: join(folder, 'pid') },
    ...{ PATH: process.env.PATH ?? '', LANG: 'C.UTF-8' },
  };
}

function relayPid(): number {
  return Number(readFileSync(join(folder, 'pid'), 'utf8'));
}

function isAlive(): boolean {
  try {
    return process.kill(relayPid(), 0);
  } catch {
    return false;
  }
}

/** The screen, with a relay hosted from it; `crowd`: how many others are on it. */
async function hosting(crowd: number): Promise<void> {
  session = new PtySession({
    ...{ file: process.execPath, columns: 80, rows: 24, env: environment('asha') },
    // Nothing answers there, and nothing else on this machine is found.
    args: [join(folder, 'program.mjs'), '--nick', 'asha', '--relay', '127.0.0.1:9'],
  });
  await session.waitForText('asha');
  session.type('/relay host\r');
  await session.waitForText('· relay 127.0.0.1:');
  const [, relay = ''] = /relay (127\.0\.0\.1:\d+)/.exec(session.screen.join('\n')) ?? [];
  for (let index = 0; index < crowd; index += 1) {
    const env = environment(`other-${index}`);
    const args = ['listen', '--json', '--relay', relay, '--nick', `other${index}`];
    const other = new Program([process.execPath, executable, ...args], env);
    others.push(other);
    await other.line(({ type }) => type === 'ready');
  }
}

async function ended(): Promise<void> {
  await expect.poll(isAlive, { timeout: 10_000 }).toBe(false);
}

/** Whoever was on it still is, and hears what is said there. */
async function expectServing(): Promise<void> {
  expect(isAlive()).toBe(true);
  const [listener] = others;
  if (listener === undefined) return;
  const relay = listener.lines.find(({ type }) => type === 'ready')?.relay;
  const args = ['send', '#lobby', 'still here', '--relay', String(relay), '--nick', 'late'];
  const late = new Program([process.execPath, executable, ...args], environment('late'));
  expect((await late.ended).status).toBe(0);
  await listener.line(({ type, text }) => type === 'message' && text === 'still here');
}

it('ends with the screen where nobody else is on it', async () => {
  await hosting(0);
  session.type('/relay\r');
  await session.waitForText('only you are on it');
  session.type('/quit\r');
  expect((await session.exited).exitCode).toBe(0);
  await ended();
});

it('runs on where it is left, through the end of the terminal', async () => {
  await hosting(2);
  session.type('/relay\r');
  await session.waitForText('2 others are on it');
  session.type('/quit\r');
  await session.waitForText('2 people depend on the relay');
  session.type('\r');
  expect((await session.exited).exitCode).toBe(0);
  await session.waitForText('The relay runs on for the others');
  await session.close();
  await expectServing();
});

it('stops where that is chosen', async () => {
  await hosting(1);
  session.type('/quit\r');
  await session.waitForText('1 person depends on the relay');
  session.type('\x1b[B\r');
  expect((await session.exited).exitCode).toBe(0);
  await ended();
});

it('is asked for by Ctrl+C twice as well; a third time leaves, and cuts nobody off', async () => {
  await hosting(1);
  session.type(ctrlC);
  await session.waitForText('Ctrl+C again quits');
  session.type(ctrlC);
  await session.waitForText('1 person depends on the relay');
  session.type(ctrlC);
  expect((await session.exited).exitCode).toBe(0);
  await expectServing();
});

it('survives the death of the screen', async () => {
  await hosting(1);
  process.kill(session.pid, 'SIGKILL');
  await session.exited;
  await session.close();
  await expectServing();
});

it('runs on for others where the terminal hangs up', async () => {
  await hosting(1);
  process.kill(session.pid, 'SIGHUP');
  await session.exited;
  await expectServing();
});

it('is said to have ended where something else ends it', async () => {
  await hosting(0);
  process.kill(relayPid(), 'SIGTERM');
  await session.waitForText('The relay on this machine has ended');
});
