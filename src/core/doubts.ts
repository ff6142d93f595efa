// Members who know another log of a private room than we do: they are asked for it, and what can't be is said.
import { encodeCbor } from '../protocol/content.ts';
import { idBytes, type PeerId } from '../protocol/ids.ts';
import { RECORD_TYPES } from '../protocol/record.ts';
import { emit } from './link.ts';
import { peerOf } from './new-state.ts';
import { enqueue } from './outbox.ts';
import { whoOf } from './people.ts';
import { nameOf } from './private-members.ts';
import type { OwnRoom } from './private-state.ts';
import type { RoomState } from './room-state.ts';
import type { CoreState } from './state.ts';

/** What is missing is probably on its way: it is asked for after this long, 3 times, 10 s apart. */
const DOUBT_AFTER_MS = 2_000;
const DOUBT_INTERVAL_MS = 10_000;
const MAX_ASKS = 3;
const MAX_DOUBTS = 64;

/** Somebody knows more than we do, or something else. */
export function doubt(
  core: CoreState,
  { inner }: OwnRoom,
  { of, n }: { readonly of: PeerId; readonly n: number },
): void {
  const known = inner.doubts.get(of);
  if (known !== undefined) {
    known.n = Math.min(known.n, n);
    return;
  }
  if (inner.doubts.size >= MAX_DOUBTS) return;
  inner.doubts.set(of, { n, asked: 0, nextAtMs: core.env.nowMs() + DOUBT_AFTER_MS });
}

/** Asks those who know more; says so where they don't answer, or what they say can't be. */
export function tendDoubts(core: CoreState, { room, inner }: OwnRoom): void {
  const now = core.env.nowMs();
  for (const [of, known] of inner.doubts) {
    if (now < known.nextAtMs) continue;
    if (known.asked === MAX_ASKS || inner.fork !== null) {
      inner.doubts.delete(of);
      if (inner.fork === null) tellDifference(core, room, of);
      continue;
    }
    known.asked++;
    known.nextAtMs = now + DOUBT_INTERVAL_MS;
    const content = encodeCbor({ room: idBytes(room.roomId), n: known.n });
    enqueue(core, peerOf(core, of), { type: RECORD_TYPES.roomWantLog, content });
  }
}

function tellDifference(core: CoreState, room: RoomState, of: PeerId): void {
  const { nick } = whoOf(core, of);
  const message = `${nick} says things about ${nameOf(room)} that its owner has not told you, and does not show them: what ${nick} writes there waits. Compare the list of members`;
  emit(core, { type: 'error', code: 'room-differs', message });
}
