// /help of the plain interface: the screen's, without what needs the screen, and what the keys do there.
import type { CommandName } from '../ui/commands.ts';
import { helpLines, helpPage } from '../ui/help-pages.ts';
import { type SafeText, safeTemplate as t } from '../ui/safe-text.ts';

/** What makes no sense without windows, and what does instead. */
const SCREEN_ONLY = {
  keys: t`/keys needs the screen; lanchat keys lists its keys`,
  clear: t`/clear needs the screen; your terminal itself can clear what stands here`,
  collapse: t`/collapse needs the screen; /where lists the conversations`,
  select: t`/select needs the screen; /reply, /edit, /react and others take the newest message, or with ^2 the second newest`,
  paste: t`/paste needs the screen; /file PATH sends a picture that is in a file`,
  unfold: t`/unfold needs the screen; here every message is said whole`,
} as const satisfies Partial<Record<CommandName, SafeText>>;
export type ScreenOnly = keyof typeof SCREEN_ONLY;

export function needsScreen(name: CommandName): name is ScreenOnly {
  return name in SCREEN_ONLY;
}

/** That it can't be done here, and the way out. */
export function screenOnlyWords(name: ScreenOnly): SafeText {
  return SCREEN_ONLY[name];
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
