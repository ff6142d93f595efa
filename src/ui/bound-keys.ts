// Which action a press means, and which keys an action has, once the table and what the person changed are put together. Pure.
import {
  type ActionIn,
  KEY_ACTIONS,
  KEY_TABLE,
  type KeyAction,
  type KeyActionName,
  type KeyPlace,
} from './key-bindings.ts';
import { typesText } from './key-names.ts';
import type { KeyEvent } from './key-sequences.ts';
import { type SafeText, safeText, safeTemplate as t } from './safe-text.ts';

/** Which keys an action has now, written as in the table. */
export type KeysOf = ReadonlyMap<KeyActionName, readonly string[]>;

/** Of each place: the action that a press means there, or null. */
export type BoundKeys = {
  readonly [Place in KeyPlace]: (event: KeyEvent) => ActionIn<Place> | null;
} & {
  readonly keysOf: KeysOf;
  /** Whether a press means anything, in whatever place. */
  readonly isBound: (event: KeyEvent) => boolean;
  /** Where a file that changes them is looked for; null: nowhere. */
  readonly file: SafeText | null;
};

/** Of two actions in one place that share a key the first in the table has it. */
export function bindKeys(keysOf: KeysOf, file: SafeText | null = null): BoundKeys {
  const bound = new Set([...keysOf.values()].flat());
  return {
    keysOf,
    isBound: (event) => keysOfEvent(event).some((key) => bound.has(key)),
    file,
    everywhere: finder(KEY_TABLE.everywhere, keysOf),
    list: finder(KEY_TABLE.list, keysOf),
    selection: finder(KEY_TABLE.selection, keysOf),
    afterPrefix: finder(KEY_TABLE.afterPrefix, keysOf),
    emptyLine: finder(KEY_TABLE.emptyLine, keysOf),
    person: finder(KEY_TABLE.person, keysOf),
    voice: finder(KEY_TABLE.voice, keysOf),
    line: finder(KEY_TABLE.line, keysOf),
    screen: finder(KEY_TABLE.screen, keysOf),
  };
}

export const DEFAULT_KEYS_OF: KeysOf = new Map(KEY_ACTIONS.map(({ name, keys }) => [name, keys]));

export const DEFAULT_KEYS: BoundKeys = bindKeys(DEFAULT_KEYS_OF);

function finder<Name extends KeyActionName>(
  actions: readonly (KeyAction & { readonly name: Name })[],
  keysOf: KeysOf,
): (event: KeyEvent) => Name | null {
  const byKey = new Map<string, Name>();
  for (const { name } of actions) {
    for (const key of keysOf.get(name) ?? []) if (!byKey.has(key)) byKey.set(key, name);
  }
  return (event) => {
    for (const key of keysOfEvent(event)) {
      const action = byKey.get(key);
      if (action !== undefined) return action;
    }
    return null;
  };
}

/** What a press can be bound as, the exact one first: Shift and a capital count only where they are asked for. */
function keysOfEvent(event: KeyEvent): readonly string[] {
  if (event.kind === 'text') return [event.text, event.text.toLowerCase()];
  if (event.kind !== 'key') return [];
  const held = `${event.ctrl ? 'ctrl+' : ''}${event.alt ? 'alt+' : ''}`;
  const plain = held + event.name;
  return event.shift ? [`${held}shift+${event.name}`, plain] : [plain];
}

const SHOWN_NAMES: Readonly<Record<string, string>> = {
  pageup: 'PgUp',
  pagedown: 'PgDn',
  escape: 'Esc',
};

/** `Ctrl+N`, `PgUp`, `?`: as people read it. */
export function shownKey(key: string): SafeText {
  const [, held = '', name = ''] = /^((?:(?:ctrl|alt|shift)\+)*)(.+)$/u.exec(key) ?? [];
  const modifiers = held.replace(/\b[cas]/g, (letter) => letter.toUpperCase());
  return safeText(modifiers + shownName(name, held !== ''));
}

function shownName(name: string, isHeld: boolean): string {
  const special = SHOWN_NAMES[name];
  if (special !== undefined) return special;
  if (name.length > 1) return name.charAt(0).toUpperCase() + name.slice(1);
  return isHeld ? name.toUpperCase() : name;
}

/** `Ctrl+T, Ctrl+K`; null where the action has no key. */
export function shownKeys(keysOf: KeysOf, action: KeyActionName): SafeText | null {
  const [first, ...others] = (keysOf.get(action) ?? []).map(shownKey);
  if (first === undefined) return null;
  return others.reduce((text, key) => t`${text}, ${key}`, first);
}

/** The first key of an action as people read it, for a hint. */
export type KeyHints = (action: KeyActionName) => SafeText;

/**
 * `-` is said of an action without a key. `beside-input`: where a line is typed as well, so that a key that types a
 * character is none.
 */
export function keyHints(
  { keysOf }: Pick<BoundKeys, 'keysOf'>,
  where: 'anywhere' | 'beside-input' = 'anywhere',
): KeyHints {
  return (action) => hintKey(keysOf, action, where) ?? t`-`;
}

/** Null where the action has no key. */
export function hintKey(
  keysOf: KeysOf,
  action: KeyActionName,
  where: 'anywhere' | 'beside-input' = 'anywhere',
): SafeText | null {
  const keys = keysOf.get(action) ?? [];
  const first = where === 'anywhere' ? keys[0] : keys.find((key) => !typesText(key));
  return first === undefined ? null : shownKey(first);
}

/** The keys of a place and what they do, as the help lists them; what has no key is left out, windows are one line. */
export function keyHelp(
  keysOf: KeysOf,
  place: KeyPlace,
): readonly (readonly [SafeText, SafeText])[] {
  return KEY_ACTIONS.flatMap((action): (readonly [SafeText, SafeText])[] => {
    const { name, help } = action;
    if (action.place !== place || (isWindow(name) && name !== 'window-1')) return [];
    const keys = shownKeys(keysOf, name);
    if (keys === null) return [];
    if (name !== 'window-1') return [[keys, help]];
    return [[t`${keys} … 9`, t`goes to a window; /win NUMBER does as well`]];
  });
}

function isWindow(name: KeyActionName): boolean {
  return name.startsWith('window-');
}
