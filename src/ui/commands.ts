// The one table of slash commands: dispatch, completion and /help are made from it. Draws nothing.
import { away, back, changing, contact, status } from './contact-tasks.ts';
import { CONTENT_TABLE } from './content-commands.ts';
import type { ContentCommand } from './content-tasks.ts';
import type { ConversationKey } from './conversation.ts';
import { showMembers, whois } from './details-tasks.ts';
import { FILE_TABLE, type FileCommandName } from './file-commands.ts';
import type { TopicName } from './help-topics.ts';
import { goToTime, goToUnread } from './jump-tasks.ts';
import { exportHere, history, remove, search, set } from './kept-tasks.ts';
import { keys } from './keys-tasks.ts';
import { mute, notify } from './notify-tasks.ts';
import { trust, verify } from './people-tasks.ts';
import { collapse } from './preference-tasks.ts';
import { whoRead } from './receipt-tasks.ts';
import { room, short } from './room-screen.ts';
import { type SafeText, safeTemplate as t } from './safe-text.ts';
import { clear, help, quit, relay, win } from './screen-tasks.ts';
import { select, unfold } from './selection-tasks.ts';
import type { ScreenActions } from './talk.ts';
import { join, message, nick, part, query } from './talk-tasks.ts';
import { next, where } from './where-tasks.ts';

