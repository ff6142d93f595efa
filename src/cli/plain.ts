// The plain interface: lines in, append-only lines out, for pipes, dumb terminals and screen readers.
import { createInterface } from 'node:readline';
import type { ClientEvent, Link, Session, Snapshot } from '../client/api.ts';
import { formatAddress } from '../protocol/address.ts';
import type { MessageId, PeerId } from '../protocol/ids.ts';
import { FIRST_ROOM } from '../protocol/nickname.ts';
import type { WordsEvent } from '../ui/comparison.ts';
import { keyOfMessage } from '../ui/message-line.ts';
import { cleanNickname, Directory, fingerprintWords } from '../ui/people.ts';
import { ReadMarks } from '../ui/read-marks.ts';
import { isAsking, questionWords } from '../ui/room-tasks.ts';
import { type SafeText, safeTemplate, safeText } from '../ui/safe-text.ts';
import { scheduleTimeout } from '../ui/schedule.ts';
import { linkReason, linkWords, waitingWords } from '../ui/words.ts';
import type { CommandContext } from './context.ts';
import { changedLines, eventLine, fitted, messageLines, Quotes, type Show } from './lines.ts';
import { PlainCommands } from './plain-commands.ts';
import { tellInvitations } from './plain-rooms.ts';
import { withSession } from './session.ts';

/** Resolves on /quit, at the end of stdin, or once nobody reads stdout. */
export async function plain(context: CommandContext, target: string | null): Promise<void> {
  await withSession(context, 'join', (session) => talk(context, session, target));
}

async function talk(
  context: CommandContext,
  session: Session,
  target: string | null,
): Promise<void> {
  const { output } = context;
  const show: Show = (...lines) => output.human(...fitted(lines, output.columns));
  const telling = newTelling(session, show);
  const { people, news, marks } = telling;
  const unsubscribe = session.subscribe((event) => showEvent(event, telling));
  const reader = createInterface({ input: context.stdin, terminal: false });
  // At once: the reader drops lines that come before somebody iterates.
  const typed = reader[Symbol.asyncIterator]();
  context.output.readerGone.addEventListener('abort', () => reader.close(), { once: true });
  try {
    const snapshot = await session.request({ do: 'snapshot' });
    for (const person of snapshot.people) people.set(person);
    people.rooms.setSelf(snapshot.self.fingerprint);
    for (const room of snapshot.rooms) people.rooms.set(room);
    greet(snapshot, show);
    news.take(snapshot.link);
    const commands = new PlainCommands(session, { show, people });
    await tellInvitations({ session, show, people });
    await commands.begin(target ?? firstOf(snapshot));
    for await (const line of typed) if ((await commands.run(line)) === 'quit') return;
  } finally {
    reader.close();
    unsubscribe();
    await marks.close();
  }
}

/** Where to begin: the lobby, where this profile has not left it. */
function firstOf({ rooms }: Snapshot): string {
  const names = rooms.map(({ name }) => name);
  return names.includes(FIRST_ROOM) ? FIRST_ROOM : (names[0] ?? FIRST_ROOM);
}

function greet({ self, ephemeral }: Snapshot, show: Show): void {
  const key = fingerprintWords(self.fingerprint, 16);
  show(
    safeTemplate`-- You are ${cleanNickname(self.nick)}, key ${key} (/nick NAME changes the name)`,
  );
  if (ephemeral) show(safeTemplate`-- Ephemeral: nothing is kept on this disk.`);
}

/** What events are told with; whoever makes it closes `marks`. */
interface Telling {
  readonly people: Directory;
  readonly quotes: Quotes;
  readonly news: LinkNews;
  readonly away: AwayNews;
  readonly marks: ReadMarks;
  readonly show: Show;
}

function newTelling(session: Session, show: Show): Telling {
  const people = new Directory();
  const ask: Session['request'] = (command) => session.request(command);
  return {
    people,
    quotes: new Quotes(),
    news: new LinkNews(show),
    away: new AwayNews(show, people),
    marks: new ReadMarks({ ask, schedule: scheduleTimeout }),
    show,
  };
}

