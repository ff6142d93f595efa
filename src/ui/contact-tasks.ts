// What the commands about contacts do: names and notes of one's own, ignoring, blocking, one's status line.

import type { ContactChange, Replies, Session } from '../client/api.ts';
import { phrase } from '../language/translate.ts';
import { UsageError } from '../protocol/errors.ts';
import type { PeerId } from '../protocol/ids.ts';
import { listing, splitFirst } from './command-text.ts';
import type { ConversationKey } from './conversation.ts';
import { fingerprintWords, type KnownPerson, trustWord } from './people.ts';
import { personOrHere } from './people-tasks.ts';
import { type SafeText, safeText, safeTemplate as t } from './safe-text.ts';
import type { ScreenState } from './screen-state.ts';
import { attempt, type ScreenActions } from './talk.ts';
import { calendarDay, faultWords } from './words.ts';

type Ask = Session['request'];

/** Somebody, as whois and contact commands tell of them below their name: what is known here, one thing a line. */
export function personLines(
  person: KnownPerson,
  {
    firstSeen,
    verified,
    rooms,
    trustTold = false,
  }: Omit<Replies['contact'], 'person'> & {
    readonly rooms: readonly SafeText[];
    /** Whether it stands above already what the key is worth. */
    readonly trustTold?: boolean;
  },
): SafeText[] {
  const { status, note, fingerprint, online, favourite, ignored, blocked } = person;
  const marks = [
    ...(trustTold ? [] : [trustWord(person)]),
    online ? t`here now` : t`not here`,
    ...(favourite === true ? [t`favourite`] : []),
    ...(ignored === true ? [t`ignored`] : []),
    ...(blocked === true ? [t`BLOCKED`] : []),
  ];
  return [
    ...(person.hasPetname ? [t`goes by ${person.nick}`] : []),
    safeText(marks.join(', ')),
    t`key ${fingerprintWords(fingerprint)}`,
    ...(verified === undefined ? [] : [verifiedWords(verified)]),
    t`first seen ${calendarDay(Date.parse(firstSeen))}`,
    ...(status === null ? [] : [t`says: ${status}`]),
    ...(note === null ? [] : [t`your note: ${note}`]),
    ...(rooms.length === 0 ? [] : [t`in ${rooms.reduce((all, room) => t`${all}, ${room}`)}`]),
  ];
}

/** When and how a key was compared. */
function verifiedWords({ at, by }: NonNullable<Replies['contact']['verified']>): SafeText {
  const day = calendarDay(Date.parse(at));
  switch (by) {
    case 'words':
      return t`verified on ${day} by seven words`;
    case 'digits':
      return t`verified on ${day} by the sixty digits`;
    case 'code':
      return t`verified on ${day} by a scanned code`;
    case null:
      return t`verified on ${day}`;
    default:
      return by satisfies never;
  }
}

const TAKES = phrase`petname NAME, note TEXT, favourite, or no-petname, no-note, no-favourite`;

/** `petname NAME`, `no-note` and so on. Throws UsageError `bad-arguments`. */
export function contactChange(words: string): ContactChange {
  const [what, rest] = splitFirst(words);
  switch (what) {
    case '':
      return {};
    case 'petname':
      return { petname: rest };
    case 'no-petname':
      return { petname: null };
    case 'note':
      return { note: rest };
    case 'no-note':
      return { note: null };
    case 'favourite':
    case 'no-favourite':
      return { favourite: what === 'favourite' };
    default:
      throw new UsageError('bad-arguments', phrase`/contact NAME takes ${TAKES}`);
  }
}

/** `/contact NAME …`: sets something about them, or shows what is set. */
export async function contact(
  actions: ScreenActions,
  args: string,
  here: ConversationKey,
): Promise<void> {
  const [name = '', words = ''] = splitFirst(args);
  try {
    await change(actions, { name, here, command: 'contact', change: contactChange(words) });
  } catch (error) {
    actions.store.note(faultWords(error), 'warning');
  }
}

/** `/ignore [NAME]` and its like. */
export function changing(command: string, set: ContactChange) {
  return (actions: ScreenActions, args: string, here: ConversationKey) =>
    change(actions, { name: args, here, command, change: set });
}

interface Changing {
  readonly name: string;
  readonly here: ConversationKey;
  readonly command: string;
  readonly change: ContactChange;
}

async function change(
  actions: ScreenActions,
  { name, here, ...changing }: Changing,
): Promise<void> {
  const { store } = actions;
  const meant = await personOrHere(actions, name, { command: changing.command, here });
  if (meant === null) return;
  const peer = meant.fingerprint;
  const reply = await attempt(actions, { do: 'contact', peer, change: changing.change });
  if (reply === null) return;
  const person = store.setPerson(reply.person);
  const lines = personLines(person, { ...reply, rooms: sharedRooms(store.state, peer) });
  store.note(listing(store.state.people.label(peer), lines));
}

/** The rooms in which one meets somebody, as they are called here. */
export function sharedRooms(
  { rooms, people }: Pick<ScreenState, 'rooms' | 'people'>,
  peer: PeerId,
): SafeText[] {
  return [...rooms.values()]
    .filter(({ members }) => members.includes(peer))
    .map(({ name }) => people.rooms.label(name));
}

/** `/status [TEXT|-]`. */
export async function status({ store, ask }: ScreenActions, args: string): Promise<void> {
  try {
    store.note(await statusLine(ask, args));
  } catch (error) {
    store.note(faultWords(error), 'warning');
  }
}

/** `/away [TEXT]`. */
export const away: typeof status = (actions, args) => status(actions, awayText(args));

/** `/back`. */
export const back: typeof status = (actions) => status(actions, '-');

/** The status line that `/away [TEXT]` sets. */
export function awayText(args: string): string {
  return args === '' ? phrase`away` : args;
}

/** Shows one's status line, sets it, or with `-` takes it back. Throws UsageError, and what the client does. */
export async function statusLine(ask: Ask, args: string): Promise<SafeText> {
  const text = args === '' ? null : args === '-' ? '' : args;
  const { text: now } = await ask({ do: 'status', text });
  return statusWords(now);
}

/** One's own status line. */
export function statusWords(now: string): SafeText {
  if (now === '') return t`You say nothing of yourself; /status TEXT does, to people you know.`;
  return t`You say of yourself: ${safeText(now)}`;
}
