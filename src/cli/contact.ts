// `lanchat contact`, `contacts`, `whois`, `status` and `room mute`: what one sets about people and rooms, for oneself.
import type { ContactChange, Person, Replies, Session } from '../client/api.ts';
import { phrase } from '../language/translate.ts';
import { UsageError } from '../protocol/errors.ts';
import { muteWords, personLines, statusWords } from '../ui/contact-tasks.ts';
import { cleanPerson, displayName } from '../ui/people.ts';
import { type SafeText, safeTemplate, safeText } from '../ui/safe-text.ts';
import type { CommandContext } from './context.ts';
import { resolveRoom } from './conversation-argument.ts';
import { withHistory } from './kept-session.ts';
import { Cast } from './message-records.ts';
import type { JsonRecord } from './output.ts';
import { resolvePerson, whenReady, withSession } from './session.ts';

/** What is set about somebody, and what they say of themselves: left out where it is nothing. */
export function detailFields(person: Person): Omit<JsonRecord, 'type'> {
  const { petname, favourite, note, ignored, blocked, status } = person;
  return {
    ...(petname !== undefined && { petname }),
    ...(favourite !== undefined && { favourite }),
    ...(note !== undefined && { note }),
    ...(ignored !== undefined && { ignored }),
    ...(blocked !== undefined && { blocked }),
    ...(status !== undefined && { status }),
  };
}

type Known = Replies['contact'];

interface About extends Known {
  /** Null where nobody looked. */
  readonly rooms: readonly { readonly name: string; readonly label: SafeText }[] | null;
}

function show({ output }: CommandContext, { person, rooms, ...known }: About): void {
  const { nick, fingerprint, trust } = person;
  const labels = (rooms ?? []).map(({ label }) => label);
  const { firstSeen, verified } = known;
  const lines = personLines(cleanPerson(person), { ...known, rooms: labels });
  output.data(
    {
      ...{ type: 'contact', nick, fingerprint, trust, ...detailFields(person), firstSeen },
      ...(verified !== undefined && { verifiedAt: verified.at, verifiedBy: verified.by }),
      ...(rooms !== null && { online: person.online, rooms: rooms.map(({ name }) => name) }),
    },
    safeText([displayName(person), ...lines.map((line) => `  ${line}`)].join('\n'), {
      multiline: true,
    }),
  );
}

async function about(session: Session, query: string, change: ContactChange): Promise<Known> {
  const { fingerprint: peer } = await resolvePerson(session, query);
  return session.request({ do: 'contact', peer, change });
}

/** Without a change it only tells. Needs no relay. Throws UsageError as the client does. */
export async function contact(
  context: CommandContext,
  { peer, change }: { readonly peer: string; readonly change: ContactChange },
): Promise<void> {
  const found = await withHistory(context, (session) => about(session, peer, change));
  show(context, { ...found, rooms: null });
}

/** Everybody about whom anything is set, favourites first. */
export async function contacts(context: CommandContext): Promise<void> {
  const { people } = await withHistory(context, (session) => session.request({ do: 'snapshot' }));
  const isSet = ({ petname, favourite, note, ignored, blocked }: Person) =>
    [petname, favourite, note, ignored, blocked].some((field) => field !== undefined);
  const rank = ({ favourite }: Person) => Number(favourite ?? false);
  const sorted = people
    .filter(isSet)
    .sort((a, b) => rank(b) - rank(a) || displayName(a).localeCompare(displayName(b)));
  for (const person of sorted) {
    const { nick, fingerprint, trust, favourite, ignored, blocked } = person;
    const marks = [
      favourite === true ? ' favourite' : '',
      ignored === true ? ' ignored' : '',
      blocked === true ? ' BLOCKED' : '',
    ];
    const digits = safeText(fingerprint.slice(0, 16));
    context.output.data(
      { type: 'contact', nick, fingerprint, trust, ...detailFields(person) },
      safeTemplate`${displayName(person)}  ${digits} …${safeText(marks.join(''))}`,
    );
  }
  if (sorted.length === 0) context.output.note(safeText(phrase`You have no contacts yet.`));
}

/** Who somebody is, whether they are here, and in which rooms one meets them. */
export async function whois(context: CommandContext, peer: string): Promise<void> {
  // Looking must not look like coming in.
  const found = await withSession(context, 'visit', async (session) => {
    const snapshot = await whenReady(session, context);
    const { names } = new Cast(snapshot);
    const known = await about(session, peer, {});
    const { person } = known;
    const rooms = snapshot.rooms
      .filter(({ members }) => members.includes(person.fingerprint))
      .map(({ name }) => ({ name, label: names.rooms.label(name) }));
    return { ...known, rooms };
  });
  show(context, found);
}

/** Without `text` it only tells; empty: taken back. What is said goes out at once. */
export async function status(context: CommandContext, text: string | null): Promise<void> {
  const ask = async (session: Session) => {
    const reply = await session.request({ do: 'status', text });
    context.output.data({ type: 'status', text: reply.text }, statusWords(reply.text));
  };
  if (text === null) return withHistory(context, ask);
  return withSession(context, 'leave-alone', async (session) => {
    await whenReady(session, context);
    await ask(session);
  });
}

/** Of a room that this profile is in. Throws UsageError as `resolveRoom`. */
export async function muteRoom(
  context: CommandContext,
  { room, off }: { readonly room: string; readonly off: boolean },
): Promise<void> {
  await withHistory(context, async (session) => {
    const { names } = new Cast(await session.request({ do: 'snapshot' }));
    const name = await resolveRoom(session, room);
    const reply = await session.request({ do: 'room-mute', room: name, muted: !off });
    const label = names.rooms.label(reply.room);
    const ends = safeTemplate`lanchat room mute '${label}' --off`;
    context.output.data({ type: 'muted', ...reply }, muteWords(reply, { name: label, ends }));
  });
}

/** Throws UsageError `bad-arguments`. */
export function statusText(words: readonly string[], clear: boolean): string | null {
  if (clear && words.length > 0)
    throw new UsageError('bad-arguments', phrase`--clear takes no text`);
  if (clear) return '';
  return words.length === 0 ? null : words.join(' ');
}
