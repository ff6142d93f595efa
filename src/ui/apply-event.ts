// Applies what the client reports to the store. Every text of others is cleaned here, before it is kept.
import type {
  Change,
  ClientEvent,
  Destination,
  InvitationInfo,
  Link,
  Message,
  Snapshot,
  StorageProblem,
  StoredMessage,
  Who,
} from '../client/api.ts';
import type { MessageId } from '../protocol/ids.ts';
import { applyWords } from './comparison-tasks.ts';
import type { ConversationKey, KeyChange, Receipt } from './conversation.ts';
import { applyFile } from './file-arrivals.ts';
import { introduce } from './introduce.ts';
import { wordsOf } from './message-body.ts';
import { keyOf, keyOfMessage, liveLine, storedLine } from './message-line.ts';
import { notifyLevelOf } from './notify-level.ts';
import { withoutHit } from './overlay.ts';
import { cleanNickname } from './people.ts';
import { applyReceipts } from './receipt-tasks.ts';
import { isAsking, questionWords } from './room-tasks.ts';
import { isRequest } from './room-words.ts';
import { type SafeText, safeText, safeTemplate as t } from './safe-text.ts';
import { changeMessage, removeAll, removeMessage } from './scrollback.ts';
import type { ScreenStore } from './store.ts';
import { stateWords, storageWords } from './words.ts';

/** Something that may be worth a signal while nobody looks: what the conversation's level asks for. */
export interface Attention {
  readonly sender: SafeText;
  /** Null for a private message, and in a group. */
  readonly room: SafeText | null;
  readonly mention: boolean;
  /** A file that was asked for is here. */
  readonly isArrived?: true;
  /** One line, cut short. */
  readonly text: SafeText;
}

const MAX_NOTICE_TEXT = 160;

/** What was so before the first event. A key that changed while nobody looked is told now. */
export function applySnapshot(store: ScreenStore, snapshot: Snapshot): void {
  store.setSelf(snapshot.self);
  store.setEphemeral(snapshot.ephemeral);
  applyStorage(store, snapshot.storageProblem);
  store.setReady(snapshot.ready);
  for (const person of snapshot.people) store.setPerson(person);
  for (const room of snapshot.rooms) store.setRoom(room);
  applyLink(store, snapshot.link);
  for (const { nick, fingerprint, keyChangedFrom } of snapshot.people) {
    for (const was of keyChangedFrom) {
      const wasVerified = store.state.people.get(was)?.trust === 'verified';
      addKeyChange(store, { nick, was, now: fingerprint, wasVerified });
    }
  }
  store.notifyNow();
}

/** Changes the store and schedules its notification. Never throws, whatever a peer wrote. */
export function applyEvent(store: ScreenStore, event: ClientEvent): Attention | null {
  // What moves says so many times a second: the store tells of it less often.
  if (event.type === 'file') return applyFile(store, event.transfer);
  const attention = applied(store, event);
  store.notifySoon();
  return attention;
}

function applied(
  store: ScreenStore,
  event: Exclude<ClientEvent, { type: 'file' }>,
): Attention | null {
  if (event.type === 'message') return applyMessage(store, event.message);
  applyQuietly(store, event);
  return null;
}

function applyQuietly(
  store: ScreenStore,
  event: Exclude<ClientEvent, { type: 'message' | 'file' }>,
): void {
  switch (event.type) {
    case 'link':
      applyLink(store, event.link);
      return;
    case 'ready':
    case 'reconnected':
      store.setReady(true);
      return;
    case 'disconnected':
      store.setReady(false);
      return;
    case 'self':
      store.setSelf(event);
      return;
    case 'person':
      store.setPerson(event.person);
      return;
    case 'room':
      store.setRoom(event.room);
      return;
    case 'room-left':
      store.leftRoom(event.room);
      return;
    case 'joined':
    case 'left':
      applyPresence(store, event);
      return;
    case 'receipt':
      applyReceipt(store, event);
      return;
    case 'typing':
    case 'who-read':
      applyReceipts(store, event);
      return;
    case 'words':
      applyWords(store, event);
      return;
    case 'key-changed':
      addKeyChange(store, { ...event, wasVerified: event.trust === 'verified' });
      return;
    case 'gap':
    case 'announcement':
    case 'error':
      addTold(store, event);
      return;
    case 'message-changed':
      applyChanged(store, event.message);
      return;
    case 'invitation':
      applyInvitation(store, event.invitation);
      return;
    case 'deleted':
      applyDeleted(store, event);
      return;
    case 'storage':
      applyStorage(store, event.problem);
      return;
    case 'settings':
      store.setPreferences(event.settings);
      return;
    default:
      event satisfies never;
  }
}

/** What is only told: a gap where it is, the operator's words and faults where one looks. */
function addTold(
  store: ScreenStore,
  event: Extract<ClientEvent, { type: 'gap' | 'announcement' | 'error' }>,
): void {
  const { active } = store.state;
  if (event.type === 'gap') {
    const { from, room, missing } = event;
    store.add(room ?? from.fingerprint, { kind: 'gap', nick: store.meet(from), missing });
  } else if (event.type === 'announcement') {
    const text = safeText(event.text, { maxLength: 2_000, multiline: true });
    store.add(active, { kind: 'announcement', text });
  } else {
    const text = safeText(event.message, { maxLength: 400 });
    store.add(active, { kind: 'notice', tone: 'warning', text });
  }
}

/** An edit, a reaction, or what an earlier run said: nothing on the screen shows that it never went out. */
function applyReceipt(store: ScreenStore, receipt: Receipt): void {
  const { state, reason } = receipt;
  if (store.setReceipt(receipt) || state !== 'failed' || reason === 'cancelled') return;
  store.note(t`Something of yours did not go out: ${stateWords(state, reason)}`, 'warning');
}

