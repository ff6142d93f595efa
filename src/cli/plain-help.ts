// /help of the plain interface: the screen's, without what needs the screen, and what the keys do there.
import type { CommandName } from '../ui/commands.ts';
import { helpLines, helpPage } from '../ui/help-pages.ts';
import { type SafeText, safeTemplate as t } from '../ui/safe-text.ts';

/** What makes no sense without windows. */
const SCREEN_ONLY = [
  ...(['keys', 'clear', 'collapse', 'unread', 'goto', 'select', 'unfold'] as const),
] as const satisfies readonly CommandName[];
export type ScreenOnly = (typeof SCREEN_ONLY)[number];

export function needsScreen(name: CommandName): name is ScreenOnly {
  return SCREEN_ONLY.some((each) => each === name);
}

const TYPING: readonly SafeText[] = [
  t`-- \\ at the end of a line: the message goes on in the next; two of them are one that is sent`,
  t`-- at a terminal: Tab completes names and commands, the arrow keys bring back lines, Ctrl+C drops what is typed`,
];

/** `asked`: what stands behind /help. */
export function plainHelp(asked: string): SafeText[] {
  const page = helpPage(asked, { keys: null, hides: needsScreen });
  const lines = helpLines(page).map((line) => t`-- ${line}`);
  return asked === '' ? [...lines, ...TYPING] : lines;
}
