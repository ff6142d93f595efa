// The one table of slash commands: dispatch, completion and /help are made from it. Draws nothing.
import * as tasks from './command-tasks.ts';
import { type SafeText, safeText, safeTemplate as t } from './safe-text.ts';
import { type ScreenActions, say } from './talk.ts';

export interface SlashCommand {
  readonly name: string;
  readonly aliases: readonly string[];
  /** As /help shows them. */
  readonly args: SafeText;
  readonly help: SafeText;
  /** What Tab offers as the first argument. */
  readonly completes: 'person' | 'room' | 'none';
  /** Settles when its part is done. A refusal is a line on the screen, never thrown. */
  readonly run: (actions: ScreenActions, args: string) => void | Promise<void>;
}

export const commands: readonly SlashCommand[] = [
  {
    name: 'join',
    aliases: ['j'],
    args: t`#room`,
    help: t`join a room; whoever comes first makes it`,
    completes: 'room',
    run: tasks.join,
  },
  {
    name: 'part',
    aliases: ['leave'],
    args: t`[#room]`,
    help: t`leave a room, close a conversation`,
    completes: 'room',
    run: tasks.part,
  },
  {
    name: 'msg',
    aliases: ['m'],
    args: t`NAME TEXT`,
    help: t`write to one person, privately; also @name text`,
    completes: 'person',
    run: tasks.message,
  },
  {
    name: 'query',
    aliases: ['q'],
    args: t`NAME`,
    help: t`open a private conversation`,
    completes: 'person',
    run: tasks.query,
  },
  {
    name: 'nick',
    aliases: [],
    args: t`NAME`,
    help: t`change what you are called`,
    completes: 'none',
    run: tasks.nick,
  },
  {
    name: 'who',
    aliases: ['names'],
    args: t``,
    help: t`who is in this room`,
    completes: 'none',
    run: tasks.who,
  },
  {
    name: 'whois',
    aliases: [],
    args: t`[NAME]`,
    help: t`a person's key, and what is known of it`,
    completes: 'person',
    run: tasks.whois,
  },
  {
    name: 'verify',
    aliases: [],
    args: t`[NAME] [NUMBER]`,
    help: t`compare a safety number, and record that it matched`,
    completes: 'person',
    run: tasks.verify,
  },
  {
    name: 'trust',
    aliases: [],
    args: t`[NAME]`,
    help: t`accept a changed key without comparing it`,
    completes: 'person',
    run: tasks.trust,
  },
  {
    name: 'relay',
    aliases: [],
    args: t`[HOST:PORT|host|retry]`,
    help: t`the relay in use; go to another, host one, try again`,
    completes: 'none',
    run: tasks.relay,
  },
  {
    name: 'win',
    aliases: ['w'],
    args: t`NUMBER`,
    help: t`go to a window, as Alt+number does`,
    completes: 'none',
    run: tasks.win,
  },
  {
    name: 'clear',
    aliases: [],
    args: t``,
    help: t`empty this window, on this screen only`,
    completes: 'none',
    run: tasks.clear,
  },
  {
    name: 'help',
    aliases: ['h'],
    args: t``,
    help: t`this list; also ? on an empty line`,
    completes: 'none',
    run: tasks.help,
  },
  {
    name: 'quit',
    aliases: ['exit'],
    args: t`[leave|stop]`,
    help: t`leave lanchat; leave or stop a relay hosted here`,
    completes: 'none',
    run: tasks.quit,
  },
];

export function findCommand(name: string): SlashCommand | null {
  const lower = name.toLowerCase();
  return (
    commands.find((command) => command.name === lower || command.aliases.includes(lower)) ?? null
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

/** Does what the line asks for. An unknown command is never sent to anybody. */
export function runLine(actions: ScreenActions, line: Line): void {
  switch (line.kind) {
    case 'nothing':
      break;
    case 'say':
      void say(actions, actions.store.state.active, line.text);
      break;
    case 'tell-person':
      void tasks.tellPerson(actions, line.name, line.text);
      break;
    case 'tell-room':
      void tasks.tellRoom(actions, line.room, line.text);
      break;
    case 'command':
      void line.command.run(actions, line.args);
      break;
    case 'unknown-command':
      refuseCommand(actions, line.name);
      break;
    default:
      line satisfies never;
  }
}

function refuseCommand({ store }: ScreenActions, typed: string): void {
  const name = safeText(typed, { maxLength: 40 });
  const close = nearestCommand(typed.slice(1));
  const hint = close === null ? t`/help lists them` : t`did you mean /${safeText(close.name)}?`;
  store.note(t`${name} is no command and was not sent; ${hint}. //text sends a slash.`, 'warning');
}

function nearestCommand(name: string): SlashCommand | null {
  const start = name.slice(0, 2).toLowerCase();
  return commands.find((command) => start.length === 2 && command.name.startsWith(start)) ?? null;
}
