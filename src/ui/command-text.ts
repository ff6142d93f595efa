// Arguments of slash commands taken apart, and answers of several lines put together. Pure.
import { type SafeText, safeTemplate as t } from './safe-text.ts';

/** Lines that one answer lists; more are counted. */
const MAX_LISTED = 60;

/** The first word, and what follows it. */
export function splitFirst(text: string): readonly [string, string] {
  const [, first = '', rest = ''] = /^(\S*)\s*([\s\S]*)$/.exec(text) ?? [];
  return [first, rest.trimEnd()];
}

/** `asha,ravi`, with or without `@`: several people, whose names have no commas. Null: it is one name, or none. */
export function namesOfGroup(text: string): readonly string[] | null {
  const names = text.split(',').map((name) => name.trim());
  return names.length > 1 && names.every((name) => /^@?[^@]/.test(name)) ? names : null;
}

/** A head with its lines below it; those beyond the bound are counted. */
export function listing(head: SafeText, lines: readonly SafeText[]): SafeText {
  let text = head;
  for (const line of lines.slice(0, MAX_LISTED)) text = t`${text}\n  ${line}`;
  if (lines.length > MAX_LISTED) text = t`${text}\n  … and ${lines.length - MAX_LISTED} more`;
  return text;
}
