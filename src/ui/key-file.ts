// The file in which a person says which keys do what: read, with what is wrong in it, and written. Knows no disk.
import { type KeysOf, shownKey } from './bound-keys.ts';
import {
  ALL_PLACES,
  KEY_ACTIONS,
  type KeyActionName,
  type KeyPlace,
  NEEDED_ACTIONS,
  PLACE_HEADINGS,
} from './key-bindings.ts';
import { readKey, typesText, writtenKey } from './key-names.ts';
import { nearest } from './nearest.ts';
import { type SafeText, safeText, safeTemplate as t } from './safe-text.ts';

/** What a file of keys may have: hundreds of times what it needs. */
export const MAX_KEY_FILE_BYTES = 65_536;

export interface KeyProblem {
  readonly line: number;
  /** What is wrong and what to do, without a full stop. */
  readonly text: SafeText;
}

export interface ReadKeys {
  /** Of every action. */
  readonly keysOf: KeysOf;
  /** In the order of their lines. */
  readonly problems: readonly KeyProblem[];
}

/** The keys in use, and the file that says so. */
export interface KeyFile extends ReadKeys {
  /** Where it is looked for; null: nowhere, as nothing is read from the disk. */
  readonly path: SafeText | null;
}

/** What a line asks for. */
interface Wish {
  readonly line: number;
  readonly keys: readonly string[];
}

type Wishes = ReadonlyMap<KeyActionName, Wish>;

/**
 * Lines `action = key, key`; `none` for no key; `#` begins a comment. What no line names keeps its usual keys, but for
 * those that a line gives to another action. A line with anything wrong in it is left out. Never throws.
 */
export function readKeyFile(text: string): ReadKeys {
  const problems: KeyProblem[] = [];
  const wishes = readWishes(text, problems);
  const keysOf = granted(wishes, problems);
  keepNeeded(keysOf, wishes, problems);
  return { keysOf, problems: problems.toSorted((a, b) => a.line - b.line) };
}

