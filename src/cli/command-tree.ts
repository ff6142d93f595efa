// What commander knows of lanchat's commands, as lists that the man page and completion are made from.
import type { Argument, Command, Option } from 'commander';

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

/** `-o`, `--out` and the `FILE` that it takes; null: it takes nothing. */
export function optionParts({ short, long, flags }: Option): {
  readonly names: readonly string[];
  readonly value: string | null;
} {
  const [, value = null] = /<(.+)>$/.exec(flags) ?? [];
  return { names: [short, long].filter((name) => name !== undefined), value };
}

export function shownOptions({ options }: Command): readonly Option[] {
  return options.filter(({ hidden }) => !hidden);
}
