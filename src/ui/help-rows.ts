// The help as rows, made from the table of commands so that it can't fall behind it. Pure.
import { COMMANDS } from './commands.ts';
import { type SafeText, safeText, safeTemplate as t } from './safe-text.ts';
import { blanks, type Row, rowWidth, span } from './spans.ts';
import { cellWidth, wrap } from './width.ts';

const KEY_HELP: readonly (readonly [SafeText, SafeText])[] = [
  [t`Enter`, t`send; Alt+Enter or Ctrl+J: a new line`],
  [t`Alt+1 … 9`, t`go to a window; Ctrl+N, Ctrl+P: next, previous`],
  [t`Alt+A`, t`next window with something unread; Alt+U: the oldest unread here`],
  [t`Ctrl+T`, t`find a window or a person by a few letters`],
  [t`PgUp, PgDn`, t`a page, through all that is kept; Esc: back to the newest`],
  [t`Alt+Up, Alt+Down`, t`select a message, also Ctrl+Up, /select: r, e, d, +, c, i, Enter, Esc`],
  [t`Up, Down`, t`what you sent before`],
  [t`Tab`, t`completes /commands, @names and #rooms`],
  [t`Ctrl+C`, t`clears the line; twice quits. Ctrl+Z suspends`],
];

const MARK_HELP: readonly (readonly [SafeText, SafeText])[] = [
  [t`…`, t`pending: still on this machine`],
  [t`>`, t`relayed: the relay has it, and keeps it for whoever is away`],
  [t`✓`, t`delivered: their lanchat has opened it`],
  [t`✓✓`, t`read: their lanchat says that they saw it`],
  [t`✗`, t`failed, with the reason below`],
  [t`@`, t`somebody named you`],
  [t`-- !!`, t`lanchat's own words; nobody else can write there`],
];

/** Keys, slash commands, marks. `cells`: the width they are wrapped to. */
export function helpRows(cells: number, version: SafeText): readonly Row[] {
  const slash = COMMANDS.map(({ name, aliases, args, help }): readonly [SafeText, SafeText] => {
    const also = aliases.map((alias) => `, /${alias}`).join('');
    return [t`/${safeText(name)}${safeText(also)} ${args}`, help];
  });
  return [
    [span(t` Help`, 'strong'), span(t`  PgUp PgDn, Esc closes · lanchat ${version}`, 'dim')],
    [],
    ...definitions(KEY_HELP, cells),
    [],
    [span(t` Marks beside messages`, 'strong')],
    ...definitions(MARK_HELP, cells),
    [],
    [span(t` Commands`, 'strong'), span(t`  //text sends a slash`, 'dim')],
    ...definitions(slash, cells),
  ];
}

function definitions(list: readonly (readonly [SafeText, SafeText])[], cells: number): Row[] {
  const left = Math.min(cells >= 56 ? 28 : 12, 2 + Math.max(...list.map(([a]) => cellWidth(a))));
  return list.flatMap(([term, meaning]): Row[] => {
    const head = span(t` ${term}`, 'accent');
    const gap = left + 1 - rowWidth([head]);
    const lines = wrap(meaning, Math.max(10, cells - left - 2));
    const body = lines.map((line): Row => [span(blanks(left + 1)), span(line)]);
    // A term too long for its column gets a row of its own.
    if (gap < 1) return [[head], ...body];
    return [[head, span(blanks(gap)), ...(body[0]?.slice(1) ?? [])], ...body.slice(1)];
  });
}
