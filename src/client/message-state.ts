// What became of a message, heard twice. Keeps nothing.
import { type MessageReason, type MessageState, stateRank } from '../core/events.ts';

interface StateOf {
  readonly state: MessageState;
  readonly reason: MessageReason | null;
}

/** Of two words about one message the one later in its life; the second where they are equal. */
export function laterState<A extends StateOf, B extends StateOf>(known: A | null, heard: B): A | B {
  return known !== null && stateRank(heard.state) < stateRank(known.state) ? known : heard;
}
