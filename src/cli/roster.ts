// `lanchat peers` and `lanchat rooms`: who is here, and where this profile is.
import { phrase } from '../language/translate.ts';
import { Directory, fingerprintWords, trustWord } from '../ui/people.ts';
import { safeTemplate, safeText } from '../ui/safe-text.ts';
import { detailFields } from './contact.ts';
import type { CommandContext } from './context.ts';
import { printRoom } from './room-records.ts';
import { whenReady, withSession } from './session.ts';

/** Everyone listed or pinned, those online first. */
export async function peers(context: CommandContext): Promise<void> {
  const { people } = await withSession(context, 'leave-alone', (session) =>
    whenReady(session, context),
  );
  const names = new Directory();
  for (const person of people) names.set(person);
  const sorted = [...people].sort(
    (a, b) => Number(b.online) - Number(a.online) || a.nick.localeCompare(b.nick),
  );
  for (const person of sorted) {
    const { nick, fingerprint, trust, online } = person;
    const here = online ? safeTemplate`online` : safeTemplate`away`;
    const state = person.blocked === true ? safeTemplate`BLOCKED` : here;
    context.output.data(
      { type: 'peer', nick, fingerprint, trust, online, ...detailFields(person) },
      safeTemplate`${names.label(fingerprint)}  ${state}  ${trustWord(person)}\n    ${fingerprintWords(fingerprint)}`,
    );
  }
  if (sorted.length === 0) context.output.note(safeText(phrase`Nobody else is here yet.`));
}

/** The rooms that the profile is in, without being seen in them. */
export async function rooms(context: CommandContext): Promise<void> {
  // Looking at them must not look like coming in.
  const snapshot = await withSession(context, 'visit', (session) => whenReady(session, context));
  for (const room of snapshot.rooms) printRoom(context.output, room, snapshot);
  if (snapshot.rooms.length === 0)
    context.output.note(safeText(phrase`This profile is in no room.`));
}
