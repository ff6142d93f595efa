/** `lanchat --plain` on a terminal that the test types into. */
import { PassThrough } from 'node:stream';
import { runCommand } from './command.ts';
import type { FakeSession } from './fake-session.ts';

export function openPlain(session: FakeSession, ...args: string[]) {
  const stdin = Object.assign(new PassThrough(), { isTTY: true });
  const run = runCommand(['--plain', ...args], { session, stdin });
  const type = (line: string) => stdin.write(`${line}\n`);
  return { ...run, type, end: () => stdin.end() };
}
