// What Tab offers: commands and their words, people, rooms, emoji, stickers, the closest first. Knows no keys.
import type { Room } from '../client/api.ts';
import { SHORT_CODES, withEmoji } from '../client/short-codes.ts';
import { COMMANDS, findCommand } from './commands.ts';
import { commandLabel, type NextWord, nextWord } from './completion-words.ts';
import type { ComposerState } from './composer.ts';
import { foldForMatch } from './fold.ts';
import type { Paths } from './local-files.ts';
import { matching } from './match.ts';
import { completePath } from './path-completion.ts';
import { type KnownPerson, trustWord } from './people.ts';
import { isRoomName } from './room-names.ts';
import { isRequest, kindWords, topicWords } from './room-words.ts';
import { type SafeText, safeText, safeTemplate as t } from './safe-text.ts';
import type { ScreenState, Self } from './screen-state.ts';
import { STICKER_NAMES, stickerRows } from './stickers.ts';

export interface Candidate {
  /** What is put in place of the word, with the blank behind it. */
  readonly text: string;
  readonly label: SafeText;
  /** What it is, in a few words. */
  readonly about: SafeText;
}

/** The word before the cursor, and what could stand in its place; never empty. */
export interface Completion {
  readonly start: number;
  readonly end: number;
  readonly candidates: readonly Candidate[];
  readonly selected: number;
}

/** More are found by typing on. */
const MAX_CANDIDATES = 50;

/** Of the word before the cursor; null where there is nothing to offer. */
export function startCompletion(composer: ComposerState, state: Completable): Completion | null {
  const before = composer.text.slice(0, composer.cursor);
  const path = pathCompletion(before, state.paths);
  if (path !== null) return path;
  const { word, candidates } = completionsOf(before, state);
  if (candidates.length === 0) return null;
  return { start: before.length - word.length, end: before.length, candidates, selected: 0 };
}

/** Null where the command before the cursor takes no path first. */
function pathCompletion(before: string, paths: Paths | undefined): Completion | null {
  const [, command] = /^\/(\S+)\s/.exec(before) ?? [];
  const completes = command === undefined ? null : findCommand(command)?.completes;
  if (paths === undefined || (completes !== 'path' && completes !== 'folder')) return null;
  return completePath(before, paths, completes === 'folder' ? 'folders' : 'all');
}

/** Whom and what can be named. */
export interface Completable extends Pick<ScreenState, 'people' | 'rooms'> {
  readonly self: Pick<Self, 'fingerprint'> | null;
  readonly paths?: Paths;
}

/** The last word of a text, and what may stand in its place, best first. */
export function completionsOf(
  before: string,
  state: Completable,
): { readonly word: string; readonly candidates: readonly Candidate[] } {
  const word = /\S*$/.exec(before)?.[0] ?? '';
  const start = before.length - word.length;
  return { word, candidates: candidatesFor(word, before.slice(0, start), state) };
}

function candidatesFor(word: string, before: string, state: Completable): Candidate[] {
  if (before === '' && word.startsWith('/')) return commands(word.slice(1));
  const [, command, given] = /^\/(\S+)\s+([\s\S]*)$/.exec(before) ?? [];
  const next = command === undefined ? null : nextWord(command, wordsOf(given ?? ''));
  if (next !== null) return ofKind(next, word, state);
  if (/^:[a-z0-9_+-]+$/i.test(word)) return emoji(word.slice(1), '');
  if (word.startsWith('@')) return people(word, '@', state);
  if (word.startsWith('#')) return rooms(word, ' ', state);
  if (word === '' || (command !== undefined && given === '')) return [];
  return mentions(word, before === '' ? ': ' : ' ', state);
}

function wordsOf(given: string): readonly string[] {
  return given.split(/\s+/).filter((word) => word !== '');
}

function ofKind(next: NextWord, word: string, state: Completable): Candidate[] {
  switch (next.kind) {
    case 'person':
      return people(word, '', state, next.fits);
    case 'room':
      return rooms(word, '', state);
    case 'place':
      return [
        ...(word.startsWith('@') ? [] : rooms(word, ' ', state)),
        ...(isRoomName(word) ? [] : people(word, '', state)),
      ];
    case 'request':
      return requests(word, state);
    case 'emoji':
      return emoji(word.replace(/^:/, ''), ' ');
    case 'sticker':
      return named(STICKER_NAMES, word).map((name) => ({
        ...{ text: name, label: safeText(name) },
        about: safeText((stickerRows(name)[0] ?? '').trim()),
      }));
    case 'words':
      return matching(next.words, word, {
        ...{ names: (each) => [each.word], fuzzy: true, limit: MAX_CANDIDATES },
      }).map(({ word: name, help }) => ({
        ...{ text: `${name} `, label: safeText(name), about: help },
      }));
    default:
      return next satisfies never;
  }
}

