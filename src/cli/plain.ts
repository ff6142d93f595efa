// The plain interface: lines in, append-only lines out, for pipes, dumb terminals and screen readers.
import type { ClientEvent, Session, Snapshot } from '../client/api.ts';
import { FIRST_ROOM } from '../protocol/nickname.ts';
import { profileFolder } from '../storage/profile-folder.ts';
import { type Completable, completionsOf } from '../ui/completion.ts';
import { keyOf } from '../ui/message-line.ts';
import { cleanNickname, Directory, fingerprintWords } from '../ui/people.ts';
import { ReadMarks } from '../ui/read-marks.ts';
import { safeTemplate as t } from '../ui/safe-text.ts';
import { scheduleTimeout } from '../ui/schedule.ts';
import type { CommandContext } from './context.ts';
import { hostHere, RELAY_RUNS_ON } from './hosted-relay.ts';
import type { Show } from './lines.ts';
import { Comings } from './plain-comings.ts';
import { PlainCommands } from './plain-commands.ts';
import { Deliveries } from './plain-deliveries.ts';
import { PlainEvents } from './plain-events.ts';
import { PlainLink } from './plain-link.ts';
import { Places } from './plain-places.ts';
import { PlainReading } from './plain-reading.ts';
import { tellInvitations } from './plain-rooms.ts';
import type { PlainScene } from './plain-scene.ts';
import { PlainVoice } from './plain-voice.ts';
import { withSession } from './session.ts';
import { TemporaryFiles } from './temporary-files.ts';
import { openTypedLines, type TypedLines, type TypedLinesOptions } from './typed-lines.ts';

/** Resolves on /quit, at the end of stdin, or once nobody reads stdout. */
export async function plain(context: CommandContext, target: string | null): Promise<void> {
  await withSession(context, 'join', (session) => talk(context, session, target));
}

/** A terminal that says it can do nothing, or whose other end is no terminal, is left to the kernel. */
function terminalOf({
  stdin,
  output,
  env,
  options,
}: CommandContext): TypedLinesOptions['terminal'] {
  if (stdin.isTTY !== true) return 'none';
  if (!output.isTerminal || env.TERM === 'dumb') return 'dumb';
  return options.screenReader ? 'append-only' : 'erasing';
}

async function talk(
  context: CommandContext,
  session: Session,
  target: string | null,
): Promise<void> {
  const { stdin, output, signal } = context;
  const people = new Directory();
  const places = new Places(people);
  const typed = openTypedLines({
    ...{ stdin, output, terminal: terminalOf(context) },
    complete: (before) => {
      const { word, candidates } = completionsOf(before, completable(people, places));
      return { word, candidates: candidates.map(({ text }) => text) };
    },
  });
  const close = () => typed.close();
  output.readerGone.addEventListener('abort', close, { once: true });
  signal.addEventListener('abort', close, { once: true });
  const run = new Run(context, session, { people, places, typed });
  try {
    await run.begin();
    const commands = new PlainCommands(run.scene);
    await tellInvitations(run.scene);
    await commands.begin(target ?? firstOf(places));
    run.tellUnread();
    for await (const text of typed.texts) {
      if ((await commands.run(text)) === 'quit') return;
    }
    await run.scene.link.leave();
  } finally {
    close();
    signal.removeEventListener('abort', close);
    await run.close();
  }
}

function completable(people: Directory, places: Places): Completable {
  const self = places.self === null ? null : { fingerprint: places.self };
  return { people, rooms: places.rooms, self };
}

/** Where to begin: the lobby, where this profile has not left it. */
function firstOf({ rooms }: Places): string {
  const [first] = rooms.keys();
  return rooms.has(FIRST_ROOM) ? FIRST_ROOM : (first ?? FIRST_ROOM);
}

interface Parts {
  readonly people: Directory;
  readonly places: Places;
  readonly typed: TypedLines;
}

/** Everything that one session is told with; `close()` ends it. */
class Run {
  readonly scene: PlainScene;
  readonly #marks: ReadMarks;
  readonly #comings: Comings;
  readonly #temporary: TemporaryFiles;
  readonly #unsubscribe: () => void;
  readonly #output: CommandContext['output'];
  #early: ClientEvent[] | null = [];

  constructor(context: CommandContext, session: Session, { people, places, typed }: Parts) {
    const { show } = typed;
    const ask: Session['request'] = (command) => session.request(command);
    const parts = { session, show, people, places };
    const link = new PlainLink({ ...parts, hostRelay: () => hostHere(context) });
    const marks = new ReadMarks({ ask, schedule: scheduleTimeout });
    const comings = new Comings(show, scheduleTimeout);
    const placeChanged = () =>
      typed.setPlace(places.here === null ? t`` : places.label(places.here));
    const events = new PlainEvents({
      ...{ ...parts, link, marks, comings, placeChanged },
      deliveries: new Deliveries(parts),
      isSpoken: context.options.screenReader,
    });
    const seen = () => {
      if (places.here !== null) marks.add(keyOf(places.here));
    };
    const reading = new PlainReading();
    const { ephemeral, home } = context.options;
    this.#temporary = new TemporaryFiles(ephemeral ? null : profileFolder(home ?? undefined));
    const voice = new PlainVoice({ ask, show, temporary: this.#temporary });
    this.scene = { ...parts, link, events, reading, voice, seen, placeChanged };
    this.#marks = marks;
    this.#comings = comings;
    this.#output = context.output;
    this.#unsubscribe = session.subscribe((event) => {
      if (this.#early === null) events.take(event);
      else this.#early.push(event);
    });
  }

  /** Says what was so before, then what came meanwhile. */
  async begin(): Promise<void> {
    const { session, show, people, places, link, events } = this.scene;
    const snapshot = await session.request({ do: 'snapshot' });
    const { conversations } = await session.request({ do: 'conversations' });
    for (const person of snapshot.people) people.set(person);
    people.rooms.setSelf(snapshot.self.fingerprint);
    for (const room of snapshot.rooms) people.rooms.set(room);
    places.begin(snapshot, conversations);
    greet(snapshot, show);
    events.begin(snapshot);
    link.begin(snapshot);
    const early = this.#early ?? [];
    this.#early = null;
    for (const event of early) events.take(event, true);
  }

  /** What is unread elsewhere. */
  tellUnread(): void {
    const { show, places } = this.scene;
    const lines = places.unreadLines();
    if (lines.length === 0) return;
    show(...lines.map((line) => t`-- ${line}`), t`-- /next goes to what is unread.`);
  }

  async close(): Promise<void> {
    this.#unsubscribe();
    this.#comings.close();
    await this.scene.voice.close();
    await this.#temporary.close();
    await this.scene.link.close();
    if (this.scene.link.isLeft) this.#output.human(t`-- ${RELAY_RUNS_ON}`);
    await this.#marks.close();
  }
}

function greet({ self, ephemeral }: Snapshot, show: Show): void {
  const key = fingerprintWords(self.fingerprint, 16);
  show(t`-- You are ${cleanNickname(self.nick)}, key ${key} (/nick NAME changes the name)`);
  if (ephemeral) show(t`-- Ephemeral: nothing is kept on this disk.`);
}
