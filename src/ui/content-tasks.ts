// What the commands about messages do: answering one, changing one, reacting, polls, timers, stickers. For the screen
// and the plain interface; a message is named by how new it is: `^2` is the second newest of those that fit.

import type { Destination, Session, StoredMessage } from '../client/api.ts';
import { withEmoji } from '../client/short-codes.ts';
import { phrase } from '../language/translate.ts';
import { UsageError } from '../protocol/errors.ts';
import type { MessageId } from '../protocol/ids.ts';
import { MIN_CHOICES } from '../protocol/limits.ts';
import { splitFirst } from './command-text.ts';
import type { ConversationKey } from './conversation.ts';
import { durationWords, parseTimer } from './durations.ts';
import { saidWords } from './file-words.ts';
import { destinationOf } from './message-line.ts';
import { type SafeText, safeText, safeTemplate as t } from './safe-text.ts';
import { answer } from './selection-answer.ts';
import { STICKER_NAMES } from './stickers.ts';
import type { ScreenActions } from './talk.ts';
import { faultWords } from './words.ts';

export const CONTENT_COMMANDS = [
  'me',
  'reply',
  'edit',
  'unsend',
  'react',
  'timer',
  'poll',
  'vote',
  'sticker',
] as const;
export type ContentCommand = (typeof CONTENT_COMMANDS)[number];

/** Where it was typed. */
export interface ContentScene {
  readonly ask: Session['request'];
  readonly here: Destination;
  /** The message that is meant where none is named. */
  readonly chosen?: MessageId | null;
}

/** Among so many of the newest a message is looked for. */
const MAX_LOOKED_AT = 200;

/** As a slash command of the screen. What was refused goes back to where it was typed. */
export function content(name: ContentCommand) {
  return async ({ store, ask, chosen }: ScreenActions, args: string, here: ConversationKey) => {
    try {
      const scene = { ask, here: destinationOf(here), chosen: chosen ?? null };
      const words = await doContent(scene, name, args);
      if (words !== null) answer(store, words);
    } catch (error) {
      answer(store, faultWords(error), 'warning');
      if (args !== '') store.giveBack(here, `/${name} ${args}`);
    }
  };
}

/** Returns what to say about it, null: nothing. Throws UsageError, and what the client does. */
export async function doContent(
  scene: ContentScene,
  name: ContentCommand,
  args: string,
): Promise<SafeText | null> {
  switch (name) {
    case 'me':
      return say(scene, { text: required(args, t`/me does what?`), kind: 'action' });
    case 'sticker':
      return sticker(scene, args);
    case 'reply':
      return reply(scene, args);
    case 'edit':
      return edit(scene, args);
    case 'unsend':
      return unsend(scene, args);
    case 'react':
      return react(scene, args);
    case 'timer':
      return timer(scene, args);
    case 'poll':
      return poll(scene, args);
    case 'vote':
      return vote(scene, args);
    default:
      return name satisfies never;
  }
}

function required(args: string, question: SafeText): string {
  if (args !== '') return args;
  throw new UsageError('bad-arguments', question);
}

interface Words {
  readonly text: string;
  readonly kind?: 'action' | 'sticker';
  readonly reply?: StoredMessage['id'];
}

async function say({ ask, here }: ContentScene, words: Words): Promise<null> {
  await ask({ do: 'send', to: here, ...words, text: withEmoji(words.text) });
  return null;
}

async function sticker(scene: ContentScene, name: string): Promise<SafeText | null> {
  const names = safeText(STICKER_NAMES.join(', '));
  if (name === '') return t`Stickers: ${names}`;
  if (!STICKER_NAMES.includes(name))
    throw new UsageError('bad-sticker', phrase`stickers are ${names}`);
  return say(scene, { text: name, kind: 'sticker' });
}

async function reply(scene: ContentScene, args: string): Promise<null> {
  const [nth, text] = splitNth(args);
  const words = required(
    text,
    t`/reply TEXT answers the newest message, /reply ^2 TEXT the one before`,
  );
  const { id } = await newest(scene, nth, isWordsOf(scene, nth));
  return say(scene, { text: words, reply: id });
}

async function edit(scene: ContentScene, args: string): Promise<null> {
  const [nth, text] = splitNth(args);
  const words = required(text, t`/edit TEXT puts it in the place of your last message here`);
  const isText = ({ kind }: StoredMessage) => kind === undefined || kind === 'action';
  const { id } = await newest(scene, nth, (message) => isOwn(message) && isText(message));
  await scene.ask({ do: 'edit', id, text: withEmoji(words) });
  return null;
}

async function unsend(scene: ContentScene, args: string): Promise<SafeText> {
  const [nth] = splitNth(args);
  const message = await newest(scene, nth, isOwn);
  await scene.ask({ do: 'unsend', id: message.id });
  const text = saidWords(message);
  return t`Deleted here, and for all who get word of it: "${safeText(text, { maxLength: 40 })}"`;
}

