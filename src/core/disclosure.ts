// What others may learn of what our person does: that they have read, that they are typing. Sends nothing.
import { PeerId } from '../protocol/ids.ts';
import { isBlocked } from './people.ts';
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
 * they were read; and nothing goes to somebody who bears a verified person's name without leave.
 */
export function mayTell(core: CoreState, what: keyof Exception, conversation: string): boolean {
  if (what === 'sendRead' && core.quiet) return false;
  const peer = PeerId.parse(conversation);
  if (peer !== null && isBlocked(core, peer)) return false;
  return core.disclosure.exceptions.get(conversation)?.[what] ?? core.disclosure[what];
}
