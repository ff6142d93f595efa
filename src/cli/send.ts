// `lanchat send`: says a message is sent only when what was waited for has happened.
import type { Destination, MessageReason, MessageState, Session } from '../client/api.ts';
import { UsageError } from '../protocol/errors.ts';
import type { MessageId } from '../protocol/ids.ts';
import { namesOfGroup } from '../ui/command-text.ts';
import { isRoomName } from '../ui/room-names.ts';
import { safeText } from '../ui/safe-text.ts';
import { waitingWords } from '../ui/words.ts';
import type { CommandContext } from './context.ts';
import { resolveRoom } from './conversation-argument.ts';
import { CommandError } from './errors.ts';
import { handOver } from './handing-over.ts';
import {
  inTime,
  refuseUnsaved,
  resolvePeople,
  resolvePerson,
  watch,
  whenReady,
  withSession,
} from './session.ts';
import { checkText, readLines, readText } from './text-input.ts';

export interface SendRequest {
  readonly to: string;
  readonly words: readonly string[];
  readonly wait: string;
  readonly lines: boolean;
}

type Wait = 'relayed' | 'delivered';

interface Target {
  readonly destination: Destination;
  /** For `sent` records and sentences. */
  readonly name: string;
}

/** Throws UsageError, CommandError, or what the session refuses with. */
export async function send(context: CommandContext, request: SendRequest): Promise<void> {
  const wait = readWait(request);
  const fromStdin = request.words.length === 0 || isDash(request.words);
  if (request.lines && !fromStdin) {
    throw new UsageError('bad-text', '--lines reads its messages from stdin; leave the text out');
  }
  if (request.lines) return sendLines(context, request.to, wait);
  const text = fromStdin
    ? await readText(context)
    : checkText(request.words.join(' '), 'the message');
  await withSession(context, 'leave-alone', async (session, attempt) => {
    const target = await openTarget(session, context, request.to);
    attempt.isRepeatable = false;
    await sendOne({ session, context, target, wait }, text);
  });
}

async function sendLines(context: CommandContext, to: string, wait: Wait): Promise<void> {
  await withSession(context, 'leave-alone', async (session, attempt) => {
    const target = await openTarget(session, context, to);
    attempt.isRepeatable = false;
    for await (const text of readLines(context.stdin)) {
      await sendOne({ session, context, target, wait }, text);
    }
  });
}

function isDash(words: readonly string[]): boolean {
  return words.length === 1 && words[0] === '-';
}

function readWait(request: SendRequest): Wait {
  if (request.wait !== 'relayed' && request.wait !== 'delivered') {
    throw new UsageError('bad-wait', '--wait takes relayed or delivered');
  }
  if (
    request.wait === 'delivered' &&
    (isRoomName(request.to) || namesOfGroup(request.to) !== null)
  ) {
    throw new UsageError('bad-wait', 'nobody can say when a whole room has it; use --wait relayed');
  }
  return request.wait;
}

async function openTarget(session: Session, context: CommandContext, to: string): Promise<Target> {
  const { rooms } = await whenReady(session, context);
  if (!isRoomName(to)) {
    const names = namesOfGroup(to);
    if (names !== null) return openGroup(session, context, names);
    const person = await resolvePerson(session, to);
    return { destination: { peer: person.fingerprint }, name: person.fingerprint };
  }
  if (to.startsWith('+')) {
    const room = await resolveRoom(session, to);
    return { destination: { room }, name: room };
  }
  const joined = rooms.find((room) => room.name === to);
  const { room } = joined
    ? { room: joined.name }
    : await inTime(session.request({ do: 'visit', room: to }), context);
  return { destination: { room }, name: room };
}

/** Finds the group of these people, or makes it; where one of them is nobody, nothing is made. */
async function openGroup(
  session: Session,
  context: CommandContext,
  names: readonly string[],
): Promise<Target> {
  const peers = await resolvePeople(session, names);
  const made = await session.request({ do: 'room-group', peers });
  await handOver(session, context, made);
  return { destination: { room: made.room }, name: made.room };
}

interface Sending {
  readonly session: Session;
  readonly context: CommandContext;
  readonly target: Target;
  readonly wait: Wait;
}

interface Progress {
  readonly state: MessageState;
  readonly reason: MessageReason | null;
}

