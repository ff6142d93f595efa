// What may stand behind a slash command, word by word, for Tab. The commands themselves are in commands.ts.
import { COMMANDS, findCommand } from './commands.ts';
import { TOPICS } from './help-topics.ts';
import { type SafeText, safeText, safeTemplate as t } from './safe-text.ts';
import { choicesOf, fitsHere, ownChoicesOf, SETTINGS } from './settings.ts';

/** A word that a command takes, and what it does. */
export interface Word {
  readonly word: string;
  readonly help: SafeText;
}

/** What the next word of a command can be. */
export type NextWord =
  | { readonly kind: 'person'; readonly fits: 'anybody' | 'ignored' | 'blocked' }
  /** place: a room or a person. */
  | { readonly kind: 'room' | 'place' | 'request' | 'emoji' | 'sticker' }
  | { readonly kind: 'words'; readonly words: readonly Word[] };

const PERSON: NextWord = { kind: 'person', fits: 'anybody' };

const TIMERS = words(
  ['1h', t`an hour`],
  ['1d', t`a day`],
  ['7d', t`a week`],
  ['off', t`messages stay`],
);

const LEVELS = ['all', 'mentions', 'nothing', 'default'];

/** By command, the words that may come first, besides what the table of commands says. */
const FIRST_WORDS: ReadonlyMap<string, NextWord> = new Map([
  [
    'room',
    words(
      ['create', t`make a private room`],
      ['invite', t`ask people in`],
      ['remove', t`take people out`],
      ['title', t`call it otherwise`],
      ['topic', t`what it is about`],
      ['grant', t`make somebody a moderator`],
      ['revoke', t`a moderator no more`],
      ['transfer', t`give it to somebody else`],
      ['read-only', t`only moderators write, or all`],
      ['expire', t`how long messages stay`],
      ['close', t`end it for everybody`],
    ),
  ],
  [
    'poll',
    words(
      ['anonymous', t`only its author sees who voted for what`],
      ['close', t`end your newest poll`],
    ),
  ],
  ['relay', words(['host', t`start one here`], ['retry', t`try again now`])],
  ['quit', words(['leave', t`let a relay hosted here run on`], ['stop', t`end it too`])],
  ['timer', TIMERS],
  ['status', words(['-', t`take it back`])],
  ['delete', words(['all', t`the whole conversation, here`])],
  ['export', words(['text', t`to read`], ['jsonl', t`for programs`], ['html', t`for a browser`])],
  ['mute', { kind: 'place' }],
  [
    'notify',
    words(
      ['test', t`signal once`],
      ['off', t`signal nothing, anywhere`],
      ['bell', t`ring the bell`],
      ['terminal', t`as the terminal can`],
      ['all', t`all that is said there`],
      ['mentions', t`only what names you`],
      ['nothing', t`mute it`],
      ['default', t`as everywhere`],
    ),
  ],
  [
    'collapse',
    words(
      ['rooms', t`public rooms`],
      ['private', t`private rooms and groups`],
      ['people', t`private conversations`],
    ),
  ],
  ['keys', words(['reload', t`read your file of keys anew`])],
  ['sticker', { kind: 'sticker' }],
  ['react', { kind: 'emoji' }],
  ['accept', { kind: 'request' }],
  ['decline', { kind: 'request' }],
  ['unignore', { kind: 'person', fits: 'ignored' }],
  ['unblock', { kind: 'person', fits: 'blocked' }],
]);

const VERIFY = words(
  ['words', t`seven words, read aloud`],
  ['digits', t`sixty digits`],
  ['qr', t`a code to scan`],
  ['same', t`both see the same words`],
  ['different', t`the words differ`],
);

const CONTACT = words(
  ['petname', t`your own name for them`],
  ['note', t`a note for yourself`],
  ['favourite', t`list them first`],
  ['no-petname', t`call them by their own name`],
  ['no-note', t`take the note away`],
  ['no-favourite', t`list them as all others`],
);

/** What /help tells of; a topic that is called like a command is offered once. */
const HELP_WORDS: readonly Word[] = [
  ...TOPICS.map(({ name, about: help }) => ({ word: name, help })),
  ...COMMANDS.filter(({ name }) => TOPICS.every((topic) => topic.name !== name)).map(
    ({ name, help }) => ({ word: name, help }),
  ),
];

const ON_OFF = words(['on', t`only moderators write`], ['off', t`everybody writes`]);

function words(...pairs: readonly (readonly [string, SafeText])[]): NextWord {
  return { kind: 'words', words: pairs.map(([word, help]) => ({ word, help })) };
}

/** `given`: the words between the command and the one that is typed now. Null: free text, or nothing more. */
export function nextWord(command: string, given: readonly string[]): NextWord | null {
  const known = findCommand(command);
  if (known === null) return null;
  return given.length === 0 ? firstWord(known) : laterWord(known.name, given);
}

function firstWord(command: NonNullable<ReturnType<typeof findCommand>>): NextWord | null {
  const own = FIRST_WORDS.get(command.name);
  if (own !== undefined) return own;
  switch (command.completes) {
    case 'person':
      return PERSON;
    case 'room':
      return { kind: 'room' };
    case 'topic':
      return { kind: 'words', words: HELP_WORDS };
    case 'setting':
      return {
        kind: 'words',
        words: SETTINGS.map(({ name, meaning: help }) => ({ word: name, help })),
      };
    // Not word by word: a path may hold blanks.
    case 'path':
    case 'folder':
    case 'none':
      return null;
    default:
      return command.completes satisfies never;
  }
}

function laterWord(command: string, given: readonly string[]): NextWord | null {
  const [first = '', ...rest] = given;
  switch (command) {
    case 'invite':
    case 'kick':
      return PERSON;
    case 'room':
      return roomWord(first, rest);
    case 'contact':
      return rest.length === 0 ? CONTACT : null;
    case 'verify':
      return rest.length === 0 ? VERIFY : null;
    case 'notify':
      return rest.length === 0 && LEVELS.includes(first) ? { kind: 'place' } : null;
    case 'mute':
      return rest.length === 0 ? words(['off', t`count and signal again`]) : null;
    case 'react':
      return first === 'off' && rest.length === 0 ? { kind: 'emoji' } : null;
    case 'set':
      return settingWord(first, rest);
    default:
      return null;
  }
}

function roomWord(verb: string, rest: readonly string[]): NextWord | null {
  if (verb === 'invite' || verb === 'remove') return PERSON;
  if (rest.length > 0) return null;
  if (['grant', 'revoke', 'transfer'].includes(verb)) return PERSON;
  if (verb === 'read-only') return ON_OFF;
  return verb === 'expire' ? TIMERS : null;
}

function settingWord(name: string, rest: readonly string[]): NextWord | null {
  const setting = SETTINGS.find((each) => each.name === name);
  if (setting === undefined || rest.length > 1) return null;
  const [value] = rest;
  if (value !== undefined) {
    return fitsHere(setting, value) ? words(['here', t`in this conversation only`]) : null;
  }
  const everywhere = choicesOf(setting).map((word) => ({ word, help: t`` }));
  const own = ownChoicesOf(setting).map((word) => ({ word, help: t`only with here behind it` }));
  return { kind: 'words', words: [...everywhere, ...own] };
}

/** `/join #room`: how a command is listed. */
export function commandLabel({
  name,
  args,
}: {
  readonly name: string;
  readonly args: SafeText;
}): SafeText {
  return args === '' ? t`/${safeText(name)}` : t`/${safeText(name)} ${args}`;
}
