// The one table of slash commands: dispatch, completion and /help are made from it. Draws nothing.
import { changing, contact, mute, status } from './contact-tasks.ts';
import { CONTENT_TABLE } from './content-commands.ts';
import type { ContentCommand } from './content-tasks.ts';
import type { ConversationKey } from './conversation.ts';
import { exportHere, history, remove, search, set } from './kept-tasks.ts';
import { trust, verify, who } from './people-tasks.ts';
import { whoRead } from './receipt-tasks.ts';
import { room, short } from './room-screen.ts';
import { type SafeText, safeTemplate as t } from './safe-text.ts';
import { clear, help, quit, relay, win } from './screen-tasks.ts';
import type { ScreenActions } from './talk.ts';
import { join, message, nick, part, query } from './talk-tasks.ts';
import { next, where } from './where-tasks.ts';

export type CommandName =
  | 'join'
  | 'part'
  | 'msg'
  | 'query'
  | ContentCommand
  | 'nick'
  | 'who'
  | 'whois'
  | 'verify'
  | 'who-read'
  | 'trust'
  | 'contact'
  | 'ignore'
  | 'unignore'
  | 'block'
  | 'unblock'
  | 'status'
  | 'mute'
  | 'room'
  | 'invite'
  | 'accept'
  | 'decline'
  | 'kick'
  | 'topic'
  | 'relay'
  | 'search'
  | 'history'
  | 'delete'
  | 'export'
  | 'set'
  | 'win'
  | 'where'
  | 'next'
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
  readonly completes: 'person' | 'room' | 'setting' | 'none';
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
    run: join,
  },
  {
    name: 'part',
    aliases: ['leave'],
    args: t`[ROOM]`,
    help: t`leave a room, close a conversation`,
    completes: 'room',
    runs: 'in-order',
    run: part,
  },
  {
    name: 'msg',
    aliases: ['m'],
    args: t`NAME TEXT`,
    help: t`write to one person, privately, or to several: NAME,NAME; also @name text`,
    completes: 'person',
    runs: 'in-order',
    run: message,
  },
  {
    name: 'query',
    aliases: ['q'],
    args: t`NAME`,
    help: t`open a private conversation`,
    completes: 'person',
    runs: 'in-order',
    run: query,
  },
  ...CONTENT_TABLE,
  {
    name: 'nick',
    aliases: [],
    args: t`NAME`,
    help: t`change what you are called`,
    completes: 'none',
    runs: 'in-order',
    run: nick,
  },
  {
    name: 'who',
    aliases: ['names'],
    args: t``,
    help: t`who is in this room`,
    completes: 'none',
    runs: 'at-once',
    run: who,
  },
  {
    name: 'whois',
    aliases: [],
    args: t`[NAME]`,
    help: t`a person: key, trust, what they say, what you noted`,
    completes: 'person',
    runs: 'in-order',
    run: changing('whois', {}),
  },
  {
    name: 'verify',
    aliases: [],
    args: t`[NAME] [NUMBER|CODE|words]`,
    help: t`compare a safety number, a scanned code or seven words, and record that they matched`,
    completes: 'person',
    runs: 'in-order',
    run: verify,
  },
  {
    name: 'who-read',
    aliases: [],
    args: t``,
    help: t`ask who is here whether they have read your last message in this room`,
    completes: 'none',
    runs: 'in-order',
    run: whoRead,
  },
  {
    name: 'trust',
    aliases: [],
    args: t`[NAME]`,
    help: t`accept a changed key without comparing it`,
    completes: 'person',
    runs: 'in-order',
    run: trust,
  },
  {
    name: 'contact',
    aliases: [],
    args: t`NAME [petname NAME|note TEXT|favourite|no-…]`,
    help: t`what you call somebody and note of them; nobody else sees it`,
    completes: 'person',
    runs: 'in-order',
    run: contact,
  },
  {
    name: 'ignore',
    aliases: [],
    args: t`[NAME]`,
    help: t`what they say is kept, and not shown`,
    completes: 'person',
    runs: 'in-order',
    run: changing('ignore', { ignored: true }),
  },
  {
    name: 'unignore',
    aliases: [],
    args: t`[NAME]`,
    help: t`show again what they say, from now on`,
    completes: 'person',
    runs: 'in-order',
    run: changing('unignore', { ignored: false }),
  },
  {
    name: 'block',
    aliases: [],
    args: t`[NAME]`,
    help: t`hear nothing of somebody and give them no room keys; they are not told`,
    completes: 'person',
    runs: 'in-order',
    run: changing('block', { blocked: true }),
  },
  {
    name: 'unblock',
    aliases: [],
    args: t`[NAME]`,
    help: t`hear them again; what they sent in the last week may come then`,
    completes: 'person',
    runs: 'in-order',
    run: changing('unblock', { blocked: false }),
  },
  {
    name: 'status',
    aliases: [],
    args: t`[TEXT|-]`,
    help: t`a line about you, for people you know; - takes it back`,
    completes: 'none',
    runs: 'in-order',
    run: status,
  },
  {
    name: 'mute',
    aliases: [],
    args: t`[ROOM] [off]`,
    help: t`count and signal nothing of a room`,
    completes: 'room',
    runs: 'in-order',
    run: mute,
  },
  {
    name: 'room',
    aliases: [],
    args: t`[create TITLE]`,
    help: t`make a private room, or say who is in this one; also invite, remove, grant, revoke, transfer NAME; title, topic TEXT; read-only on|off; expire 2h|off; close`,
    completes: 'none',
    runs: 'in-order',
    run: room,
  },
  {
    name: 'invite',
    aliases: [],
    args: t`NAME …`,
    help: t`ask people into this private room`,
    completes: 'person',
    runs: 'in-order',
    run: short('invite', 'invite'),
  },
  {
    name: 'accept',
    aliases: [],
    args: t`[+ROOM]`,
    help: t`come into a private room that asks you in`,
    completes: 'none',
    runs: 'in-order',
    run: short('accept', 'accept'),
  },
  {
    name: 'decline',
    aliases: [],
    args: t`[+ROOM]`,
    help: t`say no to it`,
    completes: 'none',
    runs: 'in-order',
    run: short('decline', 'decline'),
  },
  {
    name: 'kick',
    aliases: [],
    args: t`NAME …`,
    help: t`take people out of this private room`,
    completes: 'person',
    runs: 'in-order',
    run: short('kick', 'remove'),
  },
  {
    name: 'topic',
    aliases: [],
    args: t`[TEXT]`,
    help: t`show or set what this private room is about; - for nothing`,
    completes: 'none',
    runs: 'in-order',
    run: short('topic', 'topic'),
  },
  {
    name: 'relay',
    aliases: [],
    args: t`[HOST:PORT|host|retry]`,
    help: t`the relay in use; go to another, host one, try again`,
    completes: 'none',
    runs: 'at-once',
    run: relay,
  },
  {
    name: 'search',
    aliases: [],
    args: t`WORDS`,
    help: t`find messages that hold all these words, in all that is kept`,
    completes: 'none',
    runs: 'at-once',
    run: search,
  },
  {
    name: 'history',
    aliases: ['read'],
    args: t`[COUNT]`,
    help: t`with --plain: what was said before; on the screen: PgUp`,
    completes: 'none',
    runs: 'at-once',
    run: history,
  },
  {
    name: 'delete',
    aliases: [],
    args: t`[all]`,
    help: t`delete your last message, or the whole conversation, here only`,
    completes: 'none',
    runs: 'in-order',
    run: remove,
  },
  {
    name: 'export',
    aliases: [],
    args: t`[text|jsonl|html] FILE`,
    help: t`write this conversation into a file, not encrypted`,
    completes: 'none',
    runs: 'in-order',
    run: exportHere,
  },
  {
    name: 'set',
    aliases: [],
    args: t`[NAME [VALUE] [here]]`,
    help: t`the settings; show or change one, for all conversations or this one`,
    completes: 'setting',
    runs: 'in-order',
    run: set,
  },
  {
    name: 'win',
    aliases: ['w'],
    args: t`NUMBER`,
    help: t`go to a window, as Alt+number does`,
    completes: 'none',
    runs: 'at-once',
    run: win,
  },
  {
    name: 'where',
    aliases: [],
    args: t``,
    help: t`where you are, the conversations by number, and what is unread`,
    completes: 'none',
    runs: 'at-once',
    run: where,
  },
  {
    name: 'next',
    aliases: [],
    args: t``,
    help: t`go to what is unread, as Alt+A does`,
    completes: 'none',
    runs: 'at-once',
    run: next,
  },
  {
    name: 'clear',
    aliases: [],
    args: t``,
    help: t`empty this window, on this screen only`,
    completes: 'none',
    runs: 'at-once',
    run: clear,
  },
  {
    name: 'help',
    aliases: ['h'],
    args: t``,
    help: t`this list; also ? on an empty line`,
    completes: 'none',
    runs: 'at-once',
    run: help,
  },
  {
    name: 'quit',
    aliases: ['exit'],
    args: t`[leave|stop]`,
    help: t`leave lanchat; leave or stop a relay hosted here`,
    completes: 'none',
    runs: 'at-once',
    run: quit,
  },
];

/** By its name or an alias, without the slash, in either case. Null: there is none. */
export function findCommand(name: string): SlashCommand | null {
  const lower = name.toLowerCase();
  return (
    COMMANDS.find((command) => command.name === lower || command.aliases.includes(lower)) ?? null
  );
}
