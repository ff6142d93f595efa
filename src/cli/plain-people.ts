// People in the plain interface: who is here, what is known of somebody, and what their key is worth.
import type { Command, ContactChange } from '../client/api.ts';
import type { PeerId } from '../protocol/ids.ts';
import { splitFirst } from '../ui/command-text.ts';
import { contactChange, personLines } from '../ui/contact-tasks.ts';
import { everybodyByTrust } from '../ui/listed-people.ts';
import { fingerprintWords, type KnownPerson, trustWord } from '../ui/people.ts';
import { ROLE_WORDS, type Role, roleOf } from '../ui/room-words.ts';
import { type SafeText, safeText, safeTemplate as t } from '../ui/safe-text.ts';
import { verifyWish } from '../ui/verify-wish.ts';
import { ownLine } from './lines.ts';
import { type PlainScene, personOrHere } from './plain-scene.ts';
import type { NumberWalk } from './plain-walk.ts';

/** Digits of a key that a list shows; /whois has all. */
const SHOWN_DIGITS = 16;
/** More than a code has. */
const MAX_CODE_LENGTH = 120;
/** People that one answer lists; more are counted. */
const MAX_LISTED = 200;

/** `/who`: who is in this room, or, in a private conversation, who is here at all. */
export async function showWho(scene: PlainScene): Promise<void> {
  const { session, show, people, places } = scene;
  const { rooms, people: known } = await session.request({ do: 'snapshot' });
  for (const person of known) people.set(person);
  const room = rooms.find(({ name }) => name === places.roomHere);
  const ids =
    room === undefined
      ? known.filter(({ online }) => online).map(({ fingerprint }) => fingerprint)
      : room.members;
  const others = ids.filter((id) => !places.isUs(id));
  if (others.length === 0) {
    const where = room === undefined ? t`here` : t`in ${people.rooms.label(room.name)}`;
    show(t`-- nobody else is ${where}`);
    return;
  }
  for (const id of others.slice(0, MAX_LISTED)) {
    const role = room === undefined || room.kind === 'public' ? null : roleOf(room, id);
    show(personLine(scene, id, role === 'member' ? null : role));
  }
  if (others.length > MAX_LISTED) show(t`-- and ${others.length - MAX_LISTED} more`);
}

function personLine({ people }: PlainScene, id: PeerId, role: Role | null): SafeText {
  const known = people.get(id);
  const presence = known?.online === true ? t`here` : t`away`;
  const trust = known === null ? t`unverified` : trustWord(known);
  const part = role === null ? t`` : t`, ${ROLE_WORDS[role]}`;
  const key = fingerprintWords(id, SHOWN_DIGITS);
  const says = saidOf(known);
  return ownLine(t`${people.label(id)}: ${presence}, ${trust}${part}, key ${key}${says}`);
}

function saidOf(person: KnownPerson | null): SafeText {
  return person === null || person.status === null ? t`` : t`, says: ${person.status}`;
}

/** `/contact NAME …`: sets something about them, or shows what is set. */
export function runContact(scene: PlainScene, args: string): Promise<void> {
  const [name, words] = splitFirst(args);
  return runChange(scene, name, { command: 'contact', change: contactChange(words) });
}

/** Of the person named, or who is spoken with privately: then all that is known is shown. */
export async function runChange(
  scene: PlainScene,
  name: string,
  { command, change }: { readonly command: string; readonly change: ContactChange },
): Promise<void> {
  const { session, show, people } = scene;
  const peer = await personOrHere(scene, name, command);
  const { person, ...known } = await session.request({ do: 'contact', peer, change });
  const { rooms } = await session.request({ do: 'snapshot' });
  const clean = people.set(person);
  const shared = rooms
    .filter(({ members }) => members.includes(peer))
    .map((room) => people.rooms.label(room.name));
  show(t`-- ${people.label(peer)}`);
  for (const line of personLines(clean, { ...known, rooms: shared })) show(t`--   ${line}`);
}

/** `/trust`: what everybody's key is worth. `/trust NAME`: accepts a changed key without having compared it. */
export async function runTrust(scene: PlainScene, name: string): Promise<void> {
  if (name === '') return showTrust(scene);
  const { session, show, people } = scene;
  const peer = await personOrHere(scene, name, 'trust');
  const { person } = await session.request({ do: 'trust', peer });
  people.set(person);
  show(t`-- The key ${keyStart(peer)} is accepted as ${people.label(peer)}'s, unverified.`);
}

/** Trouble first. */
async function showTrust(scene: PlainScene): Promise<void> {
  const { session, show, people, places } = scene;
  const { people: known } = await session.request({ do: 'snapshot' });
  for (const person of known) people.set(person);
  const self = places.self === null ? null : { fingerprint: places.self };
  const ids = everybodyByTrust({ people, self, conversations: places });
  if (ids.length === 0) show(t`-- You have met nobody yet.`);
  for (const id of ids.slice(0, MAX_LISTED)) show(personLine(scene, id, null));
  if (ids.length > MAX_LISTED) show(t`-- and ${ids.length - MAX_LISTED} more`);
}

/** `/verify [NAME] [NUMBER|CODE|words|digits|qr|same|different]`: without more, a walk through the number begins. */
export async function runVerify(scene: PlainScene, walk: NumberWalk, args: string): Promise<void> {
  const { session, show, people } = scene;
  const [name, rest] = splitFirst(args);
  const peer = await personOrHere(scene, name, 'verify');
  const wish = verifyWish(rest);
  switch (wish.kind) {
    case 'ask':
      return walkThrough(scene, walk, peer);
    case 'way':
      if (wish.way === 'words') return ask(scene, { do: 'words-start', peer });
      return wish.way === 'digits' ? walkThrough(scene, walk, peer) : sayCode(scene, peer);
    case 'words-answer':
      return ask(scene, { do: 'words-answer', peer, same: wish.same });
    case 'number': {
      const { person } = await session.request({ do: 'verify', peer, digits: wish.digits });
      people.set(person);
      show(verifiedLine(scene, peer));
      return;
    }
    default:
      wish satisfies never;
  }
}

async function walkThrough({ session }: PlainScene, walk: NumberWalk, peer: PeerId): Promise<void> {
  const { digits } = await session.request({ do: 'safety-number', peer });
  walk.begin(peer, digits);
}

/** A drawing can't be read aloud; its text can be copied. */
async function sayCode({ session, show, people }: PlainScene, peer: PeerId): Promise<void> {
  const { qr } = await session.request({ do: 'safety-number', peer });
  const name = people.label(peer);
  show(
    t`-- your code for ${name}, as text: ${safeText(qr, { maxLength: MAX_CODE_LENGTH })}`,
    t`-- The screen draws it, and so does lanchat verify ${name}. What theirs says goes behind /verify ${name}.`,
  );
}

export function verifiedLine({ people }: Pick<PlainScene, 'people'>, peer: PeerId): SafeText {
  return t`-- ${people.label(peer)} is verified: this key, ${keyStart(peer)}, is theirs.`;
}

function keyStart(fingerprint: string): SafeText {
  return fingerprintWords(fingerprint, SHOWN_DIGITS);
}

/** What comes of it is told by events. */
async function ask(
  { session }: PlainScene,
  command: Extract<Command, { do: 'words-start' | 'words-answer' }>,
): Promise<void> {
  await session.request(command);
}
