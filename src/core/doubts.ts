// Members who know another log of a private room than we do: they are asked for it, and what can't be is said.
import { phrase } from '../language/translate.ts';
import { encodeCbor } from '../protocol/cbor.ts';
import { idBytes, type PeerId } from '../protocol/ids.ts';
import { type LogHead, RECORD_TYPES } from '../protocol/record.ts';
import { enqueueAutomatic } from './automatic.ts';
import { hiddenDelayMs } from './hidden-delay.ts';
import { emit } from './link.ts';
import { peerOf } from './new-state.ts';
import { isBlocked, whoOf } from './people.ts';
import { nameOf } from './private-members.ts';
import type { Doubt, OwnRoom, PrivateRoom } from './private-state.ts';
import { compareHead, type RoomLog } from './room-log.ts';
import type { RoomState } from './room-state.ts';
import type { CoreState } from './state.ts';

/** What is missing is probably on its way: it is asked for after this long, 3 times, 10 s apart. */
const DOUBT_AFTER_MS = 2_000;
const DOUBT_INTERVAL_MS = 10_000;
const MAX_ASKS = 3;
const MAX_DOUBTS = 64;

/** Somebody knows more than we do, or something else. `head`: theirs; null: one of which they are a member. */
export function doubt(
  core: CoreState,
  { inner }: OwnRoom,
  { of, head }: { readonly of: PeerId; readonly head: LogHead | null },
): void {
  const known = inner.doubts.get(of);
  if (known !== undefined) {
    if (isFurther(inner.log, known.head, head)) known.head = head;
    return;
  }
  if (inner.doubts.size >= MAX_DOUBTS) return;
  inner.doubts.set(of, { head, asked: 0, nextAtMs: core.env.nowMs() + DOUBT_AFTER_MS });
}

/** Whether a member has named a head that is not here yet. */
export function isBehind({ log, doubts }: PrivateRoom): boolean {
  for (const [id, { head }] of doubts) {
    if (head !== null && log.members.has(id) && compareHead(log, head) === 'ahead') return true;
  }
  return false;
}

/** One that contradicts our log stays: nothing that comes after it settles that. */
function isFurther(log: RoomLog, known: LogHead | null, head: LogHead | null): boolean {
  if (known === null || head === null) return known === null;
  return compareHead(log, known) !== 'other' && head.n > known.n;
}

function isSettled(log: RoomLog, of: PeerId, { head }: Doubt): boolean {
  return head === null ? log.members.has(of) : compareHead(log, head) === 'same';
}

/** Asks those who know more; says so where they don't answer, or what they say can't be. */
export function tendDoubts(core: CoreState, { room, inner }: OwnRoom): void {
  const now = core.env.nowMs();
  for (const [of, known] of inner.doubts) {
    if (now < known.nextAtMs) continue;
    if (isSettled(inner.log, of, known) || inner.fork !== null) {
      inner.doubts.delete(of);
      continue;
    }
    if (known.asked === MAX_ASKS) {
      giveUp(core, { room, inner }, of);
      continue;
    }
    const asked = toAsk(core, inner.log, { of, times: known.asked });
    known.asked++;
    known.nextAtMs = now + DOUBT_INTERVAL_MS;
    if (asked === undefined) continue;
    // Who hides asks later, and waits for the answer all the longer.
    known.nextAtMs += hiddenDelayMs(core, peerOf(core, asked));
    const content = encodeCbor({ room: idBytes(room.roomId), n: firstWanted(inner.log, known) });
    enqueueAutomatic(core, asked, { type: RECORD_TYPES.roomWantLog, room: room.roomId, content });
  }
}

/** Who seemed to know more; in the place of somebody blocked the other members, each time another. */
function toAsk(
  core: CoreState,
  { members }: RoomLog,
  { of, times }: { readonly of: PeerId; readonly times: number },
): PeerId | undefined {
  if (!isBlocked(core, of)) return of;
  const others = [...members].filter((id) => id !== core.me.id && !isBlocked(core, id));
  return others[times % others.length];
}

/** What contradicts our log, or else all that is not in it. */
function firstWanted(log: RoomLog, { head }: Doubt): number {
  const isOther = head !== null && compareHead(log, head) === 'other';
  return isOther ? head.n : log.heads.length;
}

/** Of who is no member nothing is shown, so nothing is missing. */
function giveUp(core: CoreState, { room, inner }: OwnRoom, of: PeerId): void {
  inner.doubts.delete(of);
  if (isBlocked(core, of)) return;
  if (inner.log.members.has(of)) tellDifference(core, room, of);
  else inner.early = inner.early.filter(({ owner }) => owner.id !== of);
}

function tellDifference(core: CoreState, room: RoomState, of: PeerId): void {
  const { nick } = whoOf(core, of);
  const message = phrase`${nick} says things about ${nameOf(room)} that its owner has not told you, and does not show them: what ${nick} writes there waits. Compare the list of members`;
  emit(core, { type: 'error', code: 'room-differs', message });
}
