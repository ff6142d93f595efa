// Requests to the relay and the queues of slices: what every concern of the core uses to act.
import type { Frame } from '../protocol/frames.ts';
import { journal, save } from './durable.ts';
import type { CoreEvent } from './events.ts';
import type { Answer, CoreState, Job } from './state.ts';

type WithoutReq<T> = T extends unknown ? Omit<T, 'req'> : never;

export function emit(core: CoreState, event: CoreEvent): void {
  core.effects.push({ type: 'emit', event });
}

/** How one of our messages stands: told to people and to history. */
export function tellReceipt(
  core: CoreState,
  receipt: Omit<Extract<CoreEvent, { type: 'receipt' }>, 'type'>,
): void {
  const { id, state, reason } = receipt;
  journal(core, { type: 'state', id, state, reason });
  emit(core, { type: 'receipt', id, state, reason });
}

/** Warnings remembered so as not to be repeated: strangers can cause any number. */
const MAX_TOLD = 10_000;

/** Whether this warning is told for the first time in this run. */
export function isFirstTelling(core: CoreState, warning: string): boolean {
  if (core.told.has(warning)) return false;
  core.told.add(warning);
  for (const oldest of core.told) {
    if (core.told.size <= MAX_TOLD) break;
    core.told.delete(oldest);
  }
  return true;
}

/** Sends a request; `onAnswer` gets its answer, or null when the connection ends first. Needs a connection. */
export function request(
  core: CoreState,
  frame: WithoutReq<Frame>,
  onAnswer: (answer: Answer) => void,
): void {
  core.link.lastRequest = (core.link.lastRequest % 0xffff_ffff) + 1;
  const req = core.link.lastRequest;
  core.requests.set(req, onAnswer);
  core.effects.push({ type: 'transmit', frame: { ...frame, req } });
}

/** The answer goes to whoever asked; one to nothing that we asked is ignored. */
export function settle(core: CoreState, req: number, answer: Exclude<Answer, null>): void {
  const onAnswer = core.requests.get(req);
  core.requests.delete(req);
  onAnswer?.(answer);
}

/** The connection ended: nobody will be answered. */
export function abandonRequests(core: CoreState): void {
  const waiting = [...core.requests.values()];
  core.requests.clear();
  for (const onAnswer of waiting) onAnswer(null);
}

/** A number above every one used before, by this run or an earlier one, kept before it is used. */
export function takeSeq(core: CoreState): bigint {
  // The time would tell who hides.
  const wall = core.hidden ? 0n : BigInt(Math.max(0, core.env.wallMs()));
  core.lastSeq = wall > core.lastSeq ? wall : core.lastSeq + 1n;
  saveSeq(core);
  return core.lastSeq;
}

export const SEQ_PLACE = 'seq';

function saveSeq(core: CoreState): void {
  save(core, SEQ_PLACE, () => ({ last: core.lastSeq.toString() }));
}

/** Work that somebody waits for. */
export function soon(core: CoreState, cost: number, run: () => void): void {
  core.urgent.push({ cost, run });
}

/** Work that may take its time: keys for a large room, cards of a crowd. */
export function later(core: CoreState, cost: number, run: () => void): void {
  core.background.push({ cost, run });
}

/** Runs urgent jobs, then background ones, until about `budgetMs` is used; the driver then yields. */
export function runJobs(core: CoreState, budgetMs: number): void {
  let left = budgetMs;
  while (left > 0) {
    const job: Job | undefined = core.urgent.shift() ?? core.background.shift();
    if (job === undefined) return;
    left -= job.cost;
    job.run();
  }
}
