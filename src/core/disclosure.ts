// What others may learn of what our person does: that they have read, that they are typing. Sends nothing.
import { PeerId } from '../protocol/ids.ts';
import { hiddenDelayMs } from './hidden-delay.ts';
import { isKeptOut } from './people.ts';
import type { CoreState } from './state.ts';

/** In one conversation; left out: as everywhere. */
export interface Exception {
  readonly sendRead?: boolean;
  readonly sendTyping?: boolean;
}

export interface Disclosure {
  readonly sendRead: boolean;
  readonly sendTyping: boolean;
  /** By conversation: a fingerprint, or a room as people see it named. */
  readonly exceptions: ReadonlyMap<string, Exception>;
}

export function setDisclosure(core: CoreState, disclosure: Disclosure): void {
  core.disclosure = disclosure;
}

/**
 * Whether it may be told in this conversation. Who is not shown that messages came (`CoreState.quiet`) is not shown that
 * they were read; nothing goes to somebody who is blocked or bears a verified person's name without leave; and who hides tells only
 * whom they just wrote to.
 */
export function mayTell(core: CoreState, what: keyof Exception, conversation: string): boolean {
  if (what === 'sendRead' && core.quiet) return false;
  const id = PeerId.parse(conversation);
  if (id !== null && isKeptOut(core, id)) return false;
  if (core.hidden && !knowsWeAreHere(core, id)) return false;
  return core.disclosure.exceptions.get(conversation)?.[what] ?? core.disclosure[what];
}

function knowsWeAreHere(core: CoreState, id: PeerId | null): boolean {
  const peer = id === null ? undefined : core.peers.get(id);
  return peer !== undefined && hiddenDelayMs(core, peer) === 0;
}
