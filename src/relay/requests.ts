// What a logged-in client may ask for, and the answers. Opens no blob: the clear header is all it reads.
import { CryptoError } from '../crypto/errors.ts';
import { openBundle, openCard } from '../crypto/signed-objects.ts';
import type { Code } from '../protocol/codes.ts';
import { type DirectHeader, decodeHeader } from '../protocol/envelope.ts';
import { ProtocolError } from '../protocol/errors.ts';
import { FRAME_HEADER_BYTES, type Frame, type FrameOf } from '../protocol/frames.ts';
import { peerPrefix, type TopicId } from '../protocol/ids.ts';
import { StorageError } from '../storage/storage-error.ts';
import type { Clock } from './clock.ts';
import { deliverFrame } from './deliver.ts';
import type { Directory, Login } from './directory.ts';
import type { EventLog } from './events.ts';
import {
  ACKS_A_REQUEST,
  ANSWER_BYTES_A_REQUEST,
  CONGESTION_HOLD_MS,
  GUEST_FACTOR,
  MAX_FOUND_BYTES,
  PAGE_BYTES_A_REQUEST,
  ROOM_BLOB_COST_BYTES,
} from './limits.ts';
import type { LongAnswers } from './long-answers.ts';
import type { StoreOutcome } from './mailbox.ts';
import { Segment } from './outbox.ts';
import type { Presence } from './presence.ts';
import type { Stores } from './stores.ts';
import type { Topics } from './topics.ts';

/** The rseq of a blob that is stored nowhere, or not yet. */
const NOT_STORED = 0n;
/** FOUND before its objects: type, req, kind, count; and a length before each. */
const FOUND_OVERHEAD_BYTES = FRAME_HEADER_BYTES - 4 + 1 + 2;
const OBJECT_LENGTH_BYTES = 4;

export interface RequestContext {
  readonly clock: Clock;
  readonly events: EventLog;
  readonly presence: Presence;
  readonly topics: Topics;
  readonly stores: Stores;
  readonly longAnswers: LongAnswers;
}

/** `done` is answered with DONE; `later` was answered already, or will be; a code is answered with ERROR. */
type Outcome = 'done' | 'later' | Code;

/** Throws ProtocolError on what has no place here; the connection ends. */
export function handleRequest(login: Login, frame: Frame, context: RequestContext): void {
  if (frame.type === 'ping' || frame.type === 'end') return;
  if (frame.type === 'ack') {
    acknowledge(login, frame, context);
    return;
  }
  if (frame.req === 0) throw new ProtocolError(`${frame.type} without a request number`);
  const outcome = answer(login, frame, context);
  const { req } = frame;
  if (outcome === 'done') login.connection.sendDone(req);
  else if (outcome !== 'later') login.connection.send({ type: 'error', req, code: outcome });
}

function answer(login: Login, frame: Frame, context: RequestContext): Outcome {
  switch (frame.type) {
    case 'send':
      return send(login, frame, context);
    case 'fetch':
      return paying(login, context, () => {
        fetchMail(login, frame, context);
        return 'later';
      });
    case 'fanout':
      return fanOut(login, frame, context);
    case 'publish':
      return paying(login, context, () => publish(login, frame, context));
    case 'get':
      return paying(login, context, () => {
        login.connection.send(find(frame, context.stores.directory));
        return 'later';
      });
    case 'sub':
      if (frame.join.standing === 'left') throw new ProtocolError('sub with a leave');
      return paying(login, context, () => {
        const outcome = context.topics.subscribe(login, frame);
        return outcome === 'done' ? 'later' : outcome;
      });
    case 'unsub':
      if (frame.join.standing !== 'left') throw new ProtocolError('unsub without a leave');
      return paying(login, context, () => context.topics.unsubscribe(login, frame));
    case 'hide':
      return paying(login, context, () => hide(login, frame, context));
    default:
      login.connection.end('unexpected', `${frame.type} after login`);
      return 'later';
  }
}

/** Told as a leave; who shows themselves again subscribes again. */
function hide(login: Login, { hidden }: FrameOf<'hide'>, context: RequestContext): Outcome {
  if (login.hidden === hidden) return 'done';
  login.hidden = hidden;
  context.presence.changed(login.person);
  if (hidden) context.topics.hide(login);
  return 'done';
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
  const ready = (nowMs: number) => requests.ready(nowMs) && !connection.hasUnreadAnswers;
  if (!ready(clock.nowMs())) connection.hold(ready);
  return outcome;
}

/** Beyond the rate the sender's next frame waits: this one is delivered all the same. */
function paySend({ sends, connection }: Login, { clock }: RequestContext): void {
  sends.take(1);
  const ready = (nowMs: number) => sends.ready(nowMs);
  if (!ready(clock.nowMs())) connection.hold(ready);
}

