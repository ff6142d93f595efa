// Waits until the relay has what a command made for others: a process that ends before would say more than is so.
import { MAX_AWAIT_MS, type Made, type Session } from '../client/api.ts';
import { phrase } from '../language/translate.ts';
import type { CommandContext } from './context.ts';
import { CommandError } from './errors.ts';
import { refuseUnsaved, untilAborted } from './session.ts';

/**
 * Returns once the relay has all of it. Throws CommandError `timeout` where some of it still waits after the command's timeout,
 * `refused` where the relay will not take it, and the disk's code where that takes nothing.
 */
export async function handOver(
  session: Session,
  { options, signal }: CommandContext,
  { batch, letters }: Made,
): Promise<void> {
  const endMs = performance.now() + options.timeoutMs;
  let stand = { waiting: letters, refused: 0 };
  for (let leftMs = options.timeoutMs; stand.waiting > 0 && leftMs > 0; ) {
    const timeoutMs = Math.min(leftMs, MAX_AWAIT_MS);
    stand = await untilAborted(session.request({ do: 'await-relayed', batch, timeoutMs }), signal);
    leftMs = endMs - performance.now();
  }
  if (stand.waiting > 0) {
    refuseUnsaved((await session.request({ do: 'snapshot' })).storageProblem);
    throw new CommandError(
      'timeout',
      phrase`it is done here, but ${stand.waiting} of ${letters} letters about it wait for the relay; they go out with the next connection, no need to do it again`,
    );
  }
  if (stand.refused === 0) return;
  throw new CommandError(
    'refused',
    phrase`it is done here, but the relay refused to keep ${stand.refused} of ${letters} letters about it for people who are away; try again when they are here`,
  );
}
