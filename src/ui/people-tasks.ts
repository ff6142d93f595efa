// What the commands about people do: who is here, what a key is worth, comparing it.
import type { Room } from '../client/api.ts';
import { PeerId } from '../protocol/ids.ts';
import { listing, splitFirst } from './command-text.ts';
import { compareByWords } from './comparison-tasks.ts';
import type { ConversationKey } from './conversation.ts';
import { fingerprintWords, type KnownPerson, trustWord } from './people.ts';
import { roleOf } from './room-words.ts';
import { type SafeText, safeText, safeTemplate as t } from './safe-text.ts';
import type { ScreenStore } from './store.ts';
import { attempt, findPerson, type ScreenActions } from './talk.ts';

/** Who is in this room, or, in a private conversation, who is here at all. */
export function who({ store }: ScreenActions): void {
  const { state } = store;
  const room = state.rooms.get(state.active);
  const people = room
    ? room.members.map((member) => state.people.get(member)).filter((person) => person !== null)
    : state.people.list().filter((person) => person.online);
  const lines = people
    .filter((person) => person.fingerprint !== state.self?.fingerprint)
    .map((person) => personLine(store, person, room));
  const where = room ? state.people.rooms.label(room.name) : t`the relay`;
  const head = lines.length === 0 ? t`Nobody but you is in ${where}.` : t`In ${where}, beside you:`;
  store.note(listing(head, lines));
}

function personLine({ state }: ScreenStore, person: KnownPerson, room: Room | undefined): SafeText {
  const role =
    room === undefined || room.kind === 'public' ? null : roleOf(room, person.fingerprint);
  const part = role === null || role === 'member' ? t`` : t` · ${safeText(role)}`;
  const key = fingerprintWords(person.fingerprint, 16);
  const away = person.online ? t`` : t`, not here`;
  const says = person.status === null ? t`` : t` · ${person.status}`;
  return t`${state.people.label(person.fingerprint)} · ${trustWord(person)}${part}${away} · key ${key} …${says}`;
}

/** `/verify [NAME] [NUMBER|CODE|words]`: shows the number, or compares it and records that it matched. */
export async function verify(
  actions: ScreenActions,
  args: string,
  here: ConversationKey,
): Promise<void> {
  const [name = '', typed = ''] = splitFirst(args);
  const person = await personOrHere(actions, name, { command: 'verify', here });
  if (person === null) return;
  const digits = typed.replace(/\s/g, '');
  if (digits === 'words') return compareByWords(actions, person.fingerprint);
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

/** `/trust [NAME]`: accepts a changed key without having compared it. */
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

/** The person named, or the one of the private conversation `here` where nobody is named. */
export async function personOrHere(
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
