// Who has read a message of ours in a room: asked of those present, answered by those who tell such things.
import { messageIdOf } from '../crypto/message-id.ts';
import { phrase } from '../language/translate.ts';
import { encodeCbor } from '../protocol/cbor.ts';
import { UsageError } from '../protocol/errors.ts';
import { idBytes, type MessageId, type PeerId, RoomId, StreamId } from '../protocol/ids.ts';
import type { WhoReadContent } from '../protocol/receipt-content.ts';
import { RECORD_TYPES } from '../protocol/record.ts';
import { mayTell } from './disclosure.ts';
import { saveRun } from './durable-rooms.ts';
import { findRoom, requireRoom } from './find-room.ts';
import { emit } from './link.ts';
import { peerOf } from './new-state.ts';
import { enqueue } from './outbox.ts';
import type { Peer } from './peer-state.ts';
import { isKeptOut, whoOf } from './people.ts';
import { roomOfId } from './room-keys.ts';
import { presentMembers } from './room-roster.ts';
import type { RoomState } from './room-state.ts';
import { isReceived } from './sequence.ts';
import type { CoreState } from './state.ts';

/** A question is a private message to each who is present. */
const INTERVAL_MS = 10_000;
/** Whoever asks more often learns nothing more: not to the second when somebody read. */
const THEIR_INTERVAL_MS = 8_000;
/** How long answers are taken. */
const QUESTION_MS = 10 * 60_000;
const MAX_QUESTIONS = 16;
/** How far back one's own messages are looked for. */
const MAX_LOOKED_AT = 5_000;

interface Question {
  readonly room: RoomId;
  readonly stream: StreamId;
  readonly seq: number;
  readonly askedAtMs: number;
  /** Those who have not answered. */
  readonly open: Set<PeerId>;
}

export interface Asked {
  /** Ours, oldest first. */
  readonly questions: Map<MessageId, Question>;
  /** When each person was last answered. */
  readonly answeredAtMs: Map<PeerId, number>;
}

/** Our person has seen all that was shown in this room. What must not be told is not even noted. */
export function noteRoomRead(core: CoreState, name: string): void {
  const room = findRoom(core, name);
  if (room === null || !mayTell(core, 'sendRead', room.label)) return;
  for (const [run, sequence] of room.sequences) {
    if (sequence.readUpTo >= sequence.next - 1) continue;
    sequence.readUpTo = sequence.next - 1;
    saveRun(core, room, run);
  }
}

/**
 * Asks everybody present in the room about a message of ours; returns how many. Throws UsageError `not-in-room`,
 * `unknown-message` where it was said before we last entered it, `too-soon`.
 */
export function askWhoRead(core: CoreState, name: string, id: MessageId): number {
  const room = requireRoom(core, name);
  const seq = numberOf(core, room, id);
  const { questions } = core.asked;
  const now = core.env.nowMs();
  const last = [...questions.values()].at(-1)?.askedAtMs ?? Number.NEGATIVE_INFINITY;
  if (now - last < INTERVAL_MS) {
    throw new UsageError('too-soon', phrase`you have just asked who has read; wait some seconds`);
  }
  const present = presentMembers(room).filter((member) => !isKeptOut(core, member.id));
  const { roomId, stream } = room;
  const content = encodeCbor({ room: idBytes(roomId), stream: idBytes(stream), seq });
  for (const member of present) {
    enqueue(core, peerOf(core, member.id), { type: RECORD_TYPES.whoRead, content });
  }
  const open = new Set(present.map((member) => member.id));
  // Asked again, it is the newest.
  questions.delete(id);
  questions.set(id, { room: roomId, stream, seq, askedAtMs: now, open });
  for (const oldest of questions.keys()) {
    if (questions.size <= MAX_QUESTIONS) break;
    questions.delete(oldest);
  }
  return present.length;
}

/** A message's name is made of its number: those of this stay in the room are looked at, the newest first. */
function numberOf(core: CoreState, room: RoomState, id: MessageId): number {
  const number = { from: core.me.id, place: idBytes(room.roomId), stream: room.stream };
  const lowest = Math.max(1, room.nextSeq - MAX_LOOKED_AT);
  for (let seq = room.nextSeq - 1; seq >= lowest; seq--) {
    if (messageIdOf({ ...number, seq }) === id) return seq;
  }
  const message = phrase`nobody can be asked about what was said before you last joined the room`;
  throw new UsageError('unknown-message', message);
}

/**
 * Answered only where it was read, and may be told: who has not read and who doesn't tell are silent alike. The stream is
 * the asker's own, so nobody learns of another's message.
 */
export function takeQuestion(core: CoreState, peer: Peer, asked: WhoReadContent): void {
  const room = roomOfId(core, RoomId.fromBytes(asked.room));
  if (room === null || !mayTell(core, 'sendRead', room.label) || isKeptOut(core, peer.id)) return;
  const sequence = room.sequences.get(`${peer.id}/${StreamId.fromBytes(asked.stream)}`);
  if (sequence === undefined || asked.seq > sequence.readUpTo) return;
  if (!isReceived(sequence, asked.seq) || !mayAnswer(core, peer.id)) return;
  enqueue(core, peer, { type: RECORD_TYPES.hasRead, content: encodeCbor({ ...asked }) });
}

function mayAnswer({ asked, env }: CoreState, id: PeerId): boolean {
  const now = env.nowMs();
  for (const [other, atMs] of asked.answeredAtMs) {
    if (now - atMs >= THEIR_INTERVAL_MS) asked.answeredAtMs.delete(other);
  }
  if (asked.answeredAtMs.has(id)) return false;
  asked.answeredAtMs.set(id, now);
  return true;
}

/** Only those who were asked, once each. */
export function takeHasRead(core: CoreState, peer: Peer, answer: WhoReadContent): void {
  const room = RoomId.fromBytes(answer.room);
  const stream = StreamId.fromBytes(answer.stream);
  for (const [id, question] of core.asked.questions) {
    const isNamed = question.room === room && question.stream === stream;
    if (!isNamed || question.seq !== answer.seq) continue;
    if (core.env.nowMs() - question.askedAtMs > QUESTION_MS) return;
    if (!question.open.delete(peer.id)) return;
    emit(core, { type: 'who-read', id, who: whoOf(core, peer.id) });
    return;
  }
}
