// Tells what was said, with its sender's name: waits briefly for a stranger's card. Knows no keys.
import type { PollContent } from '../protocol/change-content.ts';
import type { MessageId, PeerId } from '../protocol/ids.ts';
import type { RecordFields } from '../protocol/record.ts';
import { journal } from './durable.ts';
import type { Destination, Message, Poll } from './events.ts';
import { writeKeyLinesAbove } from './key-lines.ts';
import { emit } from './link.ts';
import { nickOf, whoOf } from './people.ts';
import type { Posted } from './post.ts';
import type { CoreState } from './state.ts';

/** Clocks of people who talk may differ; beyond this a message says what its sender's clock showed. */
const CLOCK_NOTE_MS = 5 * 60_000;
/** A card comes within a round trip, where the relay has it and hands it out. */
const CARD_PATIENCE_MS = 2_000;
const MAX_UNNAMED = 256;

/** A record that arrived; `room` as events name it, or null for what is between two people. */
export interface Arrived {
  readonly from: PeerId;
  readonly room: string | null;
  readonly record: RecordFields;
}

/** What a message says, whoever says it and wherever. */
export type Said = Pick<
  Message,
  'text' | 'kind' | 'reply' | 'mentions' | 'expires' | 'poll' | 'change' | 'file'
>;

/** Where a record came. */
export function destinationOf({ from, room }: Pick<Arrived, 'from' | 'room'>): Destination {
  return room === null ? { peer: from } : { room };
}

/** A poll that nobody has voted in. */
export function newPoll(asked: PollContent): Poll {
  const { choices, anonymous } = asked;
  return {
    ...asked,
    ...{ closed: false, own: null, votes: choices.map(() => 0) },
    ...(anonymous ? {} : { voters: choices.map(() => []) }),
  };
}

/** One of our own, with history and everybody who looks. */
export function tellOwn(core: CoreState, { id, where }: Posted, said: Said): void {
  if ('peer' in where) writeKeyLinesAbove(core, where.peer);
  const time = new Date(core.env.wallMs()).toISOString();
  const from = whoOf(core, core.me.id);
  const message: Message = {
    ...{ id, time, sentTime: null, from, state: 'pending' },
    ...('peer' in where ? { room: null, peer: where.peer } : { room: where.room, peer: null }),
    ...said,
  };
  journal(core, { type: 'message', message });
  emit(core, { type: 'message', message });
}

/**
 * Emits the message, or holds it until its sender's card is here; history has it either way, since its sender
 * is about to hear that it arrived.
 */
export function tellMessage(core: CoreState, arrived: Arrived, said: Said): void {
  if (arrived.room === null) writeKeyLinesAbove(core, arrived.from);
  const message = { ...messageOf(core, arrived), ...said };
  journal(core, { type: 'message', message: { ...message, from: whoOf(core, arrived.from) } });
  tellNamed(core);
  const waitsBehind = core.unnamed.some(({ from }) => from === arrived.from);
  if (!waitsBehind && nickOf(core, arrived.from) !== '') {
    emitMessage(core, arrived.from, message);
    return;
  }
  const untilMs = core.env.nowMs() + CARD_PATIENCE_MS;
  core.unnamed.push({ from: arrived.from, message, untilMs });
  if (core.unnamed.length > MAX_UNNAMED) emitFirst(core);
}

/** Emits a message that is held, and those before it: something is about to be told of it. */
export function releaseHeld(core: CoreState, id: MessageId): void {
  while (core.unnamed.some(({ message }) => message.id === id)) emitFirst(core);
}

/** Emits what waited for a card that has come, or has waited long enough; called at the end of each step. */
export function tellNamed(core: CoreState): void {
  const now = core.env.nowMs();
  const waiting = core.unnamed.splice(0);
  for (const held of waiting) {
    if (nickOf(core, held.from) === '' && held.untilMs > now) core.unnamed.push(held);
    else emitMessage(core, held.from, held.message);
  }
}

/** When the first held message is told without a name, monotonic ms; null: none is held. */
export function unnamedDueMs(core: CoreState): number | null {
  return core.unnamed[0]?.untilMs ?? null;
}

function emitFirst(core: CoreState): void {
  const first = core.unnamed.shift();
  if (first !== undefined) emitMessage(core, first.from, first.message);
}

function emitMessage(core: CoreState, from: PeerId, message: Omit<Message, 'from'>): void {
  emit(core, { type: 'message', message: { ...message, from: whoOf(core, from) } });
}

function messageOf(
  core: CoreState,
  { from, room, record }: Arrived,
): Omit<Message, 'from' | 'text'> {
  const wall = core.env.wallMs();
  const differs = Math.abs(record.timeMs - wall) > CLOCK_NOTE_MS;
  return {
    id: record.messageId,
    time: new Date(wall).toISOString(),
    sentTime: differs ? isoOf(record.timeMs) : null,
    room,
    peer: room === null ? from : null,
    state: null,
  };
}

/** A sender's clock may show anything; what no calendar holds is left out. */
function isoOf(timeMs: number): string | null {
  const date = new Date(timeMs);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
