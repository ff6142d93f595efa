// Private rooms in the plain interface: its commands, and who asks us in. What they do is ui/room-tasks.ts.

import type { Session } from '../client/api.ts';
import { phrase } from '../language/translate.ts';
import { UsageError } from '../protocol/errors.ts';
import { splitFirst } from '../ui/command-text.ts';
import type { CommandName } from '../ui/commands.ts';
import type { Directory } from '../ui/people.ts';
import { isAsking, questionWords, type RoomVerb, roomVerb, runRoomVerb } from '../ui/room-tasks.ts';
import { safeTemplate, safeText } from '../ui/safe-text.ts';
import type { Show } from './lines.ts';
import { peopleNamed } from './plain-scene.ts';

const VERBS = {
  ...{ invite: 'invite', accept: 'accept', decline: 'decline', kick: 'remove', topic: 'topic' },
} as const satisfies Partial<Record<CommandName, RoomVerb>>;

export type RoomCommand = keyof typeof VERBS | 'room';

export interface PlainRoomScene {
  readonly session: Session;
  readonly show: Show;
  readonly people: Directory;
  readonly here: string | null;
  readonly open: (room: string) => Promise<void>;
}

/** Throws UsageError, CommandError as `resolvePerson`, and what the client refuses with. */
export async function runRoomCommand(
  { session, show, people, here, open }: PlainRoomScene,
  name: RoomCommand,
  args: string,
): Promise<void> {
  const { self, rooms } = await session.request({ do: 'snapshot' });
  const [verb, rest] = name === 'room' ? roomVerbOf(args) : [VERBS[name], args];
  await runRoomVerb(
    {
      ...{ self: self.fingerprint, here, open, names: people },
      ask: (command) => session.request(command),
      roomOf: (wanted) => rooms.find((room) => room.name === wanted),
      people: (names) => peopleNamed({ session, people }, names),
      say: (text) => show(...text.split('\n').map((line) => safeTemplate`-- ${safeText(line)}`)),
    },
    verb,
    rest,
  );
}

/** Throws UsageError `bad-arguments`. */
function roomVerbOf(args: string): readonly [RoomVerb, string] {
  const [typed, rest] = splitFirst(args);
  const verb = roomVerb(typed);
  if (verb !== null) return [verb, rest];
  throw new UsageError('bad-arguments', phrase`/room ${typed} is no command; /help lists them`);
}

/** Questions that came while nobody looked. */
export async function tellInvitations({
  session,
  show,
  people,
}: Pick<PlainRoomScene, 'session' | 'show' | 'people'>): Promise<void> {
  const { invitations } = await session.request({ do: 'invitations' });
  for (const each of invitations) {
    if (isAsking(each)) show(safeTemplate`-- ${questionWords(each, people)}`);
  }
}