async function sendOne(sending: Sending, text: string): Promise<void> {
  const { session, context, target, wait } = sending;
  // A receipt can overtake the reply that names the message it is for.
  const progress = new Map<MessageId, Progress>();
  let id: MessageId | null = null;
  const unsubscribe = session.subscribe((event) => {
    if (event.type === 'receipt') progress.set(event.id, event);
    const isRelayed = id !== null && progress.get(id)?.state === 'relayed';
    // What is not on disk doesn't go out, however long anybody waits.
    if (event.type === 'storage' && event.problem !== null && !isRelayed) outcome.stop();
  });
  // It would stay in the outbox and go out with the next lanchat, whose person believes it did not.
  const takeBack = () => {
    if (id !== null) session.request({ do: 'cancel', id }).catch(() => {});
  };
  context.signal.addEventListener('abort', takeBack, { once: true });
  const outcome = watch(session, context.options.timeoutMs, () =>
    id === null ? undefined : settled(progress.get(id), wait),
  );
  try {
    id = (await session.request({ do: 'send', to: target.destination, text })).id;
    const state = settled(progress.get(id), wait) ?? (await outcome.result);
    if (state !== null) return report(context, { id, to: target.name, state });
    await giveUp(sending, id, progress);
  } finally {
    context.signal.removeEventListener('abort', takeBack);
    unsubscribe();
    outcome.stop();
    outcome.result.catch(() => {});
  }
}

/** Where the message is, once that is what was waited for. Throws where it never will be. */
function settled(progress: Progress | undefined, wait: Wait): MessageState | undefined {
  if (progress?.state === 'failed') throw failed(progress.reason);
  if (progress?.state === 'delivered') return 'delivered';
  return progress?.state === 'relayed' && wait === 'relayed' ? 'relayed' : undefined;
}

async function giveUp(
  { session, context, target, wait }: Sending,
  id: MessageId,
  progress: ReadonlyMap<MessageId, Progress>,
): Promise<void> {
  const stuck = progress.get(id);
  const { cancelled } = await session.request({ do: 'cancel', id });
  // It may have gone out in the very moment of cancelling.
  const now = progress.get(id);
  const last = now?.reason === 'cancelled' ? stuck : now;
  const state = settled(last, wait);
  if (state !== undefined) return report(context, { id, to: target.name, state });
  const seconds = context.options.timeoutMs / 1000;
  if (last?.state === 'relayed') {
    throw new CommandError(
      'timeout',
      `the relay has it, but nobody confirmed that it was opened within ${seconds} s`,
    );
  }
  const { storageProblem } = await session.request({ do: 'snapshot' });
  if (cancelled) refuseUnsaved(storageProblem);
  else if (storageProblem !== null) throw perhapsLater(storageProblem.code);
  const isAway = last?.reason === 'not-here';
  const what = isAway ? `${target.name} was not here` : 'not sent';
  throw new CommandError(
    isAway ? 'not-here' : 'timeout',
    `${what} within ${seconds} s; ${cancelled ? nothingKept(isAway) : stillWaits(isAway)}`,
  );
}

/** Too late to take it back, and not on disk: it goes out once it is, unless whoever holds it ends before. */
function perhapsLater(code: string): CommandError {
  const message =
    "this machine's disk takes nothing; free some space or check it, then look (lanchat history) whether the message " +
    'went out by itself before you send it again';
  return new CommandError(code, message);
}

function nothingKept(isAway: boolean): string {
  return isAway ? 'nothing was kept, send it again when they are' : 'nothing was kept, try again';
}

/** Too late to take it back: whoever sends it again would send it twice. */
function stillWaits(isAway: boolean): string {
  return isAway
    ? `${waitingWords('waits')} and lanchat runs here`
    : 'it waits here and goes out once it can; no need to send it again';
}

function failed(reason: MessageReason | null): CommandError {
  switch (reason) {
    case 'key-changed':
      return new CommandError(
        reason,
        'their key has changed, so nothing was sent; compare it with lanchat verify first',
      );
    case 'refused':
    case null:
      return new CommandError('refused', 'the relay refused the message; wait and try again');
    case 'not-here':
      return new CommandError(
        reason,
        'they are not here; nothing was kept, try again when they are',
      );
    case 'expired':
      return new CommandError(reason, 'it was never confirmed and has expired; send it again');
    case 'cancelled':
      return new CommandError(reason, 'it was cancelled before it was sent');
    default:
      return reason satisfies never;
  }
}

function report(
  { output }: CommandContext,
  sent: { id: MessageId; to: string; state: MessageState },
): void {
  output.data({ type: 'sent', ...sent }, safeText(sent.id));
}
