// One profile, several processes: its owner serves commands and events to the others, one JSON object a line.
import type { Socket } from 'node:net';
import * as v from 'valibot';
import { phrase } from '../language/translate.ts';
import { LanchatError, UsageError } from '../protocol/errors.ts';
import { WAVEFORM_LOUDEST, WAVEFORM_PARTS } from '../protocol/file-content.ts';
import { MessageId, PeerId } from '../protocol/ids.ts';
import { MAX_DURATION_MS, MAX_MENTIONS } from '../protocol/limits.ts';
import { readJsonLines, writeJsonLine } from '../storage/json-lines.ts';
import type { ClientEvent, Command, Replies, Session } from './api.ts';
import { changeSchema, conversationChangeSchema } from './setting-changes.ts';

/** Of a command: the longest text, every character of it escaped, fits. */
const MAX_LINE_LENGTH = 1024 * 1024;
/** Of an answer, which is this same program's: a snapshot of all whom a profile remembers, and of as many rooms as there may be, full. */
const MAX_ANSWER_LENGTH = 16 * 1024 * 1024;
const MAX_TEXT_LENGTH = 256 * 1024;
/** More people than any room holds, so that who names too many hears it from the core. */
const MAX_GIVEN = 4_096;

/** More than a poll may have, so that who gives too many hears it from the core. */
const MAX_GIVEN_CHOICES = 100;

/** A refusal that crossed the socket: its code and sentence are the owner's. */
class RemoteError extends LanchatError {}

const text = v.pipe(v.string(), v.maxLength(MAX_TEXT_LENGTH));
const peer = idSchema(PeerId);
const room = text;
const peers = v.pipe(v.array(peer), v.maxLength(MAX_GIVEN));
const conversation = v.union([v.strictObject({ peer }), v.strictObject({ room })]);
const message = idSchema(MessageId);
const waveformPart = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(WAVEFORM_LOUDEST));
const limit = v.pipe(v.number(), v.integer(), v.minValue(1));

function idSchema<T extends string>(kind: { parse(value: string): T | null }) {
  return v.pipe(
    v.string(),
    v.transform((value) => kind.parse(value)),
    v.custom<T>((value) => value !== null),
  );
}

