// The commands that help people use lanchat at a terminal, in commander's terms. Loads a command only when it runs.

import type { Command } from 'commander';
import { phrase } from '../language/translate.ts';
import type { Run } from './command-line.ts';

/** `run` is called with the command that was parsed, once. */
export function addScreenCommands(program: Command, run: Run): void {
  program
    .command('keys')
    .description(phrase`the screen's keys, as a file that one can change`)
    .option('--write', phrase`make that file in the profile's folder, unless it is there`)
    .action((own: { write?: true }, command: Command) =>
      run(command, async (context) =>
        (await import('./keys.ts')).keys(context, { write: own.write === true }),
      ),
    );
  program
    .command('completion')
    .description(phrase`a script that lets a shell complete all this with Tab`)
    .argument('<shell>', phrase`bash, zsh or fish; names: what that script asks for, a line each`)
    .action((shell: string, _own: unknown, command: Command) =>
      run(command, async (context) =>
        (await import('./completion.ts')).completion(context, { shell, program }),
      ),
    );
}
