// The help as rows of the screen. What it says is help-pages.ts. Pure.
import { shownKeys } from './bound-keys.ts';
import { type Definition, type HelpBlock, helpPage, ON_SCREEN } from './help-pages.ts';
import { paragraph } from './list-rows.ts';
import { type SafeText, safeTemplate as t } from './safe-text.ts';
import type { ScreenState } from './screen-state.ts';
import { blanks, type Row, rowWidth, span } from './spans.ts';
import { cellWidth, wrap } from './width.ts';

/** What `asked` (a topic, a command, or '') gets, wrapped to `cells`; keys are those of now. */
export function helpRows(
  asked: string,
  cells: number,
  { keys, version }: Pick<ScreenState, 'keys' | 'version'>,
): readonly Row[] {
  const { title, blocks } = helpPage(asked, { ...ON_SCREEN, keys });
  const closes = shownKeys(keys.keysOf, 'close') ?? t``;
  return [
    ...wrapped(title, cells, 'strong'),
    ...wrapped(t`${closes} closes this · lanchat ${version}`, cells, 'dim'),
    ...blocks.flatMap((block) => blockRows(block, cells)),
  ];
}

function blockRows({ heading, says, list }: HelpBlock, cells: number): readonly Row[] {
  return [
    [],
    ...(heading === null ? [] : wrapped(heading, cells, 'strong')),
    ...says.flatMap((text) => paragraph(text, cells)),
    ...definitions(list, cells),
  ];
}

function wrapped(text: SafeText, cells: number, style: 'strong' | 'dim'): readonly Row[] {
  return wrap(text, cells - 2).map((row): Row => [span(t` ${row}`, style)]);
}

/** Below so many there is no room for two columns, unless the first is one of marks. */
const WIDE_CELLS = 56;
const MARK_CELLS = 6;

function definitions(list: readonly Definition[], cells: number): Row[] {
  const widest = Math.max(0, ...list.map(([term]) => cellWidth(term)));
  if (cells < WIDE_CELLS && widest > MARK_CELLS)
    return list.flatMap((each) => stacked(each, cells));
  const left = Math.min(28, 2 + widest);
  return list.flatMap(([term, meaning]): Row[] => {
    const body = wrap(meaning, Math.max(10, cells - left - 2)).map(
      (line): Row => [span(blanks(left + 1)), span(line)],
    );
    const heads = wrap(term, cells - 2).map((line): SafeText => t` ${line}`);
    const last = heads.at(-1) ?? t``;
    const gap = left + 1 - rowWidth([span(last)]);
    const above = heads.slice(0, -1).map((line): Row => [span(line, 'accent')]);
    // A term too long for its column gets rows of its own.
    if (gap < 1) return [...above, [span(last, 'accent')], ...body];
    const first = [span(last, 'accent'), span(blanks(gap)), ...(body[0]?.slice(1) ?? [])];
    return [...above, first, ...body.slice(1)];
  });
}

/** What is explained, and below it what it means, a little to the right. */
function stacked([term, meaning]: Definition, cells: number): Row[] {
  return [
    ...wrap(term, cells - 2).map((line): Row => [span(t` ${line}`, 'accent')]),
    ...wrap(meaning, cells - 4).map((line): Row => [span(t`   ${line}`)]),
  ];
}
