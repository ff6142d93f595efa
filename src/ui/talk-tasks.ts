// What the commands about rooms and messages do: joining, leaving, addressing, one's own name.
import { PeerId } from '../protocol/ids.ts';
import { FIRST_ROOM, parseRoomName } from '../protocol/nickname.ts';
import { namesOfGroup, splitFirst } from './command-text.ts';
import type { ConversationKey } from './conversation.ts';
import { enteredRoom } from './entered-room.ts';
import { introduce } from './introduce.ts';
import type { KnownPerson } from './people.ts';
import { isRoomName, roomQuery } from './room-names.ts';
import { safeText, safeTemplate as t } from './safe-text.ts';
import type { ScreenStore } from './store.ts';
import { attempt, findPerson, type ScreenActions, say } from './talk.ts';
import { faultWords } from './words.ts';

/** `#name` as the client knows it, or null after saying what is wrong. */
function roomFrom(store: ScreenStore, text: string): string | null {
  const name = parseRoomName(text);
  if (name !== null) return `#${name}`;
  store.note(t`A room is called #name: letters and digits, "_", "." and "-".`, 'warning');
  return null;
}

/** As `roomFrom`, or a private room that we are in, by any of its names. */
async function enteredFrom(actions: ScreenActions, text: string): Promise<string | null> {
  if (!text.startsWith('+')) return roomFrom(actions.store, text);
  const { store } = actions;
  try {
    const room = await enteredRoom(actions.ask, store.state.people.rooms, text);
    if (room !== null) return room;
    store.note(t`You are in no room called ${safeText(text, { maxLength: 80 })}.`, 'warning');
  } catch (error) {
    store.note(faultWords(error), 'warning');
  }
  return null;
}

/** `/join #room`, and goes there; into a private one only who is let in. */
export async function join(actions: ScreenActions, args: string): Promise<void> {
  const room = args.startsWith('+') ? roomQuery(args) : roomFrom(actions.store, args);
  if (room === null) return;
  const reply = await attempt(actions, { do: 'join', room });
  if (reply !== null) actions.store.open(reply.room);
}

/** The answer to /part there. */
export const LOBBY_STAYS = t`The lobby stays open; /quit leaves lanchat.`;

/** Leaves a room, or closes a private conversation's window. */
export async function part(
  actions: ScreenActions,
  args: string,
  here: ConversationKey,
): Promise<void> {
  const { store } = actions;
  const key = args === '' ? here : await enteredFrom(actions, args);
  if (key === null) return;
  if (key === FIRST_ROOM) {
    store.note(LOBBY_STAYS);
    return;
  }
  if (store.state.rooms.has(key)) {
    const reply = await attempt(actions, { do: 'leave', room: key });
    if (reply === null) return;
  }
  store.dropRoom(key);
  store.notifyNow();
}

/** `/msg NAME TEXT`, `/msg NAME,NAME TEXT`, or `/msg ROOM TEXT`: says it without going there. */
export async function message(actions: ScreenActions, args: string): Promise<void> {
  const [name = '', text = ''] = splitFirst(args);
  if (isRoomName(name)) return tellRoom(actions, name, text);
  return tellPerson(actions, name, text);
}

/** Says something in a room without going there. */
export async function tellRoom(actions: ScreenActions, room: string, text: string): Promise<void> {
  const { store } = actions;
  const key = await enteredFrom(actions, room);
  if (key === null) return;
  if (!store.state.rooms.has(key)) {
    const label = store.state.people.rooms.label(key);
    const first = key.startsWith('#') ? t`; /join ${label} first` : t``;
    store.note(t`You are not in ${label}${first}.`, 'warning');
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
  const names = namesOfGroup(name);
  if (names !== null) return tellGroup(actions, names, text);
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

/** Says something to several people, in the group that is made of them, without going there. */
async function tellGroup(
  actions: ScreenActions,
  names: readonly string[],
  text: string,
): Promise<void> {
  const { store } = actions;
  const room = await groupOf(actions, names, text);
  if (room === null) return;
  if (text === '') store.open(room);
  else if (await say(actions, room, text)) noteSentElsewhere(store, room, text);
}

/** The group of all who are named; null where one is nobody, or several, or it can't be made: that is said. */
async function groupOf(
  actions: ScreenActions,
  names: readonly string[],
  draft: string,
): Promise<string | null> {
  const peers: PeerId[] = [];
  for (const [index, name] of names.entries()) {
    const others = names.filter((_name, other) => other !== index);
    const person = await findPerson(actions, name, { kind: 'group', others, draft });
    if (person === null) return null;
    peers.push(person.fingerprint);
  }
  return (await attempt(actions, { do: 'room-group', peers }))?.room ?? null;
}

/** Opens the group of these people, with the text as a draft. Sends no message. */
export async function openGroup(
  actions: ScreenActions,
  names: readonly string[],
  draft: string,
): Promise<void> {
  const room = await groupOf(actions, names, draft);
  if (room === null) return;
  actions.store.open(room);
  if (draft !== '') actions.store.giveBack(room, draft);
}

function noteSentElsewhere(store: ScreenStore, key: string, text: string): void {
  if (key === store.state.active) return;
  const peer = PeerId.parse(key);
  const where =
    peer === null
      ? store.state.people.rooms.label(key)
      : t`${store.state.people.label(peer)}, privately`;
  store.note(t`to ${where}: ${safeText(text, { maxLength: 200 })}`);
}

/** `/query NAME [TEXT]`: opens the private conversation. */
export async function query(actions: ScreenActions, args: string): Promise<void> {
  const [name = '', text = ''] = splitFirst(args);
  const names = namesOfGroup(name);
  if (names !== null) {
    const room = await groupOf(actions, names, text);
    if (room === null) return;
    actions.store.open(room);
    if (text !== '') await say(actions, room, text);
    return;
  }
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
