// What a logged-in client may ask for, and the answers. Opens no blob: the clear header is all it reads.
import { CryptoError } from '../crypto/errors.ts';
import { openBundle, openCard } from '../crypto/signed-objects.ts';
import type { Code } from '../protocol/codes.ts';
import { decodeHeader } from '../protocol/envelope.ts';
import { ProtocolError } from '../protocol/errors.ts';
import { FRAME_HEADER_BYTES, type Frame, type FrameOf } from '../protocol/frames.ts';
import type { Clock } from './clock.ts';
import { DELIVER_OVERHEAD_BYTES, writeDeliver } from './deliver.ts';
import type { Directory, Login } from './directory.ts';
import {
  ANSWER_BYTES_A_REQUEST,
  CONGESTION_HOLD_MS,
  MAX_FOUND_BYTES,
  UNREAD_ANSWERS_BYTES,
} from './limits.ts';
import { Segment } from './outbox.ts';
import type { Presence } from './presence.ts';
import type { Topics } from './topics.ts';

/** The rseq of a blob that is stored nowhere. */
const NO_MAILBOX = 0n;
/** FOUND before its objects: type, req, kind, count; and a length before each. */
const FOUND_OVERHEAD_BYTES = FRAME_HEADER_BYTES - 4 + 1 + 2;
const OBJECT_LENGTH_BYTES = 4;

export interface RequestContext {
  readonly clock: Clock;
  readonly directory: Directory;
  readonly presence: Presence;
  readonly topics: Topics;
}

/** `done` is answered with DONE, `answered` was answered already, a code with ERROR. */
type Outcome = 'done' | 'answered' | Code;

/** Throws ProtocolError on what has no place here; the connection ends. */
export function handleRequest(login: Login, frame: Frame, context: RequestContext): void {
  if (frame.type === 'ping' || frame.type === 'end') return;
  if (frame.req === 0) throw new ProtocolError(`${frame.type} without a request number`);
  const outcome = answer(login, frame, context);
  const { req } = frame;
  if (outcome === 'done') login.connection.sendDone(req);
  else if (outcome !== 'answered') login.connection.send({ type: 'error', req, code: outcome });
}

function answer(login: Login, frame: Frame, context: RequestContext): Outcome {
  switch (frame.type) {
    case 'send':
      return deliver(login, frame, context);
    case 'fanout':
      return fanOut(login, frame, context);
    case 'publish':
      return paying(login, context, () => publish(login, frame, context));
    case 'get':
      return paying(login, context, () => {
        login.connection.send(find(frame, context.directory));
        return 'answered';
      });
    case 'sub':
      if (frame.join.standing === 'left') throw new ProtocolError('sub with a leave');
      return paying(login, context, () => {
        const outcome = context.topics.subscribe(login, frame);
        return outcome === 'done' ? 'answered' : outcome;
      });
    case 'unsub':
      if (frame.join.standing !== 'left') throw new ProtocolError('unsub without a leave');
      return paying(login, context, () => context.topics.unsubscribe(login, frame));
    default:
      login.connection.end('unexpected', `${frame.type} after login`);
      return 'answered';
  }
}

/**
 * Signatures and answers have a rate of their own. Beyond it, or with long answers unread, the next request
 * waits: a few cheap ones must not fill our memory.
 */
function paying(login: Login, { clock }: RequestContext, request: () => Outcome): Outcome {
  const { requests, connection } = login;
  const queuedBefore = connection.queuedBytes;
  const outcome = request();
  const answerBytes = connection.queuedBytes - queuedBefore;
  requests.take(1 + answerBytes / ANSWER_BYTES_A_REQUEST);
  const ready = (nowMs: number) =>
    requests.ready(nowMs) && connection.queuedBytes <= UNREAD_ANSWERS_BYTES;
  if (!ready(clock.nowMs())) connection.hold(ready);
  return outcome;
}

/** Beyond the rate the sender's next frame waits: this one is delivered all the same. */
function paySend({ sends, connection }: Login, { clock }: RequestContext): void {
  sends.take(1);
  const ready = (nowMs: number) => sends.ready(nowMs);
  if (!ready(clock.nowMs())) connection.hold(ready);
}

function deliver(
  login: Login,
  frame: FrameOf<'send' | 'fanout'>,
  context: RequestContext,
): Outcome {
  const header = decodeHeader(frame.blob);
  if (header.kind !== 'direct') throw new ProtocolError('send of a room blob');
  const recipient = context.directory.recipient(header.recipient);
  if (recipient === null) return 'not-here';
  paySend(login, context);
  const { connection } = recipient;
  // A copy, because the blob is a view of a chunk that holds other frames as well.
  const bytes = Buffer.allocUnsafeSlow(DELIVER_OVERHEAD_BYTES + frame.blob.length);
  writeDeliver(bytes, 0, { rseq: NO_MAILBOX, blob: frame.blob });
  connection.sendSegment(new Segment(bytes));
  if (connection.congested) {
    const untilMs = context.clock.nowMs() + CONGESTION_HOLD_MS;
    login.connection.hold((nowMs) => nowMs >= untilMs || !connection.congested);
  }
  return 'done';
}

function fanOut(
  login: Login,
  frame: FrameOf<'send' | 'fanout'>,
  { topics }: RequestContext,
): Outcome {
  const header = decodeHeader(frame.blob);
  if (header.kind !== 'room') throw new ProtocolError('fanout of a private blob');
  return topics.fanOut(login, header.topic, frame);
}

function publish(login: Login, frame: FrameOf<'publish'>, context: RequestContext): Outcome {
  const { person } = login;
  const outcome = publishObject(login, frame, context.directory);
  if (outcome === 'newer') context.presence.changed(person);
  return outcome === 'newer' || outcome === 'same' ? 'done' : outcome;
}

function publishObject({ person }: Login, { kind, object }: FrameOf<'publish'>, to: Directory) {
  try {
    if (kind === 'bundle') {
      const { seq } = openBundle(object, person);
      return to.publish(person, kind, { seq, bytes: object });
    }
    const card = openCard(object);
    if (card.id !== person.id) throw new ProtocolError('card of another ID');
    return to.publishCard(person, card, object);
  } catch (error) {
    if (!(error instanceof CryptoError)) throw error;
    throw new ProtocolError(`${kind} refused: ${error.code}`, { cause: error });
  }
}

/** What is known, in the order asked for, as far as one answer holds it. */
function find({ req, kind, ids }: FrameOf<'get'>, directory: Directory): FrameOf<'found'> {
  const objects: Uint8Array[] = [];
  let size = FOUND_OVERHEAD_BYTES;
  for (const id of ids) {
    const object = directory.get(id)?.objects[kind];
    if (object === null || object === undefined) continue;
    size += OBJECT_LENGTH_BYTES + object.bytes.length;
    if (size > MAX_FOUND_BYTES) break;
    objects.push(object.bytes);
  }
  return { type: 'found', req, kind, objects };
}
