// What a shell can offer behind each command, from the commander program: commands, options, values. Knows no shell.
import type { Command } from 'commander';
import { choicesOf, SETTINGS } from '../ui/settings.ts';
import { STICKER_NAMES } from '../ui/stickers.ts';
import { commandsBelow, optionParts, shownOptions } from './command-tree.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
/** What a script asks for instead of a shell: whom and which rooms this profile knows. */
export const NAMES = 'names';

/** What stands in a place: one of these words, or a kind of name that the script looks up. */
export type Value =
  | readonly string[]
  | 'people'
  | 'rooms'
  | 'people-or-rooms'
  | 'files'
  | 'folders'
  | 'other';

const HELP = 'help';

export interface CompletedOption {
  /** `-o` and `--out`. */
  readonly names: readonly string[];
  readonly about: string;
  /** Null: it takes none. */
  readonly value: Value | null;
}

export interface Completed {
  /** Without `lanchat`; empty: lanchat itself. */
  readonly path: string;
  readonly commands: readonly { readonly name: string; readonly about: string }[];
  /** Without those that every command takes. */
  readonly options: readonly CompletedOption[];
  readonly arguments: readonly Value[];
  /** The last of them may be given again and again. */
  readonly isVariadic: boolean;
}

export interface CompletionModel {
  readonly commonOptions: readonly CompletedOption[];
  readonly commands: readonly Completed[];
}

/** By the option, or by the name of what it takes; everything else is anybody's words. */
const OPTION_VALUES: ReadonlyMap<string, Value> = new Map<string, Value>([
  ['--wait', ['relayed', 'delivered']],
  ['--format', ['text', 'jsonl', 'html']],
  ['--sticker', STICKER_NAMES],
  ['PEER', 'people'],
  ['ROOM', 'rooms'],
  ['CONVERSATION', 'people-or-rooms'],
  ['FILE', 'files'],
  ['DIR', 'folders'],
]);

/** By the command and the name of its argument, or by that name alone. */
const ARGUMENT_VALUES: ReadonlyMap<string, Value> = new Map<string, Value>([
  ['completion shell', [...SHELLS, NAMES]],
  ['set name', SETTINGS.map(({ name }) => name)],
  ['set value', [...new Set(SETTINGS.flatMap(choicesOf))]],
  ['timer to', 'people'],
  ['peer', 'people'],
  ['who', 'people'],
  ['room', 'rooms'],
  ['to', 'people-or-rooms'],
  ['what', 'people-or-rooms'],
  ['target', 'people-or-rooms'],
  ['conversation', 'people-or-rooms'],
  ['file', 'files'],
  ['path', 'files'],
]);

export function completionModel(program: Command): CompletionModel {
  const help = { names: ['--help'], about: 'show help', value: null };
  const nodes = [
    completed(program, '', []),
    ...commandsBelow(program, []).map(({ words, command }) => {
      const { parent } = command;
      const inherited = parent === null || parent === program ? [] : optionsOf(parent);
      return completed(command, words.join(' '), inherited);
    }),
  ];
  return {
    commonOptions: [...optionsOf(program), help],
    commands: [...nodes.filter(({ path }) => path !== HELP), ...helpOf(nodes)],
  };
}

function completed(
  command: Command,
  path: string,
  inherited: readonly CompletedOption[],
): Completed {
  const { registeredArguments } = command;
  return {
    path,
    commands: command.commands.map((each) => ({ name: each.name(), about: each.description() })),
    options: path === '' ? [] : [...optionsOf(command), ...inherited],
    arguments: registeredArguments.map((each) => {
      const name = each.name();
      return ARGUMENT_VALUES.get(`${path} ${name}`) ?? ARGUMENT_VALUES.get(name) ?? 'other';
    }),
    isVariadic: registeredArguments.at(-1)?.variadic === true,
  };
}

function optionsOf(command: Command): readonly CompletedOption[] {
  return shownOptions(command).map((option) => {
    const { names, value } = optionParts(option);
    const known = OPTION_VALUES.get(option.long ?? '') ?? OPTION_VALUES.get(value ?? '');
    return { names, about: option.description, value: value === null ? null : (known ?? 'other') };
  });
}

/** Behind `lanchat help` stand the commands themselves. */
function helpOf(nodes: readonly Completed[]): readonly Completed[] {
  return nodes
    .filter(({ commands }) => commands.length > 0)
    .map(({ path, commands }) => ({
      ...{ path: `${HELP} ${path}`.trimEnd(), commands, options: [] },
      ...{ arguments: [], isVariadic: false },
    }));
}
