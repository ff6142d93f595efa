// The one table of slash commands: dispatch, completion and /help are made from it. Draws nothing.
import * as tasks from './command-tasks.ts';
import type { ConversationKey } from './conversation.ts';
import { nearest } from './nearest.ts';
import { type SafeText, safeText, safeTemplate as t } from './safe-text.ts';
import { type ScreenActions, say } from './talk.ts';

export type CommandName =
  | 'join'
  | 'part'
  | 'msg'
  | 'query'
  | 'nick'
  | 'who'
  | 'whois'
  | 'verify'
  | 'trust'
  | 'relay'
  | 'win'
  | 'clear'
  | 'help'
  | 'quit';

export interface SlashCommand {
  readonly name: CommandName;
  readonly aliases: readonly string[];
  /** As /help shows them. */
  readonly args: SafeText;
  readonly help: SafeText;
  /** What Tab offers as the first argument. */
  readonly completes: 'person' | 'room' | 'none';
  /** Whether it waits for lines typed before; what only concerns this screen or its relay doesn't. */
  readonly runs: 'in-order' | 'at-once';
  /**
   * Settles when its part is done. A refusal is a line on the screen, never thrown. `here`: the
   * conversation it was typed in, which may not be the one on the screen when its turn comes.
   */
  readonly run: (
    actions: ScreenActions,
    args: string,
    here: ConversationKey,
  ) => void | Promise<void>;
}

export const COMMANDS: readonly SlashCommand[] = [
  {
    name: 'join',
    aliases: ['j'],
    args: t`#room`,
    help: t`join a room; whoever comes first makes it`,
    completes: 'room',
    runs: 'in-order',
    run: tasks.join,
  },
  {
    name: 'part',
    aliases: ['leave'],
    args: t`[#room]`,
    help: t`leave a room, close a conversation`,
    completes: 'room',
    runs: 'in-order',
    run: tasks.part,
  },
  {
    name: 'msg',
    aliases: ['m'],
    args: t`NAME TEXT`,
    help: t`write to one person, privately; also @name text`,
    completes: 'person',
    runs: 'in-order',
    run: tasks.message,
  },
  {
    name: 'query',
    aliases: ['q'],
    args: t`NAME`,
    help: t`open a private conversation`,
    completes: 'person',
    runs: 'in-order',
    run: tasks.query,
  },
  {
    name: 'nick',
    aliases: [],
    args: t`NAME`,
    help: t`change what you are called`,
    completes: 'none',
    runs: 'in-order',
    run: tasks.nick,
  },
  {
    name: 'who',
    aliases: ['names'],
    args: t``,
    help: t`who is in this room`,
    completes: 'none',
    runs: 'at-once',
    run: tasks.who,
  },
  {
    name: 'whois',
    aliases: [],
    args: t`[NAME]`,
    help: t`a person's key, and what is known of it`,
    completes: 'person',
    runs: 'in-order',
    run: tasks.whois,
  },
  {
    name: 'verify',
    aliases: [],
    args: t`[NAME] [NUMBER|CODE]`,
    help: t`compare a safety number or scanned code, and record that it matched`,
    completes: 'person',
    runs: 'in-order',
    run: tasks.verify,
  },
  {
    name: 'trust',
    aliases: [],
    args: t`[NAME]`,
    help: t`accept a changed key without comparing it`,
    completes: 'person',
    runs: 'in-order',
    run: tasks.trust,
  },
  {
    name: 'relay',
    aliases: [],
    args: t`[HOST:PORT|host|retry]`,
    help: t`the relay in use; go to another, host one, try again`,
    completes: 'none',
    runs: 'at-once',
    run: tasks.relay,
  },
  {
    name: 'win',
    aliases: ['w'],
    args: t`NUMBER`,
    help: t`go to a window, as Alt+number does`,
    completes: 'none',
    runs: 'at-once',
    run: tasks.win,
  },
  {
    name: 'clear',
    aliases: [],
    args: t``,
    help: t`empty this window, on this screen only`,
    completes: 'none',
    runs: 'at-once',
    run: tasks.clear,
  },
  {
    name: 'help',
    aliases: ['h'],
    args: t``,
    help: t`this list; also ? on an empty line`,
    completes: 'none',
    runs: 'at-once',
    run: tasks.help,
  },
  {
    name: 'quit',
    aliases: ['exit'],
    args: t`[leave|stop]`,
    help: t`leave lanchat; leave or stop a relay hosted here`,
    completes: 'none',
    runs: 'at-once',
    run: tasks.quit,
  },
];

export function findCommand(name: string): SlashCommand | null {
  const lower = name.toLowerCase();
  return (
    COMMANDS.find((command) => command.name === lower || command.aliases.includes(lower)) ?? null
  );
}

/** What a line in the composer asks for. A slash, or an address, counts only at its very beginning. */
export type Line =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'say'; readonly text: string }
  | { readonly kind: 'tell-person'; readonly name: string; readonly text: string }
  | { readonly kind: 'tell-room'; readonly room: string; readonly text: string }
  | { readonly kind: 'command'; readonly command: SlashCommand; readonly args: string }
  | { readonly kind: 'unknown-command'; readonly name: string };

export function parseLine(typed: string): Line {
  const text = typed.trimEnd();
  if (text.trim() === '') return { kind: 'nothing' };
  if (text.startsWith('//')) return { kind: 'say', text: text.slice(1) };
  const [first, rest] = tasks.splitFirst(text);
  if (text.startsWith('/')) {
    const command = findCommand(first.slice(1));
    if (command === null) return { kind: 'unknown-command', name: first };
    return { kind: 'command', command, args: rest };
  }
  if (/^@\S/.test(text)) return { kind: 'tell-person', name: first, text: rest };
  if (/^#[^\s#]/.test(text)) return { kind: 'tell-room', room: first, text: rest };
  return { kind: 'say', text };
}

/** Does what the line asks for, in its turn. An unknown command is never sent to anybody. */
export function runLine(actions: ScreenActions, line: Line): void {
  const { lines, store } = actions;
  const here = store.state.active;
  switch (line.kind) {
    case 'nothing':
      break;
    case 'say':
      lines.add(async () => {
        await say(actions, here, line.text);
      });
      break;
    case 'tell-person':
      lines.add(() => tasks.tellPerson(actions, line.name, line.text));
      break;
    case 'tell-room':
      lines.add(() => tasks.tellRoom(actions, line.room, line.text));
      break;
    case 'command': {
      const { command, args } = line;
      if (command.runs === 'at-once') void command.run(actions, args, here);
      else lines.add(() => command.run(actions, args, here));
      break;
    }
    case 'unknown-command':
      refuseCommand(actions, line.name);
      break;
    default:
      line satisfies never;
  }
}

function refuseCommand({ store }: ScreenActions, typed: string): void {
  const name = safeText(typed, { maxLength: 40 });
  const meant = nearest(typed.slice(1), longNames());
  const hint = meant === null ? t`/help lists them` : t`did you mean /${safeText(meant)}?`;
  store.note(t`${name} is no command and was not sent; ${hint}. //text sends a slash.`, 'warning');
}

/** Without the one-letter names: any slip is near one of those. */
function longNames(): string[] {
  const names = COMMANDS.flatMap(({ name, aliases }) => [name, ...aliases]);
  return names.filter((name) => name.length > 1);
}
