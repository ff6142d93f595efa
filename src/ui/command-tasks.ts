// What each slash command does, over the store and the client. The table that names them is commands.ts.
import { PeerId } from '../protocol/ids.ts';
import { FIRST_ROOM, parseRoomName } from '../protocol/nickname.ts';
import type { ConversationKey } from './conversation.ts';
import { introduce } from './introduce.ts';
import { fingerprintWords, type KnownPerson, trustWord } from './people.ts';
import { type SafeText, safeText, safeTemplate as t } from './safe-text.ts';
import type { ScreenStore } from './store.ts';
import { attempt, findPerson, type ScreenActions, say } from './talk.ts';
import { faultWords, linkReason, linkWords } from './words.ts';

/** People or rooms that one answer lists; more are counted. */
const MAX_LISTED = 60;

/** `#name` as the client knows it, or null after saying what is wrong. */
function roomFrom(store: ScreenStore, text: string): string | null {
  const name = parseRoomName(text);
  if (name !== null) return `#${name}`;
  store.note(t`A room is called #name: letters and digits, "_", "." and "-".`, 'warning');
  return null;
}

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

export async function nick(actions: ScreenActions, args: string): Promise<void> {
  const reply = await attempt(actions, { do: 'nick', nick: args });
  if (reply === null) return;
  actions.store.note(t`You are called ${safeText(reply.nick, { maxLength: 64 })} from now on.`);
}

/** Who is in this room, or, in a private conversation, who is here at all. */
export function who({ store }: ScreenActions): void {
  const { state } = store;
  const room = state.rooms.get(state.active);
  const people = room
    ? room.members.map((member) => state.people.get(member)).filter((person) => person !== null)
    : state.people.list().filter((person) => person.online);
  const lines = people
    .filter((person) => person.fingerprint !== state.self?.fingerprint)
    .map((person) => personLine(store, person));
  const where = room ? safeText(room.name) : t`the relay`;
  const head = lines.length === 0 ? t`Nobody but you is in ${where}.` : t`In ${where}, beside you:`;
  store.note(listing(head, lines));
}

function personLine({ state }: ScreenStore, person: KnownPerson): SafeText {
  const key = fingerprintWords(person.fingerprint, 16);
  const away = person.online ? t`` : t`, not here`;
  return t`${state.people.label(person.fingerprint)} · ${trustWord(person)}${away} · key ${key} …`;
}

export async function whois(
  actions: ScreenActions,
  args: string,
  here: ConversationKey,
): Promise<void> {
  const { store } = actions;
  const person = await personOrHere(actions, args, { command: 'whois', here });
  if (person === null) return;
  const rooms = [...store.state.rooms.values()]
    .filter((room) => room.members.includes(person.fingerprint))
    .map((room) => safeText(room.name));
  const presence = person.online ? t`here now` : t`not here`;
  const shared = rooms.length === 0 ? t`no room shared` : t`in ${safeText(rooms.join(', '))}`;
  store.note(
    listing(
      t`${store.state.people.label(person.fingerprint)} · ${trustWord(person)} · ${presence}`,
      [t`key ${fingerprintWords(person.fingerprint)}`, shared],
    ),
  );
}

export async function verify(
  actions: ScreenActions,
  args: string,
  here: ConversationKey,
): Promise<void> {
  const [name = '', typed = ''] = splitFirst(args);
  const person = await personOrHere(actions, name, { command: 'verify', here });
  if (person === null) return;
  const digits = typed.replace(/\s/g, '');
  if (digits !== '') return recordVerified(actions, person.fingerprint, digits);
  const peer = person.fingerprint;
  const reply = await attempt(actions, { do: 'safety-number', peer });
  if (reply === null) return;
  actions.store.setPerson(reply.person);
  const { digits: number, qr } = reply;
  actions.store.setOverlay({ kind: 'verify', peer, digits: number, qr, shown: 'digits' });
}

/** Records that a person compared the number; with digits only if they match. */
export async function recordVerified(
  actions: ScreenActions,
  peer: PeerId,
  digits: string | null,
): Promise<void> {
  const { store } = actions;
  const reply = await attempt(actions, { do: 'verify', peer, digits });
  if (reply === null) return;
  store.setPerson(reply.person);
  store.note(
    t`${store.state.people.label(peer)} is verified: this key, ${keyStart(peer)}, is theirs.`,
  );
}

