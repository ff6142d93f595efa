// The commands about what this profile keeps, in commander's terms. Loads a command only when it runs.
import { Argument, type Command } from 'commander';
import { MAX_PAGE_MESSAGES } from '../client/api.ts';
import { phrase } from '../language/translate.ts';
import type { Run } from './command-line.ts';
import { parseCount, parseMessageId } from './options.ts';

/** `run` is called with the command that was parsed, once. */
export function addKeptCommands(program: Command, run: Run): void {
  addHistory(program, run);
  addSearch(program, run);
  addExport(program, run);
  addDelete(program, run);
  addWipe(program, run);
  addSet(program, run);
  addNotify(program, run);
  addPassphrase(program, run);
  addBackup(program, run);
  addRestore(program, run);
}

interface HistoryFlags {
  readonly last?: string;
  readonly before?: string;
  readonly ids?: true;
}

function addHistory(program: Command, run: Run): void {
  program
    .command('history')
    .description(phrase`what was said in a conversation; without one, which there are`)
    .argument('[conversation]', phrase`#room, '+title', @nick or FINGERPRINT`)
    .option('--last <N>', phrase`the newest N; default 50`)
    .option('--before <ID>', phrase`those before this message`)
    .option('--ids', phrase`show each message's ID`)
    .action((conversation: string | undefined, own: HistoryFlags, command: Command) =>
      run(command, async (context) =>
        (await import('./history.ts')).history(context, {
          conversation: conversation ?? null,
          last: own.last === undefined ? null : parseCount(own.last, '--last'),
          before: own.before === undefined ? null : parseMessageId(own.before, '--before'),
          ids: own.ids === true,
        }),
      ),
    );
}

interface SearchFlags {
  readonly in?: string;
  readonly last?: string;
  readonly ids?: true;
}

function addSearch(program: Command, run: Run): void {
  program
    .command('search')
    .description(phrase`find messages that hold all these words`)
    .argument('<words...>')
    .option('--in <CONVERSATION>', phrase`only in this #room or '+title', or with this @nick`)
    .option('--last <N>', phrase`the newest N; default 50`)
    .option('--ids', phrase`show each message's ID`)
    .action((words: string[], { in: place, last, ids }: SearchFlags, command: Command) =>
      run(command, async (context) =>
        (await import('./search.ts')).search(context, {
          words,
          in: place ?? null,
          last: last === undefined ? null : parseCount(last, '--last', MAX_PAGE_MESSAGES),
          ids: ids === true,
        }),
      ),
    );
}

interface ExportFlags {
  readonly all?: true;
  readonly format?: string;
  readonly out?: string;
  readonly force?: true;
}

function addExport(program: Command, run: Run): void {
  program
    .command('export')
    .description(phrase`write conversations out as text, JSON lines or HTML`)
    .argument('[conversation]', phrase`#room, '+title', @nick or FINGERPRINT`)
    .option('--all', phrase`every conversation`)
    .option('--format <FORMAT>', phrase`text, jsonl or html; default text`)
    .option('-o, --out <FILE>', phrase`into a file, with --all into a folder; default: stdout`)
    .option('--force', phrase`replace a file that is there`)
    .action((conversation: string | undefined, own: ExportFlags, command: Command) =>
      run(command, async (context) =>
        (await import('./export.ts')).exportKept(context, {
          conversation: conversation ?? null,
          all: own.all === true,
          format: own.format ?? null,
          out: own.out ?? null,
          force: own.force === true,
        }),
      ),
    );
}

function addDelete(program: Command, run: Run): void {
  program
    .command('delete')
    .description(phrase`delete a message, or a whole conversation, here only`)
    .argument('<what>', phrase`a message's ID, or #room, '+title', @nick or FINGERPRINT`)
    .option('--yes', phrase`a whole conversation without a question`)
    .action((what: string, own: { yes?: true }, command: Command) =>
      run(command, async (context) =>
        (await import('./delete.ts')).deleteKept(context, { what, yes: own.yes === true }),
      ),
    );
}

function addWipe(program: Command, run: Run): void {
  program
    .command('wipe')
    .description(phrase`delete everything of this profile, its identity too`)
    .option('--yes', phrase`without a question`)
    .action((own: { yes?: true }, command: Command) =>
      run(command, async (context) =>
        (await import('./wipe.ts')).wipe(context, { yes: own.yes === true }),
      ),
    );
}

function addSet(program: Command, run: Run): void {
  program
    .command('set')
    .description(phrase`show or change what can be set`)
    .argument('[name]')
    .argument('[value]')
    .option(
      '--in <CONVERSATION>',
      phrase`only in this #room or with this @nick; VALUE may be default`,
    )
    .action(function (this: Command, name?: string, value?: string) {
      const { in: place } = this.opts<{ in?: string }>();
      return run(this, async (context) =>
        (await import('./set.ts')).set(context, {
          ...{ name: name ?? null, value: value ?? null, in: place ?? null },
        }),
      );
    });
}

function addNotify(program: Command, run: Run): void {
  program
    .command('notify')
    .description(
      phrase`say how this terminal signals a message while one looks elsewhere, and try it`,
    )
    .addArgument(new Argument('<what>').choices(['test']))
    .action((_what: string, _own: unknown, command: Command) =>
      run(command, async (context) => (await import('./notify.ts')).notifyTest(context)),
    );
}

function addPassphrase(program: Command, run: Run): void {
  program
    .command('passphrase')
    .description(phrase`set, change or remove the passphrase that opens this profile`)
    .option('--remove', phrase`open without one from now on`)
    .action((own: { remove?: true }, command: Command) =>
      run(command, async (context) =>
        (await import('./passphrase-command.ts')).passphrase(context, {
          remove: own.remove === true,
        }),
      ),
    );
}

function addBackup(program: Command, run: Run): void {
  program
    .command('backup')
    .description(phrase`write identity, people and settings into one sealed file`)
    .argument('<file>')
    .option('--with-history', phrase`and everything that was said`)
    .option('--force', phrase`replace a file that is there`)
    .action((file: string, own: { withHistory?: true; force?: true }, command: Command) =>
      run(command, async (context) =>
        (await import('./backup.ts')).backup(context, {
          file,
          withHistory: own.withHistory === true,
          force: own.force === true,
        }),
      ),
    );
}

function addRestore(program: Command, run: Run): void {
  program
    .command('restore')
    .description(phrase`make a fresh profile from a backup`)
    .argument('<file>')
    .action((file: string, _own: unknown, command: Command) =>
      run(command, async (context) => (await import('./restore.ts')).restore(context, file)),
    );
}
