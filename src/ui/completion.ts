// What Tab puts in: commands, people, rooms, round and round while it is pressed. Knows no keys.

import { SHORT_CODES } from '../client/short-codes.ts';
import { COMMANDS, findCommand } from './commands.ts';
import type { ComposerState } from './composer.ts';
import { isRoomName } from './room-names.ts';
import type { ScreenState, Self } from './screen-state.ts';
import { SETTINGS } from './settings.ts';

/** A run of Tab presses: what was typed before the first, and the candidates it goes through. */
export interface Completion {
  readonly start: number;
  readonly end: number;
  readonly candidates: readonly string[];
  readonly index: number;
}

/** The word before the cursor with its candidates, best first; null where there is nothing to offer. */
export function startCompletion(composer: ComposerState, state: Completable): Completion | null {
  const before = composer.text.slice(0, composer.cursor);
  const { word, candidates } = completionsOf(before, state);
  if (candidates.length === 0) return null;
  return { start: before.length - word.length, end: before.length, candidates, index: 0 };
}

/** Whom and what can be named. */
export interface Completable extends Pick<ScreenState, 'people' | 'rooms'> {
  readonly self: Pick<Self, 'fingerprint'> | null;
}

/** The last word of a text, and what may stand in its place, best first. */
export function completionsOf(
  before: string,
  state: Completable,
): { readonly word: string; readonly candidates: readonly string[] } {
  const word = /\S*$/.exec(before)?.[0] ?? '';
  const start = before.length - word.length;
  return { word, candidates: candidatesFor(word, before.slice(0, start), state) };
}

/** The same run one step on; `by` is −1 for Shift+Tab. `end` is where the last candidate ended. */
export function nextCompletion(run: Completion, by: 1 | -1): Completion {
  const count = run.candidates.length;
  const end = run.start + (run.candidates[run.index]?.length ?? 0);
  return { ...run, end, index: (run.index + by + count) % count };
}

function candidatesFor(word: string, before: string, state: Completable): readonly string[] {
  if (before === '' && word.startsWith('/')) {
    return startingWith(
      COMMANDS.map(({ name }) => `/${name}`),
      word,
    ).map((name) => `${name} `);
  }
  const command = /^\/(\S+)\s+$/.exec(before)?.[1];
  const completes = command === undefined ? null : (findCommand(command)?.completes ?? null);
  if (completes === 'person') return people(word, '', state).map((name) => `${name} `);
  if (completes === 'setting') return settings(word).map((name) => `${name} `);
  if (completes === 'room') return rooms(isRoomName(word) ? word : `#${word}`, state);
  if (/^:[a-z0-9_+-]{2,}$/.test(word)) return startingWith(SHORT_CODES, word);
  if (word.startsWith('@')) return people(word.slice(1), '@', state).map((name) => `${name} `);
  if (word.startsWith('#')) return rooms(word, state).map((name) => `${name} `);
  if (word === '' || command !== undefined) return [];
  // A bare name is a mention: at the beginning of a line people write `asha: …`.
  return people(word, '', state).map((name) => (before === '' ? `${name}: ` : `${name} `));
}

// In the room's order of closeness: who is here comes first, as the directory lists them.
function people(typed: string, prefix: string, { people, self }: Completable): readonly string[] {
  const wanted = typed.replace(/^@/, '');
  const names = people
    .list()
    .filter(({ fingerprint }) => fingerprint !== self?.fingerprint)
    .map(({ fingerprint }) => people.label(fingerprint));
  return startingWith(names, wanted).map((name) => prefix + name);
}

function rooms(typed: string, { rooms, people }: Completable): readonly string[] {
  const names = [...rooms.values()].filter(({ kind }) => kind !== 'group');
  return startingWith(
    names.map(({ name }) => people.rooms.label(name)),
    typed,
  );
}

function settings(typed: string): readonly string[] {
  return startingWith(
    SETTINGS.map(({ name }) => name),
    typed,
  );
}

function startingWith(names: readonly string[], typed: string): string[] {
  const wanted = typed.normalize('NFKC').toLowerCase();
  return names.filter((name) => name.toLowerCase().startsWith(wanted)).slice(0, 50);
}