export async function trust(
  actions: ScreenActions,
  args: string,
  here: ConversationKey,
): Promise<void> {
  const { store } = actions;
  const person = await personOrHere(actions, args, { command: 'trust', here });
  if (person === null) return;
  const reply = await attempt(actions, { do: 'trust', peer: person.fingerprint });
  if (reply === null) return;
  store.setPerson(reply.person);
  const name = store.state.people.label(person.fingerprint);
  store.note(t`The key ${keyStart(person.fingerprint)} is accepted as ${name}'s, unverified.`);
}

function keyStart(fingerprint: string): SafeText {
  return t`${fingerprintWords(fingerprint, 16)} …`;
}

export async function relay(actions: ScreenActions, args: string): Promise<void> {
  const { store } = actions;
  if (args === '') {
    describeLink(store);
  } else if (args === 'retry') {
    await attempt(actions, { do: 'retry' });
  } else if (args === 'host') {
    actions.host();
  } else {
    try {
      await actions.ask({ do: 'choose-relay', ...actions.parseRelay(args) });
    } catch (error) {
      store.note(faultWords(error), 'warning');
    }
  }
}

function describeLink(store: ScreenStore): void {
  const { link } = store.state;
  if (link === null) return;
  if (link.choices.length > 0) {
    store.setOverlay({ kind: 'relays', choices: link.choices, selected: 0 });
    return;
  }
  const lines = [
    link.relay === null ? t`no relay yet` : t`at ${safeText(link.relay, { maxLength: 300 })}`,
    link.fingerprint === null
      ? t`its key is not proven yet`
      : t`key ${fingerprintWords(link.fingerprint)}`,
  ];
  if (link.reason !== null) lines.push(linkReason(link.reason));
  lines.push(
    t`/relay HOST:PORT goes to another, /relay host starts one here, /relay retry tries now`,
  );
  store.note(listing(t`Relay: ${linkWords(link)}`, lines));
}

export function win({ store }: ScreenActions, args: string): void {
  const key = store.state.order[Number(args) - 1];
  if (key !== undefined) store.open(key);
  else store.note(t`There are windows 1 to ${store.state.order.length}.`, 'warning');
}

export function clear({ store }: ScreenActions): void {
  store.clear();
}

export function help({ store }: ScreenActions): void {
  store.setOverlay({ kind: 'help', top: 0 });
}

/** Leaves; whoever hosts for others is asked first whether the relay goes on. */
export function quit({ store, quit: leave }: ScreenActions, args: string): void {
  const { state } = store;
  const others = state.people
    .list()
    .filter((person) => person.online && person.fingerprint !== state.self?.fingerprint).length;
  if (args === 'leave' || args === 'stop') leave({ stopRelay: args === 'stop' });
  else if (state.hosting === 'no' || others === 0) leave({ stopRelay: null });
  else {
    const depend = others === 1 ? t`1 person depends` : t`${others} people depend`;
    store.note(
      t`The relay on this machine was started here and ${depend} on it. /quit leave lets it run on, /quit stop ends it too.`,
      'warning',
    );
  }
}

/** The person named, or the one of the private conversation `here` where nobody is named. */
async function personOrHere(
  actions: ScreenActions,
  name: string,
  { command, here }: { readonly command: string; readonly here: ConversationKey },
): Promise<KnownPerson | null> {
  const { store } = actions;
  const peer = PeerId.parse(here);
  if (name === '' && peer !== null) return store.state.people.get(peer);
  const line = `/${command}`;
  if (name !== '') return findPerson(actions, name, { kind: 'command', line });
  store.note(t`/${safeText(command)} NAME: who?`, 'warning');
  return null;
}

function listing(head: SafeText, lines: readonly SafeText[]): SafeText {
  let text = head;
  for (const line of lines.slice(0, MAX_LISTED)) text = t`${text}\n  ${line}`;
  if (lines.length > MAX_LISTED) text = t`${text}\n  … and ${lines.length - MAX_LISTED} more`;
  return text;
}

/** The first word, and what follows it. */
export function splitFirst(text: string): readonly [string, string] {
  const [, first = '', rest = ''] = /^(\S*)\s*([\s\S]*)$/.exec(text) ?? [];
  return [first, rest.trimEnd()];
}
