// `lanchat notify test`: what it says of the terminal, and that only a terminal is told.
import { expect, it } from 'vitest';
import { runCommand } from '../support/command.ts';

it('says how the terminal is told, and why, and does it', async () => {
  const run = runCommand(['notify', 'test'], { columns: 80, env: { TERM: 'xterm-kitty' } });
  expect(await run.status).toBe(0);
  expect(run.stdout()).toBe(
    '\x1b]99;;lanchat: a trial\x1b\\Signalled by OSC 99, because TERM is xterm-kitty.\n',
  );
  expect(run.opened).toEqual([]);
});

it('sends nothing to a pipe or among JSON, nor what the environment smuggles in', async () => {
  const env = { TERM: 'foot\x1b]0;owned\x07' };
  const piped = runCommand(['notify', 'test'], { env });
  expect(await piped.status).toBe(0);
  expect(piped.stdout()).not.toMatch(/[\x1b\x07]/);
  const json = runCommand(['notify', 'test', '--json'], { columns: 80, env });
  expect(await json.status).toBe(0);
  expect(json.stdout()).not.toMatch(/[\x1b\x07]/);
  expect(json.records()).toMatchObject([{ type: 'notice', way: 'osc777', sent: false }]);
});

it('knows no other word', async () => {
  expect(await runCommand(['notify', 'now']).status).toBe(1);
});
