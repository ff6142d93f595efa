// A command that is only the first word of others: `room`, `file`.
import type { Command } from 'commander';
import { phrase } from '../language/translate.ts';
import { UsageError } from '../protocol/errors.ts';
import { nearest } from '../ui/nearest.ts';

/** What is typed behind it and is none of its commands is refused, with the one that was probably meant. */
export function addGroup(program: Command, name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .helpCommand(false)
    .allowExcessArguments()
    .action((_own: unknown, command: Command) => {
      throw unknownCommand(command);
    });
}

function unknownCommand(group: Command): UsageError {
  const [typed = ''] = group.args;
  const name = group.name();
  const names = group.commands.map((each) => each.name());
  if (typed === '') {
    const message = phrase`${name} needs one of ${names.join(', ')}; lanchat help ${name} says what they do`;
    return new UsageError('unknown-command', message);
  }
  const meant = nearest(typed, names);
  const hint = meant === null ? `there are ${names.join(', ')}` : phrase`did you mean "${meant}"?`;
  return new UsageError('unknown-command', phrase`there is no command "${name} ${typed}"; ${hint}`);
}