const commandSchema = v.variant('do', [
  v.strictObject({ do: v.literal('snapshot') }),
  v.strictObject({ do: v.literal('find-person'), query: text }),
  v.strictObject({
    do: v.literal('send'),
    to: conversation,
    text,
    kind: v.exactOptional(v.picklist(['action', 'sticker'])),
    reply: v.exactOptional(message),
    mentions: v.exactOptional(v.pipe(v.array(peer), v.maxLength(MAX_MENTIONS))),
  }),
  v.strictObject({ do: v.literal('edit'), id: message, text }),
  v.strictObject({ do: v.picklist(['unsend', 'close-poll']), id: message }),
  v.strictObject({ do: v.literal('react'), id: message, emoji: text, on: v.boolean() }),
  v.strictObject({ do: v.literal('timer'), with: conversation, seconds: v.nullable(v.number()) }),
  v.strictObject({
    do: v.literal('poll'),
    room,
    question: text,
    choices: v.pipe(v.array(text), v.maxLength(MAX_GIVEN_CHOICES)),
    anonymous: v.boolean(),
  }),
  v.strictObject({ do: v.literal('vote'), id: message, choice: v.number() }),
  v.strictObject({ do: v.literal('cancel'), id: message }),
  v.strictObject({ do: v.literal('find-room'), query: text }),
  v.strictObject({
    do: v.literal('await-relayed'),
    batch: v.pipe(v.number(), v.safeInteger()),
    timeoutMs: v.pipe(v.number(), v.minValue(0)),
  }),
  v.strictObject({
    do: v.literal('room-create'),
    title: text,
    readOnly: v.boolean(),
    expireSeconds: v.nullable(v.number()),
  }),
  v.strictObject({ do: v.literal('room-group'), peers }),
  v.strictObject({ do: v.picklist(['room-invite', 'room-remove']), room, peers }),
  v.strictObject({ do: v.literal('room-answer'), room, accept: v.boolean() }),
  v.strictObject({ do: v.literal('room-title'), room, title: text }),
  v.strictObject({ do: v.literal('room-topic'), room, topic: text }),
  v.strictObject({ do: v.literal('room-moderator'), room, peer, on: v.boolean() }),
  v.strictObject({ do: v.literal('room-transfer'), room, peer }),
  v.strictObject({
    do: v.literal('room-set'),
    room,
    readOnly: v.exactOptional(v.boolean()),
    expireSeconds: v.exactOptional(v.nullable(v.number())),
  }),
  v.strictObject({ do: v.literal('room-close'), room }),
  v.strictObject({ do: v.picklist(['join', 'leave', 'visit', 'end-visit', 'prepare']), room }),
  v.strictObject({ do: v.literal('nick'), nick: text }),
  v.strictObject({ do: v.literal('status'), text: v.nullable(text) }),
  v.strictObject({
    do: v.literal('contact'),
    peer,
    change: v.strictObject({
      petname: v.exactOptional(v.nullable(text)),
      favourite: v.exactOptional(v.boolean()),
      note: v.exactOptional(v.nullable(text)),
      ignored: v.exactOptional(v.boolean()),
      blocked: v.exactOptional(v.boolean()),
    }),
  }),
  v.strictObject({
    do: v.picklist(['safety-number', 'trust', 'words-start']),
    peer,
  }),
  v.strictObject({ do: v.literal('words-answer'), peer, same: v.boolean() }),
  v.strictObject({ do: v.literal('verify'), peer, digits: v.nullable(text) }),
  v.strictObject({
    do: v.literal('choose-relay'),
    host: text,
    port: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535)),
    fingerprint: v.nullable(v.pipe(v.string(), v.regex(/^[0-9a-f]{16}(?:[0-9a-f]{48})?$/))),
  }),
  v.strictObject({
    do: v.picklist([
      ...([
        'retry',
        'go-online',
        'conversations',
        'settings',
        'remembered',
        'invitations',
        'drafts',
      ] as const),
    ]),
  }),
  v.strictObject({ do: v.literal('history'), conversation, before: v.nullable(message), limit }),
  v.strictObject({ do: v.literal('history'), conversation, after: v.nullable(message), limit }),
  v.strictObject({
    do: v.literal('first-since'),
    conversation,
    timeMs: v.pipe(v.number(), v.finite()),
  }),
  v.strictObject({ do: v.literal('since'), id: message, limit }),
  v.strictObject({
    do: v.literal('search'),
    query: text,
    conversation: v.nullable(conversation),
    limit,
  }),
  v.strictObject({ do: v.picklist(['mark-read', 'delete-conversation']), conversation }),
  v.strictObject({ do: v.literal('draft'), conversation, text }),
  v.strictObject({ do: v.picklist(['delete-message', 'message', 'who-read']), id: message }),
  v.strictObject({ do: v.literal('typing'), to: conversation }),
  v.strictObject({
    do: v.literal('conversation-settings'),
    with: conversation,
    change: conversationChangeSchema,
  }),
  v.strictObject({ do: v.literal('set'), change: changeSchema }),
  v.strictObject({
    do: v.literal('send-file'),
    to: conversation,
    path: text,
    text,
    reply: v.exactOptional(message),
    name: v.exactOptional(text),
    voiceMs: v.exactOptional(v.pipe(v.number(), v.minValue(0), v.maxValue(MAX_DURATION_MS))),
    waveform: v.exactOptional(v.pipe(v.array(waveformPart), v.length(WAVEFORM_PARTS))),
    temporary: v.exactOptional(v.boolean()),
  }),
  v.strictObject({ do: v.literal('get-file'), id: message, folder: v.exactOptional(text) }),
  v.strictObject({ do: v.literal('cancel-file'), id: message }),
  v.strictObject({ do: v.literal('files'), conversation: v.nullable(conversation), limit }),
]);

const requestSchema = v.strictObject({
  id: v.pipe(v.number(), v.safeInteger()),
  command: commandSchema,
});

