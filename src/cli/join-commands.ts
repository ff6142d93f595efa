// Rooms that a profile enters and leaves, in commander's terms. Loads a command only when it runs.
import type { Command } from 'commander';
import type { Run } from './command-line.ts';

/** `run` is called with the command that was parsed, once. */
export function addJoinCommands(program: Command, run: Run): void {
  for (const name of ['join', 'leave'] as const) {
    program
      .command(name)
      .description(name === 'join' ? 'join a room and remember it' : 'leave a room and forget it')
      .argument('<room>')
      .action((room: string, _own: unknown, command: Command) =>
        run(command, async (context) => (await import('./join.ts'))[name](context, room)),
      );
  }
}
