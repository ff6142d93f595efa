// Saying something: a text, what one does, a sticker, a poll. Checks everything first: a refusal changes nothing.
import { phrase } from '../language/translate.ts';
import { utf8FromText } from '../protocol/bytes.ts';
import { encodeCbor } from '../protocol/cbor.ts';
import { UsageError } from '../protocol/errors.ts';
import { idBytes, type MessageId, type PeerId } from '../protocol/ids.ts';
import {
  MAX_CAPTION_BYTES,
  MAX_CHOICE_BYTES,
  MAX_CHOICES,
  MAX_MENTIONS,
  MAX_QUESTION_BYTES,
  MAX_TEXT_BYTES,
  MIN_CHOICES,
} from '../protocol/limits.ts';
import { RECORD_TYPES } from '../protocol/record.ts';
import { expiresAt, keepFor, timerOf } from './disappearing.ts';
import type { Destination, SharedFile } from './events.ts';
import { findPeople } from './people.ts';
import { post, postIn } from './post.ts';
import { fileContent } from './shared-file.ts';
import type { CoreState } from './state.ts';
import { newPoll, type Said, tellOwn } from './tell-message.ts';

export interface Saying {
  readonly to: Destination;
  readonly text: string;
  readonly kind?: 'action' | 'sticker';
  readonly reply?: MessageId;
  /** Besides those whom the text names. */
  readonly mentions?: readonly PeerId[];
  /** The text is what is said of it, and may be empty. */
  readonly file?: SharedFile;
}

export interface Asking {
  readonly room: string;
  readonly question: string;
  readonly choices: readonly string[];
  readonly anonymous: boolean;
}

/** Names in a text that are looked up: each is compared with everybody's. */
const MAX_NAMES = 16;
/** `@nick`, and the digits by which two of one name are told apart: `@nick·4f2a`. */
const NAMED = /(?<![\p{L}\p{M}\p{N}_@])@([\p{L}\p{M}\p{N}_.'-]{1,64})(?:·([0-9a-f]{4,64}))?/gu;
const STICKER = /^[a-z0-9-]{1,32}$/;

/** Throws UsageError `text-empty`, `text-too-long`, `bad-sticker`, `bad-mention`, and as `post`. */
export function say(core: CoreState, saying: Saying): MessageId {
  const { to, kind, reply, file } = saying;
  const text = file === undefined ? requireText(saying.text) : requireCaption(saying.text);
  if (kind === 'sticker' && !STICKER.test(text)) {
    throw new UsageError(
      'bad-sticker',
      phrase`a sticker has a name of small letters, digits and "-"`,
    );
  }
  const mentions = mentionsOf(core, saying);
  const lifetime = timerOf(core, to);
  const said: Said = {
    text,
    ...(kind === undefined ? {} : { kind }),
    ...(reply === undefined ? {} : { reply }),
    ...(mentions.length === 0 ? {} : { mentions }),
    ...(lifetime === null ? {} : { expires: expiresAt(core, lifetime) }),
    ...(file === undefined ? {} : { file }),
  };
  const content = encodeCbor({
    text,
    ...(kind === undefined ? {} : { kind }),
    ...(reply === undefined ? {} : { reply: idBytes(reply) }),
    ...(mentions.length === 0 ? {} : { mentions: mentions.map(idBytes) }),
    ...(lifetime === null ? {} : { expires: lifetime }),
    ...(file === undefined ? {} : { file: fileContent(file) }),
  });
  const { text: direct, roomText: room } = RECORD_TYPES;
  const posted = post(core, to, { direct, room, content });
  if (lifetime !== null) keepFor(core, posted.id, lifetime);
  tellOwn(core, posted, said);
  return posted.id;
}

/** Throws UsageError `bad-poll`, and as `postIn`. */
export function ask(core: CoreState, { room, question, choices, anonymous }: Asking): MessageId {
  const asked = question.trim().toWellFormed();
  const given = choices.map((choice) => choice.trim().toWellFormed());
  const fits = (text: string, max: number) => text !== '' && utf8FromText(text).length <= max;
  const isWhole =
    fits(asked, MAX_QUESTION_BYTES) &&
    given.length >= MIN_CHOICES &&
    given.length <= MAX_CHOICES &&
    new Set(given).size === given.length &&
    given.every((choice) => fits(choice, MAX_CHOICE_BYTES));
  if (!isWhole) {
    throw new UsageError(
      'bad-poll',
      phrase`a poll has a question of ${MAX_QUESTION_BYTES} bytes at most, and ${MIN_CHOICES} to ${MAX_CHOICES} different choices of ${MAX_CHOICE_BYTES} bytes at most`,
    );
  }
  const poll = { question: asked, choices: given, anonymous };
  const lifetime = timerOf(core, { room });
  const content = encodeCbor({ ...poll, ...(lifetime === null ? {} : { expires: lifetime }) });
  const posted = postIn(core, room, { type: RECORD_TYPES.poll, content });
  if (lifetime !== null) keepFor(core, posted.id, lifetime);
  tellOwn(core, posted, {
    ...{ text: asked, kind: 'poll', poll: newPoll(poll) },
    ...(lifetime === null ? {} : { expires: expiresAt(core, lifetime) }),
  });
  return posted.id;
}

/** Well-formed: lone surrogates are no text, and would be refused at the other end. Throws UsageError. */
export function requireText(text: string): string {
  if (text.length === 0) throw new UsageError('text-empty', phrase`there is nothing to send`);
  const wellFormed = text.toWellFormed();
  if (utf8FromText(wellFormed).length > MAX_TEXT_BYTES) {
    throw new UsageError(
      'text-too-long',
      phrase`a message holds ${MAX_TEXT_BYTES} bytes; send it in parts`,
    );
  }
  return wellFormed;
}

/** Well-formed, and empty where nothing is said of the file. Throws UsageError. */
function requireCaption(text: string): string {
  const wellFormed = text.toWellFormed();
  if (utf8FromText(wellFormed).length <= MAX_CAPTION_BYTES) return wellFormed;
  throw new UsageError(
    'text-too-long',
    phrase`what is said of a file holds ${MAX_CAPTION_BYTES} bytes; send the rest as a message`,
  );
}

function mentionsOf(core: CoreState, { text, kind, mentions = [] }: Saying): readonly PeerId[] {
  const named = kind === 'sticker' ? [] : mentionedIn(core, text);
  const all = [...new Set([...mentions, ...named])];
  if (mentions.length > MAX_MENTIONS) {
    throw new UsageError('bad-mention', phrase`a message names ${MAX_MENTIONS} people at most`);
  }
  return all.slice(0, MAX_MENTIONS);
}

/** Those whom `@name` in a text names, where that fits exactly one known person. */
export function mentionedIn(core: CoreState, text: string): PeerId[] {
  const found = new Set<PeerId>();
  for (const [, name = '', digits = ''] of [...text.matchAll(NAMED)].slice(0, MAX_NAMES)) {
    const person = theOne(core, name, digits) ?? theOne(core, name.replace(/[.'-]+$/, ''), digits);
    if (person !== null) found.add(person);
  }
  return [...found];
}

function theOne(core: CoreState, name: string, digits: string): PeerId | null {
  if (name === '') return null;
  const fitting = findPeople(core, `@${name}`).filter((it) => it.fingerprint.startsWith(digits));
  const [only, ...others] = fitting;
  return only === undefined || others.length > 0 ? null : only.fingerprint;
}
