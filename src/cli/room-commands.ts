// The commands about rooms and who is in them, in commander's terms. Loads a command only when it runs.
import type { Command } from 'commander';
import { phrase } from '../language/translate.ts';
import { addGroup } from './command-group.ts';
import type { Run } from './command-line.ts';
import { parseDuration, parseRoomQuery } from './options.ts';

const ROOM = phrase`'+title', or + and the first 8 digits of its name`;
const WHO = phrase`@nick or FINGERPRINT`;

/** `run` is called with the command that was parsed, once. */
export function addRoomCommands(program: Command, run: Run): void {
  const room = addGroup(program, 'room', phrase`private rooms: make, fill and keep them`);
  addCreate(room, run);
  addInvitations(room, run);
  addPeople(room, run);
  addWords(room, run);
  addSet(room, run);
  addOne(room, run);
  addMute(room, run);
}

interface CreateFlags {
  readonly readOnly?: true;
  readonly expire?: string;
}

function addCreate(room: Command, run: Run): void {
  room
    .command('create')
    .description(phrase`make a private room with yourself alone in it`)
    .argument('<title...>')
    .option('--read-only', phrase`only you and your moderators write there`)
    .option('--expire <DURATION>', phrase`what is said disappears after 10s, 5m, 2h, 7d`)
    .action((words: string[], { readOnly, expire }: CreateFlags, command: Command) =>
      run(command, async (context) =>
        (await import('./room-make.ts')).create(context, {
          title: words.join(' '),
          readOnly: readOnly === true,
          expireSeconds: expire === undefined ? null : parseDuration(expire),
        }),
      ),
    );
}

function addInvitations(room: Command, run: Run): void {
  room
    .command('invitations')
    .description(phrase`who asks you into which room`)
    .action((_own: unknown, command: Command) =>
      run(command, async (context) => (await import('./room-make.ts')).invitations(context)),
    );
  for (const name of ['accept', 'decline'] as const) {
    room
      .command(name)
      .description(
        name === 'accept' ? phrase`come into a room that asks you in` : phrase`say no to it`,
      )
      .argument('<room>', ROOM)
      .action((text: string, _own: unknown, command: Command) =>
        run(command, async (context) =>
          (await import('./room-make.ts')).answer(context, {
            room: parseRoomQuery(text),
            accept: name === 'accept',
          }),
        ),
      );
  }
}

const PEOPLE_COMMANDS = {
  invite: phrase`ask people in; they come once they say yes`,
  remove: phrase`take people out: what is said from then on they read no more`,
} as const;
const MEMBER_COMMANDS = {
  grant: phrase`make a member moderator: who takes members out, and writes where it is read-only`,
  revoke: phrase`take that back`,
  transfer: phrase`hand the room to another member, once their lanchat has answered`,
} as const;

function addPeople(room: Command, run: Run): void {
  for (const name of ['invite', 'remove'] as const) {
    room
      .command(name)
      .description(PEOPLE_COMMANDS[name])
      .argument('<room>', ROOM)
      .argument('<who...>', WHO)
      .action((text: string, who: string[], _own: unknown, command: Command) =>
        run(command, async (context) =>
          (await import('./room.ts'))[name](context, { room: parseRoomQuery(text), who }),
        ),
      );
  }
  for (const name of ['grant', 'revoke', 'transfer'] as const) {
    room
      .command(name)
      .description(MEMBER_COMMANDS[name])
      .argument('<room>', ROOM)
      .argument('<who>', WHO)
      .action((text: string, who: string, _own: unknown, command: Command) =>
        run(command, async (context) =>
          (await import('./room.ts'))[name](context, { room: parseRoomQuery(text), who }),
        ),
      );
  }
}

function addWords(room: Command, run: Run): void {
  room
    .command('title')
    .description(phrase`call a room otherwise`)
    .argument('<room>', ROOM)
    .argument('<title...>')
    .action((text: string, words: string[], _own: unknown, command: Command) =>
      run(command, async (context) =>
        (await import('./room.ts')).title(context, {
          room: parseRoomQuery(text),
          text: words.join(' '),
        }),
      ),
    );
  room
    .command('topic')
    .description(phrase`say what a room is about; without TEXT nothing any more`)
    .argument('<room>', ROOM)
    .argument('[text...]')
    .action((text: string, words: string[], _own: unknown, command: Command) =>
      run(command, async (context) =>
        (await import('./room.ts')).topic(context, {
          room: parseRoomQuery(text),
          text: words.join(' '),
        }),
      ),
    );
}

interface SetFlags {
  readonly readOnly?: boolean;
  readonly expire?: string | false;
}

function addSet(room: Command, run: Run): void {
  room
    .command('set')
    .description(phrase`who may write in a room, and how long that stays`)
    .argument('<room>', ROOM)
    .option('--read-only', phrase`only its owner and its moderators write there`)
    .option('--no-read-only', phrase`everybody in it does`)
    .option(
      '--expire <DURATION>',
      phrase`what is said from now on disappears after 10s, 5m, 2h, 7d`,
    )
    .option('--no-expire', phrase`it stays`)
    .action((text: string, own: SetFlags, command: Command) => {
      // Commander takes what begins with `--no-` for true where neither was given.
      const given = (name: string) => command.getOptionValueSource(name) === 'cli';
      const { readOnly, expire } = own;
      return run(command, async (context) =>
        (await import('./room.ts')).set(context, {
          room: parseRoomQuery(text),
          readOnly: given('readOnly') ? readOnly : undefined,
          expireSeconds: given('expire') ? secondsOf(expire) : undefined,
        }),
      );
    });
}

function secondsOf(expire: string | boolean | undefined): number | null {
  return typeof expire === 'string' ? parseDuration(expire) : null;
}

const ONE_COMMANDS = {
  info: phrase`who is in a room, who owns it, and how it stands`,
  close: phrase`end a room for everybody, for good; what was said can still be read`,
} as const;

function addOne(room: Command, run: Run): void {
  for (const name of ['info', 'close'] as const) {
    room
      .command(name)
      .description(ONE_COMMANDS[name])
      .argument('<room>', name === 'close' ? ROOM : `#room, ${ROOM}`)
      .action((text: string, _own: unknown, command: Command) =>
        run(command, async (context) =>
          (await import('./room.ts'))[name](context, { room: parseRoomQuery(text) }),
        ),
      );
  }
}

function addMute(room: Command, run: Run): void {
  room
    .command('mute')
    .description(phrase`count and signal nothing of a room`)
    .argument('<room>', phrase`#room, ${ROOM}`)
    .option('--off', phrase`count and signal again`)
    .action((text: string, own: { off?: true }, command: Command) =>
      run(command, async (context) =>
        (await import('./contact.ts')).muteRoom(context, {
          room: parseRoomQuery(text),
          off: own.off === true,
        }),
      ),
    );
}
