// What headless commands ask of a session: to be ready, to name a person, to end whatever happens.
import type {
  ClientEvent,
  Link,
  Person,
  Session,
  Snapshot,
  StorageProblem,
} from '../client/api.ts';
import type { RememberedRooms } from '../client/client.ts';
import type { OpenSession, SessionOptions } from '../client/open-session.ts';
import { phrase } from '../language/translate.ts';
import { LanchatError } from '../protocol/errors.ts';
import type { PeerId } from '../protocol/ids.ts';
import { safeText } from '../ui/safe-text.ts';
import type { CommandContext } from './context.ts';
import { CommandError, choiceError, isFinal, linkError, noRelayFound } from './errors.ts';
import { folderProblemLine } from './lines.ts';
import { passphrasePrompt } from './passphrase.ts';

/** One go at a command. What must not happen twice sets `isRepeatable` to false before it happens. */
export interface Attempt {
  isRepeatable: boolean;
}

/**
 * What a session is for: rooms, or (`offline`) only what is on the disk, with no relay looked for; `existing`: so,
 * and of a profile that is there already, since who only reads should not make one.
 */
export type SessionUse = RememberedRooms | 'offline' | 'existing';

/** Each time, the process that owned the profile ended under our hands. */
const MAX_ATTEMPTS = 5;

/**
 * Opens a session on the profile, hands it to `use`, and closes it again, however `use` ends. `purpose`:
 * whether this process is to be seen in the rooms that the profile remembers, or at all. Where the session
 * was another process's and that one ends, `use` is called again with a session of our own.
 */
export async function withSession<T>(
  context: CommandContext,
  purpose: SessionUse,
  use: (session: OpenSession, attempt: Attempt) => Promise<T>,
): Promise<T> {
  for (let count = 1; ; count += 1) {
    context.signal.throwIfAborted();
    const session = await context.openSession(sessionOptions(context, purpose));
    const attempt = { isRepeatable: true };
    try {
      return await untilAborted(use(session, attempt), context.signal);
    } catch (error) {
      const isOwnerGone = error instanceof LanchatError && error.code === 'owner-gone';
      if (!isOwnerGone || !attempt.isRepeatable || count === MAX_ATTEMPTS) throw error;
    } finally {
      await session.close();
    }
  }
}

/** How a headless command opens a session on the profile. */
export function sessionOptions(context: CommandContext, purpose: SessionUse): SessionOptions {
  const { home, nick, relay, ephemeral } = context.options;
  const existing = purpose === 'existing';
  const offline = existing || purpose === 'offline';
  return {
    ...{ home, nick, relay, ephemeral, offline, existing, exclusive: false },
    rooms: offline ? 'leave-alone' : purpose,
    passphrase: passphrasePrompt(context),
    onProblem: (problem) => context.output.note(folderProblemLine(problem)),
  };
}

/** As `work`, but rejects with the signal's reason as soon as it is aborted. */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

