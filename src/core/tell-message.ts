// Tells what arrived, with its sender's name: waits briefly for a stranger's card. Knows no keys.
import { decodeText } from '../protocol/content.ts';
import { LanchatError } from '../protocol/errors.ts';
import type { PeerId } from '../protocol/ids.ts';
import type { RecordFields } from '../protocol/record.ts';
import { journal } from './durable.ts';
import type { Message } from './events.ts';
import { emit } from './link.ts';
import { nickOf, whoOf } from './people.ts';
import type { CoreState } from './state.ts';

/** Clocks of people who talk may differ; beyond this a message says what its sender's clock showed. */
const CLOCK_NOTE_MS = 5 * 60_000;
/** A card comes within a round trip, where the relay has it and hands it out. */
const CARD_PATIENCE_MS = 2_000;
const MAX_UNNAMED = 256;

/** A text that arrived; `room` with its `#`, or null for a private one. */
export interface ArrivedText {
  readonly from: PeerId;
  readonly room: string | null;
  readonly record: RecordFields;
}

/**
 * Emits the message, or holds it until its sender's card is here; history has it either way, since its sender
 * is about to hear that it arrived. Content that makes no sense is dropped.
 */
export function tellMessage(core: CoreState, arrived: ArrivedText): void {
  const text = textOf(arrived.record);
  if (text === null) return;
  const message = { ...messageOf(core, arrived), text };
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
  { from, room, record }: ArrivedText,
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

function textOf(record: RecordFields): string | null {
  try {
    return decodeText(record.content).text;
  } catch (error) {
    if (error instanceof LanchatError) return null;
    throw error;
  }
}

/** A sender's clock may show anything; what no calendar holds is left out. */
function isoOf(timeMs: number): string | null {
  const date = new Date(timeMs);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
