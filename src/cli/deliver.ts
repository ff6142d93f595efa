// Sends, and says so only when what was waited for has happened; what can't go out is taken back where that is possible.
import type { MessageReason, MessageState, Session } from '../client/api.ts';
import { phrase } from '../language/translate.ts';
import type { MessageId } from '../protocol/ids.ts';
import { safeText } from '../ui/safe-text.ts';
import { waitingWords } from '../ui/words.ts';
import type { CommandContext } from './context.ts';
import { CommandError } from './errors.ts';
import { refuseUnsaved, watch } from './session.ts';

export type Wait = 'relayed' | 'delivered';

export interface Sending {
  readonly session: Session;
  readonly context: CommandContext;
  /** To whom or where, for `sent` records and sentences. */
  readonly name: string;
  readonly wait: Wait;
  /** It is done here already: what can't go out now is not taken back, and goes out later. */
  readonly isDone: boolean;
}

interface Progress {
  readonly state: MessageState;
  readonly reason: MessageReason | null;
}

/**
 * Asks for something that goes out under an id of its own (null: nothing has to), and says that it is sent only when what
 * was waited for has happened. Throws CommandError, and what the session refuses with.
 */
export async function deliver(
  sending: Sending,
  ask: () => Promise<{ readonly id: MessageId | null }>,
): Promise<void> {
  const { session, context, name, wait } = sending;
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
    if (id !== null && !sending.isDone) session.request({ do: 'cancel', id }).catch(() => {});
  };
  context.signal.addEventListener('abort', takeBack, { once: true });
  const outcome = watch(session, context.options.timeoutMs, () =>
    id === null ? undefined : settled(progress.get(id), wait),
  );
  try {
    id = (await ask()).id;
    if (id === null) return;
    const state = settled(progress.get(id), wait) ?? (await outcome.result);
    if (state !== null) return report(context, { id, to: name, state });
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
  if (progress?.state === 'delivered' || progress?.state === 'read') return progress.state;
  return progress?.state === 'relayed' && wait === 'relayed' ? 'relayed' : undefined;
}

async function giveUp(
  { session, context, name, wait, isDone }: Sending,
  id: MessageId,
  progress: ReadonlyMap<MessageId, Progress>,
): Promise<void> {
  const stuck = progress.get(id);
  const { cancelled } = isDone ? { cancelled: false } : await session.request({ do: 'cancel', id });
  // It may have gone out in the very moment of cancelling.
  const now = progress.get(id);
  const last = now?.reason === 'cancelled' ? stuck : now;
  const state = settled(last, wait);
  if (state !== undefined) return report(context, { id, to: name, state });
  const seconds = context.options.timeoutMs / 1000;
  if (last?.state === 'relayed') {
    throw new CommandError(
      'timeout',
      phrase`the relay has it, but nobody confirmed that it was opened within ${seconds} s`,
    );
  }
  const { storageProblem } = await session.request({ do: 'snapshot' });
  if (cancelled) refuseUnsaved(storageProblem);
  else if (storageProblem !== null) throw perhapsLater(storageProblem.code);
  const isAway = last?.reason === 'not-here';
  const what = isAway ? phrase`${name} was not here` : phrase`not sent`;
  throw new CommandError(
    isAway ? 'not-here' : 'timeout',
    phrase`${what} within ${seconds} s; ${cancelled ? nothingKept(isAway) : stillWaits(isAway)}`,
  );
}

/** Too late to take it back, and not on disk: it goes out once it is, unless whoever holds it ends before. */
function perhapsLater(code: string): CommandError {
  const message = phrase`this machine's disk takes nothing; free some space or check it, then look (lanchat history) whether the message went out by itself before you send it again`;
  return new CommandError(code, message);
}

function nothingKept(isAway: boolean): string {
  return isAway
    ? phrase`nothing was kept, send it again when they are`
    : phrase`nothing was kept, try again`;
}

/** Too late to take it back: whoever sends it again would send it twice. */
function stillWaits(isAway: boolean): string {
  return isAway
    ? phrase`${waitingWords('waits')} and lanchat runs here`
    : phrase`it waits here and goes out once it can; no need to send it again`;
}

function failed(reason: MessageReason | null): CommandError {
  switch (reason) {
    case 'key-changed':
      return new CommandError(
        reason,
        phrase`their key has changed, so nothing was sent; compare it with lanchat verify first`,
      );
    case 'refused':
    case null:
      return new CommandError('refused', phrase`the relay refused the message; wait and try again`);
    case 'not-here':
      return new CommandError(
        reason,
        phrase`they are not here; nothing was kept, try again when they are`,
      );
    case 'expired':
      return new CommandError(
        reason,
        phrase`it was never confirmed and has expired; send it again`,
      );
    case 'cancelled':
      return new CommandError(reason, phrase`it was cancelled before it was sent`);
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
