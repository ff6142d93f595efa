// The help as rows, made from the table of commands so that it can't fall behind it. Pure.
import { type KeysOf, keyHelp } from './bound-keys.ts';
import { COMMANDS } from './commands.ts';
import type { KeyPlace } from './key-bindings.ts';
import { type SafeText, safeText, safeTemplate as t } from './safe-text.ts';
import type { ScreenState } from './screen-state.ts';
import { blanks, type Row, rowWidth, span } from './spans.ts';
import { cellWidth, wrap } from './width.ts';

type HelpState = Pick<ScreenState, 'keys' | 'version'>;

const PLACES: readonly (readonly [KeyPlace, SafeText])[] = [
  ['screen', t`Keys`],
  ['selection', t`with a message selected`],
  ['emptyLine', t`where nothing is typed`],
  ['everywhere', t`everywhere`],
  ['line', t`in the line`],
  ['list', t`in lists`],
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

/** Keys as they are now, slash commands, marks. `cells`: the width they are wrapped to. */
export function helpRows(cells: number, { keys, version }: HelpState): readonly Row[] {
  const slash = COMMANDS.map(({ name, aliases, args, help }): readonly [SafeText, SafeText] => {
    const also = aliases.map((alias) => `, /${alias}`).join('');
    return [t`/${safeText(name)}${safeText(also)} ${args}`, help];
  });
  return [
    [span(t` Help`, 'strong'), span(t`  PgUp PgDn, Esc closes · lanchat ${version}`, 'dim')],
    ...keyRows(keys.keysOf, cells),
    [],
    [span(t` Marks beside messages`, 'strong')],
    ...definitions(MARK_HELP, cells),
    [],
    [span(t` Commands`, 'strong'), span(t`  //text sends a slash`, 'dim')],
    ...definitions(slash, cells),
  ];
}

function keyRows(keysOf: KeysOf, cells: number): readonly Row[] {
  return PLACES.flatMap(([place, heading]): Row[] => {
    const list = keyHelp(keysOf, place);
    return list.length === 0
      ? []
      : [[], [span(t` ${heading}`, 'strong')], ...definitions(list, cells)];
  });
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
