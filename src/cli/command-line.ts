// Every command with its arguments and options, in commander's terms. Loads a command only when it runs.
import { Command, Option } from 'commander';
import { phrase } from '../language/translate.ts';
import { UsageError } from '../protocol/errors.ts';
import { nearest } from '../ui/nearest.ts';
import { addContactCommands } from './contact-commands.ts';
import { addContentCommands } from './content-commands.ts';
import type { CommandContext } from './context.ts';
import { addFileCommands } from './file-commands.ts';
import { addJoinCommands } from './join-commands.ts';
import { addKeptCommands } from './kept-commands.ts';
import {
  type CommonFlags,
  collect,
  parseCount,
  parseMessageId,
  parsePort,
  parseSize,
} from './options.ts';
import { addRoomCommands } from './room-commands.ts';
import { addScreenCommands } from './screen-commands.ts';

/** All flags that a command may have been given; commander leaves out those that were not. */
export interface Flags extends CommonFlags {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

/** As `buildProgram`, for who runs commands from within. */
export type MakeProgram = (start: Start) => Command;

type Start = (flags: Flags, action: Action) => Promise<void>;
export type Action = (context: CommandContext) => Promise<void>;

/** Commander's own words above the parts of a help. */
const TITLES: ReadonlyMap<string, string> = new Map([
  ['Usage:', phrase`Usage:`],
  ['Arguments:', phrase`Arguments:`],
  ['Options:', phrase`Options:`],
  ['Global Options:', phrase`Global Options:`],
  ['Commands:', phrase`Commands:`],
]);

/** `start` is called once, with the flags and the command to run. Parsing throws CommanderError. */
export function buildProgram(
  { version, write }: { version: string; write: (text: string) => void },
  start: Start,
): Command {
  const program = new Command('lanchat')
    .description(phrase`End-to-end encrypted chat on a local network, without internet`)
    .version(version, '--version', phrase`print the version`)
    .helpOption('--help', phrase`show help`)
    .helpCommand(false)
    .exitOverride()
    .configureOutput({ outputError: () => {}, writeOut: write })
    .configureHelp({ showGlobalOptions: true, styleTitle: (title) => TITLES.get(title) ?? title })
    .showSuggestionAfterError();
  addCommonOptions(program);
  const run = (command: Command, action: Action) => start(command.optsWithGlobals(), action);
  addContentCommands(program, run);
  addFileCommands(program, run);
  addListenCommand(program, run);
  addRpcCommand(program, run, (start) => buildProgram({ version, write: () => {} }, start));
  addJoinCommands(program, run);
  addPeopleCommands(program, run);
  addContactCommands(program, run);
  addWhoRead(program, run);
  addRoomCommands(program, run);
  addKeptCommands(program, run);
  addNetworkCommands(program, run);
  addScreenCommands(program, run);
  addHelpCommand(program);
  // After the commands, which would inherit it.
  return addTarget(program, run, version);
}

/** What `lanchat` itself takes. */
function addTarget(program: Command, run: Run, version: string): Command {
  return program
    .argument('[target]', phrase`#room, '+title', @nick or FINGERPRINT to open the terminal UI at`)
    .allowExcessArguments()
    .action((target: string | undefined, _flags: unknown, command: Command) => {
      if (target !== undefined) refuseUnknownCommand(target, command);
      return run(command, async (context) =>
        (await import('./open.ts')).open(context, { target: target ?? null, version }),
      );
    });
}

/** `lanchat help relay kick` says what `lanchat relay kick --help` says. */
function addHelpCommand(program: Command): void {
  program
    .command('help')
    .description(phrase`show help for a command`)
    .argument('[command...]')
    .action((names: string[]) => {
      let found = program;
      for (const name of names) {
        const next = found.commands.find((each) => each.name() === name);
        if (next === undefined) throw unknownCommand(name, found);
        found = next;
      }
      found.help();
    });
}

export type Run = (command: Command, action: Action) => Promise<void>;

function addCommonOptions(program: Command): void {
  program
    .option('--home <DIR>', phrase`the profile's folder (LANCHAT_HOME)`)
    .option('--nick <NAME>', phrase`display name, remembered (LANCHAT_NICK)`)
    .option('--relay <ADDRESS>', phrase`HOST[:PORT][#FINGERPRINT]: skip discovery (LANCHAT_RELAY)`)
    .option('--timeout <SECONDS>', phrase`give up after this; default 10`)
    .option('--json', phrase`data as JSON, one object a line`)
    .option(
      '--ephemeral',
      phrase`nothing on disk: keys and words are gone at exit (LANCHAT_EPHEMERAL=1)`,
    )
    .option('--plain', phrase`lines instead of a screen`)
    .option('--screen-reader', phrase`lines to be read aloud`)
    .option('-q, --quiet', phrase`less on stderr`)
    .option('-v, --verbose', phrase`more on stderr`);
}

function refuseUnknownCommand(target: string, command: Command): void {
  const isTarget = /^(?:[#@+]|[0-9a-f]{8})/i.test(target);
  if (isTarget && command.args.length === 1) return;
  if (isTarget) throw new UsageError('bad-arguments', phrase`one room or person at a time`);
  throw unknownCommand(target, command);
}

function unknownCommand(name: string, among: Command): UsageError {
  const names = among.commands.map((each) => each.name());
  const meant = nearest(name, names);
  const hint =
    meant === null ? phrase`lanchat --help lists them` : phrase`did you mean "${meant}"?`;
  return new UsageError('unknown-command', phrase`there is no command "${name}"; ${hint}`);
}

interface ListenFlags {
  readonly join: string[];
  readonly count?: string;
  readonly since?: string;
  readonly progress?: true;
}

function addListenCommand(program: Command, run: Run): void {
  program
    .command('listen')
    .description(phrase`stream what arrives (all, or only these rooms) until interrupted`)
    .argument('[room...]')
    .addOption(
      new Option('--join <ROOM>', phrase`join and remember; may be repeated`)
        .argParser(collect)
        .default([], 'none'),
    )
    .option('--count <N>', phrase`leave after N messages`)
    .option('--since <ID>', phrase`first what history holds after that message`)
    .option('--progress', phrase`also how far files have come, several times a second`)
    .action((rooms: string[], own: ListenFlags, command: Command) =>
      run(command, async (context) =>
        (await import('./listen.ts')).listen(context, {
          rooms,
          join: own.join,
          count: own.count === undefined ? null : parseCount(own.count, '--count'),
          since: own.since === undefined ? null : parseMessageId(own.since, '--since'),
          progress: own.progress === true,
        }),
      ),
    );
}

function addRpcCommand(program: Command, run: Run, makeProgram: MakeProgram): void {
  program
    .command('rpc')
    .description(phrase`these commands as JSON-RPC on stdin and stdout, for bots`)
    .action((_own: unknown, command: Command) =>
      run(command, async (context) => (await import('./rpc.ts')).rpc(context, makeProgram)),
    );
}

function addPeopleCommands(program: Command, run: Run): void {
  program
    .command('peers')
    .description(phrase`who is online, with fingerprints and trust`)
    .action((_own: unknown, command: Command) =>
      run(command, async (context) => (await import('./roster.ts')).peers(context)),
    );
  program
    .command('rooms')
    .description(phrase`rooms this profile is in`)
    .action((_own: unknown, command: Command) =>
      run(command, async (context) => (await import('./roster.ts')).rooms(context)),
    );
  program
    .command('id')
    .description(phrase`this profile's name, fingerprint, QR`)
    .action((_own: unknown, command: Command) =>
      run(command, async (context) => (await import('./id.ts')).id(context)),
    );
  program
    .command('verify')
    .description(phrase`show, compare or record a safety number`)
    .argument('<peer>', phrase`@nick or FINGERPRINT`)
    .argument(
      '[number...]',
      phrase`the 60 digits that their screen shows, or the code scanned from it`,
    )
    .option('--words', phrase`compare seven words with somebody who is here`)
    .action((peer: string, number: string[], own: { words?: true }, command: Command) =>
      run(command, async (context) =>
        (await import('./verify.ts')).verify(context, { peer, number, words: own.words === true }),
      ),
    );
}

function addWhoRead(program: Command, run: Run): void {
  program
    .command('who-read')
    .description(phrase`who is in its room now and has read a message of yours`)
    .argument('<id>', phrase`the message's ID`)
    .action((id: string, _own: unknown, command: Command) =>
      run(command, async (context) =>
        (await import('./who-read.ts')).whoRead(context, parseMessageId(id, 'who-read')),
      ),
    );
}

function addNetworkCommands(program: Command, run: Run): void {
  program
    .command('find')
    .description(phrase`list the relays on this LAN`)
    .action((_own: unknown, command: Command) =>
      run(command, async (context) => (await import('./find.ts')).find(context)),
    );
  const relay = addRelayCommand(program, run);
  addRelayPeers(relay, run);
  addRelayKick(relay, run);
  addRelayAnnounce(relay, run);
  program
    .command('demo')
    .description(phrase`the whole main job on this machine, with what the relay saw beside it`)
    .action((_own: unknown, command: Command) =>
      run(command, async (context) => (await import('./demo.ts')).demo(context)),
    );
  program
    .command('doctor')
    .description(phrase`why discovery or connecting fails here, and the fix`)
    .action((_own: unknown, command: Command) =>
      run(command, async (context) => (await import('./doctor.ts')).doctor(context)),
    );
}

interface RelayFlags {
  readonly port: string;
  readonly host?: string;
  readonly name?: string;
  readonly data?: string;
  readonly mdns: boolean;
  readonly files?: string;
}

function addRelayCommand(program: Command, run: Run): Command {
  return program
    .command('relay')
    .description(phrase`run a relay (the blind host)`)
    .option('--port <N>', phrase`0 picks a free one`, '7717')
    .option('--host <ADDR>', phrase`listen on this address only; default: all`)
    .option('--name <NAME>', phrase`the relay's name; default: this machine's`)
    .option('--data <DIR>', phrase`default: relay in the profile's folder`)
    .option('--files <SIZE>', phrase`room for files that people leave here; 0 keeps none`)
    .option('--no-mdns', phrase`don't announce it on the network`)
    .action((own: RelayFlags, command: Command) =>
      run(command, async (context) =>
        (await import('./relay-command.ts')).relay(context, {
          port: parsePort(own.port, '--port', 0),
          host: own.host ?? null,
          name: own.name ?? null,
          data: own.data ?? null,
          mdns: own.mdns,
          fileBytes: own.files === undefined ? null : parseSize(own.files, '--files'),
        }),
      ),
    );
}

function addRelayPeers(relay: Command, run: Run): void {
  relay
    .command('peers')
    .description(phrase`who is connected to the relay running here`)
    .action((_own: unknown, command: Command) =>
      run(command, async (context) =>
        (await import('./relay-control.ts')).relayPeers(context, dataFolder(command)),
      ),
    );
}

function addRelayKick(relay: Command, run: Run): void {
  relay
    .command('kick')
    .description(phrase`end the connections of an ID`)
    .argument('<fingerprint>')
    .action((fingerprint: string, _own: unknown, command: Command) =>
      run(command, async (context) =>
        (await import('./relay-control.ts')).relayKick(context, {
          data: dataFolder(command),
          fingerprint,
        }),
      ),
    );
}

function addRelayAnnounce(relay: Command, run: Run): void {
  relay
    .command('announce')
    .description(phrase`tell everybody who is connected`)
    .argument('<text...>')
    .action((words: string[], _own: unknown, command: Command) =>
      run(command, async (context) =>
        (await import('./relay-control.ts')).relayAnnounce(context, {
          data: dataFolder(command),
          text: words.join(' '),
        }),
      ),
    );
}

/** `--data` belongs to `relay` and is given before or after `peers`, `kick` and `announce`. */
function dataFolder(command: Command): string | null {
  const { data } = command.optsWithGlobals<{ data?: string }>();
  return data ?? null;
}
