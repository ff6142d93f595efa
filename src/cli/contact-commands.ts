// The commands about contacts, in commander's terms. Loads a command only when it runs.
import type { Command } from 'commander';
import type { ContactChange } from '../client/api.ts';
import { phrase } from '../language/translate.ts';
import type { Run } from './command-line.ts';

/** `run` is called with the command that was parsed, once. */
export function addContactCommands(program: Command, run: Run): void {
  addContact(program, run);
  addContacts(program, run);
  addWhois(program, run);
  addStatus(program, run);
}

/** Commander's `--no-…` sets the name without it to false. */
interface ContactFlags {
  readonly petname?: string | false;
  readonly favourite?: boolean;
  readonly note?: string;
  readonly ignore?: boolean;
  readonly block?: boolean;
}

function addContact(program: Command, run: Run): void {
  program
    .command('contact')
    .description(
      phrase`what you call somebody and note of them, ignoring and blocking; nobody else sees it`,
    )
    .argument('<peer>', phrase`@nick, petname or FINGERPRINT`)
    .option('--petname <NAME>', phrase`what they are called here`)
    .option('--no-petname', phrase`call them by their own name`)
    .option('--favourite', phrase`list them first`)
    .option('--no-favourite', phrase`list them as others`)
    .option('--note <TEXT>', phrase`a line of your own; '' takes it away`)
    .option('--ignore', phrase`keep what they say, and show nothing of it`)
    .option('--no-ignore', phrase`show it again`)
    .option('--block', phrase`hear nothing of them, and give them no room keys`)
    .option('--no-block', phrase`hear them again`)
    .action((peer: string, own: ContactFlags, command: Command) =>
      run(command, async (context) =>
        (await import('./contact.ts')).contact(context, { peer, change: changeOf(own) }),
      ),
    );
}

function changeOf({ petname, favourite, note, ignore, block }: ContactFlags): ContactChange {
  return {
    ...(petname !== undefined && { petname: petname === false ? null : petname }),
    ...(favourite !== undefined && { favourite }),
    ...(note !== undefined && { note }),
    ...(ignore !== undefined && { ignored: ignore }),
    ...(block !== undefined && { blocked: block }),
  };
}

function addContacts(program: Command, run: Run): void {
  program
    .command('contacts')
    .description(phrase`everybody about whom you have set something`)
    .action((_own: unknown, command: Command) =>
      run(command, async (context) => (await import('./contact.ts')).contacts(context)),
    );
}

function addWhois(program: Command, run: Run): void {
  program
    .command('whois')
    .description(phrase`who somebody is: name, key, trust, status, rooms shared`)
    .argument('<peer>', phrase`@nick, petname or FINGERPRINT`)
    .action((peer: string, _own: unknown, command: Command) =>
      run(command, async (context) => (await import('./contact.ts')).whois(context, peer)),
    );
}

function addStatus(program: Command, run: Run): void {
  program
    .command('status')
    .description(phrase`a line about you, for people you know; without TEXT: what it is now`)
    .argument('[text...]')
    .option('--clear', phrase`say nothing of yourself any more`)
    .action((words: string[], own: { clear?: true }, command: Command) =>
      run(command, async (context) => {
        const { status, statusText } = await import('./contact.ts');
        return status(context, statusText(words, own.clear === true));
      }),
    );
}