function showEvent(event: ClientEvent, { people, quotes, news, away, marks, show }: Telling): void {
  if (event.type === 'person') people.set(event.person);
  if (event.type === 'room') people.rooms.set(event.room);
  away.take(event);
  if (event.type === 'invitation') {
    if (!isAsking(event.invitation)) return;
    show(safeTemplate`-- ${questionWords(event.invitation, people)}`);
  } else if (event.type === 'link') news.take(event.link);
  else if (event.type === 'message') {
    // What was typed here stands on the terminal already.
    quotes.remember(event.message, people.meet(event.message.from));
    if (event.message.state !== null || event.message.from.ignored === true) return;
    show(...messageLines(event.message, people, quotes));
    marks.add(keyOfMessage(event.message));
  } else if (event.type === 'message-changed') {
    if (event.message.from.ignored === true) return;
    show(...changedLines(event.message, people, quotes));
  } else if (event.type !== 'deleted') {
    // What stands on the terminal stays there; whoever deletes it here is answered.
    const line = eventLine(event, people);
    if (line !== null) show(line);
    if (event.type === 'words' && event.state === 'compare')
      show(comparisonQuestion(event, people));
  }
}

function comparisonQuestion({ peer }: WordsEvent, people: Directory): SafeText {
  const name = people.meet(peer);
  return safeTemplate`-- Read them aloud to each other. The same? /verify ${name} same, or /verify ${name} different`;
}

/** Says each change of the link once, and what can be done about it. */
class LinkNews {
  readonly #show: Show;
  #last = '';

  constructor(show: Show) {
    this.#show = show;
  }

  take(link: Link): void {
    const line = linkLine(link);
    if (line === null || line === this.#last) return;
    this.#last = line;
    this.#show(line);
  }
}

/** Says, once while somebody is away, what becomes of what is written to them. */
class AwayNews {
  readonly #show: Show;
  readonly #people: Directory;
  /** To whom each of our private messages went that nothing was heard of yet. */
  readonly #sent = new Map<MessageId, PeerId>();
  readonly #told = new Set<PeerId>();

  constructor(show: Show, people: Directory) {
    this.#show = show;
    this.#people = people;
  }

  take(event: ClientEvent): void {
    if (event.type === 'person' && event.person.online) this.#told.delete(event.person.fingerprint);
    if (event.type === 'message') {
      const { id, peer, state } = event.message;
      if (peer !== null && state === 'pending') this.#sent.set(id, peer);
    } else if (event.type === 'receipt') this.#hear(event);
  }

  #hear({ id, state, reason }: Extract<ClientEvent, { type: 'receipt' }>): void {
    const peer = this.#sent.get(id);
    if (peer === undefined) return;
    if (state !== 'pending') this.#sent.delete(id);
    const isAway = this.#people.get(peer)?.online === false;
    if (!isAway || this.#told.has(peer)) return;
    const waits = state === 'pending' && reason === 'not-here';
    if (state !== 'relayed' && !waits) return;
    const words = waitingWords(waits ? 'waits' : 'kept');
    this.#show(safeTemplate`-- ${this.#people.label(peer)} is away: ${words}`);
    this.#told.add(peer);
  }
}

/** Null for what other events tell. */
function linkLine(link: Link): SafeText | null {
  switch (link.state) {
    case 'searching':
      return safeText(
        '-- Looking for a relay. None there? Run lanchat relay on any machine of this network.',
      );
    case 'choosing': {
      const list = link.choices.map((c) => `${formatAddress(c)} (${c.name}, ${c.fingerprint})`);
      return safeTemplate`-- Which relay? ${safeText(list.join(', '))}. /relay HOST:PORT chooses.`;
    }
    case 'offline':
    case 'ended': {
      const why = link.reason === null ? safeText('no reason given') : linkReason(link.reason);
      const again = link.state === 'ended' ? safeText('; /relay retry tries again') : safeText('');
      return safeTemplate`-- ${linkWords(link)}: ${why}${again}`;
    }
    case 'connecting':
    case 'online':
      return null;
    default:
      return link.state satisfies never;
  }
}
