// Hiding one's presence: what the relay is told of it, and what must not go out meanwhile. The relay itself knows.
import { hiddenDelayMs } from './hidden-delay.ts';
import { emit, request } from './link.ts';
import { publishBundle } from './own-keys.ts';
import { selfOf } from './people.ts';
import { subscribe } from './rooms.ts';
import type { CoreState } from './state.ts';

/** For the login: whether we come hidden. */
export function hidesAtLogin(core: CoreState): boolean {
  core.link.hidden = core.hidden;
  return core.hidden;
}

/** Nobody but the relay is to know that we are here; or everybody may again. */
export function setHidden(core: CoreState, hidden: boolean): void {
  if (core.hidden === hidden) return;
  core.hidden = hidden;
  core.hiddenSinceMs = core.env.nowMs();
  emit(core, { type: 'self', ...selfOf(core) });
  delayAnswers(core);
  const { link } = core;
  if (!link.online) return;
  if (hidden) tellHidden(core);
  // Before the login is answered for, what is published then is enough.
  if (link.ownChecked) publishBundle(core);
  if (hidden) return;
  tellHidden(core);
  // The others are told with a new proof that we are there.
  if (link.enterAtMs === null) for (const room of core.rooms.values()) subscribe(core, room);
}

/** It may have changed since the login. */
export function tellHidden(core: CoreState): void {
  const { hidden, link } = core;
  if (link.hidden === hidden) return;
  link.hidden = hidden;
  request(core, { type: 'hide', hidden }, () => undefined);
}

/** What is not asked of anybody any more, and what is answered later, or at once again. */
function delayAnswers(core: CoreState): void {
  const now = core.env.nowMs();
  for (const peer of core.peers.values()) {
    const { incoming } = peer;
    if (core.hidden) peer.wants = [];
    core.dirty.add(peer.id);
    if (incoming.ackDueAtMs === null) continue;
    incoming.ackDueAtMs = now + hiddenDelayMs(core, peer);
  }
}
