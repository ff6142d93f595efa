// The commands about files, in commander's terms. Loads a command only when it runs.
import type { Command } from 'commander';
import { MAX_PAGE_MESSAGES } from '../client/api.ts';
import { phrase } from '../language/translate.ts';
import { addGroup } from './command-group.ts';
import type { Run } from './command-line.ts';
import { parseCount, parseMessageId } from './options.ts';

/** Of `list`, unless --limit says otherwise. */
const DEFAULT_LIMIT = 50;

/** `run` is called with the command that was parsed, once. */
export function addFileCommands(program: Command, run: Run): void {
  const file = addGroup(program, 'file', phrase`send files and folders, and take those of others`);
  addSend(file, run);
  addGet(file, run);
  addList(file, run);
  addCancel(file, run);
}

interface SendFlags {
  readonly wait: string;
  readonly name?: string;
  readonly text?: string;
  readonly reply?: string;
}

function addSend(file: Command, run: Run): void {
  file
    .command('send')
    .description(phrase`send files; a folder goes as one archive, "-" is stdin`)
    .argument('<to>', phrase`@nick, FINGERPRINT, #room, '+title', or a group of people: @a,@b`)
    .argument('<path...>')
    .option('--name <NAME>', phrase`what it is called there; stdin needs it`)
    .option('--text <TEXT>', phrase`what you say of it`)
    .option('--reply <ID>', phrase`in answer to this message of the same conversation`)
    .option('--wait <STATE>', phrase`relayed, or delivered: what must have happened`, 'relayed')
    .action((to: string, paths: string[], own: SendFlags, command: Command) =>
      run(command, async (context) =>
        (await import('./file-send.ts')).sendFiles(context, {
          ...{ to, paths, wait: own.wait, name: own.name ?? null, text: own.text ?? null },
          reply: own.reply === undefined ? null : parseMessageId(own.reply, '--reply'),
        }),
      ),
    );
}

interface GetFlags {
  readonly from?: string;
  readonly last?: true;
  readonly all?: true;
  readonly to?: string;
  readonly out?: string;
  readonly force?: true;
  readonly unpack?: true;
}

function addGet(file: Command, run: Run): void {
  file
    .command('get')
    .description(phrase`take files that were sent; prints where each has landed`)
    .argument('[id...]', phrase`of its message, or its first 8 digits and more`)
    .option('--from <CONVERSATION>', phrase`of @nick or #room, in the place of an ID`)
    .option('--last', phrase`the newest of theirs; so it is without --all`)
    .option('--all', phrase`all of theirs that are not here yet`)
    .option('--to <DIR>', phrase`the folder they land in; default: that of lanchat set downloads`)
    .option('-o, --out <FILE>', phrase`what one becomes; "-": stdout`)
    .option('--force', phrase`replace FILE where it is there`)
    .option('--unpack', phrase`make a folder of the archive that it was sent as`)
    .action((ids: string[], own: GetFlags, command: Command) =>
      run(command, async (context) =>
        (await import('./file-get.ts')).getFiles(context, {
          ...{ ids, from: own.from ?? null, all: own.all === true, last: own.last === true },
          ...{ to: own.to ?? null, out: own.out ?? null },
          ...{ force: own.force === true, unpack: own.unpack === true },
        }),
      ),
    );
}

function addList(file: Command, run: Run): void {
  file
    .command('list')
    .description(phrase`files that were sent here or from here, the newest first`)
    .argument('[conversation]', phrase`#room, '+title', @nick or FINGERPRINT`)
    .option('--limit <N>', phrase`how many at most; default ${DEFAULT_LIMIT}`)
    .action((conversation: string | undefined, own: { limit?: string }, command: Command) =>
      run(command, async (context) =>
        (await import('./file-list.ts')).listFiles(context, {
          conversation: conversation ?? null,
          limit:
            own.limit === undefined
              ? DEFAULT_LIMIT
              : parseCount(own.limit, '--limit', MAX_PAGE_MESSAGES),
        }),
      ),
    );
}

function addCancel(file: Command, run: Run): void {
  file
    .command('cancel')
    .description(phrase`take back a file of yours, or take one of theirs no further`)
    .argument('<id>', phrase`of its message, or its first 8 digits and more`)
    .action((id: string, _own: unknown, command: Command) =>
      run(command, async (context) => (await import('./file-list.ts')).cancelFile(context, id)),
    );
}
