// /help of the plain interface: one command a line, and what the keys do there.
import { COMMANDS, type CommandName, findCommand } from '../ui/commands.ts';
import { type SafeText, safeText, safeTemplate as t } from '../ui/safe-text.ts';

/** What makes no sense without windows. */
const SCREEN_ONLY = ['clear'] as const satisfies readonly CommandName[];
export type ScreenOnly = (typeof SCREEN_ONLY)[number];

export function needsScreen(name: CommandName): name is ScreenOnly {
  return SCREEN_ONLY.some((each) => each === name);
}

/** Of one command, or (empty) of all. */
export function helpLines(name: string): SafeText[] {
  if (name === '') {
    return [
      ...COMMANDS.filter((command) => !needsScreen(command.name)).map(commandLine),
      t`--   @NAME TEXT and #ROOM TEXT: say it there without going there; //TEXT says a line that begins with a slash`,
      t`--   \\ at the end of a line: the message goes on in the next; two of them are one that is sent`,
      t`--   at a terminal: Tab completes names and commands, the arrow keys bring back lines, Ctrl+C drops what is typed`,
    ];
  }
  const command = findCommand(name.replace(/^\//, ''));
  if (command === null) {
    return [t`-- ${safeText(name, { maxLength: 40 })} is no command; /help lists them`];
  }
  const aliases = command.aliases.map((alias) => t`/${safeText(alias)}`);
  const [first, ...rest] = aliases;
  if (first === undefined) return [commandLine(command)];
  const also = rest.reduce((all, alias) => t`${all}, ${alias}`, first);
  return [commandLine(command), t`--   also: ${also}`];
}

function commandLine({ name, args, help }: (typeof COMMANDS)[number]): SafeText {
  const takes = args === '' ? t`` : t` ${args}`;
  return t`--   /${safeText(name)}${takes}: ${help}`;
}
