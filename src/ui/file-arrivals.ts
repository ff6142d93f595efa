// Applies how it stands with a file to the store: its row, a warning that came with its content, and whether somebody waits for it.
import type { FileTransfer } from '../client/api.ts';
import type { MessageId } from '../protocol/ids.ts';
import type { Attention } from './apply-event.ts';
import {
  type ConversationKey,
  type Entry,
  indexOfMessage,
  replaceMessage,
} from './conversation.ts';
import { cleanTransfer } from './file-words.ts';
import { keyOf } from './message-line.ts';
import { notifyLevelOf } from './notify-level.ts';
import { type SafeText, safeTemplate as t } from './safe-text.ts';
import type { ScreenStore } from './store.ts';
import { conversationName } from './switcher.ts';

/** As the client answers it, or tells it. */
export function putTransfer(store: ScreenStore, transfer: FileTransfer): void {
  const key = keyOf(transfer.conversation);
  const clean = cleanTransfer(transfer);
  const { id, warning } = clean;
  store.transfers.set(key, clean);
  if (id !== null) putWarning(store, { key, id, warning });
}

/** As the client tells it, perhaps many times a second; answers with what is worth a signal. */
export function applyFile(store: ScreenStore, transfer: FileTransfer): Attention | null {
  const { id, direction, state, conversation } = transfer;
  const isNew = id !== null && store.transfers.get(id) === null;
  putTransfer(store, transfer);
  if (id === null || direction === 'out') return null;
  const key = keyOf(conversation);
  if (isNew && state === 'offered') store.transfers.offer(id, key);
  if (state !== 'done' || !store.transfers.takeAsked(id)) return null;
  return notifyLevelOf(store.state, key) === 'nothing' ? null : arrived(store, key, id);
}

function arrived(store: ScreenStore, key: ConversationKey, id: MessageId): Attention {
  const { people, rooms } = store.state;
  const from = messageOf(store, key, id)?.from;
  const place = conversationName(store.state, key);
  const sender: SafeText = from === undefined ? place : people.label(from);
  const name = store.transfers.get(id)?.name ?? t``;
  return {
    ...{ sender, mention: false, isArrived: true, text: t`${name} is here` },
    room: rooms.has(key) && from !== undefined ? place : null,
  };
}

function messageOf(store: ScreenStore, key: ConversationKey, id: MessageId) {
  const { entries = [], aside = null } = store.state.conversations.get(key) ?? {};
  const found: Entry | undefined =
    entries[indexOfMessage(entries, id)] ?? aside?.tail[indexOfMessage(aside.tail, id)];
  return found?.kind === 'message' ? found : undefined;
}

/** Part of the line, since it takes a row of its own; all else of a transfer is looked up when it is drawn. */
function putWarning(
  store: ScreenStore,
  {
    key,
    id,
    warning,
  }: {
    readonly key: ConversationKey;
    readonly id: MessageId;
    readonly warning: SafeText | null;
  },
): void {
  const shown = store.state.conversations.get(key);
  const entry = shown === undefined ? undefined : messageOf(store, key, id);
  const file = entry?.look?.file;
  if (shown === undefined || entry?.look === undefined || file === undefined) return;
  if (file.warning === warning) return;
  const look = { ...entry.look, file: { ...file, warning } };
  store.change(shown, (record) => replaceMessage(record, { ...entry, look }));
}
