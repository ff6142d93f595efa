// How a key is written in the file of keys, and why something is no key. Pure.
import { type SafeText, safeText, safeTemplate as t } from './safe-text.ts';

/** Keys that type nothing, as KeyEvent names them. */
const NAMED_KEYS: ReadonlySet<string> = new Set([
  ...['enter', 'escape', 'tab', 'space', 'backspace', 'delete', 'insert'],
  ...['up', 'down', 'left', 'right', 'home', 'end', 'pageup', 'pagedown'],
  ...['f1', 'f2', 'f3', 'f4', 'f5', 'f6', 'f7', 'f8', 'f9', 'f10', 'f11', 'f12'],
]);

/** As the help shows them, or as other programs call them; a comma stands between keys. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['esc', 'escape'],
  ['return', 'enter'],
  ['del', 'delete'],
  ['ins', 'insert'],
  ['pgup', 'pageup'],
  ['pgdn', 'pagedown'],
  ['comma', ','],
]);

/** What a terminal sends for these is another key. */
const SENT_AS: ReadonlyMap<string, SafeText> = new Map([
  ['ctrl+i', t`tab`],
  ['ctrl+m', t`enter`],
  ['ctrl+[', t`escape`],
]);

const VISIBLE = /^[^\p{C}\p{Z}\p{M}]$/u;
const MAX_QUOTED_LENGTH = 24;

/** The key as in the table (`ctrl+n`), or why it is none: a sentence without its full stop. */
export function readKey(text: string): { readonly key: string } | { readonly why: SafeText } {
  const held = new Set<string>();
  let name = text;
  for (;;) {
    const [, modifier = '', rest = ''] = /^(ctrl|alt|shift)\+(.+)$/iu.exec(name) ?? [];
    if (modifier === '') break;
    held.add(modifier.toLowerCase());
    name = rest;
  }
  const quoted = t`"${safeText(text, { maxLength: MAX_QUOTED_LENGTH })}"`;
  if (held.size === 0 && VISIBLE.test(name)) return { key: name };
  const lower = name.toLowerCase();
  const known = ALIASES.get(lower) ?? lower;
  if (!NAMED_KEYS.has(known) && !VISIBLE.test(known)) {
    return { why: t`${quoted} is no key; keys are written as ctrl+n, alt+1, pageup, f5` };
  }
  if (held.has('shift') && held.size === 1 && VISIBLE.test(known)) {
    return { why: t`${quoted} types a character; write that character itself` };
  }
  const key = ['ctrl', 'alt', 'shift'].filter((each) => held.has(each)).concat(known);
  const sentAs = SENT_AS.get(key.join('+'));
  if (sentAs !== undefined) return { why: t`terminals send ${quoted} as ${sentAs}; write that` };
  return { key: key.join('+') };
}

/** As `readKey` takes it. */
export function writtenKey(key: string): string {
  return key.endsWith(',') ? `${key.slice(0, -1)}comma` : key;
}

/** Whether pressing it types a character into a line. */
export function typesText(key: string): boolean {
  return VISIBLE.test(key) || key === 'space';
}