function readWishes(text: string, problems: KeyProblem[]): Wishes {
  const wishes = new Map<KeyActionName, Wish>();
  text.split(/\r\n|[\n\r]/u).forEach((row, index) => {
    const line = index + 1;
    const content = row.replace(/(?:^|\s)#.*$/u, '').trim();
    if (content === '') return;
    const read = readLine(content);
    if ('why' in read) {
      problems.push({ line, text: read.why });
      return;
    }
    const earlier = wishes.get(read.name);
    if (earlier === undefined) wishes.set(read.name, { line, keys: read.keys });
    else {
      const name = safeText(read.name);
      problems.push({
        line,
        text: t`line ${earlier.line} says it of ${name} already; take one out`,
      });
    }
  });
  return wishes;
}

type ReadLine =
  | { readonly name: KeyActionName; readonly keys: readonly string[] }
  | { readonly why: SafeText };

function readLine(content: string): ReadLine {
  const [, typed = '', value = ''] = /^([^=]*)=(.*)$/u.exec(content) ?? [];
  const name = typed.trim().toLowerCase();
  if (name === '') return { why: t`this is no "action = key, key"` };
  const action = KEY_ACTIONS.find((each) => each.name === name);
  if (action === undefined) return { why: unknownAction(name) };
  if (value.trim().toLowerCase() === 'none') return { name: action.name, keys: [] };
  const keys = new Set<string>();
  for (const part of value.split(',')) {
    const read = readKey(part.trim());
    if ('why' in read)
      return part.trim() === '' ? { why: t`a key is missing; none takes all away` } : read;
    const why = unfit(read.key, action.place);
    if (why !== null) return { why };
    keys.add(read.key);
  }
  return { name: action.name, keys: [...keys] };
}

function unknownAction(name: string): SafeText {
  const quoted = safeText(name, { maxLength: 40 });
  const meant = nearest(
    name,
    KEY_ACTIONS.map((each) => each.name),
  );
  if (meant === null) return t`there is no action "${quoted}"; lanchat keys lists them`;
  return t`there is no action "${quoted}"; did you mean ${safeText(meant)}?`;
}

/** Why an action of that place can't have the key. */
function unfit(key: string, place: KeyPlace): SafeText | null {
  if (!typesText(key)) return null;
  const shown = shownKey(key);
  if (key === '/' && (place === 'emptyLine' || place === 'selection'))
    return t`${shown} begins every command; use another key`;
  if (
    (place === 'emptyLine' && key !== 'space') ||
    place === 'list' ||
    place === 'person' ||
    place === 'voice' ||
    place === 'selection'
  )
    return null;
  return t`${shown} types a character there; put ctrl+ or alt+ before it`;
}

/** What is everywhere has its key in all places. */
function meet(a: KeyPlace, b: KeyPlace): boolean {
  return a === b || a === 'everywhere' || b === 'everywhere';
}

/** Lines of the file come first, the earlier before the later; what they leave is as usual. */
function granted(wishes: Wishes, problems: KeyProblem[]): Map<KeyActionName, readonly string[]> {
  const taken = new Map<string, { readonly name: KeyActionName; readonly place: KeyPlace }[]>();
  const keysOf = new Map<KeyActionName, readonly string[]>();
  const placeOf = new Map(KEY_ACTIONS.map(({ name, place }) => [name, place]));
  const take = (name: KeyActionName, key: string): KeyActionName | null => {
    const place = placeOf.get(name) ?? 'screen';
    const owners = taken.get(key) ?? [];
    const owner = owners.find((each) => meet(each.place, place));
    if (owner === undefined) taken.set(key, [...owners, { name, place }]);
    return owner?.name ?? null;
  };
  for (const [name, { line, keys }] of wishes) {
    const got = keys.filter((key) => {
      const owner = take(name, key);
      if (owner === null) return true;
      const ownerLine = wishes.get(owner)?.line ?? line;
      const [shown, ours, theirs] = [shownKey(key), safeText(name), safeText(owner)];
      const why = t`${shown} belongs to ${theirs} (line ${ownerLine}), so ${ours} does not get it; choose another key`;
      problems.push({ line, text: why });
      return false;
    });
    keysOf.set(name, got);
  }
  for (const { name, keys } of KEY_ACTIONS) {
    if (wishes.has(name)) continue;
    const owners = keys.map((key) => take(name, key));
    const got = keys.filter((_, index) => owners[index] === null);
    keysOf.set(name, got);
    const [owner] = owners;
    const line = owner ? wishes.get(owner)?.line : undefined;
    if (got.length > 0 || line === undefined) continue;
    const shown = safeText(name);
    problems.push({
      line,
      text: t`${shown} has no key any more; give it one, or write ${shown} = none`,
    });
  }
  return keysOf;
}

/** Without these nobody could write, choose or leave: they get their usual keys back, whoever took them. */
function keepNeeded(
  keysOf: Map<KeyActionName, readonly string[]>,
  wishes: Wishes,
  problems: KeyProblem[],
): void {
  const lacking = () =>
    KEY_ACTIONS.find((action) => NEEDED_ACTIONS.has(action.name) && !isReachable(action, keysOf));
  for (let action = lacking(); action !== undefined; action = lacking()) {
    const { name, place } = action;
    const usual: readonly string[] = action.keys;
    let line = wishes.get(name)?.line ?? null;
    for (const other of KEY_ACTIONS) {
      const keys = keysOf.get(other.name) ?? [];
      const hides = meet(other.place, place) || hidesScreen(other.place, place);
      if (other.name === name || !hides || !keys.some((key) => usual.includes(key))) continue;
      line ??= wishes.get(other.name)?.line ?? null;
      keysOf.set(
        other.name,
        keys.filter((key) => !usual.includes(key)),
      );
    }
    keysOf.set(name, usual);
    const [key = ''] = usual;
    const shown = safeText(name);
    problems.push({ line: line ?? 1, text: t`${shown} needs a key, and keeps ${shownKey(key)}` });
  }
}

/** In the line a key that edits comes before the screen's. */
function hidesScreen(other: KeyPlace, place: KeyPlace): boolean {
  return place === 'screen' && (other === 'line' || other === 'emptyLine');
}

function isReachable(
  { name, place }: { readonly name: KeyActionName; readonly place: KeyPlace },
  keysOf: KeysOf,
): boolean {
  const hidden = new Set(
    KEY_ACTIONS.filter((other) => hidesScreen(other.place, place)).flatMap(
      (other) => keysOf.get(other.name) ?? [],
    ),
  );
  return (keysOf.get(name) ?? []).some((key) => !hidden.has(key));
}

/** All bindings as such a file; `path`: where lanchat looks for it. */
export function keyFileText(keysOf: KeysOf, path: SafeText): SafeText {
  const width = Math.max(...KEY_ACTIONS.map(({ name }) => name.length));
  const head = t`# Keys of lanchat, read from ${path}\n# A line is: action = key, key; "none" for no key. What no line names keeps its usual keys.`;
  const parts = ALL_PLACES.map((place): string => {
    const lines = KEY_ACTIONS.filter((action) => action.place === place).map(({ name, help }) => {
      const keys = (keysOf.get(name) ?? []).map(writtenKey).join(', ') || 'none';
      return `${`${name.padEnd(width)} = ${keys}`.padEnd(width + 30)} # ${help}`;
    });
    return [`# ${PLACE_HEADINGS[place]}`, ...lines].join('\n');
  });
  return t`${head}\n\n${safeText(parts.join('\n\n'), { multiline: true })}`;
}
