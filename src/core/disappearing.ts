// Messages that disappear: the timer of a private conversation, and when each message goes here. Ages, not clocks:
// a wall clock that jumps while this runs costs nothing, and between two runs a day at most (running-time.ts).
import * as v from 'valibot';
import { phrase } from '../language/translate.ts';
import { decodeCbor, encodeCbor, sequenceNumber } from '../protocol/cbor.ts';
import { decodeTimer, type TimerContent } from '../protocol/change-content.ts';
import { ProtocolError, UsageError } from '../protocol/errors.ts';
import { MessageId, PeerId } from '../protocol/ids.ts';
import { MAX_TIMER_SECONDS, MIN_TIMER_SECONDS } from '../protocol/limits.ts';
import { RECORD_TYPES } from '../protocol/record.ts';
import { forget, journal, type StateRow, save } from './durable.ts';
import type { Change, Destination } from './events.ts';
import { findRoom } from './find-room.ts';
import { emit } from './link.ts';
import { nickOf, personOf, whoOf } from './people.ts';
import { postTo } from './post.ts';
import { isRestored } from './restored-row.ts';
import { ageNow } from './running-time.ts';
import type { CoreState } from './state.ts';
import { type Arrived, tellMessage, tellOwn } from './tell-message.ts';

/** As many as people who have rows (durable-people.ts): strangers can set one each. */
const MAX_TIMERS = 5_000;

/** A timer as it was set last. `seconds` 0: off. */
type Timer = TimerContent;

export interface Disappearing {
  readonly timers: Map<PeerId, Timer>;
  /** The age of the profile, ms, at which each message goes. */
  readonly due: Map<MessageId, number>;
  /** Of the first of them; null: none. */
  nextAgeMs: number | null;
}

const timerRow = v.object({ seconds: sequenceNumber, turn: sequenceNumber });
const dueRow = v.object({ ageMs: sequenceNumber });

/** Seconds that what is said there now stays; null: for good. Public rooms have no timer, private ones their owner's. */
export function timerOf(core: CoreState, to: Destination): number | null {
  if ('room' in to) return findRoom(core, to.room)?.private?.log.expireSeconds ?? null;
  const timer = core.disappearing.timers.get(to.peer);
  return timer === undefined || timer.seconds === 0 ? null : timer.seconds;
}

/** For both; null: off. Throws UsageError `bad-timer`, and as `postTo`. */
export function setTimer(core: CoreState, to: Destination, seconds: number | null): MessageId {
  if ('room' in to) {
    throw new UsageError(
      'bad-timer',
      phrase`what is said in a public room stays, and the timer of a private one is its owner’s to set (lanchat room set)`,
    );
  }
  if (seconds !== null && !isLifetime(seconds)) {
    throw new UsageError('bad-timer', phrase`a timer takes 10 seconds to 90 days, or off`);
  }
  const before = core.disappearing.timers.get(to.peer)?.turn ?? 0;
  const timer = { seconds: seconds ?? 0, turn: before + 1 };
  const posted = postTo(core, to.peer, { type: RECORD_TYPES.timer, content: encodeCbor(timer) });
  put(core, to.peer, timer);
  const change = changeOf(core, core.me.id, timer);
  tellOwn(core, posted, { text: '', kind: 'change', change });
  return posted.id;
}

function isLifetime(seconds: number): boolean {
  const isInRange = seconds >= MIN_TIMER_SECONDS && seconds <= MAX_TIMER_SECONDS;
  return Number.isInteger(seconds) && isInRange;
}

/** The other has set it. Of two set at once both sides keep the same. Throws ProtocolError. */
export function takeTimer(core: CoreState, arrived: Arrived): void {
  const { from, record } = arrived;
  const timer = decodeTimer(record.content);
  const before = core.disappearing.timers.get(from)?.turn ?? 0;
  if (timer.turn < before || (timer.turn === before && from < core.me.id)) return;
  put(core, from, timer);
  tellMessage(core, arrived, { text: '', kind: 'change', change: changeOf(core, from, timer) });
}

