// Applies what the client reports to the store. Every text of others is cleaned here, before it is kept.
import type { ClientEvent, Link, Message, Snapshot, Who } from '../client/api.ts';
import type { ConversationKey, EntryBody, KeyChange } from './conversation.ts';
import { introduce } from './introduce.ts';
import { cleanNickname } from './people.ts';
import { type SafeText, safeTemplate, safeText } from './safe-text.ts';
import type { ScreenStore } from './store.ts';
import { calendarDay, clockTime } from './words.ts';

/** Something that may be worth a signal while nobody looks: a private message or a mention. */
export interface Attention {
  readonly sender: SafeText;
  /** The room of a mention; null for a private message. */
  readonly room: SafeText | null;
}

/** What was so before the first event. A key that changed while nobody looked is told now. */
export function applySnapshot(store: ScreenStore, snapshot: Snapshot): void {
  store.setSelf(snapshot.self);
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
  const attention = applied(store, event);
  store.notifySoon();
  return attention;
}

function applied(store: ScreenStore, event: ClientEvent): Attention | null {
  const { state } = store;
  switch (event.type) {
    case 'link':
      applyLink(store, event.link);
      return null;
    case 'ready':
    case 'reconnected':
      store.setReady(true);
      return null;
    case 'disconnected':
      store.setReady(false);
      return null;
    case 'self':
      store.setSelf(event);
      return null;
    case 'person':
      store.setPerson(event.person);
      return null;
    case 'room':
      store.setRoom(event.room);
      return null;
    case 'room-left':
      store.dropRoom(event.room);
      return null;
    case 'joined':
    case 'left':
      applyPresence(store, event);
      return null;
    case 'message':
      return applyMessage(store, event.message);
    case 'receipt':
      store.setReceipt(event);
      return null;
    case 'key-changed':
      addKeyChange(store, { ...event, wasVerified: event.trust === 'verified' });
      return null;
    case 'gap':
      store.add(event.room ?? event.from.fingerprint, {
        kind: 'gap',
        nick: store.meet(event.from),
        missing: event.missing,
      });
      return null;
    case 'announcement': {
      const text = safeText(event.text, { maxLength: 2_000, multiline: true });
      store.add(state.active, { kind: 'announcement', text });
      return null;
    }
    case 'error': {
      const text = safeText(event.message, { maxLength: 400 });
      store.add(state.active, { kind: 'notice', tone: 'warning', text });
      return null;
    }
    default:
      return event satisfies never;
  }
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
    ({ host, port }) => host === chosen?.host && port === chosen.port,
  );
  store.setOverlay({ kind: 'relays', choices: link.choices, selected: Math.max(0, index) });
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
  const { state } = store;
  const key: ConversationKey = message.room ?? message.peer ?? message.from.fingerprint;
  const own = message.state !== null;
  const text = safeText(message.text, { multiline: true });
  const sender = store.meet(message.from);
  const mention = !own && message.room !== null && mentions(text, state.self?.nick ?? null);
  const body: EntryBody = {
    kind: 'message',
    id: message.id,
    from: message.from.fingerprint,
    own,
    text,
    state: message.state,
    reason: null,
    mention,
    sentTime: message.sentTime === null ? null : sentWords(message.sentTime),
  };
  // A private message puts its conversation into the sidebar, unread; what one looks at stays.
  const person = message.peer === null ? null : state.people.get(message.peer);
  if (person !== null) introduce(store, person);
  const timeMs = Date.parse(message.time);
  if (Number.isNaN(timeMs)) store.add(key, body);
  else store.add(key, body, timeMs);
  if (own) return null;
  store.countUnread(key, mention);
  if (message.room !== null && !mention) return null;
  return { sender, room: message.room === null ? null : safeText(message.room) };
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

function sentWords(iso: string): SafeText | null {
  const timeMs = Date.parse(iso);
  return Number.isNaN(timeMs) ? null : safeTemplate`${calendarDay(timeMs)} ${clockTime(timeMs)}`;
}

/** Whether the name stands in the text as a word of its own, in either case. */
function mentions(text: string, nick: string | null): boolean {
  if (nick === null || nick === '') return false;
  const haystack = text.normalize('NFKC').toLowerCase();
  const needle = nick.toLowerCase();
  for (let at = haystack.indexOf(needle); at !== -1; at = haystack.indexOf(needle, at + 1)) {
    const before = haystack.slice(Math.max(0, at - 2), at);
    const after = haystack.slice(at + needle.length, at + needle.length + 2);
    if (!/[\p{L}\p{N}\p{M}_]$/u.test(before) && !/^[\p{L}\p{N}\p{M}_]/u.test(after)) return true;
  }
  return false;
}
