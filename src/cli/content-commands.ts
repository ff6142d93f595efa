// The commands that say something or change what was said, in commander's terms. Loads a command only when it runs.
import { type Command, Option } from 'commander';
import { phrase } from '../language/translate.ts';
import type { Run } from './command-line.ts';
import { collect, parseMessageId } from './options.ts';

const content = () => import('./content.ts');

/** `run` is called with the command that was parsed, once. */
export function addContentCommands(program: Command, run: Run): void {
  addSend(program, run);
  addEdit(program, run);
  addUnsend(program, run);
  addReact(program, run);
  addTimer(program, run);
  addPoll(program, run);
  addVote(program, run);
  addClosePoll(program, run);
}

interface SendFlags {
  readonly wait: string;
  readonly lines?: true;
  readonly reply?: string;
  readonly action?: true;
  readonly sticker?: string;
  readonly mention: string[];
}

function addSend(program: Command, run: Run): void {
  program
    .command('send')
    .description(phrase`send one message; "-" or no TEXT: from stdin`)
    .argument('<to>', phrase`@nick, FINGERPRINT, #room, '+title', or a group of people: @a,@b`)
    .argument('[text...]')
    .option('--wait <STATE>', phrase`relayed, or delivered: what must have happened`, 'relayed')
    .option('--lines', phrase`each line of stdin is a message of its own`)
    .option('--reply <ID>', phrase`in answer to this message of the same conversation`)
    .option('--action', phrase`what you do, not what you say: * asha waves`)
    .option('--sticker <NAME>', phrase`a small drawing, in the place of a text`)
    .addOption(
      new Option(
        '--mention <PEER>',
        phrase`names them, besides any @nick in the text; may be repeated`,
      )
        .argParser(collect)
        .default([], 'nobody'),
    )
    .action((to: string, words: string[], own: SendFlags, command: Command) =>
      run(command, async (context) =>
        (await import('./send.ts')).send(context, {
          to,
          words,
          wait: own.wait,
          lines: own.lines === true,
          action: own.action === true,
          sticker: own.sticker ?? null,
          reply: own.reply === undefined ? null : parseMessageId(own.reply, '--reply'),
          mentions: own.mention,
        }),
      ),
    );
}

function addEdit(program: Command, run: Run): void {
  program
    .command('edit')
    .description(phrase`put other words in the place of your message`)
    .argument('<id>')
    .argument('<text...>')
    .action((id: string, words: string[], _own: unknown, command: Command) =>
      run(command, async (context) =>
        (await content()).edit(context, parseMessageId(id, 'edit'), words),
      ),
    );
}

function addUnsend(program: Command, run: Run): void {
  program
    .command('unsend')
    .description(phrase`delete your message for all who get word of it`)
    .argument('<id>')
    .action((id: string, _own: unknown, command: Command) =>
      run(command, async (context) =>
        (await content()).change(context, { do: 'unsend', id: parseMessageId(id, 'unsend') }),
      ),
    );
}

function addReact(program: Command, run: Run): void {
  program
    .command('react')
    .description(phrase`react to a message`)
    .argument('<id>')
    .argument('<emoji>', phrase`one emoji, or its code, such as :thumbsup:`)
    .option('--off', phrase`take it back`)
    .action((id: string, emoji: string, { off }: { off?: true }, command: Command) =>
      run(command, async (context) =>
        (await content()).react(context, parseMessageId(id, 'react'), { emoji, off: off === true }),
      ),
    );
}

function addTimer(program: Command, run: Run): void {
  program
    .command('timer')
    .description(phrase`how long private messages stay, for both`)
    .argument('<to>', phrase`@nick or FINGERPRINT`)
    .argument('<duration>', phrase`30s, 5m, 2h, 7d or off`)
    .action((to: string, duration: string, _own: unknown, command: Command) =>
      run(command, async (context) => (await content()).timer(context, to, duration)),
    );
}

function addPoll(program: Command, run: Run): void {
  program
    .command('poll')
    .description(phrase`ask a room`)
    .argument('<room>', phrase`#room or '+title'`)
    .argument('<text...>', phrase`the question, then 2 to 12 choices, each an argument of its own`)
    .option('--anonymous', phrase`votes go to you alone; closing it tells the counts`)
    .action((room: string, text: string[], own: { anonymous?: true }, command: Command) =>
      run(command, async (context) => {
        const [question = '', ...choices] = text;
        const anonymous = own.anonymous === true;
        return (await content()).poll(context, { room, question, choices, anonymous });
      }),
    );
}

function addVote(program: Command, run: Run): void {
  program
    .command('vote')
    .description(phrase`vote in a poll; the last vote counts`)
    .argument('<id>')
    .argument('<number>', phrase`of the choice, from 1`)
    .action((id: string, number: string, _own: unknown, command: Command) =>
      run(command, async (context) =>
        (await content()).vote(context, parseMessageId(id, 'vote'), number),
      ),
    );
}

function addClosePoll(program: Command, run: Run): void {
  program
    .command('close-poll')
    .description(phrase`end a poll of yours`)
    .argument('<id>')
    .action((id: string, _own: unknown, command: Command) =>
      run(command, async (context) =>
        (await content()).change(context, {
          do: 'close-poll',
          id: parseMessageId(id, 'close-poll'),
        }),
      ),
    );
}