/** Passed on now, or stored first: `ttlSeconds` 0 is a blob under a key that will be gone soon. */
function send(login: Login, frame: FrameOf<'send'>, context: RequestContext): Outcome {
  const header = decodeHeader(frame.blob);
  if (header.kind !== 'direct') throw new ProtocolError('send of a room blob');
  const { directory, mailbox } = context.stores;
  const recipient = directory.recipient(header.recipient);
  if (frame.ttlSeconds > 0) {
    // Whose mail is counted is found without a look at the disk.
    const isKnown = mailbox.queued(header.recipient) > 0 || directory.knows(header.recipient);
    if (!isKnown) return 'not-here';
    paySend(login, context);
    store(login, { ...frame, header }, context);
    return 'later';
  }
  // Whoever hides is reached through their mailbox, like anybody away.
  if (recipient === null || recipient.hidden) return 'not-here';
  paySend(login, context);
  push(
    { from: login, to: recipient },
    deliverFrame({ rseq: NOT_STORED, blob: frame.blob }),
    context,
  );
  return 'done';
}

/** Answers when it is durable, and then passes it on as well where the recipient is here. */
function store(
  login: Login,
  { req, header, token, ttlSeconds, blob }: FrameOf<'send'> & { readonly header: DirectHeader },
  context: RequestContext,
): void {
  const { recipient } = header;
  const frame = deliverFrame({ rseq: NOT_STORED, blob });
  const { sender, source } = login;
  const letter = {
    ...{ recipient, sender, source, token: token.slice() },
    ...{ ttlMs: ttlSeconds * 1_000, frame },
  };
  context.stores.mailbox.store(letter, (outcome) => {
    const to = outcome === 'stored' ? context.stores.directory.recipient(recipient) : null;
    if (to !== null) push({ from: login, to }, frame, context);
    answerSend(login, req, outcome);
  });
  holdWhileUncommitted(login, context);
}

function answerSend({ connection }: Login, req: number, outcome: StoreOutcome): void {
  if (outcome === 'stored' || outcome === 'known') connection.sendDone(req);
  else connection.send({ type: 'error', req, code: outcome });
}

/** Who writes to somebody who can't keep up waits for a moment. */
function push(
  { from, to }: { readonly from: Login; readonly to: Login },
  frame: Uint8Array,
  { clock }: RequestContext,
): void {
  const { connection } = to;
  connection.sendSegment(new Segment(frame));
  // A pause would tell who hides.
  if (!connection.congested || to.hidden) return;
  const untilMs = clock.nowMs() + CONGESTION_HOLD_MS;
  from.connection.hold((nowMs) => nowMs >= untilMs || !connection.congested);
}

/** Who stores more than the disk takes is read more slowly. */
function holdWhileUncommitted({ connection }: Login, { stores }: RequestContext): void {
  const { committer } = stores;
  if (committer.congested) connection.hold(() => !committer.congested);
}

/** A page of the mailbox, when it is this connection's turn. */
function fetchMail(login: Login, { req, after }: FrameOf<'fetch'>, context: RequestContext): void {
  const { connection, person, requests } = login;
  context.longAnswers.take(connection, () => {
    try {
      const { frames, more } = context.stores.mailbox.page(peerPrefix(person.id), after);
      for (const frame of frames) {
        requests.take(frame.length / PAGE_BYTES_A_REQUEST);
        connection.sendSegment(new Segment(frame));
      }
      if (more) connection.sendDone(req);
      else connection.send({ type: 'drained', req });
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      context.events.storageDamaged(error);
      connection.send({ type: 'error', req, code: 'storage' });
    }
  });
}

function acknowledge(
  { connection, person, requests }: Login,
  { rseqs }: FrameOf<'ack'>,
  { clock, stores }: RequestContext,
): void {
  stores.mailbox.acknowledge(peerPrefix(person.id), rseqs);
  requests.take(rseqs.length / ACKS_A_REQUEST);
  const ready = (nowMs: number) => requests.ready(nowMs);
  if (!ready(clock.nowMs())) connection.hold(ready);
}

function fanOut(login: Login, frame: FrameOf<'fanout'>, context: RequestContext): Outcome {
  const header = decodeHeader(frame.blob);
  if (header.kind !== 'room') throw new ProtocolError('fanout of a private blob');
  const outcome = context.topics.fanOut(login, header.topic, frame);
  holdWhileUncommitted(login, context);
  payForRoom(login, { topic: header.topic, sizeBytes: frame.blob.length }, context);
  return outcome;
}

/** As `paySend`: each subscriber and the log pay for every byte. */
function payForRoom(
  { roomBytes, topics, connection }: Login,
  { topic, sizeBytes }: { readonly topic: TopicId; readonly sizeBytes: number },
  { clock }: RequestContext,
): void {
  const factor = topics.get(topic) === 'joined' ? 1 : GUEST_FACTOR;
  roomBytes.take((sizeBytes + ROOM_BLOB_COST_BYTES) * factor);
  const ready = (nowMs: number) => roomBytes.ready(nowMs);
  if (!ready(clock.nowMs())) connection.hold(ready);
}

function publish(login: Login, frame: FrameOf<'publish'>, context: RequestContext): Outcome {
  const { person } = login;
  const outcome = publishObject(login, frame, context.stores.directory);
  if (outcome === 'newer' && !login.hidden) context.presence.changed(person);
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
    const object = directory.object(id, kind);
    if (object === null) continue;
    size += OBJECT_LENGTH_BYTES + object.length;
    if (size > MAX_FOUND_BYTES) break;
    objects.push(object);
  }
  return { type: 'found', req, kind, objects };
}
