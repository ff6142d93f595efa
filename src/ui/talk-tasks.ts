// What the commands about rooms and messages do: joining, leaving, addressing, one's own name.
import { PeerId } from '../protocol/ids.ts';
import { FIRST_ROOM, parseRoomName } from '../protocol/nickname.ts';
import { splitFirst } from './command-text.ts';
import type { ConversationKey } from './conversation.ts';
import { introduce } from './introduce.ts';
import type { KnownPerson } from './people.ts';
import { safeText, safeTemplate as t } from './safe-text.ts';
import type { ScreenStore } from './store.ts';
import { attempt, findPerson, type ScreenActions, say } from './talk.ts';

/** `#name` as the client knows it, or null after saying what is wrong. */
function roomFrom(store: ScreenStore, text: string): string | null {
  const name = parseRoomName(text);
  if (name !== null) return `#${name}`;
  store.note(t`A room is called #name: letters and digits, "_", "." and "-".`, 'warning');
  return null;
}

/** `/join #room`, and goes there. */
export async function join(actions: ScreenActions, args: string): Promise<void> {
  const room = roomFrom(actions.store, args);
  if (room === null) return;
  const reply = await attempt(actions, { do: 'join', room });
  if (reply !== null) actions.store.open(reply.room);
}

/** Leaves a room, or closes a private conversation's window. */
export async function part(
  actions: ScreenActions,
  args: string,
  here: ConversationKey,
): Promise<void> {
  const { store } = actions;
  const key = args === '' ? here : roomFrom(store, args);
  if (key === null) return;
  if (key === FIRST_ROOM) {
    store.note(t`The lobby stays open; /quit leaves lanchat.`);
    return;
  }
  if (key.startsWith('#') && store.state.rooms.has(key)) {
    const reply = await attempt(actions, { do: 'leave', room: key });
    if (reply === null) return;
  }
  store.dropRoom(key);
  store.notifyNow();
}

/** `/msg NAME TEXT`, or `/msg #room TEXT`: says it without going there. */
export async function message(actions: ScreenActions, args: string): Promise<void> {
  const [name = '', text = ''] = splitFirst(args);
  if (name.startsWith('#')) return tellRoom(actions, name, text);
  return tellPerson(actions, name, text);
}

/** Says something in a room without going there. */
export async function tellRoom(actions: ScreenActions, room: string, text: string): Promise<void> {
  const { store } = actions;
  const key = roomFrom(store, room);
  if (key === null) return;
  if (!store.state.rooms.has(key)) {
    store.note(t`You are not in ${safeText(key)}; /join ${safeText(key)} first.`, 'warning');
    return;
  }
  if (text === '') store.open(key);
  else if (await say(actions, key, text)) noteSentElsewhere(store, key, text);
}

/** Says something privately without going there; several of that name: a picker, and nothing is sent. */
export async function tellPerson(
  actions: ScreenActions,
  name: string,
  text: string,
): Promise<void> {
  const { store } = actions;
  const person = await findPerson(actions, name, { kind: 'open', draft: text || null });
  if (person === null) return;
  if (text === '') {
    openPerson(store, person);
    return;
  }
  introduce(store, person);
  if (await say(actions, person.fingerprint, text)) {
    noteSentElsewhere(store, person.fingerprint, text);
  }
}

function noteSentElsewhere(store: ScreenStore, key: string, text: string): void {
  if (key === store.state.active) return;
  const peer = PeerId.parse(key);
  const where = peer === null ? safeText(key) : t`${store.state.people.label(peer)}, privately`;
  store.note(t`to ${where}: ${safeText(text, { maxLength: 200 })}`);
}

/** `/query NAME [TEXT]`: opens the private conversation. */
export async function query(actions: ScreenActions, args: string): Promise<void> {
  const [name = '', text = ''] = splitFirst(args);
  const person = await findPerson(actions, name, { kind: 'open', draft: text || null });
  if (person === null) return;
  openPerson(actions.store, person);
  if (text !== '') await say(actions, person.fingerprint, text);
}

function openPerson(store: ScreenStore, person: KnownPerson): void {
  introduce(store, person);
  store.open(person.fingerprint);
}

/** `/nick NAME`. */
export async function nick(actions: ScreenActions, args: string): Promise<void> {
  const reply = await attempt(actions, { do: 'nick', nick: args });
  if (reply === null) return;
  actions.store.note(t`You are called ${safeText(reply.nick, { maxLength: 64 })} from now on.`);
}
