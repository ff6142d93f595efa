// The commands about what others may learn of our person, and what ours may learn of them. Knows no screens.

import { setDisclosure } from '../core/disclosure.ts';
import { findRoom, notInRoom, requireRoom } from '../core/find-room.ts';
import { setNotifyLevels } from '../core/notify-levels.ts';
import { setQuiet } from '../core/outbox.ts';
import { noteRead, takeBackReads } from '../core/receipts.ts';
import { typeIn, typeTo } from '../core/typing.ts';
import { askWhoRead, noteRoomRead } from '../core/who-read.ts';
import { parseRoomName } from '../protocol/nickname.ts';
import type { Command, ConversationSettings, Destination, Replies } from './api.ts';
import {
  disclosureOf,
  notifyLevelsOf,
  settingsFor,
  withSettingsFor,
} from './conversation-settings.ts';
import type { ClientParts } from './run-command.ts';

type Of<Name extends Command['do']> = Extract<Command, { do: Name }>;
export type ReceiptCommand = Of<'mark-read' | 'typing' | 'who-read' | 'conversation-settings'>;
type Reply = Replies[ReceiptCommand['do']];

/** Throws LanchatError with a stable code where it is refused: then nothing has changed. */
export async function runReceipts(parts: ClientParts, command: ReceiptCommand): Promise<Reply> {
  const { engine, history } = parts;
  switch (command.do) {
    case 'mark-read': {
      const { conversation } = command;
      history.markRead(conversation);
      engine.command((core) =>
        'peer' in conversation
          ? noteRead(core, conversation.peer)
          : noteRoomRead(core, conversation.room),
      );
      return {};
    }
    case 'typing': {
      const { to } = command;
      engine.command((core) =>
        'peer' in to ? typeTo(core, to.peer) : typeIn(core, requireRoom(core, to.room)),
      );
      return {};
    }
    case 'who-read': {
      const room = history.roomOfOwn(command.id);
      return { asked: engine.command((core) => askWhoRead(core, room, command.id)) };
    }
    case 'conversation-settings':
      return changeFor(parts, command);
    default:
      return command satisfies never;
  }
}

/** What the settings say now holds from now on, also for what waits. */
export function applyDisclosure({
  settings,
  engine,
}: Pick<ClientParts, 'settings' | 'engine'>): void {
  const { current } = settings;
  engine.command((core) => {
    setQuiet(core, !current.showDelivered);
    setDisclosure(core, disclosureOf(current));
    takeBackReads(core);
  });
}

async function changeFor(
  parts: ClientParts,
  { with: destination, change }: Of<'conversation-settings'>,
): Promise<ConversationSettings> {
  const { settings, engine } = parts;
  if (Object.keys(change).length > 0) {
    if (change.notifyLevel !== undefined) requireOurs(parts, destination);
    settings.update({ conversations: withSettingsFor(settings.current, destination, change) });
    if (change.notifyLevel !== undefined) applyLevels(parts, destination);
    await settings.flush();
    applyDisclosure({ settings, engine });
  }
  return settingsFor(settings.current, destination);
}

function applyLevels({ settings, engine, history }: ClientParts, destination: Destination): void {
  const levels = notifyLevelsOf(settings.current);
  engine.command((core) => setNotifyLevels(core, levels));
  const { notifyLevel } = settingsFor(settings.current, destination);
  // What it counted so far goes with it.
  if (notifyLevel === 'nothing') history.markRead(destination);
}

/** Levels are forgotten with a room. Throws UsageError `bad-room`, `not-in-room`. */
function requireOurs({ core, settings }: ClientParts, destination: Destination): void {
  if ('peer' in destination || findRoom(core, destination.room) !== null) return;
  // Also a public one that this run has not entered.
  const name = parseRoomName(destination.room) ?? '';
  if (!settings.current.rooms.includes(name)) throw notInRoom(destination.room);
}
