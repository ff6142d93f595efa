// Commands on private rooms, and which room or conversation is meant where one is named by its title.
import { findRoom } from '../core/find-room.ts';
import {
  answer,
  closeRoom,
  createGroup,
  createRoom,
  invitations,
  inviteTo,
  removeFrom,
  retitle,
  setModerator,
  setRoom,
  setTopic,
  transfer,
} from '../core/private-commands.ts';
import type { CoreState } from '../core/state.ts';
import type { Command, Destination, Made, Replies } from './api.ts';
import type { MadeRecords } from './made-records.ts';

const COMMANDS = [
  'room-create',
  'room-group',
  'room-invite',
  'invitations',
  'room-answer',
  'room-remove',
  'room-title',
  'room-topic',
  'room-moderator',
  'room-transfer',
  'room-set',
  'room-close',
] as const;

export type PrivateRoomCommand = Extract<Command, { do: (typeof COMMANDS)[number] }>;

const names: ReadonlySet<string> = new Set(COMMANDS);

export function isPrivateRoomCommand(command: Command): command is PrivateRoomCommand {
  return names.has(command.do);
}

/** Throws UsageError as core/private-commands.ts says of each. */
export function runPrivateRoom(
  core: CoreState,
  command: PrivateRoomCommand,
  made: MadeRecords,
): Replies[PrivateRoomCommand['do']] {
  if (command.do === 'invitations') return { invitations: invitations(core) };
  return made.watch(core, () => actOnRoom(core, command));
}

function actOnRoom(
  core: CoreState,
  command: Exclude<PrivateRoomCommand, { do: 'invitations' }>,
): Omit<Replies[typeof command.do], keyof Made> {
  switch (command.do) {
    case 'room-create':
      return { room: createRoom(core, command) };
    case 'room-group':
      return { room: createGroup(core, command.peers) };
    case 'room-answer':
      return { room: answer(core, command.room, command) };
    default:
      changeRoom(core, command);
      return {};
  }
}

function changeRoom(
  core: CoreState,
  command: Exclude<
    PrivateRoomCommand,
    { do: 'room-create' | 'room-group' | 'invitations' | 'room-answer' }
  >,
): void {
  switch (command.do) {
    case 'room-invite':
      inviteTo(core, command.room, command.peers);
      return;
    case 'room-remove':
      removeFrom(core, command.room, command.peers);
      return;
    case 'room-title':
      retitle(core, command.room, command.title);
      return;
    case 'room-topic':
      setTopic(core, command.room, command.topic);
      return;
    case 'room-moderator':
      setModerator(core, command.room, command);
      return;
    case 'room-transfer':
      transfer(core, command.room, command.peer);
      return;
    case 'room-set':
      setRoom(core, command.room, command);
      return;
    case 'room-close':
      closeRoom(core, command.room);
      return;
    default:
      command satisfies never;
  }
}

/**
 * A conversation by its one name: a private room may be given by its title or a few digits. One that we are in no more is
 * named by all its digits. Throws UsageError `ambiguous-room`.
 */
export function placed(core: CoreState, to: Destination): Destination {
  if (!('room' in to) || !to.room.startsWith('+')) return to;
  return { room: findRoom(core, to.room)?.label ?? to.room.toLowerCase() };
}