async function react(scene: ContentScene, args: string): Promise<null> {
  const [typed, rest] = splitFirst(args);
  const isOff = typed === 'off';
  const [emoji, last] = isOff ? splitFirst(rest) : [typed, rest];
  required(emoji, t`/react 👍 or :thumbsup: to the newest message; /react off 👍 takes it back`);
  const [nth] = splitNth(last);
  const { id } = await newest(scene, nth, isWordsOf(scene, nth));
  await scene.ask({ do: 'react', id, emoji: withEmoji(emoji), on: !isOff });
  return null;
}

async function timer({ ask, here }: ContentScene, args: string): Promise<SafeText | null> {
  if ('room' in here) {
    const words = await roomTimer(ask, here.room);
    if (args === '') return words;
    throw new UsageError('bad-timer', words);
  }
  if (args !== '') {
    await ask({ do: 'timer', with: here, seconds: parseTimer(args) });
    return null;
  }
  const { people } = await ask({ do: 'snapshot' });
  const seconds = people.find((each) => each.fingerprint === here.peer)?.expireSeconds;
  if (seconds === undefined) return t`Messages stay here. /timer 1h lets new ones disappear.`;
  return t`New messages here disappear after ${durationWords(seconds)}; /timer off lets them stay.`;
}

/** How long what is said in a room stays, and who changes that: here nobody does. */
async function roomTimer(ask: Session['request'], name: string): Promise<SafeText> {
  const { rooms } = await ask({ do: 'snapshot' });
  const room = rooms.find((each) => each.name === name);
  if (room === undefined || room.kind === 'public')
    return t`What is said in a public room stays; private rooms and conversations have a timer.`;
  const { expireSeconds } = room;
  return expireSeconds === null
    ? t`Messages stay here. The owner of the room lets new ones disappear: /room expire 1h.`
    : t`New messages here disappear after ${durationWords(expireSeconds)}; the owner of the room changes that: /room expire off.`;
}

/** `QUESTION | CHOICE | CHOICE`, `anonymous …`, or `close [^N]`. */
async function poll(scene: ContentScene, args: string): Promise<SafeText | null> {
  const { ask, here } = scene;
  const [first, rest] = splitFirst(args);
  if (first === 'close') {
    const [nth] = splitNth(rest);
    const { id } = await newest(scene, nth, (message) => isOwn(message) && isOpenPoll(message));
    await ask({ do: 'close-poll', id });
    return null;
  }
  const isAnonymous = first === 'anonymous';
  const [question = '', ...choices] = (isAnonymous ? rest : args)
    .split('|')
    .map((each) => each.trim());
  if (!('room' in here)) throw new UsageError('bad-room', phrase`polls are for rooms`);
  const isWhole = choices.filter((choice) => choice !== '').length >= MIN_CHOICES;
  required(
    isWhole ? question : '',
    t`/poll QUESTION | CHOICE | CHOICE; /poll anonymous …; /poll close`,
  );
  const asked = { question: withEmoji(question), choices: choices.map(withEmoji) };
  await ask({ do: 'poll', room: here.room, ...asked, anonymous: isAnonymous });
  return null;
}

async function vote(scene: ContentScene, args: string): Promise<SafeText> {
  const [number, rest] = splitFirst(args);
  const choice = /^\d{1,2}$/.test(number) ? Number(number) - 1 : -1;
  const [nth] = splitNth(rest);
  const { id, poll: asked } = await newest(scene, nth, isOpenPoll);
  await scene.ask({ do: 'vote', id, choice });
  const named = safeText(asked?.choices[choice] ?? '', { maxLength: 60 });
  return asked?.anonymous === true
    ? t`Your vote goes to the poll's author alone, who sees that it is yours: ${named}`
    : t`Your vote, which all here see: ${named}`;
}

function isWords({ kind, deleted }: StoredMessage): boolean {
  return kind !== 'change' && deleted !== true;
}

/** Of others; the message that is selected may be ours. */
function isWordsOf({ chosen }: ContentScene, nth: number | null) {
  const isChosen = nth === null && chosen != null;
  return (message: StoredMessage) => isWords(message) && (isChosen || message.state === null);
}

function isOwn(message: StoredMessage): boolean {
  return message.state !== null && isWords(message);
}

function isOpenPoll({ poll: asked, deleted }: StoredMessage): boolean {
  return asked !== undefined && !asked.closed && deleted !== true;
}

/** How new it is, 1 the newest, null where that is not said; and what follows: `^3 text`. */
function splitNth(args: string): readonly [number | null, string] {
  const [first, rest] = splitFirst(args);
  const [, digits] = /^\^(\d{1,3})$/.exec(first) ?? [];
  return digits === undefined ? [null, args] : [Math.max(1, Number(digits)), rest];
}

async function newest(
  { ask, here, chosen = null }: ContentScene,
  nth: number | null,
  fits: (message: StoredMessage) => boolean,
): Promise<StoredMessage> {
  if (nth === null && chosen !== null) {
    const { message } = await ask({ do: 'message', id: chosen });
    if (message !== null && fits(message)) return message;
    throw new UsageError('unknown-message', phrase`that can’t be done with the selected message`);
  }
  const page = { conversation: here, before: null, limit: MAX_LOOKED_AT };
  const { messages } = await ask({ do: 'history', ...page });
  const found = messages.filter(fits).at(-(nth ?? 1));
  if (found !== undefined) return found;
  throw new UsageError('unknown-message', phrase`there is no such message among the newest here`);
}