function put(core: CoreState, peer: PeerId, timer: Timer): void {
  const { timers } = core.disappearing;
  timers.delete(peer);
  timers.set(peer, timer);
  save(core, `timer/${peer}`, () => timers.get(peer) ?? null);
  if (timers.size > MAX_TIMERS) dropOneStranger(core);
  // Of who has no name yet people hear with their card.
  if (nickOf(core, peer) !== '') emit(core, { type: 'person', person: personOf(core, peer) });
}

/** The one set longest ago; nobody outside can bring it about that it is one of somebody whom we wrote to. */
function dropOneStranger(core: CoreState): void {
  const { timers } = core.disappearing;
  for (const peer of timers.keys()) {
    const pin = core.pins.get(peer);
    if (pin !== null && (pin.contacted || pin.trust === 'verified')) continue;
    timers.delete(peer);
    forget(core, `timer/${peer}`);
    return;
  }
}

function changeOf(core: CoreState, by: PeerId, { seconds }: Timer): Change {
  const text = seconds === 0 ? {} : { text: String(seconds) };
  return { what: 'timer', who: [whoOf(core, by)], ...text };
}

/** When something of now disappears, as far as this machine's clock is right: ISO 8601. */
export function expiresAt(core: CoreState, seconds: number): string {
  return new Date(core.env.wallMs() + seconds * 1_000).toISOString();
}

/** The message goes so many seconds from now. */
export function keepFor(core: CoreState, id: MessageId, seconds: number): void {
  const dueAgeMs = ageMs(core) + seconds * 1_000;
  schedule(core, id, dueAgeMs);
  save(core, `expire/${id}`, () => {
    const due = core.disappearing.due.get(id);
    return due === undefined ? null : { ageMs: due };
  });
}

function schedule({ disappearing }: CoreState, id: MessageId, dueAgeMs: number): void {
  const { nextAgeMs } = disappearing;
  disappearing.due.set(id, dueAgeMs);
  disappearing.nextAgeMs = nextAgeMs === null ? dueAgeMs : Math.min(nextAgeMs, dueAgeMs);
}

/** How old the profile is, by what ran and what lay between: it only rises. */
function ageMs(core: CoreState): number {
  const { runMs, idleMs } = ageNow(core);
  return runMs + idleMs;
}

/** Has history delete what has had its time. */
export function sweepDisappearing(core: CoreState): void {
  const { disappearing } = core;
  const now = ageMs(core);
  if (disappearing.nextAgeMs === null || disappearing.nextAgeMs > now) return;
  let next: number | null = null;
  for (const [id, dueAgeMs] of disappearing.due) {
    if (dueAgeMs <= now) {
      disappearing.due.delete(id);
      forget(core, `expire/${id}`);
      journal(core, { type: 'expire', id });
    } else next = next === null ? dueAgeMs : Math.min(next, dueAgeMs);
  }
  disappearing.nextAgeMs = next;
}

/** When `sweepDisappearing` has something to do, monotonic ms; null: never. */
export function disappearDueMs(core: CoreState): number | null {
  const { nextAgeMs } = core.disappearing;
  return nextAgeMs === null ? null : core.env.nowMs() + Math.max(0, nextAgeMs - ageMs(core));
}

/** After the time. What went due meanwhile goes with the first commit. */
export function restoreDisappearing(core: CoreState, rows: readonly StateRow[]): void {
  for (const { place, value } of rows) {
    const [kind, name = ''] = place.split('/');
    if ((kind !== 'timer' && kind !== 'expire') || value === null) continue;
    const isKept = isRestored(() => {
      if (kind === 'timer') core.disappearing.timers.set(peerIn(name), decodeCbor(timerRow, value));
      else schedule(core, messageIn(name), decodeCbor(dueRow, value).ageMs);
    });
    if (!isKept) forget(core, place);
  }
  sweepDisappearing(core);
}

function peerIn(name: string): PeerId {
  const id = PeerId.parse(name);
  if (id === null) throw new ProtocolError('nobody');
  return id;
}

function messageIn(name: string): MessageId {
  const id = MessageId.parse(name);
  if (id === null) throw new ProtocolError('no message');
  return id;
}
