// Rooms that a profile enters and leaves, in commander's terms. Loads a command only when it runs.
import type { Command } from 'commander';
import { phrase } from '../language/translate.ts';
import type { Run } from './command-line.ts';
import { parseRoomQuery } from './options.ts';

/** `run` is called with the command that was parsed, once. */
export function addJoinCommands(program: Command, run: Run): void {
  program
    .command('join')
    .description(phrase`join a room and remember it`)
    .argument('<room>')
    .action((room: string, _own: unknown, command: Command) =>
      run(command, async (context) => (await import('./join.ts')).join(context, room)),
    );
  program
    .command('leave')
    .description(phrase`leave a room, private or public, and forget it`)
    .argument('<room>', phrase`#room or '+title'`)
    .action((room: string, _own: unknown, command: Command) =>
      run(command, async (context) =>
        (await import('./room.ts')).leave(context, { room: parseRoomQuery(room) }),
      ),
    );
}
