// man/lanchat.1, made from the commander program, the table of slash commands and the table of keys.
import type { Command, Option } from 'commander';
import {
  argumentWord,
  commandsBelow,
  optionParts,
  shownOptions,
} from '../../src/cli/command-tree.ts';
import { COMMANDS } from '../../src/ui/commands.ts';
import { ALL_PLACES, KEY_ACTIONS, PLACE_HEADINGS } from '../../src/ui/key-bindings.ts';
import { writtenKey } from '../../src/ui/key-names.ts';
import { SETTINGS, settingHelp } from '../../src/ui/settings.ts';
import {
  bold,
  definition,
  escaped,
  example,
  italic,
  paragraph,
  section,
  subsection,
} from './roff.ts';

/** Of variables that are read (CLI.md has more about each). */
const VARIABLES: readonly (readonly [string, string])[] = [
  ['LANCHAT_HOME', "the profile's folder, as --home"],
  ['LANCHAT_NICK', 'the name to go by, as --nick'],
  ['LANCHAT_RELAY', 'the relay to use, as --relay'],
  ['LANCHAT_EPHEMERAL', '1: nothing is kept, as --ephemeral'],
  ['LANCHAT_PASSPHRASE_FILE', 'a file whose first line opens the profile'],
  ['NO_COLOR', 'any value: no colour'],
  ['COLORTERM', 'truecolor or 24bit: all colours; else as many as TERM says'],
  ['COLORFGBG', "whether the terminal is dark or light, where it doesn't say so itself"],
  ['LANCHAT_LANGUAGE', 'ar, en, es, hi or another language; else as the locale says'],
  ['LANCHAT_RECORDER', 'a command line that writes what the microphone hears to stdout, raw'],
  ['LANCHAT_PLAYER', 'a command line that plays the raw sound on its stdin'],
  ['LANCHAT_MICROPHONE', "on Windows, the microphone's name, as ffmpeg lists it"],
  ['TERM', 'dumb: lines, as --plain'],
];

const EXIT_STATUS: readonly (readonly [number, string])[] = [
  [0, 'done'],
  [1, 'wrong usage, or a fault of this machine'],
  [2, 'a bug in lanchat'],
  [3, 'no relay'],
  [4, 'a key that is not trusted'],
  [5, 'refused by the relay'],
  [6, 'timed out'],
];

const EXAMPLES: readonly string[] = [
  'lanchat',
  'lanchat relay --name school',
  "lanchat send @bela 'dinner at six'",
  "lanchat listen --json '#lobby'",
  'lanchat history @bela --last 20',
];

/** The whole page, ASCII. */
export function manPage(program: Command): string {
  const parts = [
    '.\\" Made by npm run docs; change src/cli/, src/ui/commands.ts or src/ui/key-bindings.ts instead.',
    '.TH LANCHAT 1 "" lanchat "User Commands"',
    section('NAME'),
    `lanchat \\- ${escaped(lowered(program.description()))}`,
    section('SYNOPSIS'),
    synopsis(program),
    section('DESCRIPTION'),
    ...description(),
    section('COMMANDS'),
    ...commandsBelow(program).map(({ words, command }) => commandEntry(words, command)),
    section('OPTIONS'),
    paragraph('Every command takes these.'),
    ...shownOptions(program).map(optionEntry),
    section('KEYS'),
    ...keyParts(),
    section('SLASH COMMANDS'),
    paragraph(escaped('Typed on the screen, or with --plain. //text sends a slash.')),
    ...COMMANDS.map(slashEntry),
    section('SETTINGS'),
    paragraph(escaped('Of lanchat set and /set.')),
    ...SETTINGS.map((setting) => definition(bold(setting.name), escaped(settingHelp(setting)))),
    section('ENVIRONMENT'),
    ...VARIABLES.map(([name, meaning]) => definition(bold(name), escaped(meaning))),
    section('FILES'),
    ...files(),
    section('EXIT STATUS'),
    ...EXIT_STATUS.map(([status, meaning]) => definition(bold(String(status)), escaped(meaning))),
    section('EXAMPLES'),
    example(EXAMPLES),
  ];
  return `${parts.join('\n')}\n`;
}

function lowered(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}

function synopsis(program: Command): string {
  const target = program.registeredArguments.map((each) => italic(argumentWord(each)));
  return [
    `${bold('lanchat')} [${italic('OPTION')} ...] ${target.join(' ')}`,
    '.br',
    `${bold('lanchat')} ${italic('COMMAND')} [${italic('OPTION')} ...] [${italic('ARGUMENT')} ...]`,
  ].join('\n');
}

function description(): readonly string[] {
  return [
    paragraph(
      escaped(
        'Without a command lanchat opens its screen, at a room, a person or a fingerprint where one is named. It finds a relay on the network by itself, makes a key where there is none, and lands in #lobby. Messages are encrypted from one machine to another; the relay in between cannot read them.',
      ),
    ),
    paragraph(
      escaped('The commands below are for scripts, and work beside an open screen on one profile.'),
    ),
  ];
}

function commandEntry(words: readonly string[], command: Command): string {
  const usage = [
    bold(words.join(' ')),
    ...command.registeredArguments.map((each) => italic(argumentWord(each))),
  ].join(' ');
  const about = command.registeredArguments
    .filter((each) => each.description !== '')
    .map((each) => definition(italic(each.name().toUpperCase()), escaped(each.description)));
  const inner = [...about, ...shownOptions(command).map(optionEntry)];
  const entry = definition(usage, escaped(`${command.description()}.`));
  return inner.length === 0 ? entry : [entry, '.RS', ...inner, '.RE'].join('\n');
}

function optionEntry(option: Option): string {
  const { description: meaning, defaultValue } = option;
  const usual = typeof defaultValue === 'string' ? `; default ${defaultValue}` : '';
  const { names, value } = optionParts(option);
  const term = bold(names.join(', '));
  return definition(value === null ? term : `${term} ${italic(value)}`, escaped(meaning + usual));
}

function keyParts(): readonly string[] {
  const parts = ALL_PLACES.flatMap((place) => [
    subsection(PLACE_HEADINGS[place]),
    ...KEY_ACTIONS.filter((action) => action.place === place).map(({ name, keys, help }) =>
      definition(`${bold(name)} = ${escaped(keys.map(writtenKey).join(', '))}`, escaped(help)),
    ),
  ]);
  return [
    paragraph(
      escaped(
        'Each action with its usual keys. A file named keys in the profile\'s folder changes them: a line "action = key, key" or "action = none", "#" begins a comment. lanchat keys --write makes it, lanchat keys says what is wrong in it, and /keys reload reads it anew.',
      ),
    ),
    ...parts,
  ];
}

function slashEntry({
  name,
  aliases,
  args,
  help,
  example: line,
}: (typeof COMMANDS)[number]): string {
  const names = [name, ...aliases].map((each) => bold(`/${each}`)).join(', ');
  const term = args === '' ? names : `${names} ${italic(args)}`;
  return definition(term, `${escaped(`${help}. As in:`)} ${bold(line)}`);
}

function files(): readonly string[] {
  const folder = '~/.local/share/lanchat';
  return [
    definition(
      italic(folder),
      escaped(
        "the profile's folder, for its owner only; elsewhere where the system has another place for such data",
      ),
    ),
    definition(italic(`${folder}/keys`), escaped('keys of your own')),
    definition(italic(`${folder}/theme`), escaped('colours of your own, for the theme own')),
  ];
}
