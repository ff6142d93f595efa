// Whether anything of ours may go to somebody, and that we know them from then on. Sends nothing of a conversation.
import { phrase } from '../language/translate.ts';
import { UsageError } from '../protocol/errors.ts';
import type { PeerId } from '../protocol/ids.ts';
import { peerOf } from './new-state.ts';
import { awaitsTrust, isBlocked, nickOf, requireKnown } from './people.ts';
import type { CoreState } from './state.ts';
import { introduceStatus } from './status-line.ts';

/** Throws UsageError `unknown-person`, `blocked`, `key-changed`. */
export function requireReachable(core: CoreState, id: PeerId): void {
  requireKnown(core, id);
  const nick = nickOf(core, id);
  if (isBlocked(core, id)) {
    throw new UsageError(
      'blocked',
      phrase`you have blocked ${nick}; lift it first (/unblock, lanchat contact … --no-block)`,
    );
  }
  if (!awaitsTrust(core, id)) return;
  throw new UsageError(
    'key-changed',
    phrase`${nick} has another key than the ${nick} you verified; compare safety numbers (verify) or accept it (trust) first`,
  );
}

/** Something of a person's went to them: strangers can't bring that about. To who is new, our status line follows. */
export function noteContacted(core: CoreState, id: PeerId): void {
  const isFirst = core.pins.get(id)?.contacted === false;
  core.pins.contact(id);
  if (isFirst) introduceStatus(core, peerOf(core, id));
}
