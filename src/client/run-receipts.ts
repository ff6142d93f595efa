// The commands about what others may learn of our person, and what ours may learn of them. Knows no screens.

import { setDisclosure } from '../core/disclosure.ts';
import { requireRoom } from '../core/find-room.ts';
import { setQuiet } from '../core/outbox.ts';
import { noteRead, takeBackReads } from '../core/receipts.ts';
import { typeIn, typeTo } from '../core/typing.ts';
import { askWhoRead, noteRoomRead } from '../core/who-read.ts';
import type { Command, ConversationSettings, Replies } from './api.ts';
import { disclosureOf, settingsFor, withSettingsFor } from './conversation-settings.ts';
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
  { settings, engine }: ClientParts,
  { with: destination, change }: Of<'conversation-settings'>,
): Promise<ConversationSettings> {
  if (Object.keys(change).length > 0) {
    settings.update({ conversations: withSettingsFor(settings.current, destination, change) });
    await settings.flush();
    applyDisclosure({ settings, engine });
  }
  return settingsFor(settings.current, destination);
}