const answerSchema = v.union([
  v.object({ id: v.number(), reply: v.unknown() }),
  v.object({ id: v.number(), error: v.object({ code: v.string(), message: v.string() }) }),
  v.object({ event: v.looseObject({ type: v.string() }) }),
]);

/** Serves one process on its connection until it ends; rooms it only visited are left then. */
export function serveSession(session: Session, connection: Socket): void {
  const visits: string[] = [];
  const unsubscribe = session.subscribe((event) => writeJsonLine(connection, { event }));
  connection.once('close', () => {
    unsubscribe();
    for (const name of visits) leaveVisited(session, name);
  });
  const run = async (command: Command): Promise<unknown> => {
    const reply = await session.request(command);
    if (command.do === 'end-visit') forgetVisit(visits, command.room);
    if (command.do !== 'visit') return reply;
    if (connection.destroyed) leaveVisited(session, command.room);
    else visits.push(command.room);
    return reply;
  };
  readJsonLines(connection, MAX_LINE_LENGTH, (value) => {
    const request = parse(requestSchema, value);
    if (request === null) {
      connection.destroy();
      return;
    }
    run(request.command).then(
      (reply) => writeJsonLine(connection, { id: request.id, reply }),
      (error: unknown) => writeJsonLine(connection, { id: request.id, error: describe(error) }),
    );
  });
}

function forgetVisit(visits: string[], name: string): void {
  const index = visits.indexOf(name);
  if (index >= 0) visits.splice(index, 1);
}

/** A room that somebody joined meanwhile stays. */
function leaveVisited(session: Session, name: string): void {
  session.request({ do: 'end-visit', room: name }).catch(() => undefined);
}

function describe(error: unknown): { readonly code: string; readonly message: string } {
  if (error instanceof LanchatError) return { code: error.code, message: error.message };
  return { code: 'bug', message: error instanceof Error ? error.message : 'not an error' };
}

/** The session of another process, which owns the profile. */
export class RemoteSession implements Session {
  readonly shared = true;
  readonly #connection: Socket;
  readonly #listeners = new Set<(event: ClientEvent) => void>();
  readonly #waiting = new Map<
    number,
    { resolve(reply: unknown): void; reject(error: Error): void }
  >();
  #lastId = 0;

  constructor(connection: Socket) {
    this.#connection = connection;
    connection.once('close', () => this.#ended());
    readJsonLines(connection, MAX_ANSWER_LENGTH, (value) => this.#take(value));
  }

  request<C extends Command>(command: C): Promise<Replies[C['do']]> {
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      if (this.#connection.destroyed) {
        reject(ownerGone());
        return;
      }
      // The owner is this same program, behind a socket of this user's: its replies fit its commands.
      this.#waiting.set(id, { resolve: (reply) => resolve(reply as Replies[C['do']]), reject });
      writeJsonLine(this.#connection, { id, command });
    });
  }

  subscribe(listener: (event: ClientEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#listeners.clear();
    this.#connection.end();
  }

  #take(value: unknown): void {
    const answer = parse(answerSchema, value);
    if (answer === null) {
      this.#connection.destroy();
      return;
    }
    if ('event' in answer) {
      for (const listener of [...this.#listeners]) listener(answer.event as ClientEvent);
      return;
    }
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if ('error' in answer) {
      waiting?.reject(new RemoteError(answer.error.code, answer.error.message));
    } else waiting?.resolve(answer.reply);
  }

  #ended(): void {
    for (const { reject } of this.#waiting.values()) reject(ownerGone());
    this.#waiting.clear();
    const link = {
      ...{ state: 'ended' as const, relay: null, fingerprint: null, reason: 'owner-gone' },
      ...{ retryInMs: null, choices: [] },
    };
    for (const listener of [...this.#listeners]) listener({ type: 'link', link });
  }
}

function ownerGone(): UsageError {
  return new UsageError(
    'owner-gone',
    phrase`the lanchat that had this profile open has ended; try again`,
  );
}

function parse<T>(schema: v.GenericSchema<unknown, T>, value: unknown): T | null {
  const parsed = v.safeParse(schema, value);
  return parsed.success ? parsed.output : null;
}
