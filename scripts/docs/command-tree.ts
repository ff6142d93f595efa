// What commander knows of lanchat's commands, as lists that pages and completion scripts are made from.
import type { Argument, Command } from 'commander';

/** Every command below `command`, each right before its own, with the words that it is typed with. */
export function commandsBelow(
  command: Command,
  path: readonly string[] = ['lanchat'],
): readonly { readonly words: readonly string[]; readonly command: Command }[] {
  return command.commands.flatMap((each) => {
    const words = [...path, each.name()];
    return [{ words, command: each }, ...commandsBelow(each, words)];
  });
}

/** `[TEXT ...]`, `ID`: in brackets where it may be left out. */
export function argumentWord(argument: Argument): string {
  const name = argument.name().toUpperCase() + (argument.variadic ? ' ...' : '');
  return argument.required ? name : `[${name}]`;
}