function named(names: readonly string[], typed: string): string[] {
  return matching(names, typed, { names: (name) => [name], fuzzy: true, limit: MAX_CANDIDATES });
}

function commands(typed: string): Candidate[] {
  const found = matching(COMMANDS, typed, {
    names: ({ name, aliases }) => [name, ...aliases],
    ...{ fuzzy: true, limit: MAX_CANDIDATES },
  });
  return found.map((command) => ({
    ...{ text: `/${command.name} `, label: commandLabel(command), about: command.help },
  }));
}

function emoji(typed: string, behind: string): Candidate[] {
  const codes = SHORT_CODES.map((code) => code.slice(1, -1));
  return named(codes, typed).map((code) => ({
    ...{ text: `:${code}:${behind}`, label: t`:${safeText(code)}:` },
    about: safeText(withEmoji(`:${code}:`)),
  }));
}

// The same person is folded once, however often somebody types on: a directory holds thousands.
const FOLDED = new WeakMap<KnownPerson, readonly string[]>();

function foldedNames(person: KnownPerson): readonly string[] {
  const known = FOLDED.get(person);
  if (known !== undefined) return known;
  const names = person.hasPetname ? [person.name, person.nick] : [person.name];
  const folded = names.map(foldForMatch);
  FOLDED.set(person, folded);
  return folded;
}

/** Who is here first, as the directory lists them; who is not heard last. */
function others({ people: known, self }: Completable): readonly KnownPerson[] {
  const all = known.list().filter(({ fingerprint }) => fingerprint !== self?.fingerprint);
  return [...all.filter(isHeard), ...all.filter((person) => !isHeard(person))];
}

function isHeard({ ignored, blocked }: KnownPerson): boolean {
  return ignored !== true && blocked !== true;
}

function peopleNamed(
  known: readonly KnownPerson[],
  typed: string,
  fuzzy: boolean,
): readonly KnownPerson[] {
  const [, name = typed, digits = ''] = /^(.+)·([0-9a-f]*)$/iu.exec(typed) ?? [];
  const found = matching(known, name, { names: foldedNames, fuzzy, limit: MAX_CANDIDATES });
  return found.filter(({ fingerprint }) => fingerprint.startsWith(digits.toLowerCase()));
}

function people(
  word: string,
  prefix: string,
  state: Completable,
  fits: 'anybody' | 'ignored' | 'blocked' = 'anybody',
): Candidate[] {
  const known = others(state).filter((person) => fits === 'anybody' || person[fits] === true);
  return peopleNamed(known, word.replace(/^@/, ''), true).map((person) => {
    const label = state.people.label(person.fingerprint);
    return { text: `${prefix}${label} `, label, about: personWords(person) };
  });
}

/** A bare name is a mention: at the beginning of a line people write `asha: …`. Nearly a name is a word like any other. */
function mentions(word: string, behind: string, state: Completable): Candidate[] {
  return peopleNamed(others(state), word, false).map((person) => {
    const label = state.people.label(person.fingerprint);
    return { text: `${label}${behind}`, label, about: personWords(person) };
  });
}

function personWords(person: KnownPerson): SafeText {
  const trust = trustWord(person);
  if (person.blocked === true) return t`BLOCKED · ${trust}`;
  const ignored = person.ignored === true ? t`ignored · ` : t``;
  const here = person.online ? t`here` : t`not here`;
  const known = t`${ignored}${trust} · ${here}`;
  if (person.hasPetname) return t`${known} · goes by ${person.nick}`;
  return person.status === null ? known : t`${known} · ${t`says: ${person.status}`}`;
}

function rooms(word: string, behind: string, state: Completable): Candidate[] {
  return roomsOf(word, state, (room) => room.kind !== 'group').map(({ room, label }) => ({
    ...{ text: `${label}${behind}`, label, about: roomAbout(room) },
  }));
}

/** Those that ask us in; of groups the name is what tells them apart. */
function requests(word: string, state: Completable): Candidate[] {
  return roomsOf(word, state, isRequest).map(({ room, label }) => ({
    ...{ text: label, label, about: roomAbout(room) },
  }));
}

function roomsOf(word: string, state: Completable, fits: (room: Room) => boolean) {
  const known = [...state.rooms.values()].filter(fits).map((room) => {
    const label = state.people.rooms.label(room.name);
    return { room, label, folded: [foldForMatch(label), foldForMatch(label.slice(1))] };
  });
  const isTyped = isRoomName(word);
  return matching(known, word, {
    names: ({ folded }) => (isTyped ? folded.slice(0, 1) : folded),
    ...{ fuzzy: true, limit: MAX_CANDIDATES },
  });
}

function roomAbout(room: Room): SafeText {
  const count = room.members.length;
  if (room.kind === 'public') return t`public · ${count} in it`;
  const topic = topicWords(room);
  const words = t`${kindWords(room)} · ${count} in it`;
  return topic === '' ? words : t`${words} · ${t`topic: ${topic}`}`;
}