/** As `work`, but throws CommandError (`timeout`) when the relay doesn't answer within the timeout. */
export async function inTime<T>(work: Promise<T>, context: CommandContext): Promise<T> {
  const { timeoutMs } = context.options;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const message = phrase`the relay did not answer within ${timeoutMs / 1000} s; try again`;
    timer = setTimeout(() => reject(new CommandError('timeout', message)), timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Calls `look` at every event until it answers something but undefined, or throws; that is the result.
 * Resolves to null after `timeoutMs`; null as `timeoutMs` waits for ever.
 */
export function watch<T>(
  session: Session,
  timeoutMs: number | null,
  look: (event: ClientEvent) => T | undefined,
): { readonly result: Promise<T | null>; stop(): void } {
  let stop = () => {};
  const result = new Promise<T | null>((resolve, reject) => {
    const timer = timeoutMs === null ? null : setTimeout(() => settle(null), timeoutMs);
    const unsubscribe = session.subscribe((event) => {
      try {
        const answer = look(event);
        if (answer !== undefined) settle(answer);
      } catch (error) {
        end();
        reject(error);
      }
    });
    const end = () => {
      if (timer !== null) clearTimeout(timer);
      unsubscribe();
    };
    const settle = (answer: T | null) => {
      end();
      resolve(answer);
    };
    stop = () => settle(null);
  });
  return { result, stop };
}

/**
 * Waits until every subscription is live and the roster has been read, at most the command's timeout.
 * Throws CommandError: no relay, several, a stranger, a changed key, a refusal.
 */
export async function whenReady(session: Session, context: CommandContext): Promise<Snapshot> {
  let link: Link | null = null;
  const news = (now: Link) => {
    if (now.reason !== null && now.reason !== link?.reason) noteTrouble(context, now);
    link = now;
    refuseFinal(now);
  };
  const ready = watch(session, context.options.timeoutMs, (event) => {
    if (event.type === 'link') news(event.link);
    if (event.type === 'storage') refuseUnsaved(event.problem);
    return event.type === 'ready' ? true : undefined;
  });
  try {
    const snapshot = await Promise.race([
      session.request({ do: 'snapshot' }),
      ready.result.then(() => null),
    ]);
    if (snapshot?.ready) return snapshot;
    if (snapshot !== null) {
      refuseUnsaved(snapshot.storageProblem);
      news(snapshot.link);
    }
    if ((await ready.result) === null) throw notReady(link);
    return await session.request({ do: 'snapshot' });
  } finally {
    ready.stop();
    // It may have failed with nobody left to hear it.
    ready.result.catch(() => {});
  }
}

function noteTrouble(context: CommandContext, link: Link): void {
  const where = link.relay ?? 'the network';
  context.output.detail(
    safeText(phrase`lanchat: ${where}: ${link.reason ?? phrase`not reached`}; trying again`),
  );
}

/** Nothing goes out while the disk of the profile's owner takes nothing: throws then what is wrong with it. */
export function refuseUnsaved(problem: StorageProblem | null): void {
  if (problem !== null) throw new CommandError(problem.code, problem.message);
}

/** Throws where waiting longer can't help. */
export function refuseFinal(link: Link): void {
  if (link.state === 'choosing') throw choiceError(link);
  if (link.state === 'ended' || isFinal(link.reason)) throw linkError(link);
}

function notReady(link: Link | null): CommandError {
  return link === null ? noRelayFound() : linkError(link);
}

/**
 * The one person that `query` names, or a CommandError: nobody (`unknown-person`), several (`ambiguous`,
 * with their fingerprints), or a pinned name under a new key (`key-changed`). It never picks one.
 */
export async function resolvePerson(session: Session, query: string): Promise<Person> {
  const { matches } = await session.request({ do: 'find-person', query });
  const [person] = matches;
  if (person === undefined) {
    throw new CommandError(
      'unknown-person',
      phrase`nobody called ${query} is here or known; lanchat peers lists who is`,
    );
  }
  const byKey = matches.length === 1 && person.fingerprint.startsWith(query.toLowerCase());
  const changed = matches.find((match) => hasTakenName(match, matches));
  if (changed !== undefined && !byKey) throw keyChanged(changed);
  if (matches.length === 1) return person;
  const list = matches.map((m) => `${m.fingerprint} (${m.trust}${m.online ? '' : ', away'})`);
  throw new CommandError(
    'ambiguous',
    phrase`${matches.length} people are called ${query}: ${list.join(', ')}; use the fingerprint`,
  );
}

/** All of them, or none: as `resolvePerson` for each. */
export async function resolvePeople(
  session: Session,
  queries: readonly string[],
): Promise<readonly PeerId[]> {
  const peers: PeerId[] = [];
  for (const query of queries) peers.push((await resolvePerson(session, query)).fingerprint);
  return peers;
}

/** Of two who are both new, nobody can say whose name it is: that is a name for several people. */
function hasTakenName(person: Person, matches: readonly Person[]): boolean {
  return person.keyChangedFrom.some((was) => {
    const earlier = matches.find((match) => match.fingerprint === was);
    return earlier === undefined || earlier.trust !== 'new';
  });
}

function keyChanged(person: Person): CommandError {
  const was = person.keyChangedFrom.join(', ');
  return new CommandError(
    'key-changed',
    phrase`${person.nick} has another key than before: was ${was}, now ${person.fingerprint}; compare it with lanchat verify ${person.fingerprint}, or name the one you mean by its fingerprint`,
  );
}
