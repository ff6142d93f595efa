// `lanchat listen`: streams what arrives, for people and scripts. Decides nothing.
import type { ClientEvent, Link, Session, Snapshot } from '../client/api.ts';
import { UsageError } from '../protocol/errors.ts';
import { parseRoomName } from '../protocol/nickname.ts';
import { profileFolder } from '../storage/profile-folder.ts';
import { readSettings } from '../storage/settings-file.ts';
import { Directory } from '../ui/people.ts';
import type { CommandContext } from './context.ts';
import { eventLine, fitted, messageLines } from './lines.ts';
import type { JsonRecord } from './output.ts';
import { inTime, refuseFinal, whenReady, withSession } from './session.ts';

export interface ListenRequest {
  /** Only these; none: everything. */
  readonly rooms: readonly string[];
  readonly join: readonly string[];
  readonly count: number | null;
}

/** Resolves after `count` messages, or once nobody reads stdout; else it goes on until interrupted. */
export async function listen(context: CommandContext, request: ListenRequest): Promise<void> {
  const only = new Set(request.rooms.map(roomName));
  const join = request.join.map(roomName);
  const stream = new Stream(context, { only, count: request.count });
  const stopped = new Promise<void>((resolve) => {
    context.output.readerGone.addEventListener('abort', () => resolve(), { once: true });
  });
  await withSession(context, 'join', async (session) => {
    const finished = stream.restart();
    const unsubscribe = session.subscribe((event) => stream.take(event));
    try {
      stream.begin(await enterRooms(session, context, { join, only }));
      await Promise.race([finished, stopped]);
    } finally {
      unsubscribe();
    }
  });
}

function roomName(text: string): string {
  const name = text.startsWith('#') ? parseRoomName(text) : null;
  if (name !== null) return `#${name}`;
  throw new UsageError('bad-room', `"${text}" is not a room; rooms look like '#general'`);
}

/** Rooms remembered are joined each time, also where the profile's owner has no use for them. */
async function enterRooms(
  session: Session,
  context: CommandContext,
  { join, only }: { join: readonly string[]; only: ReadonlySet<string> },
): Promise<Snapshot> {
  const { rooms } = await whenReady(session, context);
  const settings = await readSettings(profileFolder(context.options.home ?? undefined));
  const remembered = settings.rooms.map((name) => `#${name}`);
  const joined = new Set(rooms.map((room) => room.name));
  for (const room of [...remembered, ...join]) {
    if (joined.has(room)) continue;
    joined.add(room);
    await inTime(session.request({ do: 'join', room }), context);
  }
  for (const room of only) {
    if (joined.has(room)) continue;
    throw new UsageError('not-in-room', `you are not in ${room}; add --join '${room}'`);
  }
  return session.request({ do: 'snapshot' });
}

/** Turns events into lines. Nothing is written before `ready`: what came earlier follows it. */
class Stream {
  readonly #context: CommandContext;
  readonly #only: ReadonlySet<string>;
  readonly #people = new Directory();
  #left: number | null;
  #early: ClientEvent[] | null = [];
  #wasReady = false;
  #finish: (error: unknown) => void = () => {};

  constructor(
    context: CommandContext,
    { only, count }: { only: ReadonlySet<string>; count: number | null },
  ) {
    this.#context = context;
    this.#only = only;
    this.#left = count;
  }

  /**
   * Begins anew with another session. The promise settles after the last message that was asked for, or
   * when the link has ended for good.
   */
  restart(): Promise<void> {
    if (this.#wasReady) this.#write({ type: 'disconnected', reason: 'owner-gone' });
    this.#early = [];
    const finished = new Promise<void>((resolve, reject) => {
      this.#finish = (error) => (error === null ? resolve() : reject(error));
    });
    // It may end before anybody waits for it.
    finished.catch(() => {});
    return finished;
  }

  begin({ link, people }: Snapshot): void {
    for (const person of people) this.#people.set(person);
    const early = this.#early ?? [];
    this.#early = null;
    if (this.#wasReady) this.#write({ type: 'reconnected' });
    else {
      const { relay, fingerprint } = link;
      this.#write({ type: 'ready', relay: relay ?? '', fingerprint: fingerprint ?? '' });
    }
    this.#wasReady = true;
    for (const event of early) this.take(event);
  }

  take(event: ClientEvent): void {
    if (event.type === 'person') this.#people.set(event.person);
    if (event.type === 'link') this.#judge(event.link);
    if (this.#early !== null) this.#early.push(event);
    // Ready once is ready: afterwards `disconnected` and `reconnected` tell.
    else if (event.type !== 'ready' && this.#left !== 0 && this.#isWanted(event)) {
      this.#write(event);
      if (event.type === 'message' && this.#left !== null) this.#left -= 1;
      if (this.#left === 0) this.#finish(null);
    }
  }

  #judge(link: Link): void {
    try {
      refuseFinal(link);
    } catch (error) {
      this.#finish(error);
    }
  }

  #isWanted(event: ClientEvent): boolean {
    // Our own words did not arrive; a bot that heard itself would answer itself.
    if (event.type === 'message' && event.message.state !== null) return false;
    if (this.#only.size === 0) return true;
    if (event.type === 'message') return this.#isOf(event.message.room);
    if (event.type === 'joined' || event.type === 'left' || event.type === 'gap') {
      return this.#isOf(event.room);
    }
    return true;
  }

  #isOf(room: string | null): boolean {
    return room !== null && this.#only.has(room);
  }

  #write(event: ClientEvent): void {
    const { output } = this.#context;
    if (output.options.json) {
      const record = eventRecord(event);
      if (record !== null) output.json(record);
    } else if (event.type === 'message') {
      output.human(...fitted(messageLines(event.message, this.#people), output.columns));
    } else {
      const line = eventLine(event, this.#people);
      if (line !== null) output.human(...fitted([line], output.columns));
    }
  }
}

/** The JSON of CLI.md for an event; null for those that `listen` doesn't show. */
function eventRecord(event: ClientEvent): JsonRecord | null {
  switch (event.type) {
    case 'message': {
      const { id, time, sentTime, room, from, text } = event.message;
      return {
        type: 'message',
        id,
        time,
        ...(sentTime === null ? {} : { sentTime }),
        ...(room === null ? {} : { room }),
        from,
        text,
      };
    }
    case 'receipt': {
      const { reason, ...receipt } = event;
      return reason === null ? receipt : { ...receipt, reason };
    }
    case 'gap': {
      const { room, ...gap } = event;
      return room === null ? gap : { ...gap, room };
    }
    case 'ready':
    case 'joined':
    case 'left':
    case 'key-changed':
    case 'disconnected':
    case 'reconnected':
    case 'announcement':
    case 'error':
      return { ...event };
    case 'link':
    case 'self':
    case 'person':
    case 'room':
    case 'room-left':
      return null;
    default:
      return event satisfies never;
  }
}