export type CommandName =
  | 'join'
  | 'part'
  | 'msg'
  | 'query'
  | ContentCommand
  | FileCommandName
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
  | 'away'
  | 'back'
  | 'mute'
  | 'notify'
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
  | 'collapse'
  | 'keys'
  | 'unread'
  | 'goto'
  | 'select'
  | 'unfold'
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
  /** In place of `help` where lines are typed and there are no keys, windows or questions over the messages. */
  readonly plainHelp?: SafeText;
  /** As one types it. */
  readonly example: SafeText;
  /** Under which /help tells of it. */
  readonly topic: TopicName;
  /** What Tab offers as the first argument. */
  readonly completes: 'person' | 'room' | 'setting' | 'topic' | 'path' | 'folder' | 'none';
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
    example: t`/join #ward-3`,
    topic: 'rooms',
    completes: 'room',
    runs: 'in-order',
    run: join,
  },
  {
    name: 'part',
    aliases: ['leave'],
    args: t`[ROOM]`,
    help: t`leave a room, close a conversation`,
    example: t`/part #ward-3`,
    topic: 'rooms',
    completes: 'room',
    runs: 'in-order',
    run: part,
  },
  {
    name: 'msg',
    aliases: ['m'],
    args: t`NAME TEXT`,
    help: t`write to one person, privately, or to several: NAME,NAME; also @name text`,
    example: t`/msg bela dinner at six?`,
    topic: 'talking',
    completes: 'person',
    runs: 'in-order',
    run: message,
  },
  {
    name: 'query',
    aliases: ['q'],
    args: t`NAME`,
    help: t`open a private conversation`,
    example: t`/query bela`,
    topic: 'talking',
    completes: 'person',
    runs: 'in-order',
    run: query,
  },
  ...CONTENT_TABLE,
  ...FILE_TABLE,
  {
    name: 'nick',
    aliases: [],
    args: t`NAME`,
    help: t`change what you are called`,
    example: t`/nick asha`,
    topic: 'people',
    completes: 'none',
    runs: 'in-order',
    run: nick,
  },
  {
    name: 'who',
    aliases: ['names'],
    args: t``,
    help: t`who is in this room`,
    example: t`/who`,
    topic: 'people',
    completes: 'none',
    runs: 'at-once',
    run: showMembers,
  },
  {
    name: 'whois',
    aliases: [],
    args: t`[NAME]`,
    help: t`a person: key, trust, what they say, what you noted`,
    example: t`/whois bela`,
    topic: 'people',
    completes: 'person',
    runs: 'in-order',
    run: whois,
  },
  {
    name: 'verify',
    aliases: [],
    args: t`[NAME] [words|digits|qr|NUMBER|CODE]`,
    help: t`compare a safety number, a scanned code or seven words, and record that they matched`,
    example: t`/verify bela words`,
    topic: 'trust',
    completes: 'person',
    runs: 'in-order',
    run: verify,
  },
  {
    name: 'who-read',
    aliases: [],
    args: t``,
    help: t`ask who is here whether they have read your last message in this room`,
    example: t`/who-read`,
    topic: 'people',
    completes: 'none',
    runs: 'in-order',
    run: whoRead,
  },
  {
    name: 'trust',
    aliases: [],
    args: t`[NAME]`,
    help: t`what everybody's key is worth; with a name: accept a changed key without comparing it`,
    example: t`/trust bela`,
    topic: 'trust',
    completes: 'person',
    runs: 'in-order',
    run: trust,
  },
  {
    name: 'contact',
    aliases: [],
    args: t`NAME [petname NAME|note TEXT|favourite|no-…]`,
    help: t`what you call somebody and note of them; nobody else sees it`,
    example: t`/contact bela petname mum`,
    topic: 'people',
    completes: 'person',
    runs: 'in-order',
    run: contact,
  },
  {
    name: 'ignore',
    aliases: [],
    args: t`[NAME]`,
    help: t`what they say is kept, and not shown`,
    example: t`/ignore bela`,
    topic: 'people',
    completes: 'person',
    runs: 'in-order',
    run: changing('ignore', { ignored: true }),
  },
  {
    name: 'unignore',
    aliases: [],
    args: t`[NAME]`,
    help: t`show again what they say, from now on`,
    example: t`/unignore bela`,
    topic: 'people',
    completes: 'person',
    runs: 'in-order',
    run: changing('unignore', { ignored: false }),
  },
  {
    name: 'block',
    aliases: [],
    args: t`[NAME]`,
    help: t`hear nothing of somebody and give them no room keys; they are not told`,
    example: t`/block bela`,
    topic: 'people',
    completes: 'person',
    runs: 'in-order',
    run: changing('block', { blocked: true }),
  },
  {
    name: 'unblock',
    aliases: [],
    args: t`[NAME]`,
    help: t`hear them again; what they sent in the last week may come then`,
    example: t`/unblock bela`,
    topic: 'people',
    completes: 'person',
    runs: 'in-order',
    run: changing('unblock', { blocked: false }),
  },
  {
    name: 'status',
    aliases: [],
    args: t`[TEXT|-]`,
    help: t`a line about you, for people you know; - takes it back`,
    example: t`/status on call till 8`,
    topic: 'people',
    completes: 'none',
    runs: 'in-order',
    run: status,
  },
  {
    name: 'away',
    aliases: [],
    args: t`[TEXT]`,
    help: t`say in your line about you that you are away, or TEXT; /back takes it back`,
    example: t`/away back at six`,
    topic: 'people',
    completes: 'none',
    runs: 'in-order',
    run: away,
  },
  {
    name: 'back',
    aliases: [],
    args: t``,
    help: t`take back your line about you, as /status - does`,
    example: t`/back`,
    topic: 'people',
    completes: 'none',
    runs: 'in-order',
    run: back,
  },
  {
    name: 'mute',
    aliases: [],
    args: t`[ROOM|NAME] [off]`,
    help: t`count and signal nothing of a conversation`,
    example: t`/mute #ward-3`,
    topic: 'settings',
    completes: 'room',
    runs: 'in-order',
    run: mute,
  },
  {
    name: 'notify',
    aliases: ['bell'],
    args: t`[test|off|bell|terminal|all|mentions|nothing|default [NAME]]`,
    help: t`what you are told of while you look elsewhere, and how; test tries it`,
    example: t`/notify test`,
    topic: 'settings',
    completes: 'none',
    runs: 'in-order',
    run: notify,
  },
  {
    name: 'room',
    aliases: [],
    args: t`[create TITLE]`,
    help: t`make a private room, or show this one; also invite, remove, grant, revoke, transfer NAME; title, topic TEXT; read-only on|off; expire 2h|off; close`,
    example: t`/room create ward 3`,
    topic: 'rooms',
    completes: 'none',
    runs: 'in-order',
    run: room,
  },
  {
    name: 'invite',
    aliases: [],
    args: t`NAME …`,
    help: t`ask people into this private room`,
    example: t`/invite bela chen`,
    topic: 'rooms',
    completes: 'person',
    runs: 'in-order',
    run: short('invite', 'invite'),
  },
  {
    name: 'accept',
    aliases: [],
    args: t`[+ROOM]`,
    help: t`come into a private room that asks you in`,
    example: t`/accept +ward 3`,
    topic: 'rooms',
    completes: 'none',
    runs: 'in-order',
    run: short('accept', 'accept'),
  },
  {
    name: 'decline',
    aliases: [],
    args: t`[+ROOM]`,
    help: t`say no to it`,
    example: t`/decline +ward 3`,
    topic: 'rooms',
    completes: 'none',
    runs: 'in-order',
    run: short('decline', 'decline'),
  },
  {
    name: 'kick',
    aliases: ['ban'],
    args: t`NAME …`,
    help: t`take people out of this private room; they come back only if its owner asks them in`,
    example: t`/kick bela`,
    topic: 'rooms',
    completes: 'person',
    runs: 'in-order',
    run: short('kick', 'remove'),
  },
  {
    name: 'topic',
    aliases: [],
    args: t`[TEXT]`,
    help: t`show or set what this private room is about; - for nothing`,
    example: t`/topic rounds at six`,
    topic: 'rooms',
    completes: 'none',
    runs: 'in-order',
    run: short('topic', 'topic'),
  },
  {
    name: 'relay',
    aliases: [],
    args: t`[HOST:PORT|host|retry]`,
    help: t`the relay in use; go to another, host one, try again`,
    example: t`/relay 192.168.1.20:7717`,
    topic: 'relay',
    completes: 'none',
    runs: 'at-once',
    run: relay,
  },
  {
    name: 'search',
    aliases: [],
    args: t`WORDS`,
    help: t`find messages that hold all these words, in all that is kept`,
    example: t`/search blood pressure`,
    topic: 'history',
    completes: 'none',
    runs: 'at-once',
    run: search,
  },
  {
    name: 'history',
    aliases: ['read'],
    args: t`[COUNT]`,
    help: t`with --plain: what was said before; on the screen: PgUp`,
    plainHelp: t`the last messages of this conversation again, 20 or as many as you say`,
    example: t`/history 20`,
    topic: 'history',
    completes: 'none',
    runs: 'at-once',
    run: history,
  },
  {
    name: 'delete',
    aliases: [],
    args: t`[all]`,
    help: t`delete your last message, or the whole conversation, here only`,
    plainHelp: t`delete your last message, or with all yes the whole conversation, here only`,
    example: t`/delete all`,
    topic: 'history',
    completes: 'none',
    runs: 'in-order',
    run: remove,
  },
  {
    name: 'export',
    aliases: [],
    args: t`[text|jsonl|html] FILE`,
    help: t`write this conversation, or the message selected, into a file, not encrypted`,
    example: t`/export html ward-3.html`,
    topic: 'history',
    completes: 'none',
    runs: 'in-order',
    run: exportHere,
  },
  {
    name: 'set',
    aliases: [],
    args: t`[NAME [VALUE] [here]]`,
    help: t`the settings; show or change one, for all conversations or this one`,
    example: t`/set keep-days 30`,
    topic: 'settings',
    completes: 'setting',
    runs: 'in-order',
    run: set,
  },
  {
    name: 'collapse',
    aliases: [],
    args: t`[rooms|private|people]`,
    help: t`show only the head of a part of the sidebar, or all of it again`,
    example: t`/collapse rooms`,
    topic: 'screen',
    completes: 'none',
    runs: 'in-order',
    run: collapse,
  },
  {
    name: 'keys',
    aliases: [],
    args: t`[reload]`,
    help: t`every key and what it does; read your file of keys anew`,
    example: t`/keys reload`,
    topic: 'keys',
    completes: 'none',
    runs: 'at-once',
    run: keys,
  },
  {
    name: 'unread',
    aliases: [],
    args: t``,
    help: t`go to the oldest unread message here; Esc comes back`,
    plainHelp: t`say what was unread here when you came, the oldest first`,
    example: t`/unread`,
    topic: 'talking',
    completes: 'none',
    runs: 'at-once',
    run: goToUnread,
  },
  {
    name: 'goto',
    aliases: [],
    args: t`DAY|TIME|DAY TIME`,
    help: t`go to what was said then: 2026-11-03, yesterday, 14:30; Esc comes back`,
    plainHelp: t`say what was said here from then on: 2026-11-03, yesterday, 14:30; alone it goes on`,
    example: t`/goto yesterday`,
    topic: 'history',
    completes: 'none',
    runs: 'at-once',
    run: goToTime,
  },
  {
    name: 'select',
    aliases: [],
    args: t``,
    help: t`select a message; then Up, Down, and a key for what to do with it`,
    example: t`/select`,
    topic: 'talking',
    completes: 'none',
    runs: 'at-once',
    run: select,
  },
  {
    name: 'unfold',
    aliases: [],
    args: t``,
    help: t`show all of a long message, or fold it again`,
    example: t`/unfold`,
    topic: 'talking',
    completes: 'none',
    runs: 'at-once',
    run: unfold,
  },
  {
    name: 'win',
    aliases: ['w'],
    args: t`NUMBER`,
    help: t`go to a window, as Alt+number does`,
    plainHelp: t`go to a conversation by its number, as /where lists them`,
    example: t`/win 2`,
    topic: 'screen',
    completes: 'none',
    runs: 'at-once',
    run: win,
  },
  {
    name: 'where',
    aliases: [],
    args: t``,
    help: t`where you are, the conversations by number, and what is unread`,
    example: t`/where`,
    topic: 'screen',
    completes: 'none',
    runs: 'at-once',
    run: where,
  },
  {
    name: 'next',
    aliases: [],
    args: t``,
    help: t`go to the next conversation with something unread`,
    example: t`/next`,
    topic: 'screen',
    completes: 'none',
    runs: 'at-once',
    run: next,
  },
  {
    name: 'clear',
    aliases: [],
    args: t``,
    help: t`empty this window, on this screen only`,
    example: t`/clear`,
    topic: 'screen',
    completes: 'none',
    runs: 'at-once',
    run: clear,
  },
  {
    name: 'help',
    aliases: ['h'],
    args: t`[TOPIC|COMMAND]`,
    help: t`this list, a topic, or one command; also ? on an empty line`,
    plainHelp: t`this list, a topic, or one command; also ? alone`,
    example: t`/help rooms`,
    topic: 'screen',
    completes: 'topic',
    runs: 'at-once',
    run: help,
  },
  {
    name: 'quit',
    aliases: ['exit'],
    args: t`[leave|stop]`,
    help: t`leave lanchat; leave or stop a relay hosted here`,
    example: t`/quit`,
    topic: 'screen',
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
