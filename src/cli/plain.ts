// The plain interface: lines in, append-only lines out, for pipes, dumb terminals and screen readers.
import { createInterface } from 'node:readline';
import type { ClientEvent, Link, Session, Snapshot } from '../client/api.ts';
import { formatAddress } from '../protocol/address.ts';
import { FIRST_ROOM } from '../protocol/nickname.ts';
import { cleanNickname, Directory, fingerprintWords } from '../ui/people.ts';
import { type SafeText, safeTemplate, safeText } from '../ui/safe-text.ts';
import { linkReason, linkWords } from '../ui/words.ts';
import type { CommandContext } from './context.ts';
import { eventLine, fitted, messageLines, type Show } from './lines.ts';
import { PlainCommands } from './plain-commands.ts';
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
  const people = new Directory();
  const news = new LinkNews(show);
  const unsubscribe = session.subscribe((event) => showEvent(event, { people, news, show }));
  const reader = createInterface({ input: context.stdin, terminal: false });
  // At once: the reader drops lines that come before somebody iterates.
  const typed = reader[Symbol.asyncIterator]();
  context.output.readerGone.addEventListener('abort', () => reader.close(), { once: true });
  try {
    const snapshot = await session.request({ do: 'snapshot' });
    for (const person of snapshot.people) people.set(person);
    greet(snapshot, show);
    news.take(snapshot.link);
    const commands = new PlainCommands(session, { show, people });
    await commands.begin(target ?? snapshot.rooms[0]?.name ?? FIRST_ROOM);
    for await (const line of typed) if ((await commands.run(line)) === 'quit') return;
  } finally {
    reader.close();
    unsubscribe();
  }
}

function greet({ self }: Snapshot, show: Show): void {
  const key = fingerprintWords(self.fingerprint, 16);
  show(
    safeTemplate`-- You are ${cleanNickname(self.nick)}, key ${key} (/nick NAME changes the name)`,
  );
}

function showEvent(
  event: ClientEvent,
  { people, news, show }: { people: Directory; news: LinkNews; show: Show },
): void {
  if (event.type === 'person') people.set(event.person);
  if (event.type === 'link') news.take(event.link);
  else if (event.type === 'message') {
    // What was typed here stands on the terminal already.
    if (event.message.state === null) show(...messageLines(event.message, people));
  } else {
    const line = eventLine(event, people);
    if (line !== null) show(line);
  }
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