/** Whoever looks elsewhere hears that a room has let them in; strangers may put one into a group, but no line before one's eyes. */
function tellEntry(store: ScreenStore, room: string, { what, who }: Change): void {
  const { active, rooms, people, self } = store.state;
  const known = rooms.get(room);
  const isUs = who.some(({ fingerprint }) => fingerprint === self?.fingerprint);
  if (what !== 'added' || !isUs || active === room) return;
  if (known === undefined || isRequest(known)) return;
  const entered = t`You are in ${people.rooms.label(room)} now.`;
  store.add(active, { kind: 'notice', tone: 'plain', text: entered });
}

/** A question to the person, where they look; of somebody ignored it waits for who asks for it. */
function applyInvitation(store: ScreenStore, invitation: InvitationInfo): void {
  if (!isAsking(invitation)) return;
  const text = questionWords(invitation, store.callers);
  store.add(store.state.active, { kind: 'notice', tone: 'plain', text });
}

function applyStorage(store: ScreenStore, problem: StorageProblem | null): void {
  store.setStorageProblem(problem === null ? null : storageWords(problem.message));
}

/** Where nobody reads it there is nothing to change: history has it so already. */
function applyChanged(store: ScreenStore, message: StoredMessage): void {
  const { overlay, conversations } = store.state;
  if (overlay?.kind === 'search' && message.deleted) {
    store.setOverlay(withoutHit(overlay, message.id));
  }
  const shown = conversations.get(keyOfMessage(message));
  if (shown === undefined) return;
  const { body } = storedLine(store, message);
  store.change(shown, (record) => changeMessage(record, body));
}

function applyDeleted(
  store: ScreenStore,
  { conversation, id }: { readonly conversation: Destination; readonly id: MessageId | null },
): void {
  const { overlay, conversations } = store.state;
  if (overlay?.kind === 'search' && id !== null) store.setOverlay(withoutHit(overlay, id));
  const shown = conversations.get(keyOf(conversation));
  if (shown === undefined) return;
  store.change(shown, (record) => (id === null ? removeAll(record) : removeMessage(record, id)));
}

// A choice of relays opens by itself, and closes by itself when it has become needless.
function applyLink(store: ScreenStore, link: Link): void {
  const { state } = store;
  const wasChoosing = state.link?.state === 'choosing';
  store.setLink(link);
  if (link.state !== 'choosing') {
    if (state.overlay?.kind === 'relays' && wasChoosing) store.setOverlay(null);
    return;
  }
  const open = state.overlay?.kind === 'relays' ? state.overlay : null;
  if (open === null && (state.overlay !== null || wasChoosing)) return;
  // A relay that appears must not move what Enter would choose.
  const chosen = open?.choices[open.selected];
  const index = link.choices.findIndex(
    ({ host, port, fingerprint }) =>
      host === chosen?.host && port === chosen.port && fingerprint === chosen.fingerprint,
  );
  store.setOverlay({ kind: 'relays', choices: link.choices, selected: open === null ? 0 : index });
}

function applyPresence(
  store: ScreenStore,
  {
    type,
    room,
    who,
  }: { readonly type: 'joined' | 'left'; readonly room: string; readonly who: Who },
): void {
  if (who.fingerprint === store.state.self?.fingerprint) return;
  // Whoever left while their room was being closed here must not bring its window back.
  if (!store.state.conversations.has(room)) return;
  const name = store.meet(who);
  store.add(room, {
    kind: 'presence',
    joined: type === 'joined' ? [name] : [],
    left: type === 'left' ? [name] : [],
  });
}

function applyMessage(store: ScreenStore, message: Message): Attention | null {
  const key = keyOfMessage(message);
  const sender = store.meet(message.from);
  const { body, timeMs } = liveLine(store, message);
  // A private message puts its conversation into the sidebar, unread; what one looks at stays.
  const person = message.peer === null ? null : store.state.people.get(message.peer);
  if (person !== null && message.from.ignored !== true) introduce(store, person);
  store.add(key, body, timeMs);
  if (message.change !== undefined) {
    if (message.room !== null) tellEntry(store, message.room, message.change);
    return null;
  }
  // Kept and shown as a line without words, and nobody is told of it.
  if (body.own || message.from.ignored === true) return null;
  const level = notifyLevelOf(store.state, key);
  if (level === 'nothing') return null;
  store.stopTyping(key, sender);
  store.countUnread(key, body.id, body.mention);
  if (level === 'mentions' && !body.mention) return null;
  const { room } = message;
  // A group is a conversation of chosen people, as a private one is.
  const isPrivate = room === null || store.state.rooms.get(room)?.kind === 'group';
  return {
    ...{ sender, mention: body.mention },
    room: isPrivate ? null : store.state.people.rooms.label(room),
    text: safeText(wordsOf(body), { maxLength: MAX_NOTICE_TEXT }),
  };
}

/** Permanent, wherever the person is met: open windows of theirs, shared rooms, and where one looks. */
function addKeyChange(
  store: ScreenStore,
  change: KeyChange & { readonly nick: string; readonly wasVerified: boolean },
): void {
  const { state } = store;
  const { was, now, wasVerified } = change;
  const places = new Set<ConversationKey>([state.active]);
  // A key alone opens no window, as a message does: making keys must not fill the sidebar.
  for (const key of [was, now]) if (state.conversations.has(key)) places.add(key);
  for (const room of state.rooms.values()) if (room.members.includes(now)) places.add(room.name);
  const nick = cleanNickname(change.nick);
  const changes = [{ was, now }];
  for (const key of places) {
    store.add(key, { kind: 'key-changed', nick, changes, more: 0, wasVerified });
  }
}
