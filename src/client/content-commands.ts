// Commands that say something, or change what was said: whether history has it, and it is ours to change.
import {
  closePoll,
  edit,
  react,
  type Target,
  unsend,
  vote,
  voteSecretly,
} from '../core/changes.ts';
import { setTimer } from '../core/disappearing.ts';
import { ask, say } from '../core/say.ts';
import { phrase } from '../language/translate.ts';
import { UsageError } from '../protocol/errors.ts';
import type { MessageId } from '../protocol/ids.ts';
import { parseRoomName } from '../protocol/nickname.ts';
import { countsOf } from '../storage/message-changes.ts';
import type { StoredPoll } from '../storage/message-extras.ts';
import type { StoredMessage as StoredRow } from '../storage/profile-store.ts';
import { StorageError } from '../storage/storage-error.ts';
import type { Changed, Command, Destination, Replies } from './api.ts';
import type { Engine } from './engine.ts';
import type { History } from './history.ts';

export interface ContentParts {
  readonly engine: Engine;
  readonly history: History;
}

type Of<Name extends Command['do']> = Extract<Command, { do: Name }>;
export type ContentCommand = Of<
  'send' | 'edit' | 'unsend' | 'react' | 'timer' | 'poll' | 'vote' | 'close-poll'
>;

/** Throws UsageError, StorageError: then nothing has changed. What can't be kept is not taken: the words stay with who typed them. */
export async function runContent(
  parts: ContentParts,
  command: ContentCommand,
): Promise<Replies[ContentCommand['do']]> {
  const { engine } = parts;
  const { problem } = engine;
  if (problem !== null) throw new StorageError(problem.code, problem.message, problem);
  switch (command.do) {
    case 'send': {
      const { do: _do, ...saying } = command;
      if (saying.reply !== undefined) await requireIn(parts, saying.reply, saying.to);
      return { id: engine.command((core) => say(core, saying)) };
    }
    case 'timer':
      return { id: engine.command((core) => setTimer(core, command.with, command.seconds)) };
    case 'poll':
      return { id: engine.command((core) => ask(core, command)) };
    case 'react': {
      const target = targetOf(requireThere(await rowOf(parts, command.id)));
      const id = engine.command((core) => react(core, target, command));
      return { id, in: target.where };
    }
    case 'edit':
    case 'unsend':
      return changeOwn(parts, command);
    case 'vote':
    case 'close-poll':
      return changePoll(parts, command);
    default:
      return command satisfies never;
  }
}

async function changeOwn(parts: ContentParts, command: Of<'edit' | 'unsend'>): Promise<Changed> {
  const row = requireOwn(requireThere(await rowOf(parts, command.id)));
  const target = targetOf(row);
  if (command.do === 'unsend') {
    return { id: parts.engine.command((core) => unsend(core, target)), in: target.where };
  }
  if (row.kind !== undefined && row.kind !== 'action') {
    throw new UsageError(
      'not-editable',
      phrase`only words can be edited; delete it for all (unsend), and send another`,
    );
  }
  const id = parts.engine.command((core) => edit(core, target, command.text));
  return { id, in: target.where };
}

async function changePoll(
  parts: ContentParts,
  command: Of<'vote' | 'close-poll'>,
): Promise<Changed> {
  // What is counted must be all that came before.
  if (command.do === 'close-poll') await parts.engine.settled();
  const row = requireThere(await rowOf(parts, command.id));
  const { poll } = row;
  if (poll === undefined) throw new UsageError('not-a-poll', phrase`this message is no poll`);
  if (poll.closed) throw new UsageError('poll-closed', phrase`this poll is closed`);
  const target = targetOf(row);
  if (command.do === 'vote') {
    return { id: castVote(parts, { row, poll }, command.choice), in: target.where };
  }
  requireOwn(row);
  const counts = poll.anonymous ? countsOf(poll) : null;
  const id = parts.engine.command((core) => closePoll(core, target, counts));
  return { id, in: target.where };
}

function castVote(
  { engine }: ContentParts,
  { row, poll }: { readonly row: StoredRow; readonly poll: StoredPoll },
  choice: number,
): MessageId | null {
  const count = poll.choices.length;
  if (!Number.isInteger(choice) || choice < 0 || choice >= count) {
    throw new UsageError('bad-choice', phrase`this poll has choices 1 to ${count}`);
  }
  const target = targetOf(row);
  const { id, where } = target;
  if (poll.anonymous && 'room' in where) {
    const { fingerprint: author } = row.from;
    return engine.command((core) => voteSecretly(core, { id, room: where.room, author }, choice));
  }
  return engine.command((core) => vote(core, target, choice));
}

/** What was said a moment ago may not be on disk yet. */
async function rowOf({ engine, history }: ContentParts, id: MessageId): Promise<StoredRow | null> {
  const row = history.row(id);
  if (row !== null) return row;
  await engine.settled();
  return history.row(id);
}

function requireThere(row: StoredRow | null): StoredRow {
  if (row !== null && !row.deleted && row.kind !== 'change') return row;
  throw unknownMessage();
}

async function requireIn(parts: ContentParts, id: MessageId, to: Destination): Promise<void> {
  const { where } = targetOf(requireThere(await rowOf(parts, id)));
  if (placeOf(where) !== placeOf(to)) throw unknownMessage();
}

/** One text for each conversation, however its room is written. */
function placeOf(where: Destination): string {
  if ('peer' in where) return where.peer;
  const name = parseRoomName(where.room);
  return name === null ? where.room : `#${name}`;
}

function unknownMessage(): UsageError {
  return new UsageError(
    'unknown-message',
    phrase`history holds no such message there; lanchat history CONVERSATION --ids shows them`,
  );
}

function requireOwn(row: StoredRow): StoredRow {
  if (row.state !== null) return row;
  throw new UsageError('not-yours', phrase`only who wrote it can do that`);
}

function targetOf({ id, conversation }: StoredRow): Target {
  return { id, where: conversation };
}
